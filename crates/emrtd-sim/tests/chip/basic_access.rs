//! Basic Access Control, and the life and end of secure messaging.

use emrtd::apdu::Command;
use emrtd_sim::chip::{Access, AccessConfig, ChipConfig, ChipConfigError};

use crate::support::{EF_COM, MRZ_INFORMATION, chip, config, rng};
use crate::terminal::{Terminal, Wrong, read, select_application, select_file};

fn opened() -> Terminal {
    let mut terminal = Terminal::new(chip(config()));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

#[test]
fn the_right_mrz_opens_and_another_does_not() {
    let terminal = opened();
    assert_eq!(terminal.chip.access(), Access::Bac);

    let mut terminal = Terminal::new(chip(config()));
    let refused = terminal.basic_access("L898902C<369080619406237").unwrap_err();
    assert_eq!(refused.0, 0x6300);
    assert_eq!(terminal.chip.access(), Access::Closed);
    terminal.basic_access(MRZ_INFORMATION).unwrap();
}

#[test]
fn a_challenge_serves_once() {
    let mut terminal = Terminal::new(chip(config()));
    terminal.send(&select_application());
    let authenticate = Command::new(0, 0x82, 0, 0).with_data([0; 40]).expecting(40);
    assert_eq!(terminal.status(&authenticate), 0x6985, "no challenge yet");
    terminal.send(&Command::new(0, 0x84, 0, 0).expecting(8));
    assert_eq!(terminal.status(&authenticate), 0x6300);
    assert_eq!(terminal.status(&authenticate), 0x6985, "used up");
    terminal.send(&Command::new(0, 0x84, 0, 0).expecting(8));
    assert_eq!(terminal.status(&authenticate.clone().with_data([0; 39])), 0x6700);
    assert_eq!(terminal.status(&Command::new(0, 0x84, 0, 0)), 0x6700);
}

#[test]
fn bac_needs_the_application_and_its_keys() {
    let mut terminal = Terminal::new(chip(config()));
    terminal.send(&Command::new(0, 0x84, 0, 0).expecting(8));
    let authenticate = Command::new(0, 0x82, 0, 0).with_data([0; 40]).expecting(40);
    assert_eq!(terminal.status(&authenticate), 0x6985);

    let access = AccessConfig { bac: true, ..AccessConfig::default() };
    let error = emrtd_sim::chip::Chip::new(ChipConfig { access, ..config() }, Box::new(rng(1))).unwrap_err();
    assert!(matches!(error, ChipConfigError::BacWithoutMrz));
}

#[test]
fn an_answer_that_the_terminal_does_not_take_opens_nothing() {
    let mut terminal = Terminal::new(chip(config()));
    terminal.answer_expected = 39;
    assert_eq!(terminal.basic_access(MRZ_INFORMATION).unwrap_err().0, 0x6700);
    assert_eq!(terminal.chip.access(), Access::Closed);
    assert!(!terminal.chip.in_secure_messaging());
}

#[test]
fn errors_are_answered_inside_secure_messaging_which_goes_on() {
    let mut terminal = opened();
    assert_eq!(terminal.status(&select_file(0x0110)), 0x6A82);
    assert_eq!(terminal.status(&select_file(0x0103)), 0x6982);
    assert_eq!(terminal.status(&Command::new(0, 0xD6, 0, 0)), 0x6D00);
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
    assert_eq!(terminal.send(&read(0, 22)).data, EF_COM);
}

#[test]
fn a_plain_command_ends_secure_messaging_and_access() {
    let mut terminal = opened();
    terminal.send(&select_file(0x011E));
    assert_eq!(terminal.send_plain(&read(0, 4)).sw.0, 0x6982);
    assert_eq!(terminal.chip.access(), Access::Closed);
    assert_eq!(terminal.try_send(&read(0, 4)), Err(Wrong::Unprotected(emrtd::apdu::StatusWord(0x6988))));
}

#[test]
fn a_wrong_checksum_is_6988_and_ends_secure_messaging() {
    let mut terminal = opened();
    let mut command = terminal.keys.as_mut().unwrap().protect(&select_file(0x011E));
    let last = command.data.last_mut().unwrap();
    *last ^= 1;
    assert_eq!(terminal.chip.transmit(&command.encode().unwrap()), [0x69, 0x88]);
    assert!(!terminal.chip.in_secure_messaging());
    assert_eq!(terminal.chip.access(), Access::Closed);
}

#[test]
fn a_missing_checksum_is_6987_and_ends_secure_messaging() {
    let mut terminal = opened();
    let mut command = terminal.keys.as_mut().unwrap().protect(&select_file(0x011E));
    command.data.truncate(command.data.len() - 10);
    assert_eq!(terminal.chip.transmit(&command.encode().unwrap()), [0x69, 0x87]);
    assert!(!terminal.chip.in_secure_messaging());
}

#[test]
fn a_replayed_command_is_refused() {
    let mut terminal = opened();
    let command = terminal.keys.as_mut().unwrap().protect(&select_file(0x011E)).encode().unwrap();
    assert_eq!(terminal.chip.transmit(&command).len(), 16);
    assert_eq!(terminal.chip.transmit(&command), [0x69, 0x88]);
}

#[test]
fn the_loss_of_the_field_loses_everything() {
    let mut terminal = opened();
    terminal.chip.remove();
    assert_eq!(terminal.try_send(&read(0, 4)), Err(Wrong::Gone));
    assert!(terminal.chip.transmit(&[0, 0xA4, 0, 0x0C]).is_empty());
    terminal.chip.power_on();
    assert_eq!(terminal.chip.access(), Access::Closed);
    terminal.keys = None;
    terminal.basic_access(MRZ_INFORMATION).unwrap();
}

#[test]
fn the_trace_tells_what_was_executed_in_plain() {
    let mut terminal = opened();
    terminal.send(&select_file(0x011E));
    let last = terminal.chip.exchanges().last().unwrap();
    assert_eq!((last.command.clone(), last.secured, last.status.0), (select_file(0x011E), true, 0x9000));
    assert_eq!(terminal.chip.exchanges().count(), 4);
    assert_eq!(terminal.chip.commands(), 4);
}
