//! Points of y² = x³ - 3x + b in Jacobian coordinates: (X, Y, Z) stands for (X/Z², Y/Z³), and Z = 0 for infinity.

use super::field::Field;

/// A point that is not infinity, by its coordinates.
#[derive(Clone, Copy)]
pub(crate) struct Affine<F> {
    pub(super) x: F,
    pub(super) y: F,
}

/// Any point.
#[derive(Clone, Copy)]
pub(crate) struct Jacobian<F> {
    pub(super) x: F,
    pub(super) y: F,
    pub(super) z: F,
}

/// A point that is not infinity, with the powers of Z that an addition needs.
#[derive(Clone, Copy)]
pub(crate) struct Cached<F> {
    point: Jacobian<F>,
    z2: F,
    z3: F,
}

/// A point that can be added to another, or subtracted.
pub(crate) trait Addend<F> {
    /// `sum + self`, or `sum - self` if `negative`.
    fn add_to(&self, sum: &Jacobian<F>, negative: bool) -> Jacobian<F>;
}

impl<F: Field> From<&Affine<F>> for Jacobian<F> {
    fn from(point: &Affine<F>) -> Self {
        Self { x: point.x, y: point.y, z: F::ONE }
    }
}

impl<F: Field> From<&Jacobian<F>> for Cached<F> {
    fn from(point: &Jacobian<F>) -> Self {
        let z2 = point.z.square();
        Self { point: *point, z2, z3: z2.mul(&point.z) }
    }
}

impl<F: Field> Jacobian<F> {
    pub(super) const INFINITY: Self = Self { x: F::ONE, y: F::ONE, z: F::ZERO };

    pub(super) fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// 2P ("dbl-2001-b" of the Explicit-Formulas Database; 2YZ is a product here, not a square less two others).
    #[inline(never)]
    pub(super) fn double(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x.mul(&gamma);
        let slope = self.x.sub(&delta).mul(&self.x.add(&delta));
        let alpha = slope.double().add(&slope);
        let beta4 = beta.double().double();
        let x = alpha.square().sub(&beta4.double());
        let z = self.y.mul(&self.z).double();
        let gamma4 = gamma.double().square();
        let y = alpha.mul(&beta4.sub(&x)).sub(&gamma4.double());
        Self { x, y, z }
    }

    /// What two additions have in common: the first point's coordinates over the common denominator, the differences
    /// to the second point's, and the product of both Z.
    #[expect(clippy::inline_always, reason = "as in the field")]
    #[inline(always)]
    fn add_differences(&self, x: &F, y: &F, dx: &F, dy: &F, z: &F) -> Self {
        if dx.is_zero() {
            return if dy.is_zero() { self.double() } else { Self::INFINITY };
        }
        let dx2 = dx.square();
        let dx3 = dx2.mul(dx);
        let v = x.mul(&dx2);
        let x3 = dy.square().sub(&dx3).sub(&v.double());
        let y3 = dy.mul(&v.sub(&x3)).sub(&y.mul(&dx3));
        Self { x: x3, y: y3, z: z.mul(dx) }
    }
}

impl<F: Field> Addend<F> for Affine<F> {
    #[inline(never)]
    fn add_to(&self, sum: &Jacobian<F>, negative: bool) -> Jacobian<F> {
        let y = if negative { F::ZERO.sub(&self.y) } else { self.y };
        if sum.is_infinity() {
            return Jacobian { x: self.x, y, z: F::ONE };
        }
        let z2 = sum.z.square();
        let dx = self.x.mul(&z2).sub(&sum.x);
        let dy = y.mul(&sum.z.mul(&z2)).sub(&sum.y);
        sum.add_differences(&sum.x, &sum.y, &dx, &dy, &sum.z)
    }
}

impl<F: Field> Addend<F> for Cached<F> {
    #[inline(never)]
    fn add_to(&self, sum: &Jacobian<F>, negative: bool) -> Jacobian<F> {
        let own = &self.point;
        let y = if negative { F::ZERO.sub(&own.y) } else { own.y };
        if sum.is_infinity() {
            return Jacobian { y, ..*own };
        }
        let z2 = sum.z.square();
        let (first_x, first_y) = (sum.x.mul(&self.z2), sum.y.mul(&self.z3));
        let dx = own.x.mul(&z2).sub(&first_x);
        let dy = y.mul(&sum.z.mul(&z2)).sub(&first_y);
        sum.add_differences(&first_x, &first_y, &dx, &dy, &sum.z.mul(&own.z))
    }
}

/// All points with one inversion (Montgomery's trick). None of them may be infinity.
pub(super) fn to_affine<F: Field>(points: &[Jacobian<F>]) -> Vec<Affine<F>> {
    let mut product = F::ONE;
    let before: Vec<F> = points
        .iter()
        .map(|point| {
            let before = product;
            product = product.mul(&point.z);
            before
        })
        .collect();
    let mut inverse = product.invert();
    let mut affine: Vec<Affine<F>> = points
        .iter()
        .zip(&before)
        .rev()
        .map(|(point, before)| {
            let z = inverse.mul(before);
            inverse = inverse.mul(&point.z);
            let z2 = z.square();
            Affine { x: point.x.mul(&z2), y: point.y.mul(&z2.mul(&z)) }
        })
        .collect();
    affine.reverse();
    affine
}
