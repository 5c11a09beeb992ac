//! The MODP groups of RFC 5114: integers modulo p, in the subgroup of prime order q (parameter ids 0 to 2).
//!
//! Validation is that of RFC 2631 §2.1.5, which Doc 9303-11 §4.4.3.3.1 demands against small subgroups. Exponentiation
//! with a secret exponent is the constant-time fixed-window method of `crypto-bigint`; exponents that
//! are part of the standard (q and the cofactor) may show in the timing.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U256, U1024, U2048, Uint};
use zeroize::{Zeroize, Zeroizing};

use crate::arithmetic::Arithmetic;
use crate::element::ElementError;
use crate::group::Group;
use crate::octets::{Octets, to_length};
use crate::parameters::{self, DhParameters};

/// RFC 5114 §2.1.
pub(crate) static MODP_1024_160: Modp<{ U1024::LIMBS }> =
    Modp::new(Group::Modp1024Prime160, parameters::MODP_1024_160);
/// RFC 5114 §2.2.
pub(crate) static MODP_2048_224: Modp<{ U2048::LIMBS }> =
    Modp::new(Group::Modp2048Prime224, parameters::MODP_2048_224);
/// RFC 5114 §2.3.
pub(crate) static MODP_2048_256: Modp<{ U2048::LIMBS }> =
    Modp::new(Group::Modp2048Prime256, parameters::MODP_2048_256);

/// A group of integers modulo a prime of `L` limbs.
pub(crate) struct Modp<const L: usize> {
    group: Group,
    field: FixedMontyParams<L>,
    scalars: FixedMontyParams<{ U256::LIMBS }>,
    generator: Uint<L>,
    cofactor: Uint<L>,
}

type Scalar = FixedMontyForm<{ U256::LIMBS }>;

impl<const L: usize> Modp<L> {
    const fn new(group: Group, numbers: DhParameters<'static>) -> Self {
        let p = Uint::<L>::from_be_slice(numbers.p);
        let q = order(numbers.q);
        let (cofactor, _) = p.wrapping_sub(&Uint::ONE).div_rem_vartime(&q);
        Self {
            group,
            field: FixedMontyParams::new_vartime(odd(p)),
            scalars: FixedMontyParams::new_vartime(odd(*q.as_ref())),
            generator: Uint::from_be_slice(numbers.g),
            cofactor,
        }
    }

    /// The integer modulo p, in Montgomery form; for encodings of this crate and values already in range.
    fn element(&self, encoded: &[u8]) -> FixedMontyForm<L> {
        reduce(encoded, &self.field)
    }

    fn scalar(&self, integer: &[u8]) -> Zeroizing<Scalar> {
        Zeroizing::new(reduce(integer, &self.scalars))
    }

    fn power(&self, base: &FixedMontyForm<L>, exponent: &Scalar) -> FixedMontyForm<L> {
        let exponent = Zeroizing::new(exponent.retrieve());
        let bits = u32::try_from(self.group.order_bits()).unwrap_or(U256::BITS);
        base.pow_bounded_exp(&exponent, bits)
    }

    fn encode(&self, value: &FixedMontyForm<L>) -> Octets {
        octets(&value.retrieve(), self.group.field_bytes())
    }

    fn encode_element(&self, value: &FixedMontyForm<L>) -> Result<Octets, ElementError> {
        // Products of elements of the subgroup stay in it, so only the neutral element must be caught.
        if *value == FixedMontyForm::one(&self.field) {
            Err(ElementError::Identity { group: self.group })
        } else {
            Ok(self.encode(value))
        }
    }
}

impl<const L: usize> Arithmetic for Modp<L> {
    fn validate(&self, encoded: &[u8]) -> Result<Octets, ElementError> {
        let group = self.group;
        let length = group.field_bytes();
        if encoded.is_empty() || encoded.len() > length {
            return Err(ElementError::Length { group, expected: length, found: encoded.len() });
        }
        let padded = to_length(encoded, length).ok_or(ElementError::ValueRange { group })?;
        let value = Uint::<L>::from_be_slice(&padded);
        let two = Uint::from_u8(2);
        let highest = self.field.modulus().as_ref().wrapping_sub(&two);
        if value < two || value > highest {
            return Err(ElementError::ValueRange { group });
        }
        let element = FixedMontyForm::new(&value, &self.field);
        if element.pow_vartime(self.scalars.modulus().as_ref()) == FixedMontyForm::one(&self.field) {
            Ok(padded)
        } else {
            Err(ElementError::WrongSubgroup { group })
        }
    }

    fn generator_multiple(&self, k: &[u8]) -> Octets {
        let generator = FixedMontyForm::new(&self.generator, &self.field);
        self.encode(&self.power(&generator, &self.scalar(k)))
    }

    fn multiple(&self, k: &[u8], base: &[u8]) -> Result<Octets, ElementError> {
        self.encode_element(&self.power(&self.element(base), &self.scalar(k)))
    }

    fn combine(&self, a: &[u8], b: &[u8]) -> Result<Octets, ElementError> {
        self.encode_element(&self.element(a).mul(&self.element(b)))
    }

    fn map_generic(&self, nonce: &[u8], h: &[u8]) -> Result<Octets, ElementError> {
        let generator = FixedMontyForm::new(&self.generator, &self.field);
        let power = self.power(&generator, &self.scalar(nonce));
        self.encode_element(&power.mul(&self.element(h)))
    }

    fn agree_and_map(&self, k: &[u8], peer: &[u8], nonce: &[u8]) -> Result<Octets, ElementError> {
        let h = self.power(&self.element(peer), &self.scalar(k));
        let generator = FixedMontyForm::new(&self.generator, &self.field);
        self.encode_element(&self.power(&generator, &self.scalar(nonce)).mul(&h))
    }

    fn map_integrated(&self, r: &[u8]) -> Result<Octets, ElementError> {
        let image = self.element(r).pow_vartime(&self.cofactor);
        // A multiple of p maps to 0, which is in no subgroup.
        if image == FixedMontyForm::zero(&self.field) {
            return Err(ElementError::Unmappable { group: self.group });
        }
        self.encode_element(&image)
    }

    fn reduce(&self, integer: &[u8]) -> Octets {
        octets(&self.scalar(integer).retrieve(), self.group.order_bytes())
    }

    fn quotient(&self, numerator: &[u8], denominator: &[u8]) -> Octets {
        let zero = Scalar::zero(&self.scalars);
        let inverse = Zeroizing::new(self.scalar(denominator).invert().unwrap_or(zero));
        octets(&self.scalar(numerator).mul(&inverse).retrieve(), self.group.order_bytes())
    }
}

/// The integer of any length modulo the modulus, limb by limb. Constant time in the value.
fn reduce<const L: usize>(integer: &[u8], params: &FixedMontyParams<L>) -> FixedMontyForm<L> {
    // `one` of the parameters is 2^(bits of L limbs) mod m, the weight of one block.
    let weight = FixedMontyForm::new(params.one(), params);
    let block = Uint::<L>::BYTES;
    integer.rchunks(block).rev().fold(FixedMontyForm::zero(params), |sum, chunk| {
        let mut padded = to_length(chunk, block).unwrap_or_default();
        padded.resize(block, 0);
        let digit = FixedMontyForm::new(&Uint::from_be_slice(&padded), params);
        sum.mul(&weight).add(&digit)
    })
}

/// The integer big-endian in `length` bytes, which must be enough.
fn octets<const L: usize>(integer: &Uint<L>, length: usize) -> Octets {
    let mut words = integer.to_words();
    let bytes: Octets = Zeroizing::new(words.iter().rev().flat_map(|word| word.to_be_bytes()).collect());
    words.zeroize();
    to_length(&bytes, length).unwrap_or_default()
}

const fn order(q: &[u8]) -> NonZero<U256> {
    let mut padded = [0; U256::BYTES];
    let (_, low) = padded.split_at_mut(U256::BYTES - q.len());
    low.copy_from_slice(q);
    U256::from_be_slice(&padded).to_nz().expect_copied("the order of a group is not zero")
}

const fn odd<const L: usize>(modulus: Uint<L>) -> Odd<Uint<L>> {
    modulus.to_odd().expect_copied("a prime of a standard is odd")
}
