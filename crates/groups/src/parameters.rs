//! Domain parameters as numbers, and the exact comparison of explicit parameters with the known groups.
//!
//! A certificate or a DG14 may spell its curve out (X9.62 `ECParameters`). Such parameters are never used for
//! arithmetic: they only select a known curve, and only if p, a, b, G, n and h are all equal to it. A key on a curve
//! with another generator (the "CurveBall" forgery) therefore belongs to no group here.

mod constants;

use crate::group::Group;
use crate::octets::same_integer;

/// Domain parameters of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameters {
    /// An elliptic curve.
    Ec(EcParameters<'static>),
    /// A multiplicative group.
    Dh(DhParameters<'static>),
}

/// Parameters of an elliptic curve y² = x³ + ax + b over GF(p), in the parts of X9.62 `ECParameters`.
///
/// The optional seed of `Curve` has no place here: it does not change the curve, so a caller leaves it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcParameters<'a> {
    /// The field prime, unsigned big-endian.
    pub p: &'a [u8],
    /// Coefficient a, unsigned big-endian.
    pub a: &'a [u8],
    /// Coefficient b, unsigned big-endian.
    pub b: &'a [u8],
    /// The base point: `04||x||y`, or compressed `02||x` or `03||x`. The hybrid forms 06 and 07 are not recognised.
    pub g: &'a [u8],
    /// The order of the base point, unsigned big-endian.
    pub n: &'a [u8],
    /// The cofactor, unsigned big-endian; `None` if it is not given.
    pub h: Option<&'a [u8]>,
}

impl<'a> EcParameters<'a> {
    /// The x-coordinate of an uncompressed or compressed base point.
    pub fn gx(&self) -> Option<&'a [u8]> {
        match self.g.split_first()? {
            (4, rest) if rest.len().is_multiple_of(2) => rest.get(..rest.len() / 2),
            (2 | 3, rest) => Some(rest),
            _ => None,
        }
    }

    /// The y-coordinate of an uncompressed base point.
    pub fn gy(&self) -> Option<&'a [u8]> {
        match self.g.split_first()? {
            (4, rest) if rest.len().is_multiple_of(2) => rest.get(rest.len() / 2..),
            _ => None,
        }
    }

    /// Whether `other`, read from outside, describes this known curve exactly.
    pub(crate) fn describes_same_curve(&self, other: &EcParameters<'_>) -> bool {
        same_integer(self.p, other.p)
            && same_integer(self.a, other.a)
            && same_integer(self.b, other.b)
            && same_integer(self.n, other.n)
            && other.h.is_none_or(|h| self.h.is_some_and(|known| same_integer(known, h)))
            && self.has_base_point(other)
    }

    fn has_base_point(&self, other: &EcParameters<'_>) -> bool {
        // A point has one length on a given curve: unlike an integer, it must not carry extra zeros.
        match other.g.first() {
            Some(4) => self.g == other.g,
            Some(tag @ (2 | 3)) => {
                let parity = self.gy().and_then(<[u8]>::last).map(|byte| byte & 1);
                self.gx() == other.gx() && parity == Some(tag & 1)
            }
            _ => false,
        }
    }
}

/// Parameters of a subgroup of prime order q of the integers modulo p, as in X9.42.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DhParameters<'a> {
    /// The field prime, unsigned big-endian.
    pub p: &'a [u8],
    /// The generator, unsigned big-endian.
    pub g: &'a [u8],
    /// The order of the generator, unsigned big-endian.
    pub q: &'a [u8],
}

impl DhParameters<'_> {
    /// Whether `other`, read from outside, describes this known group exactly.
    pub(crate) fn matches(&self, other: &DhParameters<'_>) -> bool {
        same_integer(self.p, other.p) && same_integer(self.g, other.g) && same_integer(self.q, other.q)
    }
}

pub(crate) const fn of(group: Group) -> Parameters {
    match group {
        Group::Modp1024Prime160 => Parameters::Dh(constants::MODP_1024_160),
        Group::Modp2048Prime224 => Parameters::Dh(constants::MODP_2048_224),
        Group::Modp2048Prime256 => Parameters::Dh(constants::MODP_2048_256),
        Group::P192 => Parameters::Ec(constants::P192),
        Group::BrainpoolP192r1 => Parameters::Ec(constants::BRAINPOOL_P192R1),
        Group::P224 => Parameters::Ec(constants::P224),
        Group::BrainpoolP224r1 => Parameters::Ec(constants::BRAINPOOL_P224R1),
        Group::P256 => Parameters::Ec(constants::P256),
        Group::BrainpoolP256r1 => Parameters::Ec(constants::BRAINPOOL_P256R1),
        Group::BrainpoolP320r1 => Parameters::Ec(constants::BRAINPOOL_P320R1),
        Group::P384 => Parameters::Ec(constants::P384),
        Group::BrainpoolP384r1 => Parameters::Ec(constants::BRAINPOOL_P384R1),
        Group::BrainpoolP512r1 => Parameters::Ec(constants::BRAINPOOL_P512R1),
        Group::P521 => Parameters::Ec(constants::P521),
    }
}

pub(crate) use constants::{MODP_1024_160, MODP_2048_224, MODP_2048_256};
