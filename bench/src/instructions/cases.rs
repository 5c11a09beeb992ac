//! The cases: what is prepared once, and what an iteration does.

use std::convert::Infallible;
use std::hint::black_box;

use anyhow::{Context, Result, bail};
use emrtd::access::bac::{self, Bac};
use emrtd::access::pace::{Mapping, PaceParameters};
use emrtd::access::{Password, PasswordKind};
use emrtd::apdu::{Command, Response};
use emrtd::chip_authentication::ChipAuthenticationChoice;
use emrtd::cipher::{Cipher, Key, KeyUse, pad};
use emrtd::lds::dg2::Dg2;
use emrtd::secure_messaging::{SecureMessaging, SessionKeys};
use emrtd::security_infos::{Agreement, Mapping as MappingKind, PaceProtocol};
use emrtd::session::Batching;
use emrtd::tlv;
use emrtd::transport::{Answers, Batch, TagLost, Transport, play_each};
use emrtd_sim::chip::{Chip, Timing};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::SessionCipher;
use groups::{Group, Secret};
use mrz::Mrz;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::authenticity::{Signing, Single};
use crate::drive::{Until, drive};
use crate::peer::{Subject, Task, Terminal};
use crate::specimen::{Kind, Specimen};

/// Something that can be done over and over.
pub type Iteration = Box<dyn FnMut() -> Result<()>>;

/// A hot path.
pub struct Case {
    /// Name on the command line.
    pub name: &'static str,
    /// What one iteration does.
    pub what: &'static str,
    /// Iterations of the short run.
    pub few: u32,
    /// How many more the long run makes.
    pub more: u32,
    /// Equal parts of an iteration, to which the count is reduced.
    pub parts: u32,
    prepare: fn() -> Result<Iteration>,
}

/// Chunks that one iteration of secure messaging carries, so that making the session weighs little.
const CHUNKS: u32 = 64;
const CHUNK_BYTES: usize = 223;

macro_rules! case {
    ($name:literal, $what:literal, $few:literal + $more:literal, $prepare:expr) => {
        case!($name, $what, $few + $more, 1, $prepare)
    };
    ($name:literal, $what:literal, $few:literal + $more:literal, $parts:expr, $prepare:expr) => {
        Case { name: $name, what: $what, few: $few, more: $more, parts: $parts, prepare: || $prepare }
    };
}

/// Every case.
pub const CASES: [Case; 19] = [
    case!(
        "chunk-3des",
        "Secure messaging with 3DES: protect READ BINARY, open its 223 bytes",
        1 + 4,
        CHUNKS,
        chunk(Cipher::TripleDes)
    ),
    case!("chunk-aes-128", "The same with AES-128", 1 + 20, CHUNKS, chunk(Cipher::Aes128)),
    case!("chunk-aes-192", "The same with AES-192", 1 + 20, CHUNKS, chunk(Cipher::Aes192)),
    case!("chunk-aes-256", "The same with AES-256", 1 + 20, CHUNKS, chunk(Cipher::Aes256)),
    case!("pace-p256", "PACE-GM, P-256, AES-128", 1 + 8, pace(12, SessionCipher::Aes128)),
    case!("pace-bp256", "PACE-GM, brainpoolP256r1, AES-128", 1 + 8, pace(13, SessionCipher::Aes128)),
    case!("pace-bp384", "PACE-GM, brainpoolP384r1, AES-256", 1 + 4, pace(16, SessionCipher::Aes256)),
    case!("pace-p521", "PACE-GM, P-521, AES-256", 1 + 2, pace(18, SessionCipher::Aes256)),
    case!("pace-dh", "PACE-GM, DH 2048/256, AES-128", 1 + 2, pace(2, SessionCipher::Aes128)),
    case!("ca-p256", "Chip Authentication, P-256, AES-128", 1 + 8, Ok(chip_authentication(Group::P256))),
    case!(
        "ca-bp256",
        "Chip Authentication, brainpoolP256r1, AES-128",
        1 + 8,
        Ok(chip_authentication(Group::BrainpoolP256r1))
    ),
    case!(
        "ca-bp384",
        "Chip Authentication, brainpoolP384r1, AES-128",
        1 + 4,
        Ok(chip_authentication(Group::BrainpoolP384r1))
    ),
    case!("pa-p256", "Passive Authentication, P-256, EF.DG1", 1 + 8, authentic(Signing::P256)),
    case!(
        "pa-bp256",
        "Passive Authentication, brainpoolP256r1, EF.DG1",
        1 + 8,
        authentic(Signing::BrainpoolP256r1)
    ),
    case!("bac", "Basic Access Control, from the MRZ's fields", 1 + 200, basic_access()),
    case!("mrz", "Parse a passport's MRZ", 1 + 1000, machine_readable_zone()),
    case!("dg2", "Parse EF.DG2 with a portrait of 18 kB", 1 + 500, face()),
    case!("read-pace-ca", "Whole read, PACE + CA, brainpoolP256r1, AES-128", 1 + 4, whole(Kind::REFERENCE)),
    case!("read-bac", "Whole read, BAC, 3DES", 1 + 4, whole(Kind::Bac)),
];

/// Runs a case by its name: one of [`CASES`], or `TASK-TERMINAL-both` and `TASK-TERMINAL-chip` of the comparison with
/// dmrtd.
///
/// # Errors
/// There is no such case, or it failed.
pub fn run(name: &str, iterations: u32) -> Result<()> {
    let mut iteration = match CASES.iter().find(|case| case.name == name) {
        Some(case) => (case.prepare)()?,
        None => comparison(name)?,
    };
    (0..iterations).try_for_each(|_| iteration())
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// The authority's key has its table already.
fn authentic(signing: Signing) -> Result<Iteration> {
    let document = Single::of(signing)?;
    (0..4).try_for_each(|_| document.check())?;
    Ok(Box::new(move || black_box(&document).check()))
}

fn chunk(cipher: Cipher) -> Result<Iteration> {
    let [enc, mac] = [KeyUse::Encryption, KeyUse::Authentication].map(|usage| cipher.derive(b"seed", usage));
    let answers =
        (1..=CHUNKS).map(|number| protected_answer(&enc, &mac, 2 * number)).collect::<Result<Vec<_>>>()?;
    let command = Command::new(0, 0xB0, 0x12, 0x34).expecting(u32::try_from(CHUNK_BYTES)?);
    Ok(Box::new(move || {
        let mut secure = SecureMessaging::new(SessionKeys::new(enc.clone(), mac.clone()));
        for answer in &answers {
            let (bytes, awaiting) = secure.protect(black_box(&command))?;
            black_box(bytes);
            black_box(awaiting.open(answer)?);
        }
        Ok(())
    }))
}

/// The chip's answer with [`CHUNK_BYTES`] bytes of data, when its counter stands at `counter` (Doc 9303-11 §9.8).
fn protected_answer(enc: &Key, mac: &Key, counter: u32) -> Result<Vec<u8>> {
    let block = enc.cipher().block_bytes();
    let mut ssc = vec![0; block - 4];
    ssc.extend(counter.to_be_bytes());
    let cryptogram = enc.encrypt_cbc(&enc.secure_messaging_iv(&ssc)?, &pad(&[0x5A; CHUNK_BYTES], block))?;
    let mut data = tlv::write(0x87, &[&[1][..], &cryptogram].concat());
    tlv::write_into(&mut data, 0x99, &[0x90, 0]);
    let checksum = mac.mac(&[&ssc, &pad(&data, block)])?;
    tlv::write_into(&mut data, 0x8E, &checksum);
    Ok(Response::ok(data).encode())
}

/// The data of the chip's answer, which must be 9000.
fn ask(chip: &mut Chip, command: &Command) -> Result<Vec<u8>> {
    let answer = Response::parse(&chip.exchange(&command.encode()?).context("the chip is gone")?)?;
    if !answer.sw.is_ok() {
        bail!("the chip answered {}", answer.sw);
    }
    Ok(answer.data)
}

/// The terminal's side of PACE, asking `chip`.
fn agree_pace(
    parameters: PaceParameters,
    password: &Password,
    mut chip: impl FnMut(&Command) -> Result<Vec<u8>>,
) -> Result<SecureMessaging> {
    let mut rng = rng(11);
    chip(&parameters.set_authentication_template())?;
    let nonce = chip(&PaceParameters::get_nonce())?;
    let (command, mapping) = Mapping::begin(parameters, &mut rng)?;
    let (command, agreement) = mapping.finish(password, &nonce, &chip(&command)?, &mut rng)?;
    let (command, confirmation, secure) = agreement.finish(&chip(&command)?)?;
    confirmation.finish(&chip(&command)?)?;
    Ok(secure)
}

fn pace(parameter_id: u8, cipher: SessionCipher) -> Result<Iteration> {
    let specimen = Specimen::issue(Kind::PaceAndChipAuthentication { parameter_id, cipher })?;
    let group = Group::from_parameter_id(parameter_id).context("no such group")?;
    let cipher = match cipher {
        SessionCipher::TripleDes => Cipher::TripleDes,
        SessionCipher::Aes128 => Cipher::Aes128,
        SessionCipher::Aes192 => Cipher::Aes192,
        SessionCipher::Aes256 => Cipher::Aes256,
    };
    let protocol =
        PaceProtocol::new(group.kind(), MappingKind::Generic, cipher).context("no such protocol")?;
    let parameters = PaceParameters { protocol, group, password: PasswordKind::Mrz, name_group: false };
    let password = specimen.password()?;
    let mut chip = specimen.chip(Timing::default(), 1)?;
    let mut recorded = Vec::new();
    agree_pace(parameters, &password, |command| {
        let answer = ask(&mut chip, command)?;
        recorded.push(answer.clone());
        Ok(answer)
    })?;
    Ok(Box::new(move || {
        let mut answers = recorded.iter();
        let next = |_: &Command| answers.next().cloned().context("one answer too few");
        black_box(agree_pace(parameters, black_box(&password), next)?);
        Ok(())
    }))
}

fn chip_authentication(group: Group) -> Iteration {
    let key = Secret::random(group, &mut rng(12)).public();
    let choice = ChipAuthenticationChoice {
        agreement: Agreement::Ecdh,
        cipher: Cipher::Aes128,
        key,
        key_id: None,
        inferred: false,
    };
    Box::new(move || {
        black_box(black_box(&choice).begin(&mut rng(13))?);
        Ok(())
    })
}

fn basic_access() -> Result<Iteration> {
    let specimen = Specimen::issue(Kind::Bac)?;
    let mut chip = specimen.chip(Timing::default(), 1)?;
    ask(&mut chip, &Command::new(0, 0xA4, 4, 0x0C).with_data(emrtd::lds::Application::EMRTD_AID))?;
    let challenge = ask(&mut chip, &bac::get_challenge())?;
    let (command, _) = Bac::begin(&specimen.password()?, &challenge, &mut rng(14))?;
    let answer = ask(&mut chip, &command)?;
    Ok(Box::new(move || {
        let password = black_box(&specimen).password()?;
        let (command, bac) = Bac::begin(&password, &challenge, &mut rng(14))?;
        black_box(command.encode()?);
        black_box(bac.finish(&answer)?);
        Ok(())
    }))
}

fn machine_readable_zone() -> Result<Iteration> {
    let text = Specimen::issue(Kind::Bac)?.document().mrz.join("\n");
    Ok(Box::new(move || {
        black_box(Mrz::parse(black_box(&text))?);
        Ok(())
    }))
}

fn face() -> Result<Iteration> {
    let specimen = Specimen::issue(Kind::Bac)?;
    let bytes =
        specimen.document().file(ElementaryFile::DataGroup(2)).context("there is no EF.DG2")?.to_vec();
    Ok(Box::new(move || {
        black_box(Dg2::parse(black_box(&bytes))?);
        Ok(())
    }))
}

/// Plays a chip and remembers, or plays what was remembered.
enum Tape {
    Record { chip: Box<Chip>, answers: Vec<Answers> },
    Replay { answers: Vec<Answers>, next: usize },
}

impl Transport for Tape {
    type Error = Infallible;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Infallible> {
        match self {
            Tape::Record { chip, answers } => {
                let Ok(played) =
                    play_each::<Infallible>(batch, |apdu| Ok(chip.exchange(apdu).ok_or(TagLost)));
                answers.push(played.clone());
                Ok(played)
            }
            Tape::Replay { answers, next } => {
                *next += 1;
                Ok(answers[*next - 1].clone())
            }
        }
    }

    fn await_tag(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn whole(kind: Kind) -> Result<Iteration> {
    let specimen = Specimen::issue(kind)?;
    let chip = Box::new(specimen.chip(Timing::default(), 1)?);
    let read =
        move |tape: &mut Tape| drive(specimen.options(Batching::Batched, false)?, rng(15), tape, Until::Done);
    let mut tape = Tape::Record { chip, answers: Vec::new() };
    read(&mut tape)?;
    let answers = match tape {
        Tape::Record { answers, .. } | Tape::Replay { answers, .. } => answers,
    };
    let mut tape = Tape::Replay { answers, next: 0 };
    Ok(Box::new(move || {
        if let Tape::Replay { next, .. } = &mut tape {
            *next = 0;
        }
        black_box(read(&mut tape)?);
        Ok(())
    }))
}

/// Terminal and chip together, or the chip alone with the commands that it got: the difference is the terminal's.
/// Each iteration makes the chip anew, so that its own choices fit the recorded commands.
fn comparison(name: &str) -> Result<Iteration> {
    let unknown = || format!("there is no case {name}");
    let task = Task::ALL.into_iter().find(|task| name.starts_with(task.name())).with_context(unknown)?;
    let (terminal, alone) = match &name[task.name().len()..] {
        "-kendt-both" => (Terminal::Kendt, false),
        "-kendt-chip" => (Terminal::Kendt, true),
        "-dmrtd-both" => (Terminal::Dmrtd, false),
        "-dmrtd-chip" => (Terminal::Dmrtd, true),
        _ => bail!(unknown()),
    };
    let subject = Subject::new(task)?;
    if !alone {
        return Ok(Box::new(move || {
            let mut chip = subject.chip()?;
            black_box(subject.run(terminal, 16, |apdu| chip.exchange(apdu).ok_or(TagLost))?);
            Ok(())
        }));
    }
    let mut commands = Vec::new();
    let mut chip = subject.chip()?;
    subject.run(terminal, 16, |apdu| {
        commands.push(apdu.to_vec());
        chip.exchange(apdu).ok_or(TagLost)
    })?;
    Ok(Box::new(move || {
        let mut chip = subject.chip()?;
        for command in &commands {
            black_box(chip.exchange(command).context("the chip is gone")?);
        }
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_runs() {
        for case in &CASES {
            run(case.name, 2).unwrap_or_else(|error| panic!("{}: {error:#}", case.name));
        }
    }

    #[test]
    fn every_comparison_runs() {
        for task in Task::ALL {
            for rest in ["kendt-both", "kendt-chip", "dmrtd-both", "dmrtd-chip"] {
                let name = format!("{}-{rest}", task.name());
                run(&name, 2).unwrap_or_else(|error| panic!("{name}: {error:#}"));
            }
        }
    }

    #[test]
    fn an_unknown_case_is_refused() {
        assert!(run("no-such-case", 1).is_err());
        assert!(run("bac-access-nobody", 1).is_err());
    }
}
