//! ISO7816_D: Chip Authentication. ISO7816_F: Active Authentication.

use emrtd::active_authentication::ActiveAuthenticationError;
use emrtd::apdu::StatusWord;
use emrtd::chip_authentication::ChipAuthenticationError;
use emrtd::session::{ActiveAuthentication, ChipAuthentication, ReadError, Step};
use emrtd_sim::chip::{Exchange, Hostile};
use emrtd_sim::issue::profile::{
    ActiveAuthenticationProfile, ChipAuthenticationProfile, SessionCipher, Trailer,
};
use emrtd_sim::pki::{HashAlgorithm as Hash, ParameterEncoding};
use hex_literal::hex;
use verdict::{Check, CheckResult, Outcome, ResultKind, UndeterminedReason};

use crate::case::{Case, not_applicable, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile};
use crate::tree::Node;
use crate::wire::end_of;

const PROVEN: &str = "C17 successful and accepted";
const NOT_PROVEN: &str = "C17 undetermined: Chip Authentication cannot be run; the document is not accepted";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_D_01", PROVEN, || keys(&[(2, None)])),
    run("ISO7816_D_02", PROVEN, || keys(&[(13, None)])),
    run("ISO7816_D_03", PROVEN, || keys(&[(13, Some(1))])),
    run("ISO7816_D_04", PROVEN, || keys(&[(13, Some(1)), (12, Some(2))])),
    run("ISO7816_D_05", PROVEN, || keys(&[(13, Some(1)), (12, Some(2)), (2, Some(3))])),
    run("ISO7816_D_06", "C17 failed: the chip refuses", || {
        // DG14 names keys that the chip does not know by that reference.
        let draft = infos_of(&[(13, Some(1))], |infos| {
            for info in infos.nodes() {
                if let Some(last) = info.nodes().last_mut()
                    && last.value() == [1]
                    && info.nodes().len() > 2
                {
                    info.nodes().last_mut().unwrap().set(&[9]);
                }
            }
        });
        let judged = draft.judged();
        let (step, sw) = (Step::ChipAuthenticationSelect, StatusWord::REFERENCE_NOT_FOUND);
        assert_eq!(judged.reading.chip_authentication, ChipAuthentication::Refused { step, sw });
        judged.failed(Check::ChipAuth);
    }),
    run("ISO7816_D_07", NOT_PROVEN, || {
        not_proven(
            infos_of(&[(2, None)], |infos| {
                let mut number = Node::parse(&key(infos).at(&[1, 1]).value()[1..]);
                number.set(&[1]);
                key(infos).at(&[1, 1]).set(&[&[0], &number.write()[..]].concat());
            }),
            &ChipAuthentication::Unsupported(ChipAuthenticationError::UnknownGroup),
        );
    }),
    run("ISO7816_D_08", NOT_PROVEN, || {
        not_proven(
            infos_of(&[(13, None)], |infos| {
                let mut point = key(infos).at(&[1, 1]).value();
                *point.last_mut().unwrap() ^= 1;
                key(infos).at(&[1, 1]).set(&point);
            }),
            &ChipAuthentication::Unsupported(ChipAuthenticationError::UnknownGroup),
        );
    }),
    run("ISO7816_D_09", "the session ends: the old keys are dead", || {
        let (ended, _) = end_of(|| Draft::new("pace-gm-ca").hostile(Hostile::OldKeysAfterChipAuthentication));
        assert!(matches!(ended, ReadError::ChipAuthenticationUnconfirmed { .. }), "{ended}");
    }),
    run("ISO7816_D_10", "made twice in one session, after a lost tag, it uses another ephemeral key", || {
        let undisturbed = Draft::new("pace-gm-ca").exchanges();
        assert_eq!(ephemeral_keys(&undisturbed).len(), 1);
        let command = u32::try_from(undisturbed.len() - 2).unwrap();
        let resumed = Draft::new("pace-gm-ca").hostile(Hostile::RemovedAt { command }).exchanges();
        let [first, second] = &ephemeral_keys(&resumed)[..] else { panic!("not made twice") };
        assert_ne!(first, second);
    }),
    run("ISO7816_D_11", NOT_PROVEN, || {
        let judged = infos_of(&[(2, None)], |infos| {
            key(infos).at(&[1, 0, 0]).set(&hex!("2A864886F70D010101"));
        })
        .judged();
        assert!(matches!(judged.reading.chip_authentication, ChipAuthentication::Malformed(_)));
        judged.refused_by(Check::ChipAuth, ResultKind::Undetermined);
    }),
    run("ISO7816_D_12", NOT_PROVEN, || {
        not_proven(
            infos_of(&[(13, None)], |infos| key(infos).at(&[1, 0, 0]).set(&hex!("2A8648CE3D0202"))),
            &ChipAuthentication::Unsupported(ChipAuthenticationError::UnknownGroup),
        );
    }),
    run("ISO7816_D_13", NOT_PROVEN, || {
        not_proven(
            infos_of(&[(13, Some(1))], |infos| {
                let last = key(infos).nodes().len() - 1;
                key(infos).at(&[last]).set(&[2]);
            }),
            &ChipAuthentication::Unsupported(ChipAuthenticationError::NoProtocol),
        );
    }),
    run("ISO7816_D_14", PROVEN, || {
        // A DH key of 2,048 bits does not fit into a short command.
        let mut draft = Draft::of(&with_keys(&[(2, None)]));
        draft.options.extended_length = Some(8_192);
        proven(&draft.judged());
    }),
    run("ISO7816_D_15", "C17 failed with each of nine status words", || {
        for status in [0x6300, 0x6982, 0x6984, 0x6985, 0x6A80, 0x6A86, 0x6A88, 0x6D00, 0x6F00] {
            let refusal = Hostile::ChipAuthenticationRefused { status };
            let judged = Draft::of(&with_keys(&[(13, Some(1))])).hostile(refusal).judged();
            let (step, sw) = (Step::ChipAuthenticationSelect, StatusWord(status));
            assert_eq!(judged.reading.chip_authentication, ChipAuthentication::Refused { step, sw });
            judged.failed(Check::ChipAuth);
            assert_eq!(judged.outcome, Outcome::StopAlert);
        }
    }),
    run("ISO7816_F_01", "C17 successful; key and hash are noted as weak", || rsa(Hash::Sha1, Trailer::Bc)),
    run("ISO7816_F_02", PROVEN, || {
        let judged = Draft::new("aa-ecdsa").judged();
        assert!(matches!(judged.reading.active_authentication, ActiveAuthentication::Signed(_)));
        proven(&judged);
    }),
    not_applicable(
        "ISO7816_F_03",
        "Doc 9303-11 §6.1 knows ISO/IEC 9796-2 scheme 1 only; no document with RSASSA-PSS is known",
    ),
    run("ISO7816_F_04", PROVEN, || rsa(Hash::Sha224, Trailer::Cc)),
    run("ISO7816_F_05", PROVEN, || rsa(Hash::Sha256, Trailer::Cc)),
    run("ISO7816_F_06", PROVEN, || rsa(Hash::Sha384, Trailer::Cc)),
    run("ISO7816_F_07", PROVEN, || rsa(Hash::Sha512, Trailer::Cc)),
    run("ISO7816_F_08", "C17 failed", || {
        // A trailer of one byte says SHA-1; the chip hashes with SHA-256.
        let mut profile = profile("aa-rsa");
        profile.active_authentication =
            Some(ActiveAuthenticationProfile::Rsa { bits: 1024, digest: Hash::Sha256, trailer: Trailer::Bc });
        Draft::of(&profile).judged().failed(Check::ChipAuth);
    }),
    run("ISO7816_F_09", "C17 failed: nobody can tell the hash of the signature", || {
        let draft = Draft::new("aa-ecdsa").with_group(14, |dg14| {
            let mut tree = Node::parse(dg14);
            for info in tree.at(&[0]).nodes() {
                if info.at(&[0]).value() == hex!("678108010105") {
                    info.at(&[2]).set(&hex!("04007F0007010104010A"));
                }
            }
            *dg14 = tree.write();
        });
        let judged = draft.judged();
        let no_digest = ActiveAuthentication::Wrong(ActiveAuthenticationError::NoDigest);
        assert_eq!(judged.reading.active_authentication, no_digest);
        judged.failed(Check::ChipAuth);
    }),
];

#[test]
fn chip_and_active_authentication() {
    run_all(CASES);
}

/// The terminal's keys of Chip Authentication: what GENERAL AUTHENTICATE brings under secure messaging (Doc 9303-11 §6.2).
fn ephemeral_keys(exchanges: &[Exchange]) -> Vec<Vec<u8>> {
    let proofs = exchanges.iter().filter(|done| done.secured && done.command.ins == 0x86);
    proofs.map(|done| Node::parse(&done.command.data).at(&[0]).value()).collect()
}

fn with_keys(keys: &[(u8, Option<u64>)]) -> emrtd_sim::issue::profile::DocumentProfile {
    let mut profile = profile("pace-gm-ca");
    let of = |&(parameter_id, key_id): &(u8, Option<u64>)| ChipAuthenticationProfile {
        parameter_id,
        ciphers: vec![SessionCipher::Aes128],
        key_id,
        encoding: ParameterEncoding::Explicit,
    };
    profile.chip_authentication = keys.iter().map(of).collect();
    profile
}

fn keys(keys: &[(u8, Option<u64>)]) {
    let judged = Draft::of(&with_keys(keys)).judged();
    assert!(matches!(judged.reading.chip_authentication, ChipAuthentication::Confirmed(_)));
    proven(&judged);
}

fn proven(judged: &Judged) {
    judged.has(Check::ChipAuth, ResultKind::Successful);
    judged.accepted();
}

/// DG14 with other infos, signed; the chip keeps its keys.
fn infos_of(keys: &[(u8, Option<u64>)], change: impl FnOnce(&mut Node)) -> Draft {
    Draft::of(&with_keys(keys)).with_group(14, |dg14| {
        let mut tree = Node::parse(dg14);
        change(tree.at(&[0]));
        *dg14 = tree.write();
    })
}

/// The first ChipAuthenticationPublicKeyInfo.
fn key(infos: &mut Node) -> &mut Node {
    let at = infos.nodes().iter_mut().position(|info| info.at(&[1]).tag == [0x30]).unwrap();
    infos.at(&[at])
}

/// Chip Authentication cannot be run, and nobody knows whether the chip is the right one.
fn not_proven(draft: Draft, chip: &ChipAuthentication) {
    let judged = draft.judged();
    assert_eq!(judged.reading.chip_authentication, *chip);
    let missing = CheckResult::Undetermined(UndeterminedReason::DataMissing);
    assert_eq!(judged.result(Check::ChipAuth), missing);
    assert!(judged.outcome.level().is_none(), "{:?}", judged.outcome);
}

fn rsa(digest: Hash, trailer: Trailer) {
    let mut profile = profile("aa-rsa");
    profile.active_authentication = Some(ActiveAuthenticationProfile::Rsa { bits: 1024, digest, trailer });
    let judged = Draft::of(&profile).judged();
    assert!(judged.reading.file(emrtd::lds::File::Dg15).is_some());
    // The key has 1024 bits, which is noted whatever the hash.
    assert!(judged.notes("weak.active-authentication"));
    proven(&judged);
}
