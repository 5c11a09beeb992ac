//! Certificates and a revocation list that states really issued.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{certificate, certificates, folder};
use pki::{
    Certificate, Crl, CrlFreshness, CrlStatus, Deviation, DeviationTable, HashAlgorithm, IssuanceError,
    ParameterForm, PssParameters, PublicKey, Role, SignatureAlgorithm, SignatureError, Weakness,
};
use serde_json::Value;

fn table() -> DeviationTable {
    DeviationTable::builtin().unwrap()
}

#[test]
fn every_certificate_is_read_and_keeps_its_bytes() {
    let mut count = 0;
    for name in ["danish", "odd", "signers", "single", "signer-of-documents"] {
        for (file, read) in certificates(name) {
            let bytes = std::fs::read(folder(name).join(&file)).unwrap();
            assert_eq!(read.as_der(), bytes, "{file}");
            assert!(!matches!(read.key(), PublicKey::Unsupported(_)), "{file}: {:?}", read.key());
            assert!(read.signature_algorithm().is_ok(), "{file}");
            let again = Certificate::parse(&bytes).unwrap();
            assert!(again == read && read.subject().matches(again.subject()), "{file}");
            count += 1;
        }
    }
    assert_eq!(count, 10 + 156 + 27 + 14 + 8);
}

#[test]
fn every_self_signed_authority_verifies_with_its_own_key_and_keeps_to_the_tolerated_profile() {
    let mut count = 0;
    for name in ["danish", "odd", "signers", "single"] {
        for (file, read) in certificates(name) {
            if !read.claims_to_be_self_signed() {
                continue;
            }
            let verified = read.verify_issued_by(&read).unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut deviations = read.check_profile(Role::Authority);
            deviations.extend(verified.deviations);
            let judged = table().judge(&deviations, read.country().as_deref());
            assert!(judged.refused.is_empty(), "{file}: {:?}", judged.refused);
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn the_danish_links_lead_from_2011_to_2023() {
    let generations = [
        ("DK_2011_1b252387.der", "DK_2015_link_38ef623d.der", "DK_2015_75f047e1.der"),
        ("DK_2015_75f047e1.der", "DK_2019_link_cb729e04.der", "DK_2019_685c8783.der"),
        ("DK_2019_685c8783.der", "DK_2023_link_f55a8319.der", "DK_2023_84fbb2a1.der"),
    ];
    for (old, link, new) in generations.map(|(old, link, new)| {
        let read = |file| certificate(&format!("danish/{file}"));
        (read(old), read(link), read(new))
    }) {
        let verified = link.verify_issued_by(&old).unwrap();
        assert!(verified.deviations.is_empty() && verified.weaknesses.is_empty());
        assert_eq!(link.key(), new.key());
        assert_eq!(link.key_identifier(), new.key_identifier());
        // All generations have one name, so that the new key is tried, too, and does not verify.
        assert!(link.issuer().matches(new.subject()) && link.issuer().matches(link.subject()));
        for wrong in [&new, &link] {
            let refused = link.verify_issued_by(wrong);
            assert_eq!(refused, Err(IssuanceError::Signature(SignatureError::Wrong)));
        }
        assert_eq!(link.authority_role(), Role::Link);
        assert_eq!(new.authority_role(), Role::Authority);
        let deviations = link.check_profile(Role::Link);
        assert!(deviations.contains(&Deviation::KeyUsageNonCritical));
        assert!(deviations.contains(&Deviation::CrlDistributionPointWithoutAddress));
        assert!(table().judge(&deviations, Some("DK")).refused.is_empty());
    }
}

/// The role in which a certificate of the labelled set is used.
fn role_of(read: &Certificate) -> Role {
    let usage = read.extensions().extended_key_usage.as_deref().unwrap_or_default();
    if usage.iter().any(|id| id.to_string() == "2.23.136.1.1.3") {
        Role::MasterListSigner
    } else {
        read.authority_role()
    }
}

/// Whether a certificate shows what its group is named for.
fn shows(group: &str, read: &Certificate, role: Role) -> bool {
    let deviations = read.check_profile(role);
    let has = |deviation: Deviation| deviations.contains(&deviation);
    let rsa_bits = match read.key() {
        PublicKey::Rsa(key) => key.modulus_bits(),
        _ => 0,
    };
    let country = read.country().unwrap_or_default();
    match group {
        "serial-zero" => has(Deviation::SerialZero),
        "country-lowercase" => {
            has(Deviation::CountryLowerCase)
                || read.issuer().country().is_some_and(|country| country.to_uppercase() != country)
        }
        "country-case-mismatch-subject-issuer" => has(Deviation::CountryCaseDiffers),
        "country-3-letter" => has(Deviation::CountryLength),
        "country-missing" => has(Deviation::CountryMissing),
        "country-special" => ["KS", "EU", "UN", "ZZ", "XO", "XX"].contains(&country.as_str()),
        "keyusage-missing" => has(Deviation::KeyUsageMissing) || has(Deviation::AnchorKeyUsageMissing),
        "keyusage-noncritical" => has(Deviation::KeyUsageNonCritical),
        "basicconstraints-missing" => read.extensions().basic_constraints.is_none(),
        "basicconstraints-noncritical" => has(Deviation::BasicConstraintsNonCritical),
        "pathlen-not-zero" => has(Deviation::PathLengthNotZero) || has(Deviation::PathLengthMissing),
        "ec-named-curve" => matches!(read.key(), PublicKey::Ec(key) if key.form == ParameterForm::Named),
        "link-key-type-change" => read.changes_key_type() == Some(true),
        "pss-sha512-salt-64" => {
            let hash = HashAlgorithm::Sha512;
            let expected = SignatureAlgorithm::RsaPss(PssParameters { hash, mask_hash: hash, salt: 64 });
            read.signature_algorithm() == Ok(&expected)
        }
        "sha1-signed" => read.signature_algorithm().is_ok_and(|used| used.hash() == HashAlgorithm::Sha1),
        "rsa-2048" => rsa_bits == 2048,
        "rsa-6144" => rsa_bits == 6144,
        "rsa-exponent-unusual" => has(Deviation::RsaExponentUnusual),
        _ => panic!("no group is named {group}"),
    }
}

#[test]
fn every_labelled_certificate_has_its_labelled_outcome() {
    let index = std::fs::read_to_string(folder("odd.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    let pool: Vec<(String, Certificate)> = ["odd", "signers"].into_iter().flat_map(certificates).collect();
    let by_name = |name: &str| pool.iter().find(|(file, _)| file == name).map(|(_, read)| read).unwrap();
    let mut labels = 0;
    let mut without_signer = Vec::new();
    let mut refused = Vec::new();
    for entry in &index {
        let file = entry["file"].as_str().unwrap();
        let read = by_name(file);
        let role = role_of(read);
        let mut deviations = read.check_profile(role);
        if let Some(signer) = entry["signer"].as_str() {
            let verified =
                read.verify_issued_by(by_name(signer)).unwrap_or_else(|error| panic!("{file}: {error}"));
            deviations.extend(&verified.deviations);
            let sha1 = read.signature_algorithm().is_ok_and(|used| used.hash() == HashAlgorithm::Sha1);
            assert_eq!(verified.weaknesses.contains(&Weakness::Sha1), sha1, "{file}");
        } else {
            let verifies = pool.iter().any(|(_, issuer)| read.verify_issued_by(issuer).is_ok());
            assert!(!verifies, "{file}");
            without_signer.push(file);
        }
        let judged = table().judge(&deviations, read.country().as_deref());
        if !judged.refused.is_empty() {
            refused.push((file, judged.refused));
        }
        for (group, expected) in entry["groups"].as_object().unwrap() {
            assert!(shows(group, read, role), "{file} does not show {group}");
            let expected = expected.as_str().unwrap();
            assert!(expected.starts_with("accept") || expected.starts_with("decide"), "{expected}");
            labels += 1;
        }
    }
    assert_eq!((index.len(), labels), (156, 179));
    // The two that no key verifies: links of CI (whose authority is here) and PT (whose authority is not).
    assert_eq!(without_signer, ["81a46f683b.der", "ac42961dbe.der"]);
    // "accept only if self-signed trust anchor on list": the Chinese link certificate without keyUsage is neither.
    assert_eq!(refused.len(), 1, "{refused:?}");
    let (file, reasons) = &refused[0];
    assert_eq!(*file, "7f8123fe65.der");
    assert!(reasons.contains(&Deviation::KeyUsageMissing));
}

#[test]
fn a_wrong_signature_is_wrong_and_not_another_issuer() {
    let link = certificate("odd/81a46f683b.der");
    let authority = certificate("signers/5bac393a21.der");
    assert!(link.issuer().matches(authority.subject()));
    assert_eq!(link.issuer_key_identifier(), Some(authority.key_identifier()));
    let refused = link.verify_issued_by(&authority);
    assert_eq!(refused, Err(IssuanceError::Signature(SignatureError::Wrong)));
}

#[test]
fn document_signers_from_security_objects_keep_to_the_tolerated_profile() {
    for (file, read) in certificates("signer-of-documents") {
        let judged = table().judge(&read.check_profile(Role::DocumentSigner), read.country().as_deref());
        assert!(judged.refused.is_empty(), "{file}: {:?}", judged.refused);
        let as_authority = table().judge(&read.check_profile(Role::Link), read.country().as_deref());
        assert!(as_authority.refused.contains(&Deviation::LinkUnmarked), "{file}");
    }
}

#[test]
fn the_estonian_list_says_which_certificates_are_revoked() {
    let bytes = std::fs::read(folder("crl/est_csca.crl")).unwrap();
    let list = Crl::parse(&bytes).unwrap();
    let authority = certificate("single/csca_Estonia_2020.der");
    let verified = list.verify_issued_by(&authority).unwrap();
    assert!(table().judge(&verified.deviations, Some("EE")).refused.is_empty(), "{:?}", verified.deviations);
    assert_eq!(list.number().map(ToString::to_string).as_deref(), Some("0x06"));
    assert_eq!(list.len(), 7);
    let issued = list.this_update();
    let hours = |hours| jiff::SignedDuration::from_hours(hours);
    assert_eq!(list.freshness(issued), CrlFreshness::Current);
    assert_eq!(list.freshness(issued - hours(1)), CrlFreshness::NotYetIssued);
    assert_eq!(list.freshness(issued + hours(92 * 24 + 1)), CrlFreshness::Stale);
    assert_eq!(list.status(authority.serial(), issued), CrlStatus::NotListed);
    let stale = list.status(authority.serial(), issued + hours(24 * 400));
    assert_eq!(stale, CrlStatus::Undetermined(CrlFreshness::Stale));
    let other = certificate("single/csca_Estonia_2019.cer");
    assert!(list.verify_issued_by(&other).is_err());
}
