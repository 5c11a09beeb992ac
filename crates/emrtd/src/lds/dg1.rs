//! EF.DG1: the machine readable zone (Doc 9303-10 §4.7.1).

use mrz::Mrz;

use super::{File, LdsError, Problem};
use crate::tlv;

/// The contents of EF.DG1.
#[derive(Clone, PartialEq, Eq)]
pub struct Dg1 {
    /// The machine readable zone with all check digits right.
    pub mrz: Mrz,
}

/// Shows the layout only.
impl std::fmt::Debug for Dg1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dg1").field("format", &self.mrz.format()).field("mrz", &"<redacted>").finish()
    }
}

impl Dg1 {
    /// Reads EF.DG1.
    ///
    /// # Errors
    /// Broken TLV, another data object than 5F1F, characters that no machine readable zone has, a layout that is
    /// none, a wrong check digit.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg1.parse(bytes, |outer| {
            let mut inside = outer.children();
            let object = inside.expect(0x5F1F)?;
            inside.finish()?;
            // The chip's copy is exact: what an optical reader may get wrong (blanks, lower case) is not tolerated.
            let exact = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'<');
            let text = std::str::from_utf8(object.value)
                .ok()
                .filter(|text| text.bytes().all(|byte| exact(&byte)))
                .ok_or(Problem::Value { tag: 0x5F1F, at: object.at() })?;
            Ok(Self { mrz: Mrz::parse(text).map_err(Problem::Mrz)? })
        })
    }

    /// Encodes EF.DG1 from the lines of a machine readable zone, unbroken or one per line.
    pub fn encode(lines: &str) -> Vec<u8> {
        let unbroken: String = lines.lines().collect();
        tlv::write(0x61, &tlv::write(0x5F1F, unbroken.as_bytes()))
    }
}
