//! The pseudo-random function of PACE with Integrated Mapping (Doc 9303-11 §4.4.3.3.2, figure 2).

use groups::{Element, ElementError, Group};
use hex_literal::hex;
use zeroize::Zeroizing;

use crate::cipher::{Cipher, CipherError, Key};

const C0_128: [u8; 16] = hex!("a668892a7c41e3ca739f40b057d85904");
const C1_128: [u8; 16] = hex!("a4e136ac725f738b01c1f60217c188ad");
const C0_256: [u8; 32] = hex!("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676");
const C1_256: [u8; 32] = hex!("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517");

/// Why the nonces could not be mapped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MappingError {
    /// A nonce has the wrong length.
    #[error(transparent)]
    Cipher(#[from] CipherError),
    /// The mapped generator is no valid element.
    #[error(transparent)]
    Element(#[from] ElementError),
}

/// The generator that nonces `s` (the chip's) and `t` (ours, as long as a key of the cipher) map to.
///
/// # Errors
/// [`MappingError`]: `t` of another length, `s` of broken blocks, or a result that is the identity.
pub fn integrated(group: Group, cipher: Cipher, s: &[u8], t: &[u8]) -> Result<Element, MappingError> {
    let random = pseudo_random(cipher, s, t, group.field_bits())?;
    Ok(groups::map_integrated(group, &random)?)
}

/// `x1 || x2 || … || xn`, at least `field_bits + 64` bits: [`groups::map_integrated`] reduces it modulo p.
fn pseudo_random(
    cipher: Cipher,
    s: &[u8],
    t: &[u8],
    field_bits: usize,
) -> Result<Zeroizing<Vec<u8>>, CipherError> {
    let (c0, c1): (&[u8], &[u8]) = match cipher {
        Cipher::TripleDes | Cipher::Aes128 => (&C0_128, &C1_128),
        Cipher::Aes192 | Cipher::Aes256 => (&C0_256, &C1_256),
    };
    if s.len() != c0.len() {
        return Err(CipherError::Length(s.len()));
    }
    let iv = vec![0; cipher.block_bytes()];
    let next_key = |key: &Key, data: &[u8]| -> Result<Key, CipherError> {
        let output = Zeroizing::new(key.encrypt_cbc(&iv, data)?);
        Key::from_bytes(cipher, output.get(..cipher.key_bytes()).unwrap_or(&output))
    };
    let mut key = next_key(&Key::from_bytes(cipher, t)?, s)?;
    let rounds = (field_bits + 64).div_ceil(c0.len() * 8);
    let mut random = Zeroizing::new(Vec::with_capacity(rounds * c0.len()));
    for _ in 0..rounds {
        random.extend_from_slice(&key.encrypt_cbc(&iv, c1)?);
        key = next_key(&key, c0)?;
    }
    Ok(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doc 9303-11 Appendix H.1.
    #[test]
    fn the_elliptic_curve_example_is_reproduced() {
        let s = hex!("2923BE84E16CD6AE529049F1F1BBE9EB");
        let t = hex!("5DD4CBFC96F5453B130D890A1CDBAE32");
        let random = pseudo_random(Cipher::Aes128, &s, &t, 256).unwrap();
        let expected = hex!(
            "E4447E2DFB3586BAC05DDB00156B57FBB2179A3949294C97254189800C517BAA"
            "8DA0FF397ED8C445D3E421E4FEB57322"
        );
        assert_eq!(random[..], expected);
    }

    #[test]
    fn nonces_of_other_lengths_are_refused() {
        assert_eq!(
            pseudo_random(Cipher::Aes256, &[0; 16], &[0; 32], 256).unwrap_err(),
            CipherError::Length(16)
        );
        assert_eq!(
            pseudo_random(Cipher::Aes192, &[0; 32], &[0; 16], 256).unwrap_err(),
            CipherError::Length(16)
        );
    }
}
