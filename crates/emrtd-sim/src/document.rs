//! A specimen document: everything that a simulated chip holds, secrets included, in one value.
//!
//! The document is made by [`crate::issue`] and played by the chip half of this crate. Its JSON form does not depend
//! on any folder and is what `kendt passport issue` writes and `kendt passport serve` loads. The keys in it are
//! specimen keys: the form says so in its first field, and a form without that field is refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::issue::profile::{DocumentProfile, Trailer};
use crate::people::Holder;
use crate::pki::HashAlgorithm;

/// The marking at the head of every JSON form.
pub const SPECIMEN_NOTICE: &str =
    "SPECIMEN: simulated document with its private keys; valid for nothing, never trust its issuer";

/// An elementary file of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementaryFile {
    /// EF.CardAccess, in the master file.
    CardAccess,
    /// EF.CardSecurity, in the master file.
    CardSecurity,
    /// EF.ATR/INFO, in the master file.
    AtrInfo,
    /// EF.DIR, in the master file.
    Dir,
    /// EF.COM, in the eMRTD application.
    Com,
    /// EF.SOD, in the eMRTD application.
    Sod,
    /// EF.DGn with n from 1 to 16, in the eMRTD application.
    DataGroup(u8),
}

impl ElementaryFile {
    /// File identifier (Doc 9303-10 §3.11, table 4 and §4).
    pub const fn file_id(self) -> u16 {
        match self {
            Self::CardAccess => 0x011C,
            Self::CardSecurity | Self::Sod => 0x011D,
            Self::AtrInfo => 0x2F01,
            Self::Dir => 0x2F00,
            Self::Com => 0x011E,
            Self::DataGroup(number) => 0x0100 | number as u16,
        }
    }

    /// Short file identifier.
    pub const fn short_id(self) -> u8 {
        match self {
            Self::CardAccess => 0x1C,
            Self::CardSecurity | Self::Sod => 0x1D,
            Self::AtrInfo => 0x01,
            Self::Dir | Self::Com => 0x1E,
            Self::DataGroup(number) => number,
        }
    }

    /// Whether the file lies in the master file (else in the eMRTD application).
    pub const fn in_master_file(self) -> bool {
        matches!(self, Self::CardAccess | Self::CardSecurity | Self::AtrInfo | Self::Dir)
    }

    /// The name in the JSON form: `EF.COM`, `EF.DG2`.
    pub fn name(self) -> String {
        match self {
            Self::CardAccess => "EF.CardAccess".to_owned(),
            Self::CardSecurity => "EF.CardSecurity".to_owned(),
            Self::AtrInfo => "EF.ATR/INFO".to_owned(),
            Self::Dir => "EF.DIR".to_owned(),
            Self::Com => "EF.COM".to_owned(),
            Self::Sod => "EF.SOD".to_owned(),
            Self::DataGroup(number) => format!("EF.DG{number}"),
        }
    }

    /// The inverse of [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "EF.CardAccess" => Self::CardAccess,
            "EF.CardSecurity" => Self::CardSecurity,
            "EF.ATR/INFO" => Self::AtrInfo,
            "EF.DIR" => Self::Dir,
            "EF.COM" => Self::Com,
            "EF.SOD" => Self::Sod,
            other => {
                let number: u8 = other.strip_prefix("EF.DG")?.parse().ok()?;
                if !(1..=16).contains(&number) || format!("EF.DG{number}") != other {
                    return None;
                }
                Self::DataGroup(number)
            }
        })
    }
}

impl Serialize for ElementaryFile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for ElementaryFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| {
            serde::de::Error::invalid_value(
                serde::de::Unexpected::Str(&name),
                &"the name of an elementary file",
            )
        })
    }
}

/// Bytes, written as lower-case hexadecimal in the JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexBytes(#[serde(with = "hex::serde")] pub Vec<u8>);

/// Secret bytes: wiped when dropped, not printed, written as hexadecimal in the JSON form.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::serde::serialize(self.0.as_slice(), serializer)
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::serde::deserialize(deserializer).map(Self::new)
    }
}

/// A static key of the chip on standardised domain parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticKey {
    /// Standardised domain parameters (0–2 DH, 8–18 ECDH).
    pub parameter_id: u8,
    /// keyId in DG14 or EF.CardSecurity.
    pub key_id: Option<u64>,
    /// The private scalar, big-endian, as `groups::Secret::from_bytes` takes it.
    pub secret: SecretBytes,
}

/// The key for Active Authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ActiveAuthenticationKey {
    /// RSA.
    Rsa {
        /// RSAPrivateKey of PKCS#1 (RFC 8017 A.1.2), DER.
        pkcs1: SecretBytes,
        /// Hash of the signature.
        digest: HashAlgorithm,
        /// Trailer of the signature.
        trailer: Trailer,
    },
    /// ECDSA.
    Ecdsa {
        /// Standardised domain parameters.
        parameter_id: u8,
        /// The private scalar, big-endian.
        secret: SecretBytes,
        /// Hash of the signature.
        digest: HashAlgorithm,
    },
}

/// Private keys in the chip.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipKeys {
    /// Keys for Chip Authentication, in the order of DG14.
    pub chip_authentication: Vec<StaticKey>,
    /// Keys for PACE with Chip Authentication Mapping, one for each set of parameters in EF.CardSecurity.
    pub pace_cam: Vec<StaticKey>,
    /// Key for Active Authentication.
    pub active_authentication: Option<ActiveAuthenticationKey>,
}

/// What opens the chip.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSecrets {
    /// Document number as in the MRZ, without fillers.
    pub document_number: String,
    /// Birth date `YYMMDD` as printed.
    pub birth_date: String,
    /// Expiry date `YYMMDD` as printed.
    pub expiry_date: String,
    /// The MRZ information of Doc 9303-11 §4.3.2: number, birth and expiry with their check digits.
    pub mrz_information: String,
    /// Card Access Number, six digits.
    pub can: Option<String>,
}

impl fmt::Debug for AccessSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccessSecrets(<redacted>)")
    }
}

/// A document with its chip's contents. Its debug form names the profile and the files, not what is in them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecimenDocument {
    /// The kind of document.
    pub profile: DocumentProfile,
    /// The person.
    pub holder: Holder,
    /// The lines of the MRZ as printed.
    pub mrz: Vec<String>,
    /// Day of issue.
    pub issue_date: jiff::civil::Date,
    /// Last day of validity.
    pub expiry_date: jiff::civil::Date,
    /// The portrait as JPEG, also in DG2.
    pub portrait: HexBytes,
    /// Contents of every file.
    pub files: BTreeMap<ElementaryFile, HexBytes>,
    /// Private keys in the chip.
    pub keys: ChipKeys,
    /// What opens the chip.
    pub access: AccessSecrets,
    /// Certificate of the CSCA, DER: the trust anchor for tests.
    pub csca_certificate: HexBytes,
    /// Certificate of the document signer, DER; also inside EF.SOD.
    pub document_signer_certificate: HexBytes,
}

impl fmt::Debug for SpecimenDocument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<_> = self.files.iter().map(|(file, bytes)| (file.name(), bytes.0.len())).collect();
        formatter
            .debug_struct("SpecimenDocument")
            .field("profile", &self.profile.name)
            .field("holder", &"<redacted>")
            .field("file sizes", &sizes)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct FormOut<'a> {
    notice: &'static str,
    version: u32,
    document: &'a SpecimenDocument,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormIn {
    notice: String,
    version: u32,
    document: SpecimenDocument,
}

const FORM_VERSION: u32 = 1;

/// Why a JSON form was refused.
#[derive(Debug, thiserror::Error)]
pub enum DocumentFormError {
    /// Not JSON of this shape.
    #[error("the specimen document is not well formed: {0}")]
    Json(#[from] serde_json::Error),
    /// The marking as specimen is missing.
    #[error("the form is not marked as a specimen document")]
    NotASpecimen,
    /// Another version of the form.
    #[error("the form has version {0}; this program reads version 1")]
    Version(u32),
}

impl SpecimenDocument {
    /// The content of a file, if the document has it.
    pub fn file(&self, file: ElementaryFile) -> Option<&[u8]> {
        self.files.get(&file).map(|bytes| bytes.0.as_slice())
    }

    /// The JSON form.
    pub fn to_json(&self) -> Result<String, DocumentFormError> {
        let form = FormOut { notice: SPECIMEN_NOTICE, version: FORM_VERSION, document: self };
        Ok(serde_json::to_string_pretty(&form)?)
    }

    /// Reads the JSON form.
    pub fn from_json(json: &str) -> Result<Self, DocumentFormError> {
        let form: FormIn = serde_json::from_str(json)?;
        if form.notice != SPECIMEN_NOTICE {
            return Err(DocumentFormError::NotASpecimen);
        }
        if form.version != FORM_VERSION {
            return Err(DocumentFormError::Version(form.version));
        }
        Ok(form.document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_name_leads_back_to_its_file() {
        let mut files = vec![
            ElementaryFile::CardAccess,
            ElementaryFile::CardSecurity,
            ElementaryFile::AtrInfo,
            ElementaryFile::Dir,
            ElementaryFile::Com,
            ElementaryFile::Sod,
        ];
        files.extend((1..=16).map(ElementaryFile::DataGroup));
        for file in files {
            assert_eq!(ElementaryFile::from_name(&file.name()), Some(file));
        }
        for name in ["EF.DG0", "EF.DG17", "EF.DG01", "EF.DG+1", "EF.XY", ""] {
            assert_eq!(ElementaryFile::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let secret = SecretBytes::new(vec![0xAB; 4]);
        assert_eq!(format!("{secret:?}"), "<redacted>");
    }
}
