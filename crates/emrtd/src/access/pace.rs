//! Password Authenticated Connection Establishment, the inspection system's side (Doc 9303-11 §4.4).
//!
//! The protocol is a chain of types, each used up by the answer that it waits for:
//! [`Mapping`] → [`Agreement`] → [`Confirmation`]. Session keys exist before the chip's token has been checked, so that
//! commands may travel together with ours; what comes back must not be used until [`Confirmation::finish`] agrees.
//!
//! A successful run proves that the chip knows the password. It says nothing about the chip's origin: only the data
//! of Chip Authentication Mapping, verified against a signed key, does ([`ChipAuthenticationData::verify`]).

use groups::{Element, ElementError, Ephemeral, Group, Secret};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::mapping::{self, MappingError};
use super::{Password, PasswordKind};
use crate::apdu::{Command, EXTENDED_ANSWER, SHORT_ANSWER};
use crate::cipher::{CipherError, Key, KeyUse, MAC_BYTES, same_mac, unpadded_length};
use crate::secure_messaging::{SecureMessaging, SessionKeys};
use crate::security_infos::{Agreement as KeyAgreement, Mapping as MappingKind, PaceProtocol};
use crate::tlv::{self, Reader, TlvError};

/// The longest encrypted nonce taken; the longest in use is 32 bytes.
const NONCE_LIMIT: usize = 64;
const CHAINED: u8 = 0x10;

/// Why PACE failed on our side. Status words of the chip are the session's business.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaceError {
    /// The dynamic authentication data of an answer is malformed.
    #[error("the chip's authentication data is malformed: {0}")]
    Tlv(#[from] TlvError),
    /// An expected data object is missing or superfluous.
    #[error("data object {0:02X} is missing from the chip's authentication data, or should not be there")]
    Object(u32),
    /// The encrypted nonce has an impossible length.
    #[error("the encrypted nonce has {0} bytes")]
    NonceLength(usize),
    /// A public key of the chip is no valid key of the group.
    #[error("the chip sent an invalid public key: {0}")]
    PublicKey(#[from] ElementError),
    /// The chip sent our own public key back.
    #[error("the chip sent our own public key back")]
    MirroredKey,
    /// Mapping the nonce failed.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The chip's authentication token is wrong: it does not know the password, or someone interfered.
    #[error("the chip's authentication token is wrong")]
    Token,
    /// The encrypted chip authentication data are no padded scalar.
    #[error("the chip authentication data are malformed")]
    ChipAuthenticationData,
    /// The protocol names a group of the wrong kind.
    #[error("the protocol does not fit the domain parameters {0}")]
    GroupKind(Group),
    /// Symmetric processing failed.
    #[error(transparent)]
    Cipher(#[from] CipherError),
}

/// What the chip offered and was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaceParameters {
    /// Key agreement, mapping and cipher.
    pub protocol: PaceProtocol,
    /// Standardised domain parameters.
    pub group: Group,
    /// Which secret is used.
    pub password: PasswordKind,
    /// Whether MSE:Set AT names the domain parameters, as it must when the chip offers several.
    pub name_group: bool,
}

impl PaceParameters {
    /// MSE:Set AT (Doc 9303-11 §4.4.4.1).
    pub fn set_authentication_template(&self) -> Command {
        let mut data = tlv::write(0x80, self.protocol.oid().as_bytes());
        tlv::write_into(&mut data, 0x83, &[self.password.reference()]);
        if self.name_group {
            tlv::write_into(&mut data, 0x84, &[self.group.parameter_id()]);
        }
        Command::new(0, 0x22, 0xC1, 0xA4).with_data(data)
    }

    /// GENERAL AUTHENTICATE step 1: ask for the encrypted nonce.
    pub fn get_nonce() -> Command {
        general_authenticate(CHAINED, &[])
    }

    /// The encrypted nonce in the answer to step 1: whole blocks, at most 64 bytes.
    ///
    /// # Errors
    /// [`PaceError::Tlv`], [`PaceError::Object`] or [`PaceError::NonceLength`].
    pub fn encrypted_nonce(self, answer: &[u8]) -> Result<&[u8], PaceError> {
        let encrypted = dynamic_object(answer, 0x80)?;
        let length = encrypted.len();
        if length == 0 || length > NONCE_LIMIT || length % self.protocol.cipher().block_bytes() != 0 {
            return Err(PaceError::NonceLength(length));
        }
        Ok(encrypted)
    }

    /// Whether the mapping authenticates the chip as well.
    pub fn is_chip_authentication_mapping(&self) -> bool {
        self.protocol.mapping() == MappingKind::ChipAuthentication
    }

    /// The tag of a public key in the token's input: 86 for a point, 84 for an integer (Doc 9303-11 §9.4).
    fn public_key_tag(self) -> u32 {
        match self.protocol.agreement() {
            KeyAgreement::Ecdh => 0x86,
            KeyAgreement::Dh => 0x84,
        }
    }

    /// `MAC(K, 7F49 { protocol, public key })` (Doc 9303-11 §4.4.3.4).
    fn token(self, key: &Key, public: &[u8]) -> Result<[u8; MAC_BYTES], CipherError> {
        let mut content = tlv::write(0x06, self.protocol.oid().as_bytes());
        tlv::write_into(&mut content, self.public_key_tag(), public);
        key.mac_padded_if_needed(&tlv::write(0x7F49, &content))
    }
}

/// Our contribution to the mapping, sent before the chip's nonce is known.
pub struct Mapping {
    parameters: PaceParameters,
    own: OwnMapping,
}

enum OwnMapping {
    Generic { key: Ephemeral, public: Element },
    Integrated { nonce: Zeroizing<Vec<u8>> },
}

impl Mapping {
    /// Makes our mapping key (GM, CAM) or nonce (IM): GENERAL AUTHENTICATE step 2.
    ///
    /// # Errors
    /// [`PaceError::GroupKind`] if protocol and group do not belong together.
    pub fn begin(
        parameters: PaceParameters,
        rng: &mut impl CryptoRng,
    ) -> Result<(Command, Mapping), PaceError> {
        match parameters.protocol.mapping() {
            MappingKind::Generic | MappingKind::ChipAuthentication => {
                Mapping::with_key(parameters, Ephemeral::random(parameters.group, rng))
            }
            MappingKind::Integrated => {
                let mut nonce = Zeroizing::new(vec![0; parameters.protocol.cipher().key_bytes()]);
                rng.fill_bytes(&mut nonce);
                Mapping::with_nonce(parameters, nonce)
            }
        }
    }

    fn with_key(parameters: PaceParameters, key: Ephemeral) -> Result<(Command, Mapping), PaceError> {
        check_kind(parameters)?;
        let public = key.public();
        let command = general_authenticate(CHAINED, &tlv::write(0x81, &public.encode_minimal()));
        Ok((command, Mapping { parameters, own: OwnMapping::Generic { key, public } }))
    }

    fn with_nonce(
        parameters: PaceParameters,
        nonce: Zeroizing<Vec<u8>>,
    ) -> Result<(Command, Mapping), PaceError> {
        check_kind(parameters)?;
        let command = general_authenticate(CHAINED, &tlv::write(0x81, &nonce));
        Ok((command, Mapping { parameters, own: OwnMapping::Integrated { nonce } }))
    }

    /// Takes the answers to steps 1 and 2, maps the nonce, and makes our key on the mapped generator: step 3.
    ///
    /// # Errors
    /// [`PaceError`]: malformed answers or an invalid key of the chip.
    pub fn finish(
        self,
        password: &Password,
        nonce_answer: &[u8],
        mapping_answer: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Command, Agreement), PaceError> {
        let key = Ephemeral::random(self.parameters.group, rng);
        self.finish_with_key(password, nonce_answer, mapping_answer, key)
    }

    fn finish_with_key(
        self,
        password: &Password,
        nonce_answer: &[u8],
        mapping_answer: &[u8],
        own: Ephemeral,
    ) -> Result<(Command, Agreement), PaceError> {
        let parameters = self.parameters;
        let cipher = parameters.protocol.cipher();
        let encrypted = parameters.encrypted_nonce(nonce_answer)?;
        let password_key = cipher.derive(password.secret(), KeyUse::Password);
        let nonce = password_key.decrypt_cbc(&vec![0; cipher.block_bytes()], encrypted)?;

        let (generator, chip_mapping_key) = match self.own {
            OwnMapping::Generic { key, public } => {
                let chip = chip_key(parameters.group, dynamic_object(mapping_answer, 0x82)?, &public)?;
                (key.map_generic(&nonce, &chip)?, Some(chip))
            }
            OwnMapping::Integrated { nonce: own } => {
                empty_mapping_data(mapping_answer)?;
                (mapping::integrated(parameters.group, cipher, &nonce, &own)?, None)
            }
        };
        let own_public = own.public_on(&generator)?;
        let command = general_authenticate(CHAINED, &tlv::write(0x83, &own_public.encode_minimal()));
        Ok((command, Agreement { parameters, own, own_public, chip_mapping_key }))
    }
}

/// Our ephemeral key on the mapped generator, waiting for the chip's.
pub struct Agreement {
    parameters: PaceParameters,
    own: Ephemeral,
    own_public: Element,
    chip_mapping_key: Option<Element>,
}

impl Agreement {
    /// Takes the answer to step 3 and derives the session keys: step 4, our token.
    ///
    /// The secure messaging returned is for commands that travel with the token; see [`Confirmation::finish`].
    ///
    /// # Errors
    /// [`PaceError`]: a malformed answer, an invalid key, or our own key sent back.
    pub fn finish(self, answer: &[u8]) -> Result<(Command, Confirmation, SecureMessaging), PaceError> {
        let parameters = self.parameters;
        let received = dynamic_object(answer, 0x84)?;
        let chip = chip_key(parameters.group, received, &self.own_public)?;
        let shared = self.own.agree(&chip)?;
        let keys = SessionKeys::derive(parameters.protocol.cipher(), shared.as_bytes());
        // Over the chip's key as it was received, over ours as it was sent.
        let token = parameters.token(keys.authentication(), received)?;
        let expected = parameters.token(keys.authentication(), &self.own_public.encode_minimal())?;
        let chip_authentication = match (parameters.protocol.mapping(), self.chip_mapping_key) {
            (MappingKind::ChipAuthentication, Some(mapping_key)) => {
                Some(ExpectedChipAuthentication { key: keys.encryption().clone(), mapping_key })
            }
            _ => None,
        };
        let command = general_authenticate(0, &tlv::write(0x85, &token));
        Ok((command, Confirmation { expected, chip_authentication }, SecureMessaging::new(keys)))
    }
}

/// What must come back for PACE to have succeeded.
pub struct Confirmation {
    expected: [u8; MAC_BYTES],
    chip_authentication: Option<ExpectedChipAuthentication>,
}

struct ExpectedChipAuthentication {
    key: Key,
    mapping_key: Element,
}

impl Confirmation {
    /// Checks the chip's token; with Chip Authentication Mapping opens the data that come along.
    ///
    /// # Errors
    /// [`PaceError::Token`] if the token is wrong; [`PaceError`] for malformed answers.
    pub fn finish(self, answer: &[u8]) -> Result<Option<ChipAuthenticationData>, PaceError> {
        let mut objects = dynamic_data(answer)?;
        let token = objects.optional(0x86)?.ok_or(PaceError::Object(0x86))?;
        // References of certification authorities are of use to Terminal Authentication only.
        objects.optional(0x87)?;
        objects.optional(0x88)?;
        let encrypted = objects.optional(0x8A)?;
        objects.finish()?;
        if !same_mac(token.value, &self.expected) {
            return Err(PaceError::Token);
        }
        match (self.chip_authentication, encrypted) {
            (None, None) => Ok(None),
            (Some(expected), Some(encrypted)) => expected.open(encrypted.value).map(Some),
            _ => Err(PaceError::Object(0x8A)),
        }
    }
}

impl ExpectedChipAuthentication {
    fn open(self, encrypted: &[u8]) -> Result<ChipAuthenticationData, PaceError> {
        let group = self.mapping_key.group();
        let iv = self.key.encrypt_cbc(&[0; 16], &[0xFF; 16])?;
        let padded = self.key.decrypt_cbc(&iv, encrypted)?;
        let length = unpadded_length(&padded, 16)?;
        let data = padded.get(..length).unwrap_or_default();
        if length != group.order_bytes() {
            return Err(PaceError::ChipAuthenticationData);
        }
        let data = Secret::from_bytes(group, data).map_err(|_| PaceError::ChipAuthenticationData)?;
        Ok(ChipAuthenticationData { data, mapping_key: self.mapping_key })
    }
}

/// `CA_IC` and the mapping key that it explains, if the chip holds its static key (Doc 9303-11 §4.4.3.5.2).
///
/// Worth something only because *we* ran PACE: whoever makes the terminal's mapping key can forge both.
pub struct ChipAuthenticationData {
    data: Secret,
    mapping_key: Element,
}

impl ChipAuthenticationData {
    /// The domain parameters of the mapping key; the static key must be on the same.
    pub fn group(&self) -> Group {
        self.mapping_key.group()
    }

    /// Whether the chip holds the private key of `static_key`: `PK_Map,IC = CA_IC × PK_IC`.
    ///
    /// # Errors
    /// [`PaceError::PublicKey`] if the key belongs to another group.
    pub fn verify(&self, static_key: &Element) -> Result<bool, PaceError> {
        Ok(self.data.public_on(static_key)? == self.mapping_key)
    }
}

/// The objects inside dynamic authentication data, tag 7C.
fn dynamic_data(answer: &[u8]) -> Result<Reader<'_>, TlvError> {
    Ok(tlv::single(answer, 0x7C)?.children())
}

fn dynamic_object(answer: &[u8], tag: u32) -> Result<&[u8], PaceError> {
    let mut objects = dynamic_data(answer)?;
    let object = objects.optional(tag)?.ok_or(PaceError::Object(tag))?;
    objects.finish()?;
    Ok(object.value)
}

/// The answer to an integrated mapping: 82 empty, or left out.
fn empty_mapping_data(answer: &[u8]) -> Result<(), PaceError> {
    let mut objects = dynamic_data(answer)?;
    let object = objects.optional(0x82)?;
    objects.finish()?;
    if object.is_some_and(|object| !object.value.is_empty()) { Err(PaceError::Object(0x82)) } else { Ok(()) }
}

fn chip_key(group: Group, encoded: &[u8], own: &Element) -> Result<Element, PaceError> {
    let chip = Element::decode(group, encoded)?;
    if chip == *own { Err(PaceError::MirroredKey) } else { Ok(chip) }
}

fn check_kind(parameters: PaceParameters) -> Result<(), PaceError> {
    if parameters.group.kind() == parameters.protocol.agreement() {
        Ok(())
    } else {
        Err(PaceError::GroupKind(parameters.group))
    }
}

/// GENERAL AUTHENTICATE with dynamic authentication data; extended only if the data need it.
fn general_authenticate(chaining: u8, objects: &[u8]) -> Command {
    let data = tlv::write(0x7C, objects);
    let ne = if data.len() > crate::apdu::SHORT_DATA { EXTENDED_ANSWER } else { SHORT_ANSWER };
    Command::new(chaining, 0x86, 0, 0).with_data(data).expecting(ne)
}

#[cfg(test)]
mod tests;
