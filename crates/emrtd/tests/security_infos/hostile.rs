//! Broken and hostile SecurityInfos (TR-03105-5.1 LDS_F; R-376).

use emrtd::{
    lds::{Problem, dg14},
    security_infos::{SecurityInfo, SecurityInfos, UnsupportedReason, card_security},
    tlv::{self, TlvError},
};
use hex_literal::hex;
use proptest::prelude::*;

use crate::sample;

#[test]
fn a_set_cut_at_any_byte_is_refused() {
    for name in ["gmrtd_06ab0a0c", "gmrtd_5ea75ddb", "gmrtd_b8390f35", "npm_openpassport-sdk-0.1.8_00a3380e"]
    {
        let bytes = sample(&format!("securityinfos/{name}.bin"));
        for end in 0..bytes.len() {
            assert!(
                matches!(SecurityInfos::parse(&bytes[..end]), Err(Problem::Tlv(_))),
                "{name} cut at {end}"
            );
        }
    }
}

#[test]
fn a_card_security_cut_at_any_byte_is_refused() {
    let bytes = sample("cardsecurity/gmrtd_DE_02812c66.bin");
    for end in 0..bytes.len() {
        assert!(card_security(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn more_than_64_entries_are_refused() {
    let entry = hex!("300d060804007f0007020202020101");
    assert!(SecurityInfos::parse(&tlv::write(0x31, &entry.repeat(64))).is_ok());
    assert_eq!(
        SecurityInfos::parse(&tlv::write(0x31, &entry.repeat(65))),
        Err(Problem::Tlv(TlvError::TooManyNodes { at: 4 + 64 * 15, limit: 64 }))
    );
}

#[test]
fn missing_mandatory_fields_are_broken_structure() {
    let missing = |at, expected| Err(Problem::Tlv(TlvError::Missing { at, expected }));
    // LDS_F_07: ChipAuthenticationInfo without version.
    assert_eq!(SecurityInfos::parse(&hex!("310e300c060a04007f00070202030202")), missing(16, 0x02));
    assert_eq!(SecurityInfos::parse(&hex!("310e300c060a04007f00070202040202")), missing(16, 0x02));
    // LDS_F_05: no object identifier at all.
    assert_eq!(SecurityInfos::parse(&hex!("31023000")), missing(4, 0x06));
    assert_eq!(
        SecurityInfos::parse(&hex!("31053003020101")),
        Err(Problem::Tlv(TlvError::UnexpectedTag { at: 4, expected: 0x06, found: 0x02 }))
    );
}

#[test]
fn what_is_legal_but_useless_is_kept_and_hides_nothing() {
    let good = hex!("3012060a04007f0007020204020202010202010d");
    let cases: [(&[u8], Option<UnsupportedReason>); 6] = [
        // LDS_F_04: a Chip Authentication identifier that does not exist.
        (&hex!("300f060a04007f00070202030209020101"), Some(UnsupportedReason::Variant)),
        (&hex!("3012060a04007f000702020402020201020201ff"), Some(UnsupportedReason::Integer)),
        (&hex!("301a060a04007f000702020402020201020209010000000000000000"), Some(UnsupportedReason::Integer)),
        (&hex!("3014060a04007f0007020204020202010202010d0500"), Some(UnsupportedReason::FurtherFields)),
        (&hex!("3011060804007f0007020202020101 300204 00"), Some(UnsupportedReason::FurtherFields)),
        // An entry with nothing but an unknown identifier.
        (&hex!("3005 0603 2a0304"), None),
    ];
    for (odd, reason) in cases {
        let set = tlv::write(0x31, &[odd, &good].concat());
        let infos = SecurityInfos::parse(&set).unwrap();
        match (&infos.entries()[0].info(), reason) {
            (SecurityInfo::Unsupported { reason: found, raw, .. }, Some(reason)) => {
                assert_eq!((*found, &raw[..]), (reason, odd));
            }
            (SecurityInfo::Unknown { raw, .. }, None) => assert_eq!(raw, odd),
            (other, _) => panic!("{other:?}"),
        }
        assert_eq!(infos.pace().count(), 1);
        assert_eq!(infos.encode(), set);
    }
}

#[test]
fn dg14_with_a_wrong_tag_or_length_is_refused() {
    let bytes = sample("pa-sets/bsi2008-tsemrtd/EF_DG14.bin");
    let change = |at: usize, to: u8| {
        let mut changed = bytes.clone();
        changed[at] = to;
        dg14::parse(&changed).unwrap_err().problem
    };
    // LDS_F_01 to LDS_F_03.
    assert_eq!(change(0, 0x6F), Problem::Tlv(TlvError::UnexpectedTag { at: 0, expected: 0x6E, found: 0x6F }));
    assert!(matches!(change(3, bytes[3] - 1), Problem::Tlv(TlvError::ValueTooLong { at: 4, .. })));
    assert!(matches!(change(3, bytes[3] + 1), Problem::Tlv(TlvError::ValueTooLong { at: 0, .. })));
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = SecurityInfos::parse(&bytes);
        let _ = SecurityInfos::parse(&tlv::write(0x31, &bytes));
        let _ = SecurityInfos::parse(&tlv::write(0x31, &tlv::write(0x30, &bytes)));
    }

    #[test]
    fn a_changed_set_is_refused_or_keeps_all_its_bytes(
        name in prop::sample::select(vec!["gmrtd_06ab0a0c", "gmrtd_d8569cf3", "gmrtd_b8390f35", "gmrtd_10b65efc"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = sample(&format!("securityinfos/{name}.bin"));
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if let Ok(infos) = SecurityInfos::parse(&bytes) {
            let joined: Vec<u8> = infos.entries().iter().flat_map(|entry| entry.raw().to_vec()).collect();
            prop_assert!(bytes.ends_with(&joined));
        }
    }
}
