//! What the commands do, once secure messaging is off them: access, files and protocols.

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::oid::Oid;
use emrtd::tlv::{self, Reader};

use super::active_authentication;
use super::bac::CHALLENGE_BYTES;
use super::behaviour::{PaceStep, Quirk};
use super::card::{Chip, Protocol};
use super::chip_authentication;
use super::files::{Access, Room};
use super::hostile::Hostile;
use super::pace;

const CHAINING: u8 = 0x10;
const LAST_OF_CHAIN_EXPECTED: StatusWord = StatusWord(0x6883);
const INCORRECT_PARAMETERS: StatusWord = StatusWord(0x6A86);
/// Most bytes that a command chain may carry together.
const LONGEST_CHAIN: usize = 65_535;

const INS_MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
const INS_EXTERNAL_AUTHENTICATE: u8 = 0x82;
const INS_GET_CHALLENGE: u8 = 0x84;
const INS_GENERAL_AUTHENTICATE: u8 = 0x86;
const INS_INTERNAL_AUTHENTICATE: u8 = 0x88;
const INS_SELECT: u8 = 0xA4;
const INS_READ_BINARY: u8 = 0xB0;
const INS_READ_BINARY_ODD: u8 = 0xB1;

type Outcome = Result<Response, StatusWord>;

/// The data objects of an MSE:Set that this chip knows; others are ignored, as Doc 9303-11 §4.4.4.1 asks.
#[derive(Default)]
struct Template<'a> {
    mechanism: Option<&'a [u8]>,
    password: Option<&'a [u8]>,
    reference: Option<&'a [u8]>,
    public_key: Option<&'a [u8]>,
}

impl<'a> Template<'a> {
    fn parse(data: &'a [u8]) -> Result<Template<'a>, StatusWord> {
        let mut template = Template::default();
        let mut objects = Reader::new(data);
        while let Some(object) = objects.next().map_err(|_| StatusWord::WRONG_DATA)? {
            match object.tag {
                0x80 => template.mechanism = Some(object.value),
                0x83 => template.password = Some(object.value),
                0x84 => template.reference = Some(object.value),
                0x91 => template.public_key = Some(object.value),
                _ => {}
            }
        }
        Ok(template)
    }

    fn protocol(&self) -> Result<Oid, StatusWord> {
        let bytes = self.mechanism.ok_or(StatusWord::WRONG_DATA)?;
        Oid::from_bytes(bytes).map_err(|_| StatusWord::WRONG_DATA)
    }
}

impl Chip {
    /// Executes a command in plain.
    pub(super) fn execute(&mut self, command: &Command, room: Room) -> Outcome {
        if command.ins != INS_GENERAL_AUTHENTICATE {
            self.volatile.protocol = Protocol::None;
        }
        let Some(command) = self.unchained(command)? else { return Ok(Response::ok([])) };
        let access = self.volatile.access;
        match (command.ins, command.p1, command.p2) {
            (INS_SELECT, ..) => self.files.select(&command, access, &self.behaviour),
            (INS_READ_BINARY, ..) => self.files.read(&command, room, access, &self.behaviour),
            (INS_READ_BINARY_ODD, ..) => self.files.read_odd(&command, room, access, &self.behaviour),
            (INS_GET_CHALLENGE, 0, 0) => self.get_challenge(&command),
            (INS_EXTERNAL_AUTHENTICATE, 0, 0) => self.external_authenticate(&command),
            (INS_MANAGE_SECURITY_ENVIRONMENT, 0xC1, 0xA4) => self.select_pace(&command),
            (INS_MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xA4) => self.select_chip_authentication(&command),
            (INS_MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xA6) => self.key_agreement_template(&command),
            (INS_GENERAL_AUTHENTICATE, 0, 0) => self.general_authenticate(&command),
            (INS_INTERNAL_AUTHENTICATE, 0, 0) => self.internal_authenticate(&command),
            (
                INS_GET_CHALLENGE
                | INS_EXTERNAL_AUTHENTICATE
                | INS_MANAGE_SECURITY_ENVIRONMENT
                | INS_GENERAL_AUTHENTICATE
                | INS_INTERNAL_AUTHENTICATE,
                ..,
            ) => Err(INCORRECT_PARAMETERS),
            _ => Err(StatusWord::INSTRUCTION),
        }
    }

    /// Joins the links of a command chain (ISO/IEC 7816-4 §5.3.3); `None` while more are to come.
    ///
    /// GENERAL AUTHENTICATE uses the chaining bit also to link its steps (Doc 9303-11 §4.4.4.3): there a command is
    /// whole when its data object is.
    fn unchained(&mut self, command: &Command) -> Result<Option<Command>, StatusWord> {
        let chained = command.cla & CHAINING != 0;
        let mut data = match self.volatile.chain.take() {
            Some((ins, data)) if ins == command.ins => data,
            Some(_) if chained => return Err(LAST_OF_CHAIN_EXPECTED),
            _ => Vec::new(),
        };
        if data.len().saturating_add(command.data.len()) > LONGEST_CHAIN {
            return Err(StatusWord::WRONG_LENGTH);
        }
        data.extend_from_slice(&command.data);
        let whole = if command.ins == INS_GENERAL_AUTHENTICATE {
            !chained || tlv::single(&data, 0x7C).is_ok()
        } else {
            !chained
        };
        if whole {
            return Ok(Some(Command { data, ..*command }));
        }
        self.volatile.chain = Some((command.ins, data));
        Ok(None)
    }

    fn get_challenge(&mut self, command: &Command) -> Outcome {
        if self.secrets.bac.is_none() {
            return Err(StatusWord::INSTRUCTION);
        }
        if command.ne.is_none_or(|ne| ne < 8) || !command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut challenge = [0; CHALLENGE_BYTES];
        self.rng.fill_bytes(&mut challenge);
        self.volatile.challenge = Some(challenge);
        Ok(Response::ok(challenge))
    }

    /// BAC: the challenge serves once, whatever comes of it.
    fn external_authenticate(&mut self, command: &Command) -> Outcome {
        let challenge = self.volatile.challenge.take();
        let bac = self.secrets.bac.as_ref().ok_or(StatusWord::INSTRUCTION)?;
        if !self.files.in_application() || self.volatile.session.is_some() {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        let challenge = challenge.ok_or(StatusWord::CONDITIONS_OF_USE)?;
        let opened = bac.authenticate(&command.data, challenge, self.behaviour.hostile, &mut self.rng)?;
        self.volatile.next_session = Some((opened.session, Access::Bac));
        Ok(Response::ok(opened.answer))
    }

    fn refuse_le(&self, command: &Command) -> Result<(), StatusWord> {
        if command.ne.is_some() && self.behaviour.has(Quirk::NoLeInSelect) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        Ok(())
    }

    fn fail_pace_at(&self, step: PaceStep) -> Result<(), StatusWord> {
        match self.behaviour.pace_failure_at(step) {
            Some(status) => Err(StatusWord(status)),
            None => Ok(()),
        }
    }

    /// MSE:Set AT for PACE: chooses offer and password.
    fn select_pace(&mut self, command: &Command) -> Outcome {
        self.refuse_le(command)?;
        if self.secrets.pace.is_empty() {
            return Err(StatusWord::WRONG_DATA);
        }
        let template = Template::parse(&command.data)?;
        let protocol = template.protocol()?;
        let [password] = *template.password.ok_or(StatusWord::WRONG_DATA)? else {
            return Err(StatusWord::WRONG_DATA);
        };
        self.fail_pace_at(PaceStep::Selection)?;
        let named: Vec<_> = self.secrets.pace.iter().filter(|offer| offer.oid() == protocol).collect();
        if named.is_empty() {
            return Err(StatusWord::WRONG_DATA);
        }
        let offer = match template.reference {
            None => match named.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            Some(reference) => named.into_iter().find(|offer| [offer.group.parameter_id()] == *reference),
        };
        let offer = *offer.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let password =
            self.secrets.pace_password(password, offer.cipher).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let run = pace::Run::new(offer, password, self.behaviour.hostile);
        self.volatile.protocol = Protocol::Pace(Box::new(run), offer.group);
        Ok(Response::ok([]))
    }

    fn general_authenticate(&mut self, command: &Command) -> Outcome {
        let dynamic = tlv::single(&command.data, 0x7C).map_err(|_| StatusWord::WRONG_DATA)?;
        let mut objects = dynamic.children();
        let object = objects.next().map_err(|_| StatusWord::WRONG_DATA)?;
        objects.finish().map_err(|_| StatusWord::WRONG_DATA)?;
        let chained = command.cla & CHAINING != 0;
        match std::mem::replace(&mut self.volatile.protocol, Protocol::None) {
            Protocol::None => Err(StatusWord::CONDITIONS_OF_USE),
            Protocol::Pace(run, group) => {
                let step = pace::step_of(object.map(|object| object.tag)).ok_or(StatusWord::WRONG_DATA)?;
                let value = object.map(|object| object.value).unwrap_or_default();
                self.pace_step(run, group, step, value, chained)
            }
            Protocol::ChipAuthentication { key, cipher } => {
                let public = match object {
                    Some(object) if object.tag == 0x80 && !chained => object.value,
                    _ => return Err(StatusWord::WRONG_DATA),
                };
                self.agree_chip_authentication(key, cipher, public)?;
                Ok(Response::ok(tlv::write(0x7C, &[])))
            }
        }
    }

    fn pace_step(
        &mut self,
        mut run: Box<pace::Run>,
        group: groups::Group,
        step: PaceStep,
        value: &[u8],
        chained: bool,
    ) -> Outcome {
        let last = step == PaceStep::MutualAuthentication;
        if last == chained {
            return Err(LAST_OF_CHAIN_EXPECTED);
        }
        if matches!(step, PaceStep::Mapping | PaceStep::Agreement) {
            self.private_key_operations = 2;
        }
        let static_key = self.secrets.cam_key(group);
        let answer = run.step(step, value, static_key, &mut self.rng)?;
        self.fail_pace_at(step)?;
        if let Some(session) = answer.session {
            self.volatile.next_session = Some((session, Access::Pace));
        } else {
            self.volatile.protocol = Protocol::Pace(run, group);
        }
        Ok(Response::ok(tlv::write(0x7C, &answer.objects)))
    }

    /// A closed chip runs these protocols only after access control.
    fn refuse_while_closed(&self) -> Result<(), StatusWord> {
        if self.volatile.access == Access::Closed {
            return Err(StatusWord::SECURITY_STATUS);
        }
        Ok(())
    }

    fn refuse_without_keys(&self) -> Result<(), StatusWord> {
        if self.behaviour.hostile == Some(Hostile::CloneWithoutKeys) {
            return Err(StatusWord::REFERENCE_NOT_FOUND);
        }
        Ok(())
    }

    /// Refuses Chip Authentication for want of a key, or out of ill will.
    fn refuse_chip_authentication(&self) -> Result<(), StatusWord> {
        if let Some(Hostile::ChipAuthenticationRefused { status }) = self.behaviour.hostile {
            return Err(StatusWord(status));
        }
        self.refuse_without_keys()
    }

    /// MSE:Set AT for Chip Authentication.
    fn select_chip_authentication(&mut self, command: &Command) -> Outcome {
        self.refuse_le(command)?;
        self.refuse_while_closed()?;
        self.refuse_chip_authentication()?;
        let template = Template::parse(&command.data)?;
        let protocol = template.protocol()?;
        let offers = &self.secrets.chip_authentication;
        let (key, cipher) = chip_authentication::choose(offers, Some(&protocol), template.reference)?;
        self.volatile.protocol = Protocol::ChipAuthentication { key, cipher };
        Ok(Response::ok([]))
    }

    /// MSE:Set KAT: Chip Authentication with 3DES in one command.
    fn key_agreement_template(&mut self, command: &Command) -> Outcome {
        self.refuse_le(command)?;
        self.refuse_while_closed()?;
        self.refuse_chip_authentication()?;
        let template = Template::parse(&command.data)?;
        let public = template.public_key.ok_or(StatusWord::WRONG_DATA)?;
        let offers = &self.secrets.chip_authentication;
        let (key, cipher) = chip_authentication::choose(offers, None, template.reference)?;
        self.agree_chip_authentication(key, cipher, public)?;
        Ok(Response::ok([]))
    }

    fn agree_chip_authentication(
        &mut self,
        key: usize,
        cipher: emrtd::cipher::Cipher,
        public: &[u8],
    ) -> Result<(), StatusWord> {
        self.private_key_operations = 1;
        let offer = self.secrets.chip_authentication.get(key).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let session = chip_authentication::agree(&offer.key, cipher, public)?;
        if self.behaviour.hostile != Some(Hostile::OldKeysAfterChipAuthentication) {
            self.volatile.next_session = Some((session, self.volatile.access));
        }
        Ok(())
    }

    /// INTERNAL AUTHENTICATE: Active Authentication.
    fn internal_authenticate(&mut self, command: &Command) -> Outcome {
        self.refuse_while_closed()?;
        self.refuse_without_keys()?;
        if !self.files.in_application() {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        let key = self.secrets.active_authentication.as_ref().ok_or(StatusWord::INSTRUCTION)?;
        if command.data.len() != active_authentication::CHALLENGE_BYTES || command.ne.is_none() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        self.private_key_operations = 1;
        let signature = key.sign(&command.data, &mut self.rng).map_err(|_| StatusWord::UNKNOWN)?;
        Ok(Response::ok(signature))
    }
}
