//! The variants of PACE and the choice among those that a chip offers (Doc 9303-11 §4.4.3, §9.2.3).

use groups::Group;

use super::{Agreement, PaceInfo, SecurityInfo, SecurityInfos};
use crate::{
    cipher::Cipher,
    oid::{self, Oid},
};

/// How the nonce is mapped to a new generator (Doc 9303-11 §4.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mapping {
    /// Generic Mapping.
    Generic,
    /// Integrated Mapping.
    Integrated,
    /// Chip Authentication Mapping: Generic Mapping that also shows the chip to hold its static key.
    ChipAuthentication,
}

/// A variant of PACE, named by an object identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceProtocol {
    agreement: Agreement,
    mapping: Mapping,
    cipher: Cipher,
}

const FAMILIES: [(u8, Agreement, Mapping, Oid); 5] = [
    (1, Agreement::Dh, Mapping::Generic, oid::ID_PACE_DH_GM),
    (2, Agreement::Ecdh, Mapping::Generic, oid::ID_PACE_ECDH_GM),
    (3, Agreement::Dh, Mapping::Integrated, oid::ID_PACE_DH_IM),
    (4, Agreement::Ecdh, Mapping::Integrated, oid::ID_PACE_ECDH_IM),
    (6, Agreement::Ecdh, Mapping::ChipAuthentication, oid::ID_PACE_ECDH_CAM),
];

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];

impl PaceProtocol {
    /// A variant; `None` for those that do not exist: CAM exists neither with DH nor with 3DES.
    pub fn new(agreement: Agreement, mapping: Mapping, cipher: Cipher) -> Option<Self> {
        let exists = mapping != Mapping::ChipAuthentication
            || (agreement == Agreement::Ecdh && cipher != Cipher::TripleDes);
        exists.then_some(Self { agreement, mapping, cipher })
    }

    /// All 19 variants.
    pub fn all() -> impl Iterator<Item = Self> {
        FAMILIES.into_iter().flat_map(|(_, agreement, mapping, _)| {
            CIPHERS.into_iter().filter_map(move |cipher| Self::new(agreement, mapping, cipher))
        })
    }

    /// Key agreement.
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// Mapping.
    pub fn mapping(&self) -> Mapping {
        self.mapping
    }

    /// Cipher of the nonce and of secure messaging.
    pub fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The object identifier.
    pub fn oid(&self) -> Oid {
        mapping_oid(self.agreement, self.mapping).child(cipher_arc(self.cipher))
    }

    /// The variant with this object identifier.
    pub fn from_oid(oid: &Oid) -> Option<Self> {
        match oid.below(&oid::ID_PACE) {
            Some(&[family, cipher]) => Self::from_arcs(family, cipher),
            _ => None,
        }
    }

    pub(super) fn from_arcs(family: u8, cipher: u8) -> Option<Self> {
        let (agreement, mapping) = mapping_from_arc(family)?;
        Self::new(agreement, mapping, cipher_from_arc(cipher)?)
    }
}

/// The name in Doc 9303-11, for example `id-PACE-ECDH-GM-AES-CBC-CMAC-128`.
impl std::fmt::Display for PaceProtocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let agreement = match self.agreement {
            Agreement::Dh => "DH",
            Agreement::Ecdh => "ECDH",
        };
        let mapping = match self.mapping {
            Mapping::Generic => "GM",
            Mapping::Integrated => "IM",
            Mapping::ChipAuthentication => "CAM",
        };
        let cipher = match self.cipher {
            Cipher::TripleDes => "3DES-CBC-CBC",
            Cipher::Aes128 => "AES-CBC-CMAC-128",
            Cipher::Aes192 => "AES-CBC-CMAC-192",
            Cipher::Aes256 => "AES-CBC-CMAC-256",
        };
        write!(f, "id-PACE-{agreement}-{mapping}-{cipher}")
    }
}

/// Key agreement and mapping of an arc below `id-PACE`.
pub(super) fn mapping_from_arc(arc: u8) -> Option<(Agreement, Mapping)> {
    FAMILIES
        .into_iter()
        .find(|(family, ..)| *family == arc)
        .map(|(_, agreement, mapping, _)| (agreement, mapping))
}

/// The object identifier of key agreement and mapping, without cipher.
pub(super) fn mapping_oid(agreement: Agreement, mapping: Mapping) -> Oid {
    let family = FAMILIES.into_iter().find(|row| (row.1, row.2) == (agreement, mapping));
    family.map_or(oid::ID_PACE_ECDH_CAM, |row| row.3)
}

/// The cipher of the last arc of a PACE or Chip Authentication protocol.
pub(super) fn cipher_from_arc(arc: u8) -> Option<Cipher> {
    CIPHERS.into_iter().find(|cipher| cipher_arc(*cipher) == arc)
}

/// The last arc of a PACE or Chip Authentication protocol with this cipher.
pub(super) const fn cipher_arc(cipher: Cipher) -> u8 {
    match cipher {
        Cipher::TripleDes => 1,
        Cipher::Aes128 => 2,
        Cipher::Aes192 => 3,
        Cipher::Aes256 => 4,
    }
}

impl PaceInfo {
    /// The only version that Doc 9303-11 specifies.
    pub const VERSION: u64 = 2;

    /// The standardised group, `None` for other parameter ids.
    pub fn group(&self) -> Option<Group> {
        Group::from_parameter_id(u8::try_from(self.parameter_id?).ok()?)
    }

    /// The group, if everything about this offer is supported.
    fn usable_group(&self) -> Option<Group> {
        let group = self.group()?;
        let fits = self.version == Self::VERSION
            && group.kind() == self.protocol.agreement
            && (self.protocol.mapping != Mapping::Integrated || group.supports_integrated_mapping());
        fits.then_some(group)
    }
}

/// The offer to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceChoice {
    /// The PACEInfo.
    pub info: PaceInfo,
    /// Its group.
    pub group: Group,
}

/// An offer that cannot be taken, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceOffer {
    /// The protocol.
    pub oid: Oid,
    /// Its parameter id, as far as it could be read.
    pub parameter_id: Option<u64>,
}

impl std::fmt::Display for PaceOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.parameter_id {
            Some(id) => write!(f, "{} with parameter id {id}", self.oid),
            None => write!(f, "{}", self.oid),
        }
    }
}

/// Why no offer can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaceChoiceError {
    /// The chip does not offer PACE at all. Only then may BAC be tried.
    #[error("the chip does not offer PACE")]
    NotOffered,
    /// All offers are of kinds that are not supported.
    #[error("the chip offers PACE only in unsupported kinds: {}", list(.0))]
    NotSupported(Vec<PaceOffer>),
}

fn list(offers: &[PaceOffer]) -> String {
    offers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Chooses the strongest supported offer, whatever the order of the file.
///
/// In this order: CAM before GM and IM, because it authenticates the chip as well; AES-256, AES-192, AES-128, 3DES;
/// the larger group by security level, then by the order of its generator. Between equals: ECDH before DH because it
/// is faster on the chip; GM before IM because more chips have been tested with it; the smaller parameter id.
pub fn choose_pace(infos: &SecurityInfos) -> Result<PaceChoice, PaceChoiceError> {
    let usable =
        infos.pace().filter_map(|info| Some(PaceChoice { info: *info, group: info.usable_group()? }));
    if let Some(choice) = usable.max_by_key(rank) {
        return Ok(choice);
    }
    let offers: Vec<PaceOffer> = infos.iter().filter_map(offer).collect();
    if offers.is_empty() {
        return Err(PaceChoiceError::NotOffered);
    }
    Err(PaceChoiceError::NotSupported(offers))
}

/// Compared field by field, the greatest wins.
fn rank(choice: &PaceChoice) -> (bool, Cipher, usize, usize, bool, bool, std::cmp::Reverse<u8>) {
    let PaceProtocol { agreement, mapping, cipher } = choice.info.protocol;
    let group = choice.group;
    (
        mapping == Mapping::ChipAuthentication,
        cipher,
        security_bits(group),
        group.order_bits(),
        agreement == Agreement::Ecdh,
        mapping == Mapping::Generic,
        std::cmp::Reverse(group.parameter_id()),
    )
}

/// The usual estimate of the work to solve the discrete logarithm (NIST SP 800-57 part 1, table 2).
fn security_bits(group: Group) -> usize {
    match (group.kind(), group.field_bits()) {
        (Agreement::Ecdh, bits) => bits / 2,
        (Agreement::Dh, 1024) => 80,
        (Agreement::Dh, _) => 112,
    }
}

/// An offer of PACE that was not chosen, whether it could be read or not.
fn offer(info: &SecurityInfo) -> Option<PaceOffer> {
    match info {
        SecurityInfo::Pace(info) => {
            Some(PaceOffer { oid: info.protocol.oid(), parameter_id: info.parameter_id })
        }
        // Two arcs below id-PACE is an offer, one arc only describes parameters.
        SecurityInfo::Unsupported { oid, .. }
            if oid.below(&oid::ID_PACE).is_some_and(|arcs| arcs.len() > 1) =>
        {
            Some(PaceOffer { oid: *oid, parameter_id: None })
        }
        _ => None,
    }
}
