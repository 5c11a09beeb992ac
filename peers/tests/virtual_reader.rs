//! The private PC/SC service with its virtual reader, seen by clients that nobody here wrote.

use std::process::Command;
use std::time::Duration;

use kendt_peers::available::or_skip;
use kendt_peers::process;
use kendt_peers::reader::Reader;
use kendt_peers::vpcd::Chip;

const LIMIT: Duration = Duration::from_mins(1);

/// A chip that answers every command with the command itself and 9000, and remembers what it saw.
#[derive(Default)]
struct Echo {
    commands: Vec<Vec<u8>>,
    resets: usize,
}

impl Chip for Echo {
    fn reset(&mut self) {
        self.resets += 1;
    }

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.commands.push(command.to_vec());
        [command, &[0x90, 0x00]].concat()
    }
}

#[test]
fn a_foreign_client_sees_the_card_come_and_go_and_gets_its_answers() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let list = |reader: &Reader| {
        process::run(reader.client(Command::new("opensc-tool").arg("-l")), LIMIT)
            .expect("opensc-tool runs")
            .text
    };
    assert!(list(&reader).contains("No   "), "no card yet: {}", list(&reader));

    let card = reader.insert(Echo::default()).expect("the card is noticed");
    let command = "00:A4:04:0C:07:A0:00:00:02:47:10:01";
    let answer =
        process::run(reader.client(Command::new("opensc-tool").args(["-r", "0", "-s", command])), LIMIT)
            .expect("opensc-tool runs");
    assert!(answer.success, "{}", answer.text);
    assert!(answer.text.contains("SW1=0x90, SW2=0x00"), "{}", answer.text);
    let chip = card.remove().expect("the chip did not panic");
    let sent = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
    assert!(chip.commands.iter().any(|seen| seen == &sent), "the chip saw {:02X?}", chip.commands);
    assert!(chip.resets > 0, "connecting powers the card on");

    let gone = process::wait_until(LIMIT, || (!list(&reader).contains("Yes")).then_some(()));
    assert!(gone.is_some(), "the card was taken out: {}", list(&reader));
}

#[test]
fn two_services_at_a_time_do_not_see_each_others_cards() {
    let Some(first) = or_skip("the virtual reader", Reader::start()) else { return };
    let Some(second) = or_skip("the virtual reader", Reader::start()) else { return };
    let card = first.insert(Echo::default()).expect("the card is noticed");
    let list =
        process::run(second.client(Command::new("opensc-tool").arg("-l")), LIMIT).expect("opensc-tool runs");
    assert!(list.text.contains("Virtual PCD") && !list.text.contains("Yes"), "{}", list.text);
    drop(card);
}

#[test]
fn the_service_ends_with_its_owner() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let mut command = Command::new("true");
    reader.client(&mut command);
    let socket = command
        .get_envs()
        .find_map(|(name, value)| (name == "PCSCLITE_CSOCK_NAME").then_some(value?))
        .map(std::path::PathBuf::from)
        .expect("clients are told the socket");
    assert!(socket.exists());
    drop(reader);
    assert!(!socket.exists());
}
