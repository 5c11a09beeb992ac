//! Command and response APDUs.

use emrtd::apdu::{Command, EXTENDED_ANSWER, Response};

use crate::input::{Input, Output};
use crate::oracle::sound;

/// The input as a command, as an answer, and as the parts of a command.
pub fn run(bytes: &[u8]) {
    check_command(bytes);
    check_response(bytes);
    check_parts(&mut Input::new(bytes));
}

fn check_command(bytes: &[u8]) {
    let Some(command) = sound(bytes, Command::parse(bytes)) else { return };
    assert!(command.data.len() + 4 <= bytes.len());
    assert!(command.ne.is_none_or(|ne| (1..=EXTENDED_ANSWER).contains(&ne)));
    let encoded = command.encode().expect("what fitted into an APDU fits again");
    assert!(encoded.len() <= bytes.len(), "the form chosen is longer than the one read");
    assert_eq!(Command::parse(&encoded), Ok(command));
}

fn check_response(bytes: &[u8]) {
    let Some(response) = sound(bytes, Response::parse(bytes)) else { return };
    assert_eq!(response.encode(), bytes);
    let sw = response.sw;
    assert!(sw.more_available().is_none_or(|more| (1..=256).contains(&more)));
    assert!(sw.exact_length().is_none_or(|exact| (1..=256).contains(&exact)));
}

/// A command survives the wire, and its links carry its data.
fn check_parts(input: &mut Input<'_>) {
    let mut command = Command::new(input.byte() & !0x10, input.byte(), input.byte(), input.byte());
    if input.flag() {
        command = command.expecting(u32::from(input.word()) * 2);
    }
    let longest = usize::from(input.word());
    command = command.with_data(input.rest());
    let encoded = command.encode().expect("the fuzzer's inputs fit into an APDU");
    assert_eq!(Command::parse(&encoded).as_ref(), Ok(&command));
    let links = command.chained(longest);
    let joined: Vec<u8> = links.iter().flat_map(|link| link.data.iter().copied()).collect();
    assert_eq!(joined, command.data);
    let (last, others) = links.split_last().expect("there is always a last link");
    assert_eq!((last.cla, last.ne), (command.cla, command.ne));
    assert!(others.iter().all(|link| link.cla == command.cla | 0x10 && link.ne.is_none()));
    assert!(links.len() == 1 || links.iter().all(|link| link.data.len() <= longest.max(1)));
}

/// One of each form, short and extended.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        vec![0x00, 0xA4, 0x04, 0x0C],
        vec![0x00, 0xB0, 0x9C, 0x00, 0x00],
        vec![0x00, 0xB0, 0x9C, 0x00, 0x00, 0x00, 0x00],
        vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1E, 0x00],
        vec![0x00, 0x88, 0x00, 0x00, 0x00, 0x00, 0x01, 0xAA, 0x00, 0x00],
        vec![0x90, 0x00],
        vec![0x61, 0x00],
        vec![0x6C, 0x12],
    ];
    let parts = Output::new().raw(&[0x00, 0x86, 0x00, 0x00, 1, 0x80, 0x00, 0x00, 0x10]);
    seeds.push(parts.raw(&[0xAB; 70]).done());
    seeds
}
