//! Names of versions, components, quirks and deviations: short, printable, and unable to carry a sentence about a person.

use std::collections::BTreeSet;
use std::fmt;

/// The longest name, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The most names in one list.
pub const MAX_NAMES: usize = 64;

/// One to 64 of `A-Z a-z 0-9 . _ + -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a name or a list of names is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NameError {
    /// Empty, or longer than 64 bytes.
    #[error("a name has 1 to 64 bytes, not {0}")]
    Length(usize),
    /// A character outside the alphabet.
    #[error("a name has letters, digits and . _ + - only; byte {at} is none of these")]
    Character {
        /// Its place, from zero.
        at: usize,
    },
    /// More than 64 names in a list.
    #[error("a list has at most 64 names")]
    TooMany,
}

impl Name {
    /// Takes a text as a name.
    ///
    /// # Errors
    /// It is empty, too long, or has another character.
    pub fn new(text: &str) -> Result<Name, NameError> {
        if text.is_empty() || text.len() > MAX_NAME_BYTES {
            return Err(NameError::Length(text.len()));
        }
        let foreign = |byte: u8| !(byte.is_ascii_alphanumeric() || b"._+-".contains(&byte));
        match text.bytes().position(foreign) {
            Some(at) => Err(NameError::Character { at }),
            None => Ok(Name(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// At most 64 different names, in order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Names(BTreeSet<Name>);

impl Names {
    /// Takes a list; repetitions count once.
    ///
    /// # Errors
    /// There are too many.
    pub fn new(names: impl IntoIterator<Item = Name>) -> Result<Names, NameError> {
        let mut set = BTreeSet::new();
        for name in names {
            set.insert(name);
            if set.len() > MAX_NAMES {
                return Err(NameError::TooMany);
            }
        }
        Ok(Names(set))
    }

    /// The names, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.0.iter()
    }
}
