//! SecurityInfos: which protocols the chip offers, with which parameters and keys (Doc 9303-11 §9.2).
//!
//! They stand in EF.CardAccess, in DG14 and, inside SignedData, in EF.CardSecurity. An entry that nobody here knows
//! is [`SecurityInfo::Unknown`], one of a known kind that cannot be used is [`SecurityInfo::Unsupported`]; neither
//! hides the others. Only a broken structure is an error.
//!
//! EF.CardAccess is unsigned: whoever sits between reader and chip can change it. Every entry keeps its bytes so that
//! it can be compared with DG14 or EF.CardSecurity once those are verified ([`SecurityInfos::missing_in`], R-051).

mod encode;
mod entry;
mod files;
mod pace;

use groups::{Element, Group};

pub use entry::UnsupportedReason;
pub use files::{card_access, card_security};
pub use pace::{Mapping, PaceChoice, PaceChoiceError, PaceOffer, PaceProtocol, choose_pace};

use crate::{
    HashAlgorithm,
    cipher::Cipher,
    lds::{
        Problem,
        public_key::{ParameterForm, PublicKey, UnsupportedKey},
    },
    oid::{self, Oid},
    tlv::{self, Tlv, TlvError},
};

/// Most entries accepted in one set.
const MAX_ENTRIES: usize = 64;
/// Most keys accepted in one set: each Diffie-Hellman key costs an exponentiation to validate.
const MAX_KEYS: usize = 8;

/// Key agreement: Diffie-Hellman modulo a prime, or on an elliptic curve.
pub use groups::Kind as Agreement;

/// A set of SecurityInfos.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityInfos {
    entries: Vec<Entry>,
}

/// A SecurityInfo with the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    info: SecurityInfo,
    raw: Vec<u8>,
}

/// One SecurityInfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityInfo {
    /// PACE with one protocol.
    Pace(PaceInfo),
    /// Explicit domain parameters for PACE.
    PaceDomainParameter(PaceDomainParameterInfo),
    /// Chip Authentication with one protocol.
    ChipAuthentication(ChipAuthenticationInfo),
    /// A key for Chip Authentication or for PACE with Chip Authentication Mapping.
    ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo),
    /// Active Authentication with ECDSA.
    ActiveAuthentication(ActiveAuthenticationInfo),
    /// Terminal Authentication.
    TerminalAuthentication(TerminalAuthenticationInfo),
    /// A copy of EF.DIR.
    EfDir(EfDirInfo),
    /// An entry of a known kind that cannot be used.
    Unsupported {
        /// The protocol.
        oid: Oid,
        /// Why not.
        reason: UnsupportedReason,
        /// The whole entry.
        raw: Vec<u8>,
    },
    /// An entry of another kind.
    Unknown {
        /// The protocol.
        oid: Oid,
        /// The whole entry.
        raw: Vec<u8>,
    },
}

/// PACEInfo (§9.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceInfo {
    /// Key agreement, mapping and cipher.
    pub protocol: PaceProtocol,
    /// Version; 2 is the one that Doc 9303-11 specifies.
    pub version: u64,
    /// Domain parameters: a standardised id, or the id of explicit ones. With CAM also the id of the chip's key.
    pub parameter_id: Option<u64>,
}

/// PACEDomainParameterInfo (§9.2.2). Inspection systems must not use parameters that they do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    /// Key agreement.
    pub agreement: Agreement,
    /// Mapping.
    pub mapping: Mapping,
    /// The known group that the parameters equal, and how it was named.
    pub parameters: Result<(Group, ParameterForm), UnsupportedKey>,
    /// The local id, which PACEInfo refers to.
    pub parameter_id: Option<u64>,
}

/// ChipAuthenticationInfo (§9.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChipAuthenticationInfo {
    /// Key agreement.
    pub agreement: Agreement,
    /// Cipher of the secure messaging that follows.
    pub cipher: Cipher,
    /// Version; 1 is the one that Doc 9303-11 specifies.
    pub version: u64,
    /// The id of the key, needed if there are several.
    pub key_id: Option<u64>,
}

impl ChipAuthenticationInfo {
    /// The object identifier of the protocol.
    pub fn oid(&self) -> Oid {
        Self::oid_of(self.agreement, self.cipher)
    }

    /// The object identifier of Chip Authentication with this key agreement and cipher.
    pub fn oid_of(agreement: Agreement, cipher: Cipher) -> Oid {
        let agreement = match agreement {
            Agreement::Dh => oid::ID_CA_DH,
            Agreement::Ecdh => oid::ID_CA_ECDH,
        };
        agreement.child(pace::cipher_arc(cipher))
    }
}

/// ChipAuthenticationPublicKeyInfo (§9.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// Key agreement.
    pub agreement: Agreement,
    /// The key: [`PublicKey::Group`], or [`PublicKey::Unsupported`] with the reason.
    pub public_key: PublicKey,
    /// The id of the key.
    pub key_id: Option<u64>,
}

impl ChipAuthenticationPublicKeyInfo {
    /// The key, if it is one that can be used.
    pub fn key(&self) -> Option<&Element> {
        match &self.public_key {
            PublicKey::Group(key) => Some(&key.element),
            PublicKey::Rsa(_) | PublicKey::Unsupported(_) => None,
        }
    }
}

/// A key id as the value of data object 84 in MSE: an unsigned integer in as few bytes as possible (§9.4.1).
pub fn key_reference(key_id: u64) -> Vec<u8> {
    let bytes = key_id.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len() - 1);
    bytes.get(zeros..).unwrap_or_default().to_vec()
}

/// ActiveAuthenticationInfo (§9.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActiveAuthenticationInfo {
    /// Version; 1 is the one that Doc 9303-11 specifies.
    pub version: u64,
    /// The signature algorithm.
    pub algorithm: SignatureAlgorithm,
}

/// The signature algorithm of Active Authentication with ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA with the signature as r and s side by side (TR-03111), and this digest.
    EcdsaPlain(HashAlgorithm),
    /// Another algorithm.
    Other(Oid),
}

impl SignatureAlgorithm {
    /// The algorithm with this object identifier.
    pub fn from_oid(oid: Oid) -> Self {
        let hash = HashAlgorithm::ALL
            .into_iter()
            .find(|hash| oid.below(&oid::ECDSA_PLAIN) == Some(&[ecdsa_plain_arc(*hash)]));
        hash.map_or(Self::Other(oid), Self::EcdsaPlain)
    }

    /// The object identifier.
    pub fn oid(&self) -> Oid {
        match self {
            Self::EcdsaPlain(hash) => oid::ECDSA_PLAIN.child(ecdsa_plain_arc(*hash)),
            Self::Other(oid) => *oid,
        }
    }
}

/// The arc of a hash below [`oid::ECDSA_PLAIN`] (TR-03111 §5.2.1).
const fn ecdsa_plain_arc(hash: HashAlgorithm) -> u8 {
    match hash {
        HashAlgorithm::Sha1 => 1,
        HashAlgorithm::Sha224 => 2,
        HashAlgorithm::Sha256 => 3,
        HashAlgorithm::Sha384 => 4,
        HashAlgorithm::Sha512 => 5,
    }
}

/// TerminalAuthenticationInfo (§9.2.8). Terminal Authentication itself is not implemented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TerminalAuthenticationInfo {
    /// Version: 1, or 2 of TR-03110.
    pub version: u64,
    /// EF.CVCA: file identifier and short file identifier, if the chip uses other than the default.
    pub ef_cvca: Option<(u16, Option<u8>)>,
}

/// EFDIRInfo (§9.2.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfDirInfo {
    /// The contents of EF.DIR.
    pub ef_dir: Vec<u8>,
}

impl Entry {
    /// The entry in typed form.
    pub fn info(&self) -> &SecurityInfo {
        &self.info
    }

    /// The entry exactly as delivered.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

impl SecurityInfos {
    /// Reads a set that `bytes` consists of.
    ///
    /// # Errors
    /// Broken structure: not a SET of SEQUENCEs that begin with an object identifier, a mandatory field missing or of
    /// another type, more than 64 entries, more than 8 keys.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        Self::read(&tlv::single(bytes, 0x31)?)
    }

    /// Reads the set in this data object.
    pub(crate) fn read(set: &Tlv<'_>) -> Result<Self, Problem> {
        let mut reader = set.children();
        let mut entries = Vec::new();
        let mut keys = 0;
        while !reader.is_empty() {
            let sequence = reader.expect(0x30)?;
            if entries.len() == MAX_ENTRIES {
                return Err(TlvError::TooManyNodes { at: sequence.at(), limit: MAX_ENTRIES }.into());
            }
            let info = entry::read(&sequence)?;
            keys += usize::from(matches!(info, SecurityInfo::ChipAuthenticationPublicKey(_)));
            if keys > MAX_KEYS {
                return Err(TlvError::TooManyNodes { at: sequence.at(), limit: MAX_KEYS }.into());
            }
            entries.push(Entry { info, raw: sequence.raw.to_vec() });
        }
        Ok(Self { entries })
    }

    /// A set made of these entries.
    pub fn new(infos: impl IntoIterator<Item = SecurityInfo>) -> Self {
        let with_bytes = |info: SecurityInfo| Entry { raw: encode::entry(&info), info };
        Self { entries: infos.into_iter().map(with_bytes).collect() }
    }

    /// The entries in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries in typed form, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &SecurityInfo> {
        self.entries.iter().map(Entry::info)
    }

    /// All PACEInfos.
    pub fn pace(&self) -> impl Iterator<Item = &PaceInfo> {
        self.iter().filter_map(|info| match info {
            SecurityInfo::Pace(pace) => Some(pace),
            _ => None,
        })
    }

    /// All ChipAuthenticationInfos.
    pub fn chip_authentication(&self) -> impl Iterator<Item = &ChipAuthenticationInfo> {
        self.iter().filter_map(|info| match info {
            SecurityInfo::ChipAuthentication(info) => Some(info),
            _ => None,
        })
    }

    /// All ChipAuthenticationPublicKeyInfos.
    pub fn chip_authentication_keys(&self) -> impl Iterator<Item = &ChipAuthenticationPublicKeyInfo> {
        self.iter().filter_map(|info| match info {
            SecurityInfo::ChipAuthenticationPublicKey(info) => Some(info),
            _ => None,
        })
    }

    /// Whether one of the keys for Chip Authentication is this one.
    pub fn holds_chip_key(&self, key: &Element) -> bool {
        self.chip_authentication_keys().any(|info| match &info.public_key {
            PublicKey::Group(found) => found.element == *key,
            _ => false,
        })
    }

    /// The first ActiveAuthenticationInfo.
    pub fn active_authentication(&self) -> Option<&ActiveAuthenticationInfo> {
        self.iter().find_map(|info| match info {
            SecurityInfo::ActiveAuthentication(info) => Some(info),
            _ => None,
        })
    }

    /// All entries that speak of PACE, those that cannot be used included.
    pub fn pace_entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| match &entry.info {
            SecurityInfo::Pace(_) | SecurityInfo::PaceDomainParameter(_) => true,
            SecurityInfo::Unsupported { oid, .. } | SecurityInfo::Unknown { oid, .. } => {
                oid.below(&oid::ID_PACE).is_some()
            }
            _ => false,
        })
    }

    /// The entries of this set that `other` does not hold byte for byte.
    ///
    /// For EF.CardAccess compared with DG14 this must be empty. Entries are compared, not their order.
    pub fn missing_in<'a>(&'a self, other: &'a SecurityInfos) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| !other.entries.iter().any(|held| held.raw == entry.raw))
    }

    /// Encodes the set with its entries in their order.
    pub fn encode(&self) -> Vec<u8> {
        let entries: Vec<u8> = self.entries.iter().flat_map(|entry| entry.raw.iter().copied()).collect();
        tlv::write(0x31, &entries)
    }

    /// Encodes the set with its entries in the order that DER demands of a SET OF (X.690 §11.6).
    pub fn encode_der(&self) -> Vec<u8> {
        let mut entries: Vec<&[u8]> = self.entries.iter().map(Entry::raw).collect();
        entries.sort_unstable();
        tlv::write(0x31, &entries.concat())
    }
}

/// Encodes a set of these entries in their order.
pub fn encode(infos: &[SecurityInfo]) -> Vec<u8> {
    SecurityInfos::new(infos.iter().cloned()).encode()
}
