//! EF.DIR: the applications on the chip (Doc 9303-10 §3.11.2, ISO/IEC 7816-4 §12.2.3).

use super::{File, LdsError, Problem, Text, fields::Fields};
use crate::tlv::{self, Reader, TlvError};

/// Most applications accepted.
const MAX_APPLICATIONS: usize = 32;

/// The contents of EF.DIR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dir {
    /// The applications, in the order of the file.
    pub applications: Vec<ApplicationTemplate>,
}

/// One application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationTemplate {
    /// Application identifier, 1 to 16 bytes.
    pub aid: Vec<u8>,
    /// Application label.
    pub label: Option<Text>,
}

impl Dir {
    /// Reads EF.DIR. Zero bytes after the last template are padding of the file.
    ///
    /// # Errors
    /// Broken TLV, other data objects than application templates, a template without identifier.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dir.parse(bytes, |all| Self::inside(all.value))
    }

    fn inside(bytes: &[u8]) -> Result<Self, Problem> {
        let mut reader = Reader::new(bytes);
        let mut applications = Vec::new();
        while reader.remaining().iter().any(|byte| *byte != 0) {
            let template = reader.expect(0x61)?;
            if applications.len() == MAX_APPLICATIONS {
                return Err(TlvError::TooManyNodes { at: template.at(), limit: MAX_APPLICATIONS }.into());
            }
            let mut fields = Fields::of(&template)?;
            let aid = fields.required(0x4F)?;
            if !(1..=16).contains(&aid.value.len()) {
                return Err(Problem::ValueLength { tag: 0x4F, at: aid.at(), length: aid.value.len() });
            }
            applications.push(ApplicationTemplate { aid: aid.value.to_vec(), label: fields.text(0x50)? });
        }
        Ok(Self { applications })
    }

    /// Encodes EF.DIR.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for application in &self.applications {
            let mut template = tlv::write(0x4F, &application.aid);
            if let Some(label) = &application.label {
                tlv::write_into(&mut template, 0x50, label.as_bytes());
            }
            tlv::write_into(&mut out, 0x61, &template);
        }
        out
    }
}
