//! OpenPACE against itself: what its chip and its terminal claim to play must work between the two before either is
//! turned on ours.

use anyhow::Result;
use groups::{Group, Secret};
use kendt_peers::available::or_skip;
use kendt_peers::openpace::{OpenPace, Password};
use kendt_peers::openpace_chip::{Configuration, File, OpenPaceChip, StaticKey};
use kendt_peers::openpace_terminal::OpenPaceTerminal;
use kendt_peers::suite::Suite;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const EF_COM: u16 = 0x011E;

/// A file long enough to be read in several parts.
fn com() -> Vec<u8> {
    emrtd::tlv::write(0x60, &[0x5A; 700])
}

fn chip(suite: Suite, group: Group, password: &[u8], peer: OpenPace) -> OpenPaceChip {
    let key = Secret::random(group, &mut ChaCha20Rng::seed_from_u64(9));
    let chip_authentication =
        StaticKey { suite, group, private: key.to_bytes().to_vec(), public: key.public().encode() };
    let configuration = Configuration {
        pace: (suite, group),
        password: password.to_vec(),
        chip_authentication: Some(chip_authentication),
        card_access: Vec::new(),
        files: vec![File { id: EF_COM, short_id: 0x1E, bytes: com() }],
    };
    OpenPaceChip::new(configuration, peer)
}

fn static_key(group: Group) -> Vec<u8> {
    Secret::random(group, &mut ChaCha20Rng::seed_from_u64(9)).public().encode()
}

fn parties() -> Option<(OpenPace, OpenPace)> {
    Some((or_skip("OpenPACE", OpenPace::start())?, or_skip("OpenPACE", OpenPace::start())?))
}

fn read_all(suite: Suite, group: Group, of_chip: OpenPace, of_terminal: OpenPace) -> Result<()> {
    let mut chip = chip(suite, group, b"123456", of_chip);
    let mut terminal = OpenPaceTerminal::new(of_terminal, |command: &[u8]| Ok(chip.transmit(command)));
    terminal.pace(suite, group, 2, Password::Can("123456"))?;
    terminal.select_application()?;
    assert_eq!(terminal.read(EF_COM)?, com());
    terminal.chip_authentication(suite, group, &static_key(group))?;
    assert_eq!(terminal.read(EF_COM)?, com());
    Ok(())
}

#[test]
fn openpace_reads_its_own_chip_in_every_group_with_every_cipher() {
    for (suite, group) in Suite::all() {
        let Some((of_chip, of_terminal)) = parties() else { return };
        read_all(suite, group, of_chip, of_terminal)
            .unwrap_or_else(|error| panic!("{group} {:?}: {error:#}", suite.cipher));
    }
}

#[test]
fn openpace_refuses_a_wrong_password_and_a_foreign_static_key() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some((of_chip, of_terminal)) = parties() else { return };
    let mut wrong = chip(suite, group, b"123457", of_chip);
    let mut terminal = OpenPaceTerminal::new(of_terminal, |command: &[u8]| Ok(wrong.transmit(command)));
    let error = terminal.pace(suite, group, 2, Password::Can("123456")).expect_err("the passwords differ");
    assert!(error.to_string().contains("6300"), "{error:#}");

    let Some((of_chip, of_terminal)) = parties() else { return };
    let mut clone = chip(suite, group, b"123456", of_chip);
    let mut terminal = OpenPaceTerminal::new(of_terminal, |command: &[u8]| Ok(clone.transmit(command)));
    terminal.pace(suite, group, 2, Password::Can("123456")).expect("the passwords agree");
    let foreign = Secret::random(group, &mut ChaCha20Rng::seed_from_u64(10)).public().encode();
    terminal.chip_authentication(suite, group, &foreign).expect("the chip cannot notice");
    terminal.read(EF_COM).expect_err("the chip has not that key");
}

#[test]
fn openpace_hashes_the_mrz_of_an_identity_card_as_doc_9303_does() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some((of_chip, of_terminal)) = parties() else { return };
    // The card of Doc 9303-11 appendix G.1; the hash is that of its MRZ information T22000129364081251010318.
    let lines = "I<UTOT220001293<<<<<<<<<<<<<<<6408125F1010318D<<<<<<<<<<<<<<0MUSTERMANN<<ERIKA<<<<<<<<<<<<<";
    let hash = hex::decode("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD").expect("hexadecimal");
    let mut chip = chip(suite, group, &hash, of_chip);
    let mut terminal = OpenPaceTerminal::new(of_terminal, |command: &[u8]| Ok(chip.transmit(command)));
    terminal.pace(suite, group, 1, Password::Td1Mrz(lines)).expect("same password");
}
