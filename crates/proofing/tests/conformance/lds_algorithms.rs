//! LDS_H, first part: the algorithms of EF.SOD and of the certificates behind it (sections 6.8 and 7.1 of the guideline).

use std::sync::Arc;

use emrtd_sim::issue::profile::DocumentProfile;
use emrtd_sim::pki::{Deviation, HashAlgorithm as Hash, KeySpec, ParameterEncoding, SignatureSpec};
use hex_literal::hex;
use verdict::{Check, CheckResult, FailedReason, ResultKind};

use crate::case::{Case, departs, ends, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile, rng, sign_anew};
use crate::md5_with_rsa;

const ACCEPTED: &str = "accepted";
const WEAK: &str = "accepted; SHA-1 is noted as weak";
const DSA: &str = "not accepted: C07 not supported";
const WHY_DSA: &str = "none of 948 certificates on the master lists of four publishers has a DSA key; such a document is \
                       reported as not verified";
const DIGESTS: &str = "not accepted: C07 failed, hash and signature of SignerInfo do not use one hash; accepted where the \
                       table of deviations tolerates that";
const WHY_DIGESTS: &str = "RFC 8933 §3, which is younger than the guideline, demands one hash";
const ABSENT: &str = "accepted with a signer of the trust store; without it C07 undetermined";

pub(crate) const CASES: &[Case] = &[
    ends("LDS_H_01", WEAK, || rsa(pkcs1(Hash::Sha1))),
    ends("LDS_H_02", WEAK, || rsa(pss(Hash::Sha1))),
    ends("LDS_H_03", ACCEPTED, || rsa(pss(Hash::Sha256))),
    ends("LDS_H_04", ACCEPTED, || rsa(pkcs1(Hash::Sha224))),
    ends("LDS_H_05", ACCEPTED, || rsa(pkcs1(Hash::Sha256))),
    ends("LDS_H_06", ACCEPTED, || rsa(pkcs1(Hash::Sha384))),
    ends("LDS_H_07", ACCEPTED, || rsa(pkcs1(Hash::Sha512))),
    departs("LDS_H_08", DSA, WHY_DSA, || dsa(&hex!("2A8648CE380403"))),
    ends("LDS_H_09", WEAK, || ec(13, 11, ecdsa(Hash::Sha1))),
    ends("LDS_H_10", WEAK, || ec(13, 11, plain(Hash::Sha1))),
    ends("LDS_H_11", ACCEPTED, || ec(13, 11, plain(Hash::Sha224))),
    ends("LDS_H_12", ACCEPTED, || ec(13, 13, plain(Hash::Sha256))),
    ends("LDS_H_13", ACCEPTED, || ec(16, 16, plain(Hash::Sha384))),
    ends("LDS_H_14", ACCEPTED, || ec(17, 17, plain(Hash::Sha512))),
    ends("LDS_H_15", ABSENT, || absent(&chain(RSA, RSA, pkcs1(Hash::Sha256)))),
    run("LDS_H_16", ABSENT, || absent(&chain(curve(13), curve(11), plain(Hash::Sha224))).accepted()),
    ends("LDS_H_36", "C07 failed: MD5 is refused, although the signature is right", || {
        let draft = Draft::of(&chain(RSA, RSA, pkcs1(Hash::Sha256)));
        let key = Arc::clone(&draft.state.document_signer.key);
        let draft = draft.with_signed_data(|signed| {
            signed.at(&[4, 0, 4, 0]).set(&md5_with_rsa::IDENTIFIER);
            sign_anew(signed, Hash::Sha256, |attributes| md5_with_rsa::sign(&key, attributes));
        });
        draft.judged().because(Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature))
    }),
    ends("LDS_H_70", ACCEPTED, || ec(13, 11, ecdsa(Hash::Sha224))),
    ends("LDS_H_71", ACCEPTED, || ec(13, 13, ecdsa(Hash::Sha256))),
    ends("LDS_H_72", ACCEPTED, || ec(16, 16, ecdsa(Hash::Sha384))),
    ends("LDS_H_73", ACCEPTED, || ec(17, 17, ecdsa(Hash::Sha512))),
    ends("LDS_H_74", "accepted: the data groups have another hash than the signature", || {
        let mut profile = chain(RSA, RSA, pss(Hash::Sha256));
        profile.sod.digest = Hash::Sha224;
        Draft::of(&profile).judged()
    }),
    departs("LDS_H_75", DIGESTS, WHY_DIGESTS, || two_digests(&chain(RSA, RSA, pss(Hash::Sha256)))),
    departs("LDS_H_76", DIGESTS, WHY_DIGESTS, || {
        let mut profile = chain(curve(13), RSA, pkcs1(Hash::Sha256));
        profile.csca.signature = ecdsa(Hash::Sha224);
        two_digests(&profile)
    }),
    ends("LDS_H_77", ACCEPTED, || certified(pss(Hash::Sha224), pss(Hash::Sha256))),
    ends("LDS_H_78", ACCEPTED, || certified(pkcs1(Hash::Sha256), pss(Hash::Sha256))),
    ends("LDS_H_79", WEAK, || rsa_identifier(Hash::Sha1)),
    ends("LDS_H_80", ACCEPTED, || rsa_identifier(Hash::Sha224)),
    ends("LDS_H_81", ACCEPTED, || rsa_identifier(Hash::Sha256)),
    ends("LDS_H_82", ACCEPTED, || rsa_identifier(Hash::Sha384)),
    ends("LDS_H_83", ACCEPTED, || rsa_identifier(Hash::Sha512)),
    ends("LDS_H_94", ACCEPTED, || rsa(pss(Hash::Sha224))),
    ends("LDS_H_95", ACCEPTED, || rsa(pss(Hash::Sha384))),
    ends("LDS_H_96", ACCEPTED, || rsa(pss(Hash::Sha512))),
    departs("LDS_H_97", DSA, WHY_DSA, || dsa(&hex!("608648016503040301"))),
    departs("LDS_H_98", DSA, WHY_DSA, || dsa(&hex!("608648016503040302"))),
];

#[test]
fn algorithm_cases() {
    run_all(CASES);
}

const RSA: KeySpec = KeySpec::Rsa { bits: 2048 };

/// A key on a standardised curve, its parameters written in full as Doc 9303-12 §4.4.2 asks.
const fn curve(parameter_id: u8) -> KeySpec {
    KeySpec::Ec { parameter_id, encoding: ParameterEncoding::Explicit }
}

const fn pkcs1(digest: Hash) -> SignatureSpec {
    SignatureSpec::RsaPkcs1 { digest }
}

fn pss(digest: Hash) -> SignatureSpec {
    SignatureSpec::RsaPss { digest, salt: u8::try_from(digest.length()).unwrap() }
}

const fn ecdsa(digest: Hash) -> SignatureSpec {
    SignatureSpec::Ecdsa { digest }
}

/// ECDSA in the plain format, under the identifiers of the BSI.
const fn plain(digest: Hash) -> SignatureSpec {
    SignatureSpec::EcdsaPlain { digest }
}

/// One scheme and one hash from the authority down to the data groups.
fn chain(authority: KeySpec, signer: KeySpec, scheme: SignatureSpec) -> DocumentProfile {
    let mut profile = profile("pace-gm-ca");
    (profile.csca.key, profile.csca.signature) = (authority, scheme);
    (profile.document_signer.key, profile.sod.signature) = (signer, scheme);
    profile.sod.digest = scheme.digest();
    profile
}

fn judged(profile: &DocumentProfile) -> Judged {
    let judged = Draft::of(profile).judged();
    assert_eq!(judged.notes("weak.sha-1"), profile.sod.digest == Hash::Sha1);
    judged
}

fn rsa(scheme: SignatureSpec) -> Judged {
    judged(&chain(RSA, RSA, scheme))
}

fn ec(authority: u8, signer: u8, scheme: SignatureSpec) -> Judged {
    judged(&chain(curve(authority), curve(signer), scheme))
}

/// The algorithm of the key alone stands in SignerInfo.
fn rsa_identifier(digest: Hash) -> Judged {
    let mut profile = chain(RSA, RSA, pkcs1(digest));
    profile.sod.deviations.push(Deviation::SignatureAlgorithmRsaEncryption);
    judged(&profile)
}

/// The authority signs the certificate in one way, the signer the document in another.
fn certified(authority: SignatureSpec, signer: SignatureSpec) -> Judged {
    let mut profile = chain(RSA, RSA, signer);
    profile.csca.signature = authority;
    judged(&profile)
}

/// No certificate is embedded.
fn absent(profile: &DocumentProfile) -> Judged {
    let mut profile = profile.clone();
    profile.sod.deviations.push(Deviation::CertificateAbsent);
    Draft::of(&profile).judged().refused_by(Check::SodSignature, ResultKind::Undetermined);
    let mut draft = Draft::of(&profile);
    let certificate = pki::Certificate::parse(&draft.signer().certificate.der).unwrap();
    draft.anchors.know_signer(Arc::new(certificate));
    draft.judged()
}

/// The signer has a DSA key and signs with it. What the numbers of key and signature are makes no difference, as nothing
/// here computes with them.
fn dsa(scheme: &[u8]) -> Judged {
    let draft = Draft::new("pace-gm-ca").with_certificate(|body| {
        let key = body.at(&[6, 0]);
        key.nodes().truncate(1);
        key.at(&[0]).set(&hex!("2A8648CE380401"));
    });
    let draft = draft.with_sod(false, |signed| signed.at(&[4, 0, 4, 0]).set(scheme));
    draft.judged().having(Check::SodSignature, ResultKind::NotSupported)
}

/// The content is hashed with SHA-224, the signed attributes with SHA-256.
fn two_digests(profile: &DocumentProfile) -> Judged {
    let draft = || {
        let mut profile = profile.clone();
        profile.sod.digest = Hash::Sha224;
        let draft = Draft::of(&profile);
        let key = Arc::clone(&draft.state.document_signer.key);
        draft.with_signed_data(|signed| {
            for place in [&[1, 0, 0][..], &[4, 0, 2, 0]] {
                signed.at(place).set(Hash::Sha224.oid().as_bytes());
            }
            sign_anew(signed, Hash::Sha224, |attributes| {
                key.sign(profile.sod.signature, &[], attributes, &mut rng(6)).unwrap()
            });
        })
    };
    draft().tolerating(pki::Deviation::SignerDigestDiffers, true).judged().accepted();
    draft().judged().having(Check::SodSignature, ResultKind::Failed)
}
