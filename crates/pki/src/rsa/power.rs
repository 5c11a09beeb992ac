//! Powers modulo an odd number, for the verification of RSA signatures (RFC 8017 §5.2.2).
//!
//! All of it is public, so it runs in variable time and must not be given anything secret. The arithmetic is
//! Montgomery's; what leads into it is a plain division, so that nothing has to be kept for a modulus. Rows are
//! multiplied in pairs, which halves the loads and stores.
//!
//! Numbers are words of 64 bits, the lowest first, an even count of them. Indices run over lengths that [`Modulus`]
//! sets.

/// An odd modulus above 1.
struct Modulus {
    words: Vec<u64>,
    /// `-words[0]^-1` modulo 2^64.
    inverse: u64,
}

/// `base^exponent` modulo `modulus`, as long as the modulus. All are big-endian. `None` unless the modulus and the
/// exponent are odd, the exponent is above 1 and the base is below the modulus.
pub(super) fn power(base: &[u8], exponent: u64, modulus: &[u8]) -> Option<Vec<u8>> {
    let modulus_words = Modulus::new(modulus)?;
    let base = words(base, modulus_words.words.len())?;
    if exponent & 1 == 0 || exponent == 1 || !is_below(&base, &modulus_words.words) {
        return None;
    }
    let power = modulus_words.power(&base, exponent);
    let bytes: Vec<u8> = power.iter().rev().flat_map(|word| word.to_be_bytes()).collect();
    bytes.get(bytes.len().checked_sub(modulus.len())?..).map(<[u8]>::to_vec)
}

/// A big-endian number as `count` words.
fn words(number: &[u8], count: usize) -> Option<Vec<u64>> {
    let mut words: Vec<u64> = number
        .rchunks(8)
        .map(|chunk| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
        .collect();
    if words.len() > count {
        return None;
    }
    words.resize(count, 0);
    Some(words)
}

/// Whether `a` is below `b`, which is as long.
fn is_below(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

impl Modulus {
    fn new(modulus: &[u8]) -> Option<Self> {
        let words = words(modulus, modulus.len().div_ceil(16).checked_mul(2)?)?;
        let lowest = *words.first()?;
        let is_one = lowest == 1 && words.iter().skip(1).all(|word| *word == 0);
        if lowest & 1 == 0 || is_one {
            return None;
        }
        // Newton's iteration: each step doubles the number of right bits, which are three at first.
        let inverse = (0..5)
            .fold(lowest, |inverse, _| inverse.wrapping_mul(2u64.wrapping_sub(lowest.wrapping_mul(inverse))));
        Some(Self { words, inverse: inverse.wrapping_neg() })
    }

    fn power(&self, base: &[u64], exponent: u64) -> Vec<u64> {
        let mut scratch = vec![0; 2 * base.len()];
        let factor = self.to_montgomery(base);
        let mut power = factor.clone();
        for bit in (0..exponent.ilog2()).rev() {
            square(&power, &mut scratch);
            self.reduce(&mut scratch, &mut power);
            if exponent >> bit & 1 == 1 {
                // The last bit is set. The base itself in its place leads out of Montgomery's form.
                product(&power, if bit == 0 { base } else { &factor }, &mut scratch);
                self.reduce(&mut scratch, &mut power);
            }
        }
        power
    }

    /// `number·2^(64·count)` modulo the modulus, word after word (Knuth, algorithm 4.3.1 D).
    fn to_montgomery(&self, number: &[u64]) -> Vec<u64> {
        let count = self.words.len() - self.words.iter().rev().take_while(|word| **word == 0).count();
        let shift = self.words[count - 1].leading_zeros();
        let divisor = shifted(&self.words[..count], shift);
        let highest = u128::from(divisor[count - 1]);
        // The lowest word first: an empty one that the multiplication by 2^64 fills with zero.
        let mut rest = vec![0];
        rest.extend(shifted(&number[..count], shift));
        for _ in 0..self.words.len() {
            let front = u128::from(rest[count]) << 64 | u128::from(rest[count - 1]);
            // At most two too large (Knuth, theorem B).
            let quotient = u64::try_from(front / highest).unwrap_or(u64::MAX);
            let (mut carry, mut borrow) = (0, false);
            for (word, divisor) in rest.iter_mut().zip(&divisor) {
                let low;
                (low, carry) = divisor.carrying_mul(quotient, carry);
                (*word, borrow) = word.borrowing_sub(low, borrow);
            }
            let (mut top, mut negative) = rest[count].borrowing_sub(carry, borrow);
            while negative {
                let mut carry = false;
                for (word, divisor) in rest.iter_mut().zip(&divisor) {
                    (*word, carry) = word.carrying_add(*divisor, carry);
                }
                let overflow;
                (top, overflow) = top.carrying_add(0, carry);
                negative = !overflow;
            }
            // `top` is 0 now: the rest is below the divisor.
            rest.rotate_right(1);
            rest[0] = top;
        }
        let mut rest = rest.split_off(1);
        let mut above = 0;
        for word in rest.iter_mut().rev() {
            let low = if shift == 0 { 0 } else { above << (64 - shift) };
            above = *word;
            *word = *word >> shift | low;
        }
        rest.resize(self.words.len(), 0);
        rest
    }

    /// `number·2^-(64·count)` modulo the modulus. `number` has twice as many words, and is used up.
    fn reduce(&self, number: &mut [u64], into: &mut [u64]) {
        let (count, modulus) = (self.words.len(), &self.words);
        let mut top = false;
        for at in (0..count).step_by(2) {
            let first = number[at].wrapping_mul(self.inverse);
            let (_, carry) = first.carrying_mul_add(modulus[0], number[at], 0);
            let (next, _) = first.carrying_mul_add(modulus[1], number[at + 1], carry);
            let second = next.wrapping_mul(self.inverse);
            let (carry, overflow) = add_rows(&mut number[at..=at + count], modulus, [first, second], 0, top);
            let last = &mut number[at + count + 1];
            (*last, top) = last.carrying_add(carry, false);
            top |= overflow;
        }
        let high = &number[count..];
        if top || !is_below(high, modulus) {
            let mut borrow = false;
            for ((into, word), modulus) in into.iter_mut().zip(high).zip(modulus) {
                (*into, borrow) = word.borrowing_sub(*modulus, borrow);
            }
        } else {
            into.copy_from_slice(high);
        }
    }
}

/// `number` times 2^shift, which is below 2^64, without what leaves the highest word.
fn shifted(number: &[u64], shift: u32) -> Vec<u64> {
    let mut below = 0;
    let shift_one = |word: &u64| {
        let low = if shift == 0 { 0 } else { below >> (64 - shift) };
        below = *word;
        *word << shift | low
    };
    number.iter().map(shift_one).collect()
}

/// `a·b + c + d`, low and high word, with `d` added last: it arrives last.
#[inline]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let (low, high) = a.carrying_mul(b, c);
    let (low, carry) = low.carrying_add(d, false);
    (low, high.wrapping_add(u64::from(carry)))
}

/// Adds `number·(factors[0] + 2^64·factors[1])` and two carries to `sum`: `carry` at its lowest word, `last_carry` at
/// its highest. `sum` is one word longer than `number`; gives what belongs to the word above it, and whether that
/// word overflows, which it never does where the highest word of `sum` and `last_carry` are 0.
#[inline]
fn add_rows(sum: &mut [u64], number: &[u64], factors: [u64; 2], carry: u64, last_carry: bool) -> (u64, bool) {
    let [first, second] = factors;
    let (mut carries, mut before) = ([carry, 0], 0);
    let (pairs, single) = number.as_chunks::<2>();
    let Some((last, sum)) = sum.split_last_mut() else { return (0, false) };
    let (sum_pairs, sum_single) = sum.as_chunks_mut::<2>();
    let mut step = |sum: &mut u64, word: u64| {
        let half;
        (half, carries[0]) = multiply_add(word, first, *sum, carries[0]);
        (*sum, carries[1]) = multiply_add(before, second, half, carries[1]);
        before = word;
    };
    for (sum, words) in sum_pairs.iter_mut().zip(pairs) {
        step(&mut sum[0], words[0]);
        step(&mut sum[1], words[1]);
    }
    for (sum, word) in sum_single.iter_mut().zip(single) {
        step(sum, *word);
    }
    let (low, high) = before.carrying_mul_add(second, carries[0], carries[1]);
    let (word, overflow) = last.carrying_add(low, last_carry);
    *last = word;
    high.carrying_add(0, overflow)
}

/// `a·b`; both have the same even count of words, `into` has twice as many.
fn product(a: &[u64], b: &[u64], into: &mut [u64]) {
    into.fill(0);
    for (pair, factors) in a.as_chunks::<2>().0.iter().enumerate() {
        let at = 2 * pair;
        (into[at + b.len() + 1], _) = add_rows(&mut into[at..=at + b.len()], b, *factors, 0, false);
    }
}

/// `a·a`: the products of two different words, doubled, and the squares. As [`product`] otherwise.
fn square(a: &[u64], into: &mut [u64]) {
    into.fill(0);
    for (pair, [first, second]) in a.as_chunks::<2>().0.iter().enumerate() {
        let at = 2 * pair;
        let carry;
        (into[2 * at + 1], carry) = first.carrying_mul_add(*second, into[2 * at + 1], 0);
        let sum = &mut into[2 * at + 2..=at + a.len()];
        (into[at + a.len() + 1], _) = add_rows(sum, &a[at + 2..], [*first, *second], carry, false);
    }
    let (mut bit, mut carry) = (0, false);
    for ([even, odd], word) in into.as_chunks_mut::<2>().0.iter_mut().zip(a) {
        let (low, high) = word.carrying_mul(*word, 0);
        let doubled = [*even << 1 | bit, *odd << 1 | *even >> 63];
        bit = *odd >> 63;
        (*even, carry) = doubled[0].carrying_add(low, carry);
        (*odd, carry) = doubled[1].carrying_add(high, carry);
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd};
    use proptest::prelude::*;

    use super::power;

    /// The same by a library.
    fn reference(base: &[u8], exponent: u64, modulus: &[u8]) -> Option<Vec<u8>> {
        let params: Option<_> = Odd::new(BoxedUint::from_be_slice_vartime(modulus)).into();
        let params = BoxedMontyParams::new_vartime(params?);
        let base = BoxedUint::from_be_slice(base, params.bits_precision()).ok()?;
        let exponent = BoxedUint::from(exponent);
        let bytes = BoxedMontyForm::new(base, &params).pow(&exponent).retrieve().to_be_bytes();
        Some(bytes[bytes.len() - modulus.len()..].to_vec())
    }

    /// Bytes of which many are all ones or zeros, where carries run far; often in whole words.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let count = prop_oneof![1usize..60, (1usize..8).prop_map(|words| 8 * words)];
        let run = (prop_oneof![Just(0u8), Just(0xFF), Just(0x80), any::<u8>()], count);
        let runs = prop::collection::vec(run, 1..8);
        prop_oneof![
            runs.prop_map(|runs| runs.iter().flat_map(|(byte, count)| vec![*byte; *count]).collect()),
            prop::collection::vec(any::<u8>(), 1..300),
        ]
    }

    fn exponents() -> impl Strategy<Value = u64> {
        prop_oneof![Just(3u64), Just(65537), Just(u64::MAX), any::<u64>().prop_map(|e| e | 3), 3u64..99]
            .prop_map(|exponent| exponent | 1)
    }

    proptest! {
        #[test]
        fn a_power_is_that_of_the_library(base in bytes(), exponent in exponents(), modulus in bytes()) {
            let mut modulus = modulus;
            *modulus.last_mut().unwrap() |= 1;
            modulus[0] |= 2;
            let length = modulus.len();
            let mut base: Vec<u8> = base.iter().cycle().take(length).copied().collect();
            if base >= modulus {
                prop_assert_eq!(power(&base, exponent, &modulus), None);
                base[0] = 0;
            }
            prop_assert_eq!(power(&base, exponent, &modulus), reference(&base, exponent, &modulus));
        }
    }

    #[test]
    fn powers_at_the_edges_are_those_of_the_library() {
        for length in [1, 7, 8, 9, 15, 16, 17, 128, 129, 256, 257, 384, 512, 1024] {
            for top in [1u8, 0x7F, 0x80, 0xFF] {
                for middle in [0u8, 0xFF] {
                    let mut modulus = vec![middle; length];
                    modulus[0] = top;
                    modulus[length - 1] |= 3;
                    let mut less_one = modulus.clone();
                    less_one[length - 1] -= 1;
                    let mut one = vec![0; length];
                    one[length - 1] = 1;
                    for base in [vec![0; length], one, less_one] {
                        for exponent in [3, 65537] {
                            let expected = reference(&base, exponent, &modulus);
                            assert_eq!(power(&base, exponent, &modulus), expected, "{length} {top} {middle}");
                        }
                    }
                    assert_eq!(power(&modulus, 3, &modulus), None);
                }
            }
        }
    }

    /// Where the highest word of the modulus and a factor of the reduction are all ones, the row that is added can
    /// be so large that the word above it overflows.
    #[test]
    fn a_row_that_overflows_is_carried_on() {
        let modulus = [vec![0xFF; 38], vec![0x80; 3], vec![0; 38], vec![1]].concat();
        let base = [vec![0; 13], vec![0xFF; 26], vec![0; 13], vec![0xFF; 26], vec![0; 2]].concat();
        assert_eq!(power(&base, 3, &modulus), reference(&base, 3, &modulus));
    }

    #[test]
    fn what_is_not_a_key_has_no_power() {
        assert_eq!(power(&[2], 3, &[33]), Some(vec![8]));
        for (base, exponent, modulus) in
            [(&[2][..], 3, &[32][..]), (&[2], 2, &[33]), (&[2], 1, &[33]), (&[0], 3, &[1]), (&[], 3, &[])]
        {
            assert_eq!(power(base, exponent, modulus), None, "{base:?} {exponent} {modulus:?}");
        }
    }
}
