//! What is refused as a public value: wrong encodings, wrong curves, wrong subgroups.

#![allow(clippy::unwrap_used)] // The helpers of tests may fail as tests do.

use groups::{
    Coordinate, Element, ElementError, Group, Kind, Parameters, Secret, map_generic, map_integrated,
};
use serde_json::Value;

const REFUSED: &str = include_str!("data/refused.json");

fn curves() -> impl Iterator<Item = Group> {
    Group::ALL.into_iter().filter(|group| group.kind() == Kind::Ecdh)
}

fn multiplicative() -> impl Iterator<Item = Group> {
    Group::ALL.into_iter().filter(|group| group.kind() == Kind::Dh)
}

fn refusal(group: Group, encoded: &[u8]) -> ElementError {
    Element::decode(group, encoded).expect_err("the value must be refused")
}

/// p - `less`, in the bytes of the field.
fn prime_minus(group: Group, less: u8) -> Vec<u8> {
    let mut prime = match group.parameters() {
        Parameters::Ec(ec) => ec.p,
        Parameters::Dh(dh) => dh.p,
    }
    .to_vec();
    // Every prime of the table ends in a byte that leaves room, but for P-224, whose prime is 1 mod 2^96.
    let last = prime.last_mut().unwrap();
    *last = last.checked_sub(less).expect("no borrow");
    prime
}

fn small(group: Group, value: u8) -> Vec<u8> {
    let mut bytes = vec![0; group.field_bytes()];
    *bytes.last_mut().unwrap() = value;
    bytes
}

#[test]
fn a_point_off_the_curve_is_refused() {
    for group in curves() {
        let mut encoded = group.generator().encode();
        *encoded.last_mut().unwrap() ^= 1;
        assert_eq!(refusal(group, &encoded), ElementError::NotOnCurve { group });
    }
}

#[test]
fn the_generator_of_another_curve_of_the_same_size_is_refused() {
    for (group, other) in [
        (Group::P192, Group::BrainpoolP192r1),
        (Group::P224, Group::BrainpoolP224r1),
        (Group::BrainpoolP256r1, Group::P256),
        (Group::BrainpoolP384r1, Group::P384),
    ] {
        assert!(Element::decode(group, &other.generator().encode()).is_err(), "{group}");
    }
}

#[test]
fn the_point_at_infinity_is_refused() {
    for group in curves() {
        assert_eq!(refusal(group, &[0]), ElementError::Infinity { group });
        // Some implementations write it as a point of zeros.
        let zeros = vec![0; group.element_bytes()];
        assert_eq!(refusal(group, &zeros), ElementError::NotUncompressed { group, found: 0 });
    }
}

#[test]
fn a_compressed_or_hybrid_point_is_refused() {
    for group in curves() {
        let mut encoded = group.generator().encode();
        for tag in [6, 7] {
            encoded[0] = tag;
            assert_eq!(refusal(group, &encoded), ElementError::NotUncompressed { group, found: tag });
        }
        encoded.truncate(1 + group.field_bytes());
        for tag in [2, 3] {
            encoded[0] = tag;
            assert_eq!(refusal(group, &encoded), ElementError::NotUncompressed { group, found: tag });
        }
    }
}

#[test]
fn a_point_of_the_wrong_length_is_refused() {
    for group in curves() {
        let encoded = group.generator().encode();
        let expected = group.element_bytes();
        let longer = [encoded.as_slice(), &[0]].concat();
        for wrong in [&encoded[..expected - 1], &encoded[..1], &[], &longer] {
            let found = wrong.len();
            assert_eq!(refusal(group, wrong), ElementError::Length { group, expected, found });
        }
    }
}

#[test]
fn a_coordinate_that_is_not_below_p_is_refused() {
    for group in curves() {
        let generator = group.generator().encode();
        let (x, y) = generator[1..].split_at(group.field_bytes());
        let prime = prime_minus(group, 0);
        let ones = vec![0xFF; group.field_bytes()];
        for high in [&prime, &ones] {
            let wrong_x = [&[4], high.as_slice(), y].concat();
            let error = ElementError::CoordinateRange { group, coordinate: Coordinate::X };
            assert_eq!(refusal(group, &wrong_x), error);
            let wrong_y = [&[4], x, high.as_slice()].concat();
            let error = ElementError::CoordinateRange { group, coordinate: Coordinate::Y };
            assert_eq!(refusal(group, &wrong_y), error);
        }
    }
}

#[test]
fn points_of_small_order_twist_points_and_wrong_subgroups_are_refused() {
    let refused: Vec<Value> = serde_json::from_str(REFUSED).unwrap();
    assert!(!refused.is_empty());
    for entry in refused {
        let id = u8::try_from(entry["parameter_id"].as_u64().unwrap()).unwrap();
        let group = Group::from_parameter_id(id).unwrap();
        let value = hex::decode(entry["value"].as_str().unwrap()).unwrap();
        let expected = match group.kind() {
            Kind::Ecdh => ElementError::NotOnCurve { group },
            Kind::Dh => ElementError::WrongSubgroup { group },
        };
        assert_eq!(refusal(group, &value), expected, "{}", entry["why"]);
    }
}

#[test]
fn a_dh_value_outside_2_to_p_minus_2_is_refused() {
    for group in multiplicative() {
        let ones = vec![0xFF; group.field_bytes()];
        let values = [small(group, 0), small(group, 1), prime_minus(group, 1), prime_minus(group, 0), ones];
        for value in values {
            assert_eq!(refusal(group, &value), ElementError::ValueRange { group });
        }
        // p - 2 is in range, but in no group of prime order.
        assert_eq!(refusal(group, &prime_minus(group, 2)), ElementError::WrongSubgroup { group });
    }
}

#[test]
fn an_empty_or_too_long_dh_value_is_refused() {
    for group in multiplicative() {
        let expected = group.field_bytes();
        assert_eq!(refusal(group, &[]), ElementError::Length { group, expected, found: 0 });
        let longer = [&[0], group.generator().encode().as_slice()].concat();
        assert_eq!(refusal(group, &longer), ElementError::Length { group, expected, found: expected + 1 });
    }
}

#[test]
fn a_dh_value_without_its_leading_zeros_is_the_same_element() {
    for group in multiplicative() {
        // Find a public value that begins with a zero byte.
        let element = (1u16..).find_map(|scalar| {
            let element = Secret::from_bytes(group, &scalar.to_be_bytes()).ok()?.public();
            (element.encode()[0] == 0).then_some(element)
        });
        let element = element.unwrap();
        assert_eq!(Element::decode(group, &element.encode()[1..]), Ok(element));
    }
}

#[test]
fn values_of_two_groups_are_never_combined() {
    let (group, other) = (Group::P256, Group::BrainpoolP256r1);
    let error = ElementError::GroupMismatch { expected: group, found: other };
    let key = Secret::from_bytes(group, &[7]).unwrap();
    let alien = other.generator();
    assert_eq!(key.public_on(&alien), Err(error));
    assert_eq!(key.agree(&alien).err(), Some(error));
    assert_eq!(map_generic(group, &[1], &alien), Err(error));
    assert_eq!(groups::Ephemeral::from_secret(key).map_generic(&[1], &alien), Err(error));
    let mismatch = ElementError::GroupMismatch { expected: other, found: group };
    assert_eq!(group.generator().combine(&alien), Err(mismatch));
}

#[test]
fn a_generic_mapping_onto_the_neutral_element_is_refused() {
    for group in Group::ALL {
        // s = n-1 makes [s]G the inverse of G.
        let minus_one = order_minus_one(group);
        let result = map_generic(group, &minus_one, &group.generator());
        assert_eq!(result, Err(ElementError::Identity { group }), "{group}");
    }
}

#[test]
fn the_integrated_mapping_refuses_p_224_and_values_without_an_image() {
    let group = Group::P224;
    assert_eq!(map_integrated(group, &[5; 36]), Err(ElementError::NoIntegratedMapping { group }));
    for group in Group::ALL.into_iter().filter(|group| group.supports_integrated_mapping()) {
        for zero in [small(group, 0), prime_minus(group, 0), Vec::new()] {
            assert_eq!(map_integrated(group, &zero), Err(ElementError::Unmappable { group }), "{group}");
        }
        let expected = match group.kind() {
            Kind::Ecdh => ElementError::Unmappable { group },
            Kind::Dh => ElementError::Identity { group },
        };
        for unit in [small(group, 1), prime_minus(group, 1)] {
            assert_eq!(map_integrated(group, &unit), Err(expected), "{group}");
        }
    }
}

fn order_minus_one(group: Group) -> Vec<u8> {
    let mut order = match group.parameters() {
        Parameters::Ec(ec) => ec.n,
        Parameters::Dh(dh) => dh.q,
    }
    .to_vec();
    *order.last_mut().unwrap() -= 1;
    order
}
