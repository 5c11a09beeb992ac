//! The named departures: each shows in the bytes what it says, and the signature stays right unless it says otherwise.

use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::pki::{
    Csca, CscaKey, Deviation, DocumentSigner, HashAlgorithm, KeySpec, ParameterEncoding, SignatureSpec, State,
};

use crate::documents::Signed;
use crate::support::{Node, issue, key_info_of, profile, rng, shared_key, signed_by, state_of, today};

const RSA: KeySpec = KeySpec::Rsa { bits: 2048 };
const PKCS1: SignatureSpec = SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 };

fn csca_with(deviations: &[Deviation]) -> Csca {
    let state = State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 };
    let key = CscaKey { key: shared_key(RSA, 1), scheme: PKCS1 };
    Csca::establish(state, key, today(), deviations, &mut rng(1)).unwrap()
}

fn signer_with(deviations: &[Deviation]) -> DocumentSigner {
    let types = ["P".to_owned()];
    csca_with(&[])
        .certify_document_signer(shared_key(RSA, 2), &types, today(), deviations, &mut rng(2))
        .unwrap()
}

/// Critical flag and value of an extension, by the content bytes of its identifier.
fn extension(certificate: &[u8], id: &[u8]) -> Option<(bool, Vec<u8>)> {
    let body = Node::one(certificate).children()[0];
    let list = body.children()[7].children()[0];
    list.children().into_iter().find(|entry| entry.children()[0].value == id).map(|entry| {
        let parts = entry.children();
        (parts.len() == 3, parts.last().unwrap().value.to_vec())
    })
}

fn serial(certificate: &[u8]) -> Vec<u8> {
    Node::one(certificate).children()[0].children()[1].value.to_vec()
}

/// countryName of issuer and subject.
fn countries(certificate: &[u8]) -> [Option<String>; 2] {
    let body = Node::one(certificate).children()[0];
    [3, 5].map(|place| {
        body.children()[place].children().iter().find_map(|relative| {
            let attribute = relative.children()[0].children();
            (attribute[0].value == [0x55, 0x04, 0x06])
                .then(|| String::from_utf8(attribute[1].value.to_vec()).unwrap())
        })
    })
}

const AKI: &[u8] = &[0x55, 0x1D, 0x23];
const SKI: &[u8] = &[0x55, 0x1D, 0x0E];
const KU: &[u8] = &[0x55, 0x1D, 0x0F];
const PKUP: &[u8] = &[0x55, 0x1D, 0x10];
const BC: &[u8] = &[0x55, 0x1D, 0x13];
const CDP: &[u8] = &[0x55, 0x1D, 0x1F];
const NAME_CHANGE: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x06, 0x01];
const DOCUMENT_TYPES: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x06, 0x02];
const UNKNOWN: &[u8] = &[0x69, 0xA4, 0x34];

/// What a CSCA certificate with the departure must look like; `None` if the departure is not one of a CSCA.
fn shows_in_csca(deviation: Deviation, der: &[u8]) -> Option<bool> {
    use Deviation as D;
    let both = |text: &str| countries(der) == [Some(text.to_owned()), Some(text.to_owned())];
    Some(match deviation {
        D::NegativeSerial => serial(der)[0] >= 0x80,
        D::ZeroSerial => serial(der) == [0],
        D::LongSerial => serial(der).len() > 20,
        D::LowerCaseCountry => both("ut"),
        D::IssuerCountryCase => countries(der) == [Some("ut".to_owned()), Some("UT".to_owned())],
        D::ThreeLetterCountry => both("UTO"),
        D::MissingCountry => countries(der) == [None, None],
        D::MissingAuthorityKeyIdentifier => extension(der, AKI).is_none(),
        D::MissingSubjectKeyIdentifier => extension(der, SKI).is_none(),
        D::MissingKeyUsage => extension(der, KU).is_none(),
        D::KeyUsageWithoutCertSign => extension(der, KU).unwrap().1 == [0x03, 0x02, 0x01, 0x02],
        D::NonCriticalKeyUsage => !extension(der, KU).unwrap().0,
        D::MissingBasicConstraints => extension(der, BC).is_none(),
        D::BasicConstraintsNotCa => extension(der, BC).unwrap().1 == [0x30, 0x00],
        D::NonCriticalBasicConstraints => !extension(der, BC).unwrap().0,
        D::PathLengthNotZero => extension(der, BC).unwrap().1.ends_with(&[0x02, 0x01, 0x01]),
        D::MissingPathLength => extension(der, BC).unwrap().1 == [0x30, 0x03, 0x01, 0x01, 0xFF],
        D::MissingPrivateKeyUsagePeriod => extension(der, PKUP).is_none(),
        D::MissingCrlDistributionPoint => extension(der, CDP).is_none(),
        D::CrlDistributionPointDirectoryName => {
            !extension(der, CDP).unwrap().1.windows(4).any(|part| part == b"http")
        }
        D::UnknownCriticalExtension => extension(der, UNKNOWN).is_some_and(|(critical, _)| critical),
        D::CriticalNameChange => extension(der, NAME_CHANGE).is_some_and(|(critical, _)| critical),
        D::RsaAlgorithmWithoutNull => Node::one(der).children()[1].children().len() == 1,
        _ => return None,
    })
}

#[test]
fn every_departure_of_a_csca_certificate_shows_and_the_signature_stays_right() {
    let plain = csca_with(&[]);
    let mut shown = 0;
    for deviation in Deviation::ALL {
        let csca = csca_with(&[deviation]);
        let der = &csca.certificate().der;
        let Some(shows) = shows_in_csca(deviation, der) else { continue };
        assert!(shows, "{deviation:?} does not show");
        assert_eq!(
            shows_in_csca(deviation, &plain.certificate().der),
            Some(false),
            "{deviation:?} shows always"
        );
        assert!(signed_by(der, &key_info_of(der)), "{deviation:?} breaks the signature");
        shown += 1;
    }
    assert_eq!(shown, 23);
}

#[test]
fn the_document_type_list_can_be_missing_or_wrong() {
    let missing = signer_with(&[Deviation::MissingDocumentTypeList]);
    assert!(extension(&missing.certificate.der, DOCUMENT_TYPES).is_none());
    let wrong = signer_with(&[Deviation::WrongDocumentTypeList]);
    let (_, value) = extension(&wrong.certificate.der, DOCUMENT_TYPES).unwrap();
    assert!(value.ends_with(b"AC"));
}

#[test]
fn a_wrong_signature_does_not_verify() {
    let signer = signer_with(&[Deviation::WrongSignature]);
    let root = csca_with(&[]).certificate().der.clone();
    assert!(!signed_by(&signer.certificate.der, &key_info_of(&root)));
    assert!(signed_by(&signer_with(&[]).certificate.der, &key_info_of(&root)));
}

#[test]
fn a_digest_info_without_null_verifies_only_against_the_shorter_prefix() {
    let csca = csca_with(&[Deviation::DigestInfoWithoutNull]);
    let der = &csca.certificate().der;
    let key_info = key_info_of(der);
    assert!(!signed_by(der, &key_info));
    let [body, _, signature] = Node::one(der).children()[..] else { panic!("certificate") };
    let emrtd_sim::pki::SigningKey::Rsa(key) = csca.key().as_ref() else { panic!("RSA") };
    let lenient = rsa::Pkcs1v15Sign {
        hash_len: Some(32),
        prefix: hex_literal::hex!("302f300b0609608648016503040201 0420").into(),
    };
    let digest = HashAlgorithm::Sha256.digest(body.whole);
    key.to_public_key().verify(lenient, &digest, &signature.value[1..]).unwrap();
}

#[test]
fn an_ecdsa_algorithm_can_carry_a_null() {
    let key = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::Named };
    let state = State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 };
    let key =
        CscaKey { key: shared_key(key, 1), scheme: SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 } };
    let csca =
        Csca::establish(state, key, today(), &[Deviation::EcdsaAlgorithmWithNull], &mut rng(1)).unwrap();
    let der = &csca.certificate().der;
    assert_eq!(Node::one(der).children()[1].children().len(), 2);
    assert!(signed_by(der, &key_info_of(der)));
}

fn document_with(deviation: Deviation) -> SpecimenDocument {
    let mut profile = profile("dk-passport");
    profile.sod.signature = PKCS1;
    profile.lds_version = emrtd_sim::issue::profile::LdsVersion::V1_8;
    profile.sod.deviations = vec![deviation];
    issue(&profile, 1)
}

fn sod(document: &SpecimenDocument) -> Vec<u8> {
    Node::one(document.file(ElementaryFile::Sod).unwrap()).value.to_vec()
}

fn shows_in_sod(deviation: Deviation, signed: &Signed<'_>) -> Option<bool> {
    use Deviation as D;
    let info = &signed.signer_info;
    let hashes = || Node::one(signed.content).children()[2].children();
    let number = |entry: &Node<'_>| entry.children()[0].value[0];
    let has_attribute = |id: u8| {
        info[3].children().iter().any(|attribute| attribute.children()[0].value.ends_with(&[0x01, 0x09, id]))
    };
    Some(match deviation {
        D::ContentTypeData => signed.content_type == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01],
        D::UnorderedHashes => number(&hashes()[0]) > number(&hashes()[1]),
        D::CertificateAbsent => signed.certificate.is_none(),
        D::SignerBySubjectKeyIdentifier => info[0].value == [3] && info[1].tag == 0x80,
        D::SignedDataVersion1 => signed.version == 1,
        D::SignedDataVersion4 => signed.version == 4,
        D::AlgorithmProtection => has_attribute(0x34),
        D::MissingSigningTime => !has_attribute(0x05),
        D::MissingSignedAttributes => info[3].tag != 0xA0,
        D::RsaAlgorithmWithoutNull => info.len() == 6 && info[4].children().len() == 1,
        D::MissingLdsVersionInfo => Node::one(signed.content).children().len() == 3,
        _ => return None,
    })
}

#[test]
fn every_departure_of_a_security_object_shows_and_the_signature_stays_right() {
    let plain = document_with(Deviation::MissingCountry);
    let plain_sod = sod(&plain);
    let mut shown = 0;
    for deviation in Deviation::ALL {
        if deviation == Deviation::IndefiniteLength {
            continue;
        }
        let document = document_with(deviation);
        let bytes = sod(&document);
        let signed = Signed::parse(&bytes);
        let Some(shows) = shows_in_sod(deviation, &signed) else { continue };
        assert!(shows, "{deviation:?} does not show");
        assert_eq!(
            shows_in_sod(deviation, &Signed::parse(&plain_sod)),
            Some(false),
            "{deviation:?} shows always"
        );
        assert!(signed.verifies_with(&document.document_signer_certificate.0), "{deviation:?}");
        shown += 1;
    }
    assert_eq!(shown, 11);
}

#[test]
fn hostile_security_objects_are_wrong_in_the_one_place_they_name() {
    let honest = document_with(Deviation::MissingCountry);
    for deviation in [Deviation::WrongMessageDigest, Deviation::WrongSodSignature] {
        let document = document_with(deviation);
        let bytes = sod(&document);
        assert!(
            !Signed::parse(&bytes).verifies_with(&document.document_signer_certificate.0),
            "{deviation:?}"
        );
        assert_eq!(document.file(ElementaryFile::DataGroup(1)), honest.file(ElementaryFile::DataGroup(1)));
    }
    let document = document_with(Deviation::WrongDataGroupHash);
    let bytes = sod(&document);
    let signed = Signed::parse(&bytes);
    assert!(signed.verifies_with(&document.document_signer_certificate.0), "the signature itself is right");
    let first = Node::one(signed.content).children()[2].children()[0];
    let dg1 = document.file(ElementaryFile::DataGroup(1)).unwrap();
    assert_ne!(first.children()[1].value, HashAlgorithm::Sha256.digest(dg1));
}

#[test]
fn an_object_of_indefinite_length_holds_the_same_parts() {
    let document = document_with(Deviation::IndefiniteLength);
    let bytes = sod(&document);
    assert_eq!(bytes[..2], [0x30, 0x80]);
    assert!(bytes.ends_with(&[0; 6]));
    let certificate = &document.document_signer_certificate.0;
    assert!(bytes.windows(certificate.len()).any(|part| part == certificate));
}

#[test]
fn a_signature_algorithm_rsa_encryption_is_written_without_the_hash() {
    let document = document_with(Deviation::SignatureAlgorithmRsaEncryption);
    let bytes = sod(&document);
    let signed = Signed::parse(&bytes);
    let algorithm = signed.signer_info[4].children();
    assert_eq!(algorithm[0].value, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]);
}

#[test]
fn departures_of_a_profile_reach_its_certificates() {
    let mut profile = profile("bac-only");
    profile.csca.deviations = vec![Deviation::LowerCaseCountry];
    profile.document_signer.deviations = vec![Deviation::NegativeSerial];
    let state = state_of(&profile);
    assert_eq!(countries(&state.csca.certificate().der)[1].as_deref(), Some("ut"));
    assert!(serial(&state.document_signer.certificate.der)[0] >= 0x80);
}

#[test]
fn departures_are_named_in_kebab_case() {
    let text = serde_json::to_string(&Deviation::DigestInfoWithoutNull).unwrap();
    assert_eq!(text, "\"digest-info-without-null\"");
    assert!(serde_json::from_str::<Deviation>("\"no-such-thing\"").is_err());
    let mut seen: Vec<_> = Deviation::ALL.to_vec();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), Deviation::ALL.len());
}
