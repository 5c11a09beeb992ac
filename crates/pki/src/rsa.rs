//! Verification of RSA signatures: RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 §8).
//!
//! PKCS#1 v1.5 is checked by writing the one encoding that is right and comparing all of it; nothing of the received
//! encoding is parsed. Everything here is public, so nothing runs in constant time.

mod power;

use crate::algorithm::{HashAlgorithm, PssParameters};

/// The encoded message: signature to the power of the exponent, as long as the modulus. `None` if the signature is not
/// as long as the modulus or not below it.
pub(crate) fn open(modulus: &[u8], exponent: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != modulus.len() || exponent.len() > 8 {
        return None;
    }
    let exponent = exponent.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    power::power(signature, exponent, modulus)
}

/// How a PKCS#1 v1.5 signature was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestInfoForm {
    /// With NULL, as RFC 8017 says.
    WithNull,
    /// Without it.
    WithoutNull,
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): which of the two forms the encoded message has, if it has one.
pub(crate) fn pkcs1_form(hash: HashAlgorithm, digest: &[u8], encoded: &[u8]) -> Option<DigestInfoForm> {
    [DigestInfoForm::WithNull, DigestInfoForm::WithoutNull]
        .into_iter()
        .find(|form| pkcs1_encoding(hash, *form, digest, encoded.len()).as_deref() == Some(encoded))
}

fn pkcs1_encoding(
    hash: HashAlgorithm,
    form: DigestInfoForm,
    digest: &[u8],
    length: usize,
) -> Option<Vec<u8>> {
    let id = hash.oid();
    let id = id.as_bytes();
    let null: &[u8] = match form {
        DigestInfoForm::WithNull => &[0x05, 0x00],
        DigestInfoForm::WithoutNull => &[],
    };
    // All lengths are below 128.
    let short = |length: usize| u8::try_from(length).ok();
    let algorithm = id.len().checked_add(2)?.checked_add(null.len())?;
    let whole = algorithm.checked_add(4)?.checked_add(digest.len())?;
    let mut info = vec![0x30, short(whole)?, 0x30, short(algorithm)?, 0x06, short(id.len())?];
    info.extend_from_slice(id);
    info.extend_from_slice(null);
    info.extend_from_slice(&[0x04, short(digest.len())?]);
    info.extend_from_slice(digest);
    let padding = length.checked_sub(info.len())?.checked_sub(3).filter(|padding| *padding >= 8)?;
    let mut encoded = vec![0x00, 0x01];
    encoded.resize(padding.checked_add(2)?, 0xFF);
    encoded.push(0x00);
    encoded.extend_from_slice(&info);
    Some(encoded)
}

/// EMSA-PSS-VERIFY (RFC 8017 §9.1.2). `encoded` is as long as the modulus of `modulus_bits`.
pub(crate) fn pss_is_consistent(
    parameters: &PssParameters,
    digest: &[u8],
    encoded: &[u8],
    modulus_bits: usize,
) -> bool {
    pss(parameters, digest, encoded, modulus_bits).unwrap_or(false)
}

fn pss(parameters: &PssParameters, digest: &[u8], encoded: &[u8], modulus_bits: usize) -> Option<bool> {
    let bits = modulus_bits.checked_sub(1)?;
    let length = bits.div_ceil(8);
    // With a modulus of 8k + 1 bits the encoded message is one byte shorter than the modulus.
    let (front, encoded) = encoded.split_at_checked(encoded.len().checked_sub(length)?)?;
    let hash_length = parameters.hash.length();
    let (body, trailer) = encoded.split_at_checked(length.checked_sub(1)?)?;
    let block_length = body.len().checked_sub(hash_length)?;
    let (masked, hash) = body.split_at_checked(block_length)?;
    let padding = block_length.checked_sub(parameters.salt)?.checked_sub(1)?;
    let free_bits = length.checked_mul(8)?.checked_sub(bits)?;
    let keep = 0xFF_u8.checked_shr(u32::try_from(free_bits).ok()?)?;
    if trailer != [0xBC] || front.iter().any(|byte| *byte != 0) || masked.first()? & !keep != 0 {
        return Some(false);
    }
    let mut block: Vec<u8> =
        masked.iter().zip(mgf1(parameters.mask_hash, hash, block_length)).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= keep;
    let (zeros, rest) = block.split_at_checked(padding)?;
    let (one, salt) = rest.split_first()?;
    let expected = parameters.hash.digest(&[&[0; 8], digest, salt]);
    Some(zeros.iter().all(|byte| *byte == 0) && *one == 1 && expected == hash)
}

/// MGF1 (RFC 8017 §B.2.1).
fn mgf1(hash: HashAlgorithm, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length.saturating_add(64));
    let mut counter: u32 = 0;
    while mask.len() < length {
        mask.extend(hash.digest(&[seed, &counter.to_be_bytes()]));
        counter = counter.wrapping_add(1);
    }
    mask.truncate(length);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_info_is_that_of_rfc_8017_and_the_one_without_null() {
        let digest = [0xAB; 32];
        let encoded = pkcs1_encoding(HashAlgorithm::Sha256, DigestInfoForm::WithNull, &digest, 128).unwrap();
        assert!(encoded.starts_with(&[0, 1, 0xFF]));
        let info = [
            &[0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20],
            &digest[..],
        ];
        assert!(encoded.ends_with(&info.concat()));
        let shorter =
            pkcs1_encoding(HashAlgorithm::Sha256, DigestInfoForm::WithoutNull, &digest, 128).unwrap();
        assert!(shorter.windows(4).any(|bytes| bytes == [0x30, 0x2f, 0x30, 0x0b]));
        assert_eq!(pkcs1_form(HashAlgorithm::Sha256, &digest, &encoded), Some(DigestInfoForm::WithNull));
        assert_eq!(pkcs1_form(HashAlgorithm::Sha256, &digest, &shorter), Some(DigestInfoForm::WithoutNull));
        assert_eq!(pkcs1_form(HashAlgorithm::Sha384, &digest, &encoded), None);
    }

    #[test]
    fn a_modulus_too_short_for_the_padding_has_no_encoding() {
        assert!(pkcs1_encoding(HashAlgorithm::Sha512, DigestInfoForm::WithNull, &[0; 64], 93).is_none());
        assert!(pkcs1_encoding(HashAlgorithm::Sha512, DigestInfoForm::WithNull, &[0; 64], 94).is_some());
    }
}
