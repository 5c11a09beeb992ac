//! Explicit parameters select a known group only if they are exactly its own.

#![allow(clippy::unwrap_used)] // The helpers of tests may fail as tests do.

use groups::{DhParameters, EcParameters, Group, Parameters, Secret};

fn curves() -> impl Iterator<Item = (Group, EcParameters<'static>)> {
    Group::ALL.into_iter().filter_map(|group| match group.parameters() {
        Parameters::Ec(ec) => Some((group, ec)),
        Parameters::Dh(_) => None,
    })
}

fn multiplicative() -> impl Iterator<Item = (Group, DhParameters<'static>)> {
    Group::ALL.into_iter().filter_map(|group| match group.parameters() {
        Parameters::Dh(dh) => Some((group, dh)),
        Parameters::Ec(_) => None,
    })
}

fn with_last_bit_changed(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    changed
}

#[test]
fn the_parameters_of_every_curve_are_recognised() {
    for (group, own) in curves() {
        assert_eq!(Group::from_ec_parameters(&own), Some(group));
        let coordinates = [own.gx().unwrap(), own.gy().unwrap()].concat();
        assert_eq!(own.g[1..], coordinates);
    }
}

#[test]
fn leading_zeros_and_a_missing_cofactor_do_not_matter() {
    for (group, own) in curves() {
        let pad = |bytes: &[u8]| [&[0, 0], bytes].concat();
        let (p, a, b, n) = (pad(own.p), pad(own.a), pad(own.b), pad(own.n));
        let padded = EcParameters { p: &p, a: &a, b: &b, n: &n, g: own.g, h: Some(&[0, 1]) };
        assert_eq!(Group::from_ec_parameters(&padded), Some(group));
        assert_eq!(Group::from_ec_parameters(&EcParameters { h: None, ..own }), Some(group));
    }
}

#[test]
fn a_compressed_generator_is_recognised_by_its_x_and_the_parity_of_y() {
    for (group, own) in curves() {
        let parity = own.g.last().unwrap() & 1;
        let compress = |tag: u8| [&[tag], own.gx().unwrap()].concat();
        let right = compress(2 + parity);
        assert_eq!(Group::from_ec_parameters(&EcParameters { g: &right, ..own }), Some(group));
        let mirrored = compress(3 - parity);
        assert_eq!(Group::from_ec_parameters(&EcParameters { g: &mirrored, ..own }), None);
        let other_x = with_last_bit_changed(&right);
        assert_eq!(Group::from_ec_parameters(&EcParameters { g: &other_x, ..own }), None);
    }
}

#[test]
fn another_generator_of_the_same_curve_is_not_recognised() {
    // CVE-2020-0601: the forger's generator is a valid point for which he knows the private key.
    for (group, own) in curves() {
        let forged = Secret::from_bytes(group, &[2]).unwrap().public().encode();
        assert_eq!(Group::from_ec_parameters(&EcParameters { g: &forged, ..own }), None);
    }
}

#[test]
fn a_change_in_any_parameter_is_not_recognised() {
    for (_, own) in curves() {
        let (p, a, b) =
            (with_last_bit_changed(own.p), with_last_bit_changed(own.a), with_last_bit_changed(own.b));
        let (g, n) = (with_last_bit_changed(own.g), with_last_bit_changed(own.n));
        let hybrid = [&[6], &own.g[1..]].concat();
        let longer = [own.g, &[0]].concat();
        let changed = [
            EcParameters { p: &p, ..own },
            EcParameters { a: &a, ..own },
            EcParameters { b: &b, ..own },
            EcParameters { g: &g, ..own },
            EcParameters { g: &own.g[1..], ..own },
            EcParameters { g: &hybrid, ..own },
            EcParameters { g: &longer, ..own },
            EcParameters { g: &[], ..own },
            EcParameters { g: &[4], ..own },
            EcParameters { g: &[2], ..own },
            EcParameters { n: &n, ..own },
            EcParameters { n: &[], ..own },
            EcParameters { h: Some(&[2]), ..own },
            EcParameters { h: Some(&[]), ..own },
            EcParameters { h: Some(&[1, 0]), ..own },
        ];
        for (index, parameters) in changed.iter().enumerate() {
            assert_eq!(Group::from_ec_parameters(parameters), None, "change {index}");
        }
    }
}

#[test]
fn dh_parameters_are_recognised_with_or_without_q() {
    for (group, own) in multiplicative() {
        assert_eq!(Group::from_dh_parameters(own.p, own.g, Some(own.q)), Some(group));
        assert_eq!(Group::from_dh_parameters(own.p, own.g, None), Some(group));
        let padded = [&[0], own.p].concat();
        assert_eq!(Group::from_dh_parameters(&padded, own.g, Some(own.q)), Some(group));
    }
}

#[test]
fn changed_dh_parameters_are_not_recognised() {
    for (group, own) in multiplicative() {
        let square = Secret::from_bytes(group, &[2]).unwrap().public().encode();
        assert_eq!(Group::from_dh_parameters(own.p, &square, Some(own.q)), None);
        assert_eq!(Group::from_dh_parameters(&with_last_bit_changed(own.p), own.g, Some(own.q)), None);
        assert_eq!(Group::from_dh_parameters(own.p, own.g, Some(&with_last_bit_changed(own.q))), None);
        assert_eq!(Group::from_dh_parameters(&[], &[], None), None);
    }
}
