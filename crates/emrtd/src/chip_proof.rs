//! Whether the chip is the one that the data were made for (Doc 9303-11 §6; …R-068).
//!
//! A protocol that ran to its end counts only if the issuer vouches for the key it ran with. Chip Authentication and its
//! mapping prove something to the side that made the ephemeral key: a read is driven by this crate, so that side is us. A
//! mechanism that the document promises and that fails is a failure, whatever else succeeds.
//!
//! What it does not protect against: a chip that answers from afar through a relay.

use groups::Element;

use crate::Finding;
use crate::active_authentication::{ActiveAuthenticationError, Signature};
use crate::apdu::StatusWord;
use crate::chip_authentication::{ChipAuthenticationChoice, ChipAuthenticationError};
use crate::consistency::CardSecurity;
use crate::lds::{File, LdsError, dg14};
use crate::passive_authentication::PassiveAuthentication;
use crate::security_infos::Mapping;
use crate::session::{
    AccessMethod, ActiveAuthentication, ChipAuthentication, FileOutcome, Protection, Reading,
};

/// What proved the chip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ChipMechanism {
    /// Chip Authentication.
    ChipAuthentication,
    /// PACE with Chip Authentication Mapping.
    ChipAuthenticationMapping,
    /// Active Authentication.
    ActiveAuthentication,
}

/// Why the chip is not proven.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChipProblem {
    /// The document has none of the mechanisms: a copy answers like the chip.
    #[error("the document has no mechanism against copying")]
    Cloneable,
    /// EF.SOD lists DG14 or DG15, and the chip withholds it.
    #[error("{0} is listed in EF.SOD and withheld")]
    Stripped(File),
    /// The issuer does not vouch for the list of data groups, so that nobody knows what the chip must have.
    #[error("nothing is known of what the chip must have, since Passive Authentication was not successful")]
    NothingVouchedFor,
    /// The protocol ran, but the issuer does not vouch for the key.
    #[error("the issuer does not vouch for the chip's key")]
    KeyNotVouchedFor,
    /// The chip refused Chip Authentication.
    #[error("the chip refused Chip Authentication with {0}")]
    ChipAuthenticationRefused(StatusWord),
    /// Data groups that count were not read under the keys of Chip Authentication.
    #[error("{0} was not read under the keys of Chip Authentication")]
    NotUnderNewKeys(File),
    /// The chip does not have the key of EF.CardSecurity.
    #[error("the chip does not have the key of EF.CardSecurity")]
    MappingMismatch,
    /// The chip has none of the ways of Chip Authentication that are supported.
    #[error(transparent)]
    Unsupported(ChipAuthenticationError),
    /// A signed file that the mechanism needs is broken.
    #[error(transparent)]
    Malformed(#[from] LdsError),
    /// The chip refused Active Authentication.
    #[error("the chip refused Active Authentication with {0}")]
    ActiveAuthenticationRefused(StatusWord),
    /// The signature of Active Authentication is wrong.
    #[error("Active Authentication: {0}")]
    WrongSignature(ActiveAuthenticationError),
    /// The mechanism was not run.
    #[error("the document has a mechanism against copying, and it was not run")]
    NotRun,
    /// The reader could not carry the answer.
    #[error("the reader cannot carry the chip's answer")]
    ReaderLimit,
}

impl ChipProblem {
    /// Of which mechanism this is a failure; `None` if of none in particular.
    pub const fn mechanism(&self) -> Option<ChipMechanism> {
        match self {
            ChipProblem::ChipAuthenticationRefused(_)
            | ChipProblem::NotUnderNewKeys(_)
            | ChipProblem::Unsupported(_) => Some(ChipMechanism::ChipAuthentication),
            ChipProblem::MappingMismatch => Some(ChipMechanism::ChipAuthenticationMapping),
            ChipProblem::ActiveAuthenticationRefused(_) | ChipProblem::WrongSignature(_) => {
                Some(ChipMechanism::ActiveAuthentication)
            }
            ChipProblem::Cloneable
            | ChipProblem::Stripped(_)
            | ChipProblem::NothingVouchedFor
            | ChipProblem::KeyNotVouchedFor
            | ChipProblem::Malformed(_)
            | ChipProblem::NotRun
            | ChipProblem::ReaderLimit => None,
        }
    }
}

/// The check, and what proved the chip where it is successful.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChipProof {
    /// The check.
    pub finding: Finding<ChipProblem>,
    /// What proved it.
    pub mechanism: Option<ChipMechanism>,
    /// Whether the proof rests on an RSA key of less than 2048 bits or a hash of SHA-1.
    pub weak: bool,
}

impl ChipProof {
    /// Judges what the chip did by what the issuer vouches for.
    pub fn of(
        reading: &Reading,
        authentication: &PassiveAuthentication<'_>,
        card_security: &CardSecurity,
    ) -> Self {
        let outcome = Promised { reading, authentication, card_security }.judge();
        match outcome {
            Ok(mechanism) => Self {
                finding: Finding::Successful,
                mechanism: Some(mechanism),
                weak: mechanism == ChipMechanism::ActiveAuthentication
                    && weak(&reading.active_authentication),
            },
            Err(finding) => Self { finding, mechanism: None, weak: false },
        }
    }
}

fn weak(outcome: &ActiveAuthentication) -> bool {
    let ActiveAuthentication::Signed(signature) = outcome else { return false };
    match signature {
        Signature::Rsa { bits, digest } => *bits < 2048 || *digest == crate::HashAlgorithm::Sha1,
        Signature::Ecdsa { digest, .. } => *digest == crate::HashAlgorithm::Sha1,
    }
}

struct Promised<'a> {
    reading: &'a Reading,
    authentication: &'a PassiveAuthentication<'a>,
    card_security: &'a CardSecurity,
}

type Judgement = Result<ChipMechanism, Finding<ChipProblem>>;

impl Promised<'_> {
    fn judge(&self) -> Judgement {
        let authentication = self.authentication;
        // What failed stays failed, whoever vouches for what.
        self.refused()?;
        for file in [File::Dg14, File::Dg15] {
            let delivered = matches!(self.reading.files.get(&file), Some(FileOutcome::Read { .. }));
            if authentication.lists(file) && !delivered {
                return Err(Finding::Failed(ChipProblem::Stripped(file)));
            }
        }
        if !authentication.is_list_authentic() {
            return Err(Finding::Undetermined(ChipProblem::NothingVouchedFor));
        }
        match &self.reading.chip_authentication {
            ChipAuthentication::Confirmed(choice) => self.confirmed(choice),
            ChipAuthentication::ConfirmedByMapping { key } => self.mapped(key),
            ChipAuthentication::Unsupported(error) => {
                Err(Finding::Undetermined(ChipProblem::Unsupported(error.clone())))
            }
            ChipAuthentication::Malformed(error) => Err(Finding::Undetermined(error.clone().into())),
            ChipAuthentication::NotOffered => self.without_chip_authentication(),
            ChipAuthentication::Refused { sw, .. } => {
                Err(Finding::Failed(ChipProblem::ChipAuthenticationRefused(*sw)))
            }
            ChipAuthentication::MappingMismatch => Err(Finding::Failed(ChipProblem::MappingMismatch)),
        }
    }

    /// What came of Active Authentication. A DG15 that the issuer does not list is never used, for nor against.
    fn active_authentication(&self) -> &ActiveAuthentication {
        if self.authentication.is_list_authentic() && !self.authentication.lists(File::Dg15) {
            &ActiveAuthentication::NotOffered
        } else {
            &self.reading.active_authentication
        }
    }

    /// A mechanism that the chip refused or failed is not healed by another one.
    fn refused(&self) -> Result<(), Finding<ChipProblem>> {
        let problem = match (&self.reading.chip_authentication, self.active_authentication()) {
            (ChipAuthentication::Refused { sw, .. }, _) => ChipProblem::ChipAuthenticationRefused(*sw),
            (ChipAuthentication::MappingMismatch, _) => ChipProblem::MappingMismatch,
            (_, ActiveAuthentication::Refused(sw)) => ChipProblem::ActiveAuthenticationRefused(*sw),
            (_, ActiveAuthentication::Wrong(error)) => ChipProblem::WrongSignature(error.clone()),
            _ => return Ok(()),
        };
        Err(Finding::Failed(problem))
    }

    fn confirmed(&self, choice: &ChipAuthenticationChoice) -> Judgement {
        let key_not_vouched_for = || Finding::Undetermined(ChipProblem::KeyNotVouchedFor);
        let signed = self.authentication.authentic(File::Dg14).ok_or_else(key_not_vouched_for)?;
        let signed = dg14::parse(signed.bytes()).map_err(|error| Finding::Undetermined(error.into()))?;
        match ChipAuthenticationChoice::from_security_infos(signed.as_unverified()) {
            Ok(Some(expected)) if expected == *choice => {}
            _ => return Err(key_not_vouched_for()),
        }
        for file in [File::Dg1, File::Dg2] {
            match self.reading.files.get(&file) {
                Some(FileOutcome::Read { protection: Protection::ChipAuthentication, .. }) => {}
                _ => return Err(Finding::Undetermined(ChipProblem::NotUnderNewKeys(file))),
            }
        }
        Ok(ChipMechanism::ChipAuthentication)
    }

    fn mapped(&self, key: &Element) -> Judgement {
        let mapping = matches!(
            self.reading.access,
            AccessMethod::Pace { protocol, .. } if protocol.mapping() == Mapping::ChipAuthentication
        );
        let holds_key = self.card_security.authentic.as_ref().is_some_and(|infos| infos.holds_chip_key(key));
        if mapping && holds_key {
            return Ok(ChipMechanism::ChipAuthenticationMapping);
        }
        // EF.CardSecurity proves nothing then; what else the chip did may.
        match self.active_authentication() {
            ActiveAuthentication::Signed(_) => self.signed(),
            _ => Err(Finding::Undetermined(ChipProblem::KeyNotVouchedFor)),
        }
    }

    fn without_chip_authentication(&self) -> Judgement {
        if self.offers_chip_authentication()? {
            return Err(Finding::Undetermined(ChipProblem::NotRun));
        }
        match self.active_authentication() {
            ActiveAuthentication::Signed(_) => self.signed(),
            ActiveAuthentication::NotOffered if self.authentication.lists(File::Dg15) => {
                Err(Finding::Undetermined(ChipProblem::NotRun))
            }
            ActiveAuthentication::NotOffered => Err(Finding::NotSupported(ChipProblem::Cloneable)),
            ActiveAuthentication::NotRun => Err(Finding::Undetermined(ChipProblem::NotRun)),
            ActiveAuthentication::ReaderLimit => Err(Finding::Undetermined(ChipProblem::ReaderLimit)),
            ActiveAuthentication::Malformed(error) => Err(Finding::Undetermined(error.clone().into())),
            ActiveAuthentication::Wrong(error) => {
                Err(Finding::Failed(ChipProblem::WrongSignature(error.clone())))
            }
            ActiveAuthentication::Refused(sw) => {
                Err(Finding::Failed(ChipProblem::ActiveAuthenticationRefused(*sw)))
            }
        }
    }

    /// Whether the signed DG14 offers Chip Authentication.
    fn offers_chip_authentication(&self) -> Result<bool, Finding<ChipProblem>> {
        let Some(signed) = self.authentication.authentic(File::Dg14) else { return Ok(false) };
        let signed = dg14::parse(signed.bytes()).map_err(|error| Finding::Undetermined(error.into()))?;
        Ok(signed.as_unverified().chip_authentication_keys().next().is_some())
    }

    fn signed(&self) -> Judgement {
        if self.authentication.authentic(File::Dg15).is_some() {
            Ok(ChipMechanism::ActiveAuthentication)
        } else {
            Err(Finding::Undetermined(ChipProblem::KeyNotVouchedFor))
        }
    }
}
