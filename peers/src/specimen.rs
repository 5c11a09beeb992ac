//! Chips of ours to be read: specimen documents issued for the purpose, the same at every run.

use anyhow::{Context, Result};
use emrtd_sim::chip::{Chip, ChipConfig};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{DocumentProfile, PaceMapping, PaceProfile, SessionCipher};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile};
use emrtd_sim::people::Holder;
use jiff::civil::{Date, date};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::dmrtd_reader::MrzFields;

/// The day on which all specimens are issued.
const TODAY: Date = date(2026, 1, 15);

/// One of the simulator's built-in profiles.
pub fn profile(name: &str) -> Result<DocumentProfile> {
    Ok(builtin_profile(name).with_context(|| format!("there is no profile {name}"))??)
}

/// A passport that offers PACE with generic mapping only in this group and with this cipher, beside a CAN.
pub fn profile_with_pace(parameter_id: u8, cipher: SessionCipher) -> Result<DocumentProfile> {
    let mut profile = profile("pace-gm-ca")?;
    profile.access.can = true;
    profile.access.pace = vec![PaceProfile { mapping: PaceMapping::Gm, parameter_id, cipher }];
    Ok(profile)
}

/// Issues a document of that profile.
pub fn issue(profile: &DocumentProfile) -> Result<SpecimenDocument> {
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let state = IssuingState::establish(profile, TODAY, &mut rng)?;
    let holder = Holder::generate(TODAY, &mut rng);
    let issuance = Issuance::new(profile, &state, &holder, TODAY);
    Ok(issuance.issue(&mut rng)?)
}

/// The document's chip.
pub fn chip(document: &SpecimenDocument) -> Result<Chip> {
    Ok(Chip::new(ChipConfig::try_from(document)?, Box::new(ChaCha20Rng::seed_from_u64(7)))?)
}

/// The document's fields for access, with dates as dmrtd wants them.
pub fn mrz_fields(document: &SpecimenDocument) -> MrzFields {
    MrzFields {
        number: document.access.document_number.clone(),
        birth: document.holder.birth_date.to_string(),
        expiry: document.expiry_date.to_string(),
    }
}
