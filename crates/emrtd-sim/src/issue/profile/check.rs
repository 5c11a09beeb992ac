//! What a profile must not say, because no document could be made of it.

use groups::{Group, Kind};

use super::{
    ActiveAuthenticationProfile, DocumentFormat, DocumentProfile, PaceMapping, PaceProfile, SessionCipher,
};
use crate::pki::{KeySpec, ParameterEncoding, SignatureSpec};

/// Why a profile was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("not a profile: {0}")]
    Toml(#[from] toml::de::Error),
    /// countryName is not two upper-case letters.
    #[error("country `{0}` is not two upper-case letters")]
    Country(String),
    /// Not a set of standardised domain parameters.
    #[error("there are no standardised domain parameters {0}")]
    UnknownParameters(u8),
    /// A signature needs an elliptic curve.
    #[error("standardised parameters {0} are no elliptic curve")]
    NotACurve(u8),
    /// PACE-CAM with DH or with 3DES, or another combination without an object identifier.
    #[error("this mapping does not exist for these parameters and this cipher")]
    NoSuchProtocol,
    /// The Integrated Mapping is not defined for P-224 (Doc 9303-11 §9.5.1).
    #[error("the Integrated Mapping is not defined for standardised parameters {0}")]
    NoIntegratedMapping(u8),
    /// Several keys for Chip Authentication without different keyIds.
    #[error("several keys for Chip Authentication need different key ids")]
    KeyIds,
    /// A Card Access Number without PACE.
    #[error("a Card Access Number needs PACE")]
    CanWithoutPace,
    /// DH parameters cannot be named.
    #[error("standardised parameters {0} cannot be written by name")]
    NoName(u8),
    /// Certificates and DG15 write curves in full or by name.
    #[error("certificates and DG15 cannot write a curve by the number of its standardised parameters")]
    StandardisedInCertificate,
    /// The scheme of a signature does not fit its key.
    #[error("the signature of the {0} does not fit its key")]
    SignatureScheme(&'static str),
    /// An RSA key outside 1024 to 4096 bits.
    #[error("RSA keys have 1024 to 4096 bits, not {0}")]
    RsaLength(usize),
    /// The key given for Active Authentication has another length.
    #[error("the key given for Active Authentication does not have {0} bits")]
    ActiveAuthenticationKeyLength(usize),
    /// A data group that cannot be asked for.
    #[error("data group {0} is not optional here: 3, 7, 11, 12, 13 and 16 are")]
    DataGroup(u8),
    /// The document number does not fit.
    #[error("a document number of {0} characters does not fit into the machine readable zone")]
    DocumentNumber(u8),
}

impl DocumentProfile {
    /// Reads a profile and checks it.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text)?;
        profile.validate()?;
        Ok(profile)
    }

    /// The nationality of the holder, unless the holder has another.
    pub fn nationality(&self) -> &str {
        self.nationality.as_deref().unwrap_or(&self.issuing_state)
    }

    /// Checks that a document can be made by the profile.
    pub fn validate(&self) -> Result<(), ProfileError> {
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(ProfileError::Country(self.country.clone()));
        }
        let longest = match self.format {
            DocumentFormat::Td1 => 22,
            DocumentFormat::Td2 => 14,
            DocumentFormat::Td3 => 9,
        };
        if !(1..=longest).contains(&self.document_number_length) {
            return Err(ProfileError::DocumentNumber(self.document_number_length));
        }
        if let Some(number) =
            self.optional_data_groups.iter().find(|number| ![3, 7, 11, 12, 13, 16].contains(*number))
        {
            return Err(ProfileError::DataGroup(*number));
        }
        if self.access.can && self.access.pace.is_empty() {
            return Err(ProfileError::CanWithoutPace);
        }
        for entry in &self.access.pace {
            check_pace(*entry)?;
        }
        self.check_chip_authentication()?;
        self.check_active_authentication()?;
        check_key(self.csca.key)?;
        check_key(self.document_signer.key)?;
        check_scheme("CSCA", self.csca.key, self.csca.signature)?;
        check_scheme("EF.SOD", self.document_signer.key, self.sod.signature)
    }

    fn check_chip_authentication(&self) -> Result<(), ProfileError> {
        let keys = &self.chip_authentication;
        for (index, key) in keys.iter().enumerate() {
            let group = group(key.parameter_id)?;
            if group.kind() == Kind::Dh && key.encoding == ParameterEncoding::Named {
                return Err(ProfileError::NoName(key.parameter_id));
            }
            let repeated = keys.iter().skip(index + 1).any(|other| other.key_id == key.key_id);
            if repeated || (keys.len() > 1 && key.key_id.is_none()) {
                return Err(ProfileError::KeyIds);
            }
        }
        Ok(())
    }

    fn check_active_authentication(&self) -> Result<(), ProfileError> {
        match self.active_authentication {
            None => Ok(()),
            Some(ActiveAuthenticationProfile::Rsa { bits, .. }) => check_key(KeySpec::Rsa { bits }),
            Some(ActiveAuthenticationProfile::Ecdsa { parameter_id, encoding, .. }) => {
                check_key(KeySpec::Ec { parameter_id, encoding })
            }
        }
    }
}

fn group(parameter_id: u8) -> Result<Group, ProfileError> {
    Group::from_parameter_id(parameter_id).ok_or(ProfileError::UnknownParameters(parameter_id))
}

fn check_pace(entry: PaceProfile) -> Result<(), ProfileError> {
    let group = group(entry.parameter_id)?;
    match entry.mapping {
        PaceMapping::Cam if group.kind() == Kind::Dh || entry.cipher == SessionCipher::TripleDes => {
            Err(ProfileError::NoSuchProtocol)
        }
        PaceMapping::Im if !group.supports_integrated_mapping() => {
            Err(ProfileError::NoIntegratedMapping(entry.parameter_id))
        }
        _ => Ok(()),
    }
}

fn check_key(key: KeySpec) -> Result<(), ProfileError> {
    match key {
        KeySpec::Rsa { bits } if !(1024..=4096).contains(&bits) => Err(ProfileError::RsaLength(bits)),
        KeySpec::Rsa { .. } => Ok(()),
        KeySpec::Ec { parameter_id, encoding } => {
            if group(parameter_id)?.kind() != Kind::Ecdh {
                return Err(ProfileError::NotACurve(parameter_id));
            }
            if encoding == ParameterEncoding::Standardised {
                return Err(ProfileError::StandardisedInCertificate);
            }
            Ok(())
        }
    }
}

fn check_scheme(whose: &'static str, key: KeySpec, scheme: SignatureSpec) -> Result<(), ProfileError> {
    match (key, scheme) {
        (KeySpec::Rsa { .. }, SignatureSpec::RsaPkcs1 { .. } | SignatureSpec::RsaPss { .. })
        | (KeySpec::Ec { .. }, SignatureSpec::Ecdsa { .. } | SignatureSpec::EcdsaPlain { .. }) => Ok(()),
        _ => Err(ProfileError::SignatureScheme(whose)),
    }
}
