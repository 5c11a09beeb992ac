//! OpenPACE against itself: what its driver claims to play must work between two of them before it is turned on ours.

use groups::{Group, Kind};
use kendt_peers::available::or_skip;
use kendt_peers::openpace::{Keys, OpenPace, Password};

const CIPHERS: [&str; 4] = ["3DES-CBC-CBC", "AES-CBC-CMAC-128", "AES-CBC-CMAC-192", "AES-CBC-CMAC-256"];

/// A padded block, as secure messaging has them.
const BLOCK: [u8; 16] = *b"eleven byte\x80\0\0\0\0";

fn agreement(group: Group) -> &'static str {
    match group.kind() {
        Kind::Ecdh => "ECDH",
        Kind::Dh => "DH",
    }
}

fn pair() -> Option<(OpenPace, OpenPace)> {
    Some((or_skip("OpenPACE", OpenPace::start())?, or_skip("OpenPACE", OpenPace::start())?))
}

fn pace(chip: &mut OpenPace, terminal: &mut OpenPace) -> anyhow::Result<()> {
    terminal.decrypt_nonce(&chip.nonce()?)?;
    let (of_chip, of_terminal) = (chip.mapping_data()?, terminal.mapping_data()?);
    chip.map(&of_terminal)?;
    terminal.map(&of_chip)?;
    let (of_chip, of_terminal) = (chip.ephemeral()?, terminal.ephemeral()?);
    chip.agree(&of_terminal)?;
    terminal.agree(&of_chip)?;
    chip.verify(&terminal.token(&of_chip)?)?;
    terminal.verify(&chip.token(&of_terminal)?)
}

fn same_keys(chip: &mut OpenPace, terminal: &mut OpenPace, keys: Keys) -> anyhow::Result<()> {
    chip.secure(keys)?;
    terminal.secure(keys)?;
    assert_eq!(chip.mac(7, &BLOCK)?, terminal.mac(7, &BLOCK)?);
    assert_ne!(chip.mac(7, &BLOCK)?, terminal.mac(8, &BLOCK)?, "the counter counts");
    let ciphertext = chip.encrypt(7, &BLOCK)?;
    assert_ne!(ciphertext, BLOCK);
    assert_eq!(terminal.decrypt(7, &ciphertext)?, BLOCK);
    Ok(())
}

#[test]
fn openpace_agrees_with_itself_in_every_group_with_every_cipher() {
    let Some((mut chip, mut terminal)) = pair() else { return };
    for group in Group::ALL {
        for cipher in CIPHERS {
            let mut run = || -> anyhow::Result<()> {
                let name = format!("id-PACE-{}-GM-{cipher}", agreement(group));
                for party in [&mut chip, &mut terminal] {
                    party.pace(&name, group.parameter_id(), Password::Can("123456"))?;
                }
                pace(&mut chip, &mut terminal)?;
                same_keys(&mut chip, &mut terminal, Keys::Pace)?;

                let name = format!("id-CA-{}-{cipher}", agreement(group));
                for party in [&mut chip, &mut terminal] {
                    party.chip_authentication(&name, group.parameter_id())?;
                }
                let (of_chip, of_terminal) =
                    (chip.chip_authentication_ephemeral()?, terminal.chip_authentication_ephemeral()?);
                chip.chip_authentication_agree(&of_terminal)?;
                terminal.chip_authentication_agree(&of_chip)?;
                same_keys(&mut chip, &mut terminal, Keys::ChipAuthentication)
            };
            run().unwrap_or_else(|error| panic!("{group} {cipher}: {error:#}"));
        }
    }
}

#[test]
fn openpace_refuses_a_wrong_password_at_the_token() {
    let Some((mut chip, mut terminal)) = pair() else { return };
    let name = "id-PACE-ECDH-GM-AES-CBC-CMAC-128";
    chip.pace(name, 13, Password::Can("123456")).expect("begins");
    terminal.pace(name, 13, Password::Can("123457")).expect("begins");
    let error = pace(&mut chip, &mut terminal).expect_err("the tokens differ");
    assert!(error.to_string().contains("verify"), "{error:#}");
}

#[test]
fn openpace_reads_the_mrz_of_an_identity_card_as_doc_9303_does() {
    let Some((mut chip, mut terminal)) = pair() else { return };
    let name = "id-PACE-ECDH-GM-AES-CBC-CMAC-128";
    // The card of Doc 9303-11 appendix G.1; the hash is that of its MRZ information T22000129364081251010318.
    let lines = "I<UTOT220001293<<<<<<<<<<<<<<<6408125F1010318D<<<<<<<<<<<<<<0MUSTERMANN<<ERIKA<<<<<<<<<<<<<";
    let hash = hex::decode("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD").expect("hexadecimal");
    chip.pace(name, 13, Password::Td1Mrz(lines)).expect("begins");
    terminal.pace(name, 13, Password::Raw(&hash)).expect("begins");
    pace(&mut chip, &mut terminal).expect("same password");
}
