//! One file on its way from the chip: what is known of it, and what to ask for next.

use zeroize::Zeroizing;

use super::error::FileError;
use super::reading::Protection;
use crate::apdu::StatusWord;
use crate::lds::{Application, File};
use crate::tlv::{self, TlvError};

/// What is known of one file.
#[derive(Debug)]
pub(super) struct FileReading {
    file: File,
    state: State,
    protection: Protection,
    /// A length learnt under other keys, good enough to plan with.
    hint: Option<usize>,
    /// The chip refused to give the beginning where more than the file has was asked for.
    exact: bool,
}

#[derive(Debug)]
enum State {
    Unknown,
    Partial { total: usize, bytes: Zeroizing<Vec<u8>> },
    Complete(Zeroizing<Vec<u8>>),
    Absent,
    Failed(FileError),
}

/// A whole file, and under which keys it came.
pub(super) type Bytes = (Zeroizing<Vec<u8>>, Protection);

/// How an answer fitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// As the plan foresaw.
    Expected,
    /// Usable, but later commands of the batch were made on a wrong assumption.
    Surprise,
}

impl FileReading {
    pub(super) fn new(file: File) -> FileReading {
        FileReading { file, state: State::Unknown, protection: Protection::None, hint: None, exact: false }
    }

    /// Nothing is known yet, and the chip has to be asked.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.state, State::Unknown)
    }

    /// Nothing more is to be asked.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Complete(_) | State::Absent | State::Failed(_))
    }

    /// No more than the file has may be asked for.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// From now on no more than the file has is asked for.
    pub(super) fn ask_exactly(&mut self) {
        self.exact = true;
    }

    /// There is no such file.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.state, State::Absent)
    }

    /// Where the file lies.
    pub(super) fn application(&self) -> Application {
        self.file.application()
    }

    /// All bytes, once they are there.
    pub(super) fn complete(&self) -> Option<&[u8]> {
        match &self.state {
            State::Complete(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes there are so far.
    pub(super) fn so_far(&self) -> &[u8] {
        match &self.state {
            State::Partial { bytes, .. } | State::Complete(bytes) => bytes,
            _ => &[],
        }
    }

    /// The file's length, read or hinted at.
    pub(super) fn total(&self) -> Option<usize> {
        match &self.state {
            State::Partial { total, .. } => Some(*total),
            State::Complete(bytes) => Some(bytes.len()),
            _ => self.hint,
        }
    }

    /// Forgets the bytes, keeping the length as a hint: they are wanted again, under other keys or on another tap.
    pub(super) fn start_over(&mut self) -> Zeroizing<Vec<u8>> {
        self.hint = self.total();
        match std::mem::replace(&mut self.state, State::Unknown) {
            State::Partial { bytes, .. } | State::Complete(bytes) => bytes,
            _ => Zeroizing::default(),
        }
    }

    pub(super) fn protection(&self) -> Protection {
        self.protection
    }

    pub(super) fn fail(&mut self, error: FileError) {
        self.state = State::Failed(error);
    }

    /// The status word that the chip refused the file with.
    pub(super) fn refusal(&self) -> Option<StatusWord> {
        match self.state {
            State::Failed(FileError::Refused(sw)) => Some(sw),
            _ => None,
        }
    }

    /// Why the file is not to be had.
    pub(super) fn failure(&self) -> FileError {
        match &self.state {
            State::Failed(error) => error.clone(),
            _ => FileError::Empty { offset: self.so_far().len() },
        }
    }

    pub(super) fn mark_absent(&mut self) {
        self.state = State::Absent;
    }

    /// Ends the reading: bytes, nothing, or why not.
    pub(super) fn finish(self) -> Result<Option<Bytes>, FileError> {
        match self.state {
            State::Complete(bytes) => Ok(Some((bytes, self.protection))),
            State::Absent | State::Unknown => Ok(None),
            State::Partial { total, bytes } => {
                Err(FileError::Cut { announced: total, delivered: bytes.len() })
            }
            State::Failed(error) => Err(error),
        }
    }

    /// Takes the answer to a read of `asked` bytes from the start.
    pub(super) fn take_first(
        &mut self,
        asked: usize,
        data: &[u8],
        sw: StatusWord,
        protection: Protection,
        limit: usize,
    ) -> Fit {
        match sw {
            StatusWord::OK | StatusWord::END_OF_FILE => {}
            StatusWord::NOT_FOUND => {
                self.state = State::Absent;
                return Fit::Expected;
            }
            sw => {
                self.state = State::Failed(FileError::Refused(sw));
                return Fit::Expected;
            }
        }
        if data.len() > asked {
            self.state = State::Failed(FileError::TooLong { asked, delivered: data.len() });
            return Fit::Surprise;
        }
        self.protection = protection;
        match self.length_of(data, limit) {
            Err(error) => {
                self.state = State::Failed(error);
                Fit::Expected
            }
            Ok(total) => {
                let hinted_wrongly = self.hint.is_some_and(|hint| hint != total);
                self.state = State::Partial { total, bytes: Zeroizing::new(data.to_vec()) };
                self.settle(sw, asked);
                if hinted_wrongly { Fit::Surprise } else { Fit::Expected }
            }
        }
    }

    /// Takes the answer to a read of `asked` bytes from `offset`.
    pub(super) fn take_chunk(
        &mut self,
        offset: usize,
        asked: usize,
        data: &[u8],
        sw: StatusWord,
        protection: Protection,
        limit: usize,
    ) -> Fit {
        if offset == 0 && self.is_unknown() {
            return self.take_first(asked, data, sw, protection, limit);
        }
        let delivered = data.len();
        let State::Partial { bytes, .. } = &mut self.state else { return Fit::Surprise };
        if bytes.len() != offset {
            return Fit::Surprise;
        }
        if delivered > asked {
            self.state = State::Failed(FileError::TooLong { asked, delivered });
            return Fit::Surprise;
        }
        bytes.extend_from_slice(data);
        if delivered == 0 {
            self.state = State::Failed(FileError::Empty { offset });
            return Fit::Surprise;
        }
        self.settle(sw, asked);
        if delivered == asked { Fit::Expected } else { Fit::Surprise }
    }

    /// Completes the file when all bytes are there, or fails it when the chip says that there are no more.
    fn settle(&mut self, sw: StatusWord, asked: usize) {
        let State::Partial { total, bytes } = &mut self.state else { return };
        let (total, delivered) = (*total, bytes.len());
        if delivered >= total {
            // What lies beyond the outer data object is padding of the file.
            bytes.truncate(total);
            self.state = State::Complete(std::mem::take(bytes));
        } else if sw == StatusWord::END_OF_FILE && asked > 0 {
            self.state = State::Failed(FileError::Cut { announced: total, delivered });
        }
    }

    fn length_of(&self, start: &[u8], limit: usize) -> Result<usize, FileError> {
        let Some(expected) = self.file.tag() else { return Ok(start.len()) };
        let header = match tlv::header(start) {
            Ok(header) => header,
            Err(TlvError::NeedMore { .. }) => return Err(FileError::Empty { offset: start.len() }),
            Err(error) => return Err(FileError::Header(error)),
        };
        if header.tag != expected {
            return Err(FileError::Tag { expected, found: header.tag });
        }
        match header.total_len() {
            Some(total) if total <= limit => Ok(total),
            _ => Err(FileError::Huge { announced: header.value_len, limit }),
        }
    }
}
