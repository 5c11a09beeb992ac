//! The issuing state of a profile: its CSCA and the document signer of the day.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use rand_core::CryptoRng;

use super::IssueError;
use super::profile::{DocumentFormat, DocumentProfile};
use crate::pki::{Csca, CscaKey, DocumentSigner, SigningKey, State};

/// A CSCA and a document signer below it.
#[derive(Debug, Clone)]
pub struct IssuingState {
    /// The country signing CA.
    pub csca: Csca,
    /// The document signer.
    pub document_signer: DocumentSigner,
}

impl IssuingState {
    /// Founds both for a profile, with new keys. The signer signs for three months from one month before `today`.
    pub fn establish(
        profile: &DocumentProfile,
        today: Date,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, IssueError> {
        profile.validate()?;
        let csca_key = Arc::new(SigningKey::generate(profile.csca.key, rng)?);
        let signer_key = Arc::new(SigningKey::generate(profile.document_signer.key, rng)?);
        Self::establish_with_keys(profile, csca_key, signer_key, today, rng)
    }

    /// As [`Self::establish`], with given keys; they must suit the profile's signatures.
    pub fn establish_with_keys(
        profile: &DocumentProfile,
        csca_key: Arc<SigningKey>,
        signer_key: Arc<SigningKey>,
        today: Date,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, IssueError> {
        let state = State {
            country: profile.country.clone(),
            code: profile.issuing_state.clone(),
            document_years: profile.validity_years,
        };
        let key = CscaKey { key: csca_key, scheme: profile.csca.signature };
        let founded = today.checked_sub(1.year())?;
        let csca = Csca::establish(state, key, founded, &profile.csca.deviations, rng)?;
        let default_type = match profile.format {
            DocumentFormat::Td3 => "P",
            DocumentFormat::Td1 | DocumentFormat::Td2 => "I",
        };
        let document_type = profile.document_code.as_deref().unwrap_or(default_type).to_owned();
        let document_signer = csca.certify_document_signer(
            signer_key,
            &[document_type],
            today.checked_sub(1.month())?,
            &profile.document_signer.deviations,
            rng,
        )?;
        Ok(Self { csca, document_signer })
    }
}
