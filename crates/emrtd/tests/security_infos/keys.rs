//! Public keys in all forms in which a chip may write them.

use emrtd::{
    cipher::Cipher,
    lds::{
        Problem,
        public_key::{GroupPublicKey, ParameterForm, PublicKey, UnsupportedKey},
    },
    security_infos::{
        Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, EfDirInfo, Mapping,
        PaceDomainParameterInfo, SecurityInfo, SecurityInfos, SignatureAlgorithm, TerminalAuthenticationInfo,
        key_reference,
    },
    tlv,
};
use groups::{ElementError, Group, Kind, Secret};
use hex_literal::hex;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const FORMS: [ParameterForm; 4] =
    [ParameterForm::Standardised, ParameterForm::Named, ParameterForm::Explicit, ParameterForm::Pkcs3];

fn key(group: Group, form: ParameterForm) -> SecurityInfo {
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(group.parameter_id()));
    let element = Secret::random(group, &mut rng).public();
    SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
        agreement: group.kind(),
        public_key: PublicKey::Group(GroupPublicKey { element, form }),
        key_id: Some(u64::from(group.parameter_id())),
    })
}

/// The form that is written where the one asked for does not exist.
fn written(group: Group, form: ParameterForm) -> ParameterForm {
    match (group.kind(), form) {
        (Kind::Dh, ParameterForm::Named) | (Kind::Ecdh, ParameterForm::Pkcs3) => ParameterForm::Explicit,
        _ => form,
    }
}

#[test]
fn a_key_in_every_group_and_form_is_read_back() {
    for group in Group::ALL {
        for form in FORMS {
            let info = key(group, form);
            let set = SecurityInfos::new([info.clone()]);
            let read = SecurityInfos::parse(&set.encode()).unwrap();
            let expected = key(group, written(group, form));
            assert_eq!(read.iter().collect::<Vec<_>>(), [&expected], "{group} as {form:?}");
        }
    }
}

#[test]
fn domain_parameters_in_every_group_and_form_are_read_back() {
    for group in Group::ALL {
        for form in FORMS {
            let info = |form| {
                SecurityInfo::PaceDomainParameter(PaceDomainParameterInfo {
                    agreement: group.kind(),
                    mapping: Mapping::Generic,
                    parameters: Ok((group, form)),
                    parameter_id: Some(33),
                })
            };
            let read = SecurityInfos::parse(&SecurityInfos::new([info(form)]).encode()).unwrap();
            assert_eq!(read.iter().collect::<Vec<_>>(), [&info(written(group, form))]);
        }
    }
}

#[test]
fn entries_of_every_kind_are_read_back() {
    let chip =
        |agreement, key_id| ChipAuthenticationInfo { agreement, cipher: Cipher::Aes192, version: 1, key_id };
    let infos = [
        SecurityInfo::ChipAuthentication(chip(Agreement::Dh, None)),
        SecurityInfo::ChipAuthentication(chip(Agreement::Ecdh, Some(u64::MAX))),
        SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo {
            version: 1,
            ef_cvca: Some((0x011C, Some(0x1C))),
        }),
        SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo {
            version: 1,
            ef_cvca: Some((0x2F00, None)),
        }),
        SecurityInfo::EfDir(EfDirInfo { ef_dir: hex!("61094F07A0000002471001").to_vec() }),
    ];
    let set = SecurityInfos::new(infos.clone());
    let read = SecurityInfos::parse(&set.encode()).unwrap();
    assert_eq!(read.iter().cloned().collect::<Vec<_>>(), infos);
    assert_eq!(read, set);
}

#[test]
fn der_order_sorts_the_encoded_entries() {
    let first = SecurityInfo::EfDir(EfDirInfo { ef_dir: vec![1] });
    let second =
        SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo { version: 1, ef_cvca: None });
    let set = SecurityInfos::new([second.clone(), first.clone()]);
    let sorted = SecurityInfos::parse(&set.encode_der()).unwrap();
    assert_eq!(sorted.iter().cloned().collect::<Vec<_>>(), [first, second]);
    assert!(sorted.entries().windows(2).all(|pair| pair[0].raw() <= pair[1].raw()));
}

/// The only key of a set, after `change` was applied to the bytes of a good one.
fn changed(
    group: Group,
    form: ParameterForm,
    change: impl FnOnce(&mut Vec<u8>),
) -> Result<PublicKey, Problem> {
    let mut bytes = SecurityInfos::new([key(group, form)]).encode();
    change(&mut bytes);
    let infos = SecurityInfos::parse(&bytes)?;
    Ok(infos.chip_authentication_keys().next().unwrap().public_key.clone())
}

/// Flips the last bit of the last place where `pattern` stands.
fn flip(bytes: &mut [u8], pattern: &[u8]) {
    let at = bytes.windows(pattern.len()).rposition(|window| window == pattern).unwrap();
    bytes[at + pattern.len() - 1] ^= 1;
}

#[test]
fn explicit_parameters_that_differ_in_one_bit_are_foreign() {
    let groups::Parameters::Ec(known) = Group::BrainpoolP256r1.parameters() else { panic!("a curve") };
    for number in [known.p, known.a, known.b, known.g, known.n] {
        let found =
            changed(Group::BrainpoolP256r1, ParameterForm::Explicit, |bytes| flip(bytes, number)).unwrap();
        let PublicKey::Unsupported(reason) = found else { panic!("{found:?}") };
        assert_eq!(
            reason.to_string(),
            "the domain parameters of 1.2.840.10045.2.1 are those of no known group"
        );
    }
    let groups::Parameters::Dh(known) = Group::Modp2048Prime256.parameters() else { panic!("no curve") };
    for (form, numbers) in [
        (ParameterForm::Explicit, vec![known.p, known.g, known.q]),
        (ParameterForm::Pkcs3, vec![known.p, known.g]),
    ] {
        for number in numbers {
            let found = changed(Group::Modp2048Prime256, form, |bytes| flip(bytes, number)).unwrap();
            assert!(
                matches!(found, PublicKey::Unsupported(UnsupportedKey::ForeignParameters(_))),
                "{found:?}"
            );
        }
    }
}

#[test]
fn a_point_off_the_curve_is_kept_as_an_invalid_key() {
    let info = key(Group::P256, ParameterForm::Named);
    let SecurityInfo::ChipAuthenticationPublicKey(good) = &info else { panic!("a key") };
    let point = good.key().unwrap().encode();
    let found = changed(Group::P256, ParameterForm::Named, |bytes| flip(bytes, &point)).unwrap();
    assert_eq!(
        found,
        PublicKey::Unsupported(UnsupportedKey::Element {
            group: Group::P256,
            source: ElementError::NotOnCurve { group: Group::P256 }
        })
    );
}

#[test]
fn unknown_curves_parameter_ids_and_algorithms_are_named() {
    let with_algorithm = |algorithm: &[u8]| {
        let spki = [tlv::write(0x30, algorithm), hex!("0302 0004").to_vec()].concat();
        let entry = [hex!("0609 04007f000702020102").to_vec(), tlv::write(0x30, &spki)].concat();
        let set = tlv::write(0x31, &tlv::write(0x30, &entry));
        let infos = SecurityInfos::parse(&set).unwrap();
        match &infos.chip_authentication_keys().next().unwrap().public_key {
            PublicKey::Unsupported(reason) => reason.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let cases: [(&[u8], &str); 6] = [
        // secp256k1
        (&hex!("06072a8648ce3d0201 06052b8104000a"), "curve 1.3.132.0.10 is not supported"),
        (&hex!("060704007f00070102 020103"), "the parameter id is not a standardised one"),
        (&hex!("060704007f00070102 02020100"), "the parameter id is not a standardised one"),
        (&hex!("06032b6570"), "key algorithm 1.3.101.112 is not supported"),
        (&hex!("06032b6570 0500"), "key algorithm 1.3.101.112 is not supported"),
        // Parameters inherited from the issuer.
        (
            &hex!("06072a8648ce3d0201 0500"),
            "the domain parameters of 1.2.840.10045.2.1 are those of no known group",
        ),
    ];
    for (algorithm, expected) in cases {
        assert_eq!(with_algorithm(algorithm), expected);
    }
}

#[test]
fn a_key_for_the_other_key_agreement_is_not_used() {
    let SecurityInfo::ChipAuthenticationPublicKey(mut info) = key(Group::P256, ParameterForm::Standardised)
    else {
        panic!("a key")
    };
    info.agreement = Agreement::Dh;
    let set = SecurityInfos::new([SecurityInfo::ChipAuthenticationPublicKey(info)]);
    let read = SecurityInfos::parse(&set.encode()).unwrap();
    let found = read.chip_authentication_keys().next().unwrap();
    assert_eq!(found.key(), None);
    assert!(matches!(found.public_key, PublicKey::Unsupported(UnsupportedKey::Algorithm(_))));
}

#[test]
fn more_than_eight_keys_are_refused() {
    let keys =
        |count| SecurityInfos::new(vec![key(Group::Modp1024Prime160, ParameterForm::Standardised); count]);
    assert_eq!(SecurityInfos::parse(&keys(8).encode()).unwrap().chip_authentication_keys().count(), 8);
    let refused = SecurityInfos::parse(&keys(9).encode()).unwrap_err();
    assert!(matches!(refused, Problem::Tlv(tlv::TlvError::TooManyNodes { limit: 8, .. })));
}

#[test]
fn a_key_reference_has_no_leading_zeros() {
    assert_eq!(key_reference(0), [0]);
    assert_eq!(key_reference(195), [195]);
    assert_eq!(key_reference(256), [1, 0]);
}

#[test]
fn a_signature_algorithm_of_another_kind_is_kept() {
    let set = hex!("3117 3015 0606678108010105 020101 0608 2a8648ce3d040302");
    let infos = SecurityInfos::parse(&set).unwrap();
    let found = infos.active_authentication().unwrap();
    assert!(
        matches!(found.algorithm, SignatureAlgorithm::Other(oid) if oid.to_string() == "1.2.840.10045.4.3.2")
    );
    assert_eq!(infos.encode(), set);
}
