//! What a read brought: files, how the chip was opened, and what it did when asked to prove itself.
//!
//! Nothing here says that the document is genuine. "Confirmed" and "signed" mean that a protocol ran to its end with
//! the key the chip itself named; only Passive Authentication ties that key to an issuer.

use std::collections::{BTreeMap, BTreeSet};

use groups::{Element, Group};
use zeroize::Zeroizing;

use super::error::FileError;
use super::step::Step;
use crate::access::PasswordKind;
use crate::active_authentication::{ActiveAuthenticationError, Signature};
use crate::apdu::StatusWord;
use crate::chip_authentication::{ChipAuthenticationChoice, ChipAuthenticationError};
use crate::lds::{File, LdsError, Unverified};
use crate::security_infos::PaceProtocol;

/// Under which keys bytes were read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// In the clear.
    None,
    /// Under the keys of Basic Access Control or PACE.
    Access,
    /// Under the keys of Chip Authentication.
    ChipAuthentication,
}

/// What opened the chip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccessMethod {
    /// Nothing: the chip is open.
    None,
    /// Basic Access Control.
    Bac,
    /// PACE.
    Pace {
        /// Key agreement, mapping and cipher.
        protocol: PaceProtocol,
        /// Version of the PACEInfo chosen.
        version: u64,
        /// Standardised domain parameters.
        group: Group,
        /// Which printed secret.
        password: PasswordKind,
    },
}

/// A file as read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileOutcome {
    /// All of it.
    Read {
        /// The bytes of the outer data object.
        bytes: Unverified<FileBytes>,
        /// Under which keys they came.
        protection: Protection,
    },
    /// There is no such file.
    Absent,
    /// It is there and cannot be read.
    Unreadable(FileError),
}

/// Every file that was asked for, with what came of it.
pub type Files = BTreeMap<File, FileOutcome>;

impl FileOutcome {
    /// A file that was read before, for instance to be checked again.
    pub fn read(bytes: Vec<u8>, protection: Protection) -> FileOutcome {
        FileOutcome::Read { bytes: Unverified::new(FileBytes(Zeroizing::new(bytes))), protection }
    }

    /// The bytes, verified by nobody.
    pub fn unverified(&self) -> Option<&[u8]> {
        match self {
            FileOutcome::Read { bytes, .. } => Some(bytes.as_unverified().as_bytes()),
            FileOutcome::Absent | FileOutcome::Unreadable(_) => None,
        }
    }
}

/// A file's bytes. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct FileBytes(Zeroizing<Vec<u8>>);

impl FileBytes {
    pub(super) const fn new(bytes: Zeroizing<Vec<u8>>) -> FileBytes {
        FileBytes(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What came of Chip Authentication, in its own protocol or as a mapping of PACE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChipAuthentication {
    /// The chip offers none.
    NotOffered,
    /// The chip answered under the new keys.
    Confirmed(ChipAuthenticationChoice),
    /// PACE-CAM: the chip explained its mapping key with the static key of EF.CardSecurity.
    ConfirmedByMapping {
        /// The static key.
        key: Element,
    },
    /// PACE-CAM: EF.CardSecurity names another key than the chip's.
    MappingMismatch,
    /// EF.DG14 offers Chip Authentication only in ways that are not supported.
    Unsupported(ChipAuthenticationError),
    /// EF.DG14 is malformed.
    Malformed(LdsError),
    /// The chip refused it.
    Refused {
        /// The step.
        step: Step,
        /// Its status word.
        sw: StatusWord,
    },
}

/// What came of Active Authentication.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ActiveAuthentication {
    /// There is no EF.DG15.
    NotOffered,
    /// There is an EF.DG15, and the options did not ask for a run.
    NotRun,
    /// The chip signed the challenge with the key of EF.DG15.
    Signed(Signature),
    /// The signature is wrong.
    Wrong(ActiveAuthenticationError),
    /// EF.DG15 is malformed or holds an unknown key.
    Malformed(LdsError),
    /// The chip refused to sign.
    Refused(StatusWord),
    /// The signature does not fit into the answers that the reader can carry.
    ReaderLimit,
}

/// Something that happened and that a verdict may want to know of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// PACE was refused, and Basic Access Control used instead because a quirk allows it.
    PaceFailedBacUsed {
        /// The step of PACE that was refused.
        step: Step,
        /// The chip's status word.
        sw: StatusWord,
    },
    /// SELECT of the master file was refused.
    MasterFileRefused(StatusWord),
    /// A printed secret was refused, and another tried.
    PasswordRefused(PasswordKind),
    /// The chip left secure messaging with an error; access was run again, asking for listed files only.
    SecureMessagingRestarted(StatusWord),
}

/// How the read went, beyond its result. Holds nothing personal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Metrics {
    /// Commands answered.
    pub commands: usize,
    /// Batches sent: network waits.
    pub waits: usize,
    /// Times the document was laid on the reader.
    pub taps: usize,
    /// Bytes of commands sent.
    pub bytes_sent: usize,
    /// Bytes of answers received.
    pub bytes_received: usize,
    /// Whether the read ended one command at a time.
    pub fell_back: bool,
}

/// The result of a read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What opened the chip.
    pub access: AccessMethod,
    /// Every file that was asked for.
    pub files: Files,
    /// What came of Chip Authentication.
    pub chip_authentication: ChipAuthentication,
    /// What came of Active Authentication.
    pub active_authentication: ActiveAuthentication,
    /// What else happened.
    pub events: Vec<Event>,
    /// Quirks that took effect.
    pub quirks: BTreeSet<String>,
    /// How it went.
    pub metrics: Metrics,
    /// SHA-256 over every command and its answer as they were sent, in their order.
    pub transcript_hash: [u8; 32],
}

impl Reading {
    /// A file's bytes, not verified by anyone.
    pub fn file(&self, file: File) -> Option<&[u8]> {
        self.files.get(&file)?.unverified()
    }

    /// Whether two reads found the same: everything but the way there.
    pub fn same_evidence(&self, other: &Reading) -> bool {
        self.access == other.access
            && self.files == other.files
            && self.chip_authentication == other.chip_authentication
            && self.active_authentication == other.active_authentication
            && self.events == other.events
            && self.quirks == other.quirks
    }
}
