//! A terminal whose cryptography is OpenPACE's opens our chip with PACE, authenticates it and reads its files: in
//! every group with every cipher.

use anyhow::Result;
use emrtd::cipher::Cipher;
use emrtd_sim::chip::Chip;
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::profile::{ChipAuthenticationProfile, SessionCipher};
use emrtd_sim::pki::ParameterEncoding;
use groups::{Group, Secret};
use kendt_peers::available::or_skip;
use kendt_peers::openpace::{OpenPace, Password};
use kendt_peers::openpace_terminal::OpenPaceTerminal;
use kendt_peers::specimen;
use kendt_peers::suite::{Suite, despite_leading_zeros};

const EF_COM: u16 = 0x011E;
const EF_DG1: u16 = 0x0101;
const CAN: u8 = 2;

fn session_cipher(cipher: Cipher) -> SessionCipher {
    match cipher {
        Cipher::TripleDes => SessionCipher::TripleDes,
        Cipher::Aes128 => SessionCipher::Aes128,
        Cipher::Aes192 => SessionCipher::Aes192,
        Cipher::Aes256 => SessionCipher::Aes256,
    }
}

/// A document whose PACE and Chip Authentication are both in that group with that cipher.
fn document(suite: Suite, group: Group) -> SpecimenDocument {
    let cipher = session_cipher(suite.cipher);
    let mut profile = specimen::profile_with_pace(group.parameter_id(), cipher).expect("a profile");
    profile.chip_authentication = vec![ChipAuthenticationProfile {
        parameter_id: group.parameter_id(),
        ciphers: vec![cipher],
        key_id: None,
        encoding: ParameterEncoding::default(),
    }];
    specimen::issue(&profile).expect("issued")
}

fn static_key(document: &SpecimenDocument, group: Group) -> Vec<u8> {
    let key = document.keys.chip_authentication.first().expect("one key");
    Secret::from_bytes(group, key.secret.expose()).expect("in range").public().encode()
}

fn read(
    chip: &mut Chip,
    document: &SpecimenDocument,
    suite: Suite,
    group: Group,
    peer: OpenPace,
) -> Result<()> {
    let can = document.access.can.as_deref().expect("printed");
    chip.reset();
    let mut terminal = OpenPaceTerminal::new(peer, |command: &[u8]| Ok(chip.transmit(command)));
    terminal.pace(suite, group, CAN, Password::Can(can))?;
    terminal.select_application()?;
    assert_eq!(Some(terminal.read(EF_COM)?.as_slice()), document.file(ElementaryFile::Com));
    terminal.chip_authentication(suite, group, &static_key(document, group))?;
    assert_eq!(Some(terminal.read(EF_DG1)?.as_slice()), document.file(ElementaryFile::DataGroup(1)));
    Ok(())
}

#[test]
fn openpace_reads_our_chip_in_every_group_with_every_cipher() {
    for (suite, group) in Suite::all() {
        if or_skip("OpenPACE", OpenPace::start()).is_none() {
            return;
        }
        let document = document(suite, group);
        let mut chip = specimen::chip(&document).expect("a chip");
        despite_leading_zeros(group, || read(&mut chip, &document, suite, group, OpenPace::start()?))
            .unwrap_or_else(|error| panic!("{group} {:?}: {error:#}", suite.cipher));
    }
}

#[test]
fn openpace_is_refused_by_our_chip_with_a_wrong_can() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some(peer) = or_skip("OpenPACE", OpenPace::start()) else { return };
    let document = document(suite, group);
    let mut chip = specimen::chip(&document).expect("a chip");
    let mut terminal = OpenPaceTerminal::new(peer, |command: &[u8]| Ok(chip.transmit(command)));
    let wrong = if document.access.can.as_deref() == Some("111111") { "222222" } else { "111111" };
    let error = terminal.pace(suite, group, CAN, Password::Can(wrong)).expect_err("the CAN is wrong");
    assert!(error.to_string().contains("6300"), "{error:#}");
}

#[test]
fn openpace_notices_that_our_chip_does_not_hold_another_documents_key() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some(peer) = or_skip("OpenPACE", OpenPace::start()) else { return };
    let document = document(suite, group);
    let mut chip = specimen::chip(&document).expect("a chip");
    let mut terminal = OpenPaceTerminal::new(peer, |command: &[u8]| Ok(chip.transmit(command)));
    let can = document.access.can.as_deref().expect("printed");
    terminal.pace(suite, group, CAN, Password::Can(can)).expect("the CAN is right");
    terminal.select_application().expect("there is one");
    // The generator itself: the public key of 1, which no chip has.
    terminal.chip_authentication(suite, group, &group.generator().encode()).expect("the chip cannot notice");
    terminal.read(EF_COM).expect_err("the chip has not that key");
}
