//! The folder of a trust store: objects by their fingerprint, manifests by their number, and a pointer to the newest.
//!
//! A file is written beside its place and renamed. Objects are brought to the disk together, before the manifest that
//! names them; the pointer is renamed last, so that a crash leaves the generation before or the one after. What a crash
//! left half-written is written again when it is imported again. Every byte is checked against its fingerprint when it is
//! read.
//!
//! What it does not protect against: whoever may exchange the whole folder can put an older one in its place. Whoever
//! must notice that keeps the version ([`super::TrustStore::version`]) elsewhere and compares.

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

/// The folder, locked against a second writer.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held for its lock.
    _lock: File,
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    |source| StoreError::File { path: path.to_owned(), source }
}

impl Folder {
    /// Makes a new, empty folder.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        for part in ["objects", "manifests"] {
            let part = path.join(part);
            fs::create_dir_all(&part).map_err(failed(&part))?;
        }
        let folder = Self::lock(path)?;
        if folder.pointer_path().exists() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        Ok(folder)
    }

    /// Opens an existing folder.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.join("current").exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        let place = path.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&place);
        let file = file.map_err(failed(&place))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(StoreError::File { path: place, source }),
        }
    }

    fn pointer_path(&self) -> PathBuf {
        self.path.join("current")
    }

    fn object_path(&self, fingerprint: Fingerprint) -> PathBuf {
        self.path.join("objects").join(fingerprint.to_string())
    }

    fn manifest_path(&self, number: u64) -> PathBuf {
        self.path.join("manifests").join(format!("{number:08}.json"))
    }

    /// The newest manifest with its fingerprint.
    pub(super) fn newest(&self) -> Result<(Manifest, Fingerprint), StoreError> {
        let place = self.pointer_path();
        let text = read_bounded(&place, 4096)?;
        let pointer: Pointer =
            serde_json::from_slice(&text).map_err(|source| StoreError::Form { path: place, source })?;
        let manifest = self.manifest(pointer.number, pointer.manifest)?;
        Ok((manifest, pointer.manifest))
    }

    /// A manifest, which must have this fingerprint.
    pub(super) fn manifest(&self, number: u64, expected: Fingerprint) -> Result<Manifest, StoreError> {
        let place = self.manifest_path(number);
        let text = read_bounded(&place, MAX_MANIFEST)?;
        if Fingerprint::of(&text) != expected {
            return Err(StoreError::Changed(place));
        }
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|source| StoreError::Form { path: place.clone(), source })?;
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

    /// Stores an object under its fingerprint, to be brought to the disk by [`Folder::commit`].
    pub(super) fn put(&self, bytes: &[u8]) -> Result<Fingerprint, StoreError> {
        let fingerprint = Fingerprint::of(bytes);
        let place = self.object_path(fingerprint);
        if !read_bounded(&place, MAX_OBJECT).is_ok_and(|stored| stored == bytes) {
            write(&place, bytes)?;
        }
        Ok(fingerprint)
    }

    /// Writes a manifest and makes it the newest.
    pub(super) fn commit(&self, manifest: &Manifest) -> Result<Fingerprint, StoreError> {
        sync_objects(&self.path.join("objects"))?;
        let place = self.manifest_path(manifest.number);
        let text = form(&place, manifest)?;
        write_through(&place, &text)?;
        sync(&self.path.join("manifests"))?;
        let fingerprint = Fingerprint::of(&text);
        let place = self.pointer_path();
        let text = form(&place, &Pointer { number: manifest.number, manifest: fingerprint })?;
        write_through(&place, &text)?;
        sync(&self.path)?;
        Ok(fingerprint)
    }
}

fn form(place: &Path, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec_pretty(value).map_err(|source| StoreError::Form { path: place.to_owned(), source })
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

/// Writes beside the place and renames.
fn write(place: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let beside = place.with_extension("new");
    fs::write(&beside, bytes).map_err(failed(&beside))?;
    fs::rename(&beside, place).map_err(failed(place))
}

/// Writes beside the place, brings it to the disk, renames.
fn write_through(place: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let beside = place.with_extension("new");
    let mut file = File::create(&beside).map_err(failed(&beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&beside))?;
    fs::rename(&beside, place).map_err(failed(place))
}

/// Makes the renames in a folder last.
fn sync(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

/// Brings all objects to the disk in one go: the file system as a whole, since hundreds of single files take a wait each.
#[cfg(target_os = "linux")]
fn sync_objects(folder: &Path) -> Result<(), StoreError> {
    let opened = File::open(folder).map_err(failed(folder))?;
    rustix::fs::syncfs(opened).map_err(|error| failed(folder)(error.into()))
}

/// Brings all objects to the disk, one after the other.
#[cfg(not(target_os = "linux"))]
fn sync_objects(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        sync(&entry.map_err(failed(folder))?.path())?;
    }
    sync(folder)
}
