//! The trust store: every authority ever seen in a trusted list, with who vouches for it.
//!
//! A store is a folder. Each import makes a new generation and takes nothing away; [`TrustStore::version`] names one and
//! stands in the evidence. [`TrustStore::anchors`] is what the inspection system works with.
//!
//! What it does not protect against: a list's signer vouches for every state on it, and a pinned root is what the
//! operator obtained out of band. A list is trusted as well if its signer is traced to an authority of its own state that
//! only other lists vouch for ([`Standing::Vouched`]); whoever does not want that does not import such lists. A folder can
//! be exchanged for an older copy of itself, or another one, by whoever may write there: whoever must notice that compares
//! [`TrustStore::version`] with what he kept elsewhere.

mod certificates;
mod coverage;
#[cfg(test)]
mod crash_tests;
mod disk;
mod import;
mod manifest;
mod picture;
mod report;

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use jiff::Timestamp;

pub use self::coverage::{Coverage, Generation, StateCoverage};
pub use self::import::Import;
pub use self::manifest::{
    DefectEntry, Entry, Fingerprint, FingerprintError, ListEntry, Manifest, Place, Reach, Source,
};
pub use self::report::{DropReason, Dropped, Imported, Report, Standing, Summary};
use crate::anchors::{Anchors, CrlRefused};
use crate::certificate::{Certificate, CertificateError};
use crate::crl::{Crl, CrlError};
use crate::defect::{DefectScope, KnownDefects};
use crate::defect_list::DefectListError;
use crate::deviation::DeviationTable;
use crate::ldif::{BrokenValue, LdifError};
use crate::master_list::MasterListError;
use disk::Folder;

/// Why a store cannot be used, or something cannot be imported. The store is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no store.
    #[error("there is no trust store in {}", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there is a trust store in {} already", .0.display())]
    Exists(PathBuf),
    /// Another process is writing.
    #[error("another process is writing to the trust store in {}", .0.display())]
    Locked(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file has another form than it should.
    #[error("{} is not well formed: {source}", path.display())]
    Form {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A file is not what it was when the store wrote it.
    #[error("{} was changed after the store wrote it", .0.display())]
    Changed(PathBuf),
    /// The store was put back to an earlier generation: manifests of later ones are there.
    #[error("the trust store in {} was put back to generation {number}, later ones are there", path.display())]
    RolledBack {
        /// The folder.
        path: PathBuf,
        /// The generation that it was put back to.
        number: u64,
    },
    /// An object of the store can no longer be read.
    #[error("certificate {fingerprint} of the store: {source}")]
    Certificate {
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        source: CertificateError,
    },
    /// A revocation list cannot be read.
    #[error(transparent)]
    RevocationList(#[from] CrlError),
    /// A revocation list is not used.
    #[error(transparent)]
    RevocationListRefused(#[from] CrlRefused),
    /// A master list cannot be read.
    #[error(transparent)]
    MasterList(#[from] MasterListError),
    /// A list of defects or deviations cannot be read.
    #[error(transparent)]
    DefectList(#[from] DefectListError),
    /// A list was signed before the one of the same signer that is there.
    #[error("the list was signed on {signed}, and one of the same signer of {known} is there")]
    Older {
        /// When the list was signed.
        signed: Timestamp,
        /// When the newest one of the same signer was signed.
        known: Timestamp,
    },
    /// A single certificate is dropped.
    #[error("the certificate is not taken: {0}")]
    Dropped(DropReason),
    /// An LDIF file cannot be read.
    #[error(transparent)]
    Ldif(#[from] LdifError),
    /// A value of a text is broken.
    #[error(transparent)]
    Value(#[from] BrokenValue),
    /// What is to be imported is nothing that is known.
    #[error(
        "this is neither a master list nor a certificate, a revocation list, a list of defects or deviations, PEM or LDIF"
    )]
    UnknownForm,
}

impl StoreError {
    /// Whether the store itself fails, not what is to be imported.
    const fn is_of_the_store(&self) -> bool {
        match self {
            Self::Missing(_)
            | Self::Exists(_)
            | Self::Locked(_)
            | Self::File { .. }
            | Self::Form { .. }
            | Self::Changed(_)
            | Self::RolledBack { .. }
            | Self::Certificate { .. } => true,
            Self::RevocationList(_)
            | Self::RevocationListRefused(_)
            | Self::MasterList(_)
            | Self::DefectList(_)
            | Self::Older { .. }
            | Self::Dropped(_)
            | Self::Ldif(_)
            | Self::Value(_)
            | Self::UnknownForm => false,
        }
    }
}

/// What is trusted, and every certificate of an authority.
type Loaded = (Anchors, HashMap<Fingerprint, Arc<Certificate>>);

/// A trust store that is open. Any number of processes can have it open, and one at a time can import.
#[derive(Debug)]
pub struct TrustStore {
    folder: Folder,
    manifest: Manifest,
    fingerprint: Fingerprint,
}

impl TrustStore {
    /// Makes an empty store in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Locked`], [`StoreError::File`].
    pub fn create(path: &Path, at: Timestamp, by: &str) -> Result<Self, StoreError> {
        let (folder, _lock) = Folder::create(path)?;
        let manifest = Manifest::first(at, by);
        let fingerprint = folder.commit(&manifest)?;
        Ok(Self { folder, manifest, fingerprint })
    }

    /// Opens a store.
    ///
    /// # Errors
    /// [`StoreError`] where it is missing, changed or put back.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        let (manifest, fingerprint) = folder.newest()?;
        Ok(Self { folder, manifest, fingerprint })
    }

    /// Number and beginning of the fingerprint of this generation, for example `12-9f86d081884c7d65`. Whoever keeps it
    /// notices when an older copy of the store is put in place of this one.
    pub fn version(&self) -> String {
        let hash = self.fingerprint.to_string();
        format!("{}-{}", self.manifest.number, hash.get(..16).unwrap_or_default())
    }

    /// What the store knows.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The generation before one of this store; `None` before the first.
    ///
    /// # Errors
    /// [`StoreError::Changed`] if it is not the one that the later generation names.
    pub fn before(&self, manifest: &Manifest) -> Result<Option<Manifest>, StoreError> {
        let number = manifest.number.saturating_sub(1);
        manifest.previous.map(|fingerprint| self.folder.manifest(number, fingerprint)).transpose()
    }

    /// A certificate of the store.
    ///
    /// # Errors
    /// It is not there, or was changed.
    pub fn certificate(&self, fingerprint: Fingerprint) -> Result<Certificate, StoreError> {
        let place = self.manifest.certificates.get(&fingerprint).and_then(|entry| entry.place);
        Certificates::of(&self.folder).read(fingerprint, place)
    }

    /// The trusted authorities with what they revoked and what is wrong with their documents, decoded.
    ///
    /// # Errors
    /// An object is missing or was changed. A revocation list whose authority is no longer trusted is left out.
    pub fn anchors(&self, deviations: &DeviationTable) -> Result<Anchors, StoreError> {
        let (mut anchors, _) = self.load(deviations)?;
        for fingerprint in &self.manifest.signers {
            anchors.know_signer(Arc::new(self.certificate(*fingerprint)?));
        }
        for (fingerprint, entry) in self.manifest.defects_in_force() {
            let scope = match (entry.reach, &entry.country) {
                (Reach::EveryState, _) => DefectScope::EveryState,
                (Reach::OwnState, Some(country)) => DefectScope::OneState(country.clone()),
                (Reach::OwnState, None) | (Reach::Nobody, _) => continue,
            };
            let list = KnownDefects::parse(&self.folder.object(fingerprint)?)?;
            anchors.note_defects(Arc::new(list), scope);
        }
        Ok(anchors)
    }

    /// The trusted authorities with what they revoked, and the certificates of all authorities.
    fn load(&self, deviations: &DeviationTable) -> Result<Loaded, StoreError> {
        let mut anchors = Anchors::new(self.version());
        let mut read = HashMap::with_capacity(self.manifest.certificates.len());
        let mut certificates = Certificates::of(&self.folder);
        for (fingerprint, entry) in &self.manifest.certificates {
            let certificate = Arc::new(certificates.read(*fingerprint, entry.place)?);
            if entry.is_trusted() {
                anchors.trust(Arc::clone(&certificate));
            }
            read.insert(*fingerprint, certificate);
        }
        for fingerprint in &self.manifest.revocation {
            let list = Crl::parse(&self.folder.object(*fingerprint)?)?;
            match anchors.revoke(list, deviations) {
                Ok(_) | Err(CrlRefused::Older | CrlRefused::NoAuthority) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Ok((anchors, read))
    }

    /// Looks at every file of the store: each generation down to the first, and each object that the newest needs.
    /// Gives how many of each there are.
    ///
    /// # Errors
    /// The first that is missing or was changed.
    pub fn check(&self) -> Result<(u64, usize), StoreError> {
        let mut count: u64 = 1;
        let mut manifest = self.manifest.clone();
        while let Some(before) = self.before(&manifest)? {
            count = count.saturating_add(1);
            manifest = before;
        }
        if manifest.number != 1 {
            return Err(StoreError::Changed(self.folder.manifest_path(manifest.number)));
        }
        let objects = self.manifest.objects();
        for fingerprint in &objects {
            self.folder.object(*fingerprint)?;
        }
        Ok((count, objects.len()))
    }

    /// Makes `manifest` the next generation.
    fn commit(
        &mut self,
        mut manifest: Manifest,
        import: &Import<'_>,
        summary: Summary,
    ) -> Result<(), StoreError> {
        manifest.number = self.manifest.number.saturating_add(1);
        manifest.previous = Some(self.fingerprint);
        manifest.at = import.at;
        import.by.clone_into(&mut manifest.by);
        manifest.import = Some(summary);
        self.fingerprint = self.folder.commit(&manifest)?;
        self.manifest = manifest;
        Ok(())
    }
}

/// Reads certificates, each list on which some lie once.
struct Certificates<'a> {
    folder: &'a Folder,
    lists: HashMap<Fingerprint, Vec<u8>>,
}

impl<'a> Certificates<'a> {
    fn of(folder: &'a Folder) -> Self {
        Self { folder, lists: HashMap::new() }
    }

    fn read(&mut self, fingerprint: Fingerprint, place: Option<Place>) -> Result<Certificate, StoreError> {
        let alone;
        let bytes = match place {
            None => {
                alone = self.folder.object(fingerprint)?;
                &alone[..]
            }
            Some(place) => {
                let list = match self.lists.entry(place.list) {
                    MapEntry::Occupied(read) => read.into_mut(),
                    MapEntry::Vacant(unread) => unread.insert(self.folder.object(place.list)?),
                };
                let there = place.in_list(list).filter(|bytes| Fingerprint::of(bytes) == fingerprint);
                there.ok_or_else(|| self.folder.changed(place.list))?
            }
        };
        Certificate::parse(bytes).map_err(|source| StoreError::Certificate { fingerprint, source })
    }
}

impl fmt::Display for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trust store {}", self.version())
    }
}
