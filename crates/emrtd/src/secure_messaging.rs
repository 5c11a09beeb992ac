//! Secure messaging between inspection system and chip (Doc 9303-11 §9.8, ISO/IEC 7816-4 §10).
//!
//! [`SecureMessaging::protect`] turns a command into protected bytes and an [`Awaiting`], the one thing that can open
//! the answer to it. The send sequence counter is deterministic, so commands may be protected before earlier answers
//! have arrived.
//!
//! An answer is opened only if it is complete and its MAC is right: no unprotected data, no reordered or
//! missing object, no status word that differs from the protected one. What this does *not* prove is who holds the
//! chip's keys: that is the business of Chip and Active Authentication.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::apdu::{ApduError, Command, Response, SHORT_ANSWER, SHORT_DATA, StatusWord};
use crate::cipher::Cipher;
use crate::cipher::{CipherError, Key, KeyUse, MAC_BYTES, pad, pad_in_place, same_mac, unpadded_length};
use crate::tlv::{self, Reader, TlvError};

/// Class bits of a command with secure messaging and authenticated header.
const SM_CLASS: u8 = 0x0C;
/// Cryptogram of BER-TLV data, for odd instructions.
const DO_CRYPTOGRAM_TLV: u32 = 0x85;
/// Padding indicator and cryptogram, for even instructions.
const DO_CRYPTOGRAM: u32 = 0x87;
/// Expected length.
const DO_EXPECTED: u32 = 0x97;
/// Processing status.
const DO_STATUS: u32 = 0x99;
/// Cryptographic checksum.
const DO_MAC: u32 = 0x8E;
/// Padding indicator: ISO/IEC 9797-1 method 2.
const PADDED: u8 = 0x01;

/// Why an answer was refused, or a command could not be protected. Refusal ends secure messaging for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecureMessagingError {
    /// The answer is a bare status word: the chip has left secure messaging.
    #[error("the chip answered {0} without secure messaging")]
    Unprotected(StatusWord),
    /// The answer is no APDU.
    #[error(transparent)]
    Apdu(#[from] ApduError),
    /// The answer is no sequence of data objects.
    #[error("the protected answer is malformed: {0}")]
    Tlv(#[from] TlvError),
    /// A data object is missing, repeated, unknown, or out of order.
    #[error("data object {0:02X} is missing from the protected answer, or is not where it must be")]
    Object(u32),
    /// The cryptographic checksum is wrong.
    #[error("the MAC of the answer is wrong")]
    Mac,
    /// The status word outside differs from the protected one.
    #[error("the protected status word is {protected}, the plain one {plain}")]
    Status {
        /// In data object 99.
        protected: StatusWord,
        /// At the end of the answer.
        plain: StatusWord,
    },
    /// Padding or block structure of the cryptogram is wrong.
    #[error(transparent)]
    Cipher(#[from] CipherError),
    /// The padding indicator is not 01.
    #[error("the padding indicator is {0:02X}")]
    PaddingIndicator(u8),
}

/// The two session keys.
#[derive(Debug)]
pub struct SessionKeys {
    enc: Key,
    mac: Key,
}

impl SessionKeys {
    /// Derives both keys from the seed of an authentication (Doc 9303-11 §9.7.1).
    pub fn derive(cipher: Cipher, seed: &[u8]) -> SessionKeys {
        SessionKeys {
            enc: cipher.derive(seed, KeyUse::Encryption),
            mac: cipher.derive(seed, KeyUse::Authentication),
        }
    }

    /// Session keys as they are, for worked examples.
    pub const fn new(enc: Key, mac: Key) -> SessionKeys {
        SessionKeys { enc, mac }
    }

    /// `KS_Enc`.
    pub const fn encryption(&self) -> &Key {
        &self.enc
    }

    /// `KS_MAC`.
    pub const fn authentication(&self) -> &Key {
        &self.mac
    }
}

/// The send sequence counter: one cipher block, big-endian (Doc 9303-11 §9.8.6.3, §9.8.7.3).
#[derive(Clone, PartialEq, Eq)]
struct Counter(Zeroizing<Vec<u8>>);

impl Counter {
    fn advanced(&self) -> Counter {
        let mut next = self.clone();
        for byte in next.0.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        next
    }
}

/// The inspection system's end of secure messaging.
pub struct SecureMessaging {
    keys: Arc<SessionKeys>,
    counter: Counter,
}

impl std::fmt::Debug for SecureMessaging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecureMessaging({}, <redacted>)", self.keys.enc.cipher())
    }
}

/// What opens the answer to one protected command. Used up by [`Awaiting::open`].
pub struct Awaiting {
    keys: Arc<SessionKeys>,
    counter: Counter,
    odd: bool,
}

impl SecureMessaging {
    /// Secure messaging after PACE or Chip Authentication: the counter starts at zero.
    pub fn new(keys: SessionKeys) -> SecureMessaging {
        let counter = Counter(Zeroizing::new(vec![0; keys.enc.cipher().block_bytes()]));
        SecureMessaging { keys: Arc::new(keys), counter }
    }

    /// Secure messaging with a given counter, as after Basic Access Control.
    ///
    /// # Errors
    /// [`CipherError::Length`] if the counter is not one block long.
    pub fn with_counter(keys: SessionKeys, counter: &[u8]) -> Result<SecureMessaging, CipherError> {
        if counter.len() != keys.enc.cipher().block_bytes() {
            return Err(CipherError::Length(counter.len()));
        }
        Ok(SecureMessaging { keys: Arc::new(keys), counter: Counter(Zeroizing::new(counter.to_vec())) })
    }

    /// The same state once more, to go on from when what was protected after it is never sent.
    pub(crate) fn snapshot(&self) -> SecureMessaging {
        SecureMessaging { keys: Arc::clone(&self.keys), counter: self.counter.clone() }
    }

    /// The session keys, for worked examples.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> &SessionKeys {
        &self.keys
    }

    /// The cipher in use.
    pub fn cipher(&self) -> Cipher {
        self.keys.enc.cipher()
    }

    /// Protects a command and moves the counter past it and its answer.
    ///
    /// # Errors
    /// [`ApduError::TooLong`] if the protected command would not fit into an APDU.
    pub fn protect(&mut self, command: &Command) -> Result<(Vec<u8>, Awaiting), SecureMessagingError> {
        let cipher = self.cipher();
        let block = cipher.block_bytes();
        let counter = self.counter.advanced();
        let odd = command.ins & 1 == 1;

        let mut objects = Vec::with_capacity(command.data.len() + 48);
        if !command.data.is_empty() {
            let plain = pad(&command.data, block);
            let iv = self.keys.enc.secure_messaging_iv(&counter.0)?;
            let cryptogram = self.keys.enc.encrypt_cbc(&iv, &plain)?;
            if odd {
                tlv::write_into(&mut objects, DO_CRYPTOGRAM_TLV, &cryptogram);
            } else {
                tlv::write_into(&mut objects, DO_CRYPTOGRAM, &[&[PADDED][..], &cryptogram].concat());
            }
        }
        // A long Le is written with two bytes; so is any Le beside a long data field, as the APDU itself then is.
        let long = objects.len() + 2 + MAC_BYTES + 4 > SHORT_DATA || command.is_extended();
        if let Some(ne) = command.ne {
            let [_, _, high, low] = ne.to_be_bytes();
            let le = [high, low];
            tlv::write_into(&mut objects, DO_EXPECTED, if long { &le } else { &le[1..] });
        }

        let cla = command.cla | SM_CLASS;
        let header = pad(&[cla, command.ins, command.p1, command.p2], block);
        let mut covered = objects.clone();
        if !covered.is_empty() {
            pad_in_place(&mut covered, block);
        }
        let mac = self.keys.mac.mac(&[&counter.0, &header, &covered])?;
        tlv::write_into(&mut objects, DO_MAC, &mac);

        let ne = if long || objects.len() > SHORT_DATA { crate::apdu::EXTENDED_ANSWER } else { SHORT_ANSWER };
        let bytes = Command { cla, data: objects, ne: Some(ne), ..*command }.encode()?;
        let counter = counter.advanced();
        self.counter = counter.clone();
        Ok((bytes, Awaiting { keys: Arc::clone(&self.keys), counter, odd }))
    }
}

impl Awaiting {
    /// Opens the answer: complete, in order, MAC right, both status words equal, padding right.
    ///
    /// # Errors
    /// [`SecureMessagingError`]; the caller must then end secure messaging and use nothing of the answer.
    pub fn open(self, answer: &[u8]) -> Result<Response, SecureMessagingError> {
        let plain = Response::parse(answer)?;
        if plain.data.is_empty() {
            return Err(SecureMessagingError::Unprotected(plain.sw));
        }
        let mut reader = Reader::new(&plain.data);
        let cryptogram = match reader.peek_tag()? {
            Some(DO_CRYPTOGRAM) => reader.optional(DO_CRYPTOGRAM)?,
            Some(DO_CRYPTOGRAM_TLV) if self.odd => reader.optional(DO_CRYPTOGRAM_TLV)?,
            _ => None,
        };
        let status = reader.optional(DO_STATUS)?.ok_or(SecureMessagingError::Object(DO_STATUS))?;
        let covered = plain.data.get(..reader.position()).unwrap_or_default();
        let mac = reader.optional(DO_MAC)?.ok_or(SecureMessagingError::Object(DO_MAC))?;
        if !reader.is_empty() {
            return Err(SecureMessagingError::Object(reader.peek_tag()?.unwrap_or_default()));
        }

        let block = self.keys.enc.cipher().block_bytes();
        let expected = self.keys.mac.mac(&[&self.counter.0, &pad(covered, block)])?;
        if !same_mac(mac.value, &expected) {
            return Err(SecureMessagingError::Mac);
        }
        let [sw1, sw2] = status.value else { return Err(SecureMessagingError::Object(DO_STATUS)) };
        let protected = StatusWord(u16::from_be_bytes([*sw1, *sw2]));
        if protected != plain.sw {
            return Err(SecureMessagingError::Status { protected, plain: plain.sw });
        }
        let data = match cryptogram {
            None => Vec::new(),
            Some(object) => {
                let secret = match (object.tag, object.value) {
                    (DO_CRYPTOGRAM, [PADDED, secret @ ..]) => secret,
                    (DO_CRYPTOGRAM, [other, ..]) => {
                        return Err(SecureMessagingError::PaddingIndicator(*other));
                    }
                    (DO_CRYPTOGRAM, []) => return Err(SecureMessagingError::Object(DO_CRYPTOGRAM)),
                    (_, secret) => secret,
                };
                let iv = self.keys.enc.secure_messaging_iv(&self.counter.0)?;
                let padded = self.keys.enc.decrypt_cbc(&iv, secret)?;
                let length = unpadded_length(&padded, block)?;
                padded.get(..length).unwrap_or_default().to_vec()
            }
        };
        Ok(Response { data, sw: protected })
    }
}

/// The most plain bytes whose protected answer fits into 256 bytes with its status word outside: 223 for AES, 231 for
/// 3DES.
pub fn largest_short_answer(cipher: Cipher) -> u32 {
    match cipher {
        Cipher::TripleDes => 231,
        Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => 223,
    }
}
