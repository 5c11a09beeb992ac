//! Issuing: from a profile, a holder and an issuing state to the files and keys of a chip
//! (ICAO Doc 9303 parts 10, 11 and 12).
//!
//! Everything follows from the arguments: the same profile, holder, keys, day and generator state give the same
//! document, byte for byte.

mod builtin;
mod cms;
mod data_groups;
pub mod known_defects;
pub mod profile;
mod security_infos;
mod sod;
mod state;

use std::collections::BTreeMap;

use const_oid::ObjectIdentifier;
use groups::Secret;
use jiff::ToSpan;
use jiff::civil::Date;
use mrz::{Format, Mrz, MrzBuilder};
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::traits::PublicKeyParts;

pub use builtin::{builtin_profile, builtin_profiles};
pub use cms::{SignedContent, build_signed_data};
pub use sod::build_sod;
pub use state::IssuingState;

use crate::asn1;
use crate::document::{
    AccessSecrets, ActiveAuthenticationKey, ChipKeys, ElementaryFile, HexBytes, SecretBytes, SpecimenDocument,
};
use crate::people::{Holder, Sex};
use crate::pki::{
    PkiError, generate_rsa, public_key_info, rsa_public_key_info, rsa_to_pkcs1, signature_group,
};
use crate::portrait::{self, Look};
use data_groups::Subject;
use profile::{ActiveAuthenticationProfile, DocumentFormat, DocumentProfile, ProfileError};
use security_infos::ChipSecurity;

const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.2.1");

/// Letters of document numbers: those that no one takes for digits (BSI's choice for German numbers).
const NUMBER_LETTERS: &[u8] = b"CFGHJKLMNPRTVWXYZ";

/// Why a document could not be issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The profile contradicts itself.
    #[error("profile: {0}")]
    Profile(#[from] ProfileError),
    /// A key, signature or certificate failed.
    #[error("issuing PKI: {0}")]
    Pki(#[from] PkiError),
    /// The holder does not fit into a machine readable zone.
    #[error("machine readable zone: {0}")]
    Mrz(#[from] mrz::BuildError),
    /// The portrait could not be made.
    #[error(transparent)]
    Portrait(#[from] portrait::PortraitError),
    /// A date lies outside the calendar.
    #[error("date: {0}")]
    Date(#[from] jiff::Error),
}

/// One document to issue.
#[derive(Debug, Clone, Copy)]
pub struct Issuance<'a> {
    /// Kind of document.
    pub profile: &'a DocumentProfile,
    /// The state's CSCA and document signer.
    pub state: &'a IssuingState,
    /// Whose document.
    pub holder: &'a Holder,
    /// Day of issue.
    pub issue_date: Date,
    /// An RSA key for Active Authentication; made anew where it is not given.
    pub active_authentication_rsa: Option<&'a RsaPrivateKey>,
    /// The portrait; drawn where it is not given.
    pub portrait: Option<PortraitImage<'a>>,
}

/// A portrait for EF.DG2: a whole JPEG or JPEG 2000 file, of a synthetic person.
#[derive(Debug, Clone, Copy)]
pub struct PortraitImage<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl<'a> Issuance<'a> {
    /// With a key for Active Authentication made anew, whatever its kind.
    pub const fn new(
        profile: &'a DocumentProfile,
        state: &'a IssuingState,
        holder: &'a Holder,
        issue_date: Date,
    ) -> Self {
        Self { profile, state, holder, issue_date, active_authentication_rsa: None, portrait: None }
    }

    /// Makes the document.
    pub fn issue(&self, rng: &mut (impl CryptoRng + ?Sized)) -> Result<SpecimenDocument, IssueError> {
        let profile = self.profile;
        profile.validate()?;
        let expiry_date =
            self.issue_date.checked_add(i64::from(profile.validity_years).years())?.yesterday()?;
        let zone = self.machine_readable_zone(expiry_date, rng)?;
        let can = profile.access.can.then(|| digits(6, rng));
        let drawn = if self.portrait.is_none() { self.draw_portrait()? } else { Vec::new() };
        let portrait = self.portrait.unwrap_or(PortraitImage {
            bytes: &drawn,
            width: portrait::WIDTH,
            height: portrait::HEIGHT,
        });
        let security = ChipSecurity::make(profile, rng)?;
        let (active_key, dg15) = self.active_authentication(rng)?;

        let lines = zone.lines().join("\n");
        let subject =
            Subject { profile, holder: self.holder, mrz: &lines, portrait, issue_date: self.issue_date };
        let mut groups = subject.data_groups(rng)?;
        if !security.dg14.is_empty() {
            groups.insert(14, asn1::tlv(&[0x6E], &security.dg14));
        }
        if let Some(dg15) = dg15 {
            groups.insert(15, dg15);
        }
        let files = self.files(groups, &security, rng)?;
        let fields = zone.access_fields();
        Ok(SpecimenDocument {
            profile: profile.clone(),
            holder: self.holder.clone(),
            mrz: zone.lines().to_vec(),
            issue_date: self.issue_date,
            expiry_date,
            portrait: HexBytes(portrait.bytes.to_vec()),
            files,
            keys: ChipKeys {
                chip_authentication: security.chip_authentication,
                pace_cam: security.pace_cam,
                active_authentication: active_key,
            },
            access: AccessSecrets {
                document_number: zone.document_number().to_owned(),
                birth_date: yymmdd(self.holder.birth_date),
                expiry_date: yymmdd(expiry_date),
                mrz_information: fields.mrz_information().to_string(),
                can,
            },
            csca_certificate: HexBytes(self.state.csca.certificate().der.clone()),
            document_signer_certificate: HexBytes(self.state.document_signer.certificate.der.clone()),
        })
    }

    fn machine_readable_zone(
        &self,
        expiry_date: Date,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Mrz, IssueError> {
        let profile = self.profile;
        let format = match profile.format {
            DocumentFormat::Td1 => Format::Td1,
            DocumentFormat::Td2 => Format::Td2,
            DocumentFormat::Td3 => Format::Td3,
        };
        let sex = match self.holder.sex {
            Sex::Female => mrz::Sex::Female,
            Sex::Male => mrz::Sex::Male,
            Sex::Unspecified => mrz::Sex::Unspecified,
        };
        let mut builder = MrzBuilder::new(format)
            .issuing_state(&profile.issuing_state)
            .nationality(self.holder.nationality.as_deref().unwrap_or_else(|| profile.nationality()))
            .names(&self.holder.family_names, &self.holder.given_names)
            .document_number(&document_number(profile.document_number_length, rng))
            .birth_date(&yymmdd(self.holder.birth_date))
            .sex(sex)
            .expiry_date(&yymmdd(expiry_date));
        if let Some(code) = &profile.document_code {
            builder = builder.document_code(code);
        }
        Ok(builder.build()?)
    }

    fn draw_portrait(&self) -> Result<Vec<u8>, IssueError> {
        let holder = self.holder;
        let years = self.issue_date.year().saturating_sub(holder.birth_date.year());
        let feminine = match holder.sex {
            Sex::Female => true,
            Sex::Male => false,
            Sex::Unspecified => holder.portrait_seed.is_multiple_of(2),
        };
        let look = Look { feminine, age: u16::try_from(years).unwrap_or(0) };
        Ok(portrait::draw(holder.portrait_seed, look, self.profile.portrait.bytes)?)
    }

    /// The key for Active Authentication and DG15 (Doc 9303-10 §4.7.15).
    fn active_authentication(
        &self,
        mut rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(Option<ActiveAuthenticationKey>, Option<Vec<u8>>), IssueError> {
        let (key, info) = match &self.profile.active_authentication {
            None => return Ok((None, None)),
            Some(ActiveAuthenticationProfile::Rsa { bits, digest, trailer }) => {
                let made;
                let key = if let Some(key) = self.active_authentication_rsa {
                    if key.n().bit_width() as usize != *bits {
                        return Err(ProfileError::ActiveAuthenticationKeyLength(*bits).into());
                    }
                    key
                } else {
                    made = generate_rsa(*bits, rng)?;
                    &made
                };
                let pkcs1 = SecretBytes::new(rsa_to_pkcs1(key)?);
                let info = rsa_public_key_info(&key.n_bytes(), &key.e_bytes());
                (ActiveAuthenticationKey::Rsa { pkcs1, digest: *digest, trailer: *trailer }, info)
            }
            Some(ActiveAuthenticationProfile::Ecdsa { parameter_id, digest, encoding }) => {
                let secret = Secret::random(signature_group(*parameter_id)?, &mut rng);
                let info = public_key_info(&secret.public(), *encoding)?;
                let key = ActiveAuthenticationKey::Ecdsa {
                    parameter_id: *parameter_id,
                    secret: SecretBytes::new(secret.to_bytes().to_vec()),
                    digest: *digest,
                };
                (key, info)
            }
        };
        Ok((Some(key), Some(asn1::tlv(&[0x6F], &info))))
    }

    fn files(
        &self,
        groups: BTreeMap<u8, Vec<u8>>,
        security: &ChipSecurity,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<BTreeMap<ElementaryFile, HexBytes>, IssueError> {
        let profile = self.profile;
        let signer = &self.state.document_signer;
        let signing_time = self.issue_date.at(9, 0, 0, 0);
        let mut files = BTreeMap::new();
        let hashed: Vec<(u8, &[u8])> =
            groups.iter().map(|(number, content)| (*number, content.as_slice())).collect();
        let sod = build_sod(&hashed, profile.lds_version, &profile.sod, signer, signing_time, rng)?;
        files.insert(ElementaryFile::Sod, sod);
        files.insert(ElementaryFile::Com, data_groups::com(profile.lds_version, groups.keys().copied()));
        if !security.card_access.is_empty() {
            files.insert(ElementaryFile::CardAccess, security.card_access.clone());
        }
        if !security.card_security.is_empty() {
            let what = SignedContent {
                content_type: SECURITY_OBJECT,
                content: &security.card_security,
                scheme: profile.sod.signature,
                signing_time,
                deviations: &[],
            };
            files.insert(ElementaryFile::CardSecurity, build_signed_data(what, signer, rng)?);
        }
        if profile.transport.atr_info {
            files.insert(ElementaryFile::AtrInfo, data_groups::atr_info(&profile.transport));
        }
        if profile.transport.dir {
            files.insert(ElementaryFile::Dir, data_groups::dir());
        }
        for (number, content) in groups {
            files.insert(ElementaryFile::DataGroup(number), content);
        }
        Ok(files.into_iter().map(|(file, content)| (file, HexBytes(content))).collect())
    }
}

/// `YYMMDD`.
fn yymmdd(date: Date) -> String {
    format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
}

/// A letter and characters that are not mistaken for each other.
fn document_number(length: u8, rng: &mut (impl CryptoRng + ?Sized)) -> String {
    let mut out = String::new();
    for position in 0..length {
        let letters = position == 0 || (position < 9 && rng.next_u32().is_multiple_of(3));
        let alphabet: &[u8] = if letters { NUMBER_LETTERS } else { b"0123456789" };
        let bound = u32::try_from(alphabet.len()).unwrap_or(1);
        let index = usize::try_from(rng.next_u32().checked_rem(bound).unwrap_or(0)).unwrap_or(0);
        out.push(char::from(alphabet.get(index).copied().unwrap_or(b'0')));
    }
    out
}

fn digits(count: usize, rng: &mut (impl CryptoRng + ?Sized)) -> String {
    (0..count).map(|_| char::from(b'0' + u8::try_from(rng.next_u32() % 10).unwrap_or(0))).collect()
}
