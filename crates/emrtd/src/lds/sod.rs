//! EF.SOD: the document security object (Doc 9303-10 §4.6.2).
//!
//! This reads what the object claims. Nothing is verified: not the signature, not the signer, not the content type.
//! Passive Authentication does that before any of it may decide anything.

use const_oid::ObjectIdentifier;
use pki::{AlgorithmProblem, HashAlgorithm, SignedData};

use super::fields::count;
use super::{File, LdsError, Problem, Unverified};
use crate::tlv::{Reader, Tlv, TlvError};

/// Content type of EF.SOD: id-icao-mrtd-security-ldsSecurityObject (Doc 9303-10 §4.6.2.2).
pub const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");

/// Most hashes accepted; a conformant object has at most 16.
const MAX_HASHES: usize = 32;

/// What EF.SOD claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityObject {
    /// `eContentType`: [`LDS_SECURITY_OBJECT`] in a conformant file.
    pub content_type: ObjectIdentifier,
    /// Version of the LDS security object: 0, or 1 with [`Self::lds_version`].
    pub version: u8,
    /// The hash algorithm of all data groups, or why it cannot be used.
    pub hash_algorithm: Result<HashAlgorithm, AlgorithmProblem>,
    /// Data group numbers with their hashes, in the order of the file.
    pub hashes: Vec<(u8, Vec<u8>)>,
    /// LDS and Unicode version as printed, for example `0108` and `040000` (version 1 only).
    pub lds_version: Option<(String, String)>,
}

impl SecurityObject {
    /// Reads the structure of EF.SOD.
    ///
    /// # Errors
    /// Broken TLV, no SignedData with content, or a content that is not an LDS security object. Positions of the CMS
    /// count from its start.
    pub fn parse(bytes: &[u8]) -> Result<Unverified<Self>, LdsError> {
        File::Sod.parse(bytes, |outer| {
            let (content_type, content) = SignedData::unverified_content_of(outer.value)?;
            Ok(Unverified::new(Self::from_content(content_type, &content)?))
        })
    }

    /// Reads the content of a SignedData. Positions in errors count from the start of the content.
    ///
    /// # Errors
    /// A content that is not an LDS security object.
    pub fn from_content(content_type: ObjectIdentifier, content: &[u8]) -> Result<Self, Problem> {
        let mut content = Reader::new(content);
        let mut object = content.expect(0x30)?.children();
        content.finish()?;
        let version = object.expect(0x02)?;
        let [version @ (0 | 1)] = *version.value else {
            return Err(Problem::Value { tag: 0x02, at: version.at() });
        };
        let algorithm = object.expect(0x30)?.children().expect(0x06)?;
        let unreadable = |_| Problem::Value { tag: 0x06, at: algorithm.at() };
        let hash_algorithm =
            HashAlgorithm::from_oid(ObjectIdentifier::from_bytes(algorithm.value).map_err(unreadable)?);
        let mut list = object.expect(0x30)?.children();
        let mut hashes = Vec::new();
        while let Some(entry) = list.next()? {
            if hashes.len() == MAX_HASHES {
                return Err(TlvError::TooManyNodes { at: entry.at(), limit: MAX_HASHES }.into());
            }
            hashes.push(hash(&entry)?);
        }
        let lds_version = match object.optional(0x30)? {
            None => None,
            Some(info) => {
                let mut info = info.children();
                let versions = (printable(&info.expect(0x13)?)?, printable(&info.expect(0x13)?)?);
                info.finish()?;
                Some(versions)
            }
        };
        object.finish()?;
        Ok(Self { content_type, version, hash_algorithm, hashes, lds_version })
    }

    /// The hash of a data group; `None` if it is not listed or, which is forbidden, listed twice.
    pub fn hash_of(&self, file: File) -> Option<&[u8]> {
        let number = file.data_group()?;
        let mut found = self.hashes.iter().filter(|(listed, _)| *listed == number);
        match (found.next(), found.next()) {
            (Some((_, hash)), None) => Some(hash),
            _ => None,
        }
    }

    /// The data groups listed, in the order of the file.
    pub fn data_groups(&self) -> impl Iterator<Item = File> + '_ {
        self.hashes.iter().filter_map(|(number, _)| File::from_data_group(*number))
    }

    /// Whether a data group is listed.
    pub fn lists(&self, file: File) -> bool {
        self.data_groups().any(|listed| listed == file)
    }

    /// Whether a data group is listed twice, which makes the object invalid.
    pub fn has_duplicates(&self) -> bool {
        let mut seen = 0u32;
        self.hashes.iter().any(|(number, _)| {
            let bit = 1u32.checked_shl(u32::from(*number)).unwrap_or(0);
            let again = seen & bit != 0;
            seen |= bit;
            again
        })
    }
}

fn hash(entry: &Tlv<'_>) -> Result<(u8, Vec<u8>), Problem> {
    if entry.tag != 0x30 {
        return Err(TlvError::UnexpectedTag { at: entry.at(), expected: 0x30, found: entry.tag }.into());
    }
    let mut parts = entry.children();
    let number = parts.expect(0x02)?;
    let hash = parts.expect(0x04)?.value.to_vec();
    parts.finish()?;
    match u8::try_from(count(&number)?) {
        Ok(group @ 1..=16) => Ok((group, hash)),
        _ => Err(Problem::Value { tag: 0x02, at: number.at() }),
    }
}

fn printable(object: &Tlv<'_>) -> Result<String, Problem> {
    match std::str::from_utf8(object.value) {
        Ok(text) if text.is_ascii() => Ok(text.to_owned()),
        _ => Err(Problem::Value { tag: object.tag, at: object.at() }),
    }
}
