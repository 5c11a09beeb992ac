//! Broken data in the manner of TR-03105-5.1: LDS_A (EF.COM), LDS_B (DG1), LDS_C (DG2), LDS_I (DG15), LDS_K (lengths).

use emrtd::{
    lds::{
        LdsError, Problem,
        atr_info::{AtrInfo, ExtendedLength},
        com::Com,
        dg1::Dg1,
        dg2::{Deviation, Dg2},
        dg7::Dg7,
        dg11::Dg11,
        dg12::Dg12,
        dg15,
        dir::Dir,
        public_key::PublicKey,
    },
    tlv::{self, TlvError},
};
use hex_literal::hex;

use crate::{sample, specimen};

fn problem<T: std::fmt::Debug>(result: Result<T, LdsError>) -> Problem {
    result.unwrap_err().problem
}

fn changed(mut bytes: Vec<u8>, at: usize, to: u8) -> Vec<u8> {
    bytes[at] = to;
    bytes
}

#[test]
fn com_with_a_wrong_tag_or_length_is_refused() {
    let bytes = specimen("COM");
    // LDS_A_01 to LDS_A_03.
    let tag = Problem::Tlv(TlvError::UnexpectedTag { at: 0, expected: 0x60, found: 0x61 });
    assert_eq!(problem(Com::parse(&changed(bytes.clone(), 0, 0x61))), tag);
    assert!(matches!(
        problem(Com::parse(&changed(bytes.clone(), 1, bytes[1] - 1))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x5C, .. })
    ));
    assert!(matches!(
        problem(Com::parse(&changed(bytes.clone(), 1, bytes[1] + 1))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x60, .. })
    ));
}

#[test]
fn com_with_other_versions_is_read_and_told_from_known_ones() {
    // LDS_A_04, LDS_A_06 and LDS_A_10.
    for (version, unicode, known) in
        [(*b"0300", *b"040000", false), (*b"0107", *b"050000", false), (*b"0108", *b"040000", true)]
    {
        let value =
            [tlv::write(0x5F01, &version), tlv::write(0x5F36, &unicode), hex!("5C026175").to_vec()].concat();
        assert_eq!(Com::parse(&tlv::write(0x60, &value)).unwrap().has_known_versions(), known);
    }
}

#[test]
fn com_without_a_mandatory_field_or_with_bad_digits_is_refused() {
    let fields = [tlv::write(0x5F01, b"0107"), tlv::write(0x5F36, b"040000"), hex!("5C026175").to_vec()];
    // LDS_A_05, LDS_A_07, LDS_A_09.
    for (missing, tag) in [0x5F01, 0x5F36, 0x5C].into_iter().enumerate() {
        let mut rest = fields.to_vec();
        rest.remove(missing);
        let bytes = tlv::write(0x60, &rest.concat());
        let expected = Problem::Tlv(TlvError::Missing { at: bytes.len(), expected: tag });
        assert_eq!(problem(Com::parse(&bytes)), expected);
    }
    let digits = [tlv::write(0x5F01, b"01O7"), fields[1].clone(), fields[2].clone()].concat();
    assert_eq!(problem(Com::parse(&tlv::write(0x60, &digits))), Problem::Value { tag: 0x5F01, at: 2 });
    let short = [tlv::write(0x5F01, b"017"), fields[1].clone(), fields[2].clone()].concat();
    assert_eq!(
        problem(Com::parse(&tlv::write(0x60, &short))),
        Problem::ValueLength { tag: 0x5F01, at: 2, length: 3 }
    );
    let twice = [&fields[..], &fields[..1]].concat().concat();
    assert_eq!(problem(Com::parse(&tlv::write(0x60, &twice))), Problem::Repeated { tag: 0x5F01, at: 22 });
}

#[test]
fn dg1_with_a_wrong_structure_is_refused() {
    let bytes = specimen("DG1");
    // LDS_B_05 to LDS_B_07, LDS_B_24.
    assert!(matches!(
        problem(Dg1::parse(&changed(bytes.clone(), 0, 0x62))),
        Problem::Tlv(TlvError::UnexpectedTag { expected: 0x61, found: 0x62, .. })
    ));
    assert!(matches!(
        problem(Dg1::parse(&changed(bytes.clone(), 1, 90))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x5F1F, .. })
    ));
    assert!(matches!(
        problem(Dg1::parse(&changed(bytes, 1, 92))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x61, .. })
    ));
    assert_eq!(
        problem(Dg1::parse(&hex!("6100"))),
        Problem::Tlv(TlvError::Missing { at: 2, expected: 0x5F1F })
    );
}

#[test]
fn every_wrong_check_digit_of_dg1_is_refused() {
    let bytes = specimen("DG1");
    // LDS_B_13, LDS_B_17, LDS_B_21, LDS_B_23: number, birth, expiry, composite. Line 2 begins at byte 49.
    for at in [9, 19, 27, 43].map(|column| 49 + column) {
        assert!(bytes[at].is_ascii_digit());
        let other = b'0' + (bytes[at] - b'0' + 1) % 10;
        assert!(
            matches!(problem(Dg1::parse(&changed(bytes.clone(), at, other))), Problem::Mrz(_)),
            "byte {at}"
        );
    }
}

#[test]
fn dg1_is_exact_where_an_optical_reader_would_be_lenient() {
    let bytes = specimen("DG1");
    for odd in [b' ', b'm', b'\n', 0xC3] {
        let refused = problem(Dg1::parse(&changed(bytes.clone(), 10, odd)));
        assert_eq!(refused, Problem::Value { tag: 0x5F1F, at: 2 });
    }
}

/// The specimen DG2 with one byte changed.
fn dg2(at: usize, to: u8) -> Result<Dg2, LdsError> {
    Dg2::parse(&changed(specimen("DG2"), at, to))
}

/// Where the biometric header and the record stand in the specimen.
const HEADER: usize = 19;
const RECORD: usize = 38;

#[test]
fn the_constants_of_this_file_fit_the_specimen() {
    let bytes = specimen("DG2");
    assert_eq!(bytes[HEADER - 2..HEADER], hex!("A10E"));
    assert_eq!(bytes[RECORD..RECORD + 8], *b"FAC\x00010\0");
}

#[test]
fn dg2_with_a_wrong_structure_is_refused() {
    let bytes = specimen("DG2");
    // LDS_C_04 to LDS_C_07.
    assert!(matches!(
        problem(dg2(0, 0x76)),
        Problem::Tlv(TlvError::UnexpectedTag { expected: 0x75, found: 0x76, .. })
    ));
    assert!(matches!(
        problem(dg2(3, bytes[3] - 1)),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x7F61, .. })
    ));
    assert!(matches!(problem(dg2(3, bytes[3] + 1)), Problem::Tlv(TlvError::ValueTooLong { tag: 0x75, .. })));
    assert!(matches!(
        problem(dg2(9, 0x04)),
        Problem::Tlv(TlvError::UnexpectedTag { at: 9, expected: 0x02, .. })
    ));
    for instances in [0, 2] {
        assert_eq!(
            problem(dg2(11, instances)),
            Problem::Count { at: 4, announced: usize::from(instances), found: 1 }
        );
    }
}

#[test]
fn dg2_with_an_unusual_biometric_header_is_read_and_remarked() {
    // LDS_C_08 to LDS_C_13. The header is 81 01 02, 82 01 00, 87 02 0101, 88 02 0008.
    let remarks = |at: usize, to: u8| dg2(HEADER + at, to).unwrap().deviations;
    assert_eq!(remarks(8, 0x02), [Deviation::FormatOwner(0x0201)]);
    assert_eq!(remarks(6, 0x83), [Deviation::FormatOwnerMissing]);
    assert_eq!(remarks(13, 0x07), [Deviation::FormatType(0x0007)]);
    assert_eq!(remarks(10, 0x83), [Deviation::FormatTypeMissing]);
    assert_eq!(remarks(2, 0x08), [Deviation::BiometricType(0x08)]);
}

#[test]
fn dg2_with_an_unknown_record_is_refused() {
    // LDS_C_14, LDS_C_15.
    assert_eq!(problem(dg2(RECORD, b'G')), Problem::BiometricFormat { at: RECORD });
    assert_eq!(problem(dg2(RECORD + 5, b'3')), Problem::BiometricFormat { at: RECORD });
}

#[test]
fn dg2_with_contradicting_lengths_is_refused() {
    let bytes = specimen("DG2");
    let available = bytes.len() - RECORD;
    let announced = available + 1;
    let wrong = Problem::FaceRecordLength { at: RECORD + 8, announced, available };
    assert_eq!(problem(dg2(RECORD + 11, bytes[RECORD + 11] + 1)), wrong);
    // LDS_C_16: one feature point more than there is room for makes the image begin eight bytes too late.
    assert!(matches!(problem(dg2(RECORD + 19, 1)), Problem::ImageFormat { .. }));
    assert!(matches!(problem(dg2(RECORD + 18, 0xFF)), Problem::FaceRecordLength { .. }));
    // The face's own length one byte too large and too small.
    let face = bytes[RECORD + 17];
    assert!(matches!(
        problem(dg2(RECORD + 17, face + 1)),
        Problem::FaceRecordLength { at, .. } if at == RECORD + 14
    ));
    assert!(matches!(problem(dg2(RECORD + 17, face - 1)), Problem::FaceRecordLength { .. }));
}

#[test]
fn dg2_with_a_record_length_eight_too_small_is_read_and_remarked() {
    let bytes = specimen("DG2");
    let dg2 = dg2(RECORD + 11, bytes[RECORD + 11] - 8).unwrap();
    assert_eq!(dg2.deviations, [Deviation::RecordLength]);
}

#[test]
fn dg2_with_impossible_descriptions_is_read_and_remarked() {
    // LDS_C_17 to LDS_C_27.
    let remarks = |at: usize, to: u8| dg2(RECORD + at, to).unwrap().deviations;
    assert_eq!(remarks(20, 3), [Deviation::Gender(3)]);
    assert_eq!(remarks(21, 8), [Deviation::EyeColour(8)]);
    assert_eq!(remarks(22, 8), [Deviation::HairColour(8)]);
    assert_eq!(remarks(28, 182), [Deviation::Pose([182, 0, 0])]);
    assert_eq!(remarks(29, 182), [Deviation::Pose([0, 182, 0])]);
    assert_eq!(remarks(30, 182), [Deviation::Pose([0, 0, 182])]);
    assert_eq!(remarks(31, 182), [Deviation::PoseUncertainty([182, 0, 0])]);
    assert_eq!(remarks(33, 182), [Deviation::PoseUncertainty([0, 0, 182])]);
    assert_eq!(remarks(34, 4), [Deviation::FaceImageType(4)]);
    assert_eq!(remarks(35, 0), [Deviation::ImageDataType(0)]);
}

/// DG2 with these biometric data blocks, each in its own template.
fn dg2_of(records: &[Vec<u8>]) -> Vec<u8> {
    let header = hex!("A108 87020101 88020008");
    let mut group = tlv::write(0x02, &[u8::try_from(records.len()).unwrap()]);
    for record in records {
        tlv::write_into(&mut group, 0x7F60, &[&header[..], record].concat());
    }
    tlv::write(0x75, &tlv::write(0x7F61, &group))
}

fn iso19794(image: &[u8]) -> Vec<u8> {
    let face =
        [&u32::try_from(32 + image.len()).unwrap().to_be_bytes()[..], &[0; 16], &[1, 0], &[0; 10], image]
            .concat();
    let length = u32::try_from(14 + face.len()).unwrap().to_be_bytes();
    tlv::write(0x5F2E, &[&b"FAC\x00010\0"[..], &length, &[0, 1], &face].concat())
}

fn iso39794(image: &[u8]) -> Vec<u8> {
    let data = [tlv::write(0x80, image), hex!("A105 A003 800102").to_vec()].concat();
    let choice = tlv::write(0xA1, &tlv::write(0xA0, &tlv::write(0xA0, &data)));
    let block = tlv::write(0x30, &[hex!("800100").to_vec(), choice].concat());
    let value = [hex!("A007 800103 810207E3").to_vec(), tlv::write(0xA1, &block)].concat();
    tlv::write(0x7F2E, &tlv::write(0xA1, &tlv::write(0x65, &value)))
}

const JPEG: [u8; 4] = hex!("FFD8FFE0");

#[test]
fn an_image_without_bytes_is_refused_in_both_encodings() {
    // R-077, ISO7816_C.
    for record in [iso19794(&[]), iso39794(&[])] {
        assert!(matches!(problem(Dg2::parse(&dg2_of(&[record]))), Problem::EmptyImage { .. }));
    }
    assert_eq!(problem(Dg7::parse(&hex!("6706 020101 5F4300"))), Problem::EmptyImage { at: 8 });
}

#[test]
fn several_faces_are_all_located() {
    let bytes = dg2_of(&[iso39794(&JPEG), iso19794(&[&JPEG[..], &[1]].concat())]);
    let dg2 = Dg2::parse(&bytes).unwrap();
    assert!(dg2.has_several_faces());
    let images: Vec<_> = dg2.faces.iter().map(|face| face.image.bytes(&bytes).unwrap()).collect();
    assert_eq!(images, [&JPEG[..], &hex!("FFD8FFE001")]);
    assert_eq!(dg2.deviations, []);
}

#[test]
fn ten_faces_are_too_many() {
    let records = vec![iso19794(&JPEG); 10];
    assert_eq!(problem(Dg2::parse(&dg2_of(&records))), Problem::TooManyImages { limit: 9 });
    assert_eq!(Dg2::parse(&dg2_of(&records[..9])).unwrap().faces.len(), 9);
}

#[test]
fn a_template_without_or_with_two_data_blocks_is_refused() {
    // LDS_C_28.
    assert!(matches!(
        problem(Dg2::parse(&dg2_of(&[vec![]]))),
        Problem::Tlv(TlvError::Missing { expected: 0x5F2E, .. })
    ));
    let both = [iso19794(&JPEG), iso39794(&JPEG)].concat();
    assert!(matches!(problem(Dg2::parse(&dg2_of(&[both]))), Problem::Repeated { tag: 0x7F2E, .. }));
    let none = tlv::write(0x5F2E, b"FAC\x00010\0\0\0\0\x0E\0\0");
    assert_eq!(problem(Dg2::parse(&dg2_of(&[none]))), Problem::NoImage);
}

#[test]
fn dg15_with_a_wrong_tag_or_length_is_refused() {
    let bytes = specimen("DG15");
    // LDS_I_01 to LDS_I_03.
    assert!(matches!(
        problem(dg15::parse(&changed(bytes.clone(), 0, 0x70))),
        Problem::Tlv(TlvError::UnexpectedTag { expected: 0x6F, found: 0x70, .. })
    ));
    assert!(matches!(
        problem(dg15::parse(&changed(bytes.clone(), 2, bytes[2] - 1))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x30, .. })
    ));
    assert!(matches!(
        problem(dg15::parse(&changed(bytes.clone(), 2, bytes[2] + 1))),
        Problem::Tlv(TlvError::ValueTooLong { tag: 0x6F, .. })
    ));
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = tlv::write(0x30, &[tlv::write(0x02, modulus), tlv::write(0x02, exponent)].concat());
    let key = tlv::write(0x03, &[&[0], &numbers[..]].concat());
    let algorithm = hex!("300d 0609 2a864886f70d010101 0500");
    tlv::write(0x6F, &tlv::write(0x30, &[&algorithm[..], &key].concat()))
}

#[test]
fn rsa_keys_have_limits() {
    let size = |part, bits, limit| (part, bits, limit);
    let refused = |bytes: &[u8]| match problem(dg15::parse(bytes)) {
        Problem::RsaSize { part, bits, limit, .. } => size(part, bits, limit),
        other => panic!("{other}"),
    };
    assert!(dg15::parse(&rsa(&[0xFF; 1024], &[0xFF; 8])).is_ok());
    assert_eq!(refused(&rsa(&[1; 1025], &[3])), size("modulus", 8193, 8192));
    assert_eq!(refused(&rsa(&[1; 128], &[1; 9])), size("exponent", 65, 64));
    assert!(matches!(problem(dg15::parse(&rsa(&[0], &[3]))), Problem::Value { tag: 0x02, .. }));
}

#[test]
fn an_rsa_modulus_without_its_sign_byte_is_read_as_positive() {
    let read = |modulus: &[u8]| dg15::parse(&rsa(modulus, &[1, 0, 1])).unwrap().into_unverified();
    let signed = read(&[&[0], &[0xCF; 128][..]].concat());
    assert_eq!(signed, read(&[0xCF; 128]));
    let PublicKey::Rsa(key) = signed else { panic!("RSA") };
    assert_eq!(key.modulus_bits(), 1024);
}

#[test]
fn a_key_with_unused_bits_is_refused() {
    let mut bytes = specimen("DG15");
    let at = bytes.windows(4).position(|window| window == hex!("03818C00")).unwrap() + 3;
    bytes[at] = 1;
    assert_eq!(problem(dg15::parse(&bytes)), Problem::Value { tag: 0x03, at: at - 3 });
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    let twice = hex!("6B0A 5F1001 31 5F1001 32 0500");
    assert_eq!(problem(Dg11::parse(&twice)), Problem::Repeated { tag: 0x5F10, at: 6 });
    let dates =
        tlv::write(0x6C, &[tlv::write(0x5F26, b"20240101"), tlv::write(0x5F26, b"20240102")].concat());
    assert_eq!(problem(Dg12::parse(&dates)), Problem::Repeated { tag: 0x5F26, at: 13 });
    let no_date = tlv::write(0x6C, &tlv::write(0x5F26, b"2024010"));
    assert_eq!(problem(Dg12::parse(&no_date)), Problem::Date { tag: 0x5F26, at: 2 });
}

#[test]
fn fields_in_another_order_and_unknown_ones_are_read() {
    let bytes = tlv::write(
        0x6B,
        &[tlv::write(0x5F10, b"42"), tlv::write(0x5F7F, b"?"), tlv::write(0x5F0E, b"A<<B")].concat(),
    );
    let dg11 = Dg11::parse(&bytes).unwrap();
    assert_eq!((dg11.personal_number, dg11.full_name), (Some("42".into()), Some("A<<B".into())));
}

#[test]
fn extended_length_information_is_read_with_two_and_three_bytes() {
    let found = |bytes: &[u8]| AtrInfo::parse(bytes).unwrap().extended_length;
    let lengths = |max_command, max_response| Some(ExtendedLength { max_command, max_response });
    // LDS_K_01 and LDS_K_02.
    assert_eq!(found(&hex!("7F6608 02020400 02020800")), lengths(1024, 2048));
    assert_eq!(found(&hex!("7F660A 0203000400 0203010000")), lengths(1024, 65_536));
    // LDS_K_04: another tag is no extended length information.
    assert_eq!(found(&hex!("7F6508 02020400 02020800")), None);
    // Historical objects before it, padding after it.
    assert_eq!(found(&hex!("43 01 B8 46 01 00 7F6608 02020400 02020800 0000000000")), lengths(1024, 2048));
    assert_eq!(found(&[]), None);
    // LDS_K_03: only one value.
    assert_eq!(
        problem(AtrInfo::parse(&hex!("7F6604 02020400"))),
        Problem::Tlv(TlvError::Missing { at: 7, expected: 0x02 })
    );
    assert_eq!(
        problem(AtrInfo::parse(&hex!("7F660B 02050000000400 02020800"))),
        Problem::ValueLength { tag: 0x02, at: 3, length: 5 }
    );
    let twice = hex!("7F6608 02020400 02020800 7F6608 02020400 02020800");
    assert_eq!(problem(AtrInfo::parse(&twice)), Problem::Repeated { tag: 0x7F66, at: 11 });
}

#[test]
fn card_capabilities_announce_extended_length_and_chaining() {
    let info = AtrInfo::parse(&hex!("4703 9401E0")).unwrap().capabilities.unwrap();
    assert!(info.short_file_identifier && info.command_chaining);
    assert!(info.extended_length && info.extended_length_information);
    let short = AtrInfo::parse(&hex!("4701 80")).unwrap().capabilities.unwrap();
    assert!(!short.short_file_identifier && !short.command_chaining && !short.extended_length);
}

#[test]
fn the_example_of_ef_dir_lists_four_applications() {
    // Doc 9303-10 §3.11.2.
    let bytes =
        hex!("61094F07A0000002471001 61094F07A0000002472001 61094F07A0000002472002 61094F07A0000002472003");
    let dir = Dir::parse(&bytes).unwrap();
    let last: Vec<_> = dir.applications.iter().map(|application| application.aid[5..].to_vec()).collect();
    assert_eq!(last, [[0x10, 1], [0x20, 1], [0x20, 2], [0x20, 3]]);
    assert_eq!(dir.encode(), bytes);
    assert!(matches!(
        problem(Dir::parse(&hex!("6100"))),
        Problem::Tlv(TlvError::Missing { expected: 0x4F, .. })
    ));
    assert_eq!(problem(Dir::parse(&hex!("61024F00"))), Problem::ValueLength { tag: 0x4F, at: 2, length: 0 });
}

#[test]
fn non_minimal_lengths_are_read() {
    // legal BER, and the hash covers it as it stands.
    let specimen = sample("dg12/AndyQ_3ce5a682.bin");
    let longer = [&hex!("6C84 0000001A")[..], &specimen[2..]].concat();
    assert_eq!(Dg12::parse(&longer).unwrap(), Dg12::parse(&specimen).unwrap());
    assert_eq!(emrtd::lds::File::Dg12.contents(&longer).unwrap().raw(), longer);
}
