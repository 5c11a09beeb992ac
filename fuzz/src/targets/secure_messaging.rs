//! Opening protected answers: against someone in between who has no keys, and against a chip that has them.

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::cipher::{Cipher, Key, KeyUse, pad};
use emrtd::secure_messaging::{Awaiting, SecureMessaging, SecureMessagingError, SessionKeys};
use emrtd::tlv;

use crate::input::{Input, Output};
use crate::oracle::{explained, sound};

const SEED: &[u8] = b"the seed of a fuzzed session";
/// What the chip of [`forged`] says.
const PLAIN: &[u8] = b"data of a data group";

/// A session under fresh keys.
fn session(cipher: Cipher) -> SecureMessaging {
    SecureMessaging::new(SessionKeys::derive(cipher, SEED))
}

/// The session's next command, and what opens its answer.
fn exchange(session: &mut SecureMessaging, odd: bool) -> Awaiting {
    let ins = if odd { 0xB1 } else { 0xB0 };
    let command = Command::new(0, ins, 0, 0).with_data([0x54, 0x01, 0x00]).expecting(64);
    let (protected, awaiting) = session.protect(&command).expect("a short command can be protected");
    assert!(protected.len() <= 64);
    awaiting
}

/// The chip's side of the same keys: the counter of the first answer is two.
struct ChipSide {
    encryption: Key,
    authentication: Key,
    counter: Vec<u8>,
    block: usize,
}

impl ChipSide {
    fn new(cipher: Cipher) -> Self {
        let block = cipher.block_bytes();
        let mut counter = vec![0; block];
        counter[block - 1] = 2;
        Self {
            encryption: cipher.derive(SEED, KeyUse::Encryption),
            authentication: cipher.derive(SEED, KeyUse::Authentication),
            counter,
            block,
        }
    }

    fn encrypt(&self, padded: &[u8]) -> Vec<u8> {
        let iv = self.encryption.secure_messaging_iv(&self.counter).expect("the counter is a block");
        self.encryption.encrypt_cbc(&iv, padded).expect("whole blocks")
    }

    fn mac(&self, objects: &[u8]) -> [u8; 8] {
        self.authentication.mac(&[&self.counter, &pad(objects, self.block)]).expect("whole blocks")
    }

    fn answer(&self, data: &[u8], odd: bool, sw: StatusWord) -> Vec<u8> {
        let mut objects = Vec::new();
        if !data.is_empty() {
            let secret = self.encrypt(&pad(data, self.block));
            if odd {
                tlv::write_into(&mut objects, 0x85, &secret);
            } else {
                tlv::write_into(&mut objects, 0x87, &[&[1], &secret[..]].concat());
            }
        }
        tlv::write_into(&mut objects, 0x99, &sw.0.to_be_bytes());
        let mac = self.mac(&objects);
        tlv::write_into(&mut objects, 0x8E, &mac);
        Response { data: objects, sw }.encode()
    }
}

/// Whoever has no keys cannot make an answer: what opens says what the chip said.
///
/// The first byte chooses cipher and instruction; the rest is the answer.
pub fn forged(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (cipher, odd) = (input.choose(&Cipher::ALL), input.flag());
    let answer = input.rest();
    let mut session = session(cipher);
    let (first, second) = (exchange(&mut session, odd), exchange(&mut session, odd));
    if let Some(opened) = sound(bytes, first.open(answer)) {
        let said = Response { data: PLAIN.to_vec(), sw: StatusWord::OK };
        assert!(opened == said, "an answer was opened that the chip did not give");
    }
    assert!(second.open(answer).is_err(), "the answer to an earlier command was opened again");
}

/// A chip with keys that builds its answers oddly, under a right MAC: what is accepted is what was put in.
pub fn built(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (cipher, odd) = (input.choose(&Cipher::ALL), input.flag());
    let chip = ChipSide::new(cipher);
    let mut answer = OddAnswer::right(&chip, odd, StatusWord(input.word()), input.chunk());
    for _ in 0..input.byte() % 4 {
        answer.change(&chip, &mut input);
    }
    let opened = exchange(&mut session(cipher), odd).open(&answer.encode(&chip));
    match (opened, answer.meaning(&chip, odd)) {
        (Ok(opened), Some(meaning)) => assert!(opened == meaning, "other data came out than went in"),
        (Ok(_), None) => unreachable_answer(&answer),
        (Err(error), None) => explained(bytes, &error),
        (Err(error), Some(_)) => refused_answer(&answer, &error),
    }
}

fn unreachable_answer(answer: &OddAnswer) {
    assert_eq!(answer.sw, None, "an answer that is not built as it must be was opened: {answer:?}");
}

fn refused_answer(answer: &OddAnswer, error: &SecureMessagingError) {
    assert_eq!(answer.sw, None, "a right answer was refused: {error}, {answer:?}");
}

/// An answer in its parts, each of which may be wrong.
#[derive(Debug)]
struct OddAnswer {
    cryptogram: Option<Cryptogram>,
    /// Content of data object 99.
    status: Vec<u8>,
    /// The status word outside.
    sw: Option<StatusWord>,
    /// How far the objects are turned round.
    turned: usize,
    /// An object that has no place in an answer.
    extra: Option<(u32, Vec<u8>)>,
    mac_is_wrong: bool,
    tail: Vec<u8>,
}

#[derive(Debug)]
struct Cryptogram {
    tag: u32,
    /// The padding indicator, which only data object 87 has.
    indicator: u8,
    secret: Vec<u8>,
    /// What was encrypted; `None` if the secret is no whole number of blocks.
    padded: Option<Vec<u8>>,
}

impl Cryptogram {
    fn of(chip: &ChipSide, odd: bool, padded: Vec<u8>) -> Self {
        let secret = chip.encrypt(&padded);
        Self { tag: if odd { 0x85 } else { 0x87 }, indicator: 1, secret, padded: Some(padded) }
    }
}

impl OddAnswer {
    fn right(chip: &ChipSide, odd: bool, sw: StatusWord, data: &[u8]) -> Self {
        let padded = pad(data, chip.block).to_vec();
        Self {
            cryptogram: (!data.is_empty()).then(|| Cryptogram::of(chip, odd, padded)),
            status: sw.0.to_be_bytes().to_vec(),
            sw: Some(sw),
            turned: 0,
            extra: None,
            mac_is_wrong: false,
            tail: Vec::new(),
        }
    }

    fn change(&mut self, chip: &ChipSide, input: &mut Input<'_>) {
        match input.byte() % 10 {
            0 => {
                // A padding of the chip's own making.
                let blocks = input.chunk();
                let whole = blocks.len() / chip.block * chip.block;
                let odd = self.cryptogram.as_ref().is_some_and(|object| object.tag == 0x85);
                self.cryptogram = Some(Cryptogram::of(chip, odd, blocks[..whole].to_vec()));
            }
            1 => {
                if let Some(object) = &mut self.cryptogram {
                    object.secret = input.chunk().to_vec();
                    if object.secret.len().is_multiple_of(chip.block) && !object.secret.is_empty() {
                        // Whole blocks could by chance decrypt to something padded.
                        object.secret.push(0);
                    }
                    object.padded = None;
                }
            }
            2 => {
                if let Some(object) = &mut self.cryptogram {
                    object.indicator = input.byte();
                }
            }
            3 => self.status = input.chunk().to_vec(),
            4 => self.sw = Some(StatusWord(input.word())),
            5 => self.turned = usize::from(input.byte() % 3),
            6 => {
                let tag = u32::from(input.choose(&[0x80_u8, 0x99, 0x8E, 0x97, 0x81]));
                self.extra = Some((tag, input.chunk().to_vec()));
            }
            7 => self.mac_is_wrong = true,
            8 => self.tail = input.chunk().to_vec(),
            _ => {
                // The object of the other kind of instruction.
                if let Some(object) = &mut self.cryptogram {
                    object.tag ^= 0x85 ^ 0x87;
                }
            }
        }
    }

    fn encode(&self, chip: &ChipSide) -> Vec<u8> {
        let cryptogram = self.cryptogram.as_ref().map_or_else(Vec::new, |object| match object.tag {
            0x85 => tlv::write(0x85, &object.secret),
            tag => tlv::write(tag, &[&[object.indicator], &object.secret[..]].concat()),
        });
        let extra = self.extra.as_ref().map_or_else(Vec::new, |(tag, value)| tlv::write(*tag, value));
        let mut order = [cryptogram, extra, tlv::write(0x99, &self.status)];
        order.rotate_left(self.turned);
        let mut objects = order.concat();
        let mut mac = chip.mac(&objects);
        mac[0] ^= u8::from(self.mac_is_wrong);
        tlv::write_into(&mut objects, 0x8E, &mac);
        objects.extend_from_slice(&self.tail);
        Response { data: objects, sw: self.sw.unwrap_or(StatusWord::OK) }.encode()
    }

    /// What a reader may take the answer for; `None` if it must refuse it (Doc 9303-11 §9.8.4, R-018).
    fn meaning(&self, chip: &ChipSide, odd: bool) -> Option<Response> {
        let sw = self.sw?;
        let in_order = self.turned == 0 || self.cryptogram.is_none();
        let is_whole = self.extra.is_none() && self.tail.is_empty() && !self.mac_is_wrong && in_order;
        if !is_whole || self.status != sw.0.to_be_bytes() {
            return None;
        }
        let Some(object) = &self.cryptogram else { return Some(Response { data: Vec::new(), sw }) };
        // An odd instruction may be answered either way, an even one only with 87 (ISO/IEC 7816-4 §10.4).
        let fits = if object.tag == 0x85 { odd } else { object.indicator == 1 };
        let padded = object.padded.as_ref().filter(|_| fits)?;
        let marker = padded.iter().rposition(|byte| *byte != 0)?;
        let is_padded = padded[marker] == 0x80 && padded.len() - marker <= chip.block;
        is_padded.then(|| Response { data: padded[..marker].to_vec(), sw })
    }
}

/// Right answers, and answers with one fault each.
pub fn forged_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (index, cipher) in (0_u8..).zip(Cipher::ALL) {
        for odd in [false, true] {
            let answer = ChipSide::new(cipher).answer(PLAIN, odd, StatusWord::OK);
            let head = Output::new().raw(&[index, u8::from(odd)]);
            seeds.push(head.clone().raw(&answer).done());
            seeds.push(head.raw(&ChipSide::new(cipher).answer(&[], odd, StatusWord::NOT_FOUND)[..10]).done());
        }
    }
    seeds
}

/// Every step once, for every cipher.
pub fn built_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for cipher in 0..4 {
        for step in 0..10_u8 {
            let odd = step & 1;
            let head = Output::new().raw(&[cipher, odd, 0x90, 0x00]).chunk(PLAIN).raw(&[1, step]);
            seeds.push(head.chunk(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).done());
        }
    }
    seeds
}
