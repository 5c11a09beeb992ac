//! Tables of odd multiples of a point, and the sum of two multiples with them.

use super::field::Field;
use super::point::{Addend, Affine, Cached, Jacobian, to_affine};
use super::wnaf;

/// Odd multiples P, 3P, 5P, … of a point and of its multiples by 2^stride, 2^(2·stride), …: one block for each.
///
/// A scalar is cut into as many pieces as there are blocks, all pieces share the doublings.
#[derive(Clone)]
pub(crate) struct Multiples<P> {
    points: Vec<P>,
    /// Points of a block.
    row: usize,
    /// Bits of a piece of the scalar.
    stride: usize,
    /// Bits of a digit.
    width: u32,
}

/// One block, made for one use.
pub(crate) type Row<F> = Multiples<Cached<F>>;

/// The odd multiples below 2^(width-1) of a point.
fn odd_multiples<F: Field>(point: &Jacobian<F>, width: u32) -> impl Iterator<Item = Jacobian<F>> {
    let twice = Cached::from(&point.double());
    std::iter::successors(Some(*point), move |last| Some(twice.add_to(last, false))).take(row(width))
}

const fn row(width: u32) -> usize {
    1 << (width - 2)
}

impl<F: Field> Multiples<Affine<F>> {
    /// A table for scalars of `bits` bits.
    pub(super) fn of(point: &Affine<F>, bits: usize, blocks: usize, width: u32) -> Self {
        // A digit more than there are bits.
        let stride = (bits + 1).div_ceil(blocks);
        let mut points = Vec::with_capacity(blocks * row(width));
        let mut base = Jacobian::from(point);
        for _ in 0..blocks {
            points.extend(odd_multiples(&base, width));
            for _ in 0..stride {
                base = base.double();
            }
        }
        Self { points: to_affine(&points), row: row(width), stride, width }
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        self.points.len() * size_of::<Affine<F>>()
    }
}

impl<F: Field> Row<F> {
    /// A table of one block for scalars of `bits` bits, made without an inversion.
    pub(super) fn of(point: &Affine<F>, bits: usize, width: u32) -> Self {
        let points = odd_multiples(&Jacobian::from(point), width).map(|point| Cached::from(&point)).collect();
        Self { points, row: row(width), stride: bits + 1, width }
    }
}

/// A scalar and the table of the point that it multiplies.
pub(super) struct Term<'a, P> {
    digits: Vec<i8>,
    table: &'a Multiples<P>,
}

impl<'a, P> Term<'a, P> {
    /// `scalar` is big-endian.
    pub(super) fn new(scalar: &[u8], table: &'a Multiples<P>) -> Self {
        Self { digits: wnaf::digits(scalar, table.width), table }
    }

    /// Adds what the scalar has at 2^step, in every piece.
    #[inline]
    fn add_at<F>(&self, step: usize, mut sum: Jacobian<F>) -> Jacobian<F>
    where
        P: Addend<F>,
    {
        if step >= self.table.stride {
            return sum;
        }
        let pieces = self.digits.iter().skip(step).step_by(self.table.stride);
        for (digit, row) in pieces.zip(self.table.points.chunks(self.table.row)) {
            if *digit != 0
                && let Some(point) = row.get(usize::from(digit.unsigned_abs() / 2))
            {
                sum = point.add_to(&sum, *digit < 0);
            }
        }
        sum
    }
}

/// The sum of both terms.
pub(super) fn sum<F: Field, P: Addend<F>>(generator: &Term<'_, Affine<F>>, key: &Term<'_, P>) -> Jacobian<F> {
    let steps = generator.table.stride.max(key.table.stride);
    let mut sum = Jacobian::INFINITY;
    for step in (0..steps).rev() {
        if !sum.is_infinity() {
            sum = sum.double();
        }
        sum = key.add_at(step, generator.add_at(step, sum));
    }
    sum
}
