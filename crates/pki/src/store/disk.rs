//! The folder of a trust store: objects by their fingerprint, manifests by their number, and a pointer to the newest.
//!
//! A file is written beside its place and renamed. Objects are brought to the disk together, before the manifest that
//! names them; the pointer is renamed last. A crash leaves the generation before or the one after: a manifest that names
//! the newest known one as the one before it counts, whether or not the pointer got to it. What a crash left half-written
//! is written again when it is imported again. Every byte is checked against its fingerprint when it is read. Whoever
//! writes holds a lock; whoever reads needs none, since nothing that is named is ever changed.
//!
//! What it does not protect against: whoever may exchange the whole folder can put an older one in its place, or one of
//! his own. Whoever must notice that keeps the version ([`super::TrustStore::version`]) elsewhere and compares.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::manifest::{FORMAT, Fingerprint, Manifest};

/// Largest manifest that is read, in bytes.
const MAX_MANIFEST: u64 = 64 * 1024 * 1024;
/// Largest object that is read, in bytes.
const MAX_OBJECT: u64 = 64 * 1024 * 1024;

/// Number and fingerprint of the newest manifest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pointer {
    number: u64,
    manifest: Fingerprint,
}

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// Nobody else writes as long as it is there.
#[derive(Debug)]
pub(super) struct WriteLock {
    _held: File,
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    |source| StoreError::File { path: path.to_owned(), source }
}

fn malformed(path: &Path) -> impl FnOnce(serde_json::Error) -> StoreError + '_ {
    |source| StoreError::Form { path: path.to_owned(), source }
}

impl Folder {
    /// Makes a new, empty folder.
    pub(super) fn create(path: &Path) -> Result<(Self, WriteLock), StoreError> {
        for part in ["objects", "manifests"] {
            let part = path.join(part);
            fs::create_dir_all(&part).map_err(failed(&part))?;
        }
        let folder = Self { path: path.to_owned() };
        let lock = folder.lock()?;
        if folder.pointer_path().exists() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        Ok((folder, lock))
    }

    /// Opens an existing folder.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if path.join("current").exists() {
            Ok(Self { path: path.to_owned() })
        } else {
            Err(StoreError::Missing(path.to_owned()))
        }
    }

    /// Keeps others from writing.
    pub(super) fn lock(&self) -> Result<WriteLock, StoreError> {
        let place = self.path.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&place);
        let file = file.map_err(failed(&place))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { _held: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(self.path.clone())),
            Err(TryLockError::Error(source)) => Err(StoreError::File { path: place, source }),
        }
    }

    fn pointer_path(&self) -> PathBuf {
        self.path.join("current")
    }

    fn object_path(&self, fingerprint: Fingerprint) -> PathBuf {
        self.path.join("objects").join(fingerprint.to_string())
    }

    pub(super) fn manifest_path(&self, number: u64) -> PathBuf {
        self.path.join("manifests").join(format!("{number:08}.json"))
    }

    /// The newest manifest with its fingerprint.
    pub(super) fn newest(&self) -> Result<(Manifest, Fingerprint), StoreError> {
        let place = self.pointer_path();
        let text = read_bounded(&place, 4096)?;
        let pointer: Pointer = serde_json::from_slice(&text).map_err(malformed(&place))?;
        let mut newest = (self.manifest(pointer.number, pointer.manifest)?, pointer.manifest);
        // Manifests that the pointer did not get to.
        loop {
            let next = newest.0.number.saturating_add(1);
            let place = self.manifest_path(next);
            if !place.exists() {
                break;
            }
            let fingerprint = Fingerprint::of(&read_bounded(&place, MAX_MANIFEST)?);
            let manifest = self.manifest(next, fingerprint)?;
            if manifest.previous != Some(newest.1) {
                return Err(StoreError::Changed(place));
            }
            newest = (manifest, fingerprint);
        }
        let number = newest.0.number;
        if self.numbers()?.into_iter().any(|other| other > number) {
            return Err(StoreError::RolledBack { path: self.path.clone(), number });
        }
        Ok(newest)
    }

    /// The numbers of the manifests that are there.
    fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        let place = self.path.join("manifests");
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&place).map_err(failed(&place))? {
            let name = entry.map_err(failed(&place))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
            numbers.extend(number);
        }
        Ok(numbers)
    }

    /// A manifest, which must have this fingerprint.
    pub(super) fn manifest(&self, number: u64, expected: Fingerprint) -> Result<Manifest, StoreError> {
        let place = self.manifest_path(number);
        let text = read_bounded(&place, MAX_MANIFEST)?;
        if Fingerprint::of(&text) != expected {
            return Err(StoreError::Changed(place));
        }
        let manifest = Manifest::parse(&text).map_err(malformed(&place))?;
        if manifest.format != FORMAT || manifest.number != number {
            return Err(StoreError::Changed(place));
        }
        Ok(manifest)
    }

    /// An object's bytes, which must have their fingerprint.
    pub(super) fn object(&self, fingerprint: Fingerprint) -> Result<Vec<u8>, StoreError> {
        let place = self.object_path(fingerprint);
        let bytes = read_bounded(&place, MAX_OBJECT)?;
        if Fingerprint::of(&bytes) == fingerprint { Ok(bytes) } else { Err(StoreError::Changed(place)) }
    }

    /// What is to be said of an object that does not hold what the manifest says.
    pub(super) fn changed(&self, fingerprint: Fingerprint) -> StoreError {
        StoreError::Changed(self.object_path(fingerprint))
    }

    /// Stores an object under its fingerprint, to be brought to the disk by [`Folder::commit`].
    pub(super) fn put(&self, bytes: &[u8]) -> Result<Fingerprint, StoreError> {
        let fingerprint = Fingerprint::of(bytes);
        let place = self.object_path(fingerprint);
        if !read_bounded(&place, MAX_OBJECT).is_ok_and(|stored| stored == bytes) {
            let beside = place.with_extension("new");
            step(&beside, bytes, |path, bytes| fs::write(path, bytes))?;
            step(&place, b"", |path, _| fs::rename(&beside, path))?;
        }
        Ok(fingerprint)
    }

    /// Writes a manifest and makes it the newest.
    pub(super) fn commit(&self, manifest: &Manifest) -> Result<Fingerprint, StoreError> {
        step(&self.path.join("objects"), b"", |path, _| sync_objects(path))?;
        let place = self.manifest_path(manifest.number);
        let text = manifest.to_json().map_err(malformed(&place))?;
        write_through(&place, &text)?;
        step(&self.path.join("manifests"), b"", |path, _| sync(path))?;
        let fingerprint = Fingerprint::of(&text);
        let place = self.pointer_path();
        let pointer = Pointer { number: manifest.number, manifest: fingerprint };
        let text = serde_json::to_vec_pretty(&pointer).map_err(malformed(&place))?;
        write_through(&place, &text)?;
        step(&self.path, b"", |path, _| sync(path))?;
        Ok(fingerprint)
    }
}

fn read_bounded(place: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let file = File::open(place).map_err(failed(place))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed(place))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(StoreError::Changed(place.to_owned()))
    }
}

/// Writes beside the place, brings it to the disk, renames.
fn write_through(place: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let beside = place.with_extension("new");
    step(&beside, bytes, |path, bytes| {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    })?;
    step(place, b"", |path, _| fs::rename(&beside, path))
}

/// Makes the renames in a folder last.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Brings all objects to the disk in one go: the file system as a whole, since hundreds of single files take a wait each.
#[cfg(target_os = "linux")]
fn sync_objects(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Brings all objects to the disk, one after the other.
#[cfg(not(target_os = "linux"))]
fn sync_objects(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        sync(&entry?.path())?;
    }
    sync(folder)
}

/// One change of the folder. Tests end here, with half of the bytes written.
fn step(
    path: &Path,
    bytes: &[u8],
    change: impl Fn(&Path, &[u8]) -> io::Result<()>,
) -> Result<(), StoreError> {
    #[cfg(test)]
    if crash::is_now() {
        if let Some(half) = bytes.get(..bytes.len() / 2).filter(|half| !half.is_empty()) {
            let _ = change(path, half);
        }
        return Err(failed(path)(io::Error::other("crashed")));
    }
    change(path, bytes).map_err(failed(path))
}

/// Ends the work of this thread at a step.
#[cfg(test)]
pub(super) mod crash {
    use std::cell::Cell;

    thread_local! {
        static STEPS_LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// Lets so many steps succeed; none but these, or all from now on.
    pub(crate) fn after(steps: Option<u32>) {
        STEPS_LEFT.set(steps);
    }

    pub(super) fn is_now() -> bool {
        match STEPS_LEFT.get() {
            None => false,
            Some(0) => true,
            Some(steps) => {
                STEPS_LEFT.set(Some(steps - 1));
                false
            }
        }
    }
}
