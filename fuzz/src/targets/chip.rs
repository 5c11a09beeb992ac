//! The simulated chip under arbitrary commands: it answers, in bounds, and never gives a file to a stranger.

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::secure_messaging::SecureMessagingError;
use emrtd_sim::chip::{Access, Chip, ChipConfig, Quirk};
use emrtd_sim::document::SpecimenDocument;

use crate::input::{Input, Output};
use crate::{specimens, terminal};

/// The longest answer: 65,536 bytes and the status word.
const LONGEST_ANSWER: usize = 65_538;
/// Most commands taken from one input.
const MOST_COMMANDS: usize = 64;

/// Command bytes as they come, to the chip of any profile with any quirk.
pub fn commands(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let document = specimens::document(input.byte());
    let quirk = usize::from(input.byte());
    let mut chip = terminal::chip(&document);
    if let Some(quirk) = Quirk::ALL.get(quirk) {
        chip = with_quirk(&document, *quirk);
    }
    let is_open = document.profile.access.is_open();
    for _ in 0..MOST_COMMANDS {
        if input.is_empty() {
            break;
        }
        let apdu = input.long_chunk();
        let answer = chip.transmit(apdu);
        assert!((2..=LONGEST_ANSWER).contains(&answer.len()), "{} bytes of answer", answer.len());
        if !is_open {
            assert_eq!(chip.access(), Access::Closed, "the chip opened without its key");
            // No file of a closed chip's application is longer than what the master file and the protocols give.
            let holds = |name: &str| {
                specimens::file(&document, name).is_some_and(|file| {
                    file.windows(32).next().is_some_and(|start| answer.windows(32).any(|part| part == start))
                })
            };
            assert!(!["EF.DG1", "EF.DG2", "EF.SOD"].into_iter().any(holds), "a file was given to a stranger");
        }
    }
}

fn with_quirk(document: &SpecimenDocument, quirk: Quirk) -> Chip {
    let mut config = ChipConfig::try_from(document).expect("built-in profiles are right");
    config.behaviour.quirks.insert(quirk);
    Chip::new(config, Box::new(specimens::rng(4))).expect("a quirk breaks no chip")
}

/// Commands under secure messaging, from a terminal that has opened the chip: every answer opens, until the chip has
/// left secure messaging.
pub fn secured(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let document = specimens::document(input.byte());
    let mut chip = terminal::chip(&document);
    let Some(mut secure) = terminal::open(&mut chip, &document) else { return };
    for _ in 0..MOST_COMMANDS {
        if input.is_empty() {
            break;
        }
        let mut command = Command::new(input.byte() & 0xF0, input.byte(), input.byte(), input.byte());
        let ne = input.word();
        if ne > 0 {
            command = command.expecting(u32::from(ne));
        }
        command = command.with_data(input.chunk());
        // What begins Chip Authentication changes the keys, which this terminal does not follow.
        let changes_keys = matches!(command.ins, 0x22 | 0x86 | 0x82);
        let Ok((apdu, awaiting)) = secure.protect(&command) else { return };
        let answer = chip.transmit(&apdu);
        assert!((2..=LONGEST_ANSWER).contains(&answer.len()), "{} bytes of answer", answer.len());
        match awaiting.open(&answer) {
            Ok(response) => assert!(response.data.len() <= LONGEST_ANSWER),
            Err(SecureMessagingError::Unprotected(sw)) => {
                assert!(sw != StatusWord::OK, "a chip in secure messaging said 9000 in plain");
                return;
            }
            Err(error) => {
                assert!(
                    changes_keys || is_cut(&answer),
                    "{command:?} was answered with what does not open: {error}"
                );
                return;
            }
        }
    }
}

/// `61xx`: the protected answer goes out in parts.
fn is_cut(answer: &[u8]) -> bool {
    Response::parse(answer).is_ok_and(|response| response.sw.more_available().is_some())
}

/// The commands of a read, each profile with some of them.
pub fn command_seeds() -> Vec<Vec<u8>> {
    let select = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
    let commands: [&[u8]; 12] = [
        &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00],
        &[0x00, 0xB0, 0x9C, 0x00, 0x00],
        &[0x00, 0xB0, 0x9C, 0x00, 0x00, 0x00, 0x00],
        &[0x00, 0x22, 0xC1, 0xA4, 0x0F, 0x80, 10, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2, 0x83, 1, 1],
        &[0x10, 0x86, 0x00, 0x00, 0x02, 0x7C, 0x00, 0x00],
        &[0x10, 0x86, 0x00, 0x00, 0x06, 0x7C, 0x04, 0x81, 0x02, 0x04, 0x01, 0x00],
        &select,
        &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01],
        &[0x00, 0xB0, 0x81, 0x00, 0x00],
        &[0x00, 0xB1, 0x00, 0x01, 0x04, 0x54, 0x02, 0x00, 0x10, 0x40],
        &[0x00, 0x84, 0x00, 0x00, 0x08],
        &[0x00, 0x88, 0x00, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 0x00],
    ];
    let mut seeds = Vec::new();
    for profile in 0..u8::try_from(specimens::names().len()).unwrap_or(u8::MAX) {
        let quirk = profile % 16;
        let head = Output::new().raw(&[profile, quirk]);
        seeds.push(commands.iter().fold(head, |seed, command| seed.long_chunk(command)).done());
    }
    seeds
}

/// Reads, selections and internal authentication under secure messaging.
pub fn secured_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for profile in 0..u8::try_from(specimens::names().len()).unwrap_or(u8::MAX) {
        let seed = Output::new()
            .raw(&[profile])
            .raw(&[0x00, 0xB0, 0x81, 0x00, 0x00, 0x10])
            .chunk(&[])
            .raw(&[0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00])
            .chunk(&[0x01, 0x02])
            .raw(&[0x00, 0xB1, 0x00, 0x00, 0x00, 0x40])
            .chunk(&[0x54, 0x02, 0x00, 0x10])
            .raw(&[0x00, 0xB0, 0x7F, 0xFF, 0x00, 0x10])
            .chunk(&[])
            .raw(&[0x00, 0x88, 0x00, 0x00, 0x01, 0x00])
            .chunk(b"kendt_AA")
            .raw(&[0x00, 0x22, 0x41, 0xA4, 0x00, 0x00])
            .chunk(&[0x80, 0x0A, 4, 0, 0x7F, 0, 7, 2, 2, 3, 2, 2]);
        seeds.push(seed.done());
    }
    seeds
}
