//! Public values, signatures and domain parameters from outside.

use groups::{EcParameters, Element, Group, Kind, Parameters, ecdsa};

use crate::input::{Input, Output};
use crate::oracle::sound;

/// Public values: what is accepted is written as it came, and lies in its group.
pub fn element(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let group = input.choose(&Group::ALL);
    let encoded = input.rest();
    let Some(element) = sound(bytes, Element::decode(group, encoded)) else { return };
    assert_eq!(element.group(), group);
    let written = element.encode();
    assert_eq!(written.len(), group.element_bytes());
    match group.kind() {
        Kind::Ecdh => assert_eq!(written, encoded, "a point was accepted in another form"),
        Kind::Dh => assert!(encoded.len() <= written.len() && written.ends_with(encoded)),
    }
    assert_eq!(Element::decode(group, &written).as_ref(), Ok(&element));
    assert_eq!(element.x_coordinate().len(), group.field_bytes());
    let generator = group.generator();
    if let Ok(sum) = element.combine(&generator) {
        assert!(sum != element, "adding the generator changed nothing");
        assert_eq!(Element::decode(group, &sum.encode()).as_ref(), Ok(&sum));
        assert_eq!(generator.combine(&element).as_ref(), Ok(&sum));
    }
}

/// Signatures in DER and in fixed length, under arbitrary keys.
pub fn signature(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let group = input.choose(&Group::ALL);
    let (key, digest) = (input.chunk(), input.chunk());
    let encoded = input.rest();
    if let Some(fixed) = sound(bytes, ecdsa::from_der(group, encoded)) {
        assert_eq!(fixed.len(), 2 * group.order_bytes());
        // Strict DER has one encoding only.
        assert_eq!(ecdsa::to_der(&fixed).as_deref(), Ok(encoded));
    }
    if let Some(der) = sound(bytes, ecdsa::to_der(encoded)) {
        assert!(der.len() <= encoded.len() + 12);
        if encoded.len() == 2 * group.order_bytes()
            && let Ok(again) = ecdsa::from_der(group, &der)
        {
            assert_eq!(again, encoded);
        }
    }
    // The generator is a valid key whose private key, one, everybody knows.
    let key = Element::decode(group, key).unwrap_or_else(|_| group.generator());
    sound(bytes, ecdsa::verify(&key, digest, encoded));
}

/// Explicit domain parameters: only those of a known group are taken for it.
///
/// The parameters are those of a known group, with changes, or arbitrary ones.
pub fn parameters(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let group = input.choose(&Group::ALL);
    match group.parameters() {
        Parameters::Ec(known) => {
            let parts = [known.p, known.a, known.b, known.g, known.n, known.h.unwrap_or(&[1])];
            let changed = parts.map(|part| change(&mut input, part));
            let [p, a, b, g, n, h] = changed.each_ref().map(Vec::as_slice);
            let h = (!input.flag()).then_some(h);
            let found = Group::from_ec_parameters(&EcParameters { p, a, b, g, n, h });
            let same = parts[..3].iter().zip([p, a, b]).all(|(known, given)| number(known) == number(given))
                && number(parts[4]) == number(n)
                && h.is_none_or(|h| number(parts[5]) == number(h))
                && is_base_point(known.g, g);
            assert_eq!(found == Some(group), same, "{group} was taken for {found:?}");
            assert!(found.is_none() || same, "foreign parameters were taken for {found:?}");
        }
        Parameters::Dh(known) => {
            let parts = [known.p, known.g, known.q];
            let changed = parts.map(|part| change(&mut input, part));
            let [p, g, q] = changed.each_ref().map(Vec::as_slice);
            let q = (!input.flag()).then_some(q);
            let found = Group::from_dh_parameters(p, g, q);
            let same = number(known.p) == number(p)
                && number(known.g) == number(g)
                && q.is_none_or(|q| number(known.q) == number(q));
            assert_eq!(found == Some(group), same, "{group} was taken for {found:?}");
            assert!(found.is_none() || same, "foreign parameters were taken for {found:?}");
        }
    }
}

fn change(input: &mut Input<'_>, part: &[u8]) -> Vec<u8> {
    let mut changed = part.to_vec();
    match input.byte() % 6 {
        1 => {
            let at = input.below(changed.len());
            changed[at] ^= input.byte();
        }
        2 => changed.insert(0, input.byte()),
        3 => changed.truncate(input.below(part.len())),
        4 => changed = input.chunk().to_vec(),
        5 => {
            // A base point in its compressed form, or something like it.
            changed.truncate(part.len().div_ceil(2));
            if let Some(first) = changed.first_mut() {
                *first = input.byte();
            }
        }
        _ => {}
    }
    changed
}

fn number(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn is_base_point(known: &[u8], given: &[u8]) -> bool {
    let half = known.len() / 2;
    let parity = known.last().map_or(0, |byte| byte & 1);
    known == given || (given.first() == Some(&(2 | parity)) && given[1..] == known[1..=half])
}

/// Generators and their changes.
pub fn element_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (index, group) in (0_u8..).zip(Group::ALL) {
        let generator = group.generator();
        let double = generator.combine(&generator).map(|double| double.encode()).unwrap_or_default();
        for encoded in [generator.encode(), double] {
            seeds.push(Output::new().raw(&[index]).raw(&encoded).done());
        }
        let mut off = generator.encode();
        if let Some(last) = off.last_mut() {
            *last ^= 1;
        }
        seeds.push(Output::new().raw(&[index]).raw(&off).done());
        seeds.push(vec![index, 1]);
        seeds.push(vec![index, 4]);
    }
    seeds
}

/// Signatures of each length, right ones under a known key among them.
pub fn signature_seeds() -> Vec<Vec<u8>> {
    let mut rng = crate::specimens::rng(9);
    let mut seeds = Vec::new();
    for (index, group) in (0_u8..).zip(Group::ALL).filter(|(_, group)| group.kind() == Kind::Ecdh) {
        let secret = groups::Secret::random(group, &mut rng);
        let digest = [0x5A; 32];
        let Ok(fixed) = ecdsa::sign(&secret, &digest, &mut rng) else { continue };
        let head = Output::new().raw(&[index]).chunk(&secret.public().encode()).chunk(&digest);
        seeds.push(head.clone().raw(&ecdsa::to_der(&fixed).unwrap_or_default()).done());
        seeds.push(head.raw(&fixed).done());
    }
    seeds
}

/// Every group as it is, with a leading zero, and with a compressed base point.
pub fn parameter_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for index in 0..14 {
        seeds.push(vec![index, 0, 0, 0, 0, 0, 0, 0]);
        seeds.push(vec![index, 2, 0, 2, 0, 0, 0, 0, 0, 1]);
        for first in [2, 3] {
            seeds.push(vec![index, 0, 0, 0, 5, first, 0, 0, 0]);
        }
        seeds.push(vec![index, 1, 0, 3, 1, 0, 0, 0, 0, 0]);
    }
    seeds
}
