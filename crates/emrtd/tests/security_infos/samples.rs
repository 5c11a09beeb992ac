//! Every sample with what it must say.

use emrtd::{
    cipher::Cipher,
    lds::{Problem, public_key::ParameterForm, public_key::PublicKey},
    security_infos::{
        ActiveAuthenticationInfo, Agreement, ChipAuthenticationInfo, Mapping, PaceInfo, PaceProtocol,
        SecurityInfo, SecurityInfos, SignatureAlgorithm, TerminalAuthenticationInfo, UnsupportedReason,
        card_access, card_security,
    },
    tlv::TlvError,
};
use groups::Group;
use hex_literal::hex;

use crate::sample;

fn infos(name: &str) -> Vec<SecurityInfo> {
    let bytes = sample(&format!("securityinfos/{name}.bin"));
    let infos = SecurityInfos::parse(&bytes).unwrap();
    assert_eq!(infos.encode(), bytes, "{name} is written as it was read");
    infos.iter().cloned().collect()
}

fn pace(agreement: Agreement, mapping: Mapping, cipher: Cipher, parameter_id: u64) -> SecurityInfo {
    let protocol = PaceProtocol::new(agreement, mapping, cipher).unwrap();
    SecurityInfo::Pace(PaceInfo { protocol, version: 2, parameter_id: Some(parameter_id) })
}

/// An offer of a version that Doc 9303 never had.
fn version_1() -> SecurityInfo {
    let protocol = PaceProtocol::new(Agreement::Ecdh, Mapping::Generic, Cipher::Aes128).unwrap();
    SecurityInfo::Pace(PaceInfo { protocol, version: 1, parameter_id: Some(13) })
}

#[test]
fn card_access_files_say_which_pace_they_offer() {
    use Agreement::Ecdh;
    use Cipher::{Aes128, Aes256};
    use Mapping::{ChipAuthentication, Generic};
    assert_eq!(infos("gmrtd_12526049"), [pace(Ecdh, Generic, Aes256, 13)]);
    assert_eq!(infos("gmrtd_2af280aa"), [pace(Ecdh, Generic, Cipher::TripleDes, 13)]);
    assert_eq!(infos("gmrtd_2cb0026f"), [version_1()]);
    assert_eq!(
        infos("gmrtd_5ea75ddb"),
        [pace(Ecdh, Generic, Aes128, 13), pace(Ecdh, ChipAuthentication, Aes128, 13)]
    );
    assert_eq!(
        infos("gmrtd_d8569cf3"),
        [pace(Ecdh, Generic, Aes256, 16), pace(Ecdh, ChipAuthentication, Aes256, 16)]
    );
    let both = infos("gmrtd_f8f38177");
    assert_eq!(both, [pace(Ecdh, ChipAuthentication, Aes256, 16), pace(Ecdh, Generic, Aes256, 16)]);
    let SecurityInfo::Pace(cam) = both[0] else { panic!("PACE") };
    assert_eq!(cam.group(), Some(Group::BrainpoolP384r1));
}

#[test]
fn undefined_variants_of_pace_are_kept_as_unsupported() {
    let unsupported: Vec<_> = infos("gmrtd_74a6d37a")
        .into_iter()
        .map(|info| match info {
            SecurityInfo::Unsupported { oid, reason, raw } => (oid.to_string(), reason, raw.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        unsupported,
        [
            ("0.4.0.127.0.7.2.2.4.2.127".to_owned(), UnsupportedReason::Variant, 20),
            ("0.4.0.127.0.7.2.2.4.6.127".to_owned(), UnsupportedReason::Variant, 20)
        ]
    );
}

#[test]
fn an_integer_longer_than_its_entry_is_broken_structure() {
    let bytes = sample("securityinfos/gmrtd_d656a1c4.bin");
    assert_eq!(
        SecurityInfos::parse(&bytes),
        Err(Problem::Tlv(TlvError::ValueTooLong { at: 19, tag: 2, length: 2, available: 1 }))
    );
}

#[test]
fn terminal_chip_and_active_authentication_are_read() {
    assert_eq!(
        infos("gmrtd_02b0b865"),
        [SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo { version: 1, ef_cvca: None })]
    );
    let chip = |cipher, key_id| {
        let agreement = Agreement::Ecdh;
        [SecurityInfo::ChipAuthentication(ChipAuthenticationInfo { agreement, cipher, version: 1, key_id })]
    };
    assert_eq!(infos("gmrtd_10b65efc"), chip(Cipher::Aes128, Some(195)));
    assert_eq!(infos("gmrtd_52f1d487"), chip(Cipher::Aes128, None));
    let active = infos("gmrtd_b8390f35");
    let algorithm = active.first().map(|info| match info {
        SecurityInfo::ActiveAuthentication(ActiveAuthenticationInfo { version: 1, algorithm }) => *algorithm,
        other => panic!("{other:?}"),
    });
    assert!(matches!(algorithm, Some(SignatureAlgorithm::EcdsaPlain(_))));
    assert_eq!(algorithm.unwrap().oid().to_string(), "0.4.0.127.0.7.1.1.4.1.5");
}

#[test]
fn attributes_of_a_signature_are_a_set_of_unknown_entries() {
    for name in ["00a3380e", "24a5e04c", "a0b75e17"] {
        let oids: Vec<_> = infos(&format!("npm_openpassport-sdk-0.1.8_{name}"))
            .into_iter()
            .map(|info| match info {
                SecurityInfo::Unknown { oid, .. } => oid.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(oids, ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.4"]);
    }
}

/// The seven entries of a German identity card.
fn assert_is_the_german_set(infos: &SecurityInfos) {
    let entries: Vec<_> = infos.iter().cloned().collect();
    let chip = |key_id| {
        SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
            agreement: Agreement::Ecdh,
            cipher: Cipher::Aes128,
            version: 2,
            key_id: Some(key_id),
        })
    };
    assert_eq!(entries.len(), 7);
    assert_eq!(
        entries[0],
        SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo { version: 2, ef_cvca: None })
    );
    assert_eq!(entries[1], chip(72));
    assert_eq!(
        entries[2..4],
        [
            pace(Agreement::Ecdh, Mapping::Generic, Cipher::Aes128, 13),
            pace(Agreement::Ecdh, Mapping::ChipAuthentication, Cipher::Aes128, 13)
        ]
    );
    // ChipAuthenticationDomainParameterInfo of EACv2: the family is known, the variant is not defined in Doc 9303.
    assert!(matches!(
        &entries[4],
        SecurityInfo::Unsupported { oid, reason: UnsupportedReason::Variant, .. } if oid.to_string() == "0.4.0.127.0.7.2.2.3.2"
    ));
    let keys: Vec<_> = infos.chip_authentication_keys().collect();
    assert_eq!(keys.iter().map(|key| key.key_id).collect::<Vec<_>>(), [Some(13), Some(72)]);
    for key in &keys {
        let PublicKey::Group(found) = &key.public_key else { panic!("{key:?}") };
        assert_eq!(found.element.group(), Group::BrainpoolP256r1);
        assert_eq!(found.form, ParameterForm::Standardised);
    }
    assert_eq!(
        keys[0].key().unwrap().x_coordinate(),
        hex!("614cd88b00821a887869d0060b44a9d18789353e8cf7dfbc3f29f79327de30b9")
    );
}

#[test]
fn a_german_set_has_two_keys_with_ids() {
    let bytes = sample("securityinfos/gmrtd_06ab0a0c.bin");
    let infos = SecurityInfos::parse(&bytes).unwrap();
    assert_eq!(infos.encode(), bytes);
    assert_is_the_german_set(&infos);
}

#[test]
fn the_content_of_a_german_card_security_is_the_same_set() {
    let infos = card_security(&sample("cardsecurity/gmrtd_DE_02812c66.bin")).unwrap();
    assert_is_the_german_set(infos.as_unverified());
    assert_eq!(infos.as_unverified().encode(), sample("securityinfos/gmrtd_06ab0a0c.bin"));
}

#[test]
fn card_security_with_another_content_type_is_refused() {
    let mut bytes = sample("cardsecurity/gmrtd_DE_02812c66.bin");
    let content_type = hex!("04007f0007030201");
    let at = bytes.windows(8).position(|window| window == content_type).unwrap();
    bytes[at + 7] = 2;
    let refused = card_security(&bytes).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "EF.CardSecurity: the SignedData holds content of type 0.4.0.127.0.7.3.2.2"
    );
}

#[test]
fn padding_after_card_access_is_not_part_of_it() {
    let mut bytes = sample("securityinfos/gmrtd_12526049.bin");
    bytes.extend([0; 40]);
    assert_eq!(card_access(&bytes).unwrap().as_unverified().entries().len(), 1);
}

#[test]
fn entries_of_card_access_that_dg14_lacks_are_found_whatever_the_order() {
    let dg14 = SecurityInfos::parse(&sample("securityinfos/gmrtd_5ea75ddb.bin")).unwrap();
    let mut reversed: Vec<_> = dg14.iter().cloned().collect();
    reversed.reverse();
    assert_eq!(SecurityInfos::new(reversed).missing_in(&dg14).count(), 0);

    let weakened = SecurityInfos::parse(&sample("securityinfos/gmrtd_2cb0026f.bin")).unwrap();
    let missing: Vec<_> = weakened.missing_in(&dg14).map(|entry| entry.info().clone()).collect();
    assert_eq!(missing, [version_1()]);
}
