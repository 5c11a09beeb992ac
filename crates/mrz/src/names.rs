//! The name field: primary and secondary identifier (Doc 9303-3 §4.6).

use core::fmt;

use zeroize::Zeroize;

use crate::error::Deviation;

/// Names of the holder, from the MRZ or in national spelling.
///
/// Names have no check digit. What the MRZ says is an abbreviation of the name in the visual zone or
/// in DG11, and may be cut off.
#[derive(Clone, PartialEq, Eq)]
pub struct Names {
    primary: String,
    secondary: String,
    truncated: bool,
}

impl Names {
    /// Names in national spelling, as in a register or in DG11: full, not truncated.
    pub fn new(primary: &str, secondary: &str) -> Self {
        Self { primary: primary.to_owned(), secondary: secondary.to_owned(), truncated: false }
    }

    /// The primary identifier, mostly the surname; components are separated by one blank.
    pub fn primary(&self) -> &str {
        &self.primary
    }

    /// The secondary identifier, mostly the given names; empty if there is none.
    pub fn secondary(&self) -> &str {
        &self.secondary
    }

    /// Whether the names must be treated as cut off: the last position of the field holds a letter
    /// (Doc 9303-4 §4.2.3).
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Takes a whole name field apart.
    pub(crate) fn of_field(field: &str) -> (Self, Vec<Deviation>) {
        let mut deviations = Vec::new();
        let truncated = field.bytes().last().is_some_and(|byte| byte.is_ascii_uppercase());
        let printed = field.trim_end_matches('<');
        let (primary, secondary) = printed.split_once("<<").unwrap_or((printed, ""));
        if secondary.contains("<<") {
            deviations.push(Deviation::SeveralDoubleFillers);
        }
        let names = Self { primary: components(primary), secondary: components(secondary), truncated };
        if names.primary.is_empty() {
            deviations.push(Deviation::NoPrimaryIdentifier);
        }
        (names, deviations)
    }
}

fn components(printed: &str) -> String {
    printed.split('<').filter(|component| !component.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.primary.zeroize();
        self.secondary.zeroize();
    }
}
