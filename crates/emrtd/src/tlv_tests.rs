//! Tests of the BER-TLV reader and writer.

use super::*;
use hex_literal::hex;
use proptest::prelude::*;

#[test]
fn tags_of_one_to_three_bytes_are_read() {
    let bytes = hex!("6103 020105" "5F1F 00" "7F8201 01 AA");
    let mut reader = Reader::new(&bytes);
    let first = reader.expect(0x61).unwrap();
    assert_eq!(first.value, hex!("020105"));
    assert_eq!(first.value_at, 2);
    assert_eq!(first.children().expect(0x02).unwrap().value_at, 4);
    assert_eq!(reader.position(), 5);
    assert_eq!(reader.peek_tag().unwrap(), Some(0x5F1F));
    assert_eq!(reader.optional(0x5F20).unwrap(), None);
    assert_eq!(reader.optional(0x5F1F).unwrap().unwrap().raw, hex!("5F1F00"));
    assert_eq!(reader.next().unwrap().unwrap().tag, 0x7F_8201);
    assert_eq!(reader.next().unwrap(), None);
    reader.finish().unwrap();
}

#[test]
fn a_length_may_have_up_to_four_bytes_and_need_not_be_minimal() {
    for bytes in [&hex!("0401AA")[..], &hex!("048101AA"), &hex!("04820001AA"), &hex!("048400000001AA")] {
        let tlv = single(bytes, 0x04).unwrap();
        assert_eq!((tlv.value, tlv.raw), (&hex!("AA")[..], bytes));
    }
    assert_eq!(
        single(&hex!("04850000000001AA"), 0x04),
        Err(TlvError::LengthFieldTooLong { at: 0, tag: 4, octets: 5 })
    );
}

#[test]
fn an_indefinite_length_has_its_own_error() {
    let bytes = hex!("0500 3080 0000");
    let mut reader = Reader::new(&bytes);
    reader.next().unwrap();
    assert_eq!(reader.next(), Err(TlvError::IndefiniteLength { at: 2, tag: 0x30 }));
}

#[test]
fn a_claimed_length_of_four_gigabytes_is_refused() {
    assert_eq!(
        single(&hex!("7584FFFFFFFF00"), 0x75),
        Err(TlvError::ValueTooLong { at: 0, tag: 0x75, length: 0xFFFF_FFFF, available: 1 })
    );
    assert_eq!(header(&hex!("7584FFFFFFFF")).unwrap().value_len, 0xFFFF_FFFF);
}

#[test]
fn a_header_tells_when_it_needs_more_bytes() {
    let bytes = hex!("7F6183012345");
    for end in 0..bytes.len() {
        assert_eq!(header(&bytes[..end]), Err(TlvError::NeedMore { at: 0 }));
    }
    let header = header(&bytes).unwrap();
    assert_eq!(header, Header { tag: 0x7F61, header_len: 6, value_len: 0x01_2345 });
    assert_eq!(header.total_len(), Some(0x01_234B));
}

#[test]
fn impossible_tags_are_refused() {
    assert_eq!(header(&hex!("0000")), Err(TlvError::InvalidTag { at: 0 }));
    assert_eq!(header(&hex!("1F8000")), Err(TlvError::InvalidTag { at: 0 }));
    assert_eq!(header(&hex!("1FFFFFFFFF00")), Err(TlvError::TagTooLong { at: 0 }));
}

#[test]
fn a_wrong_or_missing_or_superfluous_object_is_named_with_its_place() {
    let bytes = hex!("30050201010500");
    let mut inner = single(&bytes, 0x30).unwrap().children();
    inner.expect(0x02).unwrap();
    assert_eq!(inner.expect(0x04), Err(TlvError::UnexpectedTag { at: 5, expected: 4, found: 5 }));
    assert_eq!(inner.finish(), Err(TlvError::TrailingBytes { at: 5, count: 2 }));
    inner.next().unwrap();
    assert_eq!(inner.expect(0x04), Err(TlvError::Missing { at: 7, expected: 4 }));
    assert_eq!(single(&hex!("050000"), 0x05), Err(TlvError::TrailingBytes { at: 2, count: 1 }));
}

#[test]
fn a_tag_list_mixes_tags_of_one_and_two_bytes() {
    let list = write_tag_list(&[0x5F0E, 0x5F2B, 0xA0]);
    assert_eq!(list, hex!("5C05 5F0E 5F2B A0"));
    assert_eq!(tag_list(&single(&list, 0x5C).unwrap()), Ok(vec![0x5F0E, 0x5F2B, 0xA0]));
    let cut = hex!("5C03 5F0E 5F");
    assert_eq!(tag_list(&single(&cut, 0x5C).unwrap()), Err(TlvError::NeedMore { at: 4 }));
    let long = write(0x5C, &[0x61; 65]);
    let refused = TlvError::TooManyNodes { at: 66, limit: 64 };
    assert_eq!(tag_list(&single(&long, 0x5C).unwrap()), Err(refused));
}

#[test]
fn nesting_stops_at_sixteen_levels() {
    let nest = |levels: usize| (1..levels).fold(write(0x30, &[]), |inner, _| write(0x30, &inner));
    assert_eq!(validate(&nest(16), Limits::default()), Ok(16));
    assert_eq!(validate(&nest(17), Limits::default()), Err(TlvError::TooDeep { at: 32, limit: 16 }));
}

#[test]
fn the_number_of_objects_is_limited() {
    let many = hex!("0500").repeat(4096);
    assert_eq!(validate(&many, Limits::default()), Ok(4096));
    let too_many = hex!("0500").repeat(4097);
    assert_eq!(validate(&too_many, Limits::default()), Err(TlvError::TooManyNodes { at: 8192, limit: 4096 }));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(tag in prop::sample::select(vec![0x04u32, 0x61, 0x5F1F, 0x7F61, 0x7F_8201]),
                                    length in prop::sample::select(vec![0usize, 1, 127, 128, 255, 256, 65_535, 65_536])) {
        let value = vec![0x5A; length];
        let bytes = write(tag, &value);
        prop_assert_eq!(single(&bytes, tag).unwrap().value, &value[..]);
        prop_assert_eq!(header(&bytes).unwrap().total_len(), Some(bytes.len()));
    }

    #[test]
    fn random_bytes_are_read_or_refused_and_raw_parts_add_up(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut reader = Reader::new(&bytes);
        let mut joined = Vec::new();
        while let Ok(Some(tlv)) = reader.next() {
            prop_assert_eq!(tlv.at(), joined.len());
            prop_assert_eq!(&bytes[tlv.value_at..tlv.value_at + tlv.value.len()], tlv.value);
            joined.extend_from_slice(tlv.raw);
        }
        prop_assert!(bytes.starts_with(&joined));
        let _ = validate(&bytes, Limits::default());
    }
}
