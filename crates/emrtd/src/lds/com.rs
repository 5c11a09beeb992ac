//! EF.COM: versions and a list of the data groups present (Doc 9303-10 §4.6.1).
//!
//! The file is not signed. Its list is a hint for planning a read; the document security object decides which data
//! groups belong to the document.

use super::{File, LdsError, Problem, fields::Fields};
use crate::tlv;

/// The contents of EF.COM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Com {
    /// Version of the logical data structure: major, minor (`0107` is 1.7).
    pub lds_version: (u8, u8),
    /// Version of Unicode: major, minor, release (`040000` is 4.0.0).
    pub unicode_version: (u8, u8, u8),
    /// The outer tags listed, in the order of the file. Unknown ones are kept.
    pub tags: Vec<u8>,
}

impl Com {
    /// Reads EF.COM.
    ///
    /// # Errors
    /// A missing version or tag list, versions that are not digits, broken TLV.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Com.parse(bytes, |outer| {
            let mut fields = Fields::of(&outer)?;
            let [lds_major, lds_minor] = version(&fields.required(0x5F01)?)?;
            let [major, minor, release] = version(&fields.required(0x5F36)?)?;
            // One byte per tag: the outer tags of all data groups are that short.
            let tags = fields.required(0x5C)?.value.to_vec();
            Ok(Self { lds_version: (lds_major, lds_minor), unicode_version: (major, minor, release), tags })
        })
    }

    /// The data groups listed, in the order of the file.
    pub fn data_groups(&self) -> impl Iterator<Item = File> + '_ {
        self.tags.iter().filter_map(|tag| File::from_tag(u32::from(*tag)))
    }

    /// Whether these versions are among those that Doc 9303-10 knows: LDS 1.7 or 1.8, Unicode 4.0.0.
    pub fn has_known_versions(&self) -> bool {
        matches!(self.lds_version, (1, 7 | 8)) && self.unicode_version == (4, 0, 0)
    }

    /// Encodes EF.COM. Version numbers above 99 are cut to their last two digits.
    pub fn encode(&self) -> Vec<u8> {
        let two = |number: u8| format!("{:02}", number % 100);
        let (major, minor) = self.lds_version;
        let (unicode_major, unicode_minor, release) = self.unicode_version;
        let unicode = [two(unicode_major), two(unicode_minor), two(release)].concat();
        let mut value = tlv::write(0x5F01, [two(major), two(minor)].concat().as_bytes());
        tlv::write_into(&mut value, 0x5F36, unicode.as_bytes());
        tlv::write_into(&mut value, 0x5C, &self.tags);
        tlv::write(0x60, &value)
    }
}

/// `N` numbers of two ASCII digits each.
fn version<const N: usize>(object: &tlv::Tlv<'_>) -> Result<[u8; N], Problem> {
    if object.value.len() != 2 * N {
        return Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: object.value.len() });
    }
    if !object.value.iter().all(u8::is_ascii_digit) {
        return Err(Problem::Value { tag: object.tag, at: object.at() });
    }
    let mut numbers = [0; N];
    for (number, pair) in numbers.iter_mut().zip(object.value.chunks_exact(2)) {
        *number = pair.iter().fold(0, |number, digit| number * 10 + (digit - b'0'));
    }
    Ok(numbers)
}
