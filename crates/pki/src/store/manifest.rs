//! What a trust store knows at one moment: certificates with everyone who vouches for them, lists, pins, revocation lists.
//!
//! A manifest is written once and never changed. It names the one before it by its hash, so that no generation can be
//! taken out or exchanged without every later one showing it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::report::{Imported, Summary};

/// Version of the form.
pub(super) const FORMAT: u32 = 1;

/// SHA-256 of an object's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// A text that is no SHA-256 in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hexadecimal digits")]
pub struct FingerprintError;

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(FingerprintError);
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let digits = std::str::from_utf8(pair).map_err(|_| FingerprintError)?;
            let plain = pair.iter().all(u8::is_ascii_hexdigit);
            *byte = u8::from_str_radix(digits, 16).ok().filter(|_| plain).ok_or(FingerprintError)?;
        }
        Ok(Self(bytes))
    }
}

/// Who says that a certificate is an authority's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The list on which it stands; none for a certificate that was imported by itself.
    pub list: Option<Fingerprint>,
    /// When it was imported.
    pub imported: Timestamp,
    /// By whom.
    pub by: String,
    /// Whether the source is trusted: a list with a path to a pinned root, or the operator's word.
    pub trusted: bool,
}

/// Where the bytes of a certificate lie: within a list, as it was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The list.
    pub list: Fingerprint,
    /// Where the certificate begins in it, in bytes.
    pub at: usize,
    /// How long the certificate is, in bytes.
    pub length: usize,
}

impl Place {
    /// The certificate's bytes in those of the list.
    pub(super) fn in_list(self, list: &[u8]) -> Option<&[u8]> {
        list.get(self.at..)?.get(..self.length)
    }
}

/// A certificate in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Everyone who vouches for it, in the order of the imports.
    pub sources: Vec<Source>,
    /// It is a link certificate that an authority of the store signed, and trusted for that.
    pub by_link: bool,
    /// Departures from the profile that are tolerated.
    pub deviations: BTreeSet<String>,
    /// Where it lies, unless it is an object of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Entry {
    /// Whether the certificate is trusted as an authority.
    pub fn is_trusted(&self) -> bool {
        self.by_link || self.sources.iter().any(|source| source.trusted)
    }
}

/// A master list that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListEntry {
    /// Country of the signer.
    pub country: Option<String>,
    /// When its signer says that it was signed.
    pub signed: Option<Timestamp>,
    /// The root that its signer was traced to; none for a list that was accepted by its fingerprint or is unanchored.
    pub root: Option<Fingerprint>,
    /// Whether it is trusted.
    pub trusted: bool,
    /// Fingerprints of the certificates on it that were taken.
    pub certificates: BTreeSet<Fingerprint>,
}

/// Of whose documents a list of defects is believed to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Of nobody's: it is kept and not used.
    Nobody,
    /// Of those of its signer's state.
    OwnState,
    /// Of those of every state.
    EveryState,
}

/// A list of defects or deviations that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefectEntry {
    /// Which of the two.
    pub kind: Imported,
    /// Country of the signer.
    pub country: Option<String>,
    /// When its signer says that it was signed. Of the lists of one kind and country the newest is in force.
    pub signed: Option<Timestamp>,
    /// The root that its signer was traced to.
    pub root: Option<Fingerprint>,
    /// How far it reaches.
    pub reach: Reach,
}

/// One generation of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(super) format: u32,
    /// Its number, from 1.
    pub number: u64,
    /// Fingerprint of the manifest before it.
    pub previous: Option<Fingerprint>,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What the import did that made it.
    pub import: Option<Summary>,
    /// Certificates of authorities.
    pub certificates: BTreeMap<Fingerprint, Entry>,
    /// Certificates of document signers, known and not trusted.
    pub signers: BTreeSet<Fingerprint>,
    /// Master lists.
    pub lists: BTreeMap<Fingerprint, ListEntry>,
    /// Roots of master lists that were obtained out of band.
    pub roots: BTreeSet<Fingerprint>,
    /// Revocation lists in use.
    pub revocation: BTreeSet<Fingerprint>,
    /// Lists of defects and deviations.
    #[serde(default)]
    pub defects: BTreeMap<Fingerprint, DefectEntry>,
}

impl Manifest {
    /// Reads a manifest; what is not known in it is refused.
    ///
    /// # Errors
    /// It is no JSON of this form.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// Writes it as [`Manifest::parse`] reads it.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(self)
    }

    pub(super) fn first(at: Timestamp, by: &str) -> Self {
        Self {
            format: FORMAT,
            number: 1,
            previous: None,
            at,
            by: by.to_owned(),
            import: None,
            certificates: BTreeMap::new(),
            signers: BTreeSet::new(),
            lists: BTreeMap::new(),
            roots: BTreeSet::new(),
            revocation: BTreeSet::new(),
            defects: BTreeMap::new(),
        }
    }

    /// The newest list of defects or deviations of each kind and country.
    pub(super) fn defects_in_force(&self) -> impl Iterator<Item = (Fingerprint, &DefectEntry)> {
        let mut newest: BTreeMap<_, (Fingerprint, &DefectEntry)> = BTreeMap::new();
        for (fingerprint, entry) in self.defects.iter().filter(|(_, entry)| entry.reach != Reach::Nobody) {
            let place = newest.entry((entry.kind, &entry.country)).or_insert((*fingerprint, entry));
            if (entry.signed, fingerprint) > (place.1.signed, &place.0) {
                *place = (*fingerprint, entry);
            }
        }
        newest.into_values()
    }

    /// Every object that it needs, each with bytes of its own.
    pub(super) fn objects(&self) -> BTreeSet<Fingerprint> {
        let alone = self.certificates.iter().filter(|(_, entry)| entry.place.is_none());
        let certificates = alone.map(|(fingerprint, _)| fingerprint).chain(&self.signers).chain(&self.roots);
        let lists = self.lists.keys().chain(&self.revocation).chain(self.defects.keys());
        certificates.chain(lists).copied().collect()
    }
}
