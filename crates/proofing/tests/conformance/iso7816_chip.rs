//! ISO7816_D: Chip Authentication. ISO7816_F: Active Authentication.

use emrtd::session::{ActiveAuthentication, ChipAuthentication, ReadError};
use emrtd_sim::chip::{Exchange, Hostile};
use emrtd_sim::issue::profile::{
    ActiveAuthenticationProfile, ChipAuthenticationProfile, SessionCipher, Trailer,
};
use emrtd_sim::pki::{HashAlgorithm as Hash, ParameterEncoding};
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, not_applicable, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile};
use crate::tree::Node;

const PROVEN: &str = "C17 successful and accepted";
const NOT_PROVEN: &str = "C17 is not successful, and the document not accepted";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_D_01", PROVEN, || keys(&[(2, None)])),
    run("ISO7816_D_02", PROVEN, || keys(&[(13, None)])),
    run("ISO7816_D_03", PROVEN, || keys(&[(13, Some(1))])),
    run("ISO7816_D_04", PROVEN, || keys(&[(13, Some(1)), (12, Some(2))])),
    run("ISO7816_D_05", PROVEN, || keys(&[(13, Some(1)), (12, Some(2)), (2, Some(3))])),
    run("ISO7816_D_06", NOT_PROVEN, || {
        // DG14 names keys that the chip does not know by that reference.
        not_proven(infos_of(&[(13, Some(1))], |infos| {
            for info in infos.nodes() {
                if let Some(last) = info.nodes().last_mut()
                    && last.value() == [1]
                    && info.nodes().len() > 2
                {
                    info.nodes().last_mut().unwrap().set(&[9]);
                }
            }
        }));
    }),
    run("ISO7816_D_07", NOT_PROVEN, || {
        not_proven(infos_of(&[(2, None)], |infos| {
            let mut number = Node::parse(&key(infos).at(&[1, 1]).value()[1..]);
            number.set(&[1]);
            key(infos).at(&[1, 1]).set(&[&[0], &number.write()[..]].concat());
        }));
    }),
    run("ISO7816_D_08", NOT_PROVEN, || {
        not_proven(infos_of(&[(13, None)], |infos| {
            let mut point = key(infos).at(&[1, 1]).value();
            *point.last_mut().unwrap() ^= 1;
            key(infos).at(&[1, 1]).set(&point);
        }));
    }),
    run("ISO7816_D_09", "the session ends: the old keys are dead", || {
        let refused = Draft::new("pace-gm-ca").hostile(Hostile::OldKeysAfterChipAuthentication).refused();
        let ended = matches!(
            refused,
            ReadError::ChipAuthenticationUnconfirmed { .. } | ReadError::SecureMessaging { .. }
        );
        assert!(ended, "{refused}");
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
        not_proven(infos_of(&[(2, None)], |infos| {
            key(infos).at(&[1, 0, 0]).set(&hex!("2A864886F70D010101"));
        }));
    }),
    run("ISO7816_D_12", NOT_PROVEN, || {
        not_proven(infos_of(&[(13, None)], |infos| key(infos).at(&[1, 0, 0]).set(&hex!("2A8648CE3D0202"))));
    }),
    run("ISO7816_D_13", NOT_PROVEN, || {
        not_proven(infos_of(&[(13, Some(1))], |infos| {
            let last = key(infos).nodes().len() - 1;
            key(infos).at(&[last]).set(&[2]);
        }));
    }),
    run("ISO7816_D_14", PROVEN, || {
        // A DH key of 2,048 bits does not fit into a short command.
        let mut draft = Draft::of(&with_keys(&[(2, None)]));
        draft.options.extended_length = Some(8_192);
        proven(&draft.judged());
    }),
    run("ISO7816_D_15", "C17 failed (with 6A88; other status words are not simulated)", || {
        let judged = Draft::of(&with_keys(&[(13, Some(1))])).hostile(Hostile::CloneWithoutKeys).judged();
        assert!(matches!(judged.reading.chip_authentication, ChipAuthentication::Refused { .. }));
        judged.failed(Check::ChipAuth);
    }),
    run("ISO7816_F_01", "C17 successful; SHA-1 is noted as weak", || rsa(Hash::Sha1, Trailer::Bc)),
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
    run("ISO7816_F_09", NOT_PROVEN, || {
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
        assert_ne!(judged.result(Check::ChipAuth).kind(), ResultKind::Successful);
        assert!(judged.outcome.level().is_none());
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

fn not_proven(draft: Draft) {
    let judged = draft.judged();
    assert_ne!(judged.result(Check::ChipAuth).kind(), ResultKind::Successful);
    assert!(judged.outcome.level().is_none(), "{:?}", judged.outcome);
}

fn rsa(digest: Hash, trailer: Trailer) {
    let mut profile = profile("aa-rsa");
    profile.active_authentication = Some(ActiveAuthenticationProfile::Rsa { bits: 1024, digest, trailer });
    let judged = Draft::of(&profile).judged();
    assert!(judged.reading.file(emrtd::lds::File::Dg15).is_some());
    proven(&judged);
}
