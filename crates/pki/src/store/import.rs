//! Imports into a trust store.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::certificates::judge_all;
use super::manifest::{Entry, Fingerprint, ListEntry, Manifest, Source};
use super::report::{Dropped, Imported, Report, Standing};
use super::{StoreError, TrustStore};
use crate::anchors::Anchors;
use crate::certificate::{Certificate, CertificateError};
use crate::cms::SignerInfo;
use crate::crl::Crl;
use crate::deviation::{DeviationTable, Deviations};
use crate::extension::KeyUsage;
use crate::ldif;
use crate::master_list::MasterList;

/// Who imports, when, and what is to be trusted.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// The time of the import.
    pub at: Timestamp,
    /// Who does it.
    pub by: &'a str,
    /// Which departures are tolerated.
    pub deviations: &'a DeviationTable,
    /// Roots of master lists, obtained out of band. They stay pinned in the store.
    pub roots: &'a [Certificate],
    /// Fingerprints of lists and certificates that are to be trusted on the operator's word.
    pub accept: &'a [Fingerprint],
    /// A list may be older than the one of the same signer that is there: to import an archive.
    pub allow_older: bool,
}

impl TrustStore {
    /// Imports whatever this is: a master list, a certificate, a revocation list, PEM or LDIF with any of them. Each part
    /// has its own outcome; one that is refused changes nothing.
    ///
    /// # Errors
    /// [`StoreError::UnknownForm`], [`StoreError::Ldif`], or the store itself fails.
    pub fn import(
        &mut self,
        bytes: &[u8],
        import: &Import<'_>,
    ) -> Result<Vec<Result<Report, StoreError>>, StoreError> {
        if bytes.first() == Some(&0x30) {
            return Ok(vec![self.import_object(bytes, import)]);
        }
        let objects = ldif::objects(bytes)?;
        if objects.is_empty() {
            return Err(StoreError::UnknownForm);
        }
        Ok(objects.iter().map(|object| self.import_object(object, import)).collect())
    }

    fn import_object(&mut self, der: &[u8], import: &Import<'_>) -> Result<Report, StoreError> {
        if let Ok(list) = MasterList::parse(der) {
            self.import_master_list(der, &list, import)
        } else if let Ok(certificate) = Certificate::parse(der) {
            self.import_certificate(certificate, import)
        } else if let Ok(list) = Crl::parse(der) {
            self.import_revocation_list(der, list, import)
        } else {
            Err(StoreError::UnknownForm)
        }
    }

    /// Imports a list. A bad certificate is dropped and spoils neither the list nor the others.
    fn import_master_list(
        &mut self,
        der: &[u8],
        list: &MasterList,
        import: &Import<'_>,
    ) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(der);
        let trusted = self.anchors(import.deviations)?;
        let mut manifest = self.manifest.clone();
        for root in import.roots {
            manifest.roots.insert(self.folder.put(root.as_der())?);
        }
        let standing = self.standing_of(list, fingerprint, &manifest, &trusted, import)?;
        let signed = list.signed_data().signers().first().and_then(SignerInfo::signing_time);
        let country = signer_country(list);
        let root = match standing {
            Standing::Anchored(root) => Some(root),
            Standing::Accepted | Standing::Linked | Standing::Unanchored(_) => None,
        };
        let is_trusted = !matches!(standing, Standing::Unanchored(_));
        self.refuse_older(signed, country.as_deref(), fingerprint, import)?;

        let mut report = empty_report(Imported::MasterList, fingerprint, standing);
        report.signed = signed;
        report.found = list.certificates().len();
        let source = Source {
            list: Some(fingerprint),
            imported: import.at,
            by: import.by.to_owned(),
            trusted: is_trusted,
        };
        let taken = self.take_certificates(list, &trusted, &source, &mut manifest, &mut report, import)?;
        report.lacking = self.lacking(&manifest, &taken, import.at)?;
        self.folder.put(der)?;
        let entry = ListEntry { country, signed, root, trusted: is_trusted, certificates: taken };
        manifest.lists.insert(fingerprint, entry);
        self.finish(manifest, import, report)
    }

    fn take_certificates(
        &self,
        list: &MasterList,
        trusted: &Anchors,
        source: &Source,
        manifest: &mut Manifest,
        report: &mut Report,
        import: &Import<'_>,
    ) -> Result<BTreeSet<Fingerprint>, StoreError> {
        let mut taken = BTreeSet::new();
        let mut new: Vec<(usize, Fingerprint, Arc<Certificate>)> = Vec::new();
        // Links on the list may name authorities on the list.
        let mut others = trusted.clone();
        for (at, certificate) in list.certificates().iter().enumerate() {
            match certificate {
                Err(error) => report.dropped.push(unreadable(at, *error)),
                Ok(certificate) => {
                    let fingerprint = Fingerprint::of(certificate.as_der());
                    if !taken.insert(fingerprint) {
                        report.repeated = report.repeated.saturating_add(1);
                    } else if let Some(entry) = manifest.certificates.get_mut(&fingerprint) {
                        report.known = report.known.saturating_add(1);
                        let before = entry.is_trusted();
                        add_source(entry, source);
                        let newly = entry.is_trusted() && !before;
                        report.newly_trusted = report.newly_trusted.saturating_add(usize::from(newly));
                    } else {
                        let certificate = Arc::new(certificate.clone());
                        others.trust(Arc::clone(&certificate));
                        new.push((at, fingerprint, certificate));
                    }
                }
            }
        }
        let certificates: Vec<Arc<Certificate>> =
            new.iter().map(|(.., certificate)| Arc::clone(certificate)).collect();
        let judged = judge_all(&certificates, &others, import.deviations);
        for ((at, fingerprint, certificate), judged) in new.into_iter().zip(judged) {
            match judged {
                Ok(judged) => {
                    self.folder.put(certificate.as_der())?;
                    let entry = entry(source.clone(), false, &judged.tolerated);
                    manifest.certificates.insert(fingerprint, entry);
                    report.added.push(fingerprint);
                }
                Err(reason) => {
                    taken.remove(&fingerprint);
                    report.dropped.push(Dropped { at, name: Some(shown(&certificate)), reason });
                }
            }
        }
        Ok(taken)
    }

    /// Whether a list is trusted: accepted by its fingerprint, or signed below a pinned root or an authority of the store
    /// with the signer's country.
    fn standing_of(
        &self,
        list: &MasterList,
        fingerprint: Fingerprint,
        manifest: &Manifest,
        trusted: &Anchors,
        import: &Import<'_>,
    ) -> Result<Standing, StoreError> {
        let mut reason = "the certificate of its signer is not embedded".to_owned();
        let mut candidates: Vec<Arc<Certificate>> = Vec::new();
        for root in &manifest.roots {
            candidates.push(Arc::new(self.certificate(*root)?));
        }
        for signer in list.signed_data().certificates().iter().flatten() {
            candidates
                .extend(trusted.issuers(signer.issuer(), signer.issuer_key_identifier()).map(Arc::clone));
        }
        if candidates.is_empty() {
            "no root of its state is pinned".clone_into(&mut reason);
        }
        for root in candidates {
            match list.verify(&root) {
                Err(error) => reason = error.to_string(),
                Ok(signer) => {
                    let mut departing: Deviations = signer.profile.clone();
                    departing.extend(&signer.list.deviations);
                    departing.extend(&signer.issued.deviations);
                    let country = signer.certificate.country();
                    let judgement = import.deviations.judge(&departing, country.as_deref());
                    // A list says what was so when it was signed; until then its signer must have been valid.
                    let signed = list.signed_data().signers().first().and_then(SignerInfo::signing_time);
                    let was_valid = signer.certificate.validity().position_of(signed.unwrap_or(import.at));
                    if country != root.country() {
                        "its signer is of another country than the root".clone_into(&mut reason);
                    } else if !judgement.refused.is_empty() {
                        reason = format!("its signer breaks the profile: {:?}", judgement.refused);
                    } else if !was_valid.is_eq() {
                        "its signer was not valid when it signed".clone_into(&mut reason);
                    } else {
                        return Ok(Standing::Anchored(Fingerprint::of(root.as_der())));
                    }
                }
            }
        }
        let accepted = import.accept.contains(&fingerprint);
        Ok(if accepted { Standing::Accepted } else { Standing::Unanchored(reason) })
    }

    fn refuse_older(
        &self,
        signed: Option<Timestamp>,
        country: Option<&str>,
        fingerprint: Fingerprint,
        import: &Import<'_>,
    ) -> Result<(), StoreError> {
        let of_signer = |(known, list): (&Fingerprint, &ListEntry)| {
            let same = list.country.as_deref() == country && *known != fingerprint;
            list.signed.filter(|_| same)
        };
        let newest = self.manifest.lists.iter().filter_map(of_signer).max();
        match (signed, newest) {
            (Some(signed), Some(known)) if signed < known && !import.allow_older => {
                Err(StoreError::Older { signed, known })
            }
            _ => Ok(()),
        }
    }

    /// Trusted certificates that are valid, on another trusted list, and not among `taken`.
    fn lacking(
        &self,
        manifest: &Manifest,
        taken: &BTreeSet<Fingerprint>,
        at: Timestamp,
    ) -> Result<Vec<Fingerprint>, StoreError> {
        let mut lacking = Vec::new();
        for list in manifest.lists.values().filter(|list| list.trusted) {
            for fingerprint in list.certificates.difference(taken) {
                let valid = self.certificate(*fingerprint)?.validity().position_of(at).is_eq();
                if valid && !lacking.contains(fingerprint) {
                    lacking.push(*fingerprint);
                }
            }
        }
        Ok(lacking)
    }

    /// Imports one certificate. That of an authority is trusted if the operator accepts it by its fingerprint, or if it is
    /// a link that an authority of the store signed; that of a document signer is only kept.
    fn import_certificate(
        &mut self,
        certificate: Certificate,
        import: &Import<'_>,
    ) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(certificate.as_der());
        let certificate = Arc::new(certificate);
        let mut manifest = self.manifest.clone();
        if !is_authority(&certificate) {
            let mut report = empty_report(Imported::DocumentSigner, fingerprint, Standing::Accepted);
            report.standing = Standing::Unanchored("document signers are kept, never trusted".to_owned());
            report.found = 1;
            self.folder.put(certificate.as_der())?;
            if manifest.signers.insert(fingerprint) {
                report.added.push(fingerprint);
            } else {
                report.known = 1;
            }
            return self.finish(manifest, import, report);
        }
        let trusted = self.anchors(import.deviations)?;
        let judged = judge_all(&[Arc::clone(&certificate)], &trusted, import.deviations);
        let judged = match judged.into_iter().next() {
            Some(Ok(judged)) => judged,
            Some(Err(reason)) => return Err(StoreError::Dropped(reason)),
            None => return Err(StoreError::UnknownForm),
        };
        let standing = if import.accept.contains(&fingerprint) {
            Standing::Accepted
        } else if judged.issuer_known {
            Standing::Linked
        } else {
            Standing::Unanchored("nobody who is trusted vouches for it".to_owned())
        };
        let mut report = empty_report(Imported::Authority, fingerprint, standing.clone());
        report.found = 1;
        let by_operator = standing == Standing::Accepted;
        let source =
            Source { list: None, imported: import.at, by: import.by.to_owned(), trusted: by_operator };
        let linked = standing == Standing::Linked;
        self.folder.put(certificate.as_der())?;
        if let Some(entry) = manifest.certificates.get_mut(&fingerprint) {
            let before = entry.is_trusted();
            add_source(entry, &source);
            entry.by_link |= linked;
            report.known = 1;
            report.newly_trusted = usize::from(entry.is_trusted() && !before);
        } else {
            manifest.certificates.insert(fingerprint, entry(source, linked, &judged.tolerated));
            report.added.push(fingerprint);
        }
        self.finish(manifest, import, report)
    }

    /// Imports a revocation list of an authority that is trusted; one with a lower number than the known one is refused.
    fn import_revocation_list(
        &mut self,
        der: &[u8],
        list: Crl,
        import: &Import<'_>,
    ) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(der);
        let mut anchors = self.anchors(import.deviations)?;
        anchors.revoke(list, import.deviations)?;
        let mut manifest = self.manifest.clone();
        self.folder.put(der)?;
        let known = !manifest.revocation.insert(fingerprint);
        let mut report = empty_report(Imported::RevocationList, fingerprint, Standing::Accepted);
        report.changed = !known;
        self.finish(manifest, import, report)
    }

    /// Commits, unless nothing has changed.
    fn finish(
        &mut self,
        manifest: Manifest,
        import: &Import<'_>,
        mut report: Report,
    ) -> Result<Report, StoreError> {
        report.changed = manifest != self.manifest;
        if report.changed {
            self.commit(manifest, import, report.summary())?;
        }
        Ok(report)
    }
}

fn empty_report(what: Imported, fingerprint: Fingerprint, standing: Standing) -> Report {
    Report {
        what,
        fingerprint,
        standing,
        signed: None,
        found: 0,
        added: Vec::new(),
        known: 0,
        repeated: 0,
        dropped: Vec::new(),
        newly_trusted: 0,
        lacking: Vec::new(),
        changed: false,
    }
}

/// One list vouches once, however often it is imported.
fn add_source(entry: &mut Entry, source: &Source) {
    let same = |known: &&mut Source| known.list == source.list;
    match entry.sources.iter_mut().find(same) {
        Some(known) => known.trusted |= source.trusted,
        None => entry.sources.push(source.clone()),
    }
}

fn entry(source: Source, by_link: bool, tolerated: &Deviations) -> Entry {
    let deviations = tolerated.iter().map(|deviation| deviation.id()).collect();
    Entry { sources: vec![source], by_link, deviations }
}

fn unreadable(at: usize, error: CertificateError) -> Dropped {
    Dropped { at, name: None, reason: error.into() }
}

fn shown(certificate: &Certificate) -> String {
    format!("{} ({})", certificate.subject(), certificate.serial())
}

fn signer_country(list: &MasterList) -> Option<String> {
    let signer = list.signed_data().signers().first()?;
    let certificates = list.signed_data().certificates();
    certificates.iter().flatten().find(|found| signer.identifier().names(found))?.country()
}

/// Whether a certificate is one of an authority: it says so, may sign certificates, or signed itself.
fn is_authority(certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
        || extensions.key_usage.is_some_and(KeyUsage::key_cert_sign)
        || certificate.claims_to_be_self_signed()
}
