//! LDS_H, second part: the certificate of the document signer.

use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, run, run_all};
use crate::kit::Draft;
use crate::tree::Node;

const BROKEN: &str = "C07 failed: the certificate cannot be read";
const REFUSED: &str = "C08 failed: the profile does not allow it";
const NO_PATH: &str = "C08 is not successful";

/// Where the fields of the signed part stand.
const VERSION: usize = 0;
const SERIAL: usize = 1;
const SIGNATURE: usize = 2;
const ISSUER: usize = 3;
const VALIDITY: usize = 4;
const KEY: usize = 6;
const EXTENSIONS: usize = 7;

pub(crate) const CASES: &[Case] = &[
    run("LDS_H_48", REFUSED, || profile(|body| body.at(&[VERSION, 0]).set(&[1]))),
    run("LDS_H_49", "C07 or C08 is not successful", || unusable(|body| drop(body.nodes().remove(VERSION)))),
    run("LDS_H_50", BROKEN, || broken(|body| drop(body.nodes().remove(SERIAL)))),
    run("LDS_H_51", BROKEN, || broken(|body| body.at(&[SIGNATURE, 0]).set(&hex!("2A8648CE3D040303")))),
    run("LDS_H_52", BROKEN, || broken(|body| drop(body.nodes().remove(SIGNATURE)))),
    run("LDS_H_53", "C08 failed: the issuer has no country", || {
        // Named by its key identifier, the issuer is still found; its country is missing.
        let draft =
            Draft::new("pace-gm-ca").with_certificate(|body| drop(body.at(&[ISSUER]).nodes().remove(0)));
        let judged = resigned(draft).judged();
        judged.refused_by(Check::DscPath, ResultKind::Failed);
    }),
    run(
        "LDS_H_54",
        "accepted by key identifier, the departure is noted; a wrong key identifier as well is C08 undetermined",
        || {
            let other = |body: &mut Node| {
                let name = body.at(&[ISSUER, 2, 0, 1]);
                name.set(b"CSCA OF ANOTHER NAM");
            };
            let judged = resigned(Draft::new("pace-gm-ca").with_certificate(other)).judged();
            judged.accepted();
            let draft = Draft::new("pace-gm-ca").with_certificate(|body| {
                other(body);
                authority_key(body).set(&hex!("3016 8014 0101010101010101010101010101010101010101"));
            });
            resigned(draft).judged().refused_by(Check::DscPath, ResultKind::Undetermined);
        },
    ),
    run("LDS_H_55", BROKEN, || broken(|body| drop(body.nodes().remove(ISSUER)))),
    run("LDS_H_56", "C09 failed: not valid today", || {
        let draft = Draft::new("pace-gm-ca").with_certificate(|body| {
            body.at(&[VALIDITY, 0]).set(b"200101000000Z");
            body.at(&[VALIDITY, 1]).set(b"210101000000Z");
        });
        draft.judged().failed(Check::CertValidity);
    }),
    run("LDS_H_57", BROKEN, || broken(|body| drop(body.nodes().remove(VALIDITY)))),
    run("LDS_H_58", NO_PATH, || {
        let draft = Draft::new("pace-gm-ca")
            .with_certificate(|body| body.at(&[KEY, 0, 0]).set(&hex!("2A8648CE380401")));
        let judged = draft.judged();
        assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
        assert!(judged.outcome.level().is_none());
    }),
    run("LDS_H_59", BROKEN, || broken(|body| drop(body.nodes().remove(KEY)))),
    run("LDS_H_60", "accepted: every authority of the name is tried; the departure is noted", || {
        noted(|body| authority_key(body).set(&hex!("3003 820101")), "authority-key-identifier-missing");
    }),
    run("LDS_H_61", "accepted: every authority of the name is tried; the departure is noted", || {
        noted(|body| without_extension(body, &AUTHORITY_KEY), "authority-key-identifier-missing");
    }),
    run("LDS_H_62", REFUSED, || profile(|body| extension(body, &KEY_USAGE).set(&hex!("03020106")))),
    run("LDS_H_63", REFUSED, || profile(|body| extension(body, &KEY_USAGE).set(&hex!("03020640")))),
    run("LDS_H_64", REFUSED, || profile(|body| without_extension(body, &KEY_USAGE))),
    run("LDS_H_65", BROKEN, || outer(|certificate| certificate.at(&[1, 0]).set(&hex!("2A864886F70D010104")))),
    run("LDS_H_66", BROKEN, || outer(|certificate| drop(certificate.nodes().remove(1)))),
    run("LDS_H_67", "C08 failed: the authority did not sign it", || {
        let draft = Draft::new("pace-gm-ca").with_broken_certificate(|certificate| {
            let signature = certificate.at(&[2]);
            let mut wrong = signature.value();
            *wrong.last_mut().unwrap() ^= 1;
            signature.set(&wrong);
        });
        draft.judged().failed(Check::DscPath);
    }),
    run("LDS_H_68", BROKEN, || outer(|certificate| drop(certificate.nodes().remove(2)))),
];

#[test]
fn signer_cases() {
    run_all(CASES);
}

const AUTHORITY_KEY: [u8; 3] = hex!("551D23");
const KEY_USAGE: [u8; 3] = hex!("551D0F");

/// The value of an extension.
fn extension<'a>(body: &'a mut Node, id: &[u8]) -> &'a mut Node {
    let list = body.at(&[EXTENSIONS, 0]);
    let at = list.nodes().iter_mut().position(|extension| extension.at(&[0]).value() == id).unwrap();
    let last = list.at(&[at]).nodes().len() - 1;
    list.at(&[at, last])
}

fn authority_key(body: &mut Node) -> &mut Node {
    extension(body, &AUTHORITY_KEY)
}

fn without_extension(body: &mut Node, id: &[u8]) {
    body.at(&[EXTENSIONS, 0]).nodes().retain(|extension| extension.clone().at(&[0]).value() != id);
}

/// Signed by the authority; a departure that is not tolerated.
fn profile(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_certificate(change).judged().failed(Check::DscPath);
}

fn noted(change: impl FnOnce(&mut Node), name: &str) {
    let judged = Draft::new("pace-gm-ca").with_certificate(change).judged();
    judged.accepted();
    let noted = &judged.evidence.header().provenance.deviations;
    assert!(noted.iter().any(|found| found.as_str() == name));
}

fn broken(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_certificate(change).judged().failed(Check::SodSignature);
}

fn unusable(change: impl FnOnce(&mut Node)) {
    let judged = Draft::new("pace-gm-ca").with_certificate(change).judged();
    let successful = |check| judged.result(check).kind() == ResultKind::Successful;
    assert!(!successful(Check::SodSignature) || !successful(Check::DscPath));
    assert!(judged.outcome.level().is_none());
}

/// The certificate outside of its signed part.
fn outer(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_broken_certificate(change).judged().failed(Check::SodSignature);
}

/// SignerInfo names the issuer as the certificate now does, and all is signed again.
fn resigned(draft: Draft) -> Draft {
    draft.with_sod(true, |signed| {
        let issuer = signed.at(&[3, 0, 0, ISSUER]).clone();
        *signed.at(&[4, 0, 1, 0]) = issuer;
    })
}
