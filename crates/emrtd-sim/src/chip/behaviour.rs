//! How a chip behaves beyond the standard: its speed, its limits, its quirks and its ill will, all as data.
//!
//! A behaviour is part of a profile in TOML; unknown keys are refused. The default is a fast chip that keeps to the
//! standard and takes extended lengths.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::hostile::Hostile;

/// How long the chip takes, as virtual time: nothing sleeps in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// For every command, in microseconds.
    pub command_micros: u64,
    /// For every byte of command and answer, in nanoseconds: 75,500 at 106 kbit/s, 9,400 at 848 kbit/s.
    pub byte_nanos: u64,
    /// Added for every operation with a private key (mapping, agreement, signature), in microseconds.
    pub private_key_micros: u64,
}

impl Timing {
    /// A chip of the year 2010 at 424 kbit/s, about 30 ms for a read of 223 bytes.
    pub const TYPICAL: Timing =
        Timing { command_micros: 24_000, byte_nanos: 18_900, private_key_micros: 90_000 };

    /// The time for one exchange.
    pub fn exchange(&self, bytes: usize, private_key_operations: u32) -> Duration {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        Duration::from_micros(self.command_micros)
            .saturating_add(Duration::from_nanos(self.byte_nanos.saturating_mul(bytes)))
            .saturating_add(
                Duration::from_micros(self.private_key_micros).saturating_mul(private_key_operations),
            )
    }
}

/// A harmless peculiarity that real chips show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quirk {
    /// SELECT and MSE with Le are refused with 6700 (German chips).
    NoLeInSelect,
    /// SELECT of the master file answers 6A87 (Ukrainian chips).
    SelectMasterFileRefused,
    /// EF.CardAccess is not found although PACE works.
    CardAccessHidden,
    /// EF.DIR and EF.ATR/INFO are readable only after access (New Zealand, United States).
    MasterFilesAfterAccess,
    /// A read beyond the end gives the rest with 9000 instead of 6282.
    EndOfFileSilent,
    /// A read beyond the end gives no data and 6B00.
    EndOfFileWrongOffset,
    /// A read beyond the end gives no data and 6Cxx with the exact length.
    EndOfFileExactLength,
    /// Secure messaging ends with a read beyond the end: that answer comes without it.
    EndOfFileEndsSecureMessaging,
    /// READ BINARY gives at most 128 bytes, whatever was asked for.
    ShortAnswers,
    /// An expected length above the longest answer is refused with 6700 instead of cut.
    LongLeRefused,
    /// Answers that do not fit the expected length go out through 61xx and GET RESPONSE instead of 6700.
    GetResponse,
    /// Errors are answered without secure messaging, which ends it.
    PlainErrors,
    /// READ BINARY with a short file identifier answers 6A86.
    NoShortFileIdentifiers,
    /// READ BINARY with odd instruction answers 6D00.
    NoOddInstruction,
    /// PACE always fails with 6300 at mutual authentication; see [`Behaviour::pace_failure`] for other ways.
    PaceBroken,
}

impl Quirk {
    /// Every quirk.
    pub const ALL: [Quirk; 15] = [
        Quirk::NoLeInSelect,
        Quirk::SelectMasterFileRefused,
        Quirk::CardAccessHidden,
        Quirk::MasterFilesAfterAccess,
        Quirk::EndOfFileSilent,
        Quirk::EndOfFileWrongOffset,
        Quirk::EndOfFileExactLength,
        Quirk::EndOfFileEndsSecureMessaging,
        Quirk::ShortAnswers,
        Quirk::LongLeRefused,
        Quirk::GetResponse,
        Quirk::PlainErrors,
        Quirk::NoShortFileIdentifiers,
        Quirk::NoOddInstruction,
        Quirk::PaceBroken,
    ];

    /// The name in profiles, such as `no-le-in-select`.
    pub const fn name(self) -> &'static str {
        match self {
            Quirk::NoLeInSelect => "no-le-in-select",
            Quirk::SelectMasterFileRefused => "select-master-file-refused",
            Quirk::CardAccessHidden => "card-access-hidden",
            Quirk::MasterFilesAfterAccess => "master-files-after-access",
            Quirk::EndOfFileSilent => "end-of-file-silent",
            Quirk::EndOfFileWrongOffset => "end-of-file-wrong-offset",
            Quirk::EndOfFileExactLength => "end-of-file-exact-length",
            Quirk::EndOfFileEndsSecureMessaging => "end-of-file-ends-secure-messaging",
            Quirk::ShortAnswers => "short-answers",
            Quirk::LongLeRefused => "long-le-refused",
            Quirk::GetResponse => "get-response",
            Quirk::PlainErrors => "plain-errors",
            Quirk::NoShortFileIdentifiers => "no-short-file-identifiers",
            Quirk::NoOddInstruction => "no-odd-instruction",
            Quirk::PaceBroken => "pace-broken",
        }
    }

    /// The quirk with this name.
    pub fn from_name(name: &str) -> Option<Quirk> {
        Quirk::ALL.into_iter().find(|quirk| quirk.name() == name)
    }
}

/// A step of PACE (Doc 9303-11 §4.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaceStep {
    /// MSE:Set AT.
    Selection,
    /// The encrypted nonce.
    Nonce,
    /// Mapping.
    Mapping,
    /// Key agreement.
    Agreement,
    /// Mutual authentication.
    MutualAuthentication,
}

/// A chip whose PACE fails at one step, whatever the terminal sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceFailure {
    /// Where it fails.
    pub step: PaceStep,
    /// The status word it answers, such as 0x6300, 0x6982 or 0x6A80.
    pub status: u16,
}

/// Everything that distinguishes one chip from another with the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// Speed.
    pub timing: Timing,
    /// Extended length is understood; otherwise such commands are refused with 6700.
    pub extended_length: bool,
    /// Longest command APDU in bytes; longer ones are refused with 6700.
    pub longest_command: u32,
    /// Most bytes of answer data: reads are cut to it.
    pub longest_answer: u32,
    /// Where PACE fails.
    pub pace_failure: Option<PaceFailure>,
    /// Harmless peculiarities.
    pub quirks: BTreeSet<Quirk>,
    /// Ill will.
    pub hostile: Option<Hostile>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            timing: Timing::default(),
            extended_length: true,
            longest_command: 65_544,
            longest_answer: 65_536,
            pace_failure: None,
            quirks: BTreeSet::new(),
            hostile: None,
        }
    }
}

impl Behaviour {
    /// A chip that knows only short APDUs (China, older chips).
    pub fn short_only() -> Behaviour {
        Behaviour {
            extended_length: false,
            longest_command: 261,
            longest_answer: 256,
            ..Behaviour::default()
        }
    }

    /// The standard behaviour with one quirk.
    pub fn with_quirk(quirk: Quirk) -> Behaviour {
        Behaviour { quirks: BTreeSet::from([quirk]), ..Behaviour::default() }
    }

    /// The standard behaviour with ill will.
    pub fn with_hostile(hostile: Hostile) -> Behaviour {
        Behaviour { hostile: Some(hostile), ..Behaviour::default() }
    }

    /// Whether the chip has the quirk.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// The status word with which PACE fails at `step`, if it does.
    pub(super) fn pace_failure_at(&self, step: PaceStep) -> Option<u16> {
        if let Some(failure) = self.pace_failure {
            return (failure.step == step).then_some(failure.status);
        }
        (self.has(Quirk::PaceBroken) && step == PaceStep::MutualAuthentication).then_some(0x6300)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_is_written_under_its_name() {
        for quirk in Quirk::ALL {
            assert_eq!(Quirk::from_name(quirk.name()), Some(quirk));
            assert_eq!(serde_json::to_value(quirk).unwrap(), quirk.name());
        }
        assert_eq!(Quirk::from_name("unheard-of"), None);
    }

    #[test]
    fn a_behaviour_survives_toml() {
        for hostile in Hostile::ALL {
            let mut behaviour = Behaviour::with_hostile(hostile);
            behaviour.quirks.extend(Quirk::ALL);
            behaviour.pace_failure = Some(PaceFailure { step: PaceStep::Nonce, status: 0x6982 });
            let text = toml::to_string(&behaviour).unwrap();
            assert_eq!(toml::from_str::<Behaviour>(&text).unwrap(), behaviour, "{text}");
        }
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(toml::from_str::<Behaviour>("extended_lenght = false").is_err());
        assert!(toml::from_str::<Behaviour>("quirks = [\"unheard-of\"]").is_err());
    }

    #[test]
    fn time_counts_commands_bytes_and_private_keys() {
        let timing = Timing { command_micros: 10, byte_nanos: 1_000, private_key_micros: 100 };
        assert_eq!(timing.exchange(5, 2), Duration::from_micros(215));
        assert_eq!(Timing::default().exchange(1_000, 3), Duration::ZERO);
    }
}
