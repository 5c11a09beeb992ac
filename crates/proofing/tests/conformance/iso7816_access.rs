//! ISO7816_A to C: opening the chip, secure messaging, reading files. ISO7816_E, Terminal Authentication, is never run.

use emrtd::lds::File;
use emrtd::lds::dg2::Dg2;
use emrtd::session::{AccessMethod, Event, FileOutcome, ReadError};
use emrtd_sim::chip::{Hostile, Quirk};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::pki::Revocation;
use jiff::civil::date;
use verdict::Check;

use crate::case::{Case, not_applicable, run, run_all};
use crate::kit::{Draft, profile};
use crate::tree::Node;

const BROKEN: &str = "the session ends, and nothing of the answer is used";
const NOT_OPENED: &str = "the chip is not opened";
const READ: &str = "read in full and accepted";
const TERMINAL: &str = "Terminal Authentication: fingerprints and iris are never read";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_A_01", "read in full; without a mechanism against copying not accepted", || {
        let judged = Draft::new("open").judged();
        assert_eq!(judged.reading.access, AccessMethod::None);
        judged.refused_by(Check::ChipAuth, verdict::ResultKind::NotSupported);
    }),
    run(
        "ISO7816_A_02",
        "opened by Basic Access Control; without a mechanism against copying not accepted",
        || {
            let judged = Draft::new("bac-only").judged();
            assert_eq!(judged.reading.access, AccessMethod::Bac);
            judged.refused_by(Check::ChipAuth, verdict::ResultKind::NotSupported);
        },
    ),
    run("ISO7816_A_03", "the read ends: there is no travel document application", || {
        let refused = Draft::new("bac-only")
            .meddling(|command, answer| {
                if command.starts_with(&[0x00, 0xA4, 0x04]) {
                    *answer = vec![0x6A, 0x82];
                }
            })
            .refused();
        assert!(matches!(refused, ReadError::NoApplication(_)), "{refused}");
    }),
    run("ISO7816_B_01", NOT_OPENED, || bac(Hostile::WrongBasicAccessMac)),
    run("ISO7816_B_02", NOT_OPENED, || {
        let refused = Draft::new("bac-only")
            .meddling(|command, answer| {
                if command[1] == 0x82 && answer.len() > 40 {
                    answer[5] ^= 1;
                }
            })
            .refused();
        assert!(matches!(refused, ReadError::Bac(_)), "{refused}");
    }),
    run("ISO7816_B_03", NOT_OPENED, || {
        bac(Hostile::WrongChallenge);
        let refused = Draft::new("bac-only")
            .meddling(|command, answer| {
                if command[1] == 0x82 {
                    *answer = vec![0x63, 0];
                }
            })
            .refused();
        assert!(matches!(refused, ReadError::WrongKey { .. } | ReadError::BacRefused { .. }), "{refused}");
    }),
    run(
        "ISO7816_B_04",
        "the keys are dead; the chip is opened once more under new ones, and that is recorded",
        || {
            for name in ["bac-only", "pace-gm-ca"] {
                let judged = third_protected(name, |answer| *answer = vec![0x69, 0x88]).judged();
                let restarted = |event: &Event| matches!(event, Event::SecureMessagingRestarted(_));
                assert!(judged.reading.events.iter().any(restarted), "{name}");
            }
        },
    ),
    run("ISO7816_B_05", BROKEN, || protected(|answer| without(answer, 0x8E))),
    run("ISO7816_B_06", BROKEN, || protected(|answer| without(answer, 0x87))),
    run("ISO7816_B_07", BROKEN, || protected(|answer| without(answer, 0x99))),
    run("ISO7816_B_08", BROKEN, || {
        protected(|answer| {
            let at = answer.len() - 3;
            answer[at] ^= 1;
        });
    }),
    run("ISO7816_B_09", BROKEN, || protected(|answer| answer[4] ^= 1)),
    run("ISO7816_B_10", "C10 failed: the signer is on the list", || {
        let mut draft = Draft::new("pace-gm-ca");
        let serial = draft.signer().certificate.serial;
        let revoked_at = date(2026, 11, 21).at(0, 0, 0, 0);
        draft.publish(&[Revocation { serial, revoked_at, reason: None }]);
        draft.judged().failed(Check::Revocation);
    }),
    run("ISO7816_C_01", "DG2 counts as withheld: C12 failed", || {
        let mut draft = Draft::new("pace-gm-ca");
        draft.chip.files.remove(&ElementaryFile::DataGroup(2));
        let judged = draft.judged();
        assert_eq!(judged.reading.files[&File::Dg2], FileOutcome::Absent);
        judged.failed(Check::DgHashes);
    }),
    run("ISO7816_C_02", READ, || large(&[])),
    run("ISO7816_C_03", READ, || large(&[Quirk::EndOfFileSilent])),
    run("ISO7816_C_04", READ, || large(&[Quirk::EndOfFileWrongOffset])),
    run("ISO7816_C_05", READ, || {
        // 6282 is what the standard asks for, and what the simulated chip does by itself.
        let mut draft = Draft::new("pace-gm-ca");
        draft.options.extended_length = Some(65_536);
        draft.judged().accepted();
    }),
    run("ISO7816_C_06", READ, || large(&[Quirk::EndOfFileExactLength])),
    run("ISO7816_C_07", "the part beyond 32,767 bytes is read with the odd instruction", || {
        let mut profile = profile("pace-gm-ca");
        profile.portrait.bytes = 40_000;
        let mut draft = Draft::of(&profile);
        draft.options.extended_length = None;
        let judged = draft.judged();
        assert!(judged.reading.file(File::Dg2).unwrap().len() > 0x8000);
        judged.accepted();
    }),
    run("ISO7816_C_08", "signed, and no portrait can be taken from it", || {
        let draft = Draft::new("pace-gm-ca").with_group(2, |dg2| {
            let mut group = Node::parse(dg2);
            let block = group.at(&[0, 1, 1]);
            let mut record = block.value();
            record.truncate(46);
            for (at, length) in [(8, record.len()), (14, record.len() - 14)] {
                record[at..at + 4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
            }
            block.set(&record);
            *dg2 = group.write();
        });
        let judged = draft.judged();
        assert!(Dg2::parse(judged.reading.file(File::Dg2).unwrap()).is_err());
    }),
    not_applicable("ISO7816_E_01", TERMINAL),
    not_applicable("ISO7816_E_02", TERMINAL),
    not_applicable("ISO7816_E_03", TERMINAL),
    not_applicable("ISO7816_E_04", TERMINAL),
    not_applicable("ISO7816_E_05", TERMINAL),
    not_applicable("ISO7816_E_06", TERMINAL),
    not_applicable("ISO7816_E_07", TERMINAL),
    not_applicable("ISO7816_E_08", TERMINAL),
    not_applicable("ISO7816_E_09", TERMINAL),
    not_applicable("ISO7816_E_10", TERMINAL),
    not_applicable("ISO7816_E_11", TERMINAL),
    not_applicable("ISO7816_E_12", TERMINAL),
    not_applicable("ISO7816_E_13", TERMINAL),
    not_applicable("ISO7816_E_14", TERMINAL),
    not_applicable("ISO7816_E_15", TERMINAL),
    not_applicable("ISO7816_E_16", TERMINAL),
    not_applicable("ISO7816_E_17", TERMINAL),
    not_applicable("ISO7816_E_18", TERMINAL),
    not_applicable("ISO7816_E_19", TERMINAL),
    not_applicable("ISO7816_E_20", TERMINAL),
    not_applicable("ISO7816_E_21", TERMINAL),
    not_applicable("ISO7816_E_22", TERMINAL),
    not_applicable("ISO7816_E_23", TERMINAL),
    not_applicable("ISO7816_E_24", TERMINAL),
    not_applicable("ISO7816_E_25", TERMINAL),
    not_applicable("ISO7816_E_26", TERMINAL),
    not_applicable("ISO7816_E_27", TERMINAL),
    not_applicable("ISO7816_E_28", TERMINAL),
    not_applicable("ISO7816_E_29", TERMINAL),
    not_applicable("ISO7816_E_30", TERMINAL),
    not_applicable("ISO7816_E_31", TERMINAL),
    not_applicable("ISO7816_E_32", TERMINAL),
    not_applicable("ISO7816_E_33", TERMINAL),
    not_applicable("ISO7816_E_34", TERMINAL),
    not_applicable("ISO7816_E_35", TERMINAL),
    not_applicable("ISO7816_E_36", TERMINAL),
    not_applicable("ISO7816_E_37", TERMINAL),
    not_applicable("ISO7816_E_38", TERMINAL),
];

#[test]
fn access_messaging_and_files() {
    run_all(CASES);
}

fn bac(hostile: Hostile) {
    let refused = Draft::new("bac-only").hostile(hostile).refused();
    assert!(matches!(refused, ReadError::Bac(_)), "{refused}");
}

/// The third protected answer with data is changed on its way.
fn third_protected(name: &str, change: impl Fn(&mut Vec<u8>) + Send + 'static) -> Draft {
    let mut seen = 0;
    Draft::new(name).meddling(move |command, answer| {
        if command[0] & 0x0C == 0x0C && answer.first() == Some(&0x87) {
            seen += 1;
            if seen == 3 {
                change(answer);
            }
        }
    })
}

fn protected(change: impl Fn(&mut Vec<u8>) + Send + Copy + 'static) {
    for name in ["bac-only", "pace-gm-ca"] {
        let refused = third_protected(name, change).refused();
        assert!(matches!(refused, ReadError::SecureMessaging { .. }), "{name}: {refused}");
    }
}

/// A protected answer without one of its data objects.
fn without(answer: &mut Vec<u8>, tag: u8) {
    let (mut rest, status) = (answer[..answer.len() - 2].to_vec(), answer[answer.len() - 2..].to_vec());
    let mut kept = Vec::new();
    while !rest.is_empty() {
        let (length, header) = match rest[1] {
            0x81 => (usize::from(rest[2]), 3),
            0x82 => (usize::from(rest[2]) << 8 | usize::from(rest[3]), 4),
            short => (usize::from(short), 2),
        };
        let object: Vec<u8> = rest.drain(..header + length).collect();
        if object[0] != tag {
            kept.extend(object);
        }
    }
    *answer = [kept, status].concat();
}

fn large(quirks: &[Quirk]) {
    let mut profile = profile("pace-gm-ca");
    profile.portrait.bytes = 25_000;
    let mut draft = Draft::of(&profile);
    draft.chip.behaviour.quirks.extend(quirks);
    let judged = draft.judged();
    assert!(judged.reading.file(File::Dg2).unwrap().len() > 20_000);
    judged.accepted();
}
