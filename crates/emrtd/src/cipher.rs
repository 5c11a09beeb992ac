//! Symmetric cryptography of access control and secure messaging: key derivation, CBC, MACs and padding.
//!
//! Doc 9303-11 §9.7.1 (key derivation), §9.8.6 and §9.8.7 (secure messaging with 3DES and AES), ISO/IEC 9797-1.
//!
//! CBC here gives no integrity of its own: secure messaging checks the MAC before anything is decrypted, and the only
//! other uses (the PACE nonce, BAC tokens, PACE-CAM data) are covered by a MAC or carry random data.

use std::fmt;

use cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use cipher::{block_padding::NoPadding, consts::U8, consts::U16};
use digest::{Digest, Mac};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of every MAC and token in Doc 9303-11: CMAC is cut to its first eight.
pub const MAC_BYTES: usize = 8;

/// A block cipher of Doc 9303-11 with the key length that a protocol's object identifier names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cipher {
    /// Two-key Triple DES, CBC, with the Retail MAC (ISO/IEC 9797-1 algorithm 3).
    #[serde(rename = "3des")]
    TripleDes,
    /// AES with 128-bit keys, CBC, CMAC.
    #[serde(rename = "aes-128")]
    Aes128,
    /// AES with 192-bit keys, CBC, CMAC.
    #[serde(rename = "aes-192")]
    Aes192,
    /// AES with 256-bit keys, CBC, CMAC.
    #[serde(rename = "aes-256")]
    Aes256,
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cipher::TripleDes => "3DES",
            Cipher::Aes128 => "AES-128",
            Cipher::Aes192 => "AES-192",
            Cipher::Aes256 => "AES-256",
        })
    }
}

/// What a key derived from a shared secret is for: the counter of Doc 9303-11 §9.7.1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyUse {
    /// `KDF_Enc`, counter 1.
    Encryption,
    /// `KDF_MAC`, counter 2.
    Authentication,
    /// `KDF_π`, counter 3: from a password, for the PACE nonce.
    Password,
}

/// Why symmetric processing refused its input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CipherError {
    /// The ciphertext is no whole number of blocks.
    #[error("the ciphertext has {length} bytes, no multiple of the block of {block}")]
    Blocks {
        /// Bytes found.
        length: usize,
        /// Bytes of one block.
        block: usize,
    },
    /// The padding is not `80 00…` (ISO/IEC 9797-1 method 2).
    #[error("the padding is wrong")]
    Padding,
    /// A key or initialisation vector has the wrong length.
    #[error("a key or initialisation vector has {0} bytes")]
    Length(usize),
}

impl Cipher {
    /// Every cipher, weakest first.
    pub const ALL: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];

    /// Bytes of a key.
    pub const fn key_bytes(self) -> usize {
        match self {
            Cipher::TripleDes | Cipher::Aes128 => 16,
            Cipher::Aes192 => 24,
            Cipher::Aes256 => 32,
        }
    }

    /// Bytes of a block, which is also the length of the send sequence counter.
    pub const fn block_bytes(self) -> usize {
        match self {
            Cipher::TripleDes => 8,
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => 16,
        }
    }

    /// Derives a key: `H(secret || counter)`, cut to the key length (Doc 9303-11 §9.7.1).
    ///
    /// SHA-1 serves 3DES and AES-128, SHA-256 the longer keys; 3DES keys get odd parity.
    pub fn derive(self, secret: &[u8], usage: KeyUse) -> Key {
        let counter: [u8; 4] = match usage {
            KeyUse::Encryption => [0, 0, 0, 1],
            KeyUse::Authentication => [0, 0, 0, 2],
            KeyUse::Password => [0, 0, 0, 3],
        };
        let mut bytes = Zeroizing::new([0u8; 32]);
        match self {
            Cipher::TripleDes | Cipher::Aes128 => {
                let hash = sha1::Sha1::new().chain_update(secret).chain_update(counter).finalize();
                bytes[..16].copy_from_slice(&hash[..16]);
            }
            Cipher::Aes192 | Cipher::Aes256 => {
                let hash = sha2::Sha256::new().chain_update(secret).chain_update(counter).finalize();
                bytes.copy_from_slice(&hash);
            }
        }
        if self == Cipher::TripleDes {
            for byte in &mut bytes[..16] {
                *byte = with_odd_parity(*byte);
            }
        }
        Key { cipher: self, bytes }
    }
}

fn with_odd_parity(byte: u8) -> u8 {
    let high = byte & 0xFE;
    high | u8::from(high.count_ones().is_multiple_of(2))
}

/// A symmetric key with its cipher. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Key {
    cipher: Cipher,
    bytes: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, <redacted>)", self.cipher)
    }
}

impl Key {
    /// A key from its bytes, as worked examples give them.
    ///
    /// # Errors
    /// [`CipherError::Length`] if `bytes` is not as long as the cipher's key.
    pub fn from_bytes(cipher: Cipher, bytes: &[u8]) -> Result<Key, CipherError> {
        if bytes.len() != cipher.key_bytes() {
            return Err(CipherError::Length(bytes.len()));
        }
        let mut key = Zeroizing::new([0u8; 32]);
        key[..bytes.len()].copy_from_slice(bytes);
        Ok(Key { cipher, bytes: key })
    }

    /// The cipher this key is for.
    pub const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The key itself, [`Cipher::key_bytes`] long.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.cipher.key_bytes()]
    }

    /// CBC encryption of whole blocks.
    ///
    /// # Errors
    /// [`CipherError::Blocks`] or [`CipherError::Length`] (of the initialisation vector).
    pub fn encrypt_cbc(&self, iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.check_blocks(plain)?;
        match self.cipher {
            Cipher::TripleDes => encrypt_cbc8::<des::TdesEde2>(self.as_bytes(), iv, plain),
            Cipher::Aes128 => encrypt_cbc16::<aes::Aes128>(self.as_bytes(), iv, plain),
            Cipher::Aes192 => encrypt_cbc16::<aes::Aes192>(self.as_bytes(), iv, plain),
            Cipher::Aes256 => encrypt_cbc16::<aes::Aes256>(self.as_bytes(), iv, plain),
        }
    }

    /// CBC decryption of whole blocks.
    ///
    /// # Errors
    /// [`CipherError::Blocks`] or [`CipherError::Length`] (of the initialisation vector).
    pub fn decrypt_cbc(&self, iv: &[u8], secret: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        self.check_blocks(secret)?;
        match self.cipher {
            Cipher::TripleDes => decrypt_cbc8::<des::TdesEde2>(self.as_bytes(), iv, secret),
            Cipher::Aes128 => decrypt_cbc16::<aes::Aes128>(self.as_bytes(), iv, secret),
            Cipher::Aes192 => decrypt_cbc16::<aes::Aes192>(self.as_bytes(), iv, secret),
            Cipher::Aes256 => decrypt_cbc16::<aes::Aes256>(self.as_bytes(), iv, secret),
        }
    }

    /// The initialisation vector of secure messaging: zero for 3DES, `E(K, SSC)` for AES (Doc 9303-11 §9.8.6.1).
    ///
    /// # Errors
    /// [`CipherError::Length`] if `ssc` is no block long.
    pub fn secure_messaging_iv(&self, ssc: &[u8]) -> Result<Vec<u8>, CipherError> {
        if ssc.len() != self.cipher.block_bytes() {
            return Err(CipherError::Length(ssc.len()));
        }
        match self.cipher {
            Cipher::TripleDes => Ok(vec![0; 8]),
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => self.encrypt_cbc(&[0; 16], ssc),
        }
    }

    /// The MAC over `parts` put together, eight bytes.
    ///
    /// For 3DES the caller has padded the message to whole blocks ([`pad`]); CMAC takes any length.
    ///
    /// # Errors
    /// [`CipherError::Blocks`] for 3DES over a message of broken blocks.
    pub fn mac(&self, parts: &[&[u8]]) -> Result<[u8; MAC_BYTES], CipherError> {
        match self.cipher {
            Cipher::TripleDes => {
                let length = parts.iter().map(|part| part.len()).sum::<usize>();
                if !length.is_multiple_of(8) {
                    return Err(CipherError::Blocks { length, block: 8 });
                }
                mac_of::<retail_mac::RetailMac<des::Des>>(self.as_bytes(), parts)
            }
            Cipher::Aes128 => mac_of::<cmac::Cmac<aes::Aes128>>(self.as_bytes(), parts),
            Cipher::Aes192 => mac_of::<cmac::Cmac<aes::Aes192>>(self.as_bytes(), parts),
            Cipher::Aes256 => mac_of::<cmac::Cmac<aes::Aes256>>(self.as_bytes(), parts),
        }
    }

    /// The MAC over an authentication token's input: padded for 3DES, as it is for AES (Doc 9303-11 §4.4.3.4).
    ///
    /// # Errors
    /// None in practice; the signature follows [`Key::mac`].
    pub fn mac_padded_if_needed(&self, message: &[u8]) -> Result<[u8; MAC_BYTES], CipherError> {
        match self.cipher {
            Cipher::TripleDes => self.mac(&[&pad(message, 8)]),
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => self.mac(&[message]),
        }
    }

    fn check_blocks(&self, data: &[u8]) -> Result<(), CipherError> {
        let block = self.cipher.block_bytes();
        if data.len().is_multiple_of(block) {
            Ok(())
        } else {
            Err(CipherError::Blocks { length: data.len(), block })
        }
    }
}

/// Compares two MACs or tokens in constant time.
pub fn same_mac(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Appends `80` and zeros up to a whole number of blocks (ISO/IEC 9797-1 padding method 2).
pub fn pad(data: &[u8], block: usize) -> Zeroizing<Vec<u8>> {
    let mut padded = Zeroizing::new(Vec::with_capacity(data.len() + block));
    padded.extend_from_slice(data);
    pad_in_place(&mut padded, block);
    padded
}

/// As [`pad`], on a buffer that is already there.
pub fn pad_in_place(data: &mut Vec<u8>, block: usize) {
    data.push(0x80);
    let length = data.len().next_multiple_of(block.max(1));
    data.resize(length, 0);
}

/// The length of the data under ISO/IEC 9797-1 padding method 2.
///
/// # Errors
/// [`CipherError::Padding`] if the last block holds no `80` followed by zeros only.
pub fn unpadded_length(padded: &[u8], block: usize) -> Result<usize, CipherError> {
    let zeros = padded.iter().rev().take_while(|&&byte| byte == 0).count();
    let marker = padded.len().checked_sub(zeros + 1).ok_or(CipherError::Padding)?;
    if padded.get(marker) == Some(&0x80) && zeros < block { Ok(marker) } else { Err(CipherError::Padding) }
}

fn mac_of<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Result<[u8; MAC_BYTES], CipherError> {
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| CipherError::Length(key.len()))?;
    for part in parts {
        mac.update(part);
    }
    let full = mac.finalize().into_bytes();
    let mut short = [0; MAC_BYTES];
    short.copy_from_slice(&full[..MAC_BYTES]);
    Ok(short)
}

macro_rules! cbc_functions {
    ($encrypt:ident, $decrypt:ident, $block:ty) => {
        fn $encrypt<C>(key: &[u8], iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError>
        where
            C: KeyInit + cipher::BlockSizeUser<BlockSize = $block> + BlockCipherEncrypt,
        {
            let cipher = C::new_from_slice(key).map_err(|_| CipherError::Length(key.len()))?;
            cbc::Encryptor::inner_iv_slice_init(cipher, iv)
                .map_err(|_| CipherError::Length(iv.len()))
                .map(|mode| mode.encrypt_padded_vec::<NoPadding>(plain))
        }

        fn $decrypt<C>(key: &[u8], iv: &[u8], secret: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError>
        where
            C: KeyInit + cipher::BlockSizeUser<BlockSize = $block> + cipher::BlockCipherDecrypt,
        {
            let cipher = C::new_from_slice(key).map_err(|_| CipherError::Length(key.len()))?;
            cbc::Decryptor::inner_iv_slice_init(cipher, iv)
                .map_err(|_| CipherError::Length(iv.len()))?
                .decrypt_padded_vec::<NoPadding>(secret)
                .map(Zeroizing::new)
                .map_err(|_| CipherError::Padding)
        }
    };
}

cbc_functions!(encrypt_cbc8, decrypt_cbc8, U8);
cbc_functions!(encrypt_cbc16, decrypt_cbc16, U16);

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn keys_of_the_basic_access_example_are_derived() {
        let seed = hex!("239AB9CB282DAF66231DC5A4DF6BFBAE");
        let enc = Cipher::TripleDes.derive(&seed, KeyUse::Encryption);
        let mac = Cipher::TripleDes.derive(&seed, KeyUse::Authentication);
        assert_eq!(enc.as_bytes(), hex!("AB94FDECF2674FDFB9B391F85D7F76F2"));
        assert_eq!(mac.as_bytes(), hex!("7962D9ECE03D1ACD4C76089DCE131543"));
    }

    #[test]
    fn cbc_round_trips_for_every_cipher() {
        for cipher in Cipher::ALL {
            let key = cipher.derive(b"secret", KeyUse::Encryption);
            let iv = vec![7; cipher.block_bytes()];
            let plain = pad(b"data of a data group", cipher.block_bytes());
            let secret = key.encrypt_cbc(&iv, &plain).unwrap();
            assert_ne!(secret, *plain);
            assert_eq!(*key.decrypt_cbc(&iv, &secret).unwrap(), *plain);
        }
    }

    #[test]
    fn broken_blocks_are_refused() {
        let key = Cipher::Aes128.derive(b"secret", KeyUse::Encryption);
        assert_eq!(
            key.decrypt_cbc(&[0; 16], &[0; 17]).unwrap_err(),
            CipherError::Blocks { length: 17, block: 16 }
        );
        assert_eq!(key.encrypt_cbc(&[0; 3], &[0; 16]).unwrap_err(), CipherError::Length(3));
    }

    #[test]
    fn padding_is_removed_only_when_it_is_whole() {
        assert_eq!(unpadded_length(&hex!("0102030405060780"), 8), Ok(7));
        assert_eq!(unpadded_length(&hex!("8000000000000000"), 8), Ok(0));
        assert_eq!(unpadded_length(&hex!("0102030405060708"), 8), Err(CipherError::Padding));
        assert_eq!(unpadded_length(&hex!("01800000000000000000"), 8), Err(CipherError::Padding));
        assert_eq!(unpadded_length(&[0; 16], 16), Err(CipherError::Padding));
        assert_eq!(unpadded_length(&[], 16), Err(CipherError::Padding));
    }
}
