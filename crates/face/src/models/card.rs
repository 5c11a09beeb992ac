//! The card of a model file: a TOML file with everything that must be known before its numbers may decide anything.
//!
//! Unknown keys are refused, so that a misspelt threshold is not a missing one.

use std::fmt;

use serde::Deserialize;

/// The longest card that is read.
const MAX_CARD_BYTES: usize = 64 * 1024;

/// What is known of a model file.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    form: Form,
    sha256: [u8; 32],
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Finding faces and their five points.
    Detection,
    /// A vector of a face, near to others of the same person.
    Embedding,
    /// Telling a living face from a picture of one (ISO/IEC 30107-1 presentation attack detection).
    AttackDetection,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Task::Detection => "detection",
            Task::Embedding => "embedding",
            Task::AttackDetection => "attack detection",
        })
    }
}

/// The order of the colours of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// What the model wants to see: planes of `(value - mean) * scale`, where `value` is 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputForm {
    /// Pixels in a row, where it is fixed.
    pub width: Option<u32>,
    /// Rows, where it is fixed.
    pub height: Option<u32>,
    /// The order of the planes.
    pub channels: Channels,
    /// What is subtracted from each value.
    pub mean: f32,
    /// What each difference is multiplied with.
    pub scale: f32,
    /// How much larger than the box of the face the part of the picture is, for models that look at the surroundings.
    pub crop: Option<f32>,
}

/// Cosines at which the model reached a false match rate (ISO/IEC 19795-1 FMR) in the measurement that the card names.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// At FMR 1:1,000.
    pub fmr_1e3: f32,
    /// At FMR 1:10,000.
    pub fmr_1e4: f32,
    /// At FMR 1:100,000.
    pub fmr_1e5: f32,
}

/// A package that holds the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// The kind of registry.
    pub registry: Registry,
    /// The name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Where the file is inside.
    pub path: String,
}

/// A kind of package registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Registry {
    /// Python packages.
    Pypi,
    /// Node packages.
    Npm,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
    version: String,
    task: Task,
    file: String,
    bytes: u64,
    sha256: String,
    licence: String,
    origin: String,
    training_data: String,
    measured: String,
    #[serde(default)]
    optional: bool,
    input: InputForm,
    output: Option<Output>,
    thresholds: Option<Thresholds>,
    #[serde(default)]
    carrier: Vec<Carrier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    dimensions: usize,
}

impl Card {
    /// A card from the text of its TOML file.
    pub fn parse(text: &str) -> Result<Self, CardError> {
        if text.len() > MAX_CARD_BYTES {
            return Err(CardError::Form(format!("it is longer than {MAX_CARD_BYTES} bytes")));
        }
        let form: Form = toml::from_str(text).map_err(|error| CardError::Form(error.message().to_owned()))?;
        let mut sha256 = [0; 32];
        hex::decode_to_slice(&form.sha256, &mut sha256).map_err(|_| CardError::Hash)?;
        let plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        if !plain(&form.name) || !plain(&form.file) || form.file.starts_with('.') {
            return Err(CardError::Name);
        }
        let input = &form.input;
        let numbers = [Some(input.mean), Some(input.scale), input.crop];
        let sizes = [input.width, input.height];
        if numbers.iter().flatten().any(|number| !number.is_finite())
            || sizes.iter().flatten().any(|size| !(1..=1024).contains(size))
            || input.scale == 0.0
            || input.crop.is_some_and(|crop| !(1.0..=8.0).contains(&crop))
            || form.output.is_some_and(|output| !(2..=4096).contains(&output.dimensions))
        {
            return Err(CardError::Range);
        }
        if let Some(Thresholds { fmr_1e3, fmr_1e4, fmr_1e5 }) = form.thresholds
            && !(-1.0 < fmr_1e3 && fmr_1e3 < fmr_1e4 && fmr_1e4 < fmr_1e5 && fmr_1e5 < 1.0)
        {
            return Err(CardError::Thresholds);
        }
        Ok(Self { form, sha256 })
    }

    /// The short name.
    pub fn name(&self) -> &str {
        &self.form.name
    }

    /// The version that its makers gave it.
    pub fn version(&self) -> &str {
        &self.form.version
    }

    /// What it is for.
    pub fn task(&self) -> Task {
        self.form.task
    }

    /// The name of the file in a folder of models: letters, digits, `-`, `_` and `.`.
    pub fn file(&self) -> &str {
        &self.form.file
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        self.form.bytes
    }

    /// The SHA-256 of the file.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The SHA-256 of the file in hexadecimal digits, as for records and messages.
    pub fn sha256_in_digits(&self) -> String {
        hex::encode(self.sha256)
    }

    /// The licence of the weights (SPDX), and who contests it.
    pub fn licence(&self) -> &str {
        &self.form.licence
    }

    /// Where it comes from.
    pub fn origin(&self) -> &str {
        &self.form.origin
    }

    /// What it was trained on, as far as known.
    pub fn training_data(&self) -> &str {
        &self.form.training_data
    }

    /// Its measured error, and how it was measured.
    pub fn measured(&self) -> &str {
        &self.form.measured
    }

    /// Whether a set-up leaves it out unless asked.
    pub fn optional(&self) -> bool {
        self.form.optional
    }

    /// What it wants to see.
    pub fn input(&self) -> InputForm {
        self.form.input
    }

    /// How long the vector is that it gives.
    pub fn dimensions(&self) -> Option<usize> {
        self.form.output.map(|output| output.dimensions)
    }

    /// The measured thresholds.
    pub fn thresholds(&self) -> Option<Thresholds> {
        self.form.thresholds
    }

    /// Packages that hold the file, the first choice first.
    pub fn carriers(&self) -> &[Carrier] {
        &self.form.carrier
    }
}

/// Why a text is no card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It is not the TOML of a card.
    #[error("the card is not well formed: {0}")]
    Form(String),
    /// The hash is no SHA-256.
    #[error("the SHA-256 of the card is not 64 hexadecimal digits")]
    Hash,
    /// A name has other characters than letters, digits, `-`, `_` and `.`.
    #[error("the names of model and file have other characters than letters, digits, -, _ and .")]
    Name,
    /// Some number cannot be right.
    #[error("a size, factor or number of dimensions of the card is out of range")]
    Range,
    /// The thresholds are no cosines, or a lower rate has a lower one.
    #[error("the thresholds of the card do not rise from FMR 1e-3 to 1e-5 between -1 and 1")]
    Thresholds,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SFACE: &str = include_str!("../../models/sface.toml");

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = SFACE.replace("fmr_1e5", "fmr_1e6");
        assert!(matches!(Card::parse(&text), Err(CardError::Form(_))));
        let text = SFACE.replace("licence =", "license =");
        assert!(matches!(Card::parse(&text), Err(CardError::Form(_))));
    }

    #[test]
    fn thresholds_that_do_not_rise_are_refused() {
        let text = SFACE.replace("fmr_1e5 = 0.470", "fmr_1e5 = 0.42");
        assert_eq!(Card::parse(&text), Err(CardError::Thresholds));
        let text = SFACE.replace("fmr_1e4 = 0.421", "fmr_1e4 = nan");
        assert_eq!(Card::parse(&text), Err(CardError::Thresholds));
    }

    #[test]
    fn a_file_name_that_leaves_its_folder_is_refused() {
        for name in ["../sface.onnx", "/sface.onnx", "..", ".hidden", ""] {
            let text = SFACE.replace("file = \"sface.onnx\"", &format!("file = {name:?}"));
            assert_eq!(Card::parse(&text), Err(CardError::Name), "{name}");
        }
    }

    #[test]
    fn a_hash_of_another_length_is_refused() {
        let text = SFACE.replace("4e79\"", "4e\"");
        assert_eq!(Card::parse(&text), Err(CardError::Hash));
    }

    #[test]
    fn sizes_and_factors_out_of_range_are_refused() {
        for (from, to) in [
            ("width = 112", "width = 0"),
            ("width = 112", "width = 100000"),
            ("scale = 1.0", "scale = 0.0"),
            ("mean = 0.0", "mean = inf"),
            ("dimensions = 128", "dimensions = 1"),
        ] {
            assert_eq!(Card::parse(&SFACE.replace(from, to)), Err(CardError::Range), "{to}");
        }
    }
}
