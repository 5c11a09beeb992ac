//! {BAC, PACE-GM, PACE-IM, PACE-CAM} × every standardised parameter × cipher × {CA, AA RSA, AA ECDSA, none}, batched
//! and one command at a time, to the same evidence.

use emrtd::session::{AccessMethod, ActiveAuthentication, ChipAuthentication, Reading};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{
    ActiveAuthenticationProfile, ChipAuthenticationProfile, DocumentProfile, PaceMapping, PaceProfile,
    SessionCipher, Trailer,
};
use emrtd_sim::pki::{HashAlgorithm, ParameterEncoding};
use groups::{Group, Kind};

use crate::support::{assert_read_as_issued, chip, issue, options, profile, read_chip, single};

const CIPHERS: [SessionCipher; 4] =
    [SessionCipher::TripleDes, SessionCipher::Aes128, SessionCipher::Aes192, SessionCipher::Aes256];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Proof {
    ChipAuthentication,
    ActiveRsa,
    ActiveEcdsa,
    None,
}

const PROOFS: [Proof; 4] = [Proof::ChipAuthentication, Proof::ActiveRsa, Proof::ActiveEcdsa, Proof::None];

/// A passport opened by `mapping` (or Basic Access Control) and proven by `proof`, both over the same group.
fn passport(
    mapping: Option<PaceMapping>,
    group: Group,
    cipher: SessionCipher,
    proof: Proof,
) -> DocumentProfile {
    let mut profile = profile("bac-only");
    let parameter_id = group.parameter_id();
    profile.access.pace =
        mapping.map(|mapping| PaceProfile { mapping, parameter_id, cipher }).into_iter().collect();
    profile.chip_authentication.clear();
    profile.transport.extended_length = group.kind() == Kind::Dh;
    profile.transport.atr_info = true;
    profile.active_authentication = None;
    match proof {
        Proof::ChipAuthentication => profile.chip_authentication.push(ChipAuthenticationProfile {
            parameter_id,
            ciphers: vec![cipher],
            key_id: None,
            encoding: ParameterEncoding::default(),
        }),
        Proof::ActiveRsa => {
            profile.active_authentication = Some(ActiveAuthenticationProfile::Rsa {
                bits: 1536,
                digest: HashAlgorithm::Sha256,
                trailer: Trailer::Cc,
            });
        }
        Proof::ActiveEcdsa => {
            profile.active_authentication = Some(ActiveAuthenticationProfile::Ecdsa {
                parameter_id,
                digest: HashAlgorithm::Sha256,
                encoding: ParameterEncoding::default(),
            });
        }
        Proof::None => {}
    }
    profile
}

fn check(mapping: Option<PaceMapping>, group: Group, cipher: SessionCipher, proof: Proof) {
    let name = format!("{mapping:?} {group} {cipher:?} {proof:?}");
    let document = issue(&passport(mapping, group, cipher, proof));
    // Short commands cannot carry the keys of 2048-bit groups; chip and reader speak extended length for them.
    let mut wanted = options(&document);
    wanted.extended_length = (group.kind() == Kind::Dh).then_some(2_048);
    let batched =
        read_chip(chip(&document), wanted.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let singly =
        read_chip(chip(&document), single(wanted)).unwrap_or_else(|error| panic!("{name}, singly: {error}"));
    assert!(batched.same_evidence(&singly), "{name}: {batched:?}\n{singly:?}");
    assert!(!batched.metrics.fell_back, "{name} fell back");
    assert!(batched.metrics.waits <= 6, "{name}: {} waits", batched.metrics.waits);
    assert_eq!(singly.metrics.waits, singly.metrics.commands, "{name}");
    assert_read_as_issued(&document, &batched);
    assert_opened(&name, mapping, &batched);
    assert_proven(&name, mapping, proof, &document, &batched);
}

fn assert_opened(name: &str, mapping: Option<PaceMapping>, reading: &Reading) {
    match (mapping, reading.access) {
        (None, AccessMethod::Bac) => {}
        (Some(mapping), AccessMethod::Pace { protocol, .. }) => {
            let expected = match mapping {
                PaceMapping::Gm => emrtd::security_infos::Mapping::Generic,
                PaceMapping::Im => emrtd::security_infos::Mapping::Integrated,
                PaceMapping::Cam => emrtd::security_infos::Mapping::ChipAuthentication,
            };
            assert_eq!(protocol.mapping(), expected, "{name}");
        }
        other => panic!("{name}: {other:?}"),
    }
}

fn assert_proven(
    name: &str,
    mapping: Option<PaceMapping>,
    proof: Proof,
    document: &SpecimenDocument,
    reading: &Reading,
) {
    let by_mapping = mapping == Some(PaceMapping::Cam);
    match (&reading.chip_authentication, by_mapping, proof) {
        (ChipAuthentication::ConfirmedByMapping { .. }, true, _)
        | (ChipAuthentication::Confirmed(_), false, Proof::ChipAuthentication) => {}
        (ChipAuthentication::NotOffered, false, _) => assert!(document.keys.chip_authentication.is_empty()),
        other => panic!("{name}: {other:?} {:?}", reading.files),
    }
    match (&reading.active_authentication, by_mapping, proof) {
        (ActiveAuthentication::Signed(_), false, Proof::ActiveRsa | Proof::ActiveEcdsa)
        | (ActiveAuthentication::NotRun, true, Proof::ActiveRsa | Proof::ActiveEcdsa)
        | (ActiveAuthentication::NotOffered, _, Proof::ChipAuthentication | Proof::None) => {}
        other => panic!("{name}: {other:?}"),
    }
}

fn curves() -> impl Iterator<Item = Group> {
    Group::ALL.into_iter().filter(|group| group.kind() == Kind::Ecdh)
}

fn check_all(mapping: Option<PaceMapping>, groups: impl Iterator<Item = Group>) {
    for group in groups {
        for cipher in CIPHERS {
            for proof in PROOFS {
                let impossible = (proof == Proof::ActiveEcdsa && group.kind() == Kind::Dh)
                    || (mapping == Some(PaceMapping::Cam) && cipher == SessionCipher::TripleDes);
                // Basic Access Control has neither group nor cipher; they are those of Chip Authentication.
                let repeated = mapping.is_none()
                    && cipher != SessionCipher::Aes128
                    && proof != Proof::ChipAuthentication;
                if !impossible && !repeated {
                    check(mapping, group, cipher, proof);
                }
            }
        }
    }
}

#[test]
fn basic_access_control_with_every_proof_on_every_group() {
    check_all(None, Group::ALL.into_iter());
}

#[test]
fn generic_mapping_on_curves_with_every_cipher_and_proof() {
    check_all(Some(PaceMapping::Gm), curves());
}

#[test]
fn generic_mapping_on_prime_fields_with_every_cipher_and_proof() {
    check_all(Some(PaceMapping::Gm), Group::ALL.into_iter().filter(|group| group.kind() == Kind::Dh));
}

#[test]
fn integrated_mapping_on_every_group_that_has_one_with_every_cipher_and_proof() {
    check_all(
        Some(PaceMapping::Im),
        Group::ALL.into_iter().filter(|group| group.supports_integrated_mapping()),
    );
}

#[test]
fn chip_authentication_mapping_with_every_cipher_and_proof() {
    check_all(Some(PaceMapping::Cam), curves());
}
