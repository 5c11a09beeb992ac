//! Secure messaging with OpenPACE's ciphers, both sides (Doc 9303-11 §9.8): who has the other's keys reads the other.

use anyhow::{Context, Result, bail};
use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::cipher::{Cipher, pad, unpadded_length};
use emrtd::tlv::{self, Reader};

use crate::openpace::{Keys, OpenPace};

const SECURED: u8 = 0x0C;

/// One side's send sequence counter, and the block length of its cipher.
pub struct Messaging {
    block: usize,
    counter: u64,
}

impl Messaging {
    /// Begins anew, counter at zero, under the keys of that protocol.
    pub fn begin(peer: &mut OpenPace, keys: Keys, cipher: Cipher) -> Result<Self> {
        peer.secure(keys)?;
        Ok(Self { block: cipher.block_bytes(), counter: 0 })
    }

    /// Terminal: a command as it travels.
    pub fn protect_command(&mut self, peer: &mut OpenPace, command: &Command) -> Result<Vec<u8>> {
        self.count();
        let secured = Command::new(command.cla | SECURED, command.ins, command.p1, command.p2);
        let mut objects = Vec::new();
        if !command.data.is_empty() {
            objects = self.encrypted(peer, command.ins, &command.data)?;
        }
        if let Some(ne) = command.ne {
            let [_, _, high, low] = ne.to_be_bytes();
            let le = if command.is_extended() { vec![high, low] } else { vec![low] };
            tlv::write_into(&mut objects, 0x97, &le);
        }
        let code = self.command_code(peer, &secured, &objects)?;
        tlv::write_into(&mut objects, 0x8E, &code);
        let longest_answer = if command.is_extended() || objects.len() > 255 { 65_536 } else { 256 };
        Ok(secured.with_data(objects).expecting(longest_answer).encode()?)
    }

    /// Chip: what a command says, if its code is right.
    pub fn open_command(&mut self, peer: &mut OpenPace, secured: &Command) -> Result<Command> {
        self.count();
        let mut objects = Reader::new(&secured.data);
        let mut command = Command::new(secured.cla & !SECURED, secured.ins, secured.p1, secured.p2);
        let mut coded = Vec::new();
        while let Some(object) = objects.next()? {
            match object.tag {
                0x85 | 0x87 => command.data = self.decrypted(peer, object.tag, object.value)?,
                0x97 => {
                    command.ne = Some(match *object.value {
                        [0] => 256,
                        [0, 0] => 65_536,
                        [low] => low.into(),
                        [high, low] => u16::from_be_bytes([high, low]).into(),
                        _ => bail!("DO97 of {} bytes", object.value.len()),
                    });
                }
                0x8E => {
                    if object.value != self.command_code(peer, secured, &coded)? {
                        bail!("the command's code is wrong");
                    }
                    return Ok(command);
                }
                unknown => bail!("data object {unknown:02X} in a command"),
            }
            tlv::write_into(&mut coded, object.tag, object.value);
        }
        bail!("the command carries no code")
    }

    /// Chip: an answer as it travels. `ins` is that of the command, whose parity decides about the data object.
    pub fn protect_response(&mut self, peer: &mut OpenPace, ins: u8, response: &Response) -> Result<Vec<u8>> {
        self.count();
        let mut objects = Vec::new();
        if !response.data.is_empty() {
            objects = self.encrypted(peer, ins, &response.data)?;
        }
        tlv::write_into(&mut objects, 0x99, &response.sw.0.to_be_bytes());
        let code = peer.mac(self.counter, &pad(&objects, self.block))?;
        tlv::write_into(&mut objects, 0x8E, &code);
        Ok(Response { data: objects, sw: response.sw }.encode())
    }

    /// Terminal: what an answer says, if its code is right.
    pub fn open_response(&mut self, peer: &mut OpenPace, answer: &[u8]) -> Result<Response> {
        self.count();
        let secured = Response::parse(answer)?;
        let mut objects = Reader::new(&secured.data);
        let mut coded = Vec::new();
        let mut response = Response::status(secured.sw);
        let mut status = None;
        while let Some(object) = objects.next()? {
            match object.tag {
                0x85 | 0x87 => response.data = self.decrypted(peer, object.tag, object.value)?,
                0x99 => status = Some(StatusWord(u16::from_be_bytes(object.value.try_into()?))),
                0x8E => {
                    if object.value != peer.mac(self.counter, &pad(&coded, self.block))? {
                        bail!("the answer's code is wrong");
                    }
                    response.sw = status.context("the answer carries no status word")?;
                    return Ok(response);
                }
                unknown => bail!("data object {unknown:02X} in an answer"),
            }
            tlv::write_into(&mut coded, object.tag, object.value);
        }
        bail!("the chip answered {:?} outside secure messaging", secured.sw)
    }

    fn count(&mut self) {
        self.counter = self.counter.wrapping_add(1);
    }

    fn command_code(&self, peer: &mut OpenPace, secured: &Command, objects: &[u8]) -> Result<Vec<u8>> {
        let header = [secured.cla, secured.ins, secured.p1, secured.p2];
        let mut message = pad(&header, self.block).to_vec();
        if !objects.is_empty() {
            message.extend_from_slice(&pad(objects, self.block));
        }
        peer.mac(self.counter, &message)
    }

    /// DO87 with a padding indicator; for odd instructions, whose data are data objects, DO85 without.
    fn encrypted(&self, peer: &mut OpenPace, ins: u8, data: &[u8]) -> Result<Vec<u8>> {
        let ciphertext = peer.encrypt(self.counter, &pad(data, self.block))?;
        Ok(if ins & 1 == 1 {
            tlv::write(0x85, &ciphertext)
        } else {
            tlv::write(0x87, &[&[0x01], ciphertext.as_slice()].concat())
        })
    }

    fn decrypted(&self, peer: &mut OpenPace, tag: u32, value: &[u8]) -> Result<Vec<u8>> {
        let ((0x87, [0x01, ciphertext @ ..]) | (0x85, ciphertext)) = (tag, value) else {
            bail!("an unknown padding indicator");
        };
        let mut padded = peer.decrypt(self.counter, ciphertext)?;
        padded.truncate(unpadded_length(&padded, self.block)?);
        Ok(padded)
    }
}
