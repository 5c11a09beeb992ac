//! Specimen documents for the targets that need a chip: one for each built-in profile, made once in each process.
//!
//! Portraits are small and the issuing keys are on P-256, so that a fuzzing process starts quickly; what a chip offers
//! is as its profile says.

use std::sync::{Arc, OnceLock};

use emrtd::access::Password;
use emrtd::quirks::QuirkTable;
use emrtd::session::ReadOptions;
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::profile::{ActiveAuthenticationProfile, DocumentProfile};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile, builtin_profiles};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::{HashAlgorithm, KeySpec, ParameterEncoding, SignatureSpec};
use jiff::civil::date;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

/// Bytes of a portrait: enough for a read of several chunks.
const PORTRAIT_BYTES: usize = 900;
/// Bits of an RSA key for Active Authentication.
const RSA_BITS: usize = 1024;

/// A generator that always gives the same.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The names of the built-in profiles.
pub fn names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| builtin_profiles().collect())
}

/// The document of a profile, by the profile's number among [`names`] (modulo their number).
///
/// # Panics
/// If the simulator cannot issue one of its own profiles.
pub fn document(number: u8) -> Arc<SpecimenDocument> {
    static DOCUMENTS: OnceLock<Vec<OnceLock<Arc<SpecimenDocument>>>> = OnceLock::new();
    let documents = DOCUMENTS.get_or_init(|| names().iter().map(|_| OnceLock::new()).collect());
    let index = usize::from(number) % documents.len();
    Arc::clone(documents[index].get_or_init(|| Arc::new(issue(names()[index]))))
}

/// The documents of all profiles.
pub fn all() -> impl Iterator<Item = Arc<SpecimenDocument>> {
    (0..names().len()).map(|number| document(u8::try_from(number).unwrap_or(u8::MAX)))
}

fn issue(name: &str) -> SpecimenDocument {
    let mut profile =
        builtin_profile(name).expect("it is one of the names").expect("built-in profiles are right");
    make_quick(&mut profile);
    let today = date(2026, 11, 25);
    let state = IssuingState::establish(&profile, today, &mut rng(1)).expect("P-256 keys can be made");
    let holder = Holder::generate(today, &mut rng(2));
    let issuance = Issuance::new(&profile, &state, &holder, today);
    issuance.issue(&mut rng(3)).expect("built-in profiles can be issued")
}

fn make_quick(profile: &mut DocumentProfile) {
    let signature = SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 };
    let key = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::default() };
    profile.csca.key = key;
    profile.csca.signature = signature;
    profile.csca.deviations.clear();
    profile.document_signer.key = key;
    profile.document_signer.deviations.clear();
    profile.sod.signature = signature;
    profile.sod.deviations.clear();
    profile.portrait.bytes = PORTRAIT_BYTES;
    if let Some(ActiveAuthenticationProfile::Rsa { bits, .. }) = &mut profile.active_authentication {
        *bits = RSA_BITS;
    }
}

/// What everyone knows who holds the document.
///
/// # Panics
/// If the simulator has issued an impossible card access number, or the built-in quirks cannot be read.
pub fn options(document: &SpecimenDocument) -> ReadOptions {
    let mut passwords = vec![Password::from_mrz_information(&document.access.mrz_information)];
    let can = document.access.can.as_ref();
    passwords.extend(can.map(|can| Password::from_can(can).expect("six digits")));
    let table = QuirkTable::builtin().expect("the built-in table is right");
    ReadOptions {
        passwords,
        quirks: table.for_state(Some(&document.profile.issuing_state)),
        ..ReadOptions::default()
    }
}

/// A file of a document by its name in Doc 9303.
pub fn file<'a>(document: &'a SpecimenDocument, name: &str) -> Option<&'a [u8]> {
    ElementaryFile::from_name(name).and_then(|file| document.file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_profile_is_issued() {
        assert_eq!(all().count(), names().len());
        for document in all() {
            assert!(file(&document, "EF.SOD").is_some(), "{}", document.profile.name);
        }
    }
}
