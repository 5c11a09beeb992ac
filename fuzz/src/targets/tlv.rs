//! BER-TLV data objects: header, reader, tag lists, whole structures.

use emrtd::tlv::{self, Limits, Reader, Tlv, TlvError};

use crate::oracle::{explained, sound};
use crate::samples;

/// All of the input is one sequence of data objects.
pub fn run(bytes: &[u8]) {
    check_header(bytes);
    let nodes = walk(bytes);
    let limits = Limits::default();
    match (tlv::validate(bytes, limits), nodes) {
        (Ok(counted), Ok(walked)) => {
            assert_eq!(counted, walked, "the data objects were counted wrongly");
            assert!(counted <= limits.nodes && counted * 2 <= bytes.len());
        }
        (Err(found), Err(error)) => assert_eq!(found, error),
        (validated, walked) => panic_on_difference(&validated, &walked),
    }
    if let Some(first) = bytes.first() {
        check_expectations(bytes, u32::from(*first));
    }
}

fn panic_on_difference(validated: &Result<usize, TlvError>, walked: &Result<usize, TlvError>) {
    assert_eq!(validated, walked, "two ways of reading disagree");
}

fn check_header(bytes: &[u8]) {
    let Some(header) = sound(bytes, tlv::header(bytes)) else { return };
    assert!(header.header_len <= bytes.len() && header.header_len <= 9);
    let from_reader = Reader::new(bytes).next();
    match header.total_len() {
        Some(total) if total <= bytes.len() => {
            let object = from_reader.expect("it is all there").expect("there is one");
            assert_eq!((object.tag, object.raw.len()), (header.tag, total));
            let tags = tlv::tag_list(&object);
            if let Some(tags) = sound(bytes, tags) {
                assert!(tags.len() <= 64);
                // What a list is written from is read again; the other way only if the list was well formed.
                let written = tlv::write_tag_list(&tags);
                let again = tlv::single(&written, 0x5C).and_then(|list| tlv::tag_list(&list));
                assert_eq!(again, Ok(tags));
            }
        }
        _ => assert!(matches!(from_reader, Err(TlvError::ValueTooLong { .. }))),
    }
}

/// Reads everything with a stack of its own, as [`tlv::validate`] does by recursion: the same count or the same error.
fn walk(bytes: &[u8]) -> Result<usize, TlvError> {
    let limits = Limits::default();
    let mut open = vec![Reader::new(bytes)];
    let mut nodes = 0;
    while let Some(reader) = open.last_mut() {
        let Some(object) = reader.next()? else {
            open.pop();
            continue;
        };
        if nodes == limits.nodes {
            return Err(TlvError::TooManyNodes { at: object.at(), limit: limits.nodes });
        }
        nodes += 1;
        check_object(bytes, &object);
        if object.is_constructed() {
            if open.len() == limits.depth && !object.value.is_empty() {
                return Err(TlvError::TooDeep { at: object.value_at, limit: limits.depth });
            }
            open.push(object.children());
        }
    }
    Ok(nodes)
}

/// A data object lies where it says, and is written again as data object with the same tag and value.
fn check_object(bytes: &[u8], object: &Tlv<'_>) {
    let at = object.at();
    assert_eq!(bytes.get(at..at + object.raw.len()), Some(object.raw));
    assert_eq!(bytes.get(object.value_at..object.value_at + object.value.len()), Some(object.value));
    // Writing again costs as much as reading; a few levels of large objects would make that quadratic.
    if object.raw.len() <= 64 {
        let written = tlv::write(object.tag, object.value);
        assert!(written.len() <= object.raw.len(), "the shortest length field is not the shortest");
        let again = tlv::single(&written, object.tag).expect("what was written can be read");
        assert_eq!(again.value, object.value);
    }
}

fn check_expectations(bytes: &[u8], tag: u32) {
    let mut reader = Reader::new(bytes);
    match reader.expect(tag) {
        Ok(object) => assert_eq!(reader.position(), object.raw.len()),
        Err(error) => {
            assert_eq!(reader.position(), 0, "a refused object was taken");
            explained(bytes, &error);
        }
    }
    if let Err(error) = tlv::single(bytes, tag) {
        explained(bytes, &error);
    }
    let mut reader = Reader::new(bytes);
    if let Ok(None) = reader.optional(tag) {
        assert_eq!(reader.position(), 0);
    }
    if let Err(error) = reader.finish() {
        explained(bytes, &error);
    }
}

/// Samples, tag lists, and structures at the limits of depth and number.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = samples::named(&["com", "securityinfos", "dg11", "dg12", "dg16"], &[""], 400);
    seeds.push(tlv::write_tag_list(&[0x5F0E, 0x7F61, 0x61, 0x5F1F]));
    seeds.push(Vec::new());
    for depth in [16, 17] {
        let mut nested = tlv::write(0x04, b"x");
        for _ in 1..depth {
            nested = tlv::write(0x30, &nested);
        }
        seeds.push(nested);
    }
    seeds.push(vec![0x7F, 0x81, 0x81, 0x01, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]);
    seeds.push(vec![0x30, 0x80, 0x04, 0x00, 0x00, 0x00]);
    seeds
}
