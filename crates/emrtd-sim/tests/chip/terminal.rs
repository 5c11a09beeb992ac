//! A terminal as small as can be: it knows BAC, PACE with Generic Mapping, Chip Authentication and secure messaging.

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::cipher::{Cipher, Key, KeyUse, pad, unpadded_length};
use emrtd::oid::{self, Oid};
use emrtd::tlv::{self, Reader};
use emrtd_sim::chip::{Chip, EMRTD_APPLICATION};
use groups::{Element, Ephemeral, Group, Kind, Secret};
use sha1::{Digest, Sha1};

use crate::support::rng;

/// What a terminal finds wrong with a protected answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No answer at all.
    Gone,
    /// Not a response APDU.
    NotAnApdu,
    /// The bare status word of an answer without secure messaging.
    Unprotected(StatusWord),
    /// Structure, status or checksum.
    Protection(&'static str),
}

pub(crate) struct Keys {
    encryption: Key,
    authentication: Key,
    counter: u128,
}

impl Keys {
    pub(crate) fn from_secret(cipher: Cipher, secret: &[u8]) -> Keys {
        Keys {
            encryption: cipher.derive(secret, KeyUse::Encryption),
            authentication: cipher.derive(secret, KeyUse::Authentication),
            counter: 0,
        }
    }

    fn block(&self) -> usize {
        self.encryption.cipher().block_bytes()
    }

    fn counter(&self) -> Vec<u8> {
        self.counter.to_be_bytes()[16 - self.block()..].to_vec()
    }

    fn checksum(&self, message: &[u8]) -> [u8; 8] {
        self.authentication.mac(&[&pad(&[&self.counter()[..], message].concat(), self.block())]).unwrap()
    }

    pub(crate) fn protect(&mut self, command: &Command) -> Command {
        self.counter += 1;
        let mut protected = command.clone();
        protected.cla |= 0x0C;
        protected.data.clear();
        if !command.data.is_empty() {
            let iv = self.encryption.secure_messaging_iv(&self.counter()).unwrap();
            let secret = self.encryption.encrypt_cbc(&iv, &pad(&command.data, self.block())).unwrap();
            if command.ins & 1 == 1 {
                tlv::write_into(&mut protected.data, 0x85, &secret);
            } else {
                tlv::write_into(&mut protected.data, 0x87, &[&[1], &secret[..]].concat());
            }
        }
        if let Some(ne) = command.ne {
            let le = ne.to_be_bytes();
            let le = if ne <= 256 { &le[3..] } else { &le[2..] };
            tlv::write_into(&mut protected.data, 0x97, le);
        }
        let header = pad(&[protected.cla, command.ins, command.p1, command.p2], self.block());
        let checksum = self.checksum(&[&header[..], &protected.data].concat());
        tlv::write_into(&mut protected.data, 0x8E, &checksum);
        let extended = protected.data.len() > 255 || command.ne.is_some_and(|ne| ne > 256);
        protected.ne = Some(if extended { 65_536 } else { 256 });
        protected
    }

    pub(crate) fn open(&mut self, answer: &[u8]) -> Result<Response, Wrong> {
        self.counter += 1;
        let answer = Response::parse(answer).map_err(|_| Wrong::NotAnApdu)?;
        if answer.data.is_empty() {
            return Err(Wrong::Unprotected(answer.sw));
        }
        let broken = |_| Wrong::Protection("structure");
        let mut objects = Reader::new(&answer.data);
        let mut cryptogram = objects.optional(0x87).map_err(broken)?.map(|object| &object.value[1..]);
        if cryptogram.is_none() {
            cryptogram = objects.optional(0x85).map_err(broken)?.map(|object| object.value);
        }
        let status = objects.expect(0x99).map_err(broken)?.value;
        let covered = &answer.data[..objects.position()];
        let checksum = objects.expect(0x8E).map_err(broken)?.value;
        objects.finish().map_err(broken)?;
        if checksum != self.checksum(covered) {
            return Err(Wrong::Protection("checksum"));
        }
        if status != answer.sw.0.to_be_bytes() {
            return Err(Wrong::Protection("status"));
        }
        let mut data = Vec::new();
        if let Some(secret) = cryptogram {
            let iv = self.encryption.secure_messaging_iv(&self.counter()).unwrap();
            data = self.encryption.decrypt_cbc(&iv, secret).unwrap().to_vec();
            let length = unpadded_length(&data, self.block());
            data.truncate(length.map_err(|_| Wrong::Protection("padding"))?);
        }
        Ok(Response { data, sw: answer.sw })
    }
}

pub(crate) struct Terminal {
    pub(crate) chip: Chip,
    pub(crate) keys: Option<Keys>,
    /// Bytes that EXTERNAL AUTHENTICATE expects: 40, if all is to go well.
    pub(crate) answer_expected: u32,
}

pub(crate) fn select_application() -> Command {
    Command::new(0, 0xA4, 0x04, 0x0C).with_data(EMRTD_APPLICATION)
}

pub(crate) fn select_file(id: u16) -> Command {
    Command::new(0, 0xA4, 0x02, 0x0C).with_data(id.to_be_bytes())
}

pub(crate) fn read(offset: u16, ne: u32) -> Command {
    let [high, low] = offset.to_be_bytes();
    Command::new(0, 0xB0, high, low).expecting(ne)
}

pub(crate) fn read_short(id: u8, ne: u32) -> Command {
    Command::new(0, 0xB0, 0x80 | id, 0).expecting(ne)
}

pub(crate) fn general_authenticate(chained: bool, content: &[u8]) -> Command {
    let class = if chained { 0x10 } else { 0x00 };
    // The answer is as long as the command, near enough.
    let ne = if content.len() < 200 { 256 } else { 65_536 };
    Command::new(class, 0x86, 0, 0).with_data(tlv::write(0x7C, content)).expecting(ne)
}

impl Terminal {
    pub(crate) fn new(chip: Chip) -> Terminal {
        Terminal { chip, keys: None, answer_expected: 40 }
    }

    /// Sends in plain or under secure messaging, as the session stands.
    pub(crate) fn try_send(&mut self, command: &Command) -> Result<Response, Wrong> {
        match &mut self.keys {
            None => {
                let answer = self.chip.exchange(&command.encode().unwrap()).ok_or(Wrong::Gone)?;
                Response::parse(&answer).map_err(|_| Wrong::NotAnApdu)
            }
            Some(keys) => {
                let protected = keys.protect(command).encode().unwrap();
                let answer = self.chip.exchange(&protected).ok_or(Wrong::Gone)?;
                keys.open(&answer)
            }
        }
    }

    pub(crate) fn send(&mut self, command: &Command) -> Response {
        self.try_send(command).unwrap()
    }

    pub(crate) fn status(&mut self, command: &Command) -> u16 {
        self.send(command).sw.0
    }

    /// Sends a command in plain whatever the session is.
    pub(crate) fn send_plain(&mut self, command: &Command) -> Response {
        Response::parse(&self.chip.transmit(&command.encode().unwrap())).unwrap()
    }

    /// Selects the application and opens the chip with BAC.
    pub(crate) fn basic_access(&mut self, mrz_information: &str) -> Result<(), StatusWord> {
        assert_eq!(self.status(&select_application()), 0x9000);
        let seed = &Sha1::digest(mrz_information)[..16];
        let document = Keys::from_secret(Cipher::TripleDes, seed);
        let challenge = self.send(&Command::new(0, 0x84, 0, 0).expecting(8));
        if !challenge.sw.is_ok() {
            return Err(challenge.sw);
        }
        let (own, material) = ([0xA5; 8], [0x5A; 16]);
        let plain = [&own[..], &challenge.data, &material].concat();
        let mut data = document.encryption.encrypt_cbc(&[0; 8], &plain).unwrap();
        let mac = document.authentication.mac(&[&pad(&data, 8)]).unwrap();
        data.extend(mac);
        let answer = self.send(&Command::new(0, 0x82, 0, 0).with_data(data).expecting(self.answer_expected));
        if !answer.sw.is_ok() {
            return Err(answer.sw);
        }
        let (secret, mac) = answer.data.split_at(32);
        if mac != document.authentication.mac(&[&pad(secret, 8)]).unwrap() {
            return Err(StatusWord(0));
        }
        let plain = document.encryption.decrypt_cbc(&[0; 8], secret).unwrap();
        if plain[..8] != challenge.data[..] || plain[8..16] != own {
            return Err(StatusWord(1));
        }
        let seed: Vec<u8> = material.iter().zip(&plain[16..]).map(|(ifd, ic)| ifd ^ ic).collect();
        let mut keys = Keys::from_secret(Cipher::TripleDes, &seed);
        let counter = [&challenge.data[4..], &own[4..]].concat();
        keys.counter = u128::from(u64::from_be_bytes(counter.try_into().unwrap()));
        self.keys = Some(keys);
        Ok(())
    }

    /// MSE:Set AT for PACE.
    pub(crate) fn choose_pace(&mut self, protocol: &Oid, password: u8, parameters: Option<u8>) -> u16 {
        let mut data = tlv::write(0x80, protocol.as_bytes());
        tlv::write_into(&mut data, 0x83, &[password]);
        if let Some(id) = parameters {
            tlv::write_into(&mut data, 0x84, &[id]);
        }
        self.status(&Command::new(0, 0x22, 0xC1, 0xA4).with_data(data))
    }

    /// One GENERAL AUTHENTICATE; the objects inside its answer.
    fn step(&mut self, chained: bool, content: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let answer = self.send(&general_authenticate(chained, content));
        if !answer.sw.is_ok() {
            return Err(answer.sw);
        }
        Ok(tlv::single(&answer.data, 0x7C).unwrap().value.to_vec())
    }

    /// PACE with Generic Mapping after MSE:Set AT; the status word of the step that failed otherwise.
    pub(crate) fn pace_generic(
        &mut self,
        group: Group,
        cipher: Cipher,
        protocol: &Oid,
        password: &[u8],
    ) -> Result<(), StatusWord> {
        let random = &mut rng(77);
        // Encrypted Chip Authentication Data may follow the token.
        let value = |objects: &[u8], tag| Reader::new(objects).expect(tag).unwrap().value.to_vec();
        let key = cipher.derive(password, KeyUse::Password);
        let encrypted = value(&self.step(true, &[])?, 0x80);
        let nonce = key.decrypt_cbc(&vec![0; cipher.block_bytes()], &encrypted).unwrap();

        let mapping = Ephemeral::random(group, random);
        let answer = self.step(true, &tlv::write(0x81, &mapping.public().encode()))?;
        let peer = Element::decode(group, &value(&answer, 0x82)).map_err(|_| StatusWord(0x82))?;
        let generator = mapping.map_generic(&nonce, &peer).unwrap();

        let agreement = Secret::random(group, random);
        let own = agreement.public_on(&generator).unwrap().encode();
        let answer = self.step(true, &tlv::write(0x83, &own))?;
        let shown = value(&answer, 0x84);
        let peer = Element::decode(group, &shown).map_err(|_| StatusWord(0x84))?;
        let keys = Keys::from_secret(cipher, agreement.agree(&peer).unwrap().as_bytes());
        let token = |public: &[u8]| {
            let tag = if group.kind() == Kind::Dh { 0x84 } else { 0x86 };
            let object = [tlv::write(0x06, protocol.as_bytes()), tlv::write(tag, public)].concat();
            keys.authentication.mac_padded_if_needed(&tlv::write(0x7F49, &object)).unwrap()
        };
        let answer = self.step(false, &tlv::write(0x85, &token(&shown)))?;
        if value(&answer, 0x86) != token(&own) {
            return Err(StatusWord(0x86));
        }
        self.keys = Some(keys);
        Ok(())
    }

    /// PACE-GM on P-256 with AES-128 and the CAN, as the usual chip offers it.
    pub(crate) fn pace(&mut self) {
        let protocol = oid::ID_PACE_ECDH_GM.child(2);
        assert_eq!(self.choose_pace(&protocol, 2, None), 0x9000);
        self.pace_generic(Group::P256, Cipher::Aes128, &protocol, crate::support::CAN.as_bytes()).unwrap();
    }

    /// Reads the selected file to its end with reads of at most `chunk` bytes.
    pub(crate) fn read_to_end(&mut self, chunk: u32) -> Vec<u8> {
        let mut content = Vec::new();
        loop {
            let offset = u16::try_from(content.len()).unwrap();
            let answer = self.send(&read(offset, chunk));
            match answer.sw.0 {
                0x9000 if !answer.data.is_empty() => content.extend(answer.data),
                0x6282 => {
                    content.extend(answer.data);
                    return content;
                }
                0x6B00 => return content,
                other => panic!("{other:04X} at {offset}"),
            }
        }
    }
}
