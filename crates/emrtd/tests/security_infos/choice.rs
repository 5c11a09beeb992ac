//! The choice among several offers of PACE.

use emrtd::{
    cipher::Cipher,
    security_infos::{
        Agreement, Mapping, PaceChoiceError, PaceInfo, PaceProtocol, SecurityInfo, SecurityInfos, choose_pace,
    },
};
use groups::Group;
use hex_literal::hex;
use proptest::prelude::*;

fn info(agreement: Agreement, mapping: Mapping, cipher: Cipher, group: Group) -> PaceInfo {
    let protocol = PaceProtocol::new(agreement, mapping, cipher).unwrap();
    PaceInfo { protocol, version: 2, parameter_id: Some(group.parameter_id().into()) }
}

fn ecdh(mapping: Mapping, cipher: Cipher, group: Group) -> PaceInfo {
    info(Agreement::Ecdh, mapping, cipher, group)
}

fn set(infos: &[PaceInfo]) -> SecurityInfos {
    SecurityInfos::new(infos.iter().copied().map(SecurityInfo::Pace))
}

/// Each offer is preferred to the one after it.
#[test]
fn the_order_is_mapping_then_cipher_then_group() {
    use Cipher::{Aes128, Aes192, Aes256, TripleDes};
    use Mapping::{ChipAuthentication, Generic, Integrated};
    let dh = |mapping, cipher, group| info(Agreement::Dh, mapping, cipher, group);
    let falling = [
        ecdh(ChipAuthentication, Aes256, Group::P256),
        ecdh(ChipAuthentication, Aes128, Group::P521),
        ecdh(ChipAuthentication, Aes128, Group::P192),
        ecdh(Generic, Aes256, Group::P521),
        ecdh(Generic, Aes256, Group::BrainpoolP512r1),
        ecdh(Generic, Aes256, Group::P256),
        ecdh(Generic, Aes256, Group::BrainpoolP256r1),
        ecdh(Integrated, Aes256, Group::BrainpoolP256r1),
        dh(Generic, Aes256, Group::Modp2048Prime256),
        dh(Generic, Aes256, Group::Modp2048Prime224),
        ecdh(Integrated, Aes192, Group::P521),
        ecdh(Generic, Aes192, Group::P256),
        ecdh(Generic, Aes128, Group::P224),
        dh(Generic, Aes128, Group::Modp2048Prime224),
        ecdh(Generic, Aes128, Group::P192),
        dh(Integrated, Aes128, Group::Modp1024Prime160),
        ecdh(Integrated, TripleDes, Group::P521),
        dh(Generic, TripleDes, Group::Modp1024Prime160),
        dh(Integrated, TripleDes, Group::Modp1024Prime160),
    ];
    for (better, worse) in falling.iter().zip(&falling[1..]) {
        for offers in [[*better, *worse], [*worse, *better]] {
            assert_eq!(choose_pace(&set(&offers)).unwrap().info, *better, "over {worse:?}");
        }
    }
}

fn any_offer() -> impl Strategy<Value = PaceInfo> {
    let protocols: Vec<_> = PaceProtocol::all().collect();
    let id = prop_oneof![(0..20u64).prop_map(Some), Just(None), any::<u64>().prop_map(Some)];
    (prop::sample::select(protocols), 1..4u64, id).prop_map(|(protocol, version, parameter_id)| PaceInfo {
        protocol,
        version,
        parameter_id,
    })
}

proptest! {
    #[test]
    fn the_choice_does_not_depend_on_the_order_of_the_file(
        (offers, shuffled) in prop::collection::vec(any_offer(), 0..12)
            .prop_flat_map(|offers| (Just(offers.clone()), Just(offers).prop_shuffle()))
    ) {
        match (choose_pace(&set(&offers)), choose_pace(&set(&shuffled))) {
            (Ok(first), Ok(second)) => {
                prop_assert_eq!(first, second);
                prop_assert!(offers.contains(&first.info));
                prop_assert_eq!(first.info.group(), Some(first.group));
                prop_assert_eq!(first.info.version, 2);
            }
            (Err(PaceChoiceError::NotOffered), Err(PaceChoiceError::NotOffered)) => {
                prop_assert!(offers.is_empty());
            }
            (Err(PaceChoiceError::NotSupported(first)), Err(PaceChoiceError::NotSupported(second))) => {
                prop_assert_eq!(first.len(), offers.len());
                prop_assert_eq!(second.len(), offers.len());
            }
            (first, second) => prop_assert!(false, "{first:?} but {second:?}"),
        }
    }
}

#[test]
fn a_chip_without_pace_is_told_from_one_with_unsupported_pace() {
    assert_eq!(choose_pace(&SecurityInfos::default()), Err(PaceChoiceError::NotOffered));
    let terminal_only = SecurityInfos::parse(&hex!("310f300d060804007f0007020202020101")).unwrap();
    assert_eq!(choose_pace(&terminal_only), Err(PaceChoiceError::NotOffered));

    let undefined = SecurityInfos::parse(&hex!("31143012060a04007f0007020204027f020102020110")).unwrap();
    let error = choose_pace(&undefined).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the chip offers PACE only in unsupported kinds: 0.4.0.127.0.7.2.2.4.2.127"
    );
}

#[test]
fn unsupported_offers_are_listed_with_their_parameters() {
    let good = ecdh(Mapping::Generic, Cipher::Aes128, Group::P256);
    let offers = [
        PaceInfo { version: 1, ..good },
        PaceInfo { parameter_id: None, ..good },
        PaceInfo { parameter_id: Some(7), ..good },
        PaceInfo { parameter_id: Some(256 + 12), ..good },
        // An elliptic-curve protocol over a multiplicative group.
        PaceInfo { parameter_id: Some(2), ..good },
        // The Integrated Mapping is not defined on NIST P-224.
        ecdh(Mapping::Integrated, Cipher::Aes128, Group::P224),
    ];
    let Err(PaceChoiceError::NotSupported(listed)) = choose_pace(&set(&offers)) else {
        panic!("nothing fits")
    };
    let shown: Vec<_> = listed.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "0.4.0.127.0.7.2.2.4.2.2 with parameter id 12",
            "0.4.0.127.0.7.2.2.4.2.2",
            "0.4.0.127.0.7.2.2.4.2.2 with parameter id 7",
            "0.4.0.127.0.7.2.2.4.2.2 with parameter id 268",
            "0.4.0.127.0.7.2.2.4.2.2 with parameter id 2",
            "0.4.0.127.0.7.2.2.4.4.2 with parameter id 10",
        ]
    );
    let mut with_a_good_one = offers.to_vec();
    with_a_good_one.push(good);
    assert_eq!(choose_pace(&set(&with_a_good_one)).unwrap().info, good);
}

#[test]
fn every_variant_of_pace_has_its_own_identifier() {
    let all: Vec<_> = PaceProtocol::all().collect();
    assert_eq!(all.len(), 19);
    for protocol in all {
        assert_eq!(PaceProtocol::from_oid(&protocol.oid()), Some(protocol));
    }
    let cam = PaceProtocol::new(Agreement::Ecdh, Mapping::ChipAuthentication, Cipher::Aes256).unwrap();
    assert_eq!(cam.to_string(), "id-PACE-ECDH-CAM-AES-CBC-CMAC-256");
    assert_eq!(cam.oid().to_string(), "0.4.0.127.0.7.2.2.4.6.4");
    assert_eq!(PaceProtocol::new(Agreement::Dh, Mapping::ChipAuthentication, Cipher::Aes256), None);
    assert_eq!(PaceProtocol::new(Agreement::Ecdh, Mapping::ChipAuthentication, Cipher::TripleDes), None);
}
