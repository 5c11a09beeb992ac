//! A chip whose cryptography is OpenPACE's: PACE with generic mapping, Chip Authentication, secure messaging, files.
//!
//! The commands around it are ours to read; the keys, tokens and ciphers are not.

use std::convert::Infallible;

use anyhow::{Context, Result, bail};
use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::tlv::{self, Reader};
use emrtd::transport::{Answers, Batch, Transport, play_each};
use groups::Group;

use crate::openpace::{Keys, OpenPace, Password};
use crate::openpace_messaging::Messaging;
use crate::suite::Suite;

/// What the chip is made of.
pub struct Configuration {
    /// Variant and group of PACE.
    pub pace: (Suite, Group),
    /// What the terminal must know, as PACE takes it: the digits of the CAN, or the SHA-1 of the MRZ information.
    pub password: Vec<u8>,
    /// Static key of Chip Authentication, if the chip has one.
    pub chip_authentication: Option<StaticKey>,
    /// EF.CardAccess, to be read in the clear.
    pub card_access: Vec<u8>,
    /// Files of the application.
    pub files: Vec<File>,
}

/// A static key pair of Chip Authentication.
pub struct StaticKey {
    /// Variant.
    pub suite: Suite,
    /// Its group.
    pub group: Group,
    /// Private key, big-endian.
    pub private: Vec<u8>,
    /// Public key as in EF.DG14.
    pub public: Vec<u8>,
}

/// A transparent file.
pub struct File {
    /// File identifier.
    pub id: u16,
    /// Short file identifier.
    pub short_id: u8,
    /// Contents.
    pub bytes: Vec<u8>,
}

const CARD_ACCESS: (u16, u8) = (0x011C, 0x1C);

/// The chip, powered.
pub struct OpenPaceChip {
    configuration: Configuration,
    peer: OpenPace,
    session: Session,
    /// Set by an answer after which the next command is under other keys.
    next_messaging: Option<Messaging>,
}

#[derive(Default)]
struct Session {
    messaging: Option<Messaging>,
    selected: Option<u16>,
    own_public: Vec<u8>,
    terminal_public: Vec<u8>,
}

impl OpenPaceChip {
    /// A chip with a party of OpenPACE in it.
    pub fn new(configuration: Configuration, peer: OpenPace) -> Self {
        Self { configuration, peer, session: Session::default(), next_messaging: None }
    }

    /// Answers one command APDU.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.answer(command).unwrap_or_else(|error| {
            eprintln!("OpenPACE chip: {error:#}");
            Response::status(StatusWord::SM_OBJECTS_INCORRECT).encode()
        })
    }

    fn answer(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        let command = Command::parse(bytes)?;
        let Some(mut messaging) = self.session.messaging.take() else {
            let response = self.perform(&command, false)?;
            self.session.messaging = self.next_messaging.take();
            return Ok(response.encode());
        };
        let plain = messaging.open_command(&mut self.peer, &command)?;
        let response = match self.perform(&plain, true) {
            Ok(response) => response,
            Err(error) => {
                eprintln!("OpenPACE chip: {error:#}");
                Response::status(StatusWord::UNKNOWN)
            }
        };
        // The answer to Chip Authentication still travels under the old keys: they are taken up again for it.
        if self.next_messaging.is_some() {
            self.peer.secure(Keys::Pace)?;
        }
        let answer = messaging.protect_response(&mut self.peer, plain.ins, &response)?;
        self.session.messaging = match self.next_messaging.take() {
            Some(next) => {
                self.peer.secure(Keys::ChipAuthentication)?;
                Some(next)
            }
            None => Some(messaging),
        };
        Ok(answer)
    }

    fn perform(&mut self, command: &Command, secured: bool) -> Result<Response> {
        match (command.ins, command.p1, command.p2) {
            (0xA4, 0x02, _) => {
                let id = u16::from_be_bytes(command.data.as_slice().try_into()?);
                Ok(self.select(id, secured))
            }
            // The master file and the application: where files are looked for makes no difference here.
            (0xA4, _, _) => Ok(Response::status(StatusWord::OK)),
            (0xB0, p1, p2) => self.read(p1, p2, command.ne.unwrap_or(0), secured),
            (0x22, 0xC1, 0xA4) => self.begin_pace(&command.data),
            (0x22, 0x41, 0xA4) => self.begin_chip_authentication(&command.data),
            (0x22, 0x41, 0xA6) => {
                let template = Reader::new(&command.data).expect(0x91)?;
                self.chip_authentication(template.value, &[])
            }
            (0x86, 0, 0) => self.general_authenticate(&command.data, secured),
            _ => Ok(Response::status(StatusWord::INSTRUCTION)),
        }
    }

    fn file(&self, id: u16, secured: bool) -> Option<&[u8]> {
        if id == CARD_ACCESS.0 {
            return Some(&self.configuration.card_access);
        }
        let file = self.configuration.files.iter().find(|file| file.id == id && secured);
        file.map(|file| file.bytes.as_slice())
    }

    fn select(&mut self, id: u16, secured: bool) -> Response {
        if self.file(id, secured).is_none() {
            return Response::status(StatusWord::NOT_FOUND);
        }
        self.session.selected = Some(id);
        Response::status(StatusWord::OK)
    }

    fn read(&mut self, p1: u8, p2: u8, ne: u32, secured: bool) -> Result<Response> {
        let offset = if p1 & 0x80 == 0 {
            u16::from_be_bytes([p1, p2])
        } else {
            let short = p1 & 0x1F;
            let listed = self.configuration.files.iter().map(|file| (file.id, file.short_id));
            self.session.selected =
                listed.chain([CARD_ACCESS]).find(|(_, short_id)| *short_id == short).map(|(id, _)| id);
            u16::from(p2)
        };
        let Some(bytes) = self.session.selected.and_then(|id| self.file(id, secured)) else {
            return Ok(Response::status(StatusWord::NOT_FOUND));
        };
        let Some(rest) = bytes.get(usize::from(offset)..) else {
            return Ok(Response::status(StatusWord::WRONG_OFFSET));
        };
        let part = rest.get(..usize::try_from(ne)?).unwrap_or(rest);
        Ok(Response::ok(part))
    }

    fn begin_pace(&mut self, template: &[u8]) -> Result<Response> {
        let (suite, group) = self.configuration.pace;
        let mut objects = Reader::new(template);
        let named = objects.expect(0x80)?.value == suite.pace_oid();
        objects.expect(0x83)?;
        let group_fits = objects.optional(0x84)?.is_none_or(|id| id.value == [group.parameter_id()]);
        if !named || !group_fits {
            return Ok(Response::status(StatusWord::WRONG_DATA));
        }
        let password = Password::Raw(&self.configuration.password);
        self.peer.pace(&suite.pace_name(), group.parameter_id(), password)?;
        Ok(Response::status(StatusWord::OK))
    }

    fn general_authenticate(&mut self, data: &[u8], secured: bool) -> Result<Response> {
        let object = tlv::single(data, 0x7C)?.children().next()?;
        let Some(object) = object else {
            let nonce = self.peer.nonce()?;
            return Ok(dynamic(0x80, &nonce));
        };
        match object.tag {
            0x80 if secured => self.chip_authentication(object.value, &tlv::write(0x7C, &[])),
            0x81 => {
                let own = self.peer.mapping_data()?;
                self.peer.map(object.value)?;
                Ok(dynamic(0x82, &own))
            }
            0x83 => {
                self.session.own_public = self.peer.ephemeral()?;
                self.session.terminal_public = object.value.to_vec();
                self.peer.agree(object.value)?;
                Ok(dynamic(0x84, &self.session.own_public))
            }
            0x85 => {
                if self.peer.verify(object.value).is_err() {
                    return Ok(Response::status(StatusWord::AUTHENTICATION_FAILED));
                }
                let token = self.peer.token(&self.session.terminal_public)?;
                self.next_messaging =
                    Some(Messaging::begin(&mut self.peer, Keys::Pace, self.configuration.pace.0.cipher)?);
                Ok(dynamic(0x86, &token))
            }
            unknown => bail!("data object {unknown:02X} in GENERAL AUTHENTICATE"),
        }
    }

    fn begin_chip_authentication(&mut self, template: &[u8]) -> Result<Response> {
        let key = self.configuration.chip_authentication.as_ref().context("the chip has no key")?;
        let named = Reader::new(template).expect(0x80)?.value == key.suite.chip_authentication_oid();
        Ok(Response::status(if named { StatusWord::OK } else { StatusWord::WRONG_DATA }))
    }

    fn chip_authentication(&mut self, terminal: &[u8], answer: &[u8]) -> Result<Response> {
        let key = self.configuration.chip_authentication.as_ref().context("the chip has no key")?;
        self.peer.chip_authentication(&key.suite.chip_authentication_name(), key.group.parameter_id())?;
        self.peer.static_key(&key.private, &key.public)?;
        self.peer.chip_authentication_agree(terminal)?;
        self.next_messaging =
            Some(Messaging::begin(&mut self.peer, Keys::ChipAuthentication, key.suite.cipher)?);
        Ok(Response::ok(answer))
    }
}

fn dynamic(tag: u32, value: &[u8]) -> Response {
    Response::ok(tlv::write(0x7C, &tlv::write(tag, value)))
}

/// In the same process; the tag is never lost.
impl Transport for OpenPaceChip {
    type Error = Infallible;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Infallible> {
        play_each(batch, |command| Ok(Ok(self.transmit(command))))
    }

    fn await_tag(&mut self) -> Result<(), Infallible> {
        self.session = Session::default();
        self.next_messaging = None;
        Ok(())
    }
}
