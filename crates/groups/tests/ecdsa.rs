//! ECDSA on every curve, and the strict reading of its DER form.

#![allow(clippy::unwrap_used)] // The helpers of tests may fail as tests do.

use groups::ecdsa::{self, DerFault, Part, SignatureError};
use groups::{Element, Group, Kind, Parameters, Secret};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn curves() -> Vec<Group> {
    Group::ALL.into_iter().filter(|group| group.kind() == Kind::Ecdh).collect()
}

fn order(group: Group) -> &'static [u8] {
    match group.parameters() {
        Parameters::Ec(ec) => ec.n,
        Parameters::Dh(dh) => dh.q,
    }
}

fn key(group: Group) -> (Secret, Element) {
    let secret = Secret::random(group, &mut rng(u64::from(group.parameter_id())));
    let public = secret.public();
    (secret, public)
}

fn digests() -> [Vec<u8>; 5] {
    let message = b"Kendt";
    [
        Sha1::digest(message).to_vec(),
        Sha224::digest(message).to_vec(),
        Sha256::digest(message).to_vec(),
        Sha384::digest(message).to_vec(),
        Sha512::digest(message).to_vec(),
    ]
}

#[test]
fn a_signature_verifies_with_its_own_key_and_digest_only() {
    for group in curves() {
        let (secret, public) = key(group);
        let stranger = Secret::random(group, &mut rng(99)).public();
        for digest in digests() {
            let signature = ecdsa::sign(&secret, &digest, &mut rng(1)).unwrap();
            assert_eq!(ecdsa::verify(&public, &digest, &signature), Ok(()), "{group}");
            assert_eq!(
                ecdsa::verify(&stranger, &digest, &signature),
                Err(SignatureError::Mismatch),
                "{group}"
            );
            let mut other = digest.clone();
            other[0] ^= 0x80;
            assert_eq!(ecdsa::verify(&public, &other, &signature), Err(SignatureError::Mismatch), "{group}");
        }
    }
}

#[test]
fn a_signature_with_any_changed_byte_is_refused() {
    for group in curves() {
        let (secret, public) = key(group);
        let digest = &digests()[2];
        let signature = ecdsa::sign(&secret, digest, &mut rng(2)).unwrap();
        for index in [0, 1, group.order_bytes() - 1, group.order_bytes(), 2 * group.order_bytes() - 1] {
            let mut tampered = signature.clone();
            tampered[index] ^= 1;
            assert!(ecdsa::verify(&public, digest, &tampered).is_err(), "{group} byte {index}");
        }
    }
}

#[test]
fn two_signatures_of_one_digest_use_two_nonces() {
    let (secret, _) = key(Group::BrainpoolP256r1);
    let mut rng = rng(3);
    let first = ecdsa::sign(&secret, &[1; 32], &mut rng).unwrap();
    let second = ecdsa::sign(&secret, &[1; 32], &mut rng).unwrap();
    assert_ne!(first[..32], second[..32]);
}

#[test]
fn the_bits_of_a_digest_beyond_the_order_do_not_count() {
    for group in curves() {
        let (secret, public) = key(group);
        let kept = group.order_bytes();
        let digest = vec![0xA7; kept + 5];
        let signature = ecdsa::sign(&secret, &digest, &mut rng(4)).unwrap();
        let mut other_tail = digest.clone();
        other_tail[kept] ^= 0xFF;
        assert_eq!(ecdsa::verify(&public, &other_tail, &signature), Ok(()), "{group}");
        // The order of P-521 ends within a byte: the last seven bits of byte 66 do not count either.
        let surplus = 8 * kept - group.order_bits();
        let mut other_bits = digest.clone();
        other_bits[kept - 1] ^= (1u8 << surplus) - 1;
        assert_eq!(ecdsa::verify(&public, &other_bits, &signature), Ok(()), "{group}");
        let mut other_head = digest.clone();
        other_head[kept - 1] ^= 1 << surplus;
        assert_eq!(ecdsa::verify(&public, &other_head, &signature), Err(SignatureError::Mismatch), "{group}");
    }
}

#[test]
fn a_zero_digest_is_signed_like_any_other() {
    for group in curves() {
        let (secret, public) = key(group);
        let signature = ecdsa::sign(&secret, &[0; 32], &mut rng(5)).unwrap();
        assert_eq!(ecdsa::verify(&public, &[0; 32], &signature), Ok(()), "{group}");
    }
}

#[test]
fn r_and_s_must_be_between_1_and_the_order_minus_1() {
    for group in curves() {
        let (secret, public) = key(group);
        let digest = [7; 32];
        let good = ecdsa::sign(&secret, &digest, &mut rng(6)).unwrap();
        let (r, s) = good.split_at(group.order_bytes());
        let zero = vec![0; group.order_bytes()];
        let high = vec![0xFF; group.order_bytes()];
        for wrong in [zero.as_slice(), order(group), &high] {
            for (part, signature) in [(Part::R, [wrong, s].concat()), (Part::S, [r, wrong].concat())] {
                let error = Err(SignatureError::Range { group, part });
                assert_eq!(ecdsa::verify(&public, &digest, &signature), error, "{group}");
                let der = ecdsa::to_der(&signature).unwrap();
                assert_eq!(
                    ecdsa::from_der(group, &der),
                    Err(SignatureError::Range { group, part }),
                    "{group}"
                );
            }
        }
    }
}

#[test]
fn a_signature_of_the_wrong_length_is_refused() {
    let group = Group::P256;
    let (_, public) = key(group);
    for found in [0, 63, 65, 96] {
        let error = SignatureError::Length { group, expected: 64, found };
        assert_eq!(ecdsa::verify(&public, &[1; 32], &vec![1; found]), Err(error));
    }
}

#[test]
fn a_dh_key_neither_signs_nor_verifies() {
    let group = Group::Modp2048Prime256;
    let (secret, public) = key(group);
    let error = SignatureError::NotACurve { group };
    assert_eq!(ecdsa::sign(&secret, &[1; 32], &mut rng(7)), Err(error));
    assert_eq!(ecdsa::verify(&public, &[1; 32], &[1; 64]), Err(error));
    assert_eq!(ecdsa::from_der(group, &[]), Err(error));
}

#[test]
fn every_departure_from_der_is_refused_at_its_place() {
    let group = Group::P256;
    let cases: [(&str, &[u8], usize, DerFault); 19] = [
        ("empty", &[], 0, DerFault::Truncated),
        ("only a tag", &[0x30], 1, DerFault::Truncated),
        ("a set", &[0x31, 6, 2, 1, 1, 2, 1, 1], 0, DerFault::Tag { expected: 0x30 }),
        ("too short", &[0x30, 6, 2, 1, 1, 2, 1], 2, DerFault::Truncated),
        ("trailing byte", &[0x30, 6, 2, 1, 1, 2, 1, 1, 0], 8, DerFault::TrailingBytes),
        ("third element", &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1], 8, DerFault::TrailingBytes),
        ("long form of a short length", &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1], 1, DerFault::LengthForm),
        ("two length bytes", &[0x30, 0x82, 0, 6, 2, 1, 1, 2, 1, 1], 1, DerFault::LengthForm),
        ("indefinite length", &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0], 1, DerFault::LengthForm),
        ("huge length", &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], 1, DerFault::LengthForm),
        ("no integers", &[0x30, 0], 2, DerFault::Truncated),
        ("no s", &[0x30, 3, 2, 1, 1], 5, DerFault::Truncated),
        ("r is an octet string", &[0x30, 6, 4, 1, 1, 2, 1, 1], 2, DerFault::Tag { expected: 2 }),
        ("r is empty", &[0x30, 5, 2, 0, 2, 1, 1], 2, DerFault::Integer),
        ("r is negative", &[0x30, 6, 2, 1, 0x81, 2, 1, 1], 2, DerFault::Integer),
        ("s is negative", &[0x30, 6, 2, 1, 1, 2, 1, 0xFF], 5, DerFault::Integer),
        ("r has a needless zero", &[0x30, 7, 2, 2, 0, 1, 2, 1, 1], 2, DerFault::Integer),
        ("s has a needless zero", &[0x30, 7, 2, 1, 1, 2, 2, 0, 0x7F], 5, DerFault::Integer),
        ("r reaches beyond the sequence", &[0x30, 3, 2, 9, 1, 2, 1, 1], 5, DerFault::TrailingBytes),
    ];
    for (name, der, offset, fault) in cases {
        assert_eq!(ecdsa::from_der(group, der), Err(SignatureError::Der { offset, fault }), "{name}");
    }
}

#[test]
fn the_smallest_signature_is_read_and_written() {
    let fixed = ecdsa::from_der(Group::P256, &[0x30, 6, 2, 1, 1, 2, 1, 0x7F]).unwrap();
    assert_eq!((fixed.len(), fixed[31], fixed[63]), (64, 1, 0x7F));
    assert_eq!(ecdsa::to_der(&fixed).unwrap(), [0x30, 6, 2, 1, 1, 2, 1, 0x7F]);
    // A set top bit needs a zero before it.
    assert_eq!(ecdsa::to_der(&[0x80, 0]).unwrap(), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 0]);
}

#[test]
fn halves_that_cannot_be_a_signature_are_not_encoded() {
    for found in [0, 1, 63, 134] {
        assert_eq!(ecdsa::to_der(&vec![1; found]), Err(SignatureError::Halves { found }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_survive_der(group in prop::sample::select(curves()), seed: u64) {
        // Random integers of every size, so that short ones and set top bits occur.
        let mut fixed = Vec::new();
        for part in 0..2u64 {
            let integer = Secret::random(group, &mut rng(seed ^ (part << 60))).to_bytes();
            let zeros = usize::try_from(seed % 7).unwrap();
            fixed.extend(vec![0; zeros]);
            fixed.extend(&integer[..integer.len() - zeros]);
        }
        prop_assume!(fixed.chunks(group.order_bytes()).all(|half| half.iter().any(|byte| *byte != 0)));
        let der = ecdsa::to_der(&fixed).unwrap();
        prop_assert_eq!(ecdsa::from_der(group, &der), Ok(fixed));
    }

    #[test]
    fn whatever_reads_as_der_writes_as_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40), group in prop::sample::select(curves())) {
        // A frame around random bytes reaches the integers more often than random bytes alone.
        let framed = [&[0x30, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat();
        for der in [bytes, framed] {
            if let Ok(fixed) = ecdsa::from_der(group, &der) {
                prop_assert_eq!(ecdsa::to_der(&fixed).unwrap(), der);
            }
        }
    }
}
