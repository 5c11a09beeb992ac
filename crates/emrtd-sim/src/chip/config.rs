//! What a chip is made of: files, what opens it, private keys and its behaviour.

use std::collections::BTreeMap;

use emrtd::cipher::{Cipher, Key, KeyUse};
use groups::{Group, Secret};
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use sha1::{Digest, Sha1};

use super::active_authentication::SigningKey;
use super::bac::BasicAccess;
use super::behaviour::{Behaviour, Quirk};
use super::chip_authentication;
use super::hostile::Hostile;
use super::pace::Offer;
use crate::document::{ActiveAuthenticationKey, ElementaryFile, SecretBytes, SpecimenDocument, StaticKey};
use crate::issue::profile::{PaceMapping, PaceProfile, SessionCipher};

impl From<SessionCipher> for Cipher {
    fn from(cipher: SessionCipher) -> Cipher {
        match cipher {
            SessionCipher::TripleDes => Cipher::TripleDes,
            SessionCipher::Aes128 => Cipher::Aes128,
            SessionCipher::Aes192 => Cipher::Aes192,
            SessionCipher::Aes256 => Cipher::Aes256,
        }
    }
}

/// What opens the chip. Neither BAC nor PACE means an open chip.
#[derive(Debug, Clone, Default)]
pub struct AccessConfig {
    /// Basic Access Control is offered; needs the MRZ information.
    pub bac: bool,
    /// Combinations offered for PACE. EF.CardAccess must say the same; that is up to whoever made the files.
    pub pace: Vec<PaceProfile>,
    /// MRZ information of Doc 9303-11 §4.3.2 (number, birth, expiry, each with check digit).
    pub mrz_information: Option<SecretBytes>,
    /// Card Access Number, digits in ASCII.
    pub can: Option<SecretBytes>,
}

/// A key for Chip Authentication with what it is for.
#[derive(Debug, Clone)]
pub struct ChipAuthenticationConfig {
    /// The key.
    pub key: StaticKey,
    /// Ciphers of its ChipAuthenticationInfos; none means 3DES.
    pub ciphers: Vec<SessionCipher>,
}

/// Everything that makes a chip.
#[derive(Debug, Clone, Default)]
pub struct ChipConfig {
    /// Contents of the files.
    pub files: BTreeMap<ElementaryFile, Vec<u8>>,
    /// What opens it.
    pub access: AccessConfig,
    /// Keys for Chip Authentication.
    pub chip_authentication: Vec<ChipAuthenticationConfig>,
    /// Keys for PACE with Chip Authentication Mapping, one for each set of parameters.
    pub pace_cam: Vec<StaticKey>,
    /// Key for Active Authentication.
    pub active_authentication: Option<ActiveAuthenticationKey>,
    /// How it behaves.
    pub behaviour: Behaviour,
}

/// Why no chip can be made of a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ChipConfigError {
    /// The profile names a quirk that no chip has.
    #[error("there is no quirk named {0}")]
    UnknownQuirk(String),
    /// BAC is offered without MRZ information.
    #[error("BAC needs the MRZ information")]
    BacWithoutMrz,
    /// A combination for PACE that Doc 9303-11 does not know.
    #[error("PACE offer {0:?} is not one of Doc 9303-11")]
    PaceOffer(PaceProfile),
    /// PACE-CAM is offered without a key on its parameters.
    #[error("PACE-CAM on parameters {0} needs a static key there")]
    CamKeyMissing(u8),
    /// A key on parameters that do not exist.
    #[error("there are no standardised domain parameters {0}")]
    Parameters(u8),
    /// A private scalar out of range.
    #[error(transparent)]
    Secret(#[from] groups::SecretError),
    /// The RSA key is not PKCS#1 or inconsistent.
    #[error("the RSA key for Active Authentication: {0}")]
    Rsa(#[from] rsa::pkcs1::Error),
}

impl TryFrom<&SpecimenDocument> for ChipConfig {
    type Error = ChipConfigError;

    fn try_from(document: &SpecimenDocument) -> Result<ChipConfig, ChipConfigError> {
        let profile = &document.profile;
        let transport = &profile.transport;
        let mut behaviour =
            if transport.extended_length { Behaviour::default() } else { Behaviour::short_only() };
        behaviour.longest_command = behaviour.longest_command.min(u32::from(transport.command_bytes));
        behaviour.longest_answer = behaviour.longest_answer.min(u32::from(transport.response_bytes));
        for name in &profile.quirks {
            let quirk = Quirk::from_name(name).ok_or_else(|| ChipConfigError::UnknownQuirk(name.clone()))?;
            behaviour.quirks.insert(quirk);
        }
        let ciphers = |index: usize| {
            profile.chip_authentication.get(index).map(|key| key.ciphers.clone()).unwrap_or_default()
        };
        let keys = document.keys.chip_authentication.iter().enumerate();
        Ok(ChipConfig {
            files: document.files.iter().map(|(file, content)| (*file, content.0.clone())).collect(),
            access: AccessConfig {
                bac: profile.access.bac,
                pace: profile.access.pace.clone(),
                mrz_information: Some(SecretBytes::new(document.access.mrz_information.clone().into_bytes())),
                can: document.access.can.clone().map(|can| SecretBytes::new(can.into_bytes())),
            },
            chip_authentication: keys
                .map(|(index, key)| ChipAuthenticationConfig { key: key.clone(), ciphers: ciphers(index) })
                .collect(),
            pace_cam: document.keys.pace_cam.clone(),
            active_authentication: document.keys.active_authentication.clone(),
            behaviour,
        })
    }
}

/// Keys and passwords in the form in which the chip uses them.
pub(super) struct Secrets {
    pub(super) bac: Option<BasicAccess>,
    pub(super) pace: Vec<Offer>,
    mrz: Option<SecretBytes>,
    can: Option<SecretBytes>,
    pub(super) chip_authentication: Vec<chip_authentication::Offer>,
    pub(super) pace_cam: Vec<Secret>,
    pub(super) active_authentication: Option<SigningKey>,
    /// Neither BAC nor PACE.
    pub(super) is_open: bool,
}

/// `password` of MSE:Set AT for PACE (Doc 9303-11 §4.4.4.1).
const PASSWORD_MRZ: u8 = 1;
const PASSWORD_CAN: u8 = 2;

impl Secrets {
    pub(super) fn new(config: &ChipConfig, rng: &mut impl CryptoRng) -> Result<Secrets, ChipConfigError> {
        let access = &config.access;
        let bac = match (access.bac, &access.mrz_information) {
            (false, _) => None,
            (true, Some(information)) => Some(BasicAccess::new(information.expose())),
            (true, None) => return Err(ChipConfigError::BacWithoutMrz),
        };
        let offer =
            |profile: &PaceProfile| Offer::from_profile(*profile).ok_or(ChipConfigError::PaceOffer(*profile));
        let mut secrets = Secrets {
            bac,
            pace: access.pace.iter().map(offer).collect::<Result<_, _>>()?,
            mrz: access.mrz_information.clone(),
            can: access.can.clone(),
            chip_authentication: chip_authentication_offers(config)?,
            pace_cam: config.pace_cam.iter().map(secret_of).collect::<Result<_, _>>()?,
            active_authentication: config.active_authentication.as_ref().map(signing_key).transpose()?,
            is_open: !access.bac && access.pace.is_empty(),
        };
        for offer in &secrets.pace {
            if offer.mapping == PaceMapping::Cam && secrets.cam_key(offer.group).is_none() {
                return Err(ChipConfigError::CamKeyMissing(offer.group.parameter_id()));
            }
        }
        match config.behaviour.hostile {
            Some(Hostile::CloneWithOtherKeys) => secrets.exchange_keys(rng),
            Some(Hostile::CloneWithoutKeys) => secrets.remove_keys(),
            _ => {}
        }
        Ok(secrets)
    }

    /// The static key for Chip Authentication Mapping on these parameters.
    pub(super) fn cam_key(&self, group: Group) -> Option<&Secret> {
        self.pace_cam.iter().find(|key| key.group() == group)
    }

    /// The key that a password gives for the nonce of PACE (§9.7.3), if the chip has that password.
    pub(super) fn pace_password(&self, reference: u8, cipher: Cipher) -> Option<Key> {
        match reference {
            PASSWORD_MRZ => {
                let hash = Sha1::digest(self.mrz.as_ref()?.expose());
                Some(cipher.derive(&hash, KeyUse::Password))
            }
            PASSWORD_CAN => Some(cipher.derive(self.can.as_ref()?.expose(), KeyUse::Password)),
            _ => None,
        }
    }

    /// What a clone has that could copy the files but not the keys.
    fn exchange_keys(&mut self, rng: &mut impl CryptoRng) {
        for offer in &mut self.chip_authentication {
            offer.key = Secret::random(offer.key.group(), rng);
        }
        for key in &mut self.pace_cam {
            *key = Secret::random(key.group(), rng);
        }
        match &mut self.active_authentication {
            Some(SigningKey::Ecdsa { key, .. }) => *key = Secret::random(key.group(), rng),
            Some(SigningKey::Rsa { key, .. }) => {
                // A key of the same length; if none can be made the clone refuses instead.
                use rsa::traits::PublicKeyParts;
                let bits = usize::try_from(key.n().bit_width()).unwrap_or_default();
                match crate::pki::generate_rsa(bits, rng) {
                    Ok(other) => **key = other,
                    Err(_) => self.active_authentication = None,
                }
            }
            None => {}
        }
    }

    fn remove_keys(&mut self) {
        self.chip_authentication.clear();
        self.pace_cam.clear();
        self.active_authentication = None;
    }
}

fn chip_authentication_offers(
    config: &ChipConfig,
) -> Result<Vec<chip_authentication::Offer>, ChipConfigError> {
    let offer = |key: &ChipAuthenticationConfig| {
        let mut ciphers: Vec<Cipher> = key.ciphers.iter().copied().map(Cipher::from).collect();
        if ciphers.is_empty() {
            ciphers.push(Cipher::TripleDes);
        }
        Ok(chip_authentication::Offer { key: secret_of(&key.key)?, key_id: key.key.key_id, ciphers })
    };
    config.chip_authentication.iter().map(offer).collect()
}

fn secret_of(key: &StaticKey) -> Result<Secret, ChipConfigError> {
    secret(key.parameter_id, &key.secret)
}

fn secret(parameter_id: u8, bytes: &SecretBytes) -> Result<Secret, ChipConfigError> {
    let group = Group::from_parameter_id(parameter_id).ok_or(ChipConfigError::Parameters(parameter_id))?;
    Ok(Secret::from_bytes(group, bytes.expose())?)
}

fn signing_key(key: &ActiveAuthenticationKey) -> Result<SigningKey, ChipConfigError> {
    Ok(match key {
        ActiveAuthenticationKey::Rsa { pkcs1, digest, trailer } => SigningKey::Rsa {
            key: Box::new(RsaPrivateKey::from_pkcs1_der(pkcs1.expose())?),
            digest: *digest,
            trailer: *trailer,
        },
        ActiveAuthenticationKey::Ecdsa { parameter_id, secret: scalar, digest } => {
            SigningKey::Ecdsa { key: secret(*parameter_id, scalar)?, digest: *digest }
        }
    })
}
