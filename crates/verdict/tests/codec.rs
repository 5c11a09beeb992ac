//! The two forms of evidence as bytes: one way to write, nothing but it to read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use ciborium::Value;
use common::{at, evidence, header};
use proptest::prelude::*;
use verdict::*;

fn sample() -> Evidence {
    let failed = CheckResult::Failed(FailedReason::Stripped);
    let aborted = CheckResult::Aborted(AbortedReason::TagLost);
    evidence(header(Level::Substantial), &[(Check::DgHashes, failed), (Check::ChipAuth, aborted)], 3)
}

fn value_of(bytes: &[u8]) -> Value {
    ciborium::from_reader(bytes).unwrap()
}

fn bytes_of(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Every value that comes of taking one field or element away, at any depth.
fn deletions(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Map(pairs) => {
            for index in 0..pairs.len() {
                let mut without = pairs.clone();
                without.remove(index);
                found.push(Value::Map(without));
                for inner in deletions(&pairs[index].1) {
                    let mut changed = pairs.clone();
                    changed[index].1 = inner;
                    found.push(Value::Map(changed));
                }
            }
        }
        Value::Array(items) => {
            for index in 0..items.len() {
                let mut without = items.clone();
                without.remove(index);
                found.push(Value::Array(without));
                for inner in deletions(&items[index]) {
                    let mut changed = items.clone();
                    changed[index] = inner;
                    found.push(Value::Array(changed));
                }
            }
        }
        _ => {}
    }
    found
}

#[test]
fn evidence_survives_the_way_to_bytes_and_back() {
    let evidence = sample();
    let bytes = evidence.to_cbor().unwrap();
    assert!(bytes.len() < 2048, "{} bytes", bytes.len());
    assert_eq!(Evidence::from_cbor(&bytes).unwrap(), evidence);
    let kept = evidence.keep(&[1; 32]).unwrap();
    assert_eq!(KeptEvidence::from_cbor(&kept.to_cbor().unwrap()).unwrap(), kept);
}

#[test]
fn evidence_without_any_field_is_refused() {
    let bytes = sample().to_cbor().unwrap();
    let without = deletions(&value_of(&bytes));
    assert!(without.len() > 200, "{} deletions", without.len());
    // A name fewer in a list is another record, not a gap: the lists are left out by comparing them.
    let lists = |evidence: &Evidence| {
        let provenance = &evidence.header().provenance;
        [&provenance.components, &provenance.quirks, &provenance.deviations].map(|names| names.iter().len())
    };
    for value in without {
        if let Ok(evidence) = Evidence::from_cbor(&bytes_of(&value)) {
            let (found, whole) = (lists(&evidence), lists(&sample()));
            assert_eq!(found.iter().sum::<usize>() + 1, whole.iter().sum::<usize>(), "{value:?}");
        }
    }
}

#[test]
fn kept_evidence_without_any_field_is_refused() {
    let mut header = header(Level::Substantial);
    header.provenance.components = Names::default();
    header.provenance.quirks = Names::default();
    header.provenance.deviations = Names::default();
    let bytes = evidence(header, &[], 0).keep(&[1; 32]).unwrap().to_cbor().unwrap();
    for value in deletions(&value_of(&bytes)) {
        assert!(KeptEvidence::from_cbor(&bytes_of(&value)).is_err(), "{value:?}");
    }
}

#[test]
fn a_list_of_names_out_of_order_or_with_a_repetition_is_refused() {
    for list in [["b", "a"], ["a", "a"]] {
        let mut value = value_of(&sample().to_cbor().unwrap());
        let provenance = value.as_map_mut().unwrap()[8].1.as_map_mut().unwrap();
        provenance[3].1 = Value::Array(list.map(Value::from).to_vec());
        let expected = Err(EvidenceError::Range { record: "provenance", field: 4 });
        assert_eq!(Evidence::from_cbor(&bytes_of(&value)), expected);
    }
}

#[test]
fn a_day_in_another_notation_is_refused() {
    let mut value = value_of(&sample().to_cbor().unwrap());
    value.as_map_mut().unwrap()[6].1.as_map_mut().unwrap()[3].1 = Value::from("20300131");
    let expected = Err(EvidenceError::Range { record: "document", field: 4 });
    assert_eq!(Evidence::from_cbor(&bytes_of(&value)), expected);
}

#[test]
fn an_unknown_version_is_refused_as_such() {
    let mut value = value_of(&sample().to_cbor().unwrap());
    value.as_map_mut().unwrap()[0].1 = Value::from(2);
    assert_eq!(Evidence::from_cbor(&bytes_of(&value)), Err(EvidenceError::Version(2)));
}

#[test]
fn an_unknown_or_repeated_field_is_refused() {
    let whole = value_of(&sample().to_cbor().unwrap());
    for (key, value, error) in [
        (Value::from(11), Value::Null, EvidenceError::UnknownField { record: "evidence", field: 11 }),
        (Value::from("x"), Value::Null, EvidenceError::UnknownField { record: "evidence", field: 0 }),
        (
            Value::from(2),
            Value::Bytes(vec![0; 16]),
            EvidenceError::RepeatedField { record: "evidence", field: 2 },
        ),
    ] {
        let mut more = whole.clone();
        more.as_map_mut().unwrap().push((key, value));
        assert_eq!(Evidence::from_cbor(&bytes_of(&more)), Err(error));
    }
}

#[test]
fn a_repeated_swapped_or_unknown_check_is_refused() {
    let checks = |change: fn(&mut Vec<Value>)| {
        let mut value = value_of(&sample().to_cbor().unwrap());
        change(value.as_map_mut().unwrap()[9].1.as_array_mut().unwrap());
        Evidence::from_cbor(&bytes_of(&value)).unwrap_err()
    };
    assert_eq!(checks(|list| list[1] = list[0].clone()), EvidenceError::CheckOrder(Check::DocumentAccepted));
    assert_eq!(checks(|list| list.swap(4, 5)), EvidenceError::CheckOrder(Check::AccessControl));
    assert_eq!(checks(|list| list.push(list[0].clone())), EvidenceError::CheckCount(38));
    assert_eq!(
        checks(|list| list[36].as_array_mut().unwrap()[0] = Value::from(38)),
        EvidenceError::CheckOrder(Check::Age)
    );
}

#[test]
fn a_result_with_a_foreign_unknown_or_missing_reason_is_refused() {
    for (kind, reason) in [
        (1, Value::from("under_age")),
        (1, Value::from("no_such_reason")),
        (1, Value::Null),
        (0, Value::from("expired")),
        (5, Value::Null),
    ] {
        let mut value = value_of(&sample().to_cbor().unwrap());
        let first = value.as_map_mut().unwrap()[9].1.as_array_mut().unwrap()[0].as_array_mut().unwrap();
        (first[1], first[2]) = (Value::from(kind), reason);
        let expected = Err(EvidenceError::CheckResult(Check::AppDeviceIntegrity));
        assert_eq!(Evidence::from_cbor(&bytes_of(&value)), expected);
    }
}

#[test]
fn a_second_way_to_write_the_same_record_is_refused() {
    let bytes = sample().to_cbor().unwrap();
    let mut trailing = bytes.clone();
    trailing.push(0);
    assert_eq!(Evidence::from_cbor(&trailing), Err(EvidenceError::NotCanonical));
    // The version as a number in two bytes instead of one.
    let mut long = bytes.clone();
    long.splice(2..3, [0x18, 0x01]);
    assert_eq!(Evidence::from_cbor(&long), Err(EvidenceError::NotCanonical));
    // The map with an indefinite length.
    let mut indefinite = bytes;
    indefinite[0] = 0xBF;
    indefinite.push(0xFF);
    assert_eq!(Evidence::from_cbor(&indefinite), Err(EvidenceError::NotCanonical));
}

#[test]
fn hostile_lengths_and_depths_are_refused() {
    let huge = [0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(Evidence::from_cbor(&huge), Err(EvidenceError::NotCbor));
    assert_eq!(Evidence::from_cbor(&[0x81; 1000]), Err(EvidenceError::NotCbor));
    let long = vec![0; MAX_EVIDENCE_BYTES + 1];
    assert!(matches!(Evidence::from_cbor(&long), Err(EvidenceError::TooLong { .. })));
    let longest = Evidence::from_cbor(&long[1..]);
    assert!(!matches!(longest, Err(EvidenceError::TooLong { .. })), "{longest:?}");
}

#[test]
fn the_largest_record_that_can_be_made_can_be_read() {
    let name = |number: usize| Name::new(&format!("{number:064}")).unwrap();
    let most = || Names::new((0..MAX_NAMES).map(name)).unwrap();
    let mut header = header(Level::High);
    header.provenance.components = most();
    header.provenance.quirks = most();
    header.provenance.deviations = most();
    let evidence = evidence(header, &[], u8::MAX);
    assert_eq!(Evidence::from_cbor(&evidence.to_cbor().unwrap()).unwrap(), evidence);
}

#[test]
fn a_check_is_recorded_once_and_an_unrecorded_one_is_not_built() {
    let mut builder = Evidence::builder(header(Level::Low));
    builder.record(Check::Expiry, CheckResult::Successful, 0).unwrap();
    let again = builder.record(Check::Expiry, CheckResult::Successful, 0);
    assert_eq!(again, Err(RecordError::Repeated(Check::Expiry)));
    let misplaced = CheckResult::Failed(FailedReason::UnderAge);
    assert_eq!(
        builder.record(Check::Pad, misplaced, 0),
        Err(RecordError::Misplaced { check: Check::Pad, result: misplaced })
    );
    let evidence = builder.finish();
    let unmade = CheckResult::NotSupported(NotSupportedReason::NotBuilt);
    let unmade = evidence.entries().filter(|(_, entry)| entry.result == unmade).count();
    assert_eq!(unmade, CHECK_COUNT - 1);
}

#[test]
fn kept_evidence_holds_nothing_by_which_the_case_can_be_found() {
    let mut header = header(Level::Substantial);
    header.document.valid_until = Some("2031-05-06".parse().unwrap());
    let evidence = evidence(header, &[], 0);
    let kept = evidence.keep(&[1; 32]).unwrap();
    let bytes = kept.to_cbor().unwrap();
    let whole = evidence.to_cbor().unwrap();
    let has = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let seconds = u32::try_from(common::STARTED).unwrap().to_be_bytes();
    for part in [[7; 16].as_slice(), &[9; 32], &seconds, b"2031-05-06"] {
        assert!(has(&whole, part));
        assert!(!has(&bytes, part));
    }
    assert!(Evidence::from_cbor(&bytes).is_err());
    assert!(KeptEvidence::from_cbor(&whole).is_err());
}

#[test]
fn kept_evidence_is_bound_to_the_whole_record_and_to_its_salt() {
    let evidence = sample();
    let kept = evidence.keep(&[1; 32]).unwrap();
    assert!(kept.matches(&evidence, &[1; 32]).unwrap());
    assert!(!kept.matches(&evidence, &[2; 32]).unwrap());
    let mut header = header(Level::Substantial);
    header.transcript_hash[31] ^= 1;
    let failed = CheckResult::Failed(FailedReason::Stripped);
    let aborted = CheckResult::Aborted(AbortedReason::TagLost);
    let other = common::evidence(header, &[(Check::DgHashes, failed), (Check::ChipAuth, aborted)], 3);
    assert!(!kept.matches(&other, &[1; 32]).unwrap());
    assert_ne!(kept.commitment(), other.keep(&[1; 32]).unwrap().commitment());
    assert_eq!(kept.commitment(), evidence.keep(&[1; 32]).unwrap().commitment());
    assert_eq!(kept.day(), "2026-11-25".parse().unwrap());
}

#[test]
fn names_and_codes_are_shown_as_they_are() {
    let (name, state) = (Name::new("default-1").unwrap(), StateCode::new("UTO").unwrap());
    assert_eq!((format!("{name:?}"), name.to_string()), ("\"default-1\"".to_owned(), "default-1".to_owned()));
    assert_eq!(format!("{state:?}"), "\"UTO\"");
}

#[test]
fn debug_hides_what_leads_to_the_case() {
    let shown = format!("{:?}", sample());
    assert_eq!(shown.matches("<redacted>").count(), 4);
    assert!(!shown.contains("2026-11-25"), "{shown}");
}

#[test]
fn every_single_byte_changed_is_refused_or_another_record() {
    let evidence = sample();
    let bytes = evidence.to_cbor().unwrap();
    for index in 0..bytes.len() {
        for mask in [0x01, 0x10, 0x80, 0xFF] {
            let mut changed = bytes.clone();
            changed[index] ^= mask;
            if let Ok(other) = Evidence::from_cbor(&changed) {
                assert_ne!(other, evidence, "byte {index}");
                assert_eq!(other.to_cbor().unwrap(), changed);
            }
        }
    }
}

#[test]
fn times_that_run_backwards_are_refused() {
    assert_eq!(Times::new(at(2), at(1)), None);
    assert!(Times::new(at(1), at(1)).is_some());
    let mut value = value_of(&sample().to_cbor().unwrap());
    value.as_map_mut().unwrap()[4].1 = Value::from(0);
    assert_eq!(Evidence::from_cbor(&bytes_of(&value)), Err(EvidenceError::Times));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Evidence::from_cbor(&bytes);
        let _ = KeptEvidence::from_cbor(&bytes);
    }

    #[test]
    fn changed_bytes_never_panic(changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..8)) {
        let mut bytes = sample().to_cbor().unwrap();
        for (place, byte) in changes {
            let place = usize::from(place) % bytes.len();
            bytes[place] = byte;
        }
        let _ = Evidence::from_cbor(&bytes);
        let _ = KeptEvidence::from_cbor(&bytes);
    }
}
