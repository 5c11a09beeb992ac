//! Command and response APDUs, short and extended (ISO/IEC 7816-4 §5), and command chaining.

use std::fmt;

/// The longest data field of a short command and, with `00` standing for it plus one, of a short answer.
pub const SHORT_DATA: usize = 255;
/// Answers to a short command carry at most this many bytes.
pub const SHORT_ANSWER: u32 = 256;
/// Answers to an extended command carry at most this many bytes.
pub const EXTENDED_ANSWER: u32 = 65_536;

/// A command APDU. `Debug` shows the header and lengths only: the data field may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class byte; `0x0C` set means secure messaging, `0x10` chaining.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data, at most 65,535 bytes.
    pub data: Vec<u8>,
    /// Bytes expected in the answer, 1 to 65,536; `None` if no answer data is asked for.
    pub ne: Option<u32>,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}{:02X}", self.cla, self.ins, self.p1, self.p2)?;
        write!(f, " Nc={} Ne={}", self.data.len(), self.ne.unwrap_or(0))
    }
}

/// Why bytes are not a command or answer APDU.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApduError {
    /// An answer needs two bytes of status word, a command four of header.
    #[error("{0} bytes are too few for an APDU")]
    TooShort(usize),
    /// The length fields of a command do not fit its length.
    #[error("the length fields of the command do not fit its {0} bytes")]
    Lengths(usize),
    /// More data than an APDU can carry.
    #[error("{0} bytes do not fit into one APDU")]
    TooLong(usize),
}

impl Command {
    /// A command without data that expects no answer data.
    pub const fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Command {
        Command { cla, ins, p1, p2, data: Vec::new(), ne: None }
    }

    /// The same command with a data field.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Command {
        self.data = data.into();
        self
    }

    /// The same command, expecting up to `ne` bytes (capped at [`EXTENDED_ANSWER`]).
    #[must_use]
    pub fn expecting(mut self, ne: u32) -> Command {
        self.ne = Some(ne.clamp(1, EXTENDED_ANSWER));
        self
    }

    /// Whether this command needs the extended form: more than 255 bytes of data or 256 of answer.
    pub fn is_extended(&self) -> bool {
        self.data.len() > SHORT_DATA || self.ne.is_some_and(|ne| ne > SHORT_ANSWER)
    }

    /// The bytes to transmit: the short form where it fits, else the extended one.
    ///
    /// # Errors
    /// [`ApduError::TooLong`] for more than 65,535 bytes of data.
    pub fn encode(&self) -> Result<Vec<u8>, ApduError> {
        let mut bytes = Vec::with_capacity(self.data.len() + 10);
        bytes.extend_from_slice(&[self.cla, self.ins, self.p1, self.p2]);
        let nc = u16::try_from(self.data.len()).map_err(|_| ApduError::TooLong(self.data.len()))?;
        if self.is_extended() {
            bytes.push(0);
            if nc > 0 {
                bytes.extend_from_slice(&nc.to_be_bytes());
                bytes.extend_from_slice(&self.data);
            }
            if let Some(ne) = self.ne {
                bytes.extend_from_slice(&low_bytes(ne));
            }
        } else {
            if let Ok(nc @ 1..) = u8::try_from(nc) {
                bytes.push(nc);
                bytes.extend_from_slice(&self.data);
            }
            if let Some(ne) = self.ne {
                bytes.push(low_bytes(ne)[1]);
            }
        }
        Ok(bytes)
    }

    /// Reads a command as a chip does.
    ///
    /// # Errors
    /// [`ApduError::TooShort`], [`ApduError::Lengths`].
    pub fn parse(bytes: &[u8]) -> Result<Command, ApduError> {
        let [cla, ins, p1, p2, body @ ..] = bytes else { return Err(ApduError::TooShort(bytes.len())) };
        let mut command = Command::new(*cla, *ins, *p1, *p2);
        match body {
            [] => {}
            [le] => command.ne = Some(short_ne(*le)),
            [0, high, low] => command.ne = Some(extended_ne(*high, *low)),
            [0, high, low, rest @ ..] => {
                let nc = usize::from(u16::from_be_bytes([*high, *low]));
                let (data, le) = rest.split_at_checked(nc).ok_or(ApduError::Lengths(bytes.len()))?;
                command.data = data.to_vec();
                command.ne = match le {
                    [] => None,
                    [high, low] => Some(extended_ne(*high, *low)),
                    _ => return Err(ApduError::Lengths(bytes.len())),
                };
            }
            [lc, rest @ ..] => {
                let (data, le) =
                    rest.split_at_checked(usize::from(*lc)).ok_or(ApduError::Lengths(bytes.len()))?;
                command.data = data.to_vec();
                command.ne = match le {
                    [] => None,
                    [le] => Some(short_ne(*le)),
                    _ => return Err(ApduError::Lengths(bytes.len())),
                };
            }
        }
        if matches!(body, [0, _, _, _, ..]) && command.data.is_empty() {
            return Err(ApduError::Lengths(bytes.len()));
        }
        Ok(command)
    }

    /// The command cut into links of at most `longest` data bytes (ISO/IEC 7816-4 §5.3.3): every link but the last
    /// has the chaining bit set and expects nothing.
    pub fn chained(&self, longest: usize) -> Vec<Command> {
        let longest = longest.max(1);
        if self.data.len() <= longest {
            return vec![self.clone()];
        }
        let mut links: Vec<Command> = self
            .data
            .chunks(longest)
            .map(|data| Command { cla: self.cla | 0x10, data: data.to_vec(), ne: None, ..*self })
            .collect();
        if let Some(last) = links.last_mut() {
            last.cla = self.cla;
            last.ne = self.ne;
        }
        links
    }
}

/// The two bytes of an extended Le; the second one alone is the short Le. 65,536 and 256 wrap to zero.
fn low_bytes(ne: u32) -> [u8; 2] {
    let [_, _, high, low] = ne.to_be_bytes();
    [high, low]
}

fn short_ne(le: u8) -> u32 {
    if le == 0 { SHORT_ANSWER } else { u32::from(le) }
}

fn extended_ne(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => EXTENDED_ANSWER,
        ne => u32::from(ne),
    }
}

/// A status word, SW1-SW2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Normal processing.
    pub const OK: StatusWord = StatusWord(0x9000);
    /// End of file reached before the bytes asked for.
    pub const END_OF_FILE: StatusWord = StatusWord(0x6282);
    /// Authentication failed, no further information.
    pub const AUTHENTICATION_FAILED: StatusWord = StatusWord(0x6300);
    /// Wrong length.
    pub const WRONG_LENGTH: StatusWord = StatusWord(0x6700);
    /// Security status not satisfied.
    pub const SECURITY_STATUS: StatusWord = StatusWord(0x6982);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_OF_USE: StatusWord = StatusWord(0x6985);
    /// Secure messaging data objects missing.
    pub const SM_OBJECTS_MISSING: StatusWord = StatusWord(0x6987);
    /// Secure messaging data objects incorrect.
    pub const SM_OBJECTS_INCORRECT: StatusWord = StatusWord(0x6988);
    /// Wrong data.
    pub const WRONG_DATA: StatusWord = StatusWord(0x6A80);
    /// File or application not found.
    pub const NOT_FOUND: StatusWord = StatusWord(0x6A82);
    /// Referenced data not found.
    pub const REFERENCE_NOT_FOUND: StatusWord = StatusWord(0x6A88);
    /// Wrong parameters P1-P2.
    pub const WRONG_PARAMETERS: StatusWord = StatusWord(0x6A86);
    /// Wrong parameters: an offset outside the file.
    pub const WRONG_OFFSET: StatusWord = StatusWord(0x6B00);
    /// Instruction not supported.
    pub const INSTRUCTION: StatusWord = StatusWord(0x6D00);
    /// Class not supported.
    pub const CLASS: StatusWord = StatusWord(0x6E00);
    /// No precise diagnosis.
    pub const UNKNOWN: StatusWord = StatusWord(0x6F00);

    /// `9000`.
    pub fn is_ok(self) -> bool {
        self == StatusWord::OK
    }

    /// SW1.
    pub const fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// SW2.
    pub const fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }

    /// `61xx`: more bytes wait; how many to ask for next.
    pub fn more_available(self) -> Option<u32> {
        (self.sw1() == 0x61).then(|| short_ne(self.sw2()))
    }

    /// `6Cxx`: wrong Le; the exact number of bytes there are.
    pub fn exact_length(self) -> Option<u32> {
        (self.sw1() == 0x6C).then(|| short_ne(self.sw2()))
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// A response APDU. `Debug` shows the length only: the data may be personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Response data.
    pub data: Vec<u8>,
    /// Status word.
    pub sw: StatusWord,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {}", self.data.len(), self.sw)
    }
}

impl Response {
    /// An answer of a status word alone.
    pub const fn status(sw: StatusWord) -> Response {
        Response { data: Vec::new(), sw }
    }

    /// `data` and `9000`.
    pub fn ok(data: impl Into<Vec<u8>>) -> Response {
        Response { data: data.into(), sw: StatusWord::OK }
    }

    /// Splits the status word off.
    ///
    /// # Errors
    /// [`ApduError::TooShort`] below two bytes, [`ApduError::TooLong`] above 65,538.
    pub fn parse(bytes: &[u8]) -> Result<Response, ApduError> {
        let [data @ .., sw1, sw2] = bytes else { return Err(ApduError::TooShort(bytes.len())) };
        if data.len() > 65_536 {
            return Err(ApduError::TooLong(bytes.len()));
        }
        Ok(Response { data: data.to_vec(), sw: StatusWord(u16::from_be_bytes([*sw1, *sw2])) })
    }

    /// The bytes a chip sends.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.data.len() + 2);
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(&self.sw.0.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use proptest::prelude::*;

    #[test]
    fn the_four_short_cases_are_encoded() {
        let header = Command::new(0, 0xB0, 0x9C, 0);
        assert_eq!(header.encode().unwrap(), hex!("00B09C00"));
        assert_eq!(header.clone().expecting(256).encode().unwrap(), hex!("00B09C0000"));
        assert_eq!(header.clone().with_data([1, 2]).encode().unwrap(), hex!("00B09C00020102"));
        assert_eq!(header.with_data([1, 2]).expecting(8).encode().unwrap(), hex!("00B09C0002010208"));
    }

    #[test]
    fn long_data_or_answers_take_the_extended_form() {
        let header = Command::new(0, 0xB0, 0, 0);
        assert_eq!(header.clone().expecting(65_536).encode().unwrap(), hex!("00B00000000000"));
        let long = header.with_data(vec![0xAA; 256]).expecting(1).encode().unwrap();
        assert_eq!(long[..7], hex!("00B00000000100"));
        assert_eq!(long[263..], hex!("0001"));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        assert_eq!(Command::parse(&hex!("00B000")), Err(ApduError::TooShort(3)));
        assert_eq!(Command::parse(&hex!("00B000000301")), Err(ApduError::Lengths(6)));
        assert_eq!(Command::parse(&hex!("00B0000000000000")), Err(ApduError::Lengths(8)));
        assert_eq!(Response::parse(&[0x90]), Err(ApduError::TooShort(1)));
    }

    #[test]
    fn a_chained_command_sets_the_bit_on_all_but_the_last() {
        let links = Command::new(0, 0x86, 0, 0).with_data(vec![1; 5]).expecting(256).chained(2);
        let shape: Vec<_> = links.iter().map(|link| (link.cla, link.data.len(), link.ne)).collect();
        assert_eq!(shape, [(0x10, 2, None), (0x10, 2, None), (0, 1, Some(256))]);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_parsed_again(
            header: [u8; 4],
            data in proptest::collection::vec(any::<u8>(), 0..600),
            ne in proptest::option::of(1u32..=65_536),
        ) {
            let [cla, ins, p1, p2] = header;
            let command = Command { cla, ins, p1, p2, data, ne };
            prop_assert_eq!(Command::parse(&command.encode().unwrap()).unwrap(), command);
        }

        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert!(command.data.len() <= bytes.len());
            }
        }
    }
}
