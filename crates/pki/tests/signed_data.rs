//! Security objects as CMS: those issued on purpose, and those of specimens in the corpora.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use const_oid::ObjectIdentifier;
use emrtd_sim::issue::{SignedContent, build_signed_data};
use emrtd_sim::pki::{
    Csca, CscaKey, Deviation as Issued, DocumentSigner, HashAlgorithm as Hash, KeySpec, ParameterEncoding,
    SignatureSpec, SigningKey, State,
};
use jiff::civil::date;
use pki::{
    Certificate, CmsError, Deviation, Deviations, HashAlgorithm, SignedData, SignerError, SignerIdentifier,
    Weakness,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const CONTENT: &[u8] = b"what the signer says";
const ECDSA: SignatureSpec = SignatureSpec::Ecdsa { digest: Hash::Sha256 };
const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");

fn signer(spec: KeySpec) -> DocumentSigner {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let authority = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::Explicit };
    let key = Arc::new(SigningKey::generate(authority, &mut rng).unwrap());
    let state = State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 };
    let from = date(2024, 1, 1);
    let csca = Csca::establish(state, CscaKey { key, scheme: ECDSA }, from, &[], &mut rng).unwrap();
    let key = Arc::new(SigningKey::generate(spec, &mut rng).unwrap());
    csca.certify_document_signer(key, &["P".to_owned()], from, &[], &mut rng).unwrap()
}

fn ec_signer() -> DocumentSigner {
    signer(KeySpec::Ec { parameter_id: 13, encoding: ParameterEncoding::Explicit })
}

fn issue(signer: &DocumentSigner, scheme: SignatureSpec, deviations: &[Issued]) -> Vec<u8> {
    let what = SignedContent {
        content_type: SECURITY_OBJECT,
        content: CONTENT,
        scheme,
        signing_time: date(2024, 2, 1).at(1, 2, 3, 0),
        deviations,
    };
    build_signed_data(what, signer, &mut ChaCha20Rng::seed_from_u64(2)).unwrap()
}

fn certificate_of(signer: &DocumentSigner) -> Certificate {
    Certificate::parse(&signer.certificate.der).unwrap()
}

#[test]
fn every_algorithm_verifies_over_signed_attributes() {
    let rsa = signer(KeySpec::Rsa { bits: 2048 });
    let ec = ec_signer();
    for digest in Hash::ALL {
        for (signer, scheme) in [
            (&rsa, SignatureSpec::RsaPkcs1 { digest }),
            (&rsa, SignatureSpec::RsaPss { digest, salt: 64 }),
            (&ec, SignatureSpec::Ecdsa { digest }),
            (&ec, SignatureSpec::EcdsaPlain { digest }),
        ] {
            let read = SignedData::parse(&issue(signer, scheme, &[])).unwrap();
            assert_eq!((read.unverified_content(), read.content_type()), (CONTENT, SECURITY_OBJECT));
            let info = &read.signers()[0];
            let embedded = read.certificates()[0].as_ref().unwrap();
            assert_eq!(embedded, &certificate_of(signer));
            let verified =
                read.check(info, embedded).all().unwrap_or_else(|error| panic!("{scheme:?}: {error}"));
            assert_eq!(verified.weaknesses.contains(&Weakness::Sha1), digest == Hash::Sha1);
            assert_eq!(info.signing_time().unwrap().to_string(), "2024-02-01T01:02:03Z");
            let is_rsa = matches!(scheme, SignatureSpec::RsaPkcs1 { .. } | SignatureSpec::RsaPss { .. });
            let other = if is_rsa { &ec } else { &rsa };
            let checks = read.check(info, &certificate_of(other));
            assert_eq!(checks.certificate, Err(SignerError::OtherCertificate));
            assert!(
                checks.content_type.is_ok() && checks.message_digest.is_ok() && checks.signature.is_err()
            );
        }
    }
}

#[test]
fn departures_are_named_and_hostile_ones_fail_at_their_own_check() {
    let rsa = signer(KeySpec::Rsa { bits: 2048 });
    let ec = ec_signer();
    let pkcs1 = SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 };
    let cases: [(Issued, &DocumentSigner, SignatureSpec, &[Deviation]); 9] = [
        (Issued::ContentTypeData, &ec, ECDSA, &[]),
        (Issued::IndefiniteLength, &ec, ECDSA, &[]),
        (Issued::AlgorithmProtection, &ec, ECDSA, &[]),
        (Issued::MissingSigningTime, &ec, ECDSA, &[]),
        (Issued::SignerBySubjectKeyIdentifier, &ec, ECDSA, &[]),
        (Issued::SignedDataVersion1, &ec, ECDSA, &[Deviation::SignedDataVersionNotThree]),
        (Issued::SignedDataVersion4, &ec, ECDSA, &[Deviation::SignedDataVersionNotThree]),
        (Issued::MissingSignedAttributes, &ec, ECDSA, &[Deviation::SignedAttributesMissing]),
        (Issued::SignatureAlgorithmRsaEncryption, &rsa, pkcs1, &[]),
    ];
    for (departure, signer, scheme, expected) in cases {
        let read = SignedData::parse(&issue(signer, scheme, &[departure])).unwrap();
        assert_eq!(read.unverified_content(), CONTENT, "{departure:?}");
        let checks = read.check(&read.signers()[0], &certificate_of(signer));
        let verified = checks.all().unwrap_or_else(|error| panic!("{departure:?}: {error}"));
        assert_eq!(verified.deviations, expected.iter().copied().collect::<Deviations>(), "{departure:?}");
        let by_key = matches!(read.signers()[0].identifier(), SignerIdentifier::SubjectKeyIdentifier(_));
        assert_eq!(by_key, departure == Issued::SignerBySubjectKeyIdentifier);
    }
    let absent = SignedData::parse(&issue(&ec, ECDSA, &[Issued::CertificateAbsent])).unwrap();
    assert!(absent.certificates().is_empty());
    assert!(absent.check(&absent.signers()[0], &certificate_of(&ec)).all().is_ok());
    let digest = SignedData::parse(&issue(&ec, ECDSA, &[Issued::WrongMessageDigest])).unwrap();
    let checks = digest.check(&digest.signers()[0], &certificate_of(&ec));
    assert_eq!(checks.message_digest, Err(SignerError::MessageDigest));
    assert!(checks.signature.is_ok() && checks.content_type.is_ok());
    let wrong = SignedData::parse(&issue(&ec, ECDSA, &[Issued::WrongSodSignature])).unwrap();
    let checks = wrong.check(&wrong.signers()[0], &certificate_of(&ec));
    assert!(checks.signature.is_err() && checks.message_digest.is_ok());
}

#[test]
fn a_changed_byte_never_leaves_other_content_verified() {
    let signer = ec_signer();
    let certificate = certificate_of(&signer);
    for deviations in [&[][..], &[Issued::IndefiniteLength]] {
        let bytes = issue(&signer, ECDSA, deviations);
        let original = SignedData::parse(&bytes).unwrap();
        let mut verified = 0;
        for at in 0..bytes.len() {
            for change in [0x01, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                let Ok(read) = SignedData::parse(&changed) else { continue };
                for info in read.signers() {
                    if read.check(info, &certificate).all().is_ok() {
                        verified += 1;
                        assert_eq!(read.unverified_content(), CONTENT, "byte {at}");
                        assert_eq!(read.content_type(), original.content_type(), "byte {at}");
                        assert_eq!(info.signing_time(), original.signers()[0].signing_time(), "byte {at}");
                    }
                }
            }
        }
        // The embedded certificate, the versions and the list of hashes are not signed.
        assert!(verified > 0);
    }
}

#[test]
fn content_that_is_not_signed_data_is_refused() {
    let mut bytes = issue(&ec_signer(), ECDSA, &[]);
    let at = bytes.windows(9).position(|id| id == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2]).unwrap();
    bytes[at + 8] = 3;
    assert!(matches!(SignedData::parse(&bytes), Err(CmsError::NotSignedData(_))));
    assert!(SignedData::parse(&bytes[..40]).is_err());
}

/// The ContentInfo inside of EF.SOD, tag 77; some samples have lost that.
fn inside_of_file(bytes: &[u8]) -> &[u8] {
    if bytes[0] != 0x77 {
        return bytes;
    }
    let length = usize::from(bytes[1]);
    if length < 0x80 { &bytes[2..] } else { &bytes[2 + (length & 0x7F)..] }
}

fn corpus(path: &str) -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("KENDT_CORPORA").map_or(beside, PathBuf::from);
    let read = std::fs::read(folder.join("02-lds").join(path)).ok();
    if read.is_none() {
        println!("skipped: no {path} in the corpora");
    }
    read
}

#[test]
fn mock_objects_that_name_a_key_of_zeros_fail_at_that_check_alone() {
    for name in ["ZK_09eb5892", "ZK_7101841b", "ZK_dd4ac430", "ZK_f1b94170"] {
        let Some(bytes) = corpus(&format!("sod-specimen/{name}.bin")) else { continue };
        let read = SignedData::parse(inside_of_file(&bytes)).unwrap();
        let embedded = read.certificates()[0].as_ref().unwrap();
        let checks = read.check(&read.signers()[0], embedded);
        assert_eq!(checks.certificate, Err(SignerError::OtherCertificate), "{name}");
        assert!(checks.content_type.is_ok() && checks.message_digest.is_ok(), "{name}");
        // Two were signed with the hash of digestAlgorithm, which is not the one that signatureAlgorithm names.
        match (read.signers()[0].digest_algorithm(), checks.signature) {
            (Ok(HashAlgorithm::Sha256), verified) => {
                let deviations = verified.unwrap_or_else(|error| panic!("{name}: {error}")).deviations;
                assert!(deviations.contains(&Deviation::SignerVersionInconsistent), "{name}");
            }
            (_, refused) => assert!(matches!(refused, Err(SignerError::Signature(_))), "{name}"),
        }
    }
}

#[test]
fn security_objects_of_the_sets_verify_with_their_embedded_signers() {
    let names = [
        "bsi2008-tsemrtd/EF_SOD.bin",
        "dmrtd-crate/efsod.bin",
        "dmrtd-crate/rsa_pss/efsod.bin",
        "dmrtd-crate/ec/p256_efsod.bin",
        "dmrtd-crate/ec/p384_efsod.bin",
        "dmrtd-crate/ec/p521_efsod.bin",
        "dmrtd-crate/ec/bp256_efsod.bin",
        "dmrtd-crate/ec/bp384_efsod.bin",
        "dmrtd-crate/ec/bp512_efsod.bin",
    ];
    for name in names {
        let Some(bytes) = corpus(&format!("pa-sets/{name}")) else { continue };
        let read =
            SignedData::parse(inside_of_file(&bytes)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = &read.signers()[0];
        let embedded = read.certificates()[0].as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
        let verified = read.check(info, embedded).all().unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = if name.contains("ec/") || name.starts_with("bsi") {
            Deviations::from([Deviation::EcdsaAlgorithmWithNull])
        } else {
            Deviations::new()
        };
        assert_eq!(verified.deviations, expected, "{name}");
    }
}
