//! The named steps that a read consists of.

use std::fmt;

use crate::apdu::StatusWord;
use crate::lds::File;
use crate::transport::Accept;

/// One step of a read: one command to the chip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Step {
    /// SELECT the master file.
    SelectMasterFile,
    /// SELECT the master file again, for what is left there to read after access.
    ReturnToMasterFile,
    /// READ BINARY from the start of a file, to learn whether it is there and how long it is.
    ReadFirst(File),
    /// SELECT a file whose next bytes lie beyond the reach of a short file identifier.
    SelectFile(File),
    /// READ BINARY from somewhere in a file.
    ReadChunk(File, u16),
    /// MSE:Set AT for PACE.
    PaceSelect,
    /// GENERAL AUTHENTICATE: the encrypted nonce.
    PaceNonce,
    /// GENERAL AUTHENTICATE: mapping data.
    PaceMap,
    /// GENERAL AUTHENTICATE: ephemeral keys on the mapped generator.
    PaceAgree,
    /// GENERAL AUTHENTICATE: authentication tokens.
    PaceConfirm,
    /// SELECT the eMRTD application.
    SelectApplication,
    /// READ BINARY without access control: is the chip open?
    ProbeOpenChip,
    /// GET CHALLENGE for Basic Access Control.
    BacChallenge,
    /// EXTERNAL AUTHENTICATE with mutual authentication.
    BacAuthenticate,
    /// MSE:Set KAT, or MSE:Set AT, for Chip Authentication.
    ChipAuthenticationSelect,
    /// GENERAL AUTHENTICATE for Chip Authentication.
    ChipAuthenticationAgree,
    /// INTERNAL AUTHENTICATE.
    ActiveAuthenticate,
}

impl Step {
    /// Status words after which the player may go on to the next command.
    pub(super) fn accept(self) -> Vec<Accept> {
        let ok = Accept::exactly(StatusWord::OK);
        let end_of_file = Accept::exactly(StatusWord::END_OF_FILE);
        match self {
            // Some chips refuse the one although their master file is selected already; an open chip may not know the
            // other, which is the last of its batch.
            Step::SelectMasterFile | Step::BacChallenge => vec![Accept { value: 0, mask: 0 }],
            // The file may be missing or closed, or shorter than what was asked for.
            Step::ReadFirst(_) | Step::ProbeOpenChip => {
                let offset = Accept::exactly(StatusWord::WRONG_OFFSET);
                let instruction = Accept::exactly(StatusWord::INSTRUCTION);
                vec![ok, end_of_file, Accept::class(0x6A), Accept::class(0x69), offset, instruction]
            }
            Step::ReadChunk(..) => vec![ok, end_of_file],
            _ => vec![ok],
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::SelectMasterFile => f.write_str("select the master file"),
            Step::ReturnToMasterFile => f.write_str("return to the master file"),
            Step::ReadFirst(file) => write!(f, "read the beginning of {file}"),
            Step::SelectFile(file) => write!(f, "select {file}"),
            Step::ReadChunk(file, offset) => write!(f, "read {file} from byte {offset}"),
            Step::PaceSelect => f.write_str("select PACE"),
            Step::PaceNonce => f.write_str("get the PACE nonce"),
            Step::PaceMap => f.write_str("map the PACE nonce"),
            Step::PaceAgree => f.write_str("agree on PACE keys"),
            Step::PaceConfirm => f.write_str("confirm PACE"),
            Step::SelectApplication => f.write_str("select the eMRTD application"),
            Step::ProbeOpenChip => f.write_str("try whether the chip is open"),
            Step::BacChallenge => f.write_str("get the challenge of Basic Access Control"),
            Step::BacAuthenticate => f.write_str("authenticate by Basic Access Control"),
            Step::ChipAuthenticationSelect => f.write_str("select Chip Authentication"),
            Step::ChipAuthenticationAgree => f.write_str("run Chip Authentication"),
            Step::ActiveAuthenticate => f.write_str("run Active Authentication"),
        }
    }
}
