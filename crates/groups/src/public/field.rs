//! Residues modulo a prime that the type names, in Montgomery form, with a fixed number of words.
//!
//! Everything is inlined and has its modulus as a constant, so that the compiler leaves out what the special primes of
//! NIST make superfluous. Conditional subtraction is done with masks: a branch would be mispredicted every other time.

#![expect(
    clippy::inline_always,
    reason = "as calls the operations move their operands through memory, which takes a quarter longer"
)]

use std::marker::PhantomData;

/// A prime as `L` words, the lowest first.
pub(crate) trait Modulus<const L: usize>: 'static {
    /// Its words.
    const WORDS: [u64; L];
}

/// Elements of a prime field.
pub(crate) trait Field: Copy + PartialEq + Send + Sync + 'static {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The integer, if it is below the prime. Zeros may stand before it.
    fn from_be_bytes(integer: &[u8]) -> Option<Self>;
    /// Whether it is 0.
    fn is_zero(&self) -> bool;
    /// The sum.
    fn add(&self, other: &Self) -> Self;
    /// The difference.
    fn sub(&self, other: &Self) -> Self;
    /// The product.
    fn mul(&self, other: &Self) -> Self;
    /// The square.
    fn square(&self) -> Self;
    /// The inverse; 0 for 0.
    fn invert(&self) -> Self;

    /// Twice the element.
    #[inline]
    fn double(&self) -> Self {
        self.add(self)
    }
}

/// A residue modulo `M`: below it, times 2^(64·L) (Montgomery form).
pub(crate) struct Residue<M, const L: usize>([u64; L], PhantomData<fn() -> M>);

impl<M, const L: usize> Clone for Residue<M, L> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, const L: usize> Copy for Residue<M, L> {}

impl<M, const L: usize> PartialEq for Residue<M, L> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// The words of a big-endian integer, the lowest first; what does not fit into them is left out.
pub(crate) const fn words<const L: usize>(integer: &[u8]) -> [u64; L] {
    let mut words = [0; L];
    let mut at = 0;
    while at < integer.len() && at < 8 * L {
        // A byte becomes a word without loss.
        words[at / 8] |= (integer[integer.len() - 1 - at] as u64) << (8 * (at % 8));
        at += 1;
    }
    words
}

/// `-m^-1` modulo 2^64 for an odd `m`, by Newton's iteration: each step doubles the number of right bits.
pub(crate) const fn negative_inverse(m: u64) -> u64 {
    let mut inverse = 1u64;
    let mut step = 0;
    while step < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(m.wrapping_mul(inverse)));
        step += 1;
    }
    inverse.wrapping_neg()
}

/// `value - modulus` and whether that is negative.
const fn minus<const L: usize>(value: &[u64; L], modulus: &[u64; L]) -> ([u64; L], bool) {
    let mut difference = [0; L];
    let mut borrow = false;
    let mut at = 0;
    while at < L {
        let (word, first) = value[at].overflowing_sub(modulus[at]);
        let (word, second) = word.overflowing_sub(borrow as u64);
        (difference[at], borrow) = (word, first | second);
        at += 1;
    }
    (difference, borrow)
}

/// 2^exponent modulo `modulus`, by doubling.
const fn power_of_two<const L: usize>(modulus: &[u64; L], exponent: usize) -> [u64; L] {
    let mut value = [0; L];
    value[0] = 1;
    let mut step = 0;
    while step < exponent {
        let mut doubled = [0; L];
        let mut carry = 0;
        let mut at = 0;
        while at < L {
            doubled[at] = value[at] << 1 | carry;
            carry = value[at] >> 63;
            at += 1;
        }
        let (reduced, negative) = minus(&doubled, modulus);
        value = if negative && carry == 0 { doubled } else { reduced };
        step += 1;
    }
    value
}

impl<M: Modulus<L>, const L: usize> Residue<M, L> {
    const INVERSE: u64 = negative_inverse(M::WORDS[0]);
    const R: [u64; L] = power_of_two(&M::WORDS, 64 * L);
    const R2: [u64; L] = power_of_two(&M::WORDS, 128 * L);

    #[inline]
    const fn of(words: [u64; L]) -> Self {
        Self(words, PhantomData)
    }

    /// Of a value below twice the modulus, `top` being its word `L`.
    #[inline(always)]
    fn reduced(value: [u64; L], top: u64) -> Self {
        let (difference, borrow) = minus(&value, &M::WORDS);
        let (_, negative) = top.borrowing_sub(0, borrow);
        let mask = 0u64.wrapping_sub(u64::from(negative));
        let mut words = [0; L];
        for at in 0..L {
            words[at] = difference[at] ^ (mask & (value[at] ^ difference[at]));
        }
        Self::of(words)
    }

    /// Product and reduction in turns (CIOS of Koç, Acar and Kaliski).
    #[inline(always)]
    fn product(a: &[u64; L], b: &[u64; L]) -> Self {
        let mut sum = [0; L];
        let mut top = 0;
        for b in b {
            let mut carry = 0;
            for at in 0..L {
                (sum[at], carry) = a[at].carrying_mul_add(*b, sum[at], carry);
            }
            let (high, higher) = carry.carrying_add(top, false);
            let factor = sum[0].wrapping_mul(Self::INVERSE);
            let (_, mut carry) = factor.carrying_mul_add(M::WORDS[0], sum[0], 0);
            for at in 1..L {
                (sum[at - 1], carry) = factor.carrying_mul_add(M::WORDS[at], sum[at], carry);
            }
            let (high, highest) = high.carrying_add(carry, false);
            sum[L - 1] = high;
            top = u64::from(higher) + u64::from(highest);
        }
        Self::reduced(sum, top)
    }

    /// Half of the products, doubled, then the reduction. Faster than a product from five words on, except for the
    /// prime of P-521.
    #[inline(always)]
    fn separate_square(a: &[u64; L]) -> Self {
        let (mut low, mut high) = ([0; L], [0; L]);
        for i in 0..L {
            let mut carry = 0;
            for j in i + 1..L {
                let word = if i + j < L { &mut low[i + j] } else { &mut high[i + j - L] };
                (*word, carry) = a[j].carrying_mul_add(a[i], *word, carry);
            }
            high[i] = carry;
        }
        let mut bit = 0;
        for word in low.iter_mut().chain(&mut high) {
            (*word, bit) = (*word << 1 | bit, *word >> 63);
        }
        let mut carry = false;
        for at in 0..2 * L {
            let (even, odd) = a[at / 2].carrying_mul(a[at / 2], 0);
            let word = if at < L { &mut low[at] } else { &mut high[at - L] };
            (*word, carry) = word.carrying_add(if at % 2 == 0 { even } else { odd }, carry);
        }
        Self::montgomery(low, high)
    }

    /// `(high·2^(64·L) + low)·2^-(64·L)`.
    #[inline(always)]
    fn montgomery(mut low: [u64; L], mut high: [u64; L]) -> Self {
        let mut top = false;
        for i in 0..L {
            let factor = low[i].wrapping_mul(Self::INVERSE);
            let (_, mut carry) = factor.carrying_mul_add(M::WORDS[0], low[i], 0);
            for j in 1..L {
                let word = if i + j < L { &mut low[i + j] } else { &mut high[i + j - L] };
                (*word, carry) = factor.carrying_mul_add(M::WORDS[j], *word, carry);
            }
            (high[i], top) = high[i].carrying_add(carry, top);
        }
        Self::reduced(high, u64::from(top))
    }
}

impl<M: Modulus<L>, const L: usize> Field for Residue<M, L> {
    const ZERO: Self = Self::of([0; L]);
    const ONE: Self = Self::of(Self::R);

    fn from_be_bytes(integer: &[u8]) -> Option<Self> {
        let surplus = integer.len().saturating_sub(8 * L);
        let (excess, integer) = integer.split_at_checked(surplus)?;
        let words = words(integer);
        let (_, below) = minus(&words, &M::WORDS);
        let fits = below && excess.iter().all(|byte| *byte == 0);
        fits.then(|| Self::product(&words, &Self::R2))
    }

    #[inline]
    fn is_zero(&self) -> bool {
        self.0 == [0; L]
    }

    #[inline(always)]
    fn add(&self, other: &Self) -> Self {
        let mut sum = [0; L];
        let mut carry = false;
        for ((sum, a), b) in sum.iter_mut().zip(&self.0).zip(&other.0) {
            (*sum, carry) = a.carrying_add(*b, carry);
        }
        Self::reduced(sum, u64::from(carry))
    }

    #[inline(always)]
    fn sub(&self, other: &Self) -> Self {
        let (mut difference, negative) = minus(&self.0, &other.0);
        let mask = 0u64.wrapping_sub(u64::from(negative));
        let mut carry = false;
        for (word, modulus) in difference.iter_mut().zip(&M::WORDS) {
            (*word, carry) = word.carrying_add(modulus & mask, carry);
        }
        Self::of(difference)
    }

    #[inline(always)]
    fn mul(&self, other: &Self) -> Self {
        Self::product(&self.0, &other.0)
    }

    #[inline(always)]
    fn square(&self) -> Self {
        if L > 4 && L < 9 { Self::separate_square(&self.0) } else { Self::product(&self.0, &self.0) }
    }

    /// To the power of the prime minus 2 (Fermat).
    fn invert(&self) -> Self {
        let mut two = [0; L];
        two[0] = 2;
        let (exponent, _) = minus(&M::WORDS, &two);
        let mut power = Self::ONE;
        for word in exponent.iter().rev() {
            for bit in (0..64).rev() {
                power = power.square();
                if word >> bit & 1 == 1 {
                    power = power.mul(self);
                }
            }
        }
        power
    }
}
