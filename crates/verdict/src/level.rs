//! Assurance levels of a proofing event (CIR (EU) 2015/1502; ).

use serde::Deserialize;

/// The level of one proofing event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A pre-registration that is finished at Citizen Service; never a usable identity of its own.
    Low,
    /// Substantial.
    Substantial,
    /// High.
    High,
}

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Level; 3] = [Level::Low, Level::Substantial, Level::High];

    /// The name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::Substantial => "substantial",
            Level::High => "high",
        }
    }

    /// The level with this name.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether an identity may be issued at this level without a visit.
    pub const fn usable(self) -> bool {
        match self {
            Level::Low => false,
            Level::Substantial | Level::High => true,
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
