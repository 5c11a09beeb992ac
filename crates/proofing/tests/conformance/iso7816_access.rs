//! ISO7816_A to C: opening the chip, secure messaging, reading files. ISO7816_E, Terminal Authentication, is never run.

use emrtd::access::bac::BacError;
use emrtd::apdu::StatusWord;
use emrtd::cipher::CipherError;
use emrtd::lds::File;
use emrtd::lds::dg2::Dg2;
use emrtd::secure_messaging::SecureMessagingError;
use emrtd::session::{AccessMethod, Event, FileOutcome, ReadError, Step};
use emrtd_sim::chip::{Exchange, Hostile, Quirk};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::pki::Revocation;
use jiff::civil::date;
use verdict::{Check, ResultKind};

use crate::case::{Case, not_applicable, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile};
use crate::tree::Node;
use crate::wire::{end_of, ends_at_changed_answer};

const BROKEN: &str = "the session ends at this answer: nothing of it is used, and nothing more is sent";
const NOT_OPENED: &str = "the chip is not opened, and nothing more is sent";
const READ: &str = "read in full and accepted";
const TERMINAL: &str = "Terminal Authentication: fingerprints and iris are never read";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_A_01", "read in full; without a mechanism against copying not accepted", || {
        let judged = Draft::new("open").judged();
        assert_eq!(judged.reading.access, AccessMethod::None);
        judged.refused_by(Check::ChipAuth, ResultKind::NotSupported);
    }),
    run(
        "ISO7816_A_02",
        "opened by Basic Access Control; without a mechanism against copying not accepted",
        || {
            let judged = Draft::new("bac-only").judged();
            assert_eq!(judged.reading.access, AccessMethod::Bac);
            judged.refused_by(Check::ChipAuth, ResultKind::NotSupported);
        },
    ),
    run("ISO7816_A_03", "the read ends at this answer: there is no travel document application", || {
        for status in [0x6A82, 0x6A86, 0x6D00] {
            let ended = ends_at_changed_answer(|| {
                Draft::new("bac-only").meddling(move |command, answer| {
                    if command.starts_with(&[0x00, 0xA4, 0x04]) {
                        *answer = u16::to_be_bytes(status).to_vec();
                    }
                })
            });
            assert_eq!(ended, ReadError::NoApplication(StatusWord(status)));
        }
    }),
    run("ISO7816_B_01", NOT_OPENED, || bac(Hostile::WrongBasicAccessMac, BacError::Mac)),
    run("ISO7816_B_02", NOT_OPENED, || {
        // Under a right MAC, and under one that is not right any more.
        bac(Hostile::WrongChallenge, BacError::Challenge);
        let ended = authentication(|answer| answer[5] ^= 1);
        assert_eq!(ended, ReadError::Bac(BacError::Mac));
    }),
    run("ISO7816_B_03", "the key counts as wrong, or the chip as refusing: nothing more is sent", || {
        for status in [0x6300, 0x6982, 0x6985, 0x6988] {
            let ended = authentication(move |answer| *answer = u16::to_be_bytes(status).to_vec());
            assert!(matches!(ended, ReadError::WrongKey { .. }), "{status:04X}: {ended}");
        }
        let ended = authentication(|answer| *answer = vec![0x6F, 0x00]);
        let (step, sw) = (Step::BacAuthenticate, StatusWord(0x6F00));
        assert_eq!(ended, ReadError::BacRefused { step, sw });
    }),
    run(
        "ISO7816_B_04",
        "the keys are dead; the chip is opened once more under new ones, and that is recorded; a second time ends the session",
        || {
            for (name, status) in
                [("bac-only", 0x6987), ("bac-only", 0x6988), ("pace-gm-ca", 0x6987), ("pace-gm-ca", 0x6988)]
            {
                let bare = move |answer: &mut Vec<u8>| *answer = u16::to_be_bytes(status).to_vec();
                let judged = third_protected(name, bare).judged();
                let restarted = Event::SecureMessagingRestarted(StatusWord(status));
                assert!(judged.reading.events.contains(&restarted), "{name} {status:04X}");
                let (ended, _) = end_of(|| {
                    Draft::new(name).meddling(move |command, answer| {
                        if is_protected(command, answer) {
                            bare(answer);
                        }
                    })
                });
                let error = SecureMessagingError::Unprotected(StatusWord(status));
                assert!(
                    matches!(&ended, ReadError::SecureMessaging { error: found, .. } if *found == error),
                    "{name}: {ended}"
                );
            }
        },
    ),
    run("ISO7816_B_05", BROKEN, || {
        broken(|answer| without(answer, 0x8E), &SecureMessagingError::Object(0x8E));
        hostile(Hostile::MissingMac { answer: 3 }, &SecureMessagingError::Object(0x8E));
    }),
    run(
        "ISO7816_B_06",
        "taken out on its way, it ends the session; left out under a right MAC, the file counts as unreadable, and the document is not accepted without it (EF.COM apart, which nobody signs)",
        || {
            broken(|answer| without(answer, 0x87), &SecureMessagingError::Mac);
            without_cryptogram("bac-only");
            without_cryptogram("pace-gm-ca");
        },
    ),
    run("ISO7816_B_07", BROKEN, || {
        broken(|answer| without(answer, 0x99), &SecureMessagingError::Object(0x99));
        hostile(Hostile::MissingStatus { answer: 3 }, &SecureMessagingError::Object(0x99));
    }),
    run("ISO7816_B_08", BROKEN, || {
        let changed = |answer: &mut Vec<u8>| {
            let at = answer.len() - 3;
            answer[at] ^= 1;
        };
        broken(changed, &SecureMessagingError::Mac);
        hostile(Hostile::WrongMac { answer: 3 }, &SecureMessagingError::Mac);
    }),
    run("ISO7816_B_09", BROKEN, || {
        broken(|answer| answer[4] ^= 1, &SecureMessagingError::Mac);
        let padding = SecureMessagingError::Cipher(CipherError::Padding);
        hostile(Hostile::WrongCryptogram { answer: 1 }, &padding);
    }),
    run("ISO7816_B_10", "C10 failed: the signer is on the list", || {
        let mut draft = Draft::new("pace-gm-ca");
        let serial = draft.signer().certificate.serial;
        let revoked_at = date(2026, 11, 21).at(0, 0, 0, 0);
        draft.publish(&[Revocation { serial, revoked_at, reason: None }]);
        draft.judged().failed(Check::Revocation);
    }),
    run(
        "ISO7816_C_01",
        "the file counts as withheld: C12 failed, and without EF.SOD C11 is not successful",
        || {
            for (number, file) in [(1, File::Dg1), (2, File::Dg2)] {
                let judged = lacking(ElementaryFile::DataGroup(number), file);
                judged.failed(Check::DgHashes);
            }
            let judged = lacking(ElementaryFile::Sod, File::Sod);
            assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
            assert!(!judged.is_accepted());
        },
    ),
    run("ISO7816_C_02", READ, || {
        large(&[]);
    }),
    run("ISO7816_C_03", READ, || {
        assert!(!large(&[Quirk::EndOfFileSilent]).contains(&StatusWord::END_OF_FILE));
    }),
    run("ISO7816_C_04", READ, || {
        assert!(large(&[Quirk::EndOfFileWrongOffset]).contains(&StatusWord::WRONG_OFFSET));
    }),
    run("ISO7816_C_05", READ, || {
        // What the standard asks for, and what the simulated chip does by itself.
        assert!(large(&[]).contains(&StatusWord::END_OF_FILE));
    }),
    run("ISO7816_C_06", READ, || {
        let statuses = large(&[Quirk::EndOfFileExactLength]);
        assert!(statuses.iter().any(|status| status.sw1() == 0x6C));
    }),
    run("ISO7816_C_07", "the part beyond 32,767 bytes is read with the odd instruction", || {
        let mut profile = profile("pace-gm-ca");
        profile.portrait.bytes = 40_000;
        let mut draft = Draft::of(&profile);
        draft.options.extended_length = None;
        let odd = |done: &Exchange| done.command.ins == 0xB1 && done.status.is_ok();
        assert!(draft.exchanges().iter().any(odd));
    }),
    run(
        "ISO7816_C_08",
        "the document counts, since its data are signed; no portrait can be taken from it, so that no face can be compared",
        || {
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
            judged.accepted();
        },
    ),
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

/// Basic Access Control ends with this error: nothing is sent after it.
fn bac(hostile: Hostile, error: BacError) {
    let (ended, sent) = end_of(|| Draft::new("bac-only").hostile(hostile));
    assert_eq!(ended, ReadError::Bac(error));
    assert_eq!(sent.last().unwrap().apdu[1], 0x82);
}

/// The chip's answer to Basic Access Control is changed on its way.
fn authentication(change: impl Fn(&mut Vec<u8>) + Send + Copy + 'static) -> ReadError {
    ends_at_changed_answer(|| {
        Draft::new("bac-only").meddling(move |command, answer| {
            if command[1] == 0x82 {
                change(answer);
            }
        })
    })
}

/// A protected answer with data.
fn is_protected(command: &[u8], answer: &[u8]) -> bool {
    command[0] & 0x0C == 0x0C && answer.first() == Some(&0x87)
}

/// The third protected answer with data is changed on its way.
fn third_protected(name: &str, change: impl Fn(&mut Vec<u8>) + Send + 'static) -> Draft {
    let mut seen = 0;
    Draft::new(name).meddling(move |command, answer| {
        if is_protected(command, answer) {
            seen += 1;
            if seen == 3 {
                change(answer);
            }
        }
    })
}

/// A protected answer that is changed on its way ends the session: nothing is sent after it.
fn broken(change: impl Fn(&mut Vec<u8>) + Send + Copy + 'static, error: &SecureMessagingError) {
    for name in ["bac-only", "pace-gm-ca"] {
        messaging(name, &ends_at_changed_answer(|| third_protected(name, change)), error);
    }
}

/// The same, when it is the chip that makes it so.
fn hostile(hostile: Hostile, error: &SecureMessagingError) {
    for name in ["bac-only", "pace-gm-ca"] {
        messaging(name, &end_of(|| Draft::new(name).hostile(hostile)).0, error);
    }
}

#[track_caller]
fn messaging(name: &str, ended: &ReadError, error: &SecureMessagingError) {
    let as_expected = matches!(ended, ReadError::SecureMessaging { error: found, .. } if found == error);
    assert!(as_expected, "{name}: {ended}");
}

/// One answer after the other comes without its data, under a right MAC: whatever was lost is missed. Only EF.COM,
/// which nobody signs, is not needed.
fn without_cryptogram(name: &str) {
    let whole = Draft::new(name).judged().reading.files;
    let mut missed = 0;
    for answer in 0..12 {
        let Ok(judged) = Draft::new(name).hostile(Hostile::MissingCryptogram { answer }).read() else {
            missed += 1;
            continue;
        };
        for (file, outcome) in &judged.reading.files {
            if outcome.unverified() != whole[file].unverified() {
                assert!(matches!(outcome, FileOutcome::Unreadable(_)), "{name} {answer}: {file}");
                assert!(*file == File::Com || !judged.is_accepted(), "{name} {answer}: {file}");
                missed += 1;
            }
        }
    }
    assert!(missed >= 3, "{missed}");
}

fn lacking(elementary: ElementaryFile, file: File) -> Judged {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.files.remove(&elementary);
    let judged = draft.judged();
    assert_eq!(judged.reading.files[&file], FileOutcome::Absent);
    judged
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

/// A large document is read in full and accepted. The status words of the chip's reads.
fn large(quirks: &[Quirk]) -> Vec<StatusWord> {
    let mut profile = profile("pace-gm-ca");
    profile.portrait.bytes = 25_000;
    let draft = || {
        let mut draft = Draft::of(&profile);
        draft.chip.behaviour.quirks.extend(quirks);
        draft
    };
    assert!(draft().judged().reading.file(File::Dg2).unwrap().len() > 20_000);
    let reads = draft().exchanges();
    reads.iter().filter(|done| matches!(done.command.ins, 0xB0 | 0xB1)).map(|done| done.status).collect()
}
