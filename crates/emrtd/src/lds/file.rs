//! The elementary files of a travel document (Doc 9303-10 §3.9.1, §3.10, table 38).

use super::{LdsError, Problem, error::within};
use crate::tlv::{Reader, Tlv};

/// An elementary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of Doc 9303-10; Display gives them as printed there")]
pub enum File {
    AtrInfo,
    Dir,
    CardAccess,
    CardSecurity,
    Com,
    Sod,
    Dg1,
    Dg2,
    Dg3,
    Dg4,
    Dg5,
    Dg6,
    Dg7,
    Dg8,
    Dg9,
    Dg10,
    Dg11,
    Dg12,
    Dg13,
    Dg14,
    Dg15,
    Dg16,
}

/// Where a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Application {
    /// The master file.
    MasterFile,
    /// The eMRTD application, [`Application::EMRTD_AID`].
    Emrtd,
}

impl Application {
    /// The application identifier of the eMRTD application.
    pub const EMRTD_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
}

/// File id, short file id, application, outer tag.
type Row = (u16, u8, Application, Option<u32>);

impl File {
    /// All files, master file first.
    pub const ALL: [File; 22] = [
        File::AtrInfo,
        File::Dir,
        File::CardAccess,
        File::CardSecurity,
        File::Com,
        File::Sod,
        File::Dg1,
        File::Dg2,
        File::Dg3,
        File::Dg4,
        File::Dg5,
        File::Dg6,
        File::Dg7,
        File::Dg8,
        File::Dg9,
        File::Dg10,
        File::Dg11,
        File::Dg12,
        File::Dg13,
        File::Dg14,
        File::Dg15,
        File::Dg16,
    ];

    const fn row(self) -> Row {
        use Application::{Emrtd, MasterFile};
        match self {
            File::AtrInfo => (0x2F01, 0x01, MasterFile, None),
            File::Dir => (0x2F00, 0x1E, MasterFile, None),
            File::CardAccess => (0x011C, 0x1C, MasterFile, Some(0x31)),
            File::CardSecurity => (0x011D, 0x1D, MasterFile, Some(0x30)),
            File::Com => (0x011E, 0x1E, Emrtd, Some(0x60)),
            File::Sod => (0x011D, 0x1D, Emrtd, Some(0x77)),
            File::Dg1 => (0x0101, 0x01, Emrtd, Some(0x61)),
            File::Dg2 => (0x0102, 0x02, Emrtd, Some(0x75)),
            File::Dg3 => (0x0103, 0x03, Emrtd, Some(0x63)),
            File::Dg4 => (0x0104, 0x04, Emrtd, Some(0x76)),
            File::Dg5 => (0x0105, 0x05, Emrtd, Some(0x65)),
            File::Dg6 => (0x0106, 0x06, Emrtd, Some(0x66)),
            File::Dg7 => (0x0107, 0x07, Emrtd, Some(0x67)),
            File::Dg8 => (0x0108, 0x08, Emrtd, Some(0x68)),
            File::Dg9 => (0x0109, 0x09, Emrtd, Some(0x69)),
            File::Dg10 => (0x010A, 0x0A, Emrtd, Some(0x6A)),
            File::Dg11 => (0x010B, 0x0B, Emrtd, Some(0x6B)),
            File::Dg12 => (0x010C, 0x0C, Emrtd, Some(0x6C)),
            File::Dg13 => (0x010D, 0x0D, Emrtd, Some(0x6D)),
            File::Dg14 => (0x010E, 0x0E, Emrtd, Some(0x6E)),
            File::Dg15 => (0x010F, 0x0F, Emrtd, Some(0x6F)),
            File::Dg16 => (0x0110, 0x10, Emrtd, Some(0x70)),
        }
    }

    /// The file identifier for SELECT.
    pub const fn file_id(self) -> u16 {
        self.row().0
    }

    /// The short file identifier for READ BINARY.
    pub const fn short_id(self) -> u8 {
        self.row().1
    }

    /// Where the file lies.
    pub const fn application(self) -> Application {
        self.row().2
    }

    /// The tag of the data object that the file consists of; `None` for EF.ATR/INFO and EF.DIR, which hold several.
    pub const fn tag(self) -> Option<u32> {
        self.row().3
    }

    /// The number of a data group.
    pub fn data_group(self) -> Option<u8> {
        match self.row() {
            (id @ 0x0101..=0x0110, _, Application::Emrtd, _) => u8::try_from(id & 0xFF).ok(),
            _ => None,
        }
    }

    /// The data group with this number, 1 to 16.
    pub fn from_data_group(number: u8) -> Option<File> {
        File::ALL.into_iter().find(|file| file.data_group() == Some(number))
    }

    /// The file of the eMRTD application with this outer tag, as EF.COM lists them.
    pub fn from_tag(tag: u32) -> Option<File> {
        File::ALL.into_iter().find(|file| file.application() == Application::Emrtd && file.tag() == Some(tag))
    }

    /// Whether this inspection system reads the file under any policy.
    ///
    /// Never fingerprints and iris, which need Terminal Authentication, nor the data groups that no decision needs.
    pub const fn is_ever_read(self) -> bool {
        !matches!(
            self,
            File::Dg3 | File::Dg4 | File::Dg5 | File::Dg6 | File::Dg8 | File::Dg9 | File::Dg10 | File::Dg13
        )
    }

    /// Splits the delivered bytes into the file's outer data object and what follows it.
    ///
    /// # Errors
    /// Another tag than the file's, or an announced length that exceeds the delivered bytes.
    pub fn contents(self, bytes: &[u8]) -> Result<Contents<'_>, LdsError> {
        within(self, self.outer(bytes))
    }

    fn outer(self, bytes: &[u8]) -> Result<Contents<'_>, Problem> {
        let mut reader = Reader::new(bytes);
        let outer = match self.tag() {
            Some(tag) => reader.expect(tag)?,
            None => Tlv { tag: 0, value: bytes, raw: bytes, value_at: 0 },
        };
        let trailing = bytes.len().saturating_sub(outer.raw.len());
        Ok(Contents { outer, trailing })
    }

    /// Runs a parser on the inside of the outer data object and names the file in its error.
    pub(crate) fn parse<'a, T>(
        self,
        bytes: &'a [u8],
        inside: impl FnOnce(Tlv<'a>) -> Result<T, Problem>,
    ) -> Result<T, LdsError> {
        within(self, self.outer(bytes).and_then(|contents| inside(contents.outer)))
    }
}

impl std::fmt::Display for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, self.data_group()) {
            (_, Some(number)) => write!(f, "EF.DG{number}"),
            (File::AtrInfo, _) => f.write_str("EF.ATR/INFO"),
            (File::Dir, _) => f.write_str("EF.DIR"),
            (File::CardAccess, _) => f.write_str("EF.CardAccess"),
            (File::CardSecurity, _) => f.write_str("EF.CardSecurity"),
            (File::Com, _) => f.write_str("EF.COM"),
            _ => f.write_str("EF.SOD"),
        }
    }
}

/// The bytes of a file, split into what belongs to it and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents<'a> {
    /// The outer data object. For EF.ATR/INFO and EF.DIR, which have none, all bytes under tag 0.
    pub outer: Tlv<'a>,
    /// How many bytes follow it. They are padding of the file and never part of a hash.
    pub trailing: usize,
}

impl<'a> Contents<'a> {
    /// The bytes that the document security object's hash covers, exactly as delivered.
    pub fn raw(&self) -> &'a [u8] {
        self.outer.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::TlvError;
    use hex_literal::hex;

    #[test]
    fn data_groups_have_their_number_as_file_id_and_short_id() {
        for number in 1..=16u8 {
            let file = File::from_data_group(number).unwrap();
            assert_eq!(file.file_id(), 0x0100 + u16::from(number));
            assert_eq!(file.short_id(), number);
            assert_eq!(file.to_string(), format!("EF.DG{number}"));
            assert_eq!(File::from_tag(file.tag().unwrap()), Some(file));
        }
        assert_eq!((File::from_data_group(0), File::from_data_group(17)), (None, None));
        assert_eq!(File::Com.data_group(), None);
        assert_eq!(File::CardAccess.data_group(), None);
        assert_eq!(File::from_tag(0x31), None);
    }

    #[test]
    fn no_two_files_of_an_application_share_an_id() {
        for a in File::ALL {
            for b in File::ALL {
                if a != b && a.application() == b.application() {
                    assert_ne!(a.file_id(), b.file_id());
                    assert_ne!(a.short_id(), b.short_id());
                }
            }
        }
    }

    #[test]
    fn only_the_files_that_a_decision_needs_are_ever_read() {
        let read: Vec<_> =
            File::ALL.iter().filter(|f| f.is_ever_read()).filter_map(|f| f.data_group()).collect();
        assert_eq!(read, [1, 2, 7, 11, 12, 14, 15, 16]);
    }

    #[test]
    fn bytes_after_the_outer_object_are_counted_and_not_part_of_it() {
        let contents = File::Dg15.contents(&hex!("6F810105 0000")).unwrap();
        assert_eq!(contents.raw(), hex!("6F810105"));
        assert_eq!(contents.trailing, 2);
    }

    #[test]
    fn a_file_shorter_than_announced_or_of_another_tag_is_refused_by_name() {
        let short = File::Dg1.contents(&hex!("610300")).unwrap_err();
        assert_eq!(short.to_string(), "EF.DG1: data object 61 at byte 0 announces 3 bytes, only 1 follow");
        let other = File::Dg1.contents(&hex!("6200")).unwrap_err();
        assert_eq!(
            other.problem,
            Problem::Tlv(TlvError::UnexpectedTag { at: 0, expected: 0x61, found: 0x62 })
        );
    }
}
