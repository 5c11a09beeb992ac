//! EF.ATR/INFO: what lengths and features the card announces (Doc 9303-10 §3.11.1, ISO/IEC 7816-4 §12.7.1, §12.8).

use super::{File, LdsError, Problem};
use crate::tlv::{self, Reader, Tlv, TlvError};

/// Most data objects accepted.
const MAX_OBJECTS: usize = 64;

/// The contents of EF.ATR/INFO, as far as they steer a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtrInfo {
    /// Extended length information, data object 7F66.
    pub extended_length: Option<ExtendedLength>,
    /// Card capabilities, data object 47.
    pub capabilities: Option<Capabilities>,
}

/// The longest APDUs that the chip takes and gives, in bytes of the whole APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedLength {
    /// Longest command APDU.
    pub max_command: u32,
    /// Longest response APDU.
    pub max_response: u32,
}

/// Card capabilities (ISO/IEC 7816-4 tables 118 and 119): three bytes, the last one optional to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the card announces independent bits")]
pub struct Capabilities {
    /// Files may be read by short file identifier.
    pub short_file_identifier: bool,
    /// Command chaining.
    pub command_chaining: bool,
    /// Extended Lc and Le fields.
    pub extended_length: bool,
    /// Extended length information is in EF.ATR/INFO.
    pub extended_length_information: bool,
}

impl Capabilities {
    fn read(object: &Tlv<'_>) -> Result<Self, Problem> {
        let (first, third) = match *object.value {
            [first] | [first, _] => (first, 0),
            [first, _, third] => (first, third),
            _ => {
                let length = object.value.len();
                return Err(Problem::ValueLength { tag: object.tag, at: object.at(), length });
            }
        };
        Ok(Self {
            short_file_identifier: first & 0x04 != 0,
            command_chaining: third & 0x80 != 0,
            extended_length: third & 0x40 != 0,
            extended_length_information: third & 0x20 != 0,
        })
    }

    fn encode(self) -> [u8; 3] {
        let bit = |set: bool, mask: u8| if set { mask } else { 0 };
        let third = bit(self.command_chaining, 0x80)
            | bit(self.extended_length, 0x40)
            | bit(self.extended_length_information, 0x20);
        [bit(self.short_file_identifier, 0x04), 0x01, third]
    }
}

impl AtrInfo {
    /// Reads EF.ATR/INFO. Other data objects are skipped; zero bytes after the last one are padding of the file.
    ///
    /// # Errors
    /// Broken TLV, or a 7F66 that does not hold two lengths of up to four bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::AtrInfo.parse(bytes, |all| Self::inside(all.value))
    }

    fn inside(bytes: &[u8]) -> Result<Self, Problem> {
        let mut reader = Reader::new(bytes);
        let mut info = Self::default();
        let mut objects = 0;
        while reader.remaining().iter().any(|byte| *byte != 0) {
            let at = reader.position();
            objects += 1;
            if objects > MAX_OBJECTS {
                return Err(TlvError::TooManyNodes { at, limit: MAX_OBJECTS }.into());
            }
            match reader.next()? {
                Some(object) if object.tag == 0x7F66 && info.extended_length.is_none() => {
                    let mut lengths = object.children();
                    let max_command = length(&lengths.expect(0x02)?)?;
                    let max_response = length(&lengths.expect(0x02)?)?;
                    lengths.finish()?;
                    info.extended_length = Some(ExtendedLength { max_command, max_response });
                }
                Some(object) if object.tag == 0x47 && info.capabilities.is_none() => {
                    info.capabilities = Some(Capabilities::read(&object)?);
                }
                Some(object) if matches!(object.tag, 0x7F66 | 0x47) => {
                    return Err(Problem::Repeated { tag: object.tag, at });
                }
                _ => {}
            }
        }
        Ok(info)
    }

    /// Encodes EF.ATR/INFO.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(capabilities) = self.capabilities {
            tlv::write_into(&mut out, 0x47, &capabilities.encode());
        }
        if let Some(ExtendedLength { max_command, max_response }) = self.extended_length {
            let mut lengths = Vec::new();
            for length in [max_command, max_response] {
                let bytes = length.to_be_bytes();
                // Two bytes hold every length that short and extended APDUs can have.
                let value = if length <= 0xFFFF { &bytes[2..] } else { &bytes[..] };
                tlv::write_into(&mut lengths, 0x02, value);
            }
            tlv::write_into(&mut out, 0x7F66, &lengths);
        }
        out
    }
}

/// A length of one to four bytes; leading zeros are allowed.
fn length(object: &Tlv<'_>) -> Result<u32, Problem> {
    if !(1..=4).contains(&object.value.len()) {
        return Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: object.value.len() });
    }
    Ok(object.value.iter().fold(0, |length, byte| length << 8 | u32::from(*byte)))
}
