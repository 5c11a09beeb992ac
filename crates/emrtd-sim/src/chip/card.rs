//! The chip as a state machine: commands in, answers out, no I/O and no clock.
//!
//! This file carries an APDU through lengths, classes, secure messaging and ill will; what the commands do is in
//! [`super::commands`].

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use emrtd::apdu::{Command, Response, StatusWord};
use rand_core::CryptoRng;

use super::bac::CHALLENGE_BYTES;
use super::behaviour::{Behaviour, Quirk};
use super::config::{ChipConfig, ChipConfigError, Secrets};
use super::files::{Access, FileSystem, Room};
use super::hostile::Hostile;
use super::pace;
use super::secure_messaging::{Flaw, Session};

const SECURE_MESSAGING_NOT_SUPPORTED: StatusWord = StatusWord(0x6882);
const CLASS_SECURE_MESSAGING: u8 = 0x0C;
const CLASS_CHAINING: u8 = 0x10;
const INS_GET_RESPONSE: u8 = 0xC0;
/// Bytes of one part of an answer that goes out through GET RESPONSE.
const GET_RESPONSE_BYTES: usize = 256;
const OVERSIZED_ANSWER_BYTES: usize = 70_000;
const SLOW_ANSWER: Duration = Duration::from_mins(1);
/// Exchanges that the chip remembers for tests.
const REMEMBERED_EXCHANGES: usize = 4_096;

/// What the chip executed, after secure messaging was removed. Kept for tests of a terminal's order of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The command in plain.
    pub command: Command,
    /// Whether it came under secure messaging.
    pub secured: bool,
    /// The status word, in plain.
    pub status: StatusWord,
}

/// What is lost with the field.
pub(super) struct Volatile {
    pub(super) session: Option<Session>,
    /// The session that begins after the answer to the present command, and what it opens.
    pub(super) next_session: Option<(Session, Access)>,
    pub(super) access: Access,
    pub(super) protocol: Protocol,
    pub(super) challenge: Option<[u8; CHALLENGE_BYTES]>,
    /// Data of the links of a command chain so far, with the instruction.
    pub(super) chain: Option<(u8, Vec<u8>)>,
    /// Data that a GET RESPONSE may fetch, and the status word at its end.
    waiting: Option<(VecDeque<u8>, StatusWord)>,
    protected_answers: u32,
    last_protected: Vec<u8>,
}

impl Volatile {
    fn new(access: Access) -> Volatile {
        Volatile {
            session: None,
            next_session: None,
            access,
            protocol: Protocol::None,
            challenge: None,
            chain: None,
            waiting: None,
            protected_answers: 0,
            last_protected: Vec::new(),
        }
    }
}

/// The protocol that GENERAL AUTHENTICATE carries on.
pub(super) enum Protocol {
    None,
    Pace(Box<pace::Run>, groups::Group),
    ChipAuthentication { key: usize, cipher: emrtd::cipher::Cipher },
}

/// A simulated chip.
pub struct Chip {
    pub(super) behaviour: Behaviour,
    pub(super) files: FileSystem,
    pub(super) secrets: Secrets,
    pub(super) rng: Box<dyn CryptoRng + Send>,
    pub(super) volatile: Volatile,
    present: bool,
    commands: u32,
    last_answer: Vec<u8>,
    elapsed: Duration,
    pub(super) private_key_operations: u32,
    exchanges: VecDeque<Exchange>,
}

impl fmt::Debug for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chip")
            .field("access", &self.volatile.access)
            .field("commands", &self.commands)
            .field("present", &self.present)
            .finish_non_exhaustive()
    }
}

impl Chip {
    /// Makes a chip and powers it on. Everything random comes from `rng`.
    ///
    /// # Errors
    /// [`ChipConfigError`] if keys, passwords and offers do not go together.
    pub fn new(config: ChipConfig, mut rng: Box<dyn CryptoRng + Send>) -> Result<Chip, ChipConfigError> {
        let secrets = Secrets::new(&config, &mut rng)?;
        let access = if secrets.is_open { Access::Free } else { Access::Closed };
        Ok(Chip {
            files: FileSystem::new(config.files, &config.behaviour),
            behaviour: config.behaviour,
            secrets,
            rng,
            volatile: Volatile::new(access),
            present: true,
            commands: 0,
            last_answer: Vec::new(),
            elapsed: Duration::ZERO,
            private_key_operations: 0,
            exchanges: VecDeque::new(),
        })
    }

    /// Brings the chip into the field: selection, access and secure messaging start afresh.
    pub fn power_on(&mut self) {
        self.reset();
        let gone = matches!(self.behaviour.hostile,
            Some(Hostile::RemovedForGood { command }) if self.commands > command);
        self.present = !gone;
    }

    /// Loses everything that a chip loses with the field or a reset.
    pub fn reset(&mut self) {
        self.files.reset();
        let access = if self.secrets.is_open { Access::Free } else { Access::Closed };
        self.volatile = Volatile::new(access);
    }

    /// Takes the chip out of the field: it answers nothing until [`Chip::power_on`].
    pub fn remove(&mut self) {
        self.reset();
        self.present = false;
    }

    /// Whether the chip lies in the field.
    pub fn is_present(&self) -> bool {
        self.present
    }

    /// What has opened the chip.
    pub fn access(&self) -> Access {
        self.volatile.access
    }

    /// Whether secure messaging is on.
    pub fn in_secure_messaging(&self) -> bool {
        self.volatile.session.is_some()
    }

    /// Commands received since the chip was made.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// Virtual time spent since the last call; the transport passes it on to its clock.
    pub fn take_elapsed(&mut self) -> Duration {
        std::mem::take(&mut self.elapsed)
    }

    /// The last exchanges, oldest first, at most 4,096.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// Takes one command APDU; `None` if the chip is not, or no longer, in the field.
    pub fn exchange(&mut self, apdu: &[u8]) -> Option<Vec<u8>> {
        if !self.present {
            return None;
        }
        let index = self.commands;
        self.commands = self.commands.saturating_add(1);
        if let Some(Hostile::RemovedAt { command } | Hostile::RemovedForGood { command }) =
            self.behaviour.hostile
            && index == command
        {
            self.remove();
            return None;
        }
        self.private_key_operations = 0;
        let answer = match self.misbehave(index) {
            Some(answer) => answer,
            None => self.answer(apdu),
        };
        if index.checked_add(1).is_some_and(|next| !self.is_replaying(next)) {
            self.last_answer.clone_from(&answer);
        }
        let bytes = apdu.len().saturating_add(answer.len());
        let time = self.behaviour.timing.exchange(bytes, self.private_key_operations);
        self.elapsed = self.elapsed.saturating_add(time);
        Some(answer)
    }

    /// Takes one command APDU; the answer is empty if the chip is not in the field.
    pub fn transmit(&mut self, apdu: &[u8]) -> Vec<u8> {
        self.exchange(apdu).unwrap_or_default()
    }

    fn is_replaying(&self, index: u32) -> bool {
        matches!(self.behaviour.hostile, Some(Hostile::ReplayedAnswers { from }) if index > from)
    }

    /// The answer of a chip that does not even look at the command.
    fn misbehave(&mut self, index: u32) -> Option<Vec<u8>> {
        let hostile = self.behaviour.hostile?;
        match hostile {
            Hostile::ErrorStorm { from } if index >= from => Some(vec![0x6F, 0x00]),
            Hostile::EndlessMoreData { from } if index >= from => {
                let mut answer = vec![0xEE; 255];
                answer.extend([0x61, 0xFF]);
                Some(answer)
            }
            Hostile::EndlessWrongLength { from } if index >= from => {
                let [.., low] = index.to_be_bytes();
                Some(vec![0x6C, low.max(1)])
            }
            Hostile::ReplayedAnswers { from } if index >= from => Some(self.last_answer.clone()),
            Hostile::OversizedAnswers { from } if index >= from => {
                let mut answer = vec![0xEE; OVERSIZED_ANSWER_BYTES];
                answer.extend([0x90, 0x00]);
                Some(answer)
            }
            Hostile::OneByteAnswers { from } if index >= from => Some(vec![0x90]),
            Hostile::EmptyAnswers { from } if index >= from => Some(Vec::new()),
            Hostile::RandomAnswers { from } if index >= from => {
                let mut length = [0; 1];
                self.rng.fill_bytes(&mut length);
                let mut answer = vec![0; usize::from(length[0])];
                self.rng.fill_bytes(&mut answer);
                Some(answer)
            }
            Hostile::SlowAnswers { from } if index >= from => {
                self.elapsed = self.elapsed.saturating_add(SLOW_ANSWER);
                None
            }
            _ => None,
        }
    }

    fn answer(&mut self, apdu: &[u8]) -> Vec<u8> {
        let Ok(command) = Command::parse(apdu) else {
            return Response::status(StatusWord::WRONG_LENGTH).encode();
        };
        let extended = matches!(apdu, [_, _, _, _, 0, _, _, ..]);
        let longest = usize::try_from(self.behaviour.longest_command).unwrap_or(usize::MAX);
        if (extended && !self.behaviour.extended_length) || apdu.len() > longest {
            return Response::status(StatusWord::WRONG_LENGTH).encode();
        }
        if command.cla & !(CLASS_SECURE_MESSAGING | CLASS_CHAINING) != 0 {
            return Response::status(StatusWord::CLASS).encode();
        }
        if command.ins == INS_GET_RESPONSE && self.volatile.waiting.is_some() {
            return self.next_part(&command).encode();
        }
        self.volatile.waiting = None;
        // A protected command that says nothing of its answer's length still has an answer.
        let room = command.ne.unwrap_or(if extended { 65_536 } else { 256 });
        let room = usize::try_from(room.min(self.behaviour.longest_answer)).unwrap_or(usize::MAX);
        match command.cla & CLASS_SECURE_MESSAGING {
            0 => {
                if self.volatile.session.is_some() {
                    self.end_session();
                }
                let response = self.execute_and_note(&command, room, false);
                let response = self.fit(response, room);
                self.begin_next_session();
                response.encode()
            }
            CLASS_SECURE_MESSAGING => self.answer_protected(&command, room),
            _ => Response::status(SECURE_MESSAGING_NOT_SUPPORTED).encode(),
        }
    }

    fn answer_protected(&mut self, command: &Command, room: usize) -> Vec<u8> {
        let Some(session) = &mut self.volatile.session else {
            return Response::status(StatusWord::SM_OBJECTS_INCORRECT).encode();
        };
        let plain = match session.open(command) {
            Ok(plain) => plain,
            Err(error) => {
                self.end_session();
                return Response::status(error.status()).encode();
            }
        };
        let capacity = session.capacity(room);
        let mut response = self.execute_and_note(&plain, capacity, true);
        if response.data.len() > capacity && !self.sends_more_than_asked() {
            response = self.refuse_length();
        }
        if self.leaves_secure_messaging(response.sw) {
            self.end_session();
            return Response::status(response.sw).encode();
        }
        let index = self.volatile.protected_answers;
        let flaw = self.flaw(index);
        let Some(session) = &mut self.volatile.session else {
            return Response::status(StatusWord::UNKNOWN).encode();
        };
        let Ok(protected) = session.protect(&response, command.ins & 1 == 1, flaw) else {
            self.end_session();
            return Response::status(StatusWord::UNKNOWN).encode();
        };
        self.begin_next_session();
        self.volatile.protected_answers = index.saturating_add(1);
        let whole = protected.encode();
        let fitted = self.fit_protected(protected, room);
        let answer = self.distort(index, &response, fitted);
        self.volatile.last_protected = whole;
        answer
    }

    /// Quirks that answer a status word without secure messaging.
    fn leaves_secure_messaging(&self, sw: StatusWord) -> bool {
        let warning = matches!(sw.sw1(), 0x61..=0x63 | 0x90);
        let end_of_file = sw == StatusWord::END_OF_FILE || sw == StatusWord::WRONG_OFFSET || sw.sw1() == 0x6C;
        (!warning && self.behaviour.has(Quirk::PlainErrors))
            || (end_of_file && self.behaviour.has(Quirk::EndOfFileEndsSecureMessaging))
    }

    fn execute_and_note(&mut self, command: &Command, room: usize, secured: bool) -> Response {
        let room = Room { bytes: room, longest: self.behaviour.longest_answer };
        let response = self.execute(command, room).unwrap_or_else(Response::status);
        if self.exchanges.len() == REMEMBERED_EXCHANGES {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(Exchange { command: command.clone(), secured, status: response.sw });
        response
    }

    /// Ends secure messaging and takes back the access it gave (Doc 9303-11 §9.8.3).
    fn end_session(&mut self) {
        let access = if self.secrets.is_open { Access::Free } else { Access::Closed };
        self.volatile = Volatile::new(access);
    }

    fn begin_next_session(&mut self) {
        if let Some((session, access)) = self.volatile.next_session.take() {
            self.volatile.session = Some(session);
            self.volatile.access = access;
        }
    }

    /// Answers longer than the terminal takes go out in parts, or whole if the chip is hostile.
    fn sends_more_than_asked(&self) -> bool {
        self.behaviour.has(Quirk::GetResponse) || self.behaviour.hostile == Some(Hostile::LongerData)
    }

    /// An answer that the terminal does not take: what would have followed from it does not happen.
    fn refuse_length(&mut self) -> Response {
        self.volatile.next_session = None;
        Response::status(StatusWord::WRONG_LENGTH)
    }

    /// An answer that is longer than the terminal takes: in parts through GET RESPONSE, or not at all.
    fn fit(&mut self, response: Response, room: usize) -> Response {
        if response.data.len() <= room || self.behaviour.hostile == Some(Hostile::LongerData) {
            return response;
        }
        if !self.behaviour.has(Quirk::GetResponse) {
            return self.refuse_length();
        }
        self.volatile.waiting = Some((VecDeque::from(response.data), response.sw));
        self.part(room)
    }

    fn fit_protected(&mut self, protected: Response, room: usize) -> Vec<u8> {
        if protected.data.len() > room && self.behaviour.has(Quirk::GetResponse) {
            self.volatile.waiting = Some((VecDeque::from(protected.data), protected.sw));
            return self.part(room).encode();
        }
        protected.encode()
    }

    fn next_part(&mut self, command: &Command) -> Response {
        let room = command.ne.and_then(|ne| usize::try_from(ne).ok()).unwrap_or(GET_RESPONSE_BYTES);
        self.part(room)
    }

    fn part(&mut self, room: usize) -> Response {
        let Some((data, sw)) = &mut self.volatile.waiting else {
            return Response::status(StatusWord::CONDITIONS_OF_USE);
        };
        let part: Vec<u8> = data.drain(..room.min(GET_RESPONSE_BYTES).min(data.len())).collect();
        let left = data.len();
        let sw = *sw;
        if left == 0 {
            self.volatile.waiting = None;
            return Response { data: part, sw };
        }
        // 00 stands for 256 and more.
        let announced = u8::try_from(left).unwrap_or(0);
        Response { data: part, sw: StatusWord(u16::from_be_bytes([0x61, announced])) }
    }

    /// Ill will against one protected answer before its MAC is made.
    const fn flaw(&self, index: u32) -> Option<Flaw> {
        match self.behaviour.hostile {
            Some(Hostile::MissingMac { answer }) if answer == index => Some(Flaw::NoChecksum),
            Some(Hostile::MissingCryptogram { answer }) if answer == index => Some(Flaw::NoCryptogram),
            Some(Hostile::MissingStatus { answer }) if answer == index => Some(Flaw::NoStatus),
            Some(Hostile::WrongCryptogram { answer }) if answer == index => Some(Flaw::WrongCryptogram),
            _ => None,
        }
    }

    /// Ill will against one protected answer on its way.
    fn distort(&mut self, index: u32, plain: &Response, mut answer: Vec<u8>) -> Vec<u8> {
        // The checksum is the last object: its value ends before the status word.
        let last_of_checksum = answer.len().checked_sub(3);
        match self.behaviour.hostile {
            Some(Hostile::WrongMac { answer: at }) if at == index => {
                if let Some(byte) = last_of_checksum.and_then(|at| answer.get_mut(at)) {
                    *byte ^= 1;
                }
            }
            Some(Hostile::TamperedCryptogram { answer: at }) if at == index => {
                // Fourth byte: in the cryptogram if there is one, else in the protected status word.
                if let Some(byte) = answer.get_mut(3) {
                    *byte ^= 1;
                }
            }
            Some(Hostile::PlainAnswer { answer: at }) if at == index => return plain.encode(),
            Some(Hostile::BareStatus { answer: at }) if at == index => {
                return Response::status(StatusWord::OK).encode();
            }
            Some(Hostile::ContradictingStatus { answer: at }) if at == index => {
                let sw = if plain.sw.is_ok() { StatusWord::END_OF_FILE } else { StatusWord::OK };
                answer.truncate(answer.len().saturating_sub(2));
                answer.extend(sw.0.to_be_bytes());
            }
            Some(Hostile::ReplayedProtectedAnswer { answer: at }) if at == index => {
                return self.volatile.last_protected.clone();
            }
            _ => {}
        }
        answer
    }
}
