//! Basic Access Control as the chip does it (Doc 9303-11 §4.3).

use emrtd::apdu::StatusWord;
use emrtd::cipher::{Cipher, CipherError, Key, KeyUse, pad, same_mac};
use rand_core::CryptoRng;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::hostile::Hostile;
use super::secure_messaging::Session;

/// Bytes of each challenge.
pub(super) const CHALLENGE_BYTES: usize = 8;
const KEY_MATERIAL_BYTES: usize = 16;
const CRYPTOGRAM_BYTES: usize = 32;

/// The document basic access keys.
pub(super) struct BasicAccess {
    encryption: Key,
    authentication: Key,
}

/// A successful run: the answer to EXTERNAL AUTHENTICATE and the session that begins after it.
pub(super) struct Opened {
    pub(super) answer: Vec<u8>,
    pub(super) session: Session,
}

impl BasicAccess {
    /// Keys from the MRZ information (§9.7.2): the seed is the first half of its SHA-1.
    pub(super) fn new(mrz_information: &[u8]) -> BasicAccess {
        let hash = Zeroizing::new(Sha1::digest(mrz_information).to_vec());
        let seed = hash.get(..KEY_MATERIAL_BYTES).unwrap_or_default();
        BasicAccess {
            encryption: Cipher::TripleDes.derive(seed, KeyUse::Encryption),
            authentication: Cipher::TripleDes.derive(seed, KeyUse::Authentication),
        }
    }

    /// EXTERNAL AUTHENTICATE: `data` is E_IFD || M_IFD, `challenge` the chip's own.
    ///
    /// # Errors
    /// 6700 for another length, 6300 for a wrong MAC or challenge.
    pub(super) fn authenticate(
        &self,
        data: &[u8],
        challenge: [u8; CHALLENGE_BYTES],
        hostile: Option<Hostile>,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, StatusWord> {
        let (cryptogram, mac) = data.split_at_checked(CRYPTOGRAM_BYTES).ok_or(StatusWord::WRONG_LENGTH)?;
        if mac.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let expected = self.checksum(cryptogram).map_err(|_| StatusWord::UNKNOWN)?;
        if !same_mac(&expected, mac) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let plain = self.encryption.decrypt_cbc(&[0; 8], cryptogram).map_err(|_| StatusWord::UNKNOWN)?;
        let (challenges, terminal_material) = plain.split_at(2 * CHALLENGE_BYTES);
        let (terminal_challenge, returned) = challenges.split_at(CHALLENGE_BYTES);
        if !same_mac(returned, &challenge) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let mut material = Zeroizing::new([0u8; KEY_MATERIAL_BYTES]);
        rng.fill_bytes(&mut *material);
        let mut echoed = terminal_challenge.to_vec();
        if hostile == Some(Hostile::WrongChallenge) {
            for byte in &mut echoed {
                *byte ^= 0xFF;
            }
        }
        let mut answer = self.answer(&challenge, &echoed, &*material).map_err(|_| StatusWord::UNKNOWN)?;
        if hostile == Some(Hostile::WrongBasicAccessMac)
            && let Some(last) = answer.last_mut()
        {
            *last ^= 1;
        }
        let seed: Zeroizing<Vec<u8>> =
            Zeroizing::new(terminal_material.iter().zip(material.iter()).map(|(ifd, ic)| ifd ^ ic).collect());
        let counter = [&challenge[4..], &terminal_challenge[4..]].concat();
        let session = Session::new(
            Cipher::TripleDes.derive(&seed, KeyUse::Encryption),
            Cipher::TripleDes.derive(&seed, KeyUse::Authentication),
            counter,
        );
        Ok(Opened { answer, session })
    }

    /// E_IC || M_IC over RND.IC, RND.IFD and K.IC.
    fn answer(&self, own: &[u8], terminal: &[u8], material: &[u8]) -> Result<Vec<u8>, CipherError> {
        let plain = Zeroizing::new([own, terminal, material].concat());
        let mut answer = self.encryption.encrypt_cbc(&[0; 8], &plain)?;
        let mac = self.checksum(&answer)?;
        answer.extend_from_slice(&mac);
        Ok(answer)
    }

    fn checksum(&self, cryptogram: &[u8]) -> Result<[u8; 8], CipherError> {
        self.authentication.mac(&[&pad(cryptogram, 8)])
    }
}
