//! Passive Authentication: whether an issuer signed what was read (Doc 9303-11 §5.1, Doc 9303-12; R-030…R-055).
//!
//! Each check has its own [`Finding`]; nothing here adds them up to a yes. What may be used afterwards is given out as
//! [`Authentic`] bytes, a type that only this module makes.
//!
//! What it does not protect against: a copy. The signature says who made the data, not that this chip is the one they
//! were made for (see [`crate::chip_proof`]).

mod data_groups;
mod issuing_state;
mod signed_file;

use std::collections::{BTreeMap, BTreeSet};

use const_oid::ObjectIdentifier;
use mrz::Mrz;
use pki::{
    Anchors, Certificate, DefectEffects, DefectSubject, Deviation, Deviations, DocumentTypeCheck,
    HashAlgorithm, SignedData, Weakness,
};

pub use self::data_groups::{DataGroupHash, HashProblem};
pub use self::issuing_state::IssuingStateProblem;
pub use self::signed_file::{
    RevocationProblem, SignatureProblem, SignedFile, SignerPathProblem, Trust, ValidityProblem,
};
use crate::Finding;
use crate::lds::dg1::Dg1;
use crate::lds::dg12::Dg12;
use crate::lds::sod::{LDS_SECURITY_OBJECT, SecurityObject};
use crate::lds::{File, LdsError, Problem};
use crate::session::{FileOutcome, Files};

/// Content types under which EF.SOD was issued before, or is by mistake.
const FORMER_CONTENT_TYPES: [(ObjectIdentifier, Deviation); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1"), Deviation::SecurityObjectOfTypeData),
    (ObjectIdentifier::new_unwrap("1.3.27.1.1.1"), Deviation::SecurityObjectOfFormerType),
    (ObjectIdentifier::new_unwrap("1.2.528.1.1006.1.20.1"), Deviation::SecurityObjectOfFormerType),
];

/// A file whose bytes its issuer vouches for: signed by a signer with a path to an authority, neither revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authentic<'a> {
    file: File,
    bytes: &'a [u8],
}

impl<'a> Authentic<'a> {
    /// Which file.
    pub const fn file(self) -> File {
        self.file
    }

    /// Its bytes, outer tag included.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

/// Names the file and no more.
impl std::fmt::Debug for Authentic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authentic({}, {} bytes)", self.file, self.bytes.len())
    }
}

/// Why the document type is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DocumentTypeProblem {
    /// DG1 cannot be used, or the signer is not known.
    #[error("there is nothing to compare")]
    NothingToCompare,
    /// The signer does not say what it may sign.
    #[error("the signer has no list of document types")]
    NoList,
    /// The signer may not sign documents of this type.
    #[error("the signer may not sign documents of this type")]
    NotListed,
}

/// How Passive Authentication ended, as one word for statistics and people. No check looks at it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EndState {
    /// All of it is successful.
    Valid,
    /// A signature is wrong.
    BadSignature,
    /// A data group is not what was signed, or withheld.
    HashMismatch,
    /// The trust store does not have the authority.
    CscaMissing,
    /// A certificate is not valid at the time of the check.
    Expired,
    /// The signer or its authority is revoked.
    Revoked,
    /// Revocation lists are missing or stale; the rest is successful.
    RevocationUnknown,
    /// EF.SOD or a certificate in it is missing or broken.
    Malformed,
    /// Certificates or document break a rule: profile, document type, issuing state.
    Policy,
}

/// What Passive Authentication found.
#[derive(Clone, Debug)]
pub struct PassiveAuthentication<'a> {
    /// EF.SOD: signature, path, validity, revocation.
    pub signed: SignedFile,
    /// Every data group that is listed or was read.
    pub data_groups: BTreeMap<File, DataGroupHash>,
    /// The data groups together.
    pub hashes: Finding<HashProblem>,
    /// The issuing state in DG1 against the country of the signer.
    pub issuing_state: Finding<IssuingStateProblem>,
    /// The document code in DG1 against the signer's list.
    pub document_type: Finding<DocumentTypeProblem>,
    /// Version of the LDS security object, where it could be read.
    pub security_object: Option<SecurityObject>,
    /// What lists of defects say of such documents (C11). `None` where nobody knows whose document it is: EF.SOD embeds
    /// no certificate, and names none that is known.
    pub known_defects: Option<DefectEffects>,
    files: BTreeMap<File, &'a [u8]>,
    dg1: Option<Result<Dg1, LdsError>>,
}

impl<'a> PassiveAuthentication<'a> {
    /// Checks files as they were read. There is no clock in it: `trust.now` is the time of the check.
    pub fn of(read: &'a Files, trust: &Trust<'_>) -> Self {
        let (signed, object, data) = match read_security_object(read) {
            Ok((data, object, departing)) => {
                (SignedFile::check(&data, &departing, trust), Some(object), Some(data))
            }
            Err(finding) => (SignedFile::unmade(finding), None, None),
        };
        let (data_groups, hashes) = match &object {
            Some(object) => data_groups::compare(read, object),
            None => (BTreeMap::new(), Finding::Undetermined(HashProblem::NoSecurityObject)),
        };
        let authentic = signed.is_authentic() && !matches!(hashes, Finding::Failed(HashProblem::Repeated));
        let identical =
            data_groups.iter().filter(|(_, hash)| **hash == DataGroupHash::Identical && authentic);
        let files: BTreeMap<File, &[u8]> =
            identical.filter_map(|(file, _)| Some((*file, read.get(file)?.unverified()?))).collect();
        let dg1 = files.get(&File::Dg1).map(|bytes| Dg1::parse(bytes));
        let mut checked = Self {
            signed,
            data_groups,
            hashes,
            issuing_state: Finding::Undetermined(IssuingStateProblem::NothingToCompare),
            document_type: Finding::Undetermined(DocumentTypeProblem::NothingToCompare),
            security_object: object,
            known_defects: None,
            files,
            dg1,
        };
        checked.compare_with_signer();
        let signers: Vec<&Certificate> = match &checked.signed.signer {
            Some(signer) => vec![signer],
            // A wrong name of the signer is itself a defect; then all that are embedded can be meant.
            None => data.iter().flat_map(SignedData::certificates).flatten().collect(),
        };
        checked.known_defects = checked.look_up(&signers, trust.anchors);
        checked
    }

    /// A data group that the issuer vouches for.
    pub fn authentic(&self, file: File) -> Option<Authentic<'a>> {
        self.files.get(&file).map(|bytes| Authentic { file, bytes })
    }

    /// Whether the issuer vouches for the list of EF.SOD itself.
    pub fn is_list_authentic(&self) -> bool {
        self.security_object.is_some() && self.signed.is_authentic()
    }

    /// Whether EF.SOD lists a data group. Says nothing if EF.SOD could not be read.
    pub fn lists(&self, file: File) -> bool {
        self.security_object.as_ref().is_some_and(|object| object.lists(file))
    }

    /// DG1, if the issuer vouches for it and it can be read.
    pub fn machine_readable_zone(&self) -> Option<Result<&Mrz, &LdsError>> {
        Some(self.dg1.as_ref()?.as_ref().map(|dg1| &dg1.mrz))
    }

    /// Departures that were tolerated.
    pub fn tolerated(&self) -> &Deviations {
        &self.signed.tolerated
    }

    /// What is weak in the signatures and hashes.
    pub fn weaknesses(&self) -> BTreeSet<Weakness> {
        let mut all = self.signed.weaknesses.clone();
        if self
            .security_object
            .as_ref()
            .is_some_and(|object| object.hash_algorithm == Ok(HashAlgorithm::Sha1))
        {
            all.insert(Weakness::Sha1);
        }
        all
    }

    /// How it ended, in one word.
    pub fn end_state(&self) -> EndState {
        let signed = &self.signed;
        let broken = |problem: &SignatureProblem| {
            matches!(
                problem,
                SignatureProblem::Absent
                    | SignatureProblem::Unreadable
                    | SignatureProblem::Malformed(_)
                    | SignatureProblem::ContentType(_)
                    | SignatureProblem::NoSignature
                    | SignatureProblem::BrokenCertificate
            )
        };
        match (&signed.signature, &signed.path) {
            (Finding::Successful, _) => {}
            (finding, _) if finding.reason().is_some_and(broken) => return EndState::Malformed,
            (Finding::Failed(SignatureProblem::Profile(_)), _) => return EndState::Policy,
            (Finding::Undetermined(SignatureProblem::UnknownSigner), _) => return EndState::CscaMissing,
            _ => return EndState::BadSignature,
        }
        let departs = |problem: &SignerPathProblem| {
            matches!(
                problem,
                SignerPathProblem::Profile(_)
                    | SignerPathProblem::Path(pki::PathProblem::OtherCountry { .. })
            )
        };
        match &signed.path {
            Finding::Successful => {}
            Finding::Failed(problem) if departs(problem) => return EndState::Policy,
            Finding::Failed(_) => return EndState::BadSignature,
            _ => return EndState::CscaMissing,
        }
        if matches!(signed.revocation, Finding::Failed(_)) {
            EndState::Revoked
        } else if !self.hashes.is_successful() {
            EndState::HashMismatch
        } else if !signed.validity.is_successful() {
            EndState::Expired
        } else if matches!(self.issuing_state, Finding::Failed(_) | Finding::Undetermined(_))
            || matches!(self.document_type, Finding::Failed(_) | Finding::Undetermined(_))
        {
            EndState::Policy
        } else if signed.revocation.is_successful() {
            EndState::Valid
        } else {
            EndState::RevocationUnknown
        }
    }

    /// What lists of defects say of a document by one of `signers`.
    fn look_up(&self, signers: &[&Certificate], anchors: &Anchors) -> Option<DefectEffects> {
        if signers.is_empty() {
            return None;
        }
        let zone = self.machine_readable_zone().and_then(Result::ok);
        let details = self.authentic(File::Dg12).and_then(|file| Dg12::parse(file.bytes()).ok());
        let issued = details.and_then(|details| details.issue_date);
        let subject = |signer| DefectSubject {
            signer,
            document_code: zone.map(Mrz::document_code),
            document_number: zone.map(Mrz::document_number),
            issued: issued.and_then(|day| day.known()),
        };
        let effects = signers.iter().flat_map(|signer| anchors.defects_of(&subject(signer)).0).collect();
        Some(DefectEffects(effects))
    }

    /// The issuing state in DG1 against a country that is to be taken for the signer's.
    pub fn issuing_state_under(&self, country: &str) -> Finding<IssuingStateProblem> {
        match self.machine_readable_zone() {
            Some(Ok(zone)) => issuing_state::compare(zone.issuing_state(), Some(country)),
            _ => Finding::Undetermined(IssuingStateProblem::NothingToCompare),
        }
    }

    fn compare_with_signer(&mut self) {
        let (Some(signer), Some(Ok(zone))) = (&self.signed.signer, self.machine_readable_zone()) else {
            return;
        };
        let issuing_state = issuing_state::compare(zone.issuing_state(), signer.country().as_deref());
        self.document_type = match signer.may_sign(zone.document_code()) {
            DocumentTypeCheck::Listed => Finding::Successful,
            DocumentTypeCheck::NotListed => Finding::Failed(DocumentTypeProblem::NotListed),
            DocumentTypeCheck::NoList => Finding::NotSupported(DocumentTypeProblem::NoList),
        };
        self.issuing_state = issuing_state;
    }
}

/// EF.SOD taken apart, with what departs in it, or why not.
fn read_security_object(
    read: &Files,
) -> Result<(SignedData, SecurityObject, Deviations), Finding<SignatureProblem>> {
    let bytes = match read.get(&File::Sod) {
        Some(FileOutcome::Read { bytes, .. }) => bytes.as_unverified().as_bytes(),
        Some(FileOutcome::Unreadable(_)) => return Err(Finding::Undetermined(SignatureProblem::Unreadable)),
        None | Some(FileOutcome::Absent) => return Err(Finding::NotSupported(SignatureProblem::Absent)),
    };
    let malformed = |error: LdsError| Finding::Failed(SignatureProblem::Malformed(error));
    let in_object = |problem: Problem| malformed(LdsError { file: File::Sod, problem });
    let contents = File::Sod.contents(bytes).map_err(malformed)?;
    let signed = SignedData::parse(contents.outer.value).map_err(|error| in_object(error.into()))?;
    let departing = match signed.content_type() {
        LDS_SECURITY_OBJECT => Deviations::new(),
        found => match FORMER_CONTENT_TYPES.iter().find(|(former, _)| *former == found) {
            Some((_, deviation)) => Deviations::from([*deviation]),
            None => return Err(Finding::Failed(SignatureProblem::ContentType(found))),
        },
    };
    let object = SecurityObject::from_content(signed.content_type(), signed.unverified_content());
    Ok((signed, object.map_err(in_object)?, departing))
}
