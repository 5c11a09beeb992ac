//! Signed digits: the width-w non-adjacent form of an integer (Handbook of Elliptic and Hyperelliptic Curve
//! Cryptography, algorithm 9.35).

/// Digits of 2^0, 2^1, …, each 0 or odd and below 2^(width-1) in magnitude; of any `width` neighbours at most one is not 0.
///
/// There is one digit more than `integer`, which is big-endian, has bits. `width` is 2 to 8.
pub(super) fn digits(integer: &[u8], width: u32) -> Vec<i8> {
    let length = integer.len().saturating_mul(8).saturating_add(1);
    let mut digits = vec![0; length];
    let mut carry = 0u16;
    let mut at = 0;
    while at < length {
        let window = bits(integer, at, width).wrapping_add(carry);
        if window & 1 == 0 {
            // Neither bit nor carry, or both of them: then the carry goes on.
            at += 1;
            continue;
        }
        carry = window >> (width - 1) & 1;
        let digit = i32::from(window) - (i32::from(carry) << width);
        if let (Some(place), Ok(digit)) = (digits.get_mut(at), i8::try_from(digit)) {
            *place = digit;
        }
        at += width as usize;
    }
    digits
}

/// `count` bits of a big-endian integer, at most 8, from bit `at` on; zeros beyond its end.
fn bits(integer: &[u8], at: usize, count: u32) -> u16 {
    let byte = |index: usize| {
        let from_end = integer.len().checked_sub(index + 1);
        u16::from(from_end.and_then(|place| integer.get(place)).copied().unwrap_or_default())
    };
    let pair = byte(at / 8) | byte(at / 8 + 1) << 8;
    pair >> (at % 8) & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::digits;

    proptest! {
        #[test]
        fn the_digits_add_up_to_the_integer(integer in prop::array::uniform8(any::<u8>()), width in 2u32..=8) {
            let digits = digits(&integer, width);
            let sum = digits.iter().rev().fold(0i128, |sum, digit| 2 * sum + i128::from(*digit));
            prop_assert_eq!(sum, i128::from(u64::from_be_bytes(integer)));
        }

        #[test]
        fn digits_are_odd_small_and_far_apart(integer in prop::array::uniform8(any::<u8>()), width in 2u32..=8) {
            let digits = digits(&integer, width);
            let set: Vec<usize> = (0..digits.len()).filter(|at| digits[*at] != 0).collect();
            prop_assert!(set.iter().all(|at| digits[*at] % 2 != 0));
            prop_assert!(set.iter().all(|at| i32::from(digits[*at]).abs() < 1 << (width - 1)));
            prop_assert!(set.windows(2).all(|pair| pair[1] - pair[0] >= width as usize));
        }
    }
}
