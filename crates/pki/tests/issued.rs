//! Certificates and lists issued on purpose: every algorithm, every departure, and one byte changed anywhere.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Arc, OnceLock};

use emrtd_sim::pki::{
    CertificateRequest, Csca, CscaKey, Deviation as Issued, DistinguishedName, HashAlgorithm as Hash,
    KeySpec, ParameterEncoding, Revocation, Role as IssuedRole, SignatureSpec, SigningKey, State,
};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use pki::{
    AlgorithmProblem, Certificate, Crl, CrlFreshness, CrlStatus, Deviation, DeviationTable, Deviations,
    IssuanceError, PublicKey, Role, UnsupportedKey, Weakness,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const FROM: Date = date(2024, 1, 1);

fn state() -> State {
    State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 }
}

fn rsa_2048() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let make = || {
        let mut rng = ChaCha20Rng::seed_from_u64(2048);
        Arc::new(SigningKey::generate(KeySpec::Rsa { bits: 2048 }, &mut rng).unwrap())
    };
    KEY.get_or_init(make).clone()
}

fn ec(parameter_id: u8, encoding: ParameterEncoding) -> Arc<SigningKey> {
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(parameter_id));
    Arc::new(SigningKey::generate(KeySpec::Ec { parameter_id, encoding }, &mut rng).unwrap())
}

fn authority(key: Arc<SigningKey>, scheme: SignatureSpec, deviations: &[Issued]) -> Csca {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    Csca::establish(state(), CscaKey { key, scheme }, FROM, deviations, &mut rng).unwrap()
}

fn p256() -> Csca {
    let scheme = SignatureSpec::Ecdsa { digest: Hash::Sha256 };
    authority(ec(12, ParameterEncoding::Explicit), scheme, &[])
}

fn read(csca: &Csca) -> Certificate {
    Certificate::parse(&csca.certificate().der).unwrap()
}

fn deviations_of(read: &Certificate, role: Role) -> Deviations {
    let mut found = read.check_profile(role);
    found.extend(read.verify_issued_by(read).unwrap().deviations);
    found
}

#[test]
fn every_signature_algorithm_verifies_and_only_with_its_own_key() {
    let mut all: Vec<(Arc<SigningKey>, SignatureSpec)> = Vec::new();
    for digest in Hash::ALL {
        all.push((rsa_2048(), SignatureSpec::RsaPkcs1 { digest }));
        for salt in [0, 1, 20, 33, 64] {
            all.push((rsa_2048(), SignatureSpec::RsaPss { digest, salt }));
        }
        for curve in 8..=18 {
            for encoding in [ParameterEncoding::Explicit, ParameterEncoding::Named] {
                all.push((ec(curve, encoding), SignatureSpec::Ecdsa { digest }));
            }
        }
    }
    let mut rng = ChaCha20Rng::seed_from_u64(99);
    let spec = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::Explicit };
    let other = Arc::new(SigningKey::generate(spec, &mut rng).unwrap());
    let other = authority(other, SignatureSpec::Ecdsa { digest: Hash::Sha256 }, &[]);
    for (key, scheme) in all {
        let issued = read(&authority(key, scheme, &[]));
        let verified = issued.verify_issued_by(&issued).unwrap_or_else(|error| panic!("{scheme:?}: {error}"));
        let sha1 = scheme.digest() == Hash::Sha1;
        assert_eq!(verified.weaknesses.contains(&Weakness::Sha1), sha1);
        let small = matches!(issued.key(), PublicKey::Ec(key) if key.element().group().field_bits() < 224);
        assert_eq!(verified.weaknesses.contains(&Weakness::EcBelow224), small);
        let odd_salt =
            matches!(scheme, SignatureSpec::RsaPss { digest, salt } if usize::from(salt) != digest.length());
        assert_eq!(verified.deviations.contains(&Deviation::PssSaltLengthDiffers), odd_salt);
        assert!(issued.verify_issued_by(&read(&other)).is_err());
    }
}

#[test]
fn an_rsa_key_of_1024_bits_is_weak() {
    let mut rng = ChaCha20Rng::seed_from_u64(1024);
    let key = Arc::new(SigningKey::generate(KeySpec::Rsa { bits: 1024 }, &mut rng).unwrap());
    let issued = read(&authority(key, SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 }, &[]));
    let verified = issued.verify_issued_by(&issued).unwrap();
    assert_eq!(verified.weaknesses.into_iter().collect::<Vec<_>>(), [Weakness::RsaBelow2048]);
}

#[test]
fn signatures_with_md2_and_md5_are_refused_by_name() {
    let mut der = authority(rsa_2048(), SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 }, &[])
        .certificate()
        .der
        .clone();
    let sha256_with_rsa = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
    for broken in [2, 4] {
        while let Some(at) = der.windows(9).position(|id| id == sha256_with_rsa) {
            der[at + 8] = broken;
        }
        let forged = Certificate::parse(&der).unwrap();
        assert!(matches!(forged.signature_algorithm(), Err(AlgorithmProblem::Broken(_))), "{broken}");
        assert!(matches!(forged.verify_issued_by(&forged), Err(IssuanceError::Algorithm(_))));
        let at = |from: usize| {
            der[from..].windows(9).position(|id| id[..8] == sha256_with_rsa[..8] && id[8] == broken)
        };
        let first = at(0).unwrap();
        let second = first + 9 + at(first + 9).unwrap();
        (der[first + 8], der[second + 8]) = (11, 11);
    }
}

#[test]
fn a_curve_with_another_generator_is_no_known_curve() {
    let mut der = p256().certificate().der.clone();
    let groups::Parameters::Ec(curve) = groups::Group::P256.parameters() else { unreachable!() };
    let at = der.windows(curve.g.len()).position(|bytes| bytes == curve.g).unwrap();
    for (offset, delta) in [(1, 1), (64, 1)] {
        der[at + offset] ^= delta;
        let forged = Certificate::parse(&der).unwrap();
        assert_eq!(forged.key(), &PublicKey::Unsupported(UnsupportedKey::ForeignParameters));
        assert!(forged.verify_issued_by(&forged).is_err());
        der[at + offset] ^= delta;
    }
}

#[test]
fn each_departure_that_is_issued_is_named_and_nothing_else() {
    use Deviation as D;
    let plain = deviations_of(&read(&p256()), Role::Authority);
    assert!(plain.is_empty(), "{plain:?}");
    let cases: [(Issued, &[D]); 22] = [
        (Issued::NegativeSerial, &[D::SerialNegative]),
        (Issued::ZeroSerial, &[D::SerialZero]),
        (Issued::LongSerial, &[D::SerialTooLong]),
        (Issued::LowerCaseCountry, &[D::CountryLowerCase]),
        (Issued::IssuerCountryCase, &[D::CountryCaseDiffers]),
        (Issued::ThreeLetterCountry, &[D::CountryLength]),
        (Issued::MissingCountry, &[D::CountryMissing]),
        (Issued::MissingAuthorityKeyIdentifier, &[]),
        (Issued::MissingSubjectKeyIdentifier, &[D::SubjectKeyIdentifierMissing]),
        (Issued::MissingKeyUsage, &[D::AnchorKeyUsageMissing]),
        (Issued::KeyUsageWithoutCertSign, &[D::AnchorKeyUsageWithoutCertSign]),
        (Issued::NonCriticalKeyUsage, &[D::KeyUsageNonCritical]),
        (Issued::MissingBasicConstraints, &[D::AnchorBasicConstraintsMissing]),
        (Issued::BasicConstraintsNotCa, &[D::AnchorBasicConstraintsNotCa, D::PathLengthMissing]),
        (Issued::NonCriticalBasicConstraints, &[D::BasicConstraintsNonCritical]),
        (Issued::PathLengthNotZero, &[D::PathLengthNotZero]),
        (Issued::MissingPathLength, &[D::PathLengthMissing]),
        (Issued::MissingPrivateKeyUsagePeriod, &[D::PrivateKeyUsagePeriodMissing]),
        (Issued::MissingCrlDistributionPoint, &[D::CrlDistributionPointMissing]),
        (Issued::CrlDistributionPointDirectoryName, &[D::CrlDistributionPointWithoutAddress]),
        (Issued::UnknownCriticalExtension, &[D::CriticalExtensionUnknown]),
        (Issued::CriticalNameChange, &[D::NameChangeCritical]),
    ];
    let scheme = SignatureSpec::Ecdsa { digest: Hash::Sha256 };
    for (departure, expected) in cases {
        let issued = read(&authority(ec(12, ParameterEncoding::Explicit), scheme, &[departure]));
        let found = deviations_of(&issued, Role::Authority);
        assert_eq!(found, expected.iter().copied().collect(), "{departure:?}");
    }
    let named = read(&authority(ec(12, ParameterEncoding::Named), scheme, &[]));
    assert_eq!(deviations_of(&named, Role::Authority), Deviations::from([D::CurveNamed]));
    let issued =
        read(&authority(ec(12, ParameterEncoding::Explicit), scheme, &[Issued::EcdsaAlgorithmWithNull]));
    assert_eq!(deviations_of(&issued, Role::Authority), Deviations::from([D::EcdsaAlgorithmWithNull]));
    let scheme = SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 };
    for (departure, expected) in [
        (Issued::DigestInfoWithoutNull, D::DigestInfoWithoutNull),
        (Issued::RsaAlgorithmWithoutNull, D::RsaAlgorithmWithoutNull),
    ] {
        let issued = read(&authority(rsa_2048(), scheme, &[departure]));
        assert_eq!(deviations_of(&issued, Role::Authority), Deviations::from([expected]));
    }
    let wrong = read(&authority(rsa_2048(), scheme, &[Issued::WrongSignature]));
    assert!(wrong.verify_issued_by(&wrong).is_err());
}

#[test]
fn a_toleration_that_is_switched_off_refuses() {
    let scheme = SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 };
    let issued = read(&authority(rsa_2048(), scheme, &[Issued::DigestInfoWithoutNull]));
    let found = deviations_of(&issued, Role::Authority);
    let table = DeviationTable::builtin().unwrap();
    let judged = table.judge(&found, Some("UT"));
    assert!(judged.refused.is_empty() && judged.tolerated == found);
    let judged = table.without(Deviation::DigestInfoWithoutNull).judge(&found, Some("UT"));
    assert!(judged.tolerated.is_empty() && judged.refused == found);
}

#[test]
fn every_departure_has_the_name_of_its_row() {
    let text = include_str!("../data/deviations.toml");
    for deviation in Deviation::ALL {
        assert!(text.contains(&format!("id = \"{}\"\n", deviation.id())), "{deviation:?}");
    }
}

#[test]
fn a_toleration_for_some_countries_holds_for_no_other() {
    let table = DeviationTable::builtin().unwrap();
    let found = Deviations::from([Deviation::SecurityObjectOfTypeData]);
    assert!(table.judge(&found, Some("CN")).refused.is_empty());
    for country in [Some("DK"), Some(""), None] {
        assert_eq!(table.judge(&found, country).refused, found);
    }
}

#[test]
fn a_document_signer_keeps_to_its_profile_and_is_no_authority() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let csca = p256();
    let types = ["P".to_owned(), "PD".to_owned()];
    let key = ec(14, ParameterEncoding::Explicit);
    let signer = csca.certify_document_signer(key.clone(), &types, FROM, &[], &mut rng).unwrap();
    let signer = Certificate::parse(&signer.certificate.der).unwrap();
    assert!(signer.verify_issued_by(&read(&csca)).unwrap().deviations.is_empty());
    assert!(signer.check_profile(Role::DocumentSigner).is_empty());
    let mut listed = signer.extensions().document_types.clone().unwrap().0;
    listed.sort();
    assert_eq!(listed, types);
    assert!(signer.check_profile(Role::Link).contains(&Deviation::LinkUnmarked));
    let authority = read(&csca).check_profile(Role::DocumentSigner);
    assert!(authority.contains(&Deviation::SignerIsAuthority));
    assert!(authority.contains(&Deviation::SignerKeyUsageWithoutDigitalSignature));
    let signed_by_signer = Csca::establish(
        state(),
        CscaKey { key, scheme: SignatureSpec::Ecdsa { digest: Hash::Sha256 } },
        FROM,
        &[],
        &mut rng,
    );
    assert!(signer.verify_issued_by(&read(&signed_by_signer.unwrap())).is_err());
}

#[test]
fn links_hold_between_generations_of_other_key_types_and_names() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let ec_scheme = SignatureSpec::Ecdsa { digest: Hash::Sha512 };
    let rsa_scheme = SignatureSpec::RsaPss { digest: Hash::Sha256, salt: 64 };
    let first = authority(rsa_2048(), rsa_scheme, &[]);
    let second = CscaKey { key: ec(17, ParameterEncoding::Explicit), scheme: ec_scheme };
    let (second, link) = first.renew(second, date(2027, 1, 1), None, &[], &mut rng).unwrap();
    let link = Certificate::parse(&link.der).unwrap();
    assert!(link.verify_issued_by(&read(&first)).is_ok());
    assert_eq!((link.key(), link.authority_role()), (read(&second).key(), Role::Link));
    assert_eq!(link.changes_key_type(), Some(true));
    assert!(link.verify_issued_by(&link).is_err() && link.verify_issued_by(&read(&second)).is_err());
    let third = CscaKey { key: rsa_2048(), scheme: rsa_scheme };
    let (_, link) = second.renew(third, date(2030, 1, 1), Some("New name"), &[], &mut rng).unwrap();
    let link = Certificate::parse(&link.der).unwrap();
    assert!(link.extensions().name_change && link.verify_issued_by(&read(&second)).is_ok());
    assert_eq!(link.subject().common_name().as_deref(), Some("New name"));
}

#[test]
fn a_certificate_for_another_country_is_named() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let name = |country: &str| DistinguishedName {
        country: country.to_owned(),
        organisation: "Specimen".to_owned(),
        unit: None,
        common_name: "Signer".to_owned(),
        serial_number: None,
    };
    let at = FROM.at(0, 0, 0, 0);
    let key = ec(12, ParameterEncoding::Explicit);
    let request = CertificateRequest {
        role: IssuedRole::DocumentSigner { document_types: vec!["P".to_owned()] },
        issuer: &name("UT"),
        subject: &name("XA"),
        state: "UTO",
        subject_key: &key,
        not_before: at,
        not_after: at,
        key_usage_until: at,
        deviations: &[],
    };
    let issued = request.sign(&key, SignatureSpec::Ecdsa { digest: Hash::Sha256 }, &mut rng).unwrap();
    let found = Certificate::parse(&issued.der).unwrap().check_profile(Role::DocumentSigner);
    assert_eq!(found, Deviations::from([Deviation::CountryDiffers]));
}

/// Every byte changed in two ways: the result must not be taken for the original or for anything else that is signed.
fn no_changed_byte_verifies(der: &[u8], verifies: impl Fn(&[u8]) -> bool) {
    assert!(verifies(der));
    for at in 0..der.len() {
        for change in [0x01, 0x80] {
            let mut changed = der.to_vec();
            changed[at] ^= change;
            assert!(!verifies(&changed), "byte {at} changed by {change:02X}");
        }
    }
    assert!(!verifies(&der[..der.len() - 1]));
    assert!(!verifies(&[der, &[0]].concat()));
}

#[test]
fn no_byte_of_a_certificate_can_be_changed() {
    for csca in [
        p256(),
        authority(rsa_2048(), SignatureSpec::RsaPkcs1 { digest: Hash::Sha256 }, &[]),
        authority(rsa_2048(), SignatureSpec::RsaPss { digest: Hash::Sha256, salt: 64 }, &[]),
    ] {
        let issuer = read(&csca);
        no_changed_byte_verifies(issuer.as_der(), |der| {
            let Ok(found) = Certificate::parse(der) else { return false };
            found.verify_issued_by(&issuer).is_ok()
        });
    }
}

#[test]
fn a_list_says_who_is_revoked_and_no_byte_of_it_can_be_changed() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let csca = p256();
    let signer = csca
        .certify_document_signer(ec(12, ParameterEncoding::Explicit), &["P".to_owned()], FROM, &[], &mut rng)
        .unwrap();
    let day = |month, day| date(2024, month, day).at(0, 0, 0, 0);
    let revocation =
        Revocation { serial: signer.certificate.serial.clone(), revoked_at: day(2, 1), reason: Some(1) };
    let der = csca.revocation_list(7, day(3, 1), day(5, 30), &[revocation], &[], &mut rng).unwrap();
    let list = Crl::parse(&der).unwrap();
    let issuer = read(&csca);
    assert!(list.verify_issued_by(&issuer).unwrap().deviations.is_empty());
    let signer = Certificate::parse(&signer.certificate.der).unwrap();
    let now: Timestamp = "2024-04-01T00:00:00Z".parse().unwrap();
    let CrlStatus::Revoked(entry) = list.status(signer.serial(), now) else { panic!("not revoked") };
    assert_eq!((entry.reason, entry.revoked_at.to_string()), (Some(1), "2024-02-01T00:00:00Z".to_owned()));
    assert_eq!(list.status(issuer.serial(), now), CrlStatus::NotListed);
    let later = now + SignedDuration::from_hours(24 * 61);
    assert_eq!(list.freshness(later), CrlFreshness::Overdue);
    let much_later = now + SignedDuration::from_hours(24 * 62);
    assert_eq!(list.status(issuer.serial(), much_later), CrlStatus::Undetermined(CrlFreshness::Stale));
    assert!(matches!(list.status(signer.serial(), much_later), CrlStatus::Revoked(_)));
    let next = csca.revocation_list(256, day(3, 2), day(5, 30), &[], &[], &mut rng).unwrap();
    let next = Crl::parse(&next).unwrap();
    assert!(next.is_empty() && next.number() > list.number());
    no_changed_byte_verifies(&der, |der| {
        let Ok(found) = Crl::parse(der) else { return false };
        found.verify_issued_by(&issuer).is_ok()
    });
}
