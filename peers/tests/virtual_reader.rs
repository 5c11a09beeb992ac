//! The private PC/SC service with its virtual reader, seen by clients that nobody here wrote.

use std::process::Command;
use std::time::Duration;

use emrtd::apdu::StatusWord;
use kendt_peers::available::or_skip;
use kendt_peers::process::{self, Outcome};
use kendt_peers::reader::Reader;
use kendt_peers::specimen;

const LIMIT: Duration = Duration::from_mins(1);

fn opensc_tool(reader: &Reader, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("opensc-tool");
    process::run(reader.client(command.args(arguments)), LIMIT).expect("opensc-tool runs")
}

#[test]
fn a_foreign_client_sees_the_card_come_and_go_and_gets_its_answers() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    reader.wait_for_card(false).expect("there is none yet");
    let document = specimen::issue(&specimen::profile("pace-gm-ca").expect("built in")).expect("issued");
    let card = reader.insert(specimen::chip(&document).expect("a chip")).expect("the card is noticed");

    let atr = opensc_tool(&reader, &["-r", "0", "-a"]);
    assert!(atr.text.contains("3b:80:80:01:01"), "{}", atr.text);
    let select = "00:A4:04:0C:07:A0:00:00:02:47:10:01";
    let answers = opensc_tool(&reader, &["-r", "0", "-s", select, "-s", "00:B0:81:00:00"]).text;
    let (application, dg1) = answers.split_once("00 B0 81 00").expect("both commands are echoed");
    assert!(application.contains("SW1=0x90, SW2=0x00"), "{answers}");
    assert!(dg1.contains("SW1=0x69, SW2=0x82"), "DG1 is closed: {answers}");

    let chip = card.remove().expect("the chip did not panic");
    let selected = chip.exchanges().any(|exchange| {
        exchange.command.ins == 0xA4 && exchange.command.p1 == 0x04 && exchange.status == StatusWord::OK
    });
    assert!(selected, "the chip saw the command");
    reader.wait_for_card(false).expect("the card was taken out");
}

#[test]
fn two_services_at_a_time_do_not_see_each_others_cards() {
    let Some(first) = or_skip("the virtual reader", Reader::start()) else { return };
    let Some(second) = or_skip("the virtual reader", Reader::start()) else { return };
    let document = specimen::issue(&specimen::profile("open").expect("built in")).expect("issued");
    let card = first.insert(specimen::chip(&document).expect("a chip")).expect("the card is noticed");
    second.wait_for_card(false).expect("the second reader is empty");
    first.wait_for_card(true).expect("the first one is not");
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
