//! Hostile chips, each a named profile: what a terminal must survive and refuse.
//!
//! Counts begin at 0. *Commands* are all commands since the chip was made, also across power cycles; *protected
//! answers* are those under secure messaging since it was last started by access control.

use serde::{Deserialize, Serialize};

use crate::document::ElementaryFile;

/// Which public key of PACE a hostile chip falsifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaceKey {
    /// The key of the mapping (data object 82); only Generic and Chip Authentication Mapping have one.
    Mapping,
    /// The key of the agreement (data object 84).
    Agreement,
}

/// Ill will of a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Hostile {
    /// The chip leaves the field at a command, once; after the next power-on it stays.
    RemovedAt {
        /// The command that gets no answer.
        command: u32,
    },
    /// The chip leaves the field at a command and never comes back.
    RemovedForGood {
        /// The first command without an answer.
        command: u32,
    },
    /// Every command is answered 6F00.
    ErrorStorm {
        /// The first command so answered.
        from: u32,
    },
    /// Every command is answered with 255 bytes and 61FF.
    EndlessMoreData {
        /// The first command so answered.
        from: u32,
    },
    /// Every command is answered 6Cxx, with another length each time.
    EndlessWrongLength {
        /// The first command so answered.
        from: u32,
    },
    /// Every command is answered with the answer to the one before `from`.
    ReplayedAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// Every answer has 70,000 bytes.
    OversizedAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// Every answer has one byte.
    OneByteAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// Every answer is empty.
    EmptyAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// Every answer consists of random bytes.
    RandomAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// Every answer takes a minute of virtual time.
    SlowAnswers {
        /// The first command so answered.
        from: u32,
    },
    /// One protected answer carries a wrong MAC.
    WrongMac {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer has a bit of its cryptogram flipped on the way.
    TamperedCryptogram {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer comes as plain data and 9000.
    PlainAnswer {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer comes as a bare 9000.
    BareStatus {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer ends with another status word than the one under the MAC.
    ContradictingStatus {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer is the one before it once more.
    ReplayedProtectedAnswer {
        /// Which protected answer.
        answer: u32,
    },
    /// The last byte of a file differs from what was issued.
    TamperedFile {
        /// The file.
        file: ElementaryFile,
    },
    /// Every file of the application claims a length of 4 GB in its header.
    HugeLengths,
    /// READ BINARY gives half of what was asked for.
    ShorterData,
    /// READ BINARY gives nothing and 9000.
    NoData,
    /// READ BINARY gives 16 bytes more than asked for.
    LongerData,
    /// A clone that has other keys than those in the files, for Chip and Active Authentication and PACE-CAM.
    CloneWithOtherKeys,
    /// A clone that has no such keys and refuses the protocols that need them with 6A88.
    CloneWithoutKeys,
    /// After Chip Authentication the chip goes on with the old keys.
    OldKeysAfterChipAuthentication,
    /// PACE returns the terminal's own public key.
    MirroredKey {
        /// Which key.
        key: PaceKey,
    },
    /// PACE returns a point off the curve, or a DH value outside the subgroup.
    InvalidKey {
        /// Which key.
        key: PaceKey,
    },
    /// PACE returns the neutral element.
    IdentityKey {
        /// Which key.
        key: PaceKey,
    },
    /// PACE ends with a wrong token.
    WrongToken,
    /// BAC's answer returns another challenge than the terminal's, under a right MAC.
    WrongChallenge,
    /// BAC's answer carries a wrong MAC.
    WrongBasicAccessMac,
    /// One protected answer comes without its MAC.
    MissingMac {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer comes without its cryptogram, under a right MAC.
    MissingCryptogram {
        /// Which protected answer.
        answer: u32,
    },
    /// One protected answer comes without its protected status word, under a right MAC.
    MissingStatus {
        /// Which protected answer.
        answer: u32,
    },
    /// The last byte of the cryptogram of one protected answer is wrong, under a right MAC.
    WrongCryptogram {
        /// Which protected answer.
        answer: u32,
    },
    /// The first command of Chip Authentication is refused, although the chip has the key.
    ChipAuthenticationRefused {
        /// The status word it answers, such as 0x6A80 or 0x6A88.
        status: u16,
    },
}

impl Hostile {
    /// Every hostile profile, with typical numbers.
    pub const ALL: [Hostile; 39] = [
        Hostile::RemovedAt { command: 9 },
        Hostile::RemovedForGood { command: 9 },
        Hostile::ErrorStorm { from: 6 },
        Hostile::EndlessMoreData { from: 6 },
        Hostile::EndlessWrongLength { from: 6 },
        Hostile::ReplayedAnswers { from: 6 },
        Hostile::OversizedAnswers { from: 6 },
        Hostile::OneByteAnswers { from: 6 },
        Hostile::EmptyAnswers { from: 6 },
        Hostile::RandomAnswers { from: 6 },
        Hostile::SlowAnswers { from: 6 },
        Hostile::WrongMac { answer: 3 },
        Hostile::TamperedCryptogram { answer: 3 },
        Hostile::PlainAnswer { answer: 3 },
        Hostile::BareStatus { answer: 3 },
        Hostile::ContradictingStatus { answer: 3 },
        Hostile::ReplayedProtectedAnswer { answer: 3 },
        Hostile::TamperedFile { file: ElementaryFile::DataGroup(1) },
        Hostile::HugeLengths,
        Hostile::ShorterData,
        Hostile::NoData,
        Hostile::LongerData,
        Hostile::CloneWithOtherKeys,
        Hostile::CloneWithoutKeys,
        Hostile::OldKeysAfterChipAuthentication,
        Hostile::MirroredKey { key: PaceKey::Mapping },
        Hostile::MirroredKey { key: PaceKey::Agreement },
        Hostile::InvalidKey { key: PaceKey::Mapping },
        Hostile::InvalidKey { key: PaceKey::Agreement },
        Hostile::IdentityKey { key: PaceKey::Mapping },
        Hostile::IdentityKey { key: PaceKey::Agreement },
        Hostile::WrongToken,
        Hostile::WrongChallenge,
        Hostile::WrongBasicAccessMac,
        Hostile::MissingMac { answer: 3 },
        Hostile::MissingCryptogram { answer: 3 },
        Hostile::MissingStatus { answer: 3 },
        Hostile::WrongCryptogram { answer: 3 },
        Hostile::ChipAuthenticationRefused { status: 0x6A80 },
    ];

    /// A name for reports and test messages.
    pub const fn name(self) -> &'static str {
        match self {
            Hostile::RemovedAt { .. } => "removed once",
            Hostile::RemovedForGood { .. } => "removed for good",
            Hostile::ErrorStorm { .. } => "6F00 storm",
            Hostile::EndlessMoreData { .. } => "endless 61xx",
            Hostile::EndlessWrongLength { .. } => "endless 6Cxx",
            Hostile::ReplayedAnswers { .. } => "replayed answers",
            Hostile::OversizedAnswers { .. } => "oversized answers",
            Hostile::OneByteAnswers { .. } => "one-byte answers",
            Hostile::EmptyAnswers { .. } => "empty answers",
            Hostile::RandomAnswers { .. } => "random answers",
            Hostile::SlowAnswers { .. } => "slow answers",
            Hostile::WrongMac { .. } => "wrong MAC",
            Hostile::TamperedCryptogram { .. } => "tampered cryptogram",
            Hostile::PlainAnswer { .. } => "plain answer inside secure messaging",
            Hostile::BareStatus { .. } => "bare status inside secure messaging",
            Hostile::ContradictingStatus { .. } => "contradicting status words",
            Hostile::ReplayedProtectedAnswer { .. } => "replayed protected answer",
            Hostile::TamperedFile { .. } => "tampered file",
            Hostile::HugeLengths => "claimed lengths of 4 GB",
            Hostile::ShorterData => "shorter data than asked for",
            Hostile::NoData => "no data and 9000",
            Hostile::LongerData => "longer data than asked for",
            Hostile::CloneWithOtherKeys => "clone with other keys",
            Hostile::CloneWithoutKeys => "clone without keys",
            Hostile::OldKeysAfterChipAuthentication => "old keys after Chip Authentication",
            Hostile::MirroredKey { key: PaceKey::Mapping } => "mirrored mapping key",
            Hostile::MirroredKey { key: PaceKey::Agreement } => "mirrored agreement key",
            Hostile::InvalidKey { key: PaceKey::Mapping } => "invalid mapping key",
            Hostile::InvalidKey { key: PaceKey::Agreement } => "invalid agreement key",
            Hostile::IdentityKey { key: PaceKey::Mapping } => "neutral element as mapping key",
            Hostile::IdentityKey { key: PaceKey::Agreement } => "neutral element as agreement key",
            Hostile::WrongToken => "wrong PACE token",
            Hostile::WrongChallenge => "wrong challenge in BAC",
            Hostile::WrongBasicAccessMac => "wrong MAC in BAC",
            Hostile::MissingMac { .. } => "missing MAC",
            Hostile::MissingCryptogram { .. } => "missing cryptogram",
            Hostile::MissingStatus { .. } => "missing protected status",
            Hostile::WrongCryptogram { .. } => "wrong cryptogram under a right MAC",
            Hostile::ChipAuthenticationRefused { .. } => "Chip Authentication refused",
        }
    }
}
