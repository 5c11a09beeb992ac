//! What a read shall do.

use std::collections::BTreeSet;

use crate::access::Password;
use crate::active_authentication::Challenge;
use crate::lds::File;
use crate::quirks::Quirks;

/// Whether commands travel together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Batching {
    /// As many commands in a batch as can be made without an answer.
    #[default]
    Batched,
    /// One command at a time.
    Single,
}

/// When Active Authentication is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ActiveAuthentication {
    /// Never.
    #[default]
    Never,
    /// If EF.DG15 is there and neither Chip Authentication nor PACE-CAM can prove the chip.
    Otherwise(Challenge),
    /// Whenever EF.DG15 is there.
    Always(Challenge),
}

impl ActiveAuthentication {
    /// The challenge, if there is a run to send it in.
    pub(super) const fn challenge(self) -> Option<Challenge> {
        match self {
            ActiveAuthentication::Never => None,
            ActiveAuthentication::Otherwise(challenge) | ActiveAuthentication::Always(challenge) => {
                Some(challenge)
            }
        }
    }
}

/// Bounds that no chip and no reader can push a read beyond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Commands sent in one tap.
    pub commands_per_tap: usize,
    /// Times the document may be laid on the reader.
    pub taps: usize,
    /// Failed access attempts in one tap.
    pub access_attempts: usize,
    /// Commands in one batch.
    pub batch_commands: usize,
    /// Bytes of one batch, commands and expected answers each.
    pub batch_bytes: usize,
    /// Bytes of a file.
    pub file_bytes: usize,
    /// Bytes of one answer, put together from as many GET RESPONSE as it takes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            commands_per_tap: 400,
            taps: 5,
            access_attempts: 3,
            batch_commands: 200,
            batch_bytes: 60_000,
            file_bytes: 65_535,
            answer_bytes: 65_538,
        }
    }
}

/// What a read shall do. The default reads EF.COM, EF.SOD, DG1, DG2, DG14 and DG15, with short commands.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Printed secrets, tried in this order.
    pub passwords: Vec<Password>,
    /// Files to read besides the usual ones: DG7, DG11, DG12, DG16. Others are ignored.
    pub more_files: BTreeSet<File>,
    /// Whether commands travel together.
    pub batching: Batching,
    /// The longest answer that the reader can carry, if it can carry extended length at all.
    pub extended_length: Option<u32>,
    /// When Active Authentication is run.
    pub active_authentication: ActiveAuthentication,
    /// Rows of the quirk table that apply to the document.
    pub quirks: Quirks,
    /// Bounds.
    pub limits: Limits,
}
