//! Certificates, link certificates and revocation lists.

use der::{Decode, Encode};
use emrtd_sim::pki::{
    Csca, CscaKey, HashAlgorithm, KeySpec, ParameterEncoding, PkiError, Revocation, SignatureSpec,
    SigningKey, State, public_key_info,
};
use groups::{Group, Kind, Secret};
use jiff::civil::date;
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, KeyUsage, SubjectKeyIdentifier,
};

use crate::support::{key_info_of, rng, shared_key, signed_by, today};

const RSA: KeySpec = KeySpec::Rsa { bits: 2048 };

fn state() -> State {
    State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 }
}

fn ec(group: Group, encoding: ParameterEncoding) -> KeySpec {
    KeySpec::Ec { parameter_id: group.parameter_id(), encoding }
}

fn csca(key: KeySpec, scheme: SignatureSpec) -> Csca {
    let key = CscaKey { key: shared_key(key, 1), scheme };
    Csca::establish(state(), key, today(), &[], &mut rng(1)).unwrap()
}

/// The self-signed certificate and a document signer's verify, and x509-cert reads both.
fn check_chain(key: KeySpec, scheme: SignatureSpec) {
    let csca = csca(key, scheme);
    let signer = csca
        .certify_document_signer(shared_key(key, 2), &["P".to_owned()], today(), &[], &mut rng(2))
        .unwrap();
    let root = &csca.certificate().der;
    let leaf = &signer.certificate.der;
    assert!(signed_by(root, &key_info_of(root)), "{key:?} {scheme:?}: self-signed");
    assert!(signed_by(leaf, &key_info_of(root)), "{key:?} {scheme:?}: document signer");
    assert!(!signed_by(root, &key_info_of(leaf)), "{key:?} {scheme:?}: the key must matter");
    for der in [root, leaf] {
        let parsed = Certificate::from_der(der).unwrap();
        assert_eq!(parsed.to_der().unwrap(), *der, "is DER");
    }
}

#[test]
fn rsa_certificates_of_every_hash_verify() {
    for digest in HashAlgorithm::ALL {
        check_chain(RSA, SignatureSpec::RsaPkcs1 { digest });
    }
}

#[test]
fn pss_certificates_of_every_hash_and_several_salts_verify() {
    for digest in HashAlgorithm::ALL {
        for salt in [0, 20, 32, 64] {
            check_chain(RSA, SignatureSpec::RsaPss { digest, salt });
        }
    }
}

#[test]
fn ec_certificates_on_every_curve_in_both_encodings_verify() {
    let hashes = HashAlgorithm::ALL.into_iter().cycle();
    let curves = Group::ALL.into_iter().filter(|group| group.kind() == Kind::Ecdh);
    for (group, digest) in curves.zip(hashes) {
        for encoding in [ParameterEncoding::Explicit, ParameterEncoding::Named] {
            check_chain(ec(group, encoding), SignatureSpec::Ecdsa { digest });
        }
    }
}

#[test]
fn every_encoding_of_a_public_key_is_read_back_by_the_reader() {
    use emrtd::lds::public_key::PublicKey;
    for group in Group::ALL {
        let public = Secret::random(group, &mut rng(5)).public();
        for encoding in
            [ParameterEncoding::Explicit, ParameterEncoding::Named, ParameterEncoding::Standardised]
        {
            let Ok(info) = public_key_info(&public, encoding) else {
                assert!(
                    group.kind() == Kind::Dh && encoding == ParameterEncoding::Named,
                    "{group} {encoding:?}"
                );
                continue;
            };
            let object = emrtd::tlv::Reader::new(&info).expect(0x30).unwrap();
            let PublicKey::Group(key) = PublicKey::read(&object).unwrap() else { panic!("{group}") };
            assert_eq!(key.element, public);
        }
    }
}

#[test]
fn the_csca_certificate_follows_the_profile_of_doc_9303_12() {
    let csca = csca(RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 });
    let certificate = Certificate::from_der(&csca.certificate().der).unwrap();
    let body = certificate.tbs_certificate();
    assert_eq!(body.issuer(), body.subject());
    assert_eq!(body.subject().to_string(), "CN=CSCA UTO SPECIMEN,O=Specimen Travel Documents,C=UT");
    let serial = body.serial_number().as_bytes();
    assert!(serial.len() <= 20 && serial[0] < 0x80, "positive and at most 20 octets");

    let (critical, constraints) = body.get_extension::<BasicConstraints>().unwrap().unwrap();
    assert!(critical && constraints.ca && constraints.path_len_constraint == Some(0));
    let (critical, usage) = body.get_extension::<KeyUsage>().unwrap().unwrap();
    assert!(critical && usage.key_cert_sign() && usage.crl_sign() && !usage.digital_signature());
    let (_, subject_key) = body.get_extension::<SubjectKeyIdentifier>().unwrap().unwrap();
    let (_, authority_key) = body.get_extension::<AuthorityKeyIdentifier>().unwrap().unwrap();
    assert_eq!(authority_key.key_identifier.as_ref(), Some(&subject_key.0));
    let (critical, points) = body.get_extension::<CrlDistributionPoints>().unwrap().unwrap();
    assert!(!critical && points.0.len() == 1);
    for id in ["2.5.29.16", "2.5.29.17", "2.5.29.18"] {
        let found = body.extensions().unwrap().iter().find(|extension| extension.extn_id.to_string() == id);
        assert!(found.is_some_and(|extension| !extension.critical), "{id}");
    }
    // Signs for four years; valid for these, three months of a signer and ten years of a document.
    let until = body.validity().not_after.to_date_time();
    assert_eq!((until.year(), until.month(), until.day()), (2041, 2, 22));
}

#[test]
fn both_alternative_names_carry_the_letters_of_the_mrz() {
    let csca = csca(RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 });
    let certificate = Certificate::from_der(&csca.certificate().der).unwrap();
    let locality = [&[0x06, 0x03, 0x55, 0x04, 0x07, 0x0C, 0x03][..], b"UTO"].concat();
    let mut seen = 0;
    for extension in certificate.tbs_certificate().extensions().unwrap() {
        if ["2.5.29.17", "2.5.29.18"].contains(&extension.extn_id.to_string().as_str()) {
            let value = extension.extn_value.as_bytes();
            assert!(value.windows(locality.len()).any(|window| window == locality));
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_document_signer_may_only_sign_and_names_its_document_types() {
    let csca = csca(RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 });
    let types = ["P".to_owned(), "ID".to_owned()];
    let signer = csca.certify_document_signer(shared_key(RSA, 2), &types, today(), &[], &mut rng(2)).unwrap();
    let certificate = Certificate::from_der(&signer.certificate.der).unwrap();
    let body = certificate.tbs_certificate();
    let (critical, usage) = body.get_extension::<KeyUsage>().unwrap().unwrap();
    assert!(critical && usage.digital_signature() && !usage.key_cert_sign());
    assert!(body.get_extension::<BasicConstraints>().unwrap().is_none());
    let list = body
        .extensions()
        .unwrap()
        .iter()
        .find(|extension| extension.extn_id.to_string() == "2.23.136.1.1.6.2")
        .unwrap();
    assert!(!list.critical);
    assert_eq!(list.extn_value.as_bytes(), b"\x30\x0c\x02\x01\x00\x31\x07\x13\x01P\x13\x02ID");
}

#[test]
fn a_link_certificate_carries_the_new_key_under_the_signature_of_the_old() {
    let first = csca(RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 });
    let curve = ec(Group::BrainpoolP384r1, ParameterEncoding::Explicit);
    let generations = [
        (shared_key(RSA, 3), SignatureSpec::RsaPss { digest: HashAlgorithm::Sha384, salt: 48 }),
        (shared_key(curve, 4), SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha512 }),
        (shared_key(RSA, 5), SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha1 }),
    ];
    let mut old = first;
    for (year, (key, scheme)) in (2029..).zip(generations) {
        let (new, link) =
            old.renew(CscaKey { key, scheme }, date(year, 1, 1), None, &[], &mut rng(6)).unwrap();
        let link_key = key_info_of(&link.der);
        assert_eq!(link_key, key_info_of(&new.certificate().der), "certifies the new key");
        assert!(signed_by(&link.der, &key_info_of(&old.certificate().der)), "signed by the old key");
        assert!(!signed_by(&link.der, &link_key), "not by the new one");
        assert!(signed_by(&new.certificate().der, &link_key), "the new one signs itself");
        let parsed = Certificate::from_der(&link.der).unwrap();
        assert_eq!(parsed.tbs_certificate().issuer(), parsed.tbs_certificate().subject(), "one name");
        old = new;
    }
}

#[test]
fn a_new_name_is_told_by_the_name_change_extension() {
    let old = csca(RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 });
    let key = CscaKey {
        key: shared_key(RSA, 3),
        scheme: SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 },
    };
    let (new, link) = old.renew(key, date(2029, 1, 1), Some("CSCA Utopia G2"), &[], &mut rng(6)).unwrap();
    let parsed = Certificate::from_der(&link.der).unwrap();
    let body = parsed.tbs_certificate();
    assert_eq!(body.issuer().to_der().unwrap(), old.name().to_der());
    assert_eq!(body.subject().to_der().unwrap(), new.name().to_der());
    assert_ne!(body.issuer(), body.subject());
    assert!(body.extensions().unwrap().iter().any(|found| found.extn_id.to_string() == "2.23.136.1.1.6.1"));
}

#[test]
fn a_revocation_list_names_what_was_revoked_and_verifies() {
    let keys = [
        (RSA, SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 }),
        (
            ec(Group::BrainpoolP256r1, ParameterEncoding::Explicit),
            SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 },
        ),
    ];
    for (key, scheme) in keys {
        let csca = csca(key, scheme);
        let signer = csca
            .certify_document_signer(shared_key(key, 2), &["P".to_owned()], today(), &[], &mut rng(2))
            .unwrap();
        let revocations = [Revocation {
            serial: signer.certificate.serial.clone(),
            revoked_at: date(2026, 12, 1).at(12, 0, 0, 0),
            reason: Some(1),
        }];
        let (this, next) = (date(2026, 12, 2).at(0, 0, 0, 0), date(2027, 3, 2).at(0, 0, 0, 0));
        let list = csca.revocation_list(17, this, next, &revocations, &[], &mut rng(9)).unwrap();
        assert!(signed_by(&list, &key_info_of(&csca.certificate().der)));
        let parsed = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&list).unwrap();
        assert_eq!(parsed.to_der().unwrap(), list, "is DER");
        let revoked = parsed.tbs_cert_list.revoked_certificates.unwrap();
        assert_eq!(revoked.len(), 1);
        assert_eq!(revoked[0].serial_number.to_der().unwrap(), signer.certificate.serial);

        let empty = csca.revocation_list(18, this, next, &[], &[], &mut rng(9)).unwrap();
        let parsed = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&empty).unwrap();
        assert!(parsed.tbs_cert_list.revoked_certificates.is_none(), "an empty list leaves the field out");
    }
}

#[test]
fn the_same_generator_state_makes_the_same_certificate() {
    let scheme = SignatureSpec::RsaPss { digest: HashAlgorithm::Sha256, salt: 32 };
    assert_eq!(csca(RSA, scheme).certificate(), csca(RSA, scheme).certificate());
}

#[test]
fn a_salt_too_long_for_the_modulus_and_a_scheme_of_another_key_are_refused() {
    let key = shared_key(KeySpec::Rsa { bits: 1024 }, 1);
    let long = SignatureSpec::RsaPss { digest: HashAlgorithm::Sha512, salt: 64 };
    assert!(matches!(key.sign(long, &[], b"message", &mut rng(1)), Err(PkiError::Rsa(_))));
    let ecdsa = SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 };
    assert!(matches!(key.sign(ecdsa, &[], b"message", &mut rng(1)), Err(PkiError::SchemeDoesNotFitKey)));
    for bits in [0, 512, 8192] {
        let made = SigningKey::generate(KeySpec::Rsa { bits }, &mut rng(1));
        assert!(matches!(made, Err(PkiError::RsaLength(found)) if found == bits));
    }
}
