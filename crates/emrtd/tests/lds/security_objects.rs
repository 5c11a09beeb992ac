//! EF.SOD samples: what they claim, unverified.

use emrtd::{
    lds::{
        File, LdsError, Problem, Unverified,
        sod::{LDS_SECURITY_OBJECT, SecurityObject},
    },
    tlv::{self, TlvError},
};
use hex_literal::hex;
use pki::{Asn1Error, CmsError, HashAlgorithm, SignedData};
use sha2::{Digest, Sha256};

use crate::{sample, sha1, specimen};

fn object(bytes: &[u8]) -> SecurityObject {
    SecurityObject::parse(bytes).map(Unverified::into_unverified).unwrap()
}

#[test]
fn the_specimen_object_lists_the_hashes_of_its_data_groups() {
    let sod = object(&specimen("SOD"));
    assert_eq!((sod.version, sod.hash_algorithm), (0, Ok(HashAlgorithm::Sha1)));
    assert_eq!(sod.content_type, LDS_SECURITY_OBJECT);
    assert_eq!(sod.lds_version, None);
    assert_eq!(sod.data_groups().collect::<Vec<_>>(), [File::Dg1, File::Dg2, File::Dg3, File::Dg14]);
    for (file, name) in [(File::Dg1, "DG1"), (File::Dg2, "DG2"), (File::Dg14, "DG14")] {
        let mut bytes = specimen(name);
        // Bytes that follow the outer data object are not hashed.
        bytes.extend([0; 3]);
        let contents = file.contents(&bytes).unwrap();
        assert_eq!(contents.trailing, 3);
        assert_eq!(hex::encode(sod.hash_of(file).unwrap()), sha1(contents.raw()));
    }
    assert_eq!(sod.hash_of(File::Dg11), None);
    assert_eq!(sod.hash_of(File::Com), None);
    assert!(!sod.has_duplicates());
}

#[test]
fn mock_objects_of_all_key_types_are_read() {
    let names = [
        "efsod.bin",
        "rsa_pss/efsod.bin",
        "ec/bp256_efsod.bin",
        "ec/bp384_efsod.bin",
        "ec/bp512_efsod.bin",
        "ec/p256_efsod.bin",
        "ec/p384_efsod.bin",
        "ec/p521_efsod.bin",
    ];
    for name in names {
        let sod = object(&sample(&format!("pa-sets/dmrtd-crate/{name}")));
        assert_eq!((sod.version, sod.hash_algorithm), (0, Ok(HashAlgorithm::Sha256)), "{name}");
        assert_eq!(sod.content_type, LDS_SECURITY_OBJECT);
        assert_eq!(sod.hashes.len(), 2);
        for (file, group) in [(File::Dg1, "dg1"), (File::Dg2, "dg2")] {
            let placeholder = sample(&format!("pa-sets/dmrtd-crate/{group}.bin"));
            assert_eq!(sod.hash_of(file).unwrap(), &Sha256::digest(&placeholder)[..]);
        }
    }
}

#[test]
fn a_wrong_content_type_is_reported_and_left_to_passive_authentication() {
    let sod = object(&sample("pa-sets/dmrtd-crate/efsod_wrong_ct.bin"));
    assert_eq!(sod.content_type.to_string(), "1.2.840.113549.1.7.1");
    assert_eq!(sod.hashes.len(), 2);
}

#[test]
fn a_signed_data_without_the_outer_tag_is_no_file_but_can_be_read_as_cms() {
    let cases = [
        ("sod-specimen/ZK_09eb5892.bin", HashAlgorithm::Sha512),
        ("sod-specimen/ZK_7101841b.bin", HashAlgorithm::Sha256),
        ("sod-specimen/ZK_dd4ac430.bin", HashAlgorithm::Sha384),
        ("sod-specimen/ZK_f1b94170.bin", HashAlgorithm::Sha256),
        ("sod-mock/ZK_0c6cad2c.bin", HashAlgorithm::Sha512),
        ("sod-mock/ZK_102e252c.bin", HashAlgorithm::Sha256),
        ("sod-mock/ZK_49ecdae0.bin", HashAlgorithm::Sha256),
        ("sod-mock/ZK_84030012.bin", HashAlgorithm::Sha384),
    ];
    for (name, hash) in cases {
        let bytes = sample(name);
        let expected = TlvError::UnexpectedTag { at: 0, expected: 0x77, found: 0x30 };
        assert_eq!(
            SecurityObject::parse(&bytes).unwrap_err(),
            LdsError { file: File::Sod, problem: expected.into() }
        );
        let (kind, content) = SignedData::unverified_content_of(&bytes).unwrap();
        let sod = SecurityObject::from_content(kind, &content).unwrap();
        assert_eq!((sod.version, sod.hash_algorithm), (0, Ok(hash)), "{name}");
        assert_eq!(sod.hashes.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2]);
        // The same object in its file.
        assert_eq!(object(&tlv::write(0x77, &bytes)), sod);
    }
}

/// EF.SOD around an LDS security object.
fn file(content: &[u8]) -> Vec<u8> {
    let encapsulated =
        [hex!("0606 678108010101").to_vec(), tlv::write(0xA0, &tlv::write(0x04, content))].concat();
    let signed =
        [hex!("020103 3100").to_vec(), tlv::write(0x30, &encapsulated), hex!("3100").to_vec()].concat();
    let info =
        [hex!("0609 2a864886f70d010702").to_vec(), tlv::write(0xA0, &tlv::write(0x30, &signed))].concat();
    tlv::write(0x77, &tlv::write(0x30, &info))
}

const ALGORITHM: [u8; 13] = hex!("300b 0609 608648016503040201");

fn content(version: u8, numbers: &[u8], rest: &[u8]) -> Vec<u8> {
    let hashes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| [&hex!("3007 0201")[..], &[*number], &hex!("0402 AABB")].concat())
        .collect();
    let value = [&[0x02, 0x01, version], &ALGORITHM[..], &tlv::write(0x30, &hashes), rest].concat();
    tlv::write(0x30, &value)
}

#[test]
fn version_1_carries_the_lds_version() {
    let versions = hex!("300e 1304 30313038 1306 303430303030");
    let sod = object(&file(&content(1, &[1, 2], &versions)));
    assert_eq!(sod.version, 1);
    assert_eq!(sod.lds_version, Some(("0108".to_owned(), "040000".to_owned())));
}

#[test]
fn a_data_group_listed_twice_has_no_hash() {
    let sod = object(&file(&content(0, &[1, 2, 3, 14, 15, 4, 2], &[])));
    assert!(sod.has_duplicates());
    assert_eq!(sod.hash_of(File::Dg2), None);
    assert_eq!(sod.hash_of(File::Dg1), Some(&hex!("AABB")[..]));
}

#[test]
fn impossible_contents_are_refused() {
    let problem = |content: &[u8]| SecurityObject::parse(&file(content)).unwrap_err().problem;
    assert_eq!(problem(&content(2, &[1], &[])), Problem::Value { tag: 0x02, at: 2 });
    for number in [0, 17] {
        assert!(matches!(problem(&content(0, &[number], &[])), Problem::Value { tag: 0x02, .. }));
    }
    assert!(matches!(
        problem(&content(0, &[1; 33], &[])),
        Problem::Tlv(TlvError::TooManyNodes { limit: 32, .. })
    ));
    assert!(matches!(
        problem(&content(0, &[1], &hex!("0500"))),
        Problem::Tlv(TlvError::TrailingBytes { .. })
    ));
}

#[test]
fn other_cms_structures_are_named() {
    let encrypted = hex!("77 0f 300d 0609 2a864886f70d010706 a000");
    let problem = SecurityObject::parse(&encrypted).unwrap_err().problem;
    assert!(matches!(problem, Problem::Cms(CmsError::NotSignedData(_))), "{problem}");
    let detached =
        hex!("77 23 3021 0609 2a864886f70d010702 a014 3012 020103 3100 3008 0606 678108010101 3100 3100");
    let problem = SecurityObject::parse(&detached).unwrap_err().problem;
    let expected = CmsError::Structure(Asn1Error::Missing { at: 32, expected: 0xA0 });
    assert_eq!(problem, Problem::Cms(expected));
}

#[test]
fn an_indefinite_length_is_read_and_one_without_end_is_refused() {
    let sod = file(&content(0, &[1, 2], &[]));
    let definite = SecurityObject::parse(&sod).unwrap();
    // The ContentInfo again, its own length left open.
    let info = tlv::Reader::new(&sod).expect(0x77).unwrap().children().expect(0x30).unwrap();
    let open = [&hex!("3080")[..], info.value, &hex!("0000")].concat();
    assert_eq!(SecurityObject::parse(&tlv::write(0x77, &open)), Ok(definite));
    let endless = &open[..open.len() - 2];
    assert!(SecurityObject::parse(&tlv::write(0x77, endless)).is_err());
}
