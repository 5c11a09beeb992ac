//! Arithmetic on public values: how ECDSA signatures are verified (BSI TR-03111 §4.2.1.2).
//!
//! Key, digest and signature of a verification are public, so all of this runs in variable time: it branches on its
//! values and leaves out what is zero. Nothing secret may come here. Signing, key agreement and the mappings of PACE
//! run in constant time in [`crate::ec`].
//!
//! The sum `[u1]G + [u2]Q` is found with one chain of doublings for both (Straus) and signed digits (wNAF). The
//! generator has a table of multiples in blocks, made once for each curve. A key that verifies often can have one too
//! ([`Multiples::of`]): then an eighth of the doublings is left. The x-coordinate is compared without an inversion.
//!
//! Indices here run over arrays whose length the type fixes, or over tables that this module made.

mod field;
mod multiples;
mod point;
#[cfg(test)]
mod tests;
mod wnaf;

pub(crate) use field::{Field, Modulus, Residue, words};
use multiples::{Multiples, Row, Term, sum};
use point::{Affine, Jacobian};

/// Digits of this many bits for the generator.
const GENERATOR_WIDTH: u32 = 7;
/// Digits of this many bits for a key.
const KEY_WIDTH: u32 = 5;
/// Into so many blocks a scalar is cut where there is a table.
const BLOCKS: usize = 8;

/// What is computed once for each curve.
pub(crate) struct PublicCurve<F> {
    bits: usize,
    twist: Option<Scale<F>>,
    /// The order n, big-endian.
    order: &'static [u8],
    generator: Table<F>,
}

/// The factors Z² and Z³ of RFC 5639 §2.2 that lead to the curve that computes.
#[derive(Clone, Copy)]
pub(crate) struct Scale<F> {
    /// Z².
    pub(crate) z2: F,
    /// Z³.
    pub(crate) z3: F,
}

/// The table of a key.
pub(crate) type Table<F> = Multiples<Affine<F>>;

/// A public key as the sum needs it.
pub(crate) enum Key<'a, F> {
    /// Seen for the first time: `04||x||y`, validated.
    Point(&'a [u8]),
    /// With its table.
    Table(&'a Table<F>),
}

impl<F: Field> PublicCurve<F> {
    /// The curve of standard parameters with order `order`, base point `generator` and its twist, if that computes.
    pub(crate) fn new(order: &'static [u8], generator: &[u8], twist: Option<Scale<F>>) -> Option<Self> {
        let bits = order.len().checked_mul(8)?;
        let generator = Table::of(&point(generator, twist)?, bits, BLOCKS, GENERATOR_WIDTH);
        Some(Self { bits, twist, order, generator })
    }

    /// The table of a key that will verify often.
    pub(crate) fn table(&self, encoded: &[u8]) -> Option<Table<F>> {
        Some(Table::of(&point(encoded, self.twist)?, self.bits, BLOCKS, KEY_WIDTH))
    }

    /// Whether r is the x-coordinate of `[u1]G + [u2]Q` modulo n. All integers are as long as n.
    pub(crate) fn is_x_of_sum(&self, u1: &[u8], key: &Key<'_, F>, u2: &[u8], r: &[u8]) -> bool {
        let generator = Term::new(u1, &self.generator);
        let point = match key {
            Key::Table(table) => sum(&generator, &Term::new(u2, table)),
            Key::Point(encoded) => {
                let Some(point) = point(encoded, self.twist) else { return false };
                sum(&generator, &Term::new(u2, &Row::of(&point, self.bits, KEY_WIDTH)))
            }
        };
        !point.is_infinity() && self.has_x(&point, r)
    }

    /// Whether the x-coordinate is r modulo n: it is r or r + n, as n and p are of one length and p < 2n (Hasse).
    fn has_x(&self, point: &Jacobian<F>, r: &[u8]) -> bool {
        let z2 = point.z.square();
        let z2 = self.twist.map_or(z2, |twist| z2.mul(&twist.z2));
        let is_x = |candidate: F| candidate.mul(&z2) == point.x;
        F::from_be_bytes(r).is_some_and(is_x)
            || plus(r, self.order).and_then(|x| F::from_be_bytes(&x)).is_some_and(is_x)
    }
}

/// A validated point `04||x||y` on the curve that computes.
fn point<F: Field>(encoded: &[u8], twist: Option<Scale<F>>) -> Option<Affine<F>> {
    let (tag, coordinates) = encoded.split_first()?;
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let (x, y) = (F::from_be_bytes(x)?, F::from_be_bytes(y)?);
    let point = match twist {
        Some(twist) => Affine { x: x.mul(&twist.z2), y: y.mul(&twist.z3) },
        None => Affine { x, y },
    };
    (*tag == 4).then_some(point)
}

/// The sum of two integers of one length, `None` if it is longer.
fn plus(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    let mut sum = a.to_vec();
    let carry = sum.iter_mut().zip(b).rev().fold(false, |carry, (a, b)| {
        let (digit, carry) = a.carrying_add(*b, carry);
        *a = digit;
        carry
    });
    (!carry && a.len() == b.len()).then_some(sum)
}
