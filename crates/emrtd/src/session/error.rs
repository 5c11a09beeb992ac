//! Why a read ended without a result, and whose fault that was.

use crate::access::bac::BacError;
use crate::access::pace::PaceError;
use crate::apdu::StatusWord;
use crate::cipher::Cipher;
use crate::lds::LdsError;
use crate::secure_messaging::SecureMessagingError;
use crate::session::Step;
use crate::tlv::TlvError;

/// Whose fault a failure is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Blame {
    /// The printed code or number does not open this chip: read or type it again.
    WrongKey,
    /// The chip does not keep to the standard, or someone is in between.
    ChipMisbehaved,
    /// The chip keeps to something that is not supported here.
    ChipIncompatible,
    /// The document was taken away, or another one was laid down.
    TransportLost,
    /// Whoever plays the batches returned something impossible.
    ClientMisbehaved,
    /// The caller left something out.
    Caller,
    /// A defect of this program.
    OurBug,
}

/// Why a file could not be read, although the session went on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// The chip refused it.
    #[error("the chip refused it with {0}")]
    Refused(StatusWord),
    /// The file ended before the length that it announces.
    #[error("it announces {announced} bytes and has {delivered}")]
    Cut {
        /// Bytes announced by the outer data object.
        announced: usize,
        /// Bytes there were.
        delivered: usize,
    },
    /// The file announces more bytes than are ever read.
    #[error("it announces {announced} bytes, more than the limit of {limit}")]
    Huge {
        /// Bytes announced by the outer data object.
        announced: usize,
        /// The limit.
        limit: usize,
    },
    /// The outer data object is another one than the file must hold.
    #[error("it holds data object {found:02X} instead of {expected:02X}")]
    Tag {
        /// The file's tag.
        expected: u32,
        /// The tag found.
        found: u32,
    },
    /// The outer data object is malformed.
    #[error("its beginning is malformed: {0}")]
    Header(TlvError),
    /// The chip returned more than was asked for.
    #[error("{delivered} bytes came for {asked} asked for")]
    TooLong {
        /// Bytes asked for.
        asked: usize,
        /// Bytes returned.
        delivered: usize,
    },
    /// The chip returned nothing where something must be.
    #[error("no byte came from offset {offset} on")]
    Empty {
        /// Where.
        offset: usize,
    },
}

impl FileError {
    /// Whether the file itself is broken, and not only withheld or badly delivered.
    pub const fn is_of_content(&self) -> bool {
        match self {
            FileError::Cut { .. } | FileError::Huge { .. } | FileError::Tag { .. } | FileError::Header(_) => {
                true
            }
            FileError::Refused(_) | FileError::TooLong { .. } | FileError::Empty { .. } => false,
        }
    }
}

/// A bound that was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Bound {
    /// Commands in one tap.
    #[error("{0} commands in one tap")]
    Commands(usize),
    /// Times the document was laid on the reader.
    #[error("{0} taps")]
    Taps(usize),
    /// Bytes of one answer put together.
    #[error("{0} bytes in one answer")]
    AnswerBytes(usize),
    /// Times the plan was made without getting further.
    #[error("{0} rounds without any progress")]
    Rounds(usize),
}

/// Why a read ended without a result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// The chip wants a printed secret, and none was given that it takes.
    #[error(
        "the chip wants the machine readable zone or the card access number, and none was given that it takes"
    )]
    NoPassword,
    /// The chip refused every printed secret.
    #[error("the chip does not open with the {passwords} given")]
    WrongKey {
        /// What was tried, for example `MRZ` or `MRZ and CAN`.
        passwords: String,
    },
    /// EF.CardAccess is there, but cannot be read.
    #[error("EF.CardAccess cannot be read: {0}")]
    CardAccess(FileError),
    /// EF.CardAccess is no list of security infos.
    #[error("the access offers of the chip are malformed: {0}")]
    CardAccessContent(#[from] LdsError),
    /// The chip offers PACE only in ways that are not supported here.
    #[error("the chip offers PACE only in ways that are not supported: {}", .0.join(", "))]
    PaceNotSupported(Vec<String>),
    /// The chip refused a step of PACE (R-011: no Basic Access Control after that).
    #[error("the chip refused to {step} with {sw}")]
    PaceRefused {
        /// The step.
        step: Step,
        /// The chip's status word.
        sw: StatusWord,
    },
    /// The chip's part of PACE was wrong.
    #[error("PACE failed at the step to {step}: {error}")]
    Pace {
        /// The step.
        step: Step,
        /// What was wrong.
        error: PaceError,
    },
    /// The chip has no eMRTD application.
    #[error("the chip holds no travel document application ({0})")]
    NoApplication(StatusWord),
    /// The chip refused a step of Basic Access Control that needs no key.
    #[error("the chip refused to {step} with {sw}")]
    BacRefused {
        /// The step.
        step: Step,
        /// The chip's status word.
        sw: StatusWord,
    },
    /// The chip's part of Basic Access Control was wrong.
    #[error("Basic Access Control failed: {0}")]
    Bac(#[from] BacError),
    /// Secure messaging broke.
    #[error("secure messaging broke at the step to {step}: {error}")]
    SecureMessaging {
        /// The step.
        step: Step,
        /// How.
        error: SecureMessagingError,
    },
    /// Chip Authentication was accepted, but the chip does not hold the new keys.
    #[error(
        "the chip accepted Chip Authentication ({cipher}) and then could not answer under its keys: {error}"
    )]
    ChipAuthenticationUnconfirmed {
        /// The cipher agreed on.
        cipher: Cipher,
        /// What its answer was like.
        error: SecureMessagingError,
    },
    /// An answer is shorter than a status word, or is no APDU.
    #[error("the chip's answer at the step to {step} is no answer")]
    NoAnswer {
        /// The step.
        step: Step,
    },
    /// A bound was reached.
    #[error("given up after {0}")]
    Limit(#[from] Bound),
    /// Another document was laid on the reader than before.
    #[error("another document lies on the reader than before")]
    OtherDocument,
    /// The player returned more answers than commands, or an ending that does not fit.
    #[error("the reader returned {answers} answers to {commands} commands and an ending that does not fit")]
    ImpossibleAnswers {
        /// Commands of the batch.
        commands: usize,
        /// Answers returned.
        answers: usize,
    },
    /// Answers came that nobody waits for, or a batch was asked for while one is under way.
    #[error("answers and batches do not alternate")]
    OutOfTurn,
    /// A command could not be made: a defect of this program.
    #[error("the command to {step} could not be made")]
    Command {
        /// The step.
        step: Step,
    },
}

impl ReadError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            ReadError::NoPassword => Blame::Caller,
            ReadError::WrongKey { .. } => Blame::WrongKey,
            ReadError::CardAccess(_)
            | ReadError::CardAccessContent(_)
            | ReadError::PaceRefused { .. }
            | ReadError::Pace { .. }
            | ReadError::BacRefused { .. }
            | ReadError::Bac(_)
            | ReadError::SecureMessaging { .. }
            | ReadError::ChipAuthenticationUnconfirmed { .. }
            | ReadError::NoAnswer { .. }
            | ReadError::Limit(Bound::Commands(_) | Bound::AnswerBytes(_) | Bound::Rounds(_)) => {
                Blame::ChipMisbehaved
            }
            ReadError::PaceNotSupported(_) | ReadError::NoApplication(_) => Blame::ChipIncompatible,
            ReadError::Limit(Bound::Taps(_)) | ReadError::OtherDocument => Blame::TransportLost,
            ReadError::ImpossibleAnswers { .. } => Blame::ClientMisbehaved,
            ReadError::OutOfTurn | ReadError::Command { .. } => Blame::OurBug,
        }
    }
}
