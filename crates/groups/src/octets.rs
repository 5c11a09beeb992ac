//! Unsigned big-endian integers as byte strings (I2OSP and OS2IP of BSI TR-03111 §3.1).

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// Bytes that may be secret.
pub(crate) type Octets = Zeroizing<Vec<u8>>;

/// The integer without leading zero bytes. Its timing tells how many there are: for public values only.
pub(crate) fn without_leading_zeros(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    integer.get(zeros..).unwrap_or_default()
}

/// Whether two public integers are equal, leading zeros aside.
pub(crate) fn same_integer(a: &[u8], b: &[u8]) -> bool {
    without_leading_zeros(a) == without_leading_zeros(b)
}

/// The integer in exactly `length` bytes, or `None` if it needs more. Constant time in the value.
pub(crate) fn to_length(integer: &[u8], length: usize) -> Option<Octets> {
    let surplus = integer.len().saturating_sub(length);
    let (excess, rest) = integer.split_at_checked(surplus)?;
    let overflow = excess.iter().fold(0u8, |all, byte| all | byte);
    if overflow != 0 {
        return None;
    }
    let mut padded = Zeroizing::new(vec![0; length]);
    let start = length.saturating_sub(rest.len());
    padded.get_mut(start..)?.copy_from_slice(rest);
    Some(padded)
}

/// Whether 1 <= `integer` < `bound`, both of the same length. Constant time in `integer`.
pub(crate) fn is_in_range(integer: &[u8], bound: &[u8]) -> Choice {
    // The borrow of integer - bound is 1 exactly if integer < bound.
    let borrow = integer.iter().zip(bound).rev().fold(0u16, |borrow, (a, b)| {
        let difference = u16::from(*a).wrapping_sub(u16::from(*b)).wrapping_sub(borrow);
        (difference >> 8) & 1
    });
    let any = integer.iter().fold(0u8, |all, byte| all | byte);
    borrow.ct_eq(&1) & !any.ct_eq(&0) & integer.len().ct_eq(&bound.len())
}

/// A uniformly random integer from 1 to `bound - 1`, in the length of `bound`, by rejection.
pub(crate) fn random_below(bound: &[u8], rng: &mut impl CryptoRng) -> Octets {
    // Bits above those of the bound are cleared first, so that at least every second try succeeds.
    let mask = bound.first().map_or(0, |top| u8::MAX.checked_shr(top.leading_zeros()).unwrap_or(0));
    let mut candidate = Zeroizing::new(vec![0; bound.len()]);
    loop {
        rng.fill_bytes(&mut candidate);
        if let Some(top) = candidate.first_mut() {
            *top &= mask;
        }
        if is_in_range(&candidate, bound).into() {
            return candidate;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::{is_in_range, random_below, same_integer, to_length};

    fn in_range(integer: &[u8], bound: &[u8]) -> bool {
        is_in_range(integer, bound).into()
    }

    #[test]
    fn zero_the_bound_and_other_lengths_are_out_of_range() {
        assert!(!in_range(&[0, 0], &[1, 4]));
        assert!(in_range(&[0, 1], &[1, 4]));
        assert!(in_range(&[0, 255], &[1, 4]));
        assert!(in_range(&[1, 3], &[1, 4]));
        assert!(!in_range(&[1, 4], &[1, 4]));
        assert!(!in_range(&[1, 5], &[1, 4]));
        assert!(!in_range(&[2, 0], &[1, 4]));
        assert!(!in_range(&[3], &[1, 4]));
        assert!(!in_range(&[0, 1, 3], &[1, 4]));
        assert!(!in_range(&[], &[]));
    }

    #[test]
    fn padding_keeps_the_integer_or_fails() {
        assert_eq!(*to_length(&[7], 3).unwrap(), [0, 0, 7]);
        assert_eq!(*to_length(&[0, 0, 7], 1).unwrap(), [7]);
        assert!(to_length(&[1, 0], 1).is_none());
        assert!(to_length(&[], 0).unwrap().is_empty());
    }

    #[test]
    fn leading_zeros_do_not_make_another_integer() {
        assert!(same_integer(&[0, 0, 5], &[5]));
        assert!(same_integer(&[0], &[]));
        assert!(!same_integer(&[5, 0], &[5]));
    }

    #[test]
    fn random_integers_reach_every_value_below_the_bound() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut seen = [false; 6];
        for _ in 0..200 {
            seen[usize::from(random_below(&[6], &mut rng)[0])] = true;
        }
        assert_eq!(seen, [false, true, true, true, true, true]);
    }
}
