//! A terminal whose cryptography is OpenPACE's: opens a chip with PACE (generic mapping), runs Chip Authentication,
//! reads files.

use anyhow::{Context, Result, bail};
use emrtd::apdu::{Command, Response};
use emrtd::tlv::{self, Reader};
use groups::Group;

use crate::openpace::{Keys, OpenPace, Password};
use crate::openpace_messaging::Messaging;
use crate::suite::Suite;

const CHAINED: u8 = 0x10;
/// Enough of a file to learn its length, and what short commands can ask for within secure messaging of any cipher.
const HEAD: usize = 6;
const CHUNK: usize = 0xC0;

/// The terminal with a chip in front of it.
pub struct OpenPaceTerminal<T> {
    peer: OpenPace,
    transmit: T,
    messaging: Option<Messaging>,
}

impl<T: FnMut(&[u8]) -> Result<Vec<u8>>> OpenPaceTerminal<T> {
    /// `transmit` plays one command APDU to the chip.
    pub fn new(peer: OpenPace, transmit: T) -> Self {
        Self { peer, transmit, messaging: None }
    }

    /// PACE with the password that `reference` names (1 the MRZ, 2 the CAN), then secure messaging.
    pub fn pace(&mut self, suite: Suite, group: Group, reference: u8, password: Password<'_>) -> Result<()> {
        self.peer.pace(&suite.pace_name(), group.parameter_id(), password)?;
        let mut template = tlv::write(0x80, &suite.pace_oid());
        tlv::write_into(&mut template, 0x83, &[reference]);
        tlv::write_into(&mut template, 0x84, &[group.parameter_id()]);
        self.send(&Command::new(0, 0x22, 0xC1, 0xA4).with_data(template))?;

        let nonce = self.general_authenticate(CHAINED, &[], 0x80)?;
        self.peer.decrypt_nonce(&nonce)?;
        let own = self.peer.mapping_data()?;
        let chip = self.general_authenticate(CHAINED, &tlv::write(0x81, &own), 0x82)?;
        self.peer.map(&chip)?;
        let own = self.peer.ephemeral()?;
        let chip = self.general_authenticate(CHAINED, &tlv::write(0x83, &own), 0x84)?;
        self.peer.agree(&chip)?;
        let token = self.peer.token(&chip)?;
        let chip_token = self.general_authenticate(0, &tlv::write(0x85, &token), 0x86)?;
        self.peer.verify(&chip_token)?;
        self.messaging = Some(Messaging::begin(&mut self.peer, Keys::Pace, suite.cipher)?);
        Ok(())
    }

    /// Chip Authentication, version 1, against the static key of EF.DG14; then secure messaging under its keys.
    pub fn chip_authentication(&mut self, suite: Suite, group: Group, public: &[u8]) -> Result<()> {
        self.peer.chip_authentication(&suite.chip_authentication_name(), group.parameter_id())?;
        let own = self.peer.chip_authentication_ephemeral()?;
        if suite.cipher == emrtd::cipher::Cipher::TripleDes {
            self.send(&Command::new(0, 0x22, 0x41, 0xA6).with_data(tlv::write(0x91, &own)))?;
        } else {
            let template = tlv::write(0x80, &suite.chip_authentication_oid());
            self.send(&Command::new(0, 0x22, 0x41, 0xA4).with_data(template))?;
            let data = tlv::write(0x7C, &tlv::write(0x80, &own));
            self.send(&authenticate(0, data))?;
        }
        self.peer.chip_authentication_agree(public)?;
        self.messaging = Some(Messaging::begin(&mut self.peer, Keys::ChipAuthentication, suite.cipher)?);
        Ok(())
    }

    /// Selects the application of travel documents.
    pub fn select_application(&mut self) -> Result<()> {
        let name = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
        self.send(&Command::new(0, 0xA4, 0x04, 0x0C).with_data(name)).map(drop)
    }

    /// Selects a file and reads it, as long as its first data object says.
    pub fn read(&mut self, file_id: u16) -> Result<Vec<u8>> {
        self.send(&Command::new(0, 0xA4, 0x02, 0x0C).with_data(file_id.to_be_bytes()))?;
        let mut bytes = Vec::new();
        let mut total = HEAD;
        while bytes.len() < total {
            let [high, low] = u16::try_from(bytes.len())?.to_be_bytes();
            let ask = u32::try_from(CHUNK.min(total - bytes.len()))?;
            let part = self.send(&Command::new(0, 0xB0, high, low).expecting(ask))?;
            if part.is_empty() {
                bail!("the file {file_id:04X} ends within its data object");
            }
            bytes.extend_from_slice(&part);
            total = tlv::header(&bytes)?.total_len().context("a file of impossible length")?;
        }
        bytes.truncate(total);
        Ok(bytes)
    }

    fn general_authenticate(&mut self, class: u8, object: &[u8], expected: u32) -> Result<Vec<u8>> {
        let answer = self.send(&authenticate(class, tlv::write(0x7C, object)))?;
        let content = tlv::single(&answer, 0x7C)?.value;
        Ok(Reader::new(content).expect(expected)?.value.to_vec())
    }

    /// Plays a command, secured if secure messaging is on; an error unless the chip answers 9000.
    fn send(&mut self, command: &Command) -> Result<Vec<u8>> {
        let response = match &mut self.messaging {
            None => Response::parse(&(self.transmit)(&command.encode()?)?)?,
            Some(messaging) => {
                let secured = messaging.protect_command(&mut self.peer, command)?;
                let answer = (self.transmit)(&secured)?;
                messaging.open_response(&mut self.peer, &answer)?
            }
        };
        if !response.sw.is_ok() {
            bail!("the chip answered {:?} to instruction {:02X}", response.sw, command.ins);
        }
        Ok(response.data)
    }
}

/// GENERAL AUTHENTICATE; extended where the data of a large group need it.
fn authenticate(class: u8, data: Vec<u8>) -> Command {
    let longest_answer = if data.len() > emrtd::apdu::SHORT_DATA {
        emrtd::apdu::EXTENDED_ANSWER
    } else {
        emrtd::apdu::SHORT_ANSWER
    };
    Command::new(class, 0x86, 0, 0).with_data(data).expecting(longest_answer)
}
