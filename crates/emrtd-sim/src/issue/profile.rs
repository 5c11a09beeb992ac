//! Profiles of documents as data: what a state's document offers, how it is signed, and how its chip behaves.
//!
//! A profile is a TOML file (see `data/profiles`); unknown keys are refused, so that a misspelt key is an error and
//! not a silently different document. The issuing half interprets everything but [`DocumentProfile::quirks`],
//! which belong to the chip.

mod check;

use serde::{Deserialize, Serialize};

pub use check::ProfileError;

use crate::pki::{Deviation, HashAlgorithm, KeySpec, ParameterEncoding, SignatureSpec};

/// The layout of the document (ICAO Doc 9303 parts 4, 5 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormat {
    /// Identity card of credit-card size, three lines of 30.
    Td1,
    /// Identity card of size TD2, two lines of 36.
    Td2,
    /// Passport booklet, two lines of 44.
    Td3,
}

/// Mapping of PACE (Doc 9303-11 §4.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaceMapping {
    /// Generic Mapping.
    Gm,
    /// Integrated Mapping.
    Im,
    /// Chip Authentication Mapping (ECDH and AES only).
    Cam,
}

/// Cipher of secure messaging (Doc 9303-11 §9.2, table 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionCipher {
    /// 3DES in CBC mode with retail MAC.
    #[serde(rename = "3des")]
    TripleDes,
    /// AES-128 in CBC mode with CMAC.
    #[serde(rename = "aes-128")]
    Aes128,
    /// AES-192 in CBC mode with CMAC.
    #[serde(rename = "aes-192")]
    Aes192,
    /// AES-256 in CBC mode with CMAC.
    #[serde(rename = "aes-256")]
    Aes256,
}

/// One PACEInfo of EF.CardAccess (Doc 9303-11 §9.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceProfile {
    /// Mapping.
    pub mapping: PaceMapping,
    /// Standardised domain parameters (Doc 9303-11 table 6): 0–2 DH, 8–18 ECDH.
    pub parameter_id: u8,
    /// Cipher of the secure messaging that follows.
    pub cipher: SessionCipher,
}

/// How the chip is opened. Neither BAC nor PACE means an open chip.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessProfile {
    /// Basic Access Control is offered.
    pub bac: bool,
    /// A Card Access Number is printed and accepted as PACE password.
    pub can: bool,
    /// PACEInfos in the order of EF.CardAccess; empty means EF.CardAccess is absent.
    pub pace: Vec<PaceProfile>,
}

impl AccessProfile {
    /// Whether every file may be read without opening the chip.
    pub fn is_open(&self) -> bool {
        !self.bac && self.pace.is_empty()
    }
}

/// One key for Chip Authentication (Doc 9303-11 §6.2, §9.2.5, §9.2.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipAuthenticationProfile {
    /// Standardised domain parameters of the key pair: 0–2 DH, 8–18 ECDH.
    pub parameter_id: u8,
    /// Ciphers, one ChipAuthenticationInfo each; empty leaves ChipAuthenticationInfo out (France), which means 3DES.
    #[serde(default)]
    pub ciphers: Vec<SessionCipher>,
    /// keyId of both infos.
    #[serde(default)]
    pub key_id: Option<u64>,
    /// How the domain parameters are written in the SubjectPublicKeyInfo.
    #[serde(default)]
    pub encoding: ParameterEncoding,
}

/// Trailer field of an ISO/IEC 9796-2 signature (Doc 9303-11 §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trailer {
    /// One byte `BC`: the hash is known from elsewhere; SHA-1 by custom.
    Bc,
    /// Two bytes, hash identifier and `CC`.
    Cc,
}

/// Active Authentication (Doc 9303-11 §6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ActiveAuthenticationProfile {
    /// RSA with message recovery, ISO/IEC 9796-2 scheme 1.
    Rsa {
        /// Length of the modulus in bits.
        bits: usize,
        /// Hash over M1 and M2.
        digest: HashAlgorithm,
        /// Trailer field.
        trailer: Trailer,
    },
    /// ECDSA in plain format (BSI TR-03111 §5.2.1); DG14 then carries an ActiveAuthenticationInfo.
    Ecdsa {
        /// Standardised domain parameters, 8–18.
        parameter_id: u8,
        /// Hash over the challenge.
        digest: HashAlgorithm,
        /// How the domain parameters are written in DG15.
        #[serde(default)]
        encoding: ParameterEncoding,
    },
}

/// Version of the logical data structure (Doc 9303-10 §4.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LdsVersion {
    /// LDS 1.7: version only in EF.COM, LDSSecurityObject v0.
    #[default]
    #[serde(rename = "1.7")]
    V1_7,
    /// LDS 1.8: version signed in LDSSecurityObject v1.
    #[serde(rename = "1.8")]
    V1_8,
}

/// Encoding of the face in DG2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FaceEncoding {
    /// ISO/IEC 19794-5:2005 in a 7F61 template with 5F2E.
    #[default]
    #[serde(rename = "19794-5")]
    Iso19794,
    /// ISO/IEC 39794-5:2019 in a 7F61 template with 7F2E.
    #[serde(rename = "39794-5")]
    Iso39794,
}

/// The portrait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PortraitProfile {
    /// Size aimed at for the JPEG, in bytes.
    pub bytes: usize,
    /// Encoding of DG2.
    pub encoding: FaceEncoding,
}

impl Default for PortraitProfile {
    fn default() -> Self {
        Self { bytes: 18_000, encoding: FaceEncoding::default() }
    }
}

/// The document security object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SodProfile {
    /// Hash over the data groups.
    pub digest: HashAlgorithm,
    /// Signature over the signed attributes; its hash is also that of the attributes.
    pub signature: SignatureSpec,
    /// Departures from the profile of EF.SOD.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
}

/// A certificate's key and the departures of the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSignerProfile {
    /// Key of the document signer.
    pub key: KeySpec,
    /// Departures of its certificate.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
}

/// The country signing CA of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CscaProfile {
    /// Key of the CSCA.
    pub key: KeySpec,
    /// Signature on everything that the CSCA issues.
    pub signature: SignatureSpec,
    /// Departures of its certificate.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
}

/// What the chip can transport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransportProfile {
    /// Extended length commands are understood.
    pub extended_length: bool,
    /// Longest command in bytes, announced in EF.ATR/INFO.
    pub command_bytes: u16,
    /// Longest response in bytes, announced in EF.ATR/INFO.
    pub response_bytes: u16,
    /// EF.ATR/INFO exists.
    pub atr_info: bool,
    /// EF.DIR exists.
    pub dir: bool,
}

impl Default for TransportProfile {
    fn default() -> Self {
        Self { extended_length: true, command_bytes: 2048, response_bytes: 2048, atr_info: true, dir: true }
    }
}

/// A kind of document: everything that is the same for all holders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentProfile {
    /// Name in lower case with hyphens, unique among the profiles.
    pub name: String,
    /// One sentence for people who choose a profile.
    pub description: String,
    /// Layout.
    pub format: DocumentFormat,
    /// Document code of the MRZ, one or two letters; by default `P` for TD3 and `I` for TD1 and TD2.
    #[serde(default)]
    pub document_code: Option<String>,
    /// Issuing state or organisation as in the MRZ, without fillers (`UTO`, `D`, `DNK`).
    pub issuing_state: String,
    /// Nationality as in the MRZ; by default the issuing state.
    #[serde(default)]
    pub nationality: Option<String>,
    /// Two letters for countryName in the certificates.
    pub country: String,
    /// Characters of the document number; above 9 it overflows into the optional data of TD1 and TD2
    /// (Doc 9303-5 §4.2.2, note j).
    #[serde(default = "nine")]
    pub document_number_length: u8,
    /// Years from issue to expiry.
    #[serde(default = "ten_years")]
    pub validity_years: u8,
    /// Version of the logical data structure.
    #[serde(default)]
    pub lds_version: LdsVersion,
    /// Optional data groups among 3, 7, 11, 12, 13 and 16. DG1 and DG2 are always there; DG14 and DG15 follow from
    /// the protocols. DG3 has no fingerprint in it, only the empty template of Doc 9303-10 §4.7.3.
    #[serde(default)]
    pub optional_data_groups: Vec<u8>,
    /// Opening the chip.
    #[serde(default)]
    pub access: AccessProfile,
    /// Keys for Chip Authentication.
    #[serde(default)]
    pub chip_authentication: Vec<ChipAuthenticationProfile>,
    /// Active Authentication.
    #[serde(default)]
    pub active_authentication: Option<ActiveAuthenticationProfile>,
    /// Portrait.
    #[serde(default)]
    pub portrait: PortraitProfile,
    /// Country signing CA.
    pub csca: CscaProfile,
    /// Document signer.
    pub document_signer: DocumentSignerProfile,
    /// Document security object.
    pub sod: SodProfile,
    /// Transport.
    #[serde(default)]
    pub transport: TransportProfile,
    /// Names of the chip's oddities; the chip half gives them their meaning.
    #[serde(default)]
    pub quirks: Vec<String>,
}

const fn ten_years() -> u8 {
    10
}

const fn nine() -> u8 {
    9
}
