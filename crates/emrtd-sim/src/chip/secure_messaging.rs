//! Secure messaging as the chip does it (Doc 9303-11 §9.8), written independently of the inspection system's side.
//!
//! Commands are opened strictly: the objects 85 or 87, 97 and 8E in this order and nothing else. An error in them ends
//! the session (§9.8.3); the caller sees to that.

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::cipher::{Cipher, CipherError, Key, KeyUse, MAC_BYTES, pad, same_mac, unpadded_length};
use emrtd::tlv::{self, Reader, TlvError};

const DO_CRYPTOGRAM_ODD: u32 = 0x85;
const DO_CRYPTOGRAM_EVEN: u32 = 0x87;
const DO_EXPECTED_LENGTH: u32 = 0x97;
const DO_STATUS: u32 = 0x99;
const DO_CHECKSUM: u32 = 0x8E;
/// The padding indicator before the cryptogram in a data object 87.
const METHOD_2: u8 = 0x01;
/// Bytes of the data objects 99 and 8E together.
const STATUS_AND_CHECKSUM_BYTES: usize = 4 + 2 + MAC_BYTES;

/// Why a protected command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProtectionError {
    /// The data field is no sequence of data objects.
    #[error("the data objects are malformed: {0}")]
    Tlv(#[from] TlvError),
    /// The checksum is missing.
    #[error("data object 8E is missing")]
    ChecksumMissing,
    /// An object that does not belong here, or twice, or in the wrong order.
    #[error("data object {0:02X} is not expected here")]
    Unexpected(u32),
    /// The checksum is wrong.
    #[error("the checksum is wrong")]
    Checksum,
    /// The expected length is not one or two bytes long.
    #[error("the expected length has {0} bytes")]
    ExpectedLength(usize),
    /// The padding indicator is not 01.
    #[error("the padding indicator is missing or wrong")]
    PaddingIndicator,
    /// The cryptogram cannot be decrypted.
    #[error(transparent)]
    Cipher(#[from] CipherError),
}

impl ProtectionError {
    /// 6987 for a missing object, 6988 for a wrong one.
    pub(super) fn status(&self) -> StatusWord {
        match self {
            ProtectionError::ChecksumMissing => StatusWord::SM_OBJECTS_MISSING,
            _ => StatusWord::SM_OBJECTS_INCORRECT,
        }
    }
}

/// What is wrong with a protected answer that is whole otherwise: its MAC covers it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    NoCryptogram,
    NoStatus,
    NoChecksum,
    /// The last byte of the cryptogram is another one.
    WrongCryptogram,
}

/// One session of secure messaging.
pub(super) struct Session {
    encryption: Key,
    authentication: Key,
    counter: Vec<u8>,
}

impl Session {
    /// A session after PACE or Chip Authentication: the counter starts at zero.
    pub(super) fn from_secret(cipher: Cipher, shared: &[u8]) -> Session {
        Session::new(
            cipher.derive(shared, KeyUse::Encryption),
            cipher.derive(shared, KeyUse::Authentication),
            vec![0; cipher.block_bytes()],
        )
    }

    pub(super) fn new(encryption: Key, authentication: Key, counter: Vec<u8>) -> Session {
        Session { encryption, authentication, counter }
    }

    pub(super) fn encryption(&self) -> &Key {
        &self.encryption
    }

    pub(super) fn authentication(&self) -> &Key {
        &self.authentication
    }

    fn block(&self) -> usize {
        self.encryption.cipher().block_bytes()
    }

    fn count(&mut self) {
        for byte in self.counter.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }

    /// Opens a protected command.
    pub(super) fn open(&mut self, command: &Command) -> Result<Command, ProtectionError> {
        self.count();
        let odd = command.ins & 1 == 1;
        let mut objects = Reader::new(&command.data);
        let cryptogram = objects.optional(if odd { DO_CRYPTOGRAM_ODD } else { DO_CRYPTOGRAM_EVEN })?;
        let expected = objects.optional(DO_EXPECTED_LENGTH)?;
        let covered = objects.position();
        let checksum = match objects.next()? {
            None => return Err(ProtectionError::ChecksumMissing),
            Some(object) if object.tag != DO_CHECKSUM => return Err(ProtectionError::Unexpected(object.tag)),
            Some(object) => object.value,
        };
        if let Some(tag) = objects.peek_tag()? {
            return Err(ProtectionError::Unexpected(tag));
        }
        let covered = command.data.get(..covered).unwrap_or_default();
        if !self.is_checksum(command, covered, checksum)? {
            return Err(ProtectionError::Checksum);
        }
        let data = match cryptogram {
            None => Vec::new(),
            Some(object) if odd => self.decrypt(object.value)?,
            Some(object) => match object.value.split_first() {
                Some((&METHOD_2, cryptogram)) => self.decrypt(cryptogram)?,
                _ => return Err(ProtectionError::PaddingIndicator),
            },
        };
        let ne = match expected.map(|object| object.value) {
            None => None,
            Some([0]) => Some(256),
            Some([short]) => Some(u32::from(*short)),
            Some([0, 0]) => Some(65_536),
            Some([high, low]) => Some(u32::from(u16::from_be_bytes([*high, *low]))),
            Some(other) => return Err(ProtectionError::ExpectedLength(other.len())),
        };
        Ok(Command { cla: command.cla & !0x0C, data, ne, ..*command })
    }

    /// The checksum covers counter, padded header and objects. Whether a header that stands alone is padded once more
    /// is read both ways in the field, so a chip had better take both.
    fn is_checksum(&self, command: &Command, objects: &[u8], found: &[u8]) -> Result<bool, CipherError> {
        let block = self.block();
        let header = pad(&[command.cla, command.ins, command.p1, command.p2], block);
        let message = [self.counter.as_slice(), &header, objects].concat();
        let padded = self.authentication.mac(&[&pad(&message, block)])?;
        let mut right = same_mac(&padded, found);
        if objects.is_empty() {
            right |= same_mac(&self.authentication.mac(&[&message])?, found);
        }
        Ok(right)
    }

    fn decrypt(&self, cryptogram: &[u8]) -> Result<Vec<u8>, CipherError> {
        let iv = self.encryption.secure_messaging_iv(&self.counter)?;
        let padded = self.encryption.decrypt_cbc(&iv, cryptogram)?;
        let length = unpadded_length(&padded, self.block())?;
        Ok(padded.get(..length).unwrap_or_default().to_vec())
    }

    /// Protects an answer; `odd` says whether the command had an odd instruction.
    pub(super) fn protect(
        &mut self,
        response: &Response,
        odd: bool,
        flaw: Option<Flaw>,
    ) -> Result<Response, CipherError> {
        self.count();
        let block = self.block();
        let mut objects = Vec::with_capacity(response.data.len() + 64);
        if !response.data.is_empty() && flaw != Some(Flaw::NoCryptogram) {
            let iv = self.encryption.secure_messaging_iv(&self.counter)?;
            let mut cryptogram = self.encryption.encrypt_cbc(&iv, &pad(&response.data, block))?;
            if let (Some(Flaw::WrongCryptogram), Some(last)) = (flaw, cryptogram.last_mut()) {
                *last ^= 1;
            }
            if odd {
                tlv::write_into(&mut objects, DO_CRYPTOGRAM_ODD, &cryptogram);
            } else {
                tlv::write_into(&mut objects, DO_CRYPTOGRAM_EVEN, &[&[METHOD_2], &cryptogram[..]].concat());
            }
        }
        if flaw != Some(Flaw::NoStatus) {
            tlv::write_into(&mut objects, DO_STATUS, &response.sw.0.to_be_bytes());
        }
        if flaw != Some(Flaw::NoChecksum) {
            let message = [self.counter.as_slice(), &objects].concat();
            let checksum = self.authentication.mac(&[&pad(&message, block)])?;
            tlv::write_into(&mut objects, DO_CHECKSUM, &checksum);
        }
        Ok(Response { data: objects, sw: response.sw })
    }

    /// The most bytes of data whose protected answer has at most `limit` bytes.
    pub(super) fn capacity(&self, limit: usize) -> usize {
        let block = self.block();
        let cryptogram_object = limit.saturating_sub(STATUS_AND_CHECKSUM_BYTES);
        // Tag, one to four bytes of length, padding indicator.
        (3..=6)
            .map(|overhead| {
                let blocks = cryptogram_object.saturating_sub(overhead) / block;
                (overhead, blocks * block)
            })
            .filter(|(overhead, cryptogram)| *overhead >= object_overhead(cryptogram + 1))
            .map(|(_, cryptogram)| cryptogram.saturating_sub(1))
            .max()
            .unwrap_or(0)
    }
}

/// Bytes of tag, length field and padding indicator for a value of this length.
fn object_overhead(value: usize) -> usize {
    match value {
        0..=0x7F => 3,
        0x80..=0xFF => 4,
        0x100..=0xFFFF => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(cipher: Cipher) -> Session {
        Session::from_secret(cipher, b"shared secret")
    }

    #[test]
    fn the_capacity_is_exact_for_every_limit() {
        for cipher in [Cipher::TripleDes, Cipher::Aes128] {
            for limit in (40..700).chain(65_500..65_600) {
                let capacity = session(cipher).capacity(limit);
                let protected = |bytes| {
                    let response = Response::ok(vec![7; bytes]);
                    session(cipher).protect(&response, false, None).unwrap().data.len()
                };
                assert!(protected(capacity) <= limit, "{cipher} {limit}");
                assert!(protected(capacity + 1) > limit, "{cipher} {limit}");
            }
        }
    }

    #[test]
    fn a_short_answer_holds_231_bytes_with_3des_and_223_with_aes() {
        assert_eq!(session(Cipher::TripleDes).capacity(256), 231);
        assert_eq!(session(Cipher::Aes256).capacity(256), 223);
    }

    #[test]
    fn the_counter_carries_over_all_its_bytes() {
        let mut session = session(Cipher::TripleDes);
        session.counter = vec![0xFF; 8];
        session.count();
        assert_eq!(session.counter, [0; 8]);
        session.counter = vec![0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        session.count();
        assert_eq!(session.counter, [0, 0, 0, 0, 0, 1, 0, 0]);
    }
}

#[cfg(test)]
mod worked_examples {
    //! The exchanges of Doc 9303-11 appendix D.4 and of an AES-256 session, seen from the chip.

    use super::*;
    use serde_json::Value;

    const EXCHANGES: &str = include_str!("../../../../testdata/vectors/secure-messaging-public.json");

    fn bytes(value: &Value) -> Vec<u8> {
        hex::decode(value.as_str().unwrap()).unwrap()
    }

    fn session(vector: &Value) -> Session {
        let cipher = match vector["alg"].as_str().unwrap() {
            "3DES" => Cipher::TripleDes,
            _ => Cipher::Aes256,
        };
        let key = |name: &str| Key::from_bytes(cipher, &bytes(&vector[name])).unwrap();
        Session::new(key("ks_enc"), key("ks_mac"), bytes(&vector["ssc_before"]))
    }

    #[test]
    fn commands_are_opened_and_answers_protected_byte_for_byte() {
        let file: Value = serde_json::from_str(EXCHANGES).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let mut session = session(vector);
            for exchange in vector["exchanges"].as_array().unwrap() {
                let protected = Command::parse(&bytes(&exchange["protected_command"])).unwrap();
                let plain = Command::parse(&bytes(&exchange["plain_command"])).unwrap();
                assert_eq!(session.open(&protected).unwrap(), plain);
                let answer = Response::parse(&bytes(&exchange["plain_response"])).unwrap();
                let protected = session.protect(&answer, false, None).unwrap();
                assert_eq!(protected.encode(), bytes(&exchange["protected_response"]));
            }
            assert_eq!(session.counter, bytes(&vector["ssc_after"]));
        }
    }

    /// The first command of the 3DES example with its data field changed.
    fn opened_with(change: impl Fn(&mut Vec<u8>)) -> Result<Command, ProtectionError> {
        let file: Value = serde_json::from_str(EXCHANGES).unwrap();
        let vector = &file["vectors"][0];
        let mut command = Command::parse(&bytes(&vector["exchanges"][0]["protected_command"])).unwrap();
        change(&mut command.data);
        session(vector).open(&command)
    }

    #[test]
    fn a_command_without_checksum_is_refused_with_6987() {
        let error = opened_with(|data| data.truncate(data.len() - 10)).unwrap_err();
        assert_eq!(error, ProtectionError::ChecksumMissing);
        assert_eq!(error.status(), StatusWord(0x6987));
    }

    #[test]
    fn a_changed_command_is_refused_with_6988() {
        assert!(opened_with(|_| {}).is_ok());
        for index in 0..21 {
            let error = opened_with(|data| data[index] ^= 1).unwrap_err();
            assert!(matches!(error.status(), StatusWord(0x6988 | 0x6987)), "byte {index}: {error}");
        }
    }

    #[test]
    fn objects_after_the_checksum_or_unknown_ones_are_refused() {
        let error = opened_with(|data| data.extend([0x97, 0x01, 0x00])).unwrap_err();
        assert_eq!(error, ProtectionError::Unexpected(0x97));
        let error = opened_with(|data| drop(data.splice(0..0, [0x99, 0x02, 0x90, 0x00]))).unwrap_err();
        assert_eq!(error, ProtectionError::Unexpected(0x99));
    }
}
