//! The documents that are read: the simulator's profiles with an EF.DG2 of 18 kB, the same at every run.
//!
//! All are signed with elliptic curves, so that no run waits for RSA keys to be found; EF.SOD is a little shorter for it.

use anyhow::{Context, Result};
use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::session::{ActiveAuthenticationPolicy, Batching, ReadOptions};
use emrtd_sim::chip::{Behaviour, Chip, ChipConfig, Timing};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{ChipAuthenticationProfile, PaceMapping, PaceProfile, SessionCipher};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile};
use emrtd_sim::people::Holder;
use jiff::civil::{Date, date};
use mrz::AccessFields;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// Size aimed at for the portrait, so that EF.DG2 has 18 kB.
const PORTRAIT_BYTES: usize = 18_000;
/// The longest answer of a reader that can carry extended length.
const EXTENDED_ANSWER: u32 = 65_536;
const ISSUED: Date = date(2026, 1, 15);

/// A kind of document and how it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Basic Access Control, nothing more.
    Bac,
    /// PACE with Generic Mapping and Chip Authentication, both in this group and with this cipher.
    PaceAndChipAuthentication {
        /// Standardised domain parameters.
        parameter_id: u8,
        /// Of both.
        cipher: SessionCipher,
    },
    /// PACE with Chip Authentication Mapping on brainpoolP256r1, and Chip Authentication.
    PaceCam,
    /// PACE with Generic Mapping and Active Authentication with ECDSA, on brainpoolP256r1.
    PaceAndActiveAuthentication,
}

impl Kind {
    /// The passport for which the goals are set: brainpoolP256r1 with AES-128.
    pub const REFERENCE: Kind =
        Kind::PaceAndChipAuthentication { parameter_id: 13, cipher: SessionCipher::Aes128 };

    const fn profile(self) -> &'static str {
        match self {
            Kind::Bac => "bac-only",
            Kind::PaceAndChipAuthentication { .. } => "pace-gm-ca",
            Kind::PaceCam => "pace-cam",
            Kind::PaceAndActiveAuthentication => "aa-ecdsa",
        }
    }
}

/// A document and what its holder knows of it.
pub struct Specimen {
    document: SpecimenDocument,
}

impl Specimen {
    /// Issues a document.
    ///
    /// # Errors
    /// The simulator's, none of which happens with the profiles as they are.
    pub fn issue(kind: Kind) -> Result<Specimen> {
        let name = kind.profile();
        let named = |name| builtin_profile(name).with_context(|| format!("there is no profile {name}"));
        let mut profile = named(name)??;
        let signing = named(Kind::REFERENCE.profile())??;
        (profile.csca, profile.document_signer) = (signing.csca, signing.document_signer);
        profile.sod = signing.sod;
        profile.portrait.bytes = PORTRAIT_BYTES;
        if let Kind::PaceAndChipAuthentication { parameter_id, cipher } = kind {
            profile.access.pace = vec![PaceProfile { mapping: PaceMapping::Gm, parameter_id, cipher }];
            profile.chip_authentication = vec![ChipAuthenticationProfile {
                parameter_id,
                ciphers: vec![cipher],
                ..profile.chip_authentication.first().context("pace-gm-ca has a key")?.clone()
            }];
        }
        let mut rng = ChaCha20Rng::seed_from_u64(2026);
        let state = IssuingState::establish(&profile, ISSUED, &mut rng)?;
        let holder = Holder::generate(ISSUED, &mut rng);
        let issuance = Issuance::new(&profile, &state, &holder, ISSUED);
        Ok(Specimen { document: issuance.issue(&mut rng)? })
    }

    /// The document.
    pub fn document(&self) -> &SpecimenDocument {
        &self.document
    }

    /// Its chip, powered up.
    ///
    /// # Errors
    /// If document and chip do not go together.
    pub fn chip(&self, timing: Timing, seed: u64) -> Result<Chip> {
        let config = ChipConfig::try_from(&self.document)?;
        let behaviour = Behaviour { timing, ..config.behaviour };
        let config = ChipConfig { behaviour, ..config };
        Ok(Chip::new(config, Box::new(ChaCha20Rng::seed_from_u64(seed)))?)
    }

    /// The MRZ's fields that open it, made into a password as a terminal makes them.
    ///
    /// # Errors
    /// If the document's own fields were no valid ones.
    pub fn password(&self) -> Result<Password> {
        let access = &self.document.access;
        let fields = AccessFields::new(&access.document_number, &access.birth_date, &access.expiry_date)?;
        Ok(Password::from_mrz(&fields))
    }

    /// How it is read.
    ///
    /// # Errors
    /// As [`Specimen::password`].
    pub fn options(&self, batching: Batching, extended: bool) -> Result<ReadOptions> {
        Ok(ReadOptions {
            passwords: vec![self.password()?],
            batching,
            extended_length: extended.then_some(EXTENDED_ANSWER),
            active_authentication: ActiveAuthenticationPolicy::Otherwise(Challenge(*b"kendt_AA")),
            ..ReadOptions::default()
        })
    }
}
