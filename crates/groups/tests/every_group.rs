//! Laws that hold in every group.

#![allow(clippy::unwrap_used)] // The helpers of tests may fail as tests do.

use groups::{
    Element, ElementError, Ephemeral, Group, Kind, Parameters, Secret, SecretError, map_generic,
    map_integrated,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn order(group: Group) -> &'static [u8] {
    match group.parameters() {
        Parameters::Ec(ec) => ec.n,
        Parameters::Dh(dh) => dh.q,
    }
}

/// The order minus a small number; every order of the table ends in a byte above 5.
fn order_minus(group: Group, less: u8) -> Vec<u8> {
    let mut order = order(group).to_vec();
    *order.last_mut().unwrap() -= less;
    order
}

fn any_group() -> impl Strategy<Value = Group> {
    prop::sample::select(Group::ALL.to_vec())
}

#[test]
fn the_parameter_ids_are_those_of_table_12() {
    let ids: Vec<u8> = Group::ALL.iter().map(|group| group.parameter_id()).collect();
    assert_eq!(ids, [0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
    for id in 0..=u8::MAX {
        let group = Group::from_parameter_id(id);
        assert_eq!(group.map(Group::parameter_id), ids.contains(&id).then_some(id));
    }
}

#[test]
fn the_sizes_agree_with_the_numbers() {
    for group in Group::ALL {
        let field = match group.parameters() {
            Parameters::Ec(ec) => ec.p,
            Parameters::Dh(dh) => dh.p,
        };
        let bits = |bytes: &[u8]| 8 * bytes.len() - bytes[0].leading_zeros() as usize;
        assert_eq!((bits(field), field.len()), (group.field_bits(), group.field_bytes()), "{group}");
        let order = order(group);
        assert_eq!((bits(order), order.len()), (group.order_bits(), group.order_bytes()), "{group}");
        assert_eq!(group.generator().encode().len(), group.element_bytes(), "{group}");
    }
}

#[test]
fn the_generator_is_valid_and_has_the_order() {
    for group in Group::ALL {
        let generator = group.generator();
        assert_eq!(Element::decode(group, &generator.encode()).as_ref(), Ok(&generator));
        assert_eq!(Secret::from_bytes(group, &[1]).unwrap().public(), generator);
        // [n-1]G + G is neutral; n is prime and G is not neutral, so n is the order.
        let inverse = Secret::from_bytes(group, &order_minus(group, 1)).unwrap().public();
        assert_eq!(inverse.combine(&generator), Err(ElementError::Identity { group }), "{group}");
    }
}

#[test]
fn the_table_of_the_generator_agrees_with_plain_multiplication() {
    for group in Group::ALL {
        let mut rng = rng(1);
        let edges = [vec![1], vec![2], vec![16], order_minus(group, 1), order_minus(group, 2)];
        let edges = edges.iter().map(|bytes| Secret::from_bytes(group, bytes).unwrap()).collect::<Vec<_>>();
        for key in edges.into_iter().chain((0..8).map(|_| Secret::random(group, &mut rng))) {
            assert_eq!(key.public(), key.public_on(&group.generator()).unwrap(), "{group}");
        }
    }
}

#[test]
fn a_private_key_is_between_1_and_the_order_minus_1() {
    for group in Group::ALL {
        let error = Some(SecretError::Range { group });
        for wrong in [vec![], vec![0], vec![0; 200], order(group).to_vec(), vec![0xFF; 300]] {
            assert_eq!(Secret::from_bytes(group, &wrong).err(), error, "{group}");
        }
        let highest = order_minus(group, 1);
        let padded = [vec![0; 9], highest.clone()].concat();
        assert_eq!(*Secret::from_bytes(group, &padded).unwrap().to_bytes(), highest, "{group}");
        assert_eq!(Secret::from_bytes_reduced(group, order(group)).err(), error, "{group}");
    }
}

#[test]
fn random_keys_differ_and_are_valid() {
    for group in Group::ALL {
        let mut rng = rng(2);
        let keys: Vec<_> = (0..20).map(|_| Secret::random(group, &mut rng).to_bytes()).collect();
        for (index, key) in keys.iter().enumerate() {
            assert!(Secret::from_bytes(group, key).is_ok());
            assert!(!keys[..index].contains(key));
        }
    }
}

#[test]
fn the_quotient_turns_one_key_into_the_other() {
    for group in Group::ALL {
        let mut rng = rng(3);
        let (mapping, fixed) = (Secret::random(group, &mut rng), Secret::random(group, &mut rng));
        let data = mapping.quotient(&fixed).unwrap();
        assert_eq!(data.public_on(&fixed.public()).unwrap(), mapping.public(), "{group}");
        let other = Secret::random(group, &mut rng);
        assert_ne!(data.public_on(&other.public()).unwrap(), mapping.public(), "{group}");
    }
    let p256 = Secret::from_bytes(Group::P256, &[3]).unwrap();
    let p384 = Secret::from_bytes(Group::P384, &[3]).unwrap();
    let error = SecretError::GroupMismatch { expected: Group::P256, found: Group::P384 };
    assert_eq!(p256.quotient(&p384).err(), Some(error));
}

#[test]
fn debug_shows_neither_elements_nor_shared_secrets() {
    let key = Secret::from_bytes(Group::P256, &[9]).unwrap();
    let shared = key.agree(&Group::P256.generator()).unwrap();
    assert_eq!(format!("{shared:?}"), "SharedSecret(<redacted>)");
    let shown = format!("{:?}", key.public());
    assert_eq!(shown, "Element { group: P256, encoded: \"<redacted>\" }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn agreement_is_symmetric(group in any_group(), seed: u64) {
        let mut rng = rng(seed);
        let (a, b) = (Secret::random(group, &mut rng), Secret::random(group, &mut rng));
        let (public_a, public_b) = (a.public(), b.public());
        let shared = a.agree(&public_b).unwrap();
        let other_side = b.agree(&public_a).unwrap();
        prop_assert_eq!(shared.as_bytes(), other_side.as_bytes());
        prop_assert_eq!(shared.as_bytes().len(), group.field_bytes());
        prop_assert_eq!(shared.as_bytes(), a.public_on(&public_b).unwrap().x_coordinate());
    }

    #[test]
    fn public_values_survive_encoding(group in any_group(), seed: u64) {
        let public = Secret::random(group, &mut rng(seed)).public();
        let encoded = public.encode();
        prop_assert_eq!(encoded.len(), group.element_bytes());
        prop_assert_eq!(Element::decode(group, &encoded), Ok(public.clone()));
        let start = usize::from(group.kind() == Kind::Ecdh);
        prop_assert_eq!(&encoded[start..][..group.field_bytes()], public.x_coordinate());
    }

    #[test]
    fn the_group_operation_adds_exponents(group in any_group(), a in 1u32.., b in 1u32..) {
        let key = |integer: u64| Secret::from_bytes(group, &integer.to_be_bytes()).unwrap();
        let sum = key(u64::from(a)).public().combine(&key(u64::from(b)).public()).unwrap();
        prop_assert_eq!(sum, key(u64::from(a) + u64::from(b)).public());
    }

    #[test]
    fn both_sides_map_to_the_same_generator(
        group in any_group(), seed: u64, nonce in prop::collection::vec(any::<u8>(), 0..80)
    ) {
        let mut rng = rng(seed);
        let (chip, terminal) = (Ephemeral::random(group, &mut rng), Ephemeral::random(group, &mut rng));
        let (chip_public, terminal_public) = (chip.public(), terminal.public());
        let shared = chip.public_on(&terminal_public).unwrap();
        let apart = map_generic(group, &nonce, &shared).unwrap();
        let of_chip = chip.map_generic(&nonce, &terminal_public).unwrap();
        let of_terminal = terminal.map_generic(&nonce, &chip_public).unwrap();
        prop_assert_eq!(&of_chip, &of_terminal);
        prop_assert_eq!(&of_chip, &apart);
        prop_assert_eq!(Element::decode(group, &of_chip.encode()), Ok(of_chip));
    }

    #[test]
    fn a_nonce_counts_modulo_the_order(group in any_group(), nonce: u128) {
        let shared = Secret::from_bytes(group, &[5]).unwrap().public();
        let short = nonce.to_be_bytes();
        let mapped = map_generic(group, &short, &shared).unwrap();
        let expected = match Secret::from_bytes_reduced(group, &short) {
            Ok(key) => key.public().combine(&shared).unwrap(),
            Err(_) => shared.clone(),
        };
        prop_assert_eq!(mapped, expected);
        // n × 2^8k + s is s modulo n.
        let long = [order(group), &short].concat();
        prop_assert_eq!(map_generic(group, &long, &shared), map_generic(group, &short, &shared));
    }

    #[test]
    fn the_integrated_mapping_gives_valid_generators(
        group in any_group(), r in prop::collection::vec(any::<u8>(), 30..300)
    ) {
        prop_assume!(group.supports_integrated_mapping());
        let image = map_integrated(group, &r).unwrap();
        prop_assert_eq!(Element::decode(group, &image.encode()), Ok(image));
    }

    #[test]
    fn no_bytes_make_decoding_panic(group in any_group(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(element) = Element::decode(group, &bytes) {
            prop_assert_eq!(group.kind(), Kind::Dh, "no random point lies on a curve: {:?}", element);
        }
    }
}
