//! Imports into a trust store.
//!
//! A file makes one generation, however many lists and certificates are in it. Each part has its own outcome: what is
//! refused changes nothing. If the store itself fails, nothing of the file is in it.

mod defects;
mod master_list;
mod single;
mod standing;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::disk::Folder;
use super::manifest::{Entry, Fingerprint, Manifest, Source};
use super::report::{Imported, Report, Standing, Summary};
use super::{StoreError, TrustStore};
use crate::anchors::Anchors;
use crate::certificate::Certificate;
use crate::crl::Crl;
use crate::defect::KnownDefects;
use crate::deviation::{DeviationTable, Deviations};
use crate::ldif::{self, BrokenValue};
use crate::master_list::{MasterList, MasterListError};
use crate::oid;

/// Who imports, when, and what is to be trusted.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// The time of the import.
    pub at: Timestamp,
    /// Who does it.
    pub by: &'a str,
    /// Which departures are tolerated.
    pub deviations: &'a DeviationTable,
    /// Roots of lists, obtained out of band. They stay pinned in the store.
    pub roots: &'a [Certificate],
    /// Fingerprints of lists and certificates that are to be trusted on the operator's word.
    pub accept: &'a [Fingerprint],
    /// A list may be older than the one of the same signer that is there: to import an archive.
    pub allow_older: bool,
}

impl TrustStore {
    /// Imports whatever this is: a master list, a certificate, a revocation list, a list of defects or deviations, PEM or
    /// LDIF with any of them. The outcomes are in the order of the parts.
    ///
    /// # Errors
    /// [`StoreError::UnknownForm`], [`StoreError::Ldif`], or the store itself fails.
    pub fn import(
        &mut self,
        bytes: &[u8],
        import: &Import<'_>,
    ) -> Result<Vec<Result<Report, StoreError>>, StoreError> {
        let objects = ldif::values(bytes)?;
        if objects.is_empty() {
            return Err(StoreError::UnknownForm);
        }
        let _lock = self.folder.lock()?;
        // Another process may have imported since this one opened the store.
        (self.manifest, self.fingerprint) = self.folder.newest()?;
        let mut session = Session::begin(self, import)?;
        let outcomes = session.import_all(&objects)?;
        let Session { manifest, changed, .. } = session;
        if changed {
            let summary = match &outcomes[..] {
                [Ok(only)] => only.summary(),
                parts => Summary::of_parts(Fingerprint::of(bytes), parts),
            };
            self.commit(manifest, import, summary)?;
        }
        Ok(outcomes)
    }
}

/// One import under way: what the store will know after it.
struct Session<'a> {
    folder: &'a Folder,
    import: &'a Import<'a>,
    manifest: Manifest,
    /// What is trusted so far.
    trusted: Anchors,
    /// The certificates of authorities so far.
    read: HashMap<Fingerprint, Arc<Certificate>>,
    changed: bool,
}

/// A part of a file.
enum Part {
    MasterList(Box<MasterList>),
    Certificate(Arc<Certificate>),
    RevocationList(Box<Crl>),
    Defects(KnownDefects),
    Refused(StoreError),
}

impl Part {
    fn read(der: &[u8]) -> Self {
        let other = match MasterList::parse(der) {
            Ok(list) => return Self::MasterList(Box::new(list)),
            Err(error @ MasterListError::Structure(_)) => return Self::Refused(error.into()),
            Err(MasterListError::OtherContent(other)) => Some(other),
            Err(MasterListError::Cms(_)) => None,
        };
        if other.is_some_and(|content| [oid::DEFECT_LIST, oid::DEVIATION_LIST].contains(&content)) {
            KnownDefects::parse(der).map_or_else(|error| Self::Refused(error.into()), Self::Defects)
        } else if let Ok(certificate) = Certificate::parse(der) {
            Self::Certificate(Arc::new(certificate))
        } else {
            Crl::parse(der)
                .map_or(Self::Refused(StoreError::UnknownForm), |list| Self::RevocationList(Box::new(list)))
        }
    }

    /// What others need comes first.
    const fn rank(&self) -> u8 {
        match self {
            Self::MasterList(_) => 0,
            Self::Certificate(_) => 1,
            Self::RevocationList(_) | Self::Defects(_) | Self::Refused(_) => 2,
        }
    }
}

impl<'a> Session<'a> {
    fn begin(store: &'a TrustStore, import: &'a Import<'a>) -> Result<Self, StoreError> {
        let (trusted, read) = store.load(import.deviations)?;
        let manifest = store.manifest.clone();
        let mut session = Self { folder: &store.folder, import, manifest, trusted, read, changed: false };
        for root in import.roots {
            let fingerprint = session.folder.put(root.as_der())?;
            session.changed |= session.manifest.roots.insert(fingerprint);
        }
        Ok(session)
    }

    fn import_all(
        &mut self,
        objects: &[Result<Vec<u8>, BrokenValue>],
    ) -> Result<Vec<Result<Report, StoreError>>, StoreError> {
        let read = |object: &'_ Result<Vec<u8>, BrokenValue>| match object {
            Ok(der) => Part::read(der),
            Err(broken) => Part::Refused((*broken).into()),
        };
        let mut parts: Vec<(usize, &[u8], Part)> = objects
            .iter()
            .enumerate()
            .map(|(at, object)| (at, object.as_deref().unwrap_or_default(), read(object)))
            .collect();
        parts.sort_by_key(|(_, _, part)| part.rank());
        let mut outcomes = Vec::with_capacity(parts.len());
        let mut unlinked = Vec::new();
        for (at, der, part) in parts {
            let outcome = match part {
                Part::MasterList(list) => self.master_list(der, &list),
                Part::Certificate(certificate) => {
                    let outcome = self.certificate(&certificate);
                    if outcome.as_ref().is_ok_and(is_unlinked) {
                        unlinked.push((outcomes.len(), certificate));
                    }
                    outcome
                }
                Part::RevocationList(list) => {
                    self.link(&mut unlinked, &mut outcomes)?;
                    self.revocation_list(der, *list)
                }
                Part::Defects(list) => {
                    self.link(&mut unlinked, &mut outcomes)?;
                    self.defects(der, &list)
                }
                Part::Refused(error) => Err(error),
            };
            outcomes.push((at, part_of(outcome)?));
        }
        self.link(&mut unlinked, &mut outcomes)?;
        outcomes.sort_by_key(|(at, _)| *at);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Tries links again whose issuer came after them, until none is left that can be traced.
    fn link(
        &mut self,
        unlinked: &mut Vec<(usize, Arc<Certificate>)>,
        outcomes: &mut [(usize, Result<Report, StoreError>)],
    ) -> Result<(), StoreError> {
        loop {
            let before = unlinked.len();
            let mut left = Vec::new();
            for (at, certificate) in unlinked.drain(..) {
                let issuer =
                    self.trusted.issuers(certificate.issuer(), certificate.issuer_key_identifier()).next();
                if issuer.is_none() {
                    left.push((at, certificate));
                    continue;
                }
                let outcome = part_of(self.certificate(&certificate))?;
                if outcome.as_ref().is_ok_and(is_unlinked) {
                    left.push((at, certificate));
                } else if let (Some((_, Ok(first))), Ok(again)) = (outcomes.get_mut(at), outcome) {
                    first.standing = again.standing;
                    // One that was new to the store when it was looked at first is no older one that is trusted now.
                    first.newly_trusted = again.newly_trusted.saturating_sub(first.added.len());
                    first.changed |= again.changed;
                }
            }
            *unlinked = left;
            if unlinked.len() == before || unlinked.is_empty() {
                return Ok(());
            }
        }
    }

    /// Trusts certificates of the manifest from now on.
    fn trust(&mut self, certificate: &Arc<Certificate>) {
        self.trusted.trust(Arc::clone(certificate));
    }

    fn source(&self, list: Option<Fingerprint>, trusted: bool) -> Source {
        Source { list, imported: self.import.at, by: self.import.by.to_owned(), trusted }
    }
}

/// Tells a part that is refused from a store that fails.
fn part_of(outcome: Result<Report, StoreError>) -> Result<Result<Report, StoreError>, StoreError> {
    match outcome {
        Err(error) if error.is_of_the_store() => Err(error),
        outcome => Ok(outcome),
    }
}

fn is_unlinked(report: &Report) -> bool {
    report.what == Imported::Authority && matches!(report.standing, Standing::Unanchored(_))
}

/// One list vouches once, however often it is imported. Whether anything is new.
fn add_source(entry: &mut Entry, source: &Source) -> bool {
    let same = |known: &&mut Source| known.list == source.list;
    if let Some(known) = entry.sources.iter_mut().find(same) {
        let newly = source.trusted && !known.trusted;
        known.trusted |= source.trusted;
        newly
    } else {
        entry.sources.push(source.clone());
        true
    }
}

fn entry(source: Source, by_link: bool, tolerated: &Deviations) -> Entry {
    let deviations = tolerated.iter().map(|deviation| deviation.id()).collect();
    Entry { sources: vec![source], by_link, deviations, place: None }
}
