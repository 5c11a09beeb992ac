//! The file system of the chip: selection and reading (ISO/IEC 7816-4 §11.2 and §11.3, Doc 9303-10 §3).
//!
//! It knows nothing of secure messaging: it is told whether the chip is open and how many bytes an answer may carry.

use std::collections::BTreeMap;

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::tlv;

use super::behaviour::{Behaviour, Quirk};
use super::hostile::Hostile;
use crate::document::ElementaryFile;

/// Application identifier of the eMRTD application (Doc 9303-10 §4.1).
pub const EMRTD_APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

const FUNCTION_NOT_SUPPORTED: StatusWord = StatusWord(0x6A81);
const INCORRECT_PARAMETERS: StatusWord = StatusWord(0x6A86);
const LC_INCONSISTENT: StatusWord = StatusWord(0x6A87);
const NO_CURRENT_FILE: StatusWord = StatusWord(0x6986);
/// Le of zeros asks for everything to the end of the file within this limit (ISO/IEC 7816-4 §11.3.3): no warning then.
const ALL_SHORT: usize = 256;
/// The same for extended length.
const ALL_EXTENDED: usize = 65_536;
/// Bytes that [`Quirk::ShortAnswers`] leaves of an answer.
const SHORT_ANSWER_BYTES: usize = 128;
/// Bytes that [`Hostile::LongerData`] adds.
const SURPLUS_BYTES: usize = 16;

/// What has opened the chip since it was powered on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing yet.
    Closed,
    /// Basic Access Control.
    Bac,
    /// PACE.
    Pace,
    /// The chip needs no opening.
    Free,
}

/// The dedicated file that is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directory {
    MasterFile,
    Application,
}

pub(super) struct FileSystem {
    files: BTreeMap<ElementaryFile, Vec<u8>>,
    directory: Directory,
    current: Option<ElementaryFile>,
}

/// What an answer may carry.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Bytes of data that fit into the answer.
    pub(super) bytes: usize,
    /// Longest answer of this chip.
    pub(super) longest: u32,
}

impl FileSystem {
    pub(super) fn new(mut files: BTreeMap<ElementaryFile, Vec<u8>>, behaviour: &Behaviour) -> Self {
        match behaviour.hostile {
            Some(Hostile::TamperedFile { file }) => {
                if let Some(last) = files.get_mut(&file).and_then(|content| content.last_mut()) {
                    *last ^= 0x01;
                }
            }
            Some(Hostile::HugeLengths) => {
                for (_, content) in files.iter_mut().filter(|(file, _)| !file.in_master_file()) {
                    claim_four_gigabytes(content);
                }
            }
            _ => {}
        }
        FileSystem { files, directory: Directory::MasterFile, current: None }
    }

    pub(super) fn reset(&mut self) {
        self.directory = Directory::MasterFile;
        self.current = None;
    }

    pub(super) fn in_application(&self) -> bool {
        self.directory == Directory::Application
    }

    pub(super) fn select(
        &mut self,
        command: &Command,
        access: Access,
        behaviour: &Behaviour,
    ) -> Result<Response, StatusWord> {
        if command.ne.is_some() && behaviour.has(Quirk::NoLeInSelect) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        match (command.p1, command.data.as_slice()) {
            (0x00, [] | [0x3F, 0x00]) => {
                if behaviour.has(Quirk::SelectMasterFileRefused) {
                    return Err(LC_INCONSISTENT);
                }
                self.reset();
                Ok(self.description(command, &tlv::write(0x83, &[0x3F, 0x00])))
            }
            (0x00 | 0x02, [high, low]) => {
                let id = u16::from_be_bytes([*high, *low]);
                let file = self.find(|file| file.file_id() == id, access, behaviour)?;
                self.current = Some(file);
                Ok(self.description(command, &tlv::write(0x83, &id.to_be_bytes())))
            }
            (0x04, name) => {
                if name != EMRTD_APPLICATION || !self.has_application() {
                    return Err(StatusWord::NOT_FOUND);
                }
                self.directory = Directory::Application;
                self.current = None;
                Ok(self.description(command, &tlv::write(0x84, name)))
            }
            (0x00 | 0x02, _) => Err(LC_INCONSISTENT),
            _ => Err(INCORRECT_PARAMETERS),
        }
    }

    fn has_application(&self) -> bool {
        self.files.keys().any(|file| !file.in_master_file())
    }

    /// File control information if the command asks for it: P2 says which template, Le that it is wanted.
    fn description(&self, command: &Command, reference: &[u8]) -> Response {
        let template = match command.p2 & 0x0C {
            0x00 => 0x6F,
            0x04 => 0x62,
            _ => return Response::ok([]),
        };
        if command.ne.is_none() {
            return Response::ok([]);
        }
        let mut content = reference.to_vec();
        if let Some(size) = self.current.and_then(|file| self.files.get(&file)).map(Vec::len) {
            let size = u16::try_from(size).unwrap_or(u16::MAX);
            tlv::write_into(&mut content, 0x80, &size.to_be_bytes());
        }
        Response::ok(tlv::write(template, &content))
    }

    /// The file of the current directory that `wanted` names, if it is there and may be used.
    fn find(
        &self,
        wanted: impl Fn(ElementaryFile) -> bool,
        access: Access,
        behaviour: &Behaviour,
    ) -> Result<ElementaryFile, StatusWord> {
        let in_master_file = self.directory == Directory::MasterFile;
        if !in_master_file && access == Access::Closed {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let mut here = self.files.keys().copied().filter(|file| file.in_master_file() == in_master_file);
        let file = here.find(|file| wanted(*file)).ok_or(StatusWord::NOT_FOUND)?;
        match file {
            ElementaryFile::CardAccess if behaviour.has(Quirk::CardAccessHidden) => {
                Err(StatusWord::NOT_FOUND)
            }
            ElementaryFile::Dir | ElementaryFile::AtrInfo
                if access == Access::Closed && behaviour.has(Quirk::MasterFilesAfterAccess) =>
            {
                Err(StatusWord::SECURITY_STATUS)
            }
            ElementaryFile::CardSecurity if !matches!(access, Access::Pace | Access::Free) => {
                Err(StatusWord::SECURITY_STATUS)
            }
            // Fingerprints and irises need Terminal Authentication, which no inspection system of ours has.
            ElementaryFile::DataGroup(3 | 4) => Err(StatusWord::SECURITY_STATUS),
            _ => Ok(file),
        }
    }

    /// READ BINARY with INS B0: offset in P1-P2, or short file identifier in P1 and offset in P2.
    pub(super) fn read(
        &mut self,
        command: &Command,
        room: Room,
        access: Access,
        behaviour: &Behaviour,
    ) -> Result<Response, StatusWord> {
        let offset = if command.p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([command.p1, command.p2]))
        } else {
            if behaviour.has(Quirk::NoShortFileIdentifiers) || command.p1 & 0x60 != 0 {
                return Err(INCORRECT_PARAMETERS);
            }
            self.select_short(command.p1 & 0x1F, access, behaviour)?;
            usize::from(command.p2)
        };
        let asked = asked_for(command, room, behaviour)?;
        self.content(offset, asked, room.bytes, access, behaviour)
    }

    /// READ BINARY with INS B1: the offset stands in a data object 54, the data come in a data object 53.
    pub(super) fn read_odd(
        &mut self,
        command: &Command,
        room: Room,
        access: Access,
        behaviour: &Behaviour,
    ) -> Result<Response, StatusWord> {
        if behaviour.has(Quirk::NoOddInstruction) {
            return Err(StatusWord::INSTRUCTION);
        }
        match u16::from_be_bytes([command.p1, command.p2]) {
            0 => {}
            id @ 1..=0x1E => self.select_short(id.to_be_bytes()[1], access, behaviour)?,
            id => self.current = Some(self.find(|file| file.file_id() == id, access, behaviour)?),
        }
        let object = tlv::single(&command.data, 0x54).map_err(|_| StatusWord::WRONG_DATA)?;
        if object.value.is_empty() || object.value.len() > 4 {
            return Err(StatusWord::WRONG_DATA);
        }
        let offset = object.value.iter().fold(0usize, |offset, byte| (offset << 8) | usize::from(*byte));
        let asked = asked_for(command, room, behaviour)?;
        let fits = value_bytes_within(asked.min(room.bytes));
        let mut response = self.content(offset, fits, fits, access, behaviour)?;
        if !response.data.is_empty() {
            response.data = tlv::write(0x53, &response.data);
        }
        Ok(response)
    }

    fn select_short(&mut self, id: u8, access: Access, behaviour: &Behaviour) -> Result<(), StatusWord> {
        self.current = Some(self.find(|file| file.short_id() == id, access, behaviour)?);
        Ok(())
    }

    fn content(
        &self,
        offset: usize,
        asked: usize,
        room: usize,
        access: Access,
        behaviour: &Behaviour,
    ) -> Result<Response, StatusWord> {
        let file = self.current.ok_or(NO_CURRENT_FILE)?;
        // Access may have been lost since the file was selected.
        let file = self.find(|other| other == file, access, behaviour)?;
        let content = self.files.get(&file).ok_or(StatusWord::NOT_FOUND)?;
        let rest = content.get(offset..).unwrap_or_default();
        let ends = asked > rest.len();
        if rest.is_empty() && !(offset == content.len() && behaviour.has(Quirk::EndOfFileSilent)) {
            return Err(StatusWord::WRONG_OFFSET);
        }
        if ends && behaviour.has(Quirk::EndOfFileWrongOffset) {
            return Err(StatusWord::WRONG_OFFSET);
        }
        if ends && behaviour.has(Quirk::EndOfFileExactLength) {
            let [_, low] = u16::try_from(rest.len()).unwrap_or(u16::MAX).to_be_bytes();
            return Err(StatusWord(u16::from_be_bytes([0x6C, low])));
        }
        let mut given = asked.min(room).min(rest.len());
        if behaviour.has(Quirk::ShortAnswers) {
            given = given.min(SHORT_ANSWER_BYTES);
        }
        let mut data = rest.get(..given).unwrap_or_default().to_vec();
        match behaviour.hostile {
            Some(Hostile::ShorterData) => data.truncate(given.div_ceil(2)),
            Some(Hostile::NoData) => data.clear(),
            Some(Hostile::LongerData) => data.extend([0xEE; SURPLUS_BYTES]),
            _ => {}
        }
        let asked_for_all = matches!(asked, ALL_SHORT | ALL_EXTENDED);
        let reached_end =
            ends && given == rest.len() && !asked_for_all && !behaviour.has(Quirk::EndOfFileSilent);
        let sw = if reached_end { StatusWord::END_OF_FILE } else { StatusWord::OK };
        Ok(Response { data, sw })
    }
}

/// The bytes that the command asks for.
fn asked_for(command: &Command, room: Room, behaviour: &Behaviour) -> Result<usize, StatusWord> {
    let ne = command.ne.ok_or(StatusWord::WRONG_LENGTH)?;
    if ne > room.longest && behaviour.has(Quirk::LongLeRefused) {
        return Err(StatusWord::WRONG_LENGTH);
    }
    usize::try_from(ne).map_err(|_| FUNCTION_NOT_SUPPORTED)
}

/// Bytes of value that fit into a data object of `total` bytes with a tag of one byte.
fn value_bytes_within(total: usize) -> usize {
    match total {
        0..=129 => total.saturating_sub(2),
        130..=258 => total.saturating_sub(3).clamp(127, 255),
        _ => total.saturating_sub(4).max(255),
    }
}

/// Replaces the length field of the outermost data object by 4,294,967,295.
fn claim_four_gigabytes(content: &mut Vec<u8>) {
    if let Ok(header) = tlv::header(content) {
        let tag_len = if header.tag > 0xFF { 2 } else { 1 };
        content.splice(tag_len..header.header_len, [0x84, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_value_never_exceeds_its_room() {
        for total in 2..=65_536 {
            let value = value_bytes_within(total);
            assert!(tlv::write(0x53, &vec![0; value]).len() <= total, "{total}");
            if total > 260 {
                assert!(tlv::write(0x53, &vec![0; value + 1]).len() > total, "{total}");
            }
        }
    }

    #[test]
    fn a_claimed_length_of_four_gigabytes_keeps_the_tag() {
        let mut content = vec![0x61, 0x03, 1, 2, 3];
        claim_four_gigabytes(&mut content);
        assert_eq!(content, [0x61, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]);
    }
}
