//! Elliptic curve arithmetic, generic over the curve, on encoded points (BSI TR-03111 §3 and §4).
//!
//! Multiplication by a secret scalar uses the constant-time fixed-window methods of `primeorder` with its complete
//! addition formulas; the generator has a precomputed table. Only signature verification, where everything is public,
//! runs in variable time, and has the arithmetic of [`crate::public`] for it.

use std::marker::PhantomData;

use elliptic_curve::ff::{Field, PrimeField};
use elliptic_curve::hazmat::FieldArithmetic;
use elliptic_curve::ops;
use elliptic_curve::point::AffineCoordinates;
use elliptic_curve::subtle::Choice;
use elliptic_curve::{FieldBytes, Group as _, Scalar};
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use zeroize::{Zeroize, Zeroizing};

use crate::arithmetic::{Arithmetic, EcArithmetic, PreparedKey};
use crate::element::{Coordinate, ElementError};
use crate::group::Group;
use crate::octets::Octets;
use crate::parameters::{EcParameters, Parameters};
use crate::public::{Field as PublicField, Key, PublicCurve, Scale, Table};

/// A curve of the standard and the curve that computes it.
pub(crate) trait Standard: Send + Sync + 'static {
    /// The curve of the standard; encodings are those of this curve.
    const GROUP: Group;
    /// The curve that does the arithmetic.
    type Curve: PrimeCurveParams;
    /// How points of the standard curve become points of [`Standard::Curve`]; `None` if they are the same.
    const TWIST: Option<Twist<FieldElement<Self>>> = None;

    /// The field for what is public.
    type Public: PublicField;

    /// What verification computes once. `None` only if the numbers of the curve were wrong.
    fn public() -> Option<&'static PublicCurve<Self::Public>>;

    /// `[k]G` in constant time.
    fn generator_multiple(k: &Scalar<Self::Curve>) -> ProjectivePoint<Self::Curve> {
        ProjectivePoint::<Self::Curve>::mul_by_generator(k)
    }
}

/// The isomorphism (x, y) -> (Z²x, Z³y) of RFC 5639 §2.2 between a curve and its twist.
pub(crate) struct Twist<F> {
    /// Z².
    pub(crate) z2: F,
    /// Z³.
    pub(crate) z3: F,
    /// Z⁻².
    pub(crate) z2_inverse: F,
    /// Z⁻³.
    pub(crate) z3_inverse: F,
}

/// Elements of the field of a curve.
pub(crate) type FieldElement<S> = <<S as Standard>::Curve as FieldArithmetic>::FieldElement;
type Projective<S> = ProjectivePoint<<S as Standard>::Curve>;
/// u1 and u2 of a verification.
type Factors<S> = (Scalar<<S as Standard>::Curve>, Scalar<<S as Standard>::Curve>);
type Affine<S> = AffinePoint<<S as Standard>::Curve>;

/// The arithmetic of the curve `S`.
pub(crate) struct Ec<S>(PhantomData<S>);

impl<S: Standard> Ec<S> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }

    /// A point from its coordinates on the standard curve, if it is on that curve.
    fn point(x: FieldElement<S>, y: FieldElement<S>) -> Option<Projective<S>> {
        let (x, y) = match S::TWIST {
            Some(twist) => (x * twist.z2, y * twist.z3),
            None => (x, y),
        };
        Affine::<S>::from_coordinates(&x.to_repr(), &y.to_repr()).into_option().map(Projective::<S>::from)
    }

    /// A point that was validated before.
    fn decode(encoded: &[u8]) -> Result<Projective<S>, ElementError> {
        let group = S::GROUP;
        let length = group.element_bytes();
        let (tag, coordinates) = match encoded.split_first() {
            Some((0, [])) => return Err(ElementError::Infinity { group }),
            Some((tag @ (2 | 3), rest)) if rest.len() == group.field_bytes() => {
                return Err(ElementError::NotUncompressed { group, found: *tag });
            }
            Some(parts) if encoded.len() == length => parts,
            _ => return Err(ElementError::Length { group, expected: length, found: encoded.len() }),
        };
        if *tag != 4 {
            return Err(ElementError::NotUncompressed { group, found: *tag });
        }
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        let coordinate = |bytes, coordinate| {
            canonical::<FieldElement<S>>(bytes).ok_or(ElementError::CoordinateRange { group, coordinate })
        };
        let (x, y) = (coordinate(x, Coordinate::X)?, coordinate(y, Coordinate::Y)?);
        Self::point(x, y).ok_or(ElementError::NotOnCurve { group })
    }

    /// The coordinates on the standard curve; (0, 0) for the point at infinity.
    fn coordinates(point: &Projective<S>) -> (FieldBytes<S::Curve>, FieldBytes<S::Curve>) {
        let affine = point.to_affine();
        let (x, y) = (affine.x(), affine.y());
        match S::TWIST {
            Some(twist) => {
                let untwist = |bytes: FieldBytes<S::Curve>, factor: FieldElement<S>| {
                    let value = <FieldElement<S>>::from_repr(bytes).unwrap_or(<FieldElement<S>>::ZERO);
                    (value * factor).to_repr()
                };
                (untwist(x, twist.z2_inverse), untwist(y, twist.z3_inverse))
            }
            None => (x, y),
        }
    }

    fn encode(point: &Projective<S>) -> Octets {
        let (mut x, mut y) = Self::coordinates(point);
        let mut encoded = Zeroizing::new(Vec::with_capacity(S::GROUP.element_bytes()));
        encoded.push(4);
        encoded.extend_from_slice(&x);
        encoded.extend_from_slice(&y);
        x.zeroize();
        y.zeroize();
        encoded
    }

    fn encode_element(point: &Projective<S>) -> Result<Octets, ElementError> {
        if point.is_identity().into() {
            Err(ElementError::Identity { group: S::GROUP })
        } else {
            Ok(Self::encode(point))
        }
    }

    /// The integer of any length modulo n.
    fn scalar(integer: &[u8]) -> Zeroizing<Scalar<S::Curve>> {
        Zeroizing::new(reduce(integer))
    }

    /// The leftmost bits of a digest as an integer modulo n (TR-03111 §4.2.1.1).
    fn digest_scalar(digest: &[u8]) -> Scalar<S::Curve> {
        let bits = S::GROUP.order_bits();
        let kept = digest.get(..bits.div_ceil(8)).unwrap_or(digest);
        let surplus = kept.len().saturating_mul(8).saturating_sub(bits);
        let mut value: Scalar<S::Curve> = reduce(kept);
        if surplus > 0 {
            // Fewer than eight bits too many: drop them by dividing what remains after subtracting them.
            let low = kept.last().map_or(0, |byte| u64::from(*byte) & ((1 << surplus) - 1));
            value -= Scalar::<S::Curve>::from(low);
            for _ in 0..surplus {
                value *= Scalar::<S::Curve>::TWO_INV;
            }
        }
        value
    }
}

/// What makes signatures verify (TR-03111 §4.2.1.2), all of it public.
impl<S: Standard> Ec<S> {
    /// The numbers of [`crate::public`] for a curve. For [`Standard::public`], which keeps them.
    pub(crate) fn public_curve() -> Option<PublicCurve<S::Public>> {
        let Parameters::Ec(numbers) = S::GROUP.parameters() else { return None };
        let twist = match S::TWIST {
            Some(twist) => Some(Scale {
                z2: S::Public::from_be_bytes(&twist.z2.to_repr())?,
                z3: S::Public::from_be_bytes(&twist.z3.to_repr())?,
            }),
            None => None,
        };
        PublicCurve::new(numbers.n, numbers.g, twist)
    }

    fn verify(public: &Key<'_, S::Public>, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        let Some(curve) = S::public() else { return false };
        let Some((u1, u2)) = Self::factors(digest, r, s) else { return false };
        curve.is_x_of_sum(&u1.to_repr(), public, &u2.to_repr(), r)
    }

    /// u1 and u2; `None` if r or s is 0 or not below n.
    fn factors(digest: &[u8], r: &[u8], s: &[u8]) -> Option<Factors<S>> {
        let (r, s) = (canonical::<Scalar<S::Curve>>(r)?, canonical::<Scalar<S::Curve>>(s)?);
        let inverse = ops::Invert::invert_vartime(&s).into_option()?;
        let zero: bool = r.is_zero().into();
        (!zero).then(|| (Self::digest_scalar(digest) * inverse, r * inverse))
    }
}

/// Verification by the arithmetic of the libraries, which [`crate::public`] is compared with.
#[cfg(test)]
impl<S: Standard> Ec<S> {
    pub(crate) fn reference_verify(public: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        use elliptic_curve::ops::MulByGeneratorVartime;

        let Ok(public) = Self::decode(public) else { return false };
        let Some((u1, u2)) = Self::factors(digest, r, s) else { return false };
        let point = Projective::<S>::mul_by_generator_and_mul_add_vartime(&u1, &u2, &public);
        let infinity: bool = point.is_identity().into();
        let (x, _) = Self::coordinates(&point);
        !infinity && Some(reduce::<Scalar<S::Curve>>(&x)) == canonical(r)
    }

    /// Key, r, s and digest as an integer, such that verification computes with exactly these u1 and u2 and the key
    /// `[q]G`. `None` if they add up to infinity, and where r or s would be 0.
    pub(crate) fn signature_with(u1: &[u8], u2: &[u8], q: &[u8]) -> Option<[Vec<u8>; 4]> {
        let (u1, u2, q): (Scalar<S::Curve>, _, Scalar<S::Curve>) = (reduce(u1), reduce(u2), reduce(q));
        let u2: Scalar<S::Curve> = u2;
        let sum = S::generator_multiple(&(u1 + u2 * q));
        let r: Scalar<S::Curve> = reduce(&Self::coordinates(&sum).0);
        let s = r * u2.invert().into_option()?;
        let unusable: bool = (sum.is_identity() | r.is_zero() | s.is_zero()).into();
        let integer = |scalar: Scalar<S::Curve>| scalar.to_repr().to_vec();
        let public = Self::encode(&S::generator_multiple(&q)).to_vec();
        (!unusable).then(|| [public, integer(r), integer(s), integer(u1 * s)])
    }

    /// Product, sum and difference of two elements of the field and the inverse of the first, by the libraries.
    pub(crate) fn reference_field(a: &[u8], b: &[u8]) -> Option<[Vec<u8>; 4]> {
        let (a, b): (FieldElement<S>, FieldElement<S>) = (canonical(a)?, canonical(b)?);
        let inverse = a.invert().unwrap_or(<FieldElement<S>>::ZERO);
        Some([a * b, a + b, a - b, inverse].map(|value| value.to_repr().to_vec()))
    }
}

/// A public key with its table.
struct Prepared<S: Standard>(Table<S::Public>);

impl<S: Standard> PreparedKey for Prepared<S> {
    fn ecdsa_verify(&self, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        Ec::<S>::verify(&Key::Table(&self.0), digest, r, s)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}

impl<S: Standard> Arithmetic for Ec<S> {
    fn validate(&self, encoded: &[u8]) -> Result<Octets, ElementError> {
        Self::decode(encoded)?;
        Ok(Zeroizing::new(encoded.to_vec()))
    }

    fn generator_multiple(&self, k: &[u8]) -> Octets {
        Self::encode(&S::generator_multiple(&Self::scalar(k)))
    }

    fn multiple(&self, k: &[u8], base: &[u8]) -> Result<Octets, ElementError> {
        Self::encode_element(&Self::decode(base)?.mul(&Self::scalar(k)))
    }

    fn combine(&self, a: &[u8], b: &[u8]) -> Result<Octets, ElementError> {
        Self::encode_element(&Self::decode(a)?.add(&Self::decode(b)?))
    }

    fn map_generic(&self, nonce: &[u8], h: &[u8]) -> Result<Octets, ElementError> {
        let multiple = S::generator_multiple(&Self::scalar(nonce));
        Self::encode_element(&multiple.add(&Self::decode(h)?))
    }

    fn agree_and_map(&self, k: &[u8], peer: &[u8], nonce: &[u8]) -> Result<Octets, ElementError> {
        let h = Self::decode(peer)?.mul(&Self::scalar(k));
        Self::encode_element(&S::generator_multiple(&Self::scalar(nonce)).add(&h))
    }

    fn map_integrated(&self, r: &[u8]) -> Result<Octets, ElementError> {
        let group = S::GROUP;
        let Parameters::Ec(numbers) = group.parameters() else {
            return Err(ElementError::NoIntegratedMapping { group });
        };
        if !group.supports_integrated_mapping() {
            return Err(ElementError::NoIntegratedMapping { group });
        }
        let (x, y) = point_encoding(&reduce(r), &numbers).ok_or(ElementError::Unmappable { group })?;
        let point = Self::point(x, y).ok_or(ElementError::NotOnCurve { group })?;
        Self::encode_element(&point)
    }

    fn reduce(&self, integer: &[u8]) -> Octets {
        Zeroizing::new(Self::scalar(integer).to_repr().to_vec())
    }

    fn quotient(&self, numerator: &[u8], denominator: &[u8]) -> Octets {
        let inverse = Self::scalar(denominator).invert().unwrap_or(Scalar::<S::Curve>::ZERO);
        let quotient = Zeroizing::new(inverse * *Self::scalar(numerator));
        Zeroizing::new(quotient.to_repr().to_vec())
    }

    fn as_curve(&self) -> Option<&dyn EcArithmetic> {
        Some(self)
    }
}

impl<S: Standard> EcArithmetic for Ec<S> {
    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        Self::verify(&Key::Point(public), digest, r, s)
    }

    fn ecdsa_prepare(&self, public: &[u8]) -> Option<Box<dyn PreparedKey>> {
        Some(Box::new(Prepared::<S>(S::public()?.table(public)?)))
    }

    fn ecdsa_sign(&self, secret: &[u8], digest: &[u8], k: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let k = Self::scalar(k);
        let (x, _) = Self::coordinates(&S::generator_multiple(&k));
        let r: Scalar<S::Curve> = reduce(&x);
        let inverse = Zeroizing::new(k.invert().unwrap_or(Scalar::<S::Curve>::ZERO));
        let sum = Zeroizing::new(Self::digest_scalar(digest) + r * *Self::scalar(secret));
        let s = *inverse * *sum;
        let unusable: bool = (r.is_zero() | s.is_zero()).into();
        (!unusable).then(|| (r.to_repr().to_vec(), s.to_repr().to_vec()))
    }
}

/// The integer in a padded encoding, if it is below the modulus.
fn canonical<F: PrimeField>(bytes: &[u8]) -> Option<F> {
    let mut repr = F::Repr::default();
    let target = repr.as_mut();
    if target.len() != bytes.len() {
        return None;
    }
    target.copy_from_slice(bytes);
    F::from_repr(repr).into_option()
}

/// The integer of any length modulo the modulus, four bytes at a time. Constant time in the value.
fn reduce<F: PrimeField>(integer: &[u8]) -> F {
    let weight = F::from(1 << 32);
    integer.rchunks(4).rev().fold(F::ZERO, |sum, chunk| {
        let digit = chunk.iter().fold(0u64, |digit, byte| (digit << 8) | u64::from(*byte));
        sum * weight + F::from(digit)
    })
}

/// The simplified SWU encoding of Doc 9303-11 Appendix B.2: an element of GF(p) to a point, for p = 3 mod 4.
///
/// `None` where the encoding divides by zero: t = 0 and t² = 1. Constant time in `t`, which is secret until the session
/// keys are set.
fn point_encoding<F: PrimeField>(t: &F, numbers: &EcParameters<'_>) -> Option<(F, F)> {
    let (a, b): (F, F) = (canonical(numbers.a)?, canonical(numbers.b)?);
    let alpha = -t.square();
    let sum = alpha + alpha.square();
    let inverse = (a * sum).invert().into_option()?;
    let x2 = -b * (F::ONE + sum) * inverse;
    let x3 = alpha * x2;
    let h2 = (x2.square() + a) * x2 + b;
    let u = t.square() * t * h2;
    let root = h2.pow_vartime(encoding_exponent(numbers.p));
    let is_square: Choice = (root.square() * h2).ct_eq(&F::ONE);
    let x = F::conditional_select(&x3, &x2, is_square);
    let y = F::conditional_select(&(root * u), &(root * h2), is_square);
    Some((x, y))
}

/// p - 1 - (p+1)/4 of Appendix B.2 step 7, in little-endian 64-bit words. For p = 3 mod 4 it is p - 2 - (p >> 2).
fn encoding_exponent(p: &[u8]) -> Vec<u64> {
    let word = |chunk: &[u8]| chunk.iter().fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
    let words: Vec<u64> = p.rchunks(8).map(word).collect();
    let above = words.iter().skip(1).chain(std::iter::once(&0));
    let mut borrow = 2;
    let subtract = |(low, high): (&u64, &u64)| {
        let quarter = (low >> 2) | (high << 62);
        let (difference, first) = low.overflowing_sub(quarter);
        let (difference, second) = difference.overflowing_sub(borrow);
        borrow = u64::from(first) + u64::from(second);
        difference
    };
    words.iter().zip(above).map(subtract).collect()
}
