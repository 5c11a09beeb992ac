//! PACE as the chip does it (Doc 9303-11 §4.4), with Generic, Integrated and Chip Authentication Mapping.
//!
//! Written independently of the inspection system's side. A run lives in a [`Run`]; every failure ends it. The chip
//! does not block passwords, as Doc 9303 forbids for the MRZ and the CAN.

use emrtd::apdu::StatusWord;
use emrtd::cipher::{Cipher, CipherError, Key, pad, same_mac};
use emrtd::oid::{self, Oid};
use emrtd::tlv;
use groups::{Element, ElementError, Group, Kind, Secret};
use hex_literal::hex;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::behaviour::PaceStep;
use super::hostile::{Hostile, PaceKey};
use super::secure_messaging::Session;
use crate::issue::profile::{PaceMapping, PaceProfile};

#[cfg(test)]
mod tests;

/// Constants of the pseudo-random function of the Integrated Mapping, for nonces of 128 bits (§4.4.3.3.2).
const IM_KEY_CONSTANT_128: [u8; 16] = hex!("a668892a7c41e3ca739f40b057d85904");
const IM_OUTPUT_CONSTANT_128: [u8; 16] = hex!("a4e136ac725f738b01c1f60217c188ad");
/// The same for nonces of 256 bits.
const IM_KEY_CONSTANT_256: [u8; 32] =
    hex!("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676");
const IM_OUTPUT_CONSTANT_256: [u8; 32] =
    hex!("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517");

const SEQUENCE_WRONG: StatusWord = StatusWord::CONDITIONS_OF_USE;

/// One combination of mapping, domain parameters and cipher that the chip offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) mapping: PaceMapping,
    pub(super) group: Group,
    pub(super) cipher: Cipher,
}

impl Offer {
    /// The offer of a profile, `None` for parameters that do not exist or do not go together.
    pub(super) fn from_profile(profile: PaceProfile) -> Option<Offer> {
        let group = Group::from_parameter_id(profile.parameter_id)?;
        let offer = Offer { mapping: profile.mapping, group, cipher: profile.cipher.into() };
        let sound = match offer.mapping {
            PaceMapping::Gm => true,
            // Doc 9303-11 §9.5.1: the point encoding does not work for P-224.
            PaceMapping::Im => group != Group::P224,
            PaceMapping::Cam => group.kind() == Kind::Ecdh && offer.cipher != Cipher::TripleDes,
        };
        sound.then_some(offer)
    }

    /// The object identifier of the combination of mapping and cipher (§9.2.3).
    pub(super) fn oid(self) -> Oid {
        let family = match (self.mapping, self.group.kind()) {
            (PaceMapping::Gm, Kind::Dh) => oid::ID_PACE_DH_GM,
            (PaceMapping::Gm, Kind::Ecdh) => oid::ID_PACE_ECDH_GM,
            (PaceMapping::Im, Kind::Dh) => oid::ID_PACE_DH_IM,
            (PaceMapping::Im, Kind::Ecdh) => oid::ID_PACE_ECDH_IM,
            (PaceMapping::Cam, _) => oid::ID_PACE.child(6),
        };
        family.child(cipher_arc(self.cipher))
    }

    /// The nonce is as long as the key, in whole blocks (§4.4.3.3).
    fn nonce_bytes(self) -> usize {
        self.cipher.key_bytes().next_multiple_of(self.cipher.block_bytes())
    }
}

/// The last arc of the object identifiers of PACE and Chip Authentication.
pub(super) const fn cipher_arc(cipher: Cipher) -> u8 {
    match cipher {
        Cipher::TripleDes => 1,
        Cipher::Aes128 => 2,
        Cipher::Aes192 => 3,
        Cipher::Aes256 => 4,
    }
}

enum State {
    Selected,
    Nonce(Zeroizing<Vec<u8>>),
    Mapped { generator: Element, mapping_key: Option<Secret> },
    Agreed(Box<Agreed>),
    Ended,
}

struct Agreed {
    session: Session,
    /// The token the terminal must send.
    terminal_token: [u8; 8],
    /// The token the chip will send.
    chip_token: [u8; 8],
    mapping_key: Option<Secret>,
}

/// One run of the protocol, from MSE:Set AT on.
pub(super) struct Run {
    offer: Offer,
    password: Key,
    hostile: Option<Hostile>,
    state: State,
}

/// What a step answers.
pub(super) struct Answer {
    /// Data objects inside the dynamic authentication data.
    pub(super) objects: Vec<u8>,
    /// The session that begins after this answer.
    pub(super) session: Option<Session>,
}

impl Answer {
    fn of(tag: u32, value: &[u8]) -> Answer {
        Answer { objects: tlv::write(tag, value), session: None }
    }
}

/// The step that a data object of the terminal belongs to; none means the nonce is asked for.
pub(super) fn step_of(tag: Option<u32>) -> Option<PaceStep> {
    Some(match tag {
        None => PaceStep::Nonce,
        Some(0x81) => PaceStep::Mapping,
        Some(0x83) => PaceStep::Agreement,
        Some(0x85) => PaceStep::MutualAuthentication,
        Some(_) => return None,
    })
}

impl Run {
    /// Begins a run. `password` is the key derived from MRZ or CAN with counter 3.
    pub(super) fn new(offer: Offer, password: Key, hostile: Option<Hostile>) -> Run {
        Run { offer, password, hostile, state: State::Selected }
    }

    /// One GENERAL AUTHENTICATE. `static_key` is the key for Chip Authentication Mapping on the offer's group.
    ///
    /// # Errors
    /// 6A80 for invalid data, 6300 for a failed authentication, 6985 for a step out of order. The run is over then.
    pub(super) fn step(
        &mut self,
        step: PaceStep,
        value: &[u8],
        static_key: Option<&Secret>,
        rng: &mut impl CryptoRng,
    ) -> Result<Answer, StatusWord> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        let (state, answer) = match (step, state) {
            (PaceStep::Nonce, State::Selected) => self.nonce(rng)?,
            (PaceStep::Mapping, State::Nonce(nonce)) => match self.offer.mapping {
                PaceMapping::Im => self.integrated(&nonce, value)?,
                PaceMapping::Gm | PaceMapping::Cam => self.generic(&nonce, value, rng)?,
            },
            (PaceStep::Agreement, State::Mapped { generator, mapping_key }) => {
                self.agree(&generator, mapping_key, value, rng)?
            }
            (PaceStep::MutualAuthentication, State::Agreed(agreed)) => {
                Self::authenticate(*agreed, value, static_key)?
            }
            _ => return Err(SEQUENCE_WRONG),
        };
        self.state = state;
        Ok(answer)
    }

    fn nonce(&self, rng: &mut impl CryptoRng) -> Result<(State, Answer), StatusWord> {
        let mut nonce = Zeroizing::new(vec![0; self.offer.nonce_bytes()]);
        rng.fill_bytes(&mut nonce);
        let iv = vec![0; self.offer.cipher.block_bytes()];
        let encrypted = self.password.encrypt_cbc(&iv, &nonce).map_err(|_| StatusWord::UNKNOWN)?;
        Ok((State::Nonce(nonce), Answer::of(0x80, &encrypted)))
    }

    fn generic(
        &self,
        nonce: &[u8],
        value: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(State, Answer), StatusWord> {
        let peer = self.decode(value)?;
        let key = Secret::random(self.offer.group, rng);
        let own = key.public();
        if own == peer {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let shared = key.public_on(&peer).map_err(invalid)?;
        let generator = groups::map_generic(self.offer.group, nonce, &shared).map_err(invalid)?;
        let shown = self.shown(PaceKey::Mapping, &own, value);
        let mapping_key = (self.offer.mapping == PaceMapping::Cam).then_some(key);
        Ok((State::Mapped { generator, mapping_key }, Answer::of(0x82, &shown)))
    }

    fn integrated(&self, nonce: &[u8], value: &[u8]) -> Result<(State, Answer), StatusWord> {
        let random = pseudo_random(self.offer.cipher, self.offer.group, nonce, value)
            .map_err(|_| StatusWord::WRONG_DATA)?;
        let generator = groups::map_integrated(self.offer.group, &random).map_err(invalid)?;
        Ok((State::Mapped { generator, mapping_key: None }, Answer::of(0x82, &[])))
    }

    fn agree(
        &self,
        generator: &Element,
        mapping_key: Option<Secret>,
        value: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(State, Answer), StatusWord> {
        let peer = self.decode(value)?;
        let key = Secret::random(self.offer.group, rng);
        let own = key.public_on(generator).map_err(invalid)?;
        if own == peer {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let shared = key.agree(&peer).map_err(invalid)?;
        let session = Session::from_secret(self.offer.cipher, shared.as_bytes());
        let shown = self.shown(PaceKey::Agreement, &own, value);
        let token =
            |public: &[u8]| session.authentication().mac_padded_if_needed(&self.public_key_object(public));
        let terminal_token = token(&shown).map_err(|_| StatusWord::UNKNOWN)?;
        let mut chip_token = token(value).map_err(|_| StatusWord::UNKNOWN)?;
        if self.hostile == Some(Hostile::WrongToken) {
            chip_token[7] ^= 1;
        }
        let agreed = Agreed { session, terminal_token, chip_token, mapping_key };
        Ok((State::Agreed(Box::new(agreed)), Answer::of(0x84, &shown)))
    }

    fn authenticate(
        agreed: Agreed,
        value: &[u8],
        static_key: Option<&Secret>,
    ) -> Result<(State, Answer), StatusWord> {
        if !same_mac(&agreed.terminal_token, value) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let mut answer = Answer::of(0x86, &agreed.chip_token);
        if let Some(mapping_key) = &agreed.mapping_key {
            let static_key = static_key.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
            let data = chip_authentication_data(agreed.session.encryption(), static_key, mapping_key)
                .ok_or(StatusWord::UNKNOWN)?;
            tlv::write_into(&mut answer.objects, 0x8A, &data);
        }
        answer.session = Some(agreed.session);
        Ok((State::Ended, answer))
    }

    fn decode(&self, value: &[u8]) -> Result<Element, StatusWord> {
        Element::decode(self.offer.group, value).map_err(invalid)
    }

    /// The public key as it goes out: the chip's own, unless it is hostile.
    fn shown(&self, which: PaceKey, own: &Element, peer: &[u8]) -> Vec<u8> {
        match self.hostile {
            Some(Hostile::MirroredKey { key }) if key == which => peer.to_vec(),
            Some(Hostile::InvalidKey { key }) if key == which => invalid_key(own),
            Some(Hostile::IdentityKey { key }) if key == which => identity(self.offer.group),
            _ => unsigned(own),
        }
    }

    /// The public key data object that a token covers (§9.4): object identifier and public value.
    fn public_key_object(&self, public: &[u8]) -> Vec<u8> {
        let mut content = tlv::write(0x06, self.offer.oid().as_bytes());
        let tag = match self.offer.group.kind() {
            Kind::Dh => 0x84,
            Kind::Ecdh => 0x86,
        };
        tlv::write_into(&mut content, tag, public);
        tlv::write(0x7F49, &content)
    }
}

/// A public value as §9.4.1 encodes it: points uncompressed, DH values without leading zero bytes.
fn unsigned(public: &Element) -> Vec<u8> {
    let bytes = public.encode();
    match public.group().kind() {
        Kind::Ecdh => bytes,
        Kind::Dh => bytes.into_iter().skip_while(|byte| *byte == 0).collect(),
    }
}

/// Every fault of a public value is "invalid data" to the terminal.
fn invalid(_: ElementError) -> StatusWord {
    StatusWord::WRONG_DATA
}

/// A value that looks like a public key and is none: a coordinate changed, or p-1, whose order is 2.
fn invalid_key(own: &Element) -> Vec<u8> {
    let mut bytes = own.encode();
    match own.group().kind() {
        Kind::Ecdh => {
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            bytes
        }
        Kind::Dh => match own.group().parameters() {
            groups::Parameters::Dh(dh) => {
                // p is odd.
                let mut value = dh.p.to_vec();
                if let Some(last) = value.last_mut() {
                    *last &= 0xFE;
                }
                value
            }
            groups::Parameters::Ec(_) => bytes,
        },
    }
}

/// The neutral element: a single zero byte for the point at infinity, 1 for DH.
fn identity(group: Group) -> Vec<u8> {
    match group.kind() {
        Kind::Ecdh => vec![0],
        Kind::Dh => vec![1],
    }
}

/// Encrypted Chip Authentication Data (§4.4.3.5): mapping key divided by static key, under K_Enc with IV E(K_Enc, -1).
fn chip_authentication_data(encryption: &Key, static_key: &Secret, mapping_key: &Secret) -> Option<Vec<u8>> {
    let data = mapping_key.quotient(static_key).ok()?.to_bytes();
    let block = encryption.cipher().block_bytes();
    let iv = encryption.encrypt_cbc(&vec![0; block], &vec![0xFF; block]).ok()?;
    encryption.encrypt_cbc(&iv, &pad(&data, block)).ok()
}

/// R(s,t) of the Integrated Mapping, at least 64 bits longer than the field prime.
fn pseudo_random(
    cipher: Cipher,
    group: Group,
    s: &[u8],
    t: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CipherError> {
    let (key_constant, output_constant): (&[u8], &[u8]) = if s.len() == IM_KEY_CONSTANT_128.len() {
        (&IM_KEY_CONSTANT_128, &IM_OUTPUT_CONSTANT_128)
    } else {
        (&IM_KEY_CONSTANT_256, &IM_OUTPUT_CONSTANT_256)
    };
    let iv = vec![0; cipher.block_bytes()];
    let mut input = s;
    let mut key = Key::from_bytes(cipher, t)?;
    let mut output = Zeroizing::new(Vec::new());
    while output.len() * 8 < group.field_bits() + 64 {
        let bytes = Zeroizing::new(key.encrypt_cbc(&iv, input)?);
        key = Key::from_bytes(cipher, bytes.get(..cipher.key_bytes()).unwrap_or_default())?;
        output.extend(key.encrypt_cbc(&iv, output_constant)?);
        input = key_constant;
    }
    Ok(output)
}
