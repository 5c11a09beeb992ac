//! What chips do besides the standard, as data.
//!
//! The built-in table is part of the program and signed with it. A quirk never makes a check pass: it changes which
//! commands are sent, and each one that took effect is named in the result.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::apdu::StatusWord;

/// One row of the table.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quirk {
    /// Name of the row in results.
    pub id: String,
    /// Issuing states as printed, up to three letters.
    pub states: Vec<String>,
    /// What was seen, and where.
    pub reason: String,
    /// Status words that mean "no EF.CardAccess" besides 6A82.
    #[serde(default, deserialize_with = "status_words")]
    pub card_access_absent: Vec<StatusWord>,
    /// False: never use extended length.
    #[serde(default = "yes")]
    pub extended_length: bool,
    /// False: never ask for more bytes than a file has.
    #[serde(default = "yes")]
    pub read_past_end: bool,
    /// Most bytes asked for at once.
    #[serde(default)]
    pub largest_chunk: Option<u32>,
    /// Basic Access Control may follow a PACE that the chip refused.
    #[serde(default)]
    pub bac_after_failed_pace: bool,
}

fn yes() -> bool {
    true
}

fn status_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StatusWord>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| match (text.len(), u16::from_str_radix(text, 16)) {
            (4, Ok(value)) => Ok(StatusWord(value)),
            _ => Err(D::Error::custom(format!("{text:?} is no status word of four hexadecimal digits"))),
        })
        .collect()
}

/// Why a table was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuirkError {
    /// It is no TOML of this form.
    #[error("the table of quirks cannot be read: {0}")]
    Format(#[from] toml::de::Error),
    /// Two rows have the same name.
    #[error("two quirks are named {0:?}")]
    Repeated(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    quirk: Vec<Quirk>,
}

/// All rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuirkTable(Vec<Quirk>);

impl QuirkTable {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn builtin() -> Result<QuirkTable, QuirkError> {
        QuirkTable::parse(include_str!("../data/quirks.toml"))
    }

    /// Reads a table; unknown columns are refused.
    ///
    /// # Errors
    /// [`QuirkError`].
    pub fn parse(text: &str) -> Result<QuirkTable, QuirkError> {
        let rows: Rows = toml::from_str(text)?;
        let mut names = BTreeSet::new();
        for quirk in &rows.quirk {
            if !names.insert(&quirk.id) {
                return Err(QuirkError::Repeated(quirk.id.clone()));
            }
        }
        Ok(QuirkTable(rows.quirk))
    }

    /// The rows for documents of this issuing state; none if the state is not known.
    pub fn for_state(&self, state: Option<&str>) -> Quirks {
        let rows = state.map_or(Vec::new(), |state| {
            self.0.iter().filter(|quirk| quirk.states.iter().any(|known| known == state)).cloned().collect()
        });
        Quirks { rows, used: BTreeSet::new() }
    }
}

/// The rows that apply to one document, and which of them took effect.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quirks {
    rows: Vec<Quirk>,
    used: BTreeSet<String>,
}

impl Quirks {
    /// Names of the rows that took effect.
    pub fn used(&self) -> &BTreeSet<String> {
        &self.used
    }

    /// Whether this status word says that there is no EF.CardAccess.
    pub fn card_access_is_absent(&mut self, sw: StatusWord) -> bool {
        sw == StatusWord::NOT_FOUND
            || self.use_first(|quirk| quirk.card_access_absent.contains(&sw)).is_some()
    }

    /// Whether extended length must not be used.
    pub fn extended_length_refused(&mut self) -> bool {
        self.use_first(|quirk| !quirk.extended_length).is_some()
    }

    /// Whether no more bytes than a file has may be asked for.
    pub fn read_past_end_refused(&mut self) -> bool {
        self.use_first(|quirk| !quirk.read_past_end).is_some()
    }

    /// Most bytes to ask for at once, if limited.
    pub fn largest_chunk(&mut self) -> Option<u32> {
        self.use_first(|quirk| quirk.largest_chunk.is_some()).and_then(|quirk| quirk.largest_chunk)
    }

    /// Whether Basic Access Control may follow a refused PACE.
    pub fn bac_after_failed_pace(&mut self) -> bool {
        self.use_first(|quirk| quirk.bac_after_failed_pace).is_some()
    }

    fn use_first(&mut self, applies: impl Fn(&Quirk) -> bool) -> Option<&Quirk> {
        let quirk = self.rows.iter().find(|quirk| applies(quirk))?;
        self.used.insert(quirk.id.clone());
        Some(quirk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_table_is_read() {
        let table = QuirkTable::builtin().unwrap();
        assert!(table.0.iter().all(|quirk| !quirk.states.is_empty() && !quirk.reason.is_empty()));
        assert!(table.for_state(Some("CHN")).extended_length_refused());
        assert!(!table.for_state(Some("DNK")).extended_length_refused());
        assert!(!table.for_state(None).extended_length_refused());
    }

    #[test]
    fn a_quirk_is_named_only_when_it_took_effect() {
        let mut quirks = QuirkTable::builtin().unwrap().for_state(Some("USA"));
        assert!(quirks.card_access_is_absent(StatusWord::NOT_FOUND));
        assert!(quirks.used().is_empty());
        assert!(quirks.card_access_is_absent(StatusWord::INSTRUCTION));
        assert_eq!(quirks.used().iter().collect::<Vec<_>>(), ["old-chip-without-master-file-reads"]);
        assert!(!quirks.card_access_is_absent(StatusWord::UNKNOWN));
    }

    #[test]
    fn unknown_columns_bad_status_words_and_repeated_names_are_refused() {
        let row = "[[quirk]]\nid = \"a\"\nstates = [\"UTO\"]\nreason = \"test\"\n";
        assert!(QuirkTable::parse(row).is_ok());
        assert!(matches!(
            QuirkTable::parse(&format!("{row}skip_everything = true")),
            Err(QuirkError::Format(_))
        ));
        let words = format!("{row}card_access_absent = [\"69 2\"]");
        assert!(matches!(QuirkTable::parse(&words), Err(QuirkError::Format(_))));
        assert_eq!(QuirkTable::parse(&row.repeat(2)), Err(QuirkError::Repeated("a".to_owned())));
    }
}
