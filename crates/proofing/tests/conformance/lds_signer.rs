//! LDS_H, third part: the certificate of the document signer.

use std::sync::Arc;

use emrtd_sim::pki::{HashAlgorithm, KeySpec, SignatureSpec};
use hex_literal::hex;
use pki::Deviation;
use verdict::{Check, ResultKind};

use crate::case::{Case, departs, ends, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, sign_anew};
use crate::md5_with_rsa;
use crate::tree::Node;

const BROKEN: &str = "C07 failed: the certificate cannot be read";
const REFUSED: &str = "C08 failed: the profile does not allow it";
const NOTED: &str = "accepted, the departure is noted; C08 failed with its toleration switched off";
const WHY_AUTHORITY_KEY: &str = "every authority of the issuer's name is tried, and the signature decides";

/// Where the fields of the signed part stand.
const VERSION: usize = 0;
const SERIAL: usize = 1;
const SIGNATURE: usize = 2;
const ISSUER: usize = 3;
const VALIDITY: usize = 4;
const KEY: usize = 6;
const EXTENSIONS: usize = 7;

pub(crate) const CASES: &[Case] = &[
    run("LDS_H_48", REFUSED, || profile(|body| body.at(&[VERSION, 0]).set(&[1])).failed(Check::DscPath)),
    run("LDS_H_49", "C07 or C08 is not successful", || unusable(|body| drop(body.nodes().remove(VERSION)))),
    ends("LDS_H_50", BROKEN, || broken(|body| drop(body.nodes().remove(SERIAL)))),
    ends("LDS_H_51", BROKEN, || broken(|body| body.at(&[SIGNATURE, 0]).set(&hex!("2A8648CE3D040303")))),
    ends("LDS_H_52", BROKEN, || broken(|body| drop(body.nodes().remove(SIGNATURE)))),
    run("LDS_H_53", "C08 failed: the issuer has no country", || {
        // Named by its key identifier, the issuer is still found; its country is missing.
        let draft =
            Draft::new("pace-gm-ca").with_certificate(|body| drop(body.at(&[ISSUER]).nodes().remove(0)));
        resigned(draft).judged().failed(Check::DscPath);
    }),
    departs(
        "LDS_H_54",
        "accepted by the key identifier, the departure is noted; C08 failed with its toleration switched off, and \
         undetermined where the key identifier is another, too",
        "links of seven states name their issuer otherwise; the signature decides, and the country is compared by itself",
        || {
            let other = |body: &mut Node| body.at(&[ISSUER, 2, 0, 1]).set(b"CSCA OF ANOTHER NAM");
            let draft = Draft::new("pace-gm-ca").with_certificate(|body| {
                other(body);
                authority_key(body).set(&hex!("3016 8014 0101010101010101010101010101010101010101"));
            });
            resigned(draft).judged().refused_by(Check::DscPath, ResultKind::Undetermined);
            let draft = || resigned(Draft::new("pace-gm-ca").with_certificate(other));
            tolerated(draft, Deviation::IssuerNameDiffers)
        },
    ),
    ends("LDS_H_55", BROKEN, || broken(|body| drop(body.nodes().remove(ISSUER)))),
    departs(
        "LDS_H_56",
        "accepted, the departure is noted; C08 failed with its toleration switched off. A UTCTime with four digits of the \
         year is no time: C07 failed",
        "one of 910 real certificates has it, of an authority; RFC 5280 §4.1.2.5 has every reader understand both forms",
        || {
            let years = |body: &mut Node| {
                for at in [0, 1] {
                    let time = body.at(&[VALIDITY, at]);
                    time.set(&[b"20", &time.value()[..]].concat());
                }
            };
            broken(years);
            let draft = || {
                Draft::new("pace-gm-ca").with_certificate(|body| {
                    years(body);
                    for time in body.at(&[VALIDITY]).nodes() {
                        time.tag = vec![0x18];
                    }
                })
            };
            tolerated(draft, Deviation::ValidityTimeForm)
        },
    ),
    ends("LDS_H_57", BROKEN, || broken(|body| drop(body.nodes().remove(VALIDITY)))),
    ends("LDS_H_58", "C07 not supported: nobody can use the key", || {
        let draft = rsa_chain().with_certificate(|body| {
            body.at(&[KEY, 0, 0]).set(&md5_with_rsa::IDENTIFIER);
        });
        draft.judged().having(Check::SodSignature, ResultKind::NotSupported)
    }),
    ends("LDS_H_59", BROKEN, || broken(|body| drop(body.nodes().remove(KEY)))),
    departs("LDS_H_60", NOTED, WHY_AUTHORITY_KEY, || {
        let draft = || {
            Draft::new("pace-gm-ca").with_certificate(|body| authority_key(body).set(&hex!("3003 820101")))
        };
        tolerated(draft, Deviation::AuthorityKeyIdentifierMissing)
    }),
    departs("LDS_H_61", NOTED, WHY_AUTHORITY_KEY, || {
        let draft =
            || Draft::new("pace-gm-ca").with_certificate(|body| without_extension(body, &AUTHORITY_KEY));
        tolerated(draft, Deviation::AuthorityKeyIdentifierMissing)
    }),
    departs(
        "LDS_H_62",
        NOTED,
        "17 real certificates of authorities have it; the extension is applied all the same",
        || {
            let draft = || {
                Draft::new("pace-gm-ca").with_certificate(|body| {
                    // Without `critical`, which is FALSE then.
                    extension(body, &KEY_USAGE).nodes().remove(1);
                })
            };
            tolerated(draft, Deviation::KeyUsageNonCritical)
        },
    ),
    ends("LDS_H_63", REFUSED, || {
        profile(|body| value(body, &KEY_USAGE).set(&hex!("03020640")))
            .having(Check::DscPath, ResultKind::Failed)
    }),
    ends("LDS_H_64", REFUSED, || {
        profile(|body| without_extension(body, &KEY_USAGE)).having(Check::DscPath, ResultKind::Failed)
    }),
    ends("LDS_H_65", "C07 and C08 failed: MD5 is refused, although both signatures are right", || {
        let draft = rsa_chain();
        let authority = Arc::clone(draft.state.csca.key());
        let signer = Arc::clone(&draft.state.document_signer.key);
        let certified = |draft: Draft| {
            draft.with_broken_certificate(|certificate| {
                certificate.at(&[0, SIGNATURE, 0]).set(&md5_with_rsa::IDENTIFIER);
                certificate.at(&[1, 0]).set(&md5_with_rsa::IDENTIFIER);
                let signature = md5_with_rsa::sign(&authority, &certificate.at(&[0]).write());
                certificate.at(&[2]).set(&[&[0], &signature[..]].concat());
            })
        };
        // The certificate alone, and the whole chain.
        certified(rsa_chain()).judged().failed(Check::DscPath);
        let whole = certified(draft).with_signed_data(|signed| {
            signed.at(&[4, 0, 4, 0]).set(&md5_with_rsa::IDENTIFIER);
            sign_anew(signed, HashAlgorithm::Sha256, |attributes| md5_with_rsa::sign(&signer, attributes));
        });
        whole
            .judged()
            .having(Check::DscPath, ResultKind::Failed)
            .having(Check::SodSignature, ResultKind::Failed)
    }),
    ends("LDS_H_66", BROKEN, || outer(|certificate| drop(certificate.nodes().remove(1)))),
    run("LDS_H_67", "C08 failed: the authority did not sign it", || {
        let draft = Draft::new("pace-gm-ca").with_broken_certificate(|certificate| {
            let signature = certificate.at(&[2]);
            let mut wrong = signature.value();
            *wrong.last_mut().unwrap() ^= 1;
            signature.set(&wrong);
        });
        draft.judged().failed(Check::DscPath);
    }),
    run("LDS_H_68", BROKEN, || {
        let judged = outer(|certificate| drop(certificate.nodes().remove(2)));
        assert!(!judged.is_accepted());
    }),
];

#[test]
fn signer_cases() {
    run_all(CASES);
}

const AUTHORITY_KEY: [u8; 3] = hex!("551D23");
const KEY_USAGE: [u8; 3] = hex!("551D0F");

fn extension<'a>(body: &'a mut Node, id: &[u8]) -> &'a mut Node {
    let list = body.at(&[EXTENSIONS, 0]);
    let at = list.nodes().iter_mut().position(|extension| extension.at(&[0]).value() == id).unwrap();
    list.at(&[at])
}

/// The value of an extension.
fn value<'a>(body: &'a mut Node, id: &[u8]) -> &'a mut Node {
    let extension = extension(body, id);
    let last = extension.nodes().len() - 1;
    extension.at(&[last])
}

fn authority_key(body: &mut Node) -> &mut Node {
    value(body, &AUTHORITY_KEY)
}

fn without_extension(body: &mut Node, id: &[u8]) {
    body.at(&[EXTENSIONS, 0]).nodes().retain(|extension| extension.clone().at(&[0]).value() != id);
}

/// A certificate that departs, signed by the authority.
fn profile(change: impl FnOnce(&mut Node)) -> Judged {
    Draft::new("pace-gm-ca").with_certificate(change).judged()
}

/// A departure that is tolerated and noted, and refused where its toleration is switched off.
fn tolerated(draft: impl Fn() -> Draft, departure: Deviation) -> Judged {
    draft().tolerating(departure, false).judged().failed(Check::DscPath);
    let judged = draft().judged();
    assert!(judged.notes(&departure.id()));
    judged
}

/// A certificate that is none, signed by the authority.
fn broken(change: impl FnOnce(&mut Node)) -> Judged {
    profile(change).having(Check::SodSignature, ResultKind::Failed)
}

/// Authority and signer have RSA keys.
fn rsa_chain() -> Draft {
    let scheme = SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 };
    let mut profile = crate::kit::profile("pace-gm-ca");
    (profile.csca.key, profile.csca.signature) = (KeySpec::Rsa { bits: 2048 }, scheme);
    (profile.document_signer.key, profile.sod.signature) = (KeySpec::Rsa { bits: 2048 }, scheme);
    Draft::of(&profile)
}

fn unusable(change: impl FnOnce(&mut Node)) {
    let judged = profile(change);
    let successful = |check| judged.result(check).kind() == ResultKind::Successful;
    assert!(!successful(Check::SodSignature) || !successful(Check::DscPath));
    assert!(judged.outcome.level().is_none());
}

/// The certificate outside of its signed part.
fn outer(change: impl FnOnce(&mut Node)) -> Judged {
    let judged = Draft::new("pace-gm-ca").with_broken_certificate(change).judged();
    judged.having(Check::SodSignature, ResultKind::Failed)
}

/// SignerInfo names the issuer as the certificate now does, and all is signed again.
fn resigned(draft: Draft) -> Draft {
    draft.with_sod(true, |signed| {
        let issuer = signed.at(&[3, 0, 0, ISSUER]).clone();
        *signed.at(&[4, 0, 1, 0]) = issuer;
    })
}
