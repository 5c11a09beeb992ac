//! SecurityInfos of a chip and the keys behind them: EF.CardAccess, EF.CardSecurity and DG14
//! (ICAO Doc 9303-11 §9.2, BSI TR-03110-3 A.1).
//!
//! Written apart from the reader's own encoder, so that a misreading of the standard does not hide on both sides.

use const_oid::ObjectIdentifier;
use groups::{Group, Kind, Secret};
use rand_core::CryptoRng;

use super::IssueError;
use super::profile::{
    ActiveAuthenticationProfile, ChipAuthenticationProfile, DocumentProfile, PaceMapping, PaceProfile,
    ProfileError, SessionCipher,
};
use crate::asn1;
use crate::document::{SecretBytes, StaticKey};
use crate::pki::{ParameterEncoding, public_key_info};

/// bsi-de protocols smartcard of TR-03110.
const PROTOCOLS: &str = "0.4.0.127.0.7.2.2";
const ACTIVE_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.5");
const TERMINAL_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.2");

/// The infos of a document and the private keys they belong to.
#[derive(Debug)]
pub(super) struct ChipSecurity {
    /// EF.CardAccess; empty without PACE.
    pub(super) card_access: Vec<u8>,
    /// Content that EF.CardSecurity signs; empty without Chip Authentication Mapping.
    pub(super) card_security: Vec<u8>,
    /// SecurityInfos of DG14; empty if there are none.
    pub(super) dg14: Vec<u8>,
    /// Keys for Chip Authentication.
    pub(super) chip_authentication: Vec<StaticKey>,
    /// Keys for Chip Authentication Mapping.
    pub(super) pace_cam: Vec<StaticKey>,
}

impl ChipSecurity {
    /// Makes the keys and writes the infos.
    pub(super) fn make(
        profile: &DocumentProfile,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, IssueError> {
        let pace = profile.access.pace.iter().copied().map(pace_info).collect::<Result<Vec<_>, _>>()?;
        let mut pace_cam = Vec::new();
        let mut card_security = pace.clone();
        for parameter_id in cam_parameters(profile) {
            // The number of the parameters tells several mapping keys apart.
            let key_id = (cam_parameters(profile).len() > 1).then_some(u64::from(parameter_id));
            let (key, info) = static_key(parameter_id, key_id, ParameterEncoding::Standardised, rng)?;
            pace_cam.push(key);
            card_security.push(info);
        }
        let mut dg14 = pace.clone();
        let mut chip_authentication = Vec::new();
        for entry in &profile.chip_authentication {
            let (key, info) = static_key(entry.parameter_id, entry.key_id, entry.encoding, rng)?;
            dg14.extend(chip_authentication_infos(entry)?);
            dg14.push(info);
            chip_authentication.push(key);
        }
        if let Some(ActiveAuthenticationProfile::Ecdsa { digest, .. }) = &profile.active_authentication {
            dg14.push(asn1::sequence([
                asn1::oid(ACTIVE_AUTHENTICATION),
                asn1::small(1),
                asn1::oid(digest.plain_ecdsa_oid()),
            ]));
        }
        if profile.optional_data_groups.contains(&3) {
            dg14.push(asn1::sequence([asn1::oid(TERMINAL_AUTHENTICATION), asn1::small(1)]));
        }
        Ok(Self {
            card_access: set_unless_empty(pace),
            card_security: if pace_cam.is_empty() { Vec::new() } else { set_unless_empty(card_security) },
            dg14: set_unless_empty(dg14),
            chip_authentication,
            pace_cam,
        })
    }
}

fn set_unless_empty(infos: Vec<Vec<u8>>) -> Vec<u8> {
    if infos.is_empty() { Vec::new() } else { asn1::set_of(infos) }
}

/// The parameters on which Chip Authentication Mapping runs, each once, in the order of the profile.
fn cam_parameters(profile: &DocumentProfile) -> Vec<u8> {
    let mut seen = Vec::new();
    for entry in &profile.access.pace {
        if entry.mapping == PaceMapping::Cam && !seen.contains(&entry.parameter_id) {
            seen.push(entry.parameter_id);
        }
    }
    seen
}

pub(super) fn group(parameter_id: u8) -> Result<Group, ProfileError> {
    Group::from_parameter_id(parameter_id).ok_or(ProfileError::UnknownParameters(parameter_id))
}

const fn cipher_arc(cipher: SessionCipher) -> u8 {
    match cipher {
        SessionCipher::TripleDes => 1,
        SessionCipher::Aes128 => 2,
        SessionCipher::Aes192 => 3,
        SessionCipher::Aes256 => 4,
    }
}

fn protocol(arcs: &str) -> Result<Vec<u8>, ProfileError> {
    let identifier = ObjectIdentifier::new(&format!("{PROTOCOLS}.{arcs}"));
    Ok(asn1::oid(identifier.map_err(|_| ProfileError::NoSuchProtocol)?))
}

/// PACEInfo (Doc 9303-11 §9.2.1).
fn pace_info(entry: PaceProfile) -> Result<Vec<u8>, ProfileError> {
    let mapping = match (entry.mapping, group(entry.parameter_id)?.kind()) {
        (PaceMapping::Gm, Kind::Dh) => 1,
        (PaceMapping::Gm, Kind::Ecdh) => 2,
        (PaceMapping::Im, Kind::Dh) => 3,
        (PaceMapping::Im, Kind::Ecdh) => 4,
        (PaceMapping::Cam, Kind::Ecdh) => 6,
        (PaceMapping::Cam, Kind::Dh) => return Err(ProfileError::NoSuchProtocol),
    };
    Ok(asn1::sequence([
        protocol(&format!("4.{mapping}.{}", cipher_arc(entry.cipher)))?,
        asn1::small(2),
        asn1::small(u64::from(entry.parameter_id)),
    ]))
}

const fn kind_arc(kind: Kind) -> u8 {
    match kind {
        Kind::Dh => 1,
        Kind::Ecdh => 2,
    }
}

fn key_id_field(key_id: Option<u64>) -> Vec<u8> {
    key_id.map(asn1::small).unwrap_or_default()
}

/// ChipAuthenticationInfo for every cipher (Doc 9303-11 §9.2.5).
fn chip_authentication_infos(entry: &ChipAuthenticationProfile) -> Result<Vec<Vec<u8>>, ProfileError> {
    let kind = kind_arc(group(entry.parameter_id)?.kind());
    let mut infos = Vec::new();
    for cipher in &entry.ciphers {
        infos.push(asn1::sequence([
            protocol(&format!("3.{kind}.{}", cipher_arc(*cipher)))?,
            asn1::small(1),
            key_id_field(entry.key_id),
        ]));
    }
    Ok(infos)
}

/// A new key pair and its ChipAuthenticationPublicKeyInfo (Doc 9303-11 §9.2.6).
fn static_key(
    parameter_id: u8,
    key_id: Option<u64>,
    encoding: ParameterEncoding,
    mut rng: &mut (impl CryptoRng + ?Sized),
) -> Result<(StaticKey, Vec<u8>), IssueError> {
    let group = group(parameter_id)?;
    let secret = Secret::random(group, &mut rng);
    let info = asn1::sequence([
        protocol(&format!("1.{}", kind_arc(group.kind())))?,
        public_key_info(&secret.public(), encoding)?,
        key_id_field(key_id),
    ]);
    let key = StaticKey { parameter_id, key_id, secret: SecretBytes::new(secret.to_bytes().to_vec()) };
    Ok((key, info))
}
