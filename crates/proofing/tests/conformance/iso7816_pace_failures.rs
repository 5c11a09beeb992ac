//! ISO7816_G: PACE that fails. It ends the session where it fails, and is never followed by Basic Access Control.

use emrtd::access::pace::PaceError;
use emrtd::apdu::StatusWord;
use emrtd::session::{ChipAuthentication, ReadError, Step};
use emrtd_sim::chip::{Hostile, PaceFailure, PaceKey, PaceStep};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::{DocumentProfile, PaceMapping, SessionCipher};
use verdict::{Check, CheckResult, FailedReason, Outcome};

use crate::case::{Case, run, run_all};
use crate::iso7816_pace::{infos, with_pace};
use crate::kit::{Draft, profile};
use crate::tree::Node;
use crate::wire::{answer_to, pace_ends_at, stays_closed};

const ENDED: &str =
    "the session ends at this answer: nothing more is sent, and Basic Access Control is not tried";
const KEY: &str =
    "the session ends at this answer, which says that the key is wrong; Basic Access Control is not tried";
const CLOSED: &str = "the session ends; neither PACE nor Basic Access Control is tried";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_G_08", ENDED, || refused_at(PaceStep::Selection, &STATUS_WORDS)),
    run(
        "ISO7816_G_09",
        "a changed value counts as a wrong key; a nonce of another length ends the session",
        || {
            let changed = ends(13, Step::PaceConfirm, Step::PaceNonce, |nonce| nonce[4] ^= 1);
            assert!(matches!(changed, ReadError::WrongKey { .. }), "{changed}");
            for length in [0, 1, 15, 17, 80] {
                let ended = ends(13, Step::PaceNonce, Step::PaceNonce, move |nonce| nonce.resize(length, 0));
                let expected = matches!(
                    ended,
                    ReadError::Pace { step: Step::PaceNonce, error: PaceError::NonceLength(found) } if found == length
                );
                assert!(expected, "{length}: {ended}");
            }
        },
    ),
    run("ISO7816_G_10", ENDED, || refused_at(PaceStep::Nonce, &STATUS_WORDS)),
    run("ISO7816_G_11", ENDED, || other_tag(Step::PaceNonce, 0x80, 0x90)),
    run("ISO7816_G_12", ENDED, || refused_at(PaceStep::Mapping, &STATUS_WORDS)),
    run("ISO7816_G_13", ENDED, || other_tag(Step::PaceMap, 0x82, 0x92)),
    run("ISO7816_G_14", ENDED, || {
        for profile in [generic(13), generic(2), profile("pace-cam")] {
            refused(&profile, PaceStep::Mapping, 0x6A80);
        }
    }),
    run("ISO7816_G_15", ENDED, || refused(&profile("pace-im"), PaceStep::Mapping, 0x6A80)),
    run("ISO7816_G_16", ENDED, || invalid_points(Step::PaceMap, PaceKey::Mapping)),
    run("ISO7816_G_17", ENDED, || invalid_integers(Step::PaceMap, PaceKey::Mapping)),
    run("ISO7816_G_18", ENDED, || {
        refused_at(PaceStep::Agreement, &STATUS_WORDS[1..]);
        wrong_key_at(PaceStep::Agreement, &[0x6300]);
    }),
    run("ISO7816_G_19", ENDED, || other_tag(Step::PaceAgree, 0x84, 0x94)),
    run("ISO7816_G_20", ENDED, || {
        for name in ["pace-gm-ca", "pace-im", "pace-dh", "pace-cam"] {
            refused(&profile(name), PaceStep::Agreement, 0x6A80);
        }
    }),
    run("ISO7816_G_21", ENDED, || invalid_points(Step::PaceAgree, PaceKey::Agreement)),
    run("ISO7816_G_22", ENDED, || invalid_integers(Step::PaceAgree, PaceKey::Agreement)),
    run("ISO7816_G_23", ENDED, || {
        for name in ["pace-gm-ca", "pace-im", "pace-dh", "pace-cam"] {
            let mirrored = Hostile::MirroredKey { key: PaceKey::Agreement };
            let ended = pace_ends_at(Step::PaceAgree, || Draft::new(name).hostile(mirrored));
            assert_eq!(ended, ReadError::Pace { step: Step::PaceAgree, error: PaceError::MirroredKey });
        }
    }),
    run("ISO7816_G_24", KEY, || wrong_key_at(PaceStep::MutualAuthentication, &[0x6300, 0x6982, 0x6985])),
    run("ISO7816_G_25", ENDED, || other_tag(Step::PaceConfirm, 0x86, 0x96)),
    run("ISO7816_G_26", "a wrong token counts as a wrong key; other refusals end the session", || {
        let wrong = pace_ends_at(Step::PaceConfirm, || Draft::new("pace-gm-ca").hostile(Hostile::WrongToken));
        assert!(matches!(wrong, ReadError::WrongKey { .. }), "{wrong}");
        refused_at(PaceStep::MutualAuthentication, &[0x6A80, 0x6F00]);
    }),
    run("ISO7816_G_27", CLOSED, || {
        // The set is one byte longer than it says, or shorter; an entry is.
        for (at, longer) in [(1, true), (1, false), (3, true), (3, false)] {
            let closed = stays_closed(|| {
                let mut draft = Draft::new("pace-gm-ca");
                let length = &mut draft.file(ElementaryFile::CardAccess)[at];
                *length = if longer { *length + 1 } else { *length - 1 };
                draft
            });
            let content = matches!(closed, ReadError::CardAccessContent(_) | ReadError::CardAccess(_));
            assert!(content, "{at}: {closed}");
        }
    }),
    run("ISO7816_G_28", CLOSED, || {
        for parameter_id in [3, 7, 19, 31] {
            let closed = stays_closed(|| {
                infos(|infos| {
                    let last = infos.at(&[0]).nodes().len() - 1;
                    infos.at(&[0, last]).set(&[parameter_id]);
                })
            });
            assert!(matches!(closed, ReadError::PaceNotSupported(_)), "{parameter_id}: {closed}");
        }
    }),
    run("ISO7816_G_29", ENDED, || {
        let ended = mapping_data(|objects| objects.retain(|object| object.tag != [0x8A]));
        assert_eq!(ended, PaceError::Object(0x8A));
    }),
    run("ISO7816_G_30", ENDED, || {
        // The data in another data object inside 8A.
        let ended = mapping_data(|objects| {
            let inner = Node::primitive(&[0x02], &data(objects).value()).write();
            data(objects).set(&inner);
        });
        assert!(matches!(ended, PaceError::Cipher(_)), "{ended}");
    }),
    run(
        "ISO7816_G_31",
        "data that are no padded number end the session; those of another key fail C17",
        || {
            let ended = mapping_data(|objects| {
                let mut wrong = data(objects).value();
                *wrong.last_mut().unwrap() ^= 1;
                data(objects).set(&wrong);
            });
            assert!(matches!(ended, PaceError::Cipher(_)), "{ended}");
            let judged = Draft::new("pace-cam").hostile(Hostile::CloneWithOtherKeys).judged();
            assert_eq!(judged.reading.chip_authentication, ChipAuthentication::MappingMismatch);
            assert_eq!(judged.result(Check::ChipAuth), CheckResult::Failed(FailedReason::NotAuthentic));
            assert_eq!(judged.outcome, Outcome::StopAlert);
        },
    ),
    run("ISO7816_G_32", ENDED, || {
        let ended = mapping_data(|objects| data(objects).tag = vec![0x8B]);
        assert!(matches!(ended, PaceError::Tlv(_)), "{ended}");
    }),
    run("ISO7816_G_33", ENDED, || {
        let ended = mapping_data(|objects| data(objects).set(&[]));
        assert!(matches!(ended, PaceError::Cipher(_)), "{ended}");
    }),
];

/// 6300 first: at some steps it speaks of the key.
const STATUS_WORDS: [u16; 8] = [0x6300, 0x6982, 0x6985, 0x6A80, 0x6A86, 0x6A88, 0x6D00, 0x6F00];

#[test]
fn pace_that_fails() {
    run_all(CASES);
}

const fn step_of(step: PaceStep) -> Step {
    match step {
        PaceStep::Selection => Step::PaceSelect,
        PaceStep::Nonce => Step::PaceNonce,
        PaceStep::Mapping => Step::PaceMap,
        PaceStep::Agreement => Step::PaceAgree,
        PaceStep::MutualAuthentication => Step::PaceConfirm,
    }
}

/// Generic Mapping on these domain parameters, and no other way.
fn generic(parameter_id: u8) -> DocumentProfile {
    with_pace(&[(PaceMapping::Gm, parameter_id, SessionCipher::Aes128)])
}

fn failing(profile: &DocumentProfile, step: PaceStep, status: u16) -> ReadError {
    pace_ends_at(step_of(step), || {
        let mut draft = Draft::of(profile);
        draft.chip.behaviour.pace_failure = Some(PaceFailure { step, status });
        draft
    })
}

fn refused(profile: &DocumentProfile, step: PaceStep, status: u16) {
    let expected = ReadError::PaceRefused { step: step_of(step), sw: StatusWord(status) };
    assert_eq!(failing(profile, step, status), expected);
}

fn refused_at(step: PaceStep, statuses: &[u16]) {
    for status in statuses {
        refused(&generic(13), step, *status);
    }
}

fn wrong_key_at(step: PaceStep, statuses: &[u16]) {
    for status in statuses {
        let ended = failing(&generic(13), step, *status);
        assert!(matches!(ended, ReadError::WrongKey { .. }), "{status:04X}: {ended}");
    }
}

/// The value of the one object that answers `changed` is another; PACE on these parameters ends at `last`.
fn ends(
    parameter_id: u8,
    last: Step,
    changed: Step,
    change: impl Fn(&mut Vec<u8>) + Send + Copy + 'static,
) -> ReadError {
    let profile = generic(parameter_id);
    pace_ends_at(last, || {
        answer_to(changed, Draft::of(&profile), move |objects| changed_value(objects, change))
    })
}

fn changed_value(objects: &mut [Node], change: impl Fn(&mut Vec<u8>)) {
    let mut value = objects[0].value();
    change(&mut value);
    objects[0].set(&value);
}

fn other_tag(step: Step, right: u8, wrong: u8) {
    let ended = pace_ends_at(step, || {
        answer_to(step, Draft::new("pace-gm-ca"), move |objects| {
            assert_eq!(objects[0].tag, [right]);
            objects[0].tag = vec![wrong];
        })
    });
    assert_eq!(ended, ReadError::Pace { step, error: PaceError::Object(u32::from(right)) });
}

fn invalid_key(step: Step, ended: &ReadError) {
    let expected =
        matches!(ended, ReadError::Pace { step: at, error: PaceError::PublicKey(_) } if *at == step);
    assert!(expected, "{ended}");
}

/// A point whose form, x or y is wrong, that is too short or too long, or that is the point at infinity.
fn invalid_points(step: Step, key: PaceKey) {
    for at in [0, 1, 32, 33, 64] {
        invalid_key(step, &ends(13, step, step, move |point| point[at] ^= 1));
    }
    for length in [0, 33, 64, 66] {
        invalid_key(step, &ends(13, step, step, move |point| point.resize(length, 0)));
    }
    invalid_key(step, &ends(13, step, step, |point| point[1..].fill(0)));
    hostile_keys(13, step, key);
}

/// A number outside the group: changed at either end, nought, empty, or too long.
fn invalid_integers(step: Step, key: PaceKey) {
    let ends = |change: fn(&mut Vec<u8>)| ends(2, step, step, change);
    invalid_key(step, &ends(|number| number[0] ^= 1));
    invalid_key(step, &ends(|number| *number.last_mut().unwrap() ^= 1));
    invalid_key(step, &ends(|number| number.fill(0)));
    invalid_key(step, &ends(|number| number.fill(0xFF)));
    invalid_key(step, &ends(Vec::clear));
    invalid_key(step, &ends(|number| number.insert(0, 1)));
    hostile_keys(2, step, key);
}

fn hostile_keys(parameter_id: u8, step: Step, key: PaceKey) {
    let profile = generic(parameter_id);
    for hostile in [Hostile::InvalidKey { key }, Hostile::IdentityKey { key }] {
        invalid_key(step, &pace_ends_at(step, || Draft::of(&profile).hostile(hostile)));
    }
}

/// What PACE-CAM ends with when the objects of the chip's last answer are changed.
fn mapping_data(change: impl Fn(&mut Vec<Node>) + Send + Copy + 'static) -> PaceError {
    let ended =
        pace_ends_at(Step::PaceConfirm, || answer_to(Step::PaceConfirm, Draft::new("pace-cam"), change));
    match ended {
        ReadError::Pace { step: Step::PaceConfirm, error } => error,
        other => panic!("{other}"),
    }
}

fn data(objects: &mut [Node]) -> &mut Node {
    objects.iter_mut().find(|object| object.tag == [0x8A]).unwrap()
}
