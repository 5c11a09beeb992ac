//! Single certificates and revocation lists.

use std::sync::Arc;

use super::super::StoreError;
use super::super::certificates::judge_all;
use super::super::manifest::Fingerprint;
use super::super::report::{Imported, Report, Standing};
use super::{Session, add_source, entry};
use crate::certificate::Certificate;
use crate::crl::Crl;
use crate::extension::KeyUsage;

impl Session<'_> {
    /// Imports one certificate. That of an authority is trusted if the operator accepts it by its fingerprint, or if it is
    /// a link that a trusted authority signed; that of a document signer is only kept.
    pub(super) fn certificate(&mut self, certificate: &Arc<Certificate>) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(certificate.as_der());
        if !is_authority(certificate) {
            let standing = Standing::Unanchored("document signers are kept, never trusted".to_owned());
            let mut report = Report::begun(Imported::DocumentSigner, fingerprint, standing);
            report.found = 1;
            if self.manifest.signers.contains(&fingerprint) {
                report.known = 1;
            } else {
                self.folder.put(certificate.as_der())?;
                self.manifest.signers.insert(fingerprint);
                report.added.push(fingerprint);
                report.changed = true;
            }
            self.changed |= report.changed;
            return Ok(report);
        }
        let judged = judge_all(&[Arc::clone(certificate)], &self.trusted, self.import.deviations);
        let judged = match judged.into_iter().next() {
            Some(Ok(judged)) => judged,
            Some(Err(reason)) => return Err(StoreError::Dropped(reason)),
            None => return Err(StoreError::UnknownForm),
        };
        let standing = if self.import.accept.contains(&fingerprint) {
            Standing::Accepted
        } else if judged.issuer_known {
            Standing::Linked
        } else {
            Standing::Unanchored("nobody who is trusted vouches for it".to_owned())
        };
        let linked = standing == Standing::Linked;
        let source = self.source(None, standing == Standing::Accepted);
        let mut report = Report::begun(Imported::Authority, fingerprint, standing);
        report.found = 1;
        let now_trusted = if let Some(entry) = self.manifest.certificates.get_mut(&fingerprint) {
            let before = entry.is_trusted();
            report.changed = add_source(entry, &source) || (linked && !entry.by_link);
            entry.by_link |= linked;
            report.known = 1;
            report.newly_trusted = usize::from(entry.is_trusted() && !before);
            entry.is_trusted()
        } else {
            self.folder.put(certificate.as_der())?;
            let entry = entry(source, linked, &judged.tolerated);
            let trusted = entry.is_trusted();
            self.manifest.certificates.insert(fingerprint, entry);
            self.read.insert(fingerprint, Arc::clone(certificate));
            report.added.push(fingerprint);
            report.changed = true;
            trusted
        };
        if now_trusted {
            self.trust(certificate);
        }
        self.changed |= report.changed;
        Ok(report)
    }

    /// Imports a revocation list of an authority that is trusted; one that is older than the known one is refused.
    pub(super) fn revocation_list(&mut self, der: &[u8], list: Crl) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(der);
        let mut report = Report::begun(Imported::RevocationList, fingerprint, Standing::Accepted);
        report.signed = Some(list.this_update());
        if self.manifest.revocation.contains(&fingerprint) {
            return Ok(report);
        }
        let replaced = self.trusted.revoke(list, self.import.deviations)?;
        self.folder.put(der)?;
        if let Some(replaced) = replaced {
            self.manifest.revocation.remove(&Fingerprint::of(replaced.as_der()));
        }
        self.manifest.revocation.insert(fingerprint);
        report.changed = true;
        self.changed = true;
        Ok(report)
    }
}

/// Whether a certificate is one of an authority: it says so, may sign certificates, or signed itself.
fn is_authority(certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
        || extensions.key_usage.is_some_and(KeyUsage::key_cert_sign)
        || certificate.claims_to_be_self_signed()
}
