//! The arithmetic on public values against that of the libraries, on every curve.

use hex_literal::hex;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Field;
use crate::arithmetic::EcArithmetic;
use crate::curves as curve;
use crate::ec::{Ec, Standard};
use crate::parameters::Parameters;
use crate::{Element, Group, Secret, ecdsa};

/// What the three ways to verify say: without a table, with one, and the libraries.
fn verdicts<S: Standard>(public: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> [bool; 3] {
    let ec = Ec::<S>::new();
    let prepared = ec.ecdsa_prepare(public).unwrap();
    [
        ec.ecdsa_verify(public, digest, r, s),
        prepared.ecdsa_verify(digest, r, s),
        Ec::<S>::reference_verify(public, digest, r, s),
    ]
}

/// The integer plus a small number, as long as the integer.
fn plus(integer: &[u8], difference: i8) -> Vec<u8> {
    let mut sum = integer.to_vec();
    let mut rest = i32::from(difference);
    for byte in sum.iter_mut().rev() {
        rest += i32::from(*byte);
        *byte = u8::try_from(rest & 0xFF).unwrap();
        rest >>= 8;
    }
    sum
}

fn near_order<S: Standard>(difference: i8) -> Vec<u8> {
    let Parameters::Ec(numbers) = S::GROUP.parameters() else { unreachable!() };
    plus(numbers.n, difference)
}

fn small<S: Standard>(number: u8) -> Vec<u8> {
    let mut integer = vec![0; S::GROUP.order_bytes()];
    *integer.last_mut().unwrap() = number;
    integer
}

/// Integers where carries, zeros and equal points appear.
fn edges<S: Standard>() -> Vec<Vec<u8>> {
    let mut edges: Vec<_> = [0, 1, 2, 3, 15, 16, 31, 33].map(small::<S>).to_vec();
    edges.extend([-33, -16, -3, -2, -1, 0, 1].map(near_order::<S>));
    let ones = |byte: u8| [&[0][..], &vec![byte; S::GROUP.order_bytes() - 1]].concat();
    edges.extend([ones(0xFF), ones(0x55)]);
    edges
}

fn agrees_at_edges<S: Standard>() {
    let mut accepted = 0;
    for q in [small::<S>(1), small::<S>(3), near_order::<S>(-1)] {
        for u1 in edges::<S>() {
            for u2 in edges::<S>() {
                let Some([public, r, s, digest]) = Ec::<S>::signature_with(&u1, &u2, &q) else { continue };
                let digest = shifted::<S>(digest);
                let found = verdicts::<S>(&public, &digest, &r, &s);
                assert_eq!(found, [true; 3], "{u1:02X?} {u2:02X?} {q:02X?}");
                accepted += 1;
            }
        }
    }
    assert!(accepted > 500);
}

/// The integer as a digest that verification makes the same integer of: it takes the leftmost bits of the order.
fn shifted<S: Standard>(integer: Vec<u8>) -> Vec<u8> {
    let surplus = 8 * integer.len() - S::GROUP.order_bits();
    let mut carry = 0u8;
    let mut shifted = integer;
    for byte in shifted.iter_mut().rev() {
        let wide = u16::from(*byte) << surplus | u16::from(carry);
        [carry, *byte] = wide.to_be_bytes();
    }
    shifted
}

fn agrees_out_of_range<S: Standard>() {
    let public = S::GROUP.generator().encode();
    for r in edges::<S>() {
        for s in edges::<S>() {
            let [plain, prepared, reference] = verdicts::<S>(&public, &[7; 32], &r, &s);
            assert_eq!([plain, prepared], [reference; 2], "{r:02X?} {s:02X?}");
        }
    }
}

fn refuses_infinity<S: Standard>() {
    // With Q = G and r = -e, u1 + u2 = (e + r)/s is 0.
    let public = S::GROUP.generator().encode();
    for r in [1i8, 2, 77] {
        let digest = shifted::<S>(near_order::<S>(-r));
        let r = small::<S>(r.unsigned_abs());
        for s in edges::<S>() {
            assert_eq!(verdicts::<S>(&public, &digest, &r, &s), [false; 3], "{r:02X?} {s:02X?}");
        }
    }
}

fn agrees_on_random_signatures<S: Standard>(seed: u64, digest: &[u8], place: usize, flip: u8) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let secret = Secret::random(S::GROUP, &mut rng);
    let public = secret.public().encode();
    let signature = ecdsa::sign(&secret, digest, &mut rng).unwrap();
    let (r, s) = signature.split_at(signature.len() / 2);
    assert_eq!(verdicts::<S>(&public, digest, r, s), [true; 3]);
    let mut other = signature.clone();
    let place = place % other.len();
    other[place] ^= flip;
    let (r, s) = other.split_at(other.len() / 2);
    assert_eq!(verdicts::<S>(&public, digest, r, s), [false; 3]);
    let (r, s) = signature.split_at(signature.len() / 2);
    let stranger = Secret::random(S::GROUP, &mut rng).public().encode();
    assert_eq!(verdicts::<S>(&stranger, digest, r, s), [false; 3]);
}

fn computes_as_the_library<S: Standard>(a: &[u8], b: &[u8]) {
    let field = S::Public::from_be_bytes;
    let expected = Ec::<S>::reference_field(a, b);
    assert_eq!(expected.is_some(), field(a).is_some() && field(b).is_some(), "{a:02X?} {b:02X?}");
    let (Some(expected), Some(a), Some(b)) = (expected, field(a), field(b)) else { return };
    let [product, sum, difference, inverse] = expected.map(|bytes| field(&bytes).unwrap());
    assert!(a.mul(&b) == product && b.mul(&a) == product);
    assert!(a.add(&b) == sum && a.sub(&b) == difference && a.invert() == inverse);
    assert!(a.square() == a.mul(&a) && a.double() == a.add(&a));
}

/// Integers longer than every field's, of which many words are all ones or zeros, where carries run far.
fn integers() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()];
    prop::array::uniform9(word).prop_map(|words| words.iter().flat_map(|word| word.to_be_bytes()).collect())
}

fn field_edges<S: Standard>() {
    let Parameters::Ec(numbers) = S::GROUP.parameters() else { unreachable!() };
    let mut values = vec![numbers.p.to_vec(), plus(numbers.p, -1), plus(numbers.p, -2)];
    values.extend([0, 1, 2, 0xFF].map(|last| [vec![0; numbers.p.len() - 1], vec![last]].concat()));
    values.push([&[0][..], &vec![0xFF; numbers.p.len() - 1]].concat());
    values.push(vec![0xFF; numbers.p.len()]);
    for a in &values {
        for b in &values {
            computes_as_the_library::<S>(a, b);
        }
    }
}

macro_rules! on_every_curve {
    ($($module:ident: $curve:ident),*) => {
        $(
            mod $module {
                use super::*;

                #[test]
                fn signatures_made_for_chosen_factors_verify_in_every_way() {
                    agrees_at_edges::<curve::$curve>();
                }

                #[test]
                fn integers_at_the_edges_and_out_of_range_are_judged_alike() {
                    agrees_out_of_range::<curve::$curve>();
                }

                #[test]
                fn a_sum_at_infinity_is_no_signature() {
                    refuses_infinity::<curve::$curve>();
                }

                #[test]
                fn the_field_computes_alike_at_its_edges() {
                    field_edges::<curve::$curve>();
                }

                proptest! {
                    #![proptest_config(ProptestConfig::with_cases(24))]

                    #[test]
                    fn random_signatures_are_judged_alike(
                        seed in any::<u64>(),
                        digest in prop::collection::vec(any::<u8>(), 0..80),
                        place in any::<usize>(),
                        flip in 1u8..,
                    ) {
                        agrees_on_random_signatures::<curve::$curve>(seed, &digest, place, flip);
                    }

                    #[test]
                    fn the_field_computes_alike(a in integers(), b in integers()) {
                        let length = curve::$curve::GROUP.field_bytes();
                        let (mut a, b) = (a[..length].to_vec(), b[..length].to_vec());
                        computes_as_the_library::<curve::$curve>(&a, &b);
                        a[0] = 0;
                        computes_as_the_library::<curve::$curve>(&a, &b);
                        computes_as_the_library::<curve::$curve>(&b, &a);
                    }
                }
            }
        )*
    };
}

on_every_curve!(
    p192: P192, bp192: BrainpoolP192r1, p224: P224, bp224: BrainpoolP224r1, p256: P256, bp256: BrainpoolP256r1,
    bp320: BrainpoolP320r1, p384: P384, bp384: BrainpoolP384r1, bp512: BrainpoolP512r1, p521: P521
);

#[test]
fn an_x_coordinate_between_order_and_prime_counts_modulo_the_order() {
    use ::p256::{AffinePoint, NistP256, ProjectivePoint, Scalar};
    use elliptic_curve::point::DecompressPoint;

    // The first x = n + r that belongs to a point of P-256.
    let order = hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let (r, point) = (1u8..)
        .find_map(|r| {
            let mut x = order;
            x[31] += r;
            let point = AffinePoint::decompress(&x.into(), 0.into());
            Option::<AffinePoint>::from(point).map(|point| (r, ProjectivePoint::from(point)))
        })
        .unwrap();
    // With s = 1: R = eG + rQ, so Q = (R - eG)/r.
    let digest = [0x5A; 32];
    let e =
        <Scalar as elliptic_curve::ops::Reduce<elliptic_curve::FieldBytes<NistP256>>>::reduce(&digest.into());
    let inverse = Scalar::from(u64::from(r)).invert().unwrap();
    let public = (point - ProjectivePoint::GENERATOR * e) * inverse;
    let public = elliptic_curve::sec1::ToSec1Point::to_sec1_point(&public.to_affine(), false);
    let mut signature = [0; 64];
    (signature[31], signature[63]) = (r, 1);
    let element = Element::decode(Group::P256, public.as_bytes()).unwrap();
    assert_eq!(ecdsa::verify(&element, &digest, &signature), Ok(()));
    assert_eq!(
        verdicts::<curve::P256>(public.as_bytes(), &digest, &signature[..32], &signature[32..]),
        [true; 3]
    );
    signature[31] += 1;
    assert!(ecdsa::verify(&element, &digest, &signature).is_err());
}

#[test]
fn a_key_verifies_alike_before_and_after_it_has_a_table() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for group in Group::ALL.into_iter().filter(|group| group.arithmetic().as_curve().is_some()) {
        let secret = Secret::random(group, &mut rng);
        let right = ecdsa::sign(&secret, &[1; 32], &mut rng).unwrap();
        let wrong = ecdsa::sign(&secret, &[2; 32], &mut rng).unwrap();
        let key = ecdsa::VerifyingKey::new(secret.public());
        for use_of_it in 0..6 {
            assert_eq!(key.table_bytes() > 0, use_of_it > 2, "{group}");
            let (signature, verifies) = if use_of_it % 2 == 0 { (&right, true) } else { (&wrong, false) };
            assert_eq!(key.verify(&[1; 32], signature).is_ok(), verifies, "{group}");
            assert!(key.table_bytes() < 10_000);
        }
        assert_eq!(key.clone().table_bytes(), 0);
    }
}

#[test]
fn a_key_without_a_curve_verifies_nothing() {
    let element = Group::Modp2048Prime224.generator();
    let key = ecdsa::VerifyingKey::new(element);
    for _ in 0..4 {
        let group = Group::Modp2048Prime224;
        assert_eq!(key.verify(&[1; 32], &[0; 64]), Err(ecdsa::SignatureError::NotACurve { group }));
    }
}
