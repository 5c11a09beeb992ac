//! Model files: what is known of each ([`Card`]), and the proof that bytes are the ones that the card describes.
//!
//! A threshold belongs to the hash of the weights it was measured with, so both stand in one card, and only bytes with that
//! hash become a [`Model`]. Bytes come from the caller: this crate opens no file and asks no network.
//!
//! **What it does not protect against.** A card is as true as its author: whoever brings a card of their own brings its thresholds.

mod card;
#[cfg(feature = "networks")]
mod graph;
mod shipped;

pub use card::{Card, CardError, Carrier, Channels, InputForm, Registry, Task, Thresholds};
pub use shipped::{default_detector, default_embedder, edgeface, shipped_attack_detectors};

use sha2::{Digest, Sha256};

/// The longest model file that is looked at.
pub const MAX_MODEL_BYTES: usize = 256 * 1024 * 1024;

/// Bytes that are the ones of their card.
#[derive(Clone)]
pub struct Model<'a> {
    card: Card,
    bytes: &'a [u8],
}

impl<'a> Model<'a> {
    /// The bytes of a model file, if length and SHA-256 are those of the card.
    pub fn verify(card: Card, bytes: &'a [u8]) -> Result<Self, ModelError> {
        if bytes.len() > MAX_MODEL_BYTES || bytes.len() as u64 != card.bytes() {
            return Err(ModelError::Length {
                name: card.name().to_owned(),
                expected: card.bytes(),
                found: bytes.len() as u64,
            });
        }
        let found: [u8; 32] = Sha256::digest(bytes).into();
        if found != *card.sha256() {
            return Err(ModelError::Hash { name: card.name().to_owned(), found: hex::encode(found) });
        }
        Ok(Self { card, bytes })
    }

    /// What is known of it.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The bytes of an ONNX file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The same graph for inputs of any height and width.
    #[cfg(feature = "networks")]
    pub(crate) fn with_free_input_size(&self) -> Result<Vec<u8>, ModelError> {
        graph::free_input_size(self.bytes).ok_or_else(|| ModelError::Graph {
            name: self.card.name().to_owned(),
            reason: "its graph has no input of four dimensions".to_owned(),
        })
    }
}

impl std::fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({} {}, {} bytes)", self.card.name(), self.card.version(), self.bytes.len())
    }
}

/// Why a model was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file is longer or shorter than its card says.
    #[error("the model {name} has {found} bytes instead of the {expected} of its card")]
    Length {
        /// The name in the card.
        name: String,
        /// The length in the card.
        expected: u64,
        /// The length of the file.
        found: u64,
    },
    /// The file is not the one of the card.
    #[error("the model {name} is not the one of its card: its SHA-256 is {found}")]
    Hash {
        /// The name in the card.
        name: String,
        /// The hash of the file, in hexadecimal digits.
        found: String,
    },
    /// A model for something else was given.
    #[error("the model {name} is for {found}, not for {expected}")]
    Task {
        /// The name in the card.
        name: String,
        /// What it was given for.
        expected: Task,
        /// What its card says.
        found: Task,
    },
    /// The card leaves out what this task needs.
    #[error("the card of the model {name} does not tell {missing}")]
    Incomplete {
        /// The name in the card.
        name: String,
        /// What is missing.
        missing: &'static str,
    },
    /// The graph is not one that can be run.
    #[error("the model {name} cannot be run: {reason}")]
    Graph {
        /// The name in the card.
        name: String,
        /// What the engine says.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_which_one_bit_differs_is_refused() {
        let [(card, bytes), _] = shipped_attack_detectors();
        assert!(Model::verify(card.clone(), bytes).is_ok());
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.to_vec();
            changed[place] ^= 1;
            assert!(
                matches!(Model::verify(card.clone(), &changed), Err(ModelError::Hash { .. })),
                "byte {place}"
            );
        }
    }

    #[test]
    fn a_model_of_another_length_is_refused() {
        let [(card, bytes), _] = shipped_attack_detectors();
        assert!(matches!(
            Model::verify(card.clone(), &bytes[..bytes.len() - 1]),
            Err(ModelError::Length { .. })
        ));
        assert!(matches!(Model::verify(card, &[]), Err(ModelError::Length { found: 0, .. })));
    }

    #[test]
    fn the_bytes_of_one_model_do_not_pass_for_another() {
        let [(first, _), (_, second)] = shipped_attack_detectors();
        assert!(Model::verify(first, second).is_err());
    }
}
