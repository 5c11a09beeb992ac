//! LDS_H, second part: EF.SOD, its signature, its list of hashes, and EF.COM beside it.

use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::LdsVersion;
use emrtd_sim::pki::Deviation;
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, departs, ends, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile};
use crate::tree::Node;

const ACCEPTED: &str = "accepted";
const REFUSED: &str = "C07 failed";
const UNREADABLE: &str = "EF.SOD is not used and the document not accepted";
const VERSION: &str = "accepted, the departure is noted; with its toleration switched off C07 failed";
const WHY_VERSION: &str = "the version is not signed, and the identifier decides";

pub(crate) const CASES: &[Case] = &[
    run("LDS_H_17", UNREADABLE, || file(|sod| sod[0] = 0x78)),
    run("LDS_H_18", UNREADABLE, || file(|sod| sod[3] = sod[3].wrapping_sub(1))),
    run("LDS_H_19", UNREADABLE, || file(|sod| sod[3] = sod[3].wrapping_add(1))),
    run("LDS_H_20", VERSION, || {
        let draft = || Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[0]).set(&[1]));
        version(draft, pki::Deviation::SignedDataVersionNotThree).accepted();
    }),
    run("LDS_H_21", REFUSED, || signed_data(|signed| drop(signed.nodes().remove(0)))),
    run("LDS_H_22", "C07 failed: MD5 is refused", || {
        let draft = Draft::new("pace-gm-ca").with_sod(true, |signed| {
            signed.at(&[4, 0, 2, 0]).set(&hex!("2A864886F70D0205"));
        });
        draft.judged().failed(Check::SodSignature);
    }),
    run("LDS_H_23", REFUSED, || signed_data(|signed| drop(signed.nodes().remove(1)))),
    run("LDS_H_24", REFUSED, || signed_data(|signed| signed.at(&[2, 0]).set(&hex!("67810801010A")))),
    run("LDS_H_25", REFUSED, || signed_data(|signed| drop(signed.at(&[2]).nodes().remove(0)))),
    run("LDS_H_26", VERSION, || {
        let draft = || Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[2]));
        version(draft, pki::Deviation::SignerVersionInconsistent).accepted();
    }),
    run("LDS_H_27", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(0)))),
    run("LDS_H_28", "C07 failed: the signer named is not embedded", || {
        signed_data(|signed| signed.at(&[4, 0, 1, 1]).set(&[0x12, 0x34]));
    }),
    run("LDS_H_29", "C07 failed: the signer named is not embedded", || {
        let draft = by_key_identifier().with_sod(false, |signed| signed.at(&[4, 0, 1]).set(&[7; 20]));
        draft.judged().failed(Check::SodSignature);
    }),
    run("LDS_H_30", "C07 is not successful", || {
        let draft = Draft::new("pace-gm-ca").with_sod(true, |signed| {
            signed.at(&[4, 0, 2, 0]).set(&hex!("2B24030201"));
        });
        draft.judged().refused_by(Check::SodSignature, ResultKind::NotSupported);
    }),
    run("LDS_H_31", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(2)))),
    run("LDS_H_32", REFUSED, || signed_data(|signed| flip(attribute(signed, 4).at(&[1, 0])))),
    run("LDS_H_33", REFUSED, || without_attribute(4)),
    run("LDS_H_34", "C07 failed: no time", || {
        let draft = Draft::new("pace-gm-ca").with_sod(true, |signed| {
            attribute(signed, 5).at(&[1, 0]).set(b"261399990000Z");
        });
        draft.judged().failed(Check::SodSignature);
    }),
    run("LDS_H_35", "accepted: Doc 9303-10 does not demand it", || {
        let mut profile = profile("pace-gm-ca");
        profile.sod.deviations.push(Deviation::MissingSigningTime);
        Draft::of(&profile).judged().accepted();
    }),
    run("LDS_H_37", REFUSED, || signed_data(|signed| flip(signed.at(&[4, 0, 5])))),
    run("LDS_H_38", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(5)))),
    run("LDS_H_39", REFUSED, || {
        security_object(|object| object.at(&[0]).set(&[2])).failed(Check::SodSignature);
    }),
    run("LDS_H_40", REFUSED, || {
        security_object(|object| drop(object.nodes().remove(0))).failed(Check::SodSignature);
    }),
    run("LDS_H_41", "C12 failed: MD5 is refused", || {
        security_object(|object| object.at(&[1, 0]).set(&hex!("2A864886F70D0205"))).failed(Check::DgHashes);
    }),
    run("LDS_H_42", REFUSED, || {
        security_object(|object| drop(object.nodes().remove(1))).failed(Check::SodSignature);
    }),
    run("LDS_H_43", "C12 failed", || {
        security_object(|object| flip(object.at(&[2, 1, 1]))).failed(Check::DgHashes);
    }),
    run("LDS_H_44", "C12 failed: DG1 must be listed", || {
        security_object(|object| drop(object.at(&[2]).nodes().remove(0))).failed(Check::DgHashes);
    }),
    ends("LDS_H_45", "C06 failed: EF.COM does not list it", || {
        security_object(|object| list(object, 10)).having(Check::EfComSod, ResultKind::Failed)
    }),
    ends("LDS_H_46", "C07 failed: there is no data group of that number", || {
        for number in [&[0xFF][..], &[0, 0xFF]] {
            security_object(|object| object.at(&[2, 0, 0]).set(number)).failed(Check::SodSignature);
        }
        security_object(|object| object.at(&[2, 0, 0]).set(&[0xFF]))
    }),
    ends("LDS_H_47", REFUSED, || {
        security_object(|object| drop(object.at(&[2, 1]).nodes().remove(0)))
            .having(Check::SodSignature, ResultKind::Failed)
    }),
    ends(
        "LDS_H_69",
        "C12 failed; while a signature is wrong, nothing of the document is vouched for",
        || {
            let wrong =
                Draft::new("pace-gm-ca").with_sod(false, |signed| flip(signed.at(&[4, 0, 5]))).judged();
            wrong.failed(Check::SodSignature);
            for check in [Check::DocumentAccepted, Check::Expiry, Check::MrzVsDg1, Check::ChipAuth] {
                wrong.has(check, ResultKind::Undetermined);
            }
            let mut draft = Draft::new("pace-gm-ca");
            *draft.file(ElementaryFile::DataGroup(2)).last_mut().unwrap() ^= 1;
            draft.judged().having(Check::DgHashes, ResultKind::Failed)
        },
    ),
    departs("LDS_H_84", VERSION, WHY_VERSION, || {
        let draft = || Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[3]));
        version(draft, pki::Deviation::SignerVersionInconsistent)
    }),
    departs("LDS_H_85", VERSION, WHY_VERSION, || {
        let draft = || by_key_identifier().with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[1]));
        version(draft, pki::Deviation::SignerVersionInconsistent)
    }),
    run("LDS_H_86", ACCEPTED, || version_1_8(|_| {}).accepted()),
    run("LDS_H_87", "C06 failed: EF.COM names another version", || {
        version_1_8(|object| object.at(&[3, 0]).set(b"0107")).failed(Check::EfComSod);
    }),
    run("LDS_H_88", "accepted: without a version there is nothing to contradict", || {
        security_object(|object| object.at(&[0]).set(&[1])).accepted();
    }),
    run("LDS_H_89", "C06 failed: the version is not known", || {
        version_1_8(|object| object.at(&[3, 0]).set(b"0109")).failed(Check::EfComSod);
    }),
    ends("LDS_H_90", "C06 failed", || {
        with_fingerprints()
            .with_security_object(|object| {
                list(object, 3);
                let last = object.at(&[2]).nodes().len() - 1;
                object.at(&[2, last, 1]).set(&[0xFF; 32]);
            })
            .judged()
            .having(Check::EfComSod, ResultKind::Failed)
    }),
    ends("LDS_H_91", "C06 failed, C12 failed: DG2 must be listed", || {
        security_object(|object| drop(object.at(&[2]).nodes().remove(1)))
            .having(Check::EfComSod, ResultKind::Failed)
            .having(Check::DgHashes, ResultKind::Failed)
    }),
    ends("LDS_H_92", "C06 failed, C12 failed: DG2 must be listed", || {
        with_fingerprints()
            .with_security_object(|object| {
                let hash = emrtd_sim::pki::HashAlgorithm::Sha256.digest(&FINGERPRINTS);
                object.at(&[2, 1, 0]).set(&[3]);
                object.at(&[2, 1, 1]).set(&hash);
            })
            .judged()
            .having(Check::EfComSod, ResultKind::Failed)
            .having(Check::DgHashes, ResultKind::Failed)
    }),
    ends(
        "LDS_H_93",
        "by its purpose, as EF.SOD has no place for a hash of EF.CardSecurity: its own signature is wrong, C16 failed",
        || {
            let mut draft = Draft::new("pace-cam");
            let file = draft.file(ElementaryFile::CardSecurity);
            let mut tree = Node::parse(file);
            flip(tree.at(&[1, 0, 4, 0, 5]));
            *file = tree.write();
            draft.judged().having(Check::CardSecurity, ResultKind::Failed)
        },
    ),
];

#[test]
fn security_object_cases() {
    run_all(CASES);
}

fn flip(object: &mut Node) {
    let mut wrong = object.value();
    *wrong.last_mut().unwrap() ^= 1;
    object.set(&wrong);
}

fn file(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(ElementaryFile::Sod));
    let judged = draft.judged();
    assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
    assert!(!judged.is_accepted(), "{:?}", judged.outcome);
}

/// SignedData broken without a new signature.
fn signed_data(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_sod(false, change).judged().failed(Check::SodSignature);
}

/// The LDS security object changed, and signed.
fn security_object(change: impl FnOnce(&mut Node)) -> Judged {
    Draft::new("pace-gm-ca").with_security_object(change).judged()
}

/// SignerInfo names the certificate by its key identifier.
fn by_key_identifier() -> Draft {
    let mut profile = profile("pace-gm-ca");
    profile.sod.deviations.push(Deviation::SignerBySubjectKeyIdentifier);
    Draft::of(&profile)
}

/// A departure that is tolerated and noted, and refused where its toleration is switched off.
fn version(draft: impl Fn() -> Draft, departure: pki::Deviation) -> Judged {
    draft().tolerating(departure, false).judged().failed(Check::SodSignature);
    let judged = draft().judged();
    assert!(judged.notes(&departure.id()));
    judged
}

/// A signed attribute by the last arc of its identifier below pkcs-9.
fn attribute(signed: &mut Node, arc: u8) -> &mut Node {
    let attributes = signed.at(&[4, 0, 3]);
    let is_it =
        |attribute: &mut Node| attribute.at(&[0]).value() == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, arc];
    let at = attributes.nodes().iter_mut().position(is_it).unwrap();
    attributes.at(&[at])
}

fn without_attribute(arc: u8) {
    let draft = Draft::new("pace-gm-ca").with_sod(false, |signed| {
        let unwanted = attribute(signed, arc).clone();
        signed.at(&[4, 0, 3]).nodes().retain(|attribute| *attribute != unwanted);
    });
    // Signed again, so that nothing but the attribute is missing.
    draft.with_sod(true, |_| {}).judged().failed(Check::SodSignature);
}

/// One more hash in the list.
fn list(object: &mut Node, number: u8) {
    let mut entry = object.clone().at(&[2, 0]).clone();
    entry.at(&[0]).set(&[number]);
    object.at(&[2]).nodes().push(entry);
}

/// DG3 without a fingerprint.
const FINGERPRINTS: [u8; 8] = hex!("6306 7F61 03 020100");

/// DG3 is on the chip, and EF.COM does not list it.
fn with_fingerprints() -> Draft {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.files.insert(ElementaryFile::DataGroup(3), FINGERPRINTS.to_vec());
    draft
}

fn version_1_8(change: impl FnOnce(&mut Node)) -> Judged {
    let mut profile = profile("pace-gm-ca");
    profile.lds_version = LdsVersion::V1_8;
    Draft::of(&profile).with_security_object(change).judged()
}
