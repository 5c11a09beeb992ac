//! LDS_H, first part: EF.SOD, its signature and its list of hashes.

use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::{DocumentProfile, LdsVersion};
use emrtd_sim::pki::{Deviation, HashAlgorithm as Hash, KeySpec, ParameterEncoding, SignatureSpec};
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, missing, run, run_all};
use crate::kit::{Draft, profile, rsa_profile};
use crate::tree::Node;

const WEAK: &str = "accepted; SHA-1 is noted as weak";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "C07 failed";
pub(crate) const CASES: &[Case] = &[
    run("LDS_H_01", WEAK, || rsa(pkcs1(Hash::Sha1))),
    run("LDS_H_02", WEAK, || rsa(pss(Hash::Sha1))),
    run("LDS_H_03", ACCEPTED, || rsa(pss(Hash::Sha256))),
    run("LDS_H_04", ACCEPTED, || rsa(pkcs1(Hash::Sha224))),
    run("LDS_H_05", ACCEPTED, || rsa(pkcs1(Hash::Sha256))),
    run("LDS_H_06", ACCEPTED, || rsa(pkcs1(Hash::Sha384))),
    run("LDS_H_07", ACCEPTED, || rsa(pkcs1(Hash::Sha512))),
    run("LDS_H_08", DSA, || dsa(&hex!("2A8648CE380403"))),
    run("LDS_H_09", WEAK, || ec(Hash::Sha1)),
    run("LDS_H_10", WEAK, || plain(Hash::Sha1)),
    run("LDS_H_11", ACCEPTED, || plain(Hash::Sha224)),
    run("LDS_H_12", ACCEPTED, || plain(Hash::Sha256)),
    run("LDS_H_13", ACCEPTED, || plain(Hash::Sha384)),
    run("LDS_H_14", ACCEPTED, || plain(Hash::Sha512)),
    run("LDS_H_15", "accepted with a signer of the trust store; without it C07 undetermined", || {
        absent(&rsa_profile(pkcs1(Hash::Sha256)));
    }),
    run("LDS_H_16", "accepted with a signer of the trust store; without it C07 undetermined", || {
        absent(&ec_profile(Hash::Sha224));
    }),
    run("LDS_H_17", UNREADABLE, || file(|sod| sod[0] = 0x78)),
    run("LDS_H_18", UNREADABLE, || file(|sod| sod[3] = sod[3].wrapping_sub(1))),
    run("LDS_H_19", UNREADABLE, || file(|sod| sod[3] = sod[3].wrapping_add(1))),
    run("LDS_H_20", "accepted; the version is not signed, the departure is noted", || {
        let judged = Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[0]).set(&[1])).judged();
        judged.accepted();
        let noted = &judged.evidence.header().provenance.deviations;
        assert!(noted.iter().any(|name| name.as_str() == "signed-data-version-not-three"));
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
    run("LDS_H_26", "accepted; the version is not signed, the departure is noted", || {
        let judged =
            Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[2])).judged();
        judged.accepted();
        let noted = &judged.evidence.header().provenance.deviations;
        assert!(noted.iter().any(|name| name.as_str() == "signer-version-inconsistent"));
    }),
    run("LDS_H_27", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(0)))),
    run("LDS_H_28", "C07 failed: the signer named is not embedded", || {
        signed_data(|signed| signed.at(&[4, 0, 1, 1]).set(&[0x12, 0x34]));
    }),
    run("LDS_H_29", "C07 failed: the signer named is not embedded", || {
        let mut profile = profile("pace-gm-ca");
        profile.sod.deviations.push(Deviation::SignerBySubjectKeyIdentifier);
        let draft = Draft::of(&profile).with_sod(false, |signed| signed.at(&[4, 0, 1]).set(&[7; 20]));
        draft.judged().failed(Check::SodSignature);
    }),
    run("LDS_H_30", "C07 is not successful", || {
        let draft = Draft::new("pace-gm-ca").with_sod(true, |signed| {
            signed.at(&[4, 0, 2, 0]).set(&hex!("2B24030201"));
        });
        let judged = draft.judged();
        assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
        assert!(judged.outcome.level().is_none());
    }),
    run("LDS_H_31", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(2)))),
    run("LDS_H_32", REFUSED, || {
        signed_data(|signed| {
            let digest = attribute(signed, 4).at(&[1, 0]);
            let mut wrong = digest.value();
            wrong[0] ^= 1;
            digest.set(&wrong);
        });
    }),
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
    run("LDS_H_36", "C07 is not successful", || dsa(&hex!("2A864886F70D010104"))),
    run("LDS_H_37", REFUSED, || {
        signed_data(|signed| {
            let signature = signed.at(&[4, 0, 5]);
            let mut wrong = signature.value();
            *wrong.last_mut().unwrap() ^= 1;
            signature.set(&wrong);
        });
    }),
    run("LDS_H_38", REFUSED, || signed_data(|signed| drop(signed.at(&[4, 0]).nodes().remove(5)))),
    run("LDS_H_39", REFUSED, || security_object(|object| object.at(&[0]).set(&[2]))),
    run("LDS_H_40", REFUSED, || security_object(|object| drop(object.nodes().remove(0)))),
    run("LDS_H_41", "C12 failed: MD5 is refused", || {
        let draft = Draft::new("pace-gm-ca")
            .with_security_object(|object| object.at(&[1, 0]).set(&hex!("2A864886F70D0205")));
        draft.judged().failed(Check::DgHashes);
    }),
    run("LDS_H_42", REFUSED, || security_object(|object| drop(object.nodes().remove(1)))),
    run("LDS_H_43", "C12 failed", || {
        let draft = Draft::new("pace-gm-ca").with_security_object(|object| {
            let hash = object.at(&[2, 1, 1]);
            let mut wrong = hash.value();
            wrong[0] ^= 1;
            hash.set(&wrong);
        });
        draft.judged().failed(Check::DgHashes);
    }),
    run("LDS_H_44", "C12 failed: DG1 must be listed", || {
        let draft =
            Draft::new("pace-gm-ca").with_security_object(|object| drop(object.at(&[2]).nodes().remove(0)));
        draft.judged().failed(Check::DgHashes);
    }),
    run("LDS_H_45", "C06 failed: EF.COM does not list it", || {
        let draft = Draft::new("pace-gm-ca").with_security_object(|object| list(object, 10));
        draft.judged().failed(Check::EfComSod);
    }),
    run("LDS_H_46", REFUSED, || security_object(|object| object.at(&[2, 1, 0]).set(&[17]))),
    run("LDS_H_47", REFUSED, || security_object(|object| drop(object.at(&[2, 1]).nodes().remove(0)))),
    run("LDS_H_69", "nothing of the document is vouched for while the signature is wrong", || {
        let draft = Draft::new("pace-gm-ca").with_sod(false, |signed| {
            let signature = signed.at(&[4, 0, 5]);
            let mut wrong = signature.value();
            *wrong.last_mut().unwrap() ^= 1;
            signature.set(&wrong);
        });
        let judged = draft.judged();
        judged.failed(Check::SodSignature);
        for check in [Check::DocumentAccepted, Check::Expiry, Check::MrzVsDg1, Check::ChipAuth] {
            judged.has(check, ResultKind::Undetermined);
        }
    }),
    run("LDS_H_70", ACCEPTED, || ec(Hash::Sha224)),
    run("LDS_H_71", ACCEPTED, || ec(Hash::Sha256)),
    run("LDS_H_72", ACCEPTED, || ec(Hash::Sha384)),
    run("LDS_H_73", ACCEPTED, || ec(Hash::Sha512)),
    run(
        "LDS_H_74",
        "accepted: the hash of the data groups may be another than that of the signature",
        || {
            let mut profile = ec_profile(Hash::Sha256);
            profile.sod.digest = Hash::Sha512;
            Draft::of(&profile).judged().accepted();
        },
    ),
    run("LDS_H_75", ACCEPTED, || mixed(ECDSA, pkcs1(Hash::Sha256))),
    run("LDS_H_76", ACCEPTED, || mixed(pkcs1(Hash::Sha256), ECDSA)),
    run("LDS_H_77", ACCEPTED, || mixed(pss(Hash::Sha256), pkcs1(Hash::Sha512))),
    run("LDS_H_78", ACCEPTED, || mixed(pkcs1(Hash::Sha256), pss(Hash::Sha256))),
    run("LDS_H_79", WEAK, || rsa_identifier(Hash::Sha1)),
    run("LDS_H_80", ACCEPTED, || rsa_identifier(Hash::Sha224)),
    run("LDS_H_81", ACCEPTED, || rsa_identifier(Hash::Sha256)),
    run("LDS_H_82", ACCEPTED, || rsa_identifier(Hash::Sha384)),
    run("LDS_H_83", ACCEPTED, || rsa_identifier(Hash::Sha512)),
    run("LDS_H_84", "accepted; the version is not signed, the departure is noted", || {
        Draft::new("pace-gm-ca")
            .with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[3]))
            .judged()
            .accepted();
    }),
    run("LDS_H_85", "accepted; the version is not signed, the departure is noted", || {
        let mut profile = profile("pace-gm-ca");
        profile.sod.deviations.push(Deviation::SignerBySubjectKeyIdentifier);
        Draft::of(&profile).with_sod(false, |signed| signed.at(&[4, 0, 0]).set(&[1])).judged().accepted();
    }),
    run("LDS_H_86", ACCEPTED, || version_1_8(|_| {}).accepted()),
    run("LDS_H_87", "C06 failed: EF.COM names another version", || {
        version_1_8(|object| object.at(&[3, 0]).set(b"0107")).failed(Check::EfComSod);
    }),
    run("LDS_H_88", "accepted: without a version there is nothing to contradict", || {
        Draft::new("pace-gm-ca").with_security_object(|object| object.at(&[0]).set(&[1])).judged().accepted();
    }),
    run("LDS_H_89", "C06 failed: the version is not known", || {
        version_1_8(|object| object.at(&[3, 0]).set(b"0109")).failed(Check::EfComSod);
    }),
    run("LDS_H_90", "C06 failed", || {
        let draft = Draft::new("pace-gm-ca").with_security_object(|object| list(object, 16));
        draft.judged().failed(Check::EfComSod);
    }),
    run("LDS_H_91", "C06 failed", || unlist(|tags| tags.push(0x70))),
    run("LDS_H_92", "C06 failed", || {
        unlist(|tags| *tags.iter_mut().find(|tag| **tag == 0x6B).unwrap() = 0x70);
    }),
    missing(
        "LDS_H_93",
        "no rule of Doc 9303 puts a hash of EF.CardSecurity into EF.SOD; the guideline's text is needed",
    ),
    run("LDS_H_94", ACCEPTED, || rsa(pss(Hash::Sha224))),
    run("LDS_H_95", ACCEPTED, || rsa(pss(Hash::Sha384))),
    run("LDS_H_96", ACCEPTED, || rsa(pss(Hash::Sha512))),
    run("LDS_H_97", DSA, || dsa(&hex!("608648016503040301"))),
    run("LDS_H_98", DSA, || dsa(&hex!("608648016503040302"))),
];

const DSA: &str = "C07 not supported: DSA is not accepted, and the document is not";
const UNREADABLE: &str = "EF.SOD is not used and the document not accepted";
const ECDSA: SignatureSpec = SignatureSpec::Ecdsa { digest: Hash::Sha256 };

#[test]
fn security_object_cases() {
    run_all(CASES);
}

const fn pkcs1(digest: Hash) -> SignatureSpec {
    SignatureSpec::RsaPkcs1 { digest }
}

fn pss(digest: Hash) -> SignatureSpec {
    SignatureSpec::RsaPss { digest, salt: u8::try_from(digest.length()).unwrap() }
}

fn ec_profile(digest: Hash) -> DocumentProfile {
    let mut profile = profile("pace-gm-ca");
    profile.sod.signature = SignatureSpec::Ecdsa { digest };
    profile.sod.digest = digest;
    profile
}

fn accept(profile: &DocumentProfile, hash: Hash) {
    let judged = Draft::of(profile).judged();
    judged.accepted();
    let noted = &judged.evidence.header().provenance.deviations;
    assert_eq!(noted.iter().any(|name| name.as_str() == "weak.sha-1"), hash == Hash::Sha1);
}

fn rsa(scheme: SignatureSpec) {
    accept(&rsa_profile(scheme), scheme.digest());
}

fn ec(digest: Hash) {
    accept(&ec_profile(digest), digest);
}

/// The signature in the plain format of TR-03111, under the identifiers of the BSI.
fn plain(digest: Hash) {
    let draft = Draft::of(&ec_profile(digest)).with_sod(false, |signed| {
        let identifier = digest.plain_ecdsa_oid();
        signed.at(&[4, 0, 4, 0]).set(identifier.as_bytes());
        let signature = signed.at(&[4, 0, 5]);
        let fixed = groups::ecdsa::from_der(groups::Group::BrainpoolP256r1, &signature.value()).unwrap();
        signature.set(&fixed);
    });
    let judged = draft.judged();
    judged.accepted();
    let noted = &judged.evidence.header().provenance.deviations;
    assert_eq!(noted.iter().any(|name| name.as_str() == "weak.sha-1"), digest == Hash::Sha1);
}

/// The algorithm of the key alone stands in SignerInfo.
fn rsa_identifier(digest: Hash) {
    let mut profile = rsa_profile(pkcs1(digest));
    profile.sod.deviations.push(Deviation::SignatureAlgorithmRsaEncryption);
    accept(&profile, digest);
}

/// The authority signs in one way, the signer in another.
fn mixed(authority: SignatureSpec, signer: SignatureSpec) {
    let spec = |scheme| match scheme {
        SignatureSpec::Ecdsa { .. } => {
            KeySpec::Ec { parameter_id: 13, encoding: ParameterEncoding::Explicit }
        }
        SignatureSpec::RsaPkcs1 { .. } | SignatureSpec::RsaPss { .. } => KeySpec::Rsa { bits: 2048 },
    };
    let mut profile = profile("pace-gm-ca");
    (profile.csca.key, profile.csca.signature) = (spec(authority), authority);
    (profile.document_signer.key, profile.sod.signature) = (spec(signer), signer);
    profile.sod.digest = signer.digest();
    Draft::of(&profile).judged().accepted();
}

/// SignerInfo names an algorithm that is not accepted.
fn dsa(identifier: &[u8]) {
    let draft = Draft::new("pace-gm-ca").with_sod(false, |signed| signed.at(&[4, 0, 4, 0]).set(identifier));
    let judged = draft.judged();
    assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
    assert!(judged.outcome.level().is_none());
}

fn absent(profile: &DocumentProfile) {
    let mut profile = profile.clone();
    profile.sod.deviations.push(Deviation::CertificateAbsent);
    Draft::of(&profile).judged().refused_by(Check::SodSignature, ResultKind::Undetermined);
    let mut draft = Draft::of(&profile);
    let certificate = pki::Certificate::parse(&draft.signer().certificate.der).unwrap();
    draft.anchors.know_signer(std::sync::Arc::new(certificate));
    draft.judged().accepted();
}

fn file(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(ElementaryFile::Sod));
    let judged = draft.judged();
    assert_ne!(judged.result(Check::SodSignature).kind(), ResultKind::Successful);
    assert!(judged.outcome.level().is_none(), "{:?}", judged.outcome);
}

/// SignedData broken without a new signature.
fn signed_data(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_sod(false, change).judged().failed(Check::SodSignature);
}

/// The LDS security object broken, and signed.
fn security_object(change: impl FnOnce(&mut Node)) {
    Draft::new("pace-gm-ca").with_security_object(change).judged().failed(Check::SodSignature);
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

fn version_1_8(change: impl FnOnce(&mut Node)) -> crate::kit::Judged {
    let mut profile = profile("pace-gm-ca");
    profile.lds_version = LdsVersion::V1_8;
    Draft::of(&profile).with_security_object(change).judged()
}

/// EF.COM lists other data groups.
fn unlist(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    let com = draft.file(ElementaryFile::Com);
    let mut tree = Node::parse(com);
    let mut tags = tree.at(&[2]).value();
    change(&mut tags);
    tree.at(&[2]).set(&tags);
    *com = tree.write();
    draft.judged().failed(Check::EfComSod);
}
