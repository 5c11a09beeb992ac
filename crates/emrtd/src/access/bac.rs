//! Basic Access Control (Doc 9303-11 §4.3).
//!
//! The keys come from printed data with 50 bits of entropy at best: whoever records a session and learns the printed
//! code later can read along. That is why it is used only where a chip offers no PACE.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::Password;
use crate::apdu::Command;
use crate::cipher::{Cipher, CipherError, Key, KeyUse, MAC_BYTES, pad, same_mac};
use crate::secure_messaging::{SecureMessaging, SessionKeys};

const NONCE_BYTES: usize = 8;
const KEYING_BYTES: usize = 16;
const TOKEN_BYTES: usize = 2 * NONCE_BYTES + KEYING_BYTES;
const ANSWER_BYTES: usize = TOKEN_BYTES + MAC_BYTES;
const IV: [u8; 8] = [0; 8];

/// Why Basic Access Control failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BacError {
    /// The chip's challenge is not eight bytes.
    #[error("the chip's challenge has {0} bytes instead of {NONCE_BYTES}")]
    ChallengeLength(usize),
    /// The chip's cryptogram and checksum are not forty bytes.
    #[error("the chip's authentication data has {0} bytes instead of {ANSWER_BYTES}")]
    AnswerLength(usize),
    /// The checksum over the chip's cryptogram is wrong.
    #[error("the MAC of the chip's authentication data is wrong")]
    Mac,
    /// The chip did not return our challenge or its own.
    #[error("the chip returned another challenge than was sent")]
    Challenge,
    /// Cannot happen with the fixed lengths used here.
    #[error(transparent)]
    Cipher(#[from] CipherError),
}

/// GET CHALLENGE for eight bytes.
pub fn get_challenge() -> Command {
    Command::new(0, 0x84, 0, 0).expecting(8)
}

/// The inspection system's half, waiting for the chip's answer. Used up by [`Bac::finish`].
pub struct Bac {
    document_enc: Key,
    document_mac: Key,
    chip_nonce: [u8; NONCE_BYTES],
    own_nonce: [u8; NONCE_BYTES],
    own_keying: Zeroizing<[u8; KEYING_BYTES]>,
}

impl Bac {
    /// Answers the chip's challenge with fresh keying material: EXTERNAL AUTHENTICATE with mutual authentication.
    ///
    /// # Errors
    /// [`BacError::ChallengeLength`].
    pub fn begin(
        password: &Password,
        challenge: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Command, Bac), BacError> {
        let mut own_nonce = [0; NONCE_BYTES];
        let mut own_keying = Zeroizing::new([0; KEYING_BYTES]);
        rng.fill_bytes(&mut own_nonce);
        rng.fill_bytes(&mut *own_keying);
        Bac::with_nonce(password, challenge, own_nonce, own_keying)
    }

    fn with_nonce(
        password: &Password,
        challenge: &[u8],
        own_nonce: [u8; NONCE_BYTES],
        own_keying: Zeroizing<[u8; KEYING_BYTES]>,
    ) -> Result<(Command, Bac), BacError> {
        let chip_nonce = challenge.try_into().map_err(|_| BacError::ChallengeLength(challenge.len()))?;
        let seed = password.secret().get(..KEYING_BYTES).unwrap_or(password.secret());
        let document_enc = Cipher::TripleDes.derive(seed, KeyUse::Encryption);
        let document_mac = Cipher::TripleDes.derive(seed, KeyUse::Authentication);
        let bac = Bac { document_enc, document_mac, chip_nonce, own_nonce, own_keying };

        let plain = Zeroizing::new([&bac.own_nonce[..], &bac.chip_nonce, &*bac.own_keying].concat());
        let mut data = bac.document_enc.encrypt_cbc(&IV, &plain)?;
        let mac = bac.document_mac.mac(&[&pad(&data, 8)])?;
        data.extend_from_slice(&mac);
        let command = Command::new(0, 0x82, 0, 0).with_data(data).expecting(40);
        Ok((command, bac))
    }

    /// Checks the chip's answer and derives the session keys and the send sequence counter.
    ///
    /// # Errors
    /// [`BacError`]; the chip then has not proved that it knows the printed code.
    pub fn finish(self, answer: &[u8]) -> Result<SecureMessaging, BacError> {
        let (cryptogram, mac) = match answer.split_at_checked(TOKEN_BYTES) {
            Some((cryptogram, mac)) if mac.len() == MAC_BYTES => (cryptogram, mac),
            _ => return Err(BacError::AnswerLength(answer.len())),
        };
        if !same_mac(mac, &self.document_mac.mac(&[&pad(cryptogram, 8)])?) {
            return Err(BacError::Mac);
        }
        let plain = self.document_enc.decrypt_cbc(&IV, cryptogram)?;
        let (nonces, chip_keying) = plain.split_at(2 * NONCE_BYTES);
        let (chip_nonce, own_nonce) = nonces.split_at(NONCE_BYTES);
        if !same_mac(chip_nonce, &self.chip_nonce) || !same_mac(own_nonce, &self.own_nonce) {
            return Err(BacError::Challenge);
        }
        let seed: Zeroizing<Vec<u8>> =
            Zeroizing::new(chip_keying.iter().zip(self.own_keying.iter()).map(|(a, b)| a ^ b).collect());
        let counter = [&self.chip_nonce[4..], &self.own_nonce[4..]].concat();
        let keys = SessionKeys::derive(Cipher::TripleDes, &seed);
        Ok(SecureMessaging::with_counter(keys, &counter)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    const CHALLENGE: [u8; 8] = hex!("4608F91988702212");
    const ANSWER: [u8; 40] =
        hex!("46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449");

    fn example() -> (Command, Bac) {
        let password = Password::from_mrz_information("L898902C<369080619406236");
        let keying = Zeroizing::new(hex!("0B795240CB7049B01C19B33E32804F0B"));
        Bac::with_nonce(&password, &CHALLENGE, hex!("781723860C06C226"), keying).unwrap()
    }

    /// Doc 9303-11 Appendix D.3.
    #[test]
    fn the_worked_example_is_reproduced() {
        let (command, bac) = example();
        let sent = hex!(
            "0082000028"
            "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7"
            "28"
        );
        assert_eq!(command.encode().unwrap(), sent);
        let mut session = bac.finish(&ANSWER).unwrap();
        let select_com = Command::new(0, 0xA4, 2, 0x0C).with_data([1, 0x1E]);
        let (protected, _) = session.protect(&select_com).unwrap();
        assert_eq!(protected, hex!("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"));
    }

    #[test]
    fn a_chip_that_does_not_know_the_code_is_refused() {
        let mut wrong_mac = ANSWER;
        wrong_mac[39] ^= 1;
        assert_eq!(example().1.finish(&wrong_mac).unwrap_err(), BacError::Mac);
        assert_eq!(example().1.finish(&ANSWER[..39]).unwrap_err(), BacError::AnswerLength(39));
    }

    #[test]
    fn an_answer_to_another_challenge_is_refused() {
        let password = Password::from_mrz_information("L898902C<369080619406236");
        let keying = Zeroizing::new([1; 16]);
        let (_, bac) = Bac::with_nonce(&password, &CHALLENGE, [2; 8], keying).unwrap();
        assert_eq!(bac.finish(&ANSWER).unwrap_err(), BacError::Challenge);
    }

    #[test]
    fn a_challenge_of_another_length_is_refused() {
        let password = Password::from_mrz_information("L898902C<369080619406236");
        let refused = Bac::with_nonce(&password, &[0; 7], [0; 8], Zeroizing::new([0; 16]));
        assert_eq!(refused.err(), Some(BacError::ChallengeLength(7)));
    }
}
