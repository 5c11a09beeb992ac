//! Whether a signed list is trusted: its signature, its signer's usage, validity and country, and what the signer
//! is traced to.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::StoreError;
use super::super::manifest::Fingerprint;
use super::super::report::Standing;
use super::Session;
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::deviation::Deviations;
use crate::master_list::{MasterListSigner, MasterListSignerError};

/// How far the clocks of a list's signer and of the importer may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_hours(24);

/// When its signer says that a list was signed.
pub(super) fn signing_time(list: &SignedData) -> Option<Timestamp> {
    list.signers().first().and_then(SignerInfo::signing_time)
}

/// Country of the certificate that the signature names.
pub(super) fn signer_country(list: &SignedData) -> Option<String> {
    let signer = list.signers().first()?;
    list.certificates().iter().flatten().find(|found| signer.identifier().names(found))?.country()
}

impl Session<'_> {
    /// Traces the signer of a list to a pinned root, or else to an authority of its own state, `verify` doing one step. The
    /// operator's word, now or `accepted` before, comes between the two.
    pub(super) fn standing<'l>(
        &self,
        list: &'l SignedData,
        fingerprint: Fingerprint,
        accepted: bool,
        verify: impl Fn(&Certificate) -> Result<MasterListSigner<'l>, MasterListSignerError>,
    ) -> Result<Standing, StoreError> {
        let mut reason = "no root of its state is pinned".to_owned();
        for root in &self.manifest.roots {
            let certificate = Certificate::parse(&self.folder.object(*root)?)
                .map_err(|source| StoreError::Certificate { fingerprint: *root, source })?;
            match self.traced(list, &certificate, &verify) {
                Ok(()) => return Ok(Standing::Anchored(*root)),
                Err(other) => reason = other,
            }
        }
        if accepted || self.import.accept.contains(&fingerprint) {
            return Ok(Standing::Accepted);
        }
        for signer in list.certificates().iter().flatten() {
            let known: Vec<&Arc<Certificate>> =
                self.trusted.issuers(signer.issuer(), signer.issuer_key_identifier()).collect();
            for authority in known {
                match self.traced(list, authority, &verify) {
                    Ok(()) => return Ok(Standing::Vouched(Fingerprint::of(authority.as_der()))),
                    Err(other) => reason = other,
                }
            }
        }
        Ok(Standing::Unanchored(reason))
    }

    fn traced<'l>(
        &self,
        list: &SignedData,
        root: &Certificate,
        verify: impl Fn(&Certificate) -> Result<MasterListSigner<'l>, MasterListSignerError>,
    ) -> Result<(), String> {
        let signer = verify(root).map_err(|error| error.to_string())?;
        let country = signer.certificate.country();
        if country != root.country() {
            return Err("its signer is of another country than the root".to_owned());
        }
        let mut departing: Deviations = signer.profile;
        departing.extend(&signer.list.deviations);
        departing.extend(&signer.issued.deviations);
        let judgement = self.import.deviations.judge(&departing, country.as_deref());
        if !judgement.refused.is_empty() {
            return Err(format!("its signer breaks the profile: {:?}", judgement.refused));
        }
        // Without a time nobody can tell an older list from a newer one.
        let signed = signing_time(list).ok_or("it does not say when it was signed")?;
        if signed.duration_since(self.import.at) > CLOCKS_APART {
            return Err(format!("it was signed in the future, on {signed}"));
        }
        // A list says what was so when it was signed; at that time its signer must have been valid.
        if !signer.certificate.validity().position_of(signed).is_eq() {
            return Err("its signer was not valid when it signed".to_owned());
        }
        Ok(())
    }

    /// Refuses a trusted list that is older than the newest one that is known of the same signer.
    pub(super) fn refuse_older(
        &self,
        signed: Option<Timestamp>,
        newest: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        match (signed, newest) {
            (Some(signed), Some(known)) if signed < known && !self.import.allow_older => {
                Err(StoreError::Older { signed, known })
            }
            _ => Ok(()),
        }
    }
}
