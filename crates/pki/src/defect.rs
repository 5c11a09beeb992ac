//! What is known to be wrong with documents of a signer, and what that does to a check (TR-03135-1 §5.8; ).
//!
//! Two forms of list say it: the defect list of TR-03129-2 ([`crate::DefectList`]) and the deviation list of Doc 9303-12
//! ([`crate::DeviationList`]). Here both become [`DefectEffect`]s. An effect that helps a document never makes a failed
//! check successful: it makes it undetermined, or says with what to repeat it.
//!
//! What it does not protect against: the signer of a list decides about every document in its [`DefectScope`]. A list
//! that nobody verified must not get here.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use const_oid::ObjectIdentifier;
use jiff::civil::Date;

use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerIdentifier};
use crate::defect_list::{DefectList, DefectListError};
use crate::deviation_list::DeviationList;
use crate::master_list::{MasterListSigner, MasterListSignerError};
use crate::oid;

/// A check on which a defect has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectCheck {
    /// The signature of EF.SOD, and with it everything that EF.SOD vouches for.
    SodSignature,
    /// Whether the document signer is trusted: its path to an authority and its revocation.
    Signer,
    /// The profile that certificates keep to.
    Profile,
    /// The validity of the signer and its authority.
    Validity,
    /// The hash of the data group with this number.
    DataGroupHash(u8),
    /// EF.COM against EF.SOD.
    ComAgainstSod,
    /// Chip Authentication.
    ChipAuthentication,
    /// Active Authentication.
    ActiveAuthentication,
    /// PACE with Chip Authentication Mapping.
    PaceChipAuthenticationMapping,
    /// The signature of EF.CardSecurity.
    CardSecurity,
    /// The signature of EF.ChipSecurity.
    ChipSecurity,
}

impl fmt::Display for DefectCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SodSignature => f.write_str("the signature of EF.SOD"),
            Self::Signer => f.write_str("the signer"),
            Self::Profile => f.write_str("the profile of the certificates"),
            Self::Validity => f.write_str("the validity of signer and authority"),
            Self::DataGroupHash(number) => write!(f, "the hash of EF.DG{number}"),
            Self::ComAgainstSod => f.write_str("EF.COM against EF.SOD"),
            Self::ChipAuthentication => f.write_str("Chip Authentication"),
            Self::ActiveAuthentication => f.write_str("Active Authentication"),
            Self::PaceChipAuthenticationMapping => f.write_str("PACE with Chip Authentication Mapping"),
            Self::CardSecurity => f.write_str("EF.CardSecurity"),
            Self::ChipSecurity => f.write_str("EF.ChipSecurity"),
        }
    }
}

/// What to use instead of what the document holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// This certificate instead of the signer's. TR-03135-1 §5.8.2.1.2 trusts it without a path: whoever uses it takes
    /// the list's signer for an authority of every state in its scope.
    SignerCertificate(Arc<Certificate>),
    /// This identifier instead of the one in EF.SOD.
    SignerIdentifier(SignerIdentifier),
    /// This country instead of the one in the signer's certificate, as the list writes it.
    IssuingCountry(String),
    /// These bytes instead of EF.CardSecurity.
    CardSecurity(Vec<u8>),
}

/// What is good to know and changes no check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefectNote {
    /// These data groups are not well formed.
    DataGroupsMalformed(BTreeSet<u8>),
    /// EF.SOD is at fault in the way that this code says (TR-03129-2 §7.3.2.2).
    SodFault(u64),
    /// Parts of the machine readable zone are wrong.
    Zone,
    /// The chip is at fault.
    Chip,
    /// The chip has to be switched off between two authentications.
    PowerDownRequired,
    /// A kind that is not known here, or that cannot be read.
    Unknown(ObjectIdentifier),
}

/// What one known defect does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefectEffect {
    /// The check is failed, whatever is found.
    Fails(DefectCheck),
    /// The check is at best undetermined.
    Caps(DefectCheck),
    /// The check is at worst undetermined: a failure is expected of genuine documents.
    Softens(DefectCheck),
    /// Something is to be used in place of what the document holds.
    Corrects(Correction),
    /// Nothing is changed by it.
    Notes(DefectNote),
}

/// In plain words, for whoever handles a case.
impl fmt::Display for DefectEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let correction = |part: &str| format!("{part} is wrong, and the list has the right one");
        let text = match self {
            Self::Fails(check) => format!("{check} must not be relied on"),
            Self::Caps(check) => format!("{check} is in doubt"),
            Self::Softens(check) => format!("a failure of {check} is expected of genuine documents"),
            Self::Corrects(Correction::SignerCertificate(_)) => correction("the signer's certificate"),
            Self::Corrects(Correction::SignerIdentifier(_)) => correction("the name of the signer in EF.SOD"),
            Self::Corrects(Correction::IssuingCountry(_)) => correction("the signer's country"),
            Self::Corrects(Correction::CardSecurity(_)) => correction("EF.CardSecurity"),
            Self::Notes(DefectNote::DataGroupsMalformed(_)) => "data groups are malformed".to_owned(),
            Self::Notes(DefectNote::SodFault(code)) => format!("EF.SOD has the fault {code}"),
            Self::Notes(DefectNote::Zone) => "parts of the machine readable zone are wrong".to_owned(),
            Self::Notes(DefectNote::Chip) => "the chip is at fault".to_owned(),
            Self::Notes(DefectNote::PowerDownRequired) => {
                "the chip has to be switched off between two authentications".to_owned()
            }
            Self::Notes(DefectNote::Unknown(kind)) => format!("something that is not understood ({kind})"),
        };
        f.write_str(&text)
    }
}

impl DefectEffect {
    /// A short name that is the same in every version, for the evidence.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Fails(_) => "defect.fails",
            Self::Caps(_) => "defect.in-doubt",
            Self::Softens(_) => "defect.expected",
            Self::Corrects(_) => "defect.corrected",
            Self::Notes(_) => "defect.noted",
        }
    }
}

/// What all defects together say of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefectOverride {
    /// The check is failed, whatever was found.
    Failed,
    /// The check is undetermined, whatever was found.
    Undetermined,
    /// What was found, but no better than undetermined.
    AtBestUndetermined,
    /// What was found, but no worse than undetermined.
    AtWorstUndetermined,
}

/// The effects on one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a known defect must have consequences"]
pub struct DefectEffects(pub Vec<DefectEffect>);

impl DefectEffects {
    /// Whether nothing is known to be wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they say of a check; `None` leaves it as it was found. The harder effect wins.
    pub fn on(&self, check: DefectCheck) -> Option<DefectOverride> {
        let has = |effect: DefectEffect| self.0.contains(&effect);
        let caps = has(DefectEffect::Caps(check));
        let softens = has(DefectEffect::Softens(check));
        match (has(DefectEffect::Fails(check)), caps, softens) {
            (true, ..) => Some(DefectOverride::Failed),
            (_, true, true) => Some(DefectOverride::Undetermined),
            (_, true, false) => Some(DefectOverride::AtBestUndetermined),
            (_, false, true) => Some(DefectOverride::AtWorstUndetermined),
            (_, false, false) => None,
        }
    }

    /// What is to be used in place of what the document holds.
    pub fn corrections(&self) -> impl Iterator<Item = &Correction> {
        self.0.iter().filter_map(|effect| match effect {
            DefectEffect::Corrects(correction) => Some(correction),
            _ => None,
        })
    }
}

/// The document that is asked about. What is not known of it fulfils no condition of an effect that helps it, and every
/// condition of one that harms it.
#[derive(Debug, Clone, Copy)]
pub struct DefectSubject<'a> {
    /// The certificate of its signer.
    pub signer: &'a Certificate,
    /// The document code of its machine readable zone, for example `P` or `ID`.
    pub document_code: Option<&'a str>,
    /// Its number.
    pub document_number: Option<&'a str>,
    /// The day on which it was issued.
    pub issued: Option<Date>,
}

impl<'a> DefectSubject<'a> {
    /// A document of which only the signer is known.
    pub const fn of_signer(signer: &'a Certificate) -> Self {
        Self { signer, document_code: None, document_number: None, issued: None }
    }
}

/// Of whose documents a list may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefectScope {
    /// Of those of every state: the operator vouches for the list's signer.
    EveryState,
    /// Of those of this country, in upper case: its own authority signed the list.
    OneState(String),
}

impl DefectScope {
    fn covers(&self, signer: &Certificate) -> bool {
        match self {
            Self::EveryState => true,
            Self::OneState(country) => signer.country().as_ref() == Some(country),
        }
    }
}

/// A list in either form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownDefects {
    /// Of TR-03129-2.
    DefectList(DefectList),
    /// Of Doc 9303-12.
    DeviationList(DeviationList),
}

impl KnownDefects {
    /// Reads a list in the form that its content type names.
    ///
    /// # Errors
    /// [`DefectListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DefectListError> {
        match DefectList::parse(bytes) {
            Err(DefectListError::OtherContent(oid::DEVIATION_LIST)) => {
                DeviationList::parse(bytes).map(Self::DeviationList)
            }
            read => read.map(Self::DefectList),
        }
    }

    /// The CMS around the list.
    pub fn signed_data(&self) -> &SignedData {
        match self {
            Self::DefectList(list) => list.signed_data(),
            Self::DeviationList(list) => list.signed_data(),
        }
    }

    /// Verifies the signature of the list and that `authority` issued the certificate of its signer.
    ///
    /// # Errors
    /// [`MasterListSignerError`].
    pub fn verify(&self, authority: &Certificate) -> Result<MasterListSigner<'_>, MasterListSignerError> {
        match self {
            Self::DefectList(list) => list.verify(authority),
            Self::DeviationList(list) => list.verify(authority),
        }
    }

    /// How many entries it has, and how many of them cannot be read.
    pub(crate) fn counts(&self) -> (usize, usize) {
        fn of<T, E>(entries: &[Result<T, E>]) -> (usize, usize) {
            (entries.len(), entries.iter().filter(|entry| entry.is_err()).count())
        }
        match self {
            Self::DefectList(list) => of(list.defects()),
            Self::DeviationList(list) => of(list.deviations()),
        }
    }

    pub(crate) fn effects_on(
        &self,
        subject: &DefectSubject<'_>,
        scope: &DefectScope,
        found: &mut Vec<DefectEffect>,
    ) {
        if !scope.covers(subject.signer) {
            return;
        }
        match self {
            Self::DefectList(list) => list.effects_on(subject.signer, found),
            Self::DeviationList(list) => list.effects_on(subject, found),
        }
    }
}
