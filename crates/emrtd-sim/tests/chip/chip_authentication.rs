//! Chip Authentication: new keys from the next command on, the choice of key, and failures that change nothing.

use emrtd::apdu::Command;
use emrtd::cipher::Cipher;
use emrtd::oid::{self, Oid};
use emrtd::tlv;
use emrtd_sim::chip::{Behaviour, ChipAuthenticationConfig, ChipConfig, Hostile};
use emrtd_sim::issue::profile::SessionCipher;
use groups::{Element, Group, Kind, Secret};

use crate::support::{MRZ_INFORMATION, chip, config, rng, static_key};
use crate::terminal::{Keys, Terminal, Wrong, general_authenticate, select_file};

fn opened(config: ChipConfig) -> Terminal {
    let mut terminal = Terminal::new(chip(config));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

fn one_key(group: Group, ciphers: &[SessionCipher]) -> (ChipConfig, Element) {
    let (key, public) = static_key(group, None, 5);
    let key = ChipAuthenticationConfig { key, ciphers: ciphers.to_vec() };
    (ChipConfig { chip_authentication: vec![key], ..config() }, public)
}

fn key_agreement_template(public: &[u8], key_id: Option<&[u8]>) -> Command {
    let mut data = tlv::write(0x91, public);
    if let Some(id) = key_id {
        tlv::write_into(&mut data, 0x84, id);
    }
    Command::new(0, 0x22, 0x41, 0xA6).with_data(data)
}

fn authentication_template(protocol: &Oid, key_id: Option<&[u8]>) -> Command {
    let mut data = tlv::write(0x80, protocol.as_bytes());
    if let Some(id) = key_id {
        tlv::write_into(&mut data, 0x84, id);
    }
    Command::new(0, 0x22, 0x41, 0xA4).with_data(data)
}

fn agreed(own: &Secret, chip: &Element, cipher: Cipher) -> Keys {
    Keys::from_secret(cipher, own.agree(chip).unwrap().as_bytes())
}

#[test]
fn the_general_command_sequence_runs_in_every_group_with_every_cipher() {
    let ciphers = [
        (SessionCipher::TripleDes, Cipher::TripleDes, 1),
        (SessionCipher::Aes128, Cipher::Aes128, 2),
        (SessionCipher::Aes192, Cipher::Aes192, 3),
        (SessionCipher::Aes256, Cipher::Aes256, 4),
    ];
    for group in Group::ALL {
        let family = if group.kind() == Kind::Dh { oid::ID_CA_DH } else { oid::ID_CA_ECDH };
        for (profile, cipher, arc) in ciphers {
            let (config, public) = one_key(group, &[profile]);
            let mut terminal = opened(config);
            let own = Secret::random(group, &mut rng(9));
            assert_eq!(terminal.status(&authentication_template(&family.child(arc), None)), 0x9000);
            let content = tlv::write(0x80, &own.public().encode());
            let answer = terminal.send(&general_authenticate(false, &content));
            assert_eq!(
                (answer.data.as_slice(), answer.sw.0),
                (&[0x7C, 0x00][..], 0x9000),
                "{group} {cipher}"
            );
            terminal.keys = Some(agreed(&own, &public, cipher));
            assert_eq!(terminal.status(&select_file(0x011E)), 0x9000, "{group} {cipher}");
        }
    }
}

#[test]
fn the_key_agreement_template_runs_with_ecdh_and_dh() {
    for group in [Group::P256, Group::Modp2048Prime256] {
        // No ChipAuthenticationInfo means 3DES.
        let (config, public) = one_key(group, &[]);
        let mut terminal = opened(config);
        let own = Secret::random(group, &mut rng(9));
        assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), 0x9000, "{group}");
        terminal.keys = Some(agreed(&own, &public, Cipher::TripleDes));
        assert_eq!(terminal.status(&select_file(0x011E)), 0x9000, "{group}");
    }
}

#[test]
fn a_long_template_may_come_in_a_chain() {
    let (config, public) = one_key(Group::Modp2048Prime256, &[]);
    let mut terminal = opened(config);
    let own = Secret::random(Group::Modp2048Prime256, &mut rng(9));
    for link in key_agreement_template(&own.public().encode(), None).chained(200) {
        assert_eq!(terminal.status(&link), 0x9000);
    }
    terminal.keys = Some(agreed(&own, &public, Cipher::TripleDes));
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
}

#[test]
fn the_old_keys_are_dead_after_success() {
    let (config, _) = one_key(Group::P256, &[]);
    let mut terminal = opened(config);
    let own = Secret::random(Group::P256, &mut rng(9));
    assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), 0x9000);
    let refused = terminal.try_send(&select_file(0x011E)).unwrap_err();
    assert_eq!(refused, Wrong::Unprotected(emrtd::apdu::StatusWord(0x6988)));
}

#[test]
fn the_old_keys_go_on_after_a_failure() {
    let mut terminal = opened(config());
    let mut off_curve = Group::P256.generator().encode();
    *off_curve.last_mut().unwrap() ^= 1;
    assert_eq!(terminal.status(&key_agreement_template(&off_curve, None)), 0x6A80);
    assert_eq!(terminal.status(&authentication_template(&oid::ID_CA_DH.child(2), None)), 0x6A80);
    let content = tlv::write(0x80, &Group::P256.generator().encode());
    assert_eq!(terminal.status(&general_authenticate(false, &content)), 0x6985, "nothing selected");
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
}

#[test]
fn a_key_is_chosen_by_its_identifier() {
    let keys: Vec<_> = [(Group::P256, 1, 21), (Group::P256, 0x1234, 22)]
        .map(|(group, id, seed)| static_key(group, Some(id), seed))
        .into();
    let entry = |index: usize| ChipAuthenticationConfig {
        key: keys[index].0.clone(),
        ciphers: vec![SessionCipher::TripleDes, SessionCipher::Aes128],
    };
    let mut terminal = opened(ChipConfig { chip_authentication: vec![entry(0), entry(1)], ..config() });
    let own = Secret::random(Group::P256, &mut rng(9));
    let public = own.public().encode();
    assert_eq!(terminal.status(&key_agreement_template(&public, None)), 0x6A88, "ambiguous");
    assert_eq!(terminal.status(&key_agreement_template(&public, Some(&[2]))), 0x6A88);
    assert_eq!(terminal.status(&key_agreement_template(&public, Some(&[0x12, 0x34]))), 0x9000);
    terminal.keys = Some(agreed(&own, &keys[1].1, Cipher::TripleDes));
    assert_eq!(terminal.status(&authentication_template(&oid::ID_CA_ECDH.child(2), Some(&[1]))), 0x9000);
    assert_eq!(terminal.status(&general_authenticate(false, &tlv::write(0x80, &public))), 0x9000);
    terminal.keys = Some(agreed(&own, &keys[0].1, Cipher::Aes128));
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
}

#[test]
fn a_closed_chip_does_not_authenticate_itself() {
    let mut terminal = Terminal::new(chip(config()));
    let public = Group::P256.generator().encode();
    assert_eq!(terminal.status(&key_agreement_template(&public, None)), 0x6982);
    assert_eq!(terminal.status(&authentication_template(&oid::ID_CA_ECDH.child(4), None)), 0x6982);
}

#[test]
fn a_clone_cannot_answer_under_the_new_keys() {
    let (mut clone, public) = one_key(Group::P256, &[]);
    clone.behaviour = Behaviour::with_hostile(Hostile::CloneWithOtherKeys);
    let mut terminal = opened(clone);
    let own = Secret::random(Group::P256, &mut rng(9));
    assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), 0x9000);
    terminal.keys = Some(agreed(&own, &public, Cipher::TripleDes));
    assert!(matches!(terminal.try_send(&select_file(0x011E)), Err(Wrong::Unprotected(_))));

    let (mut clone, _) = one_key(Group::P256, &[]);
    clone.behaviour = Behaviour::with_hostile(Hostile::CloneWithoutKeys);
    let mut terminal = opened(clone);
    assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), 0x6A88);
}

#[test]
fn a_chip_may_refuse_with_any_status_word_although_it_has_the_key() {
    for status in [0x6300, 0x6A80, 0x6A88] {
        let (mut refusing, _) = one_key(Group::P256, &[]);
        refusing.behaviour = Behaviour::with_hostile(Hostile::ChipAuthenticationRefused { status });
        let mut terminal = opened(refusing);
        let own = Secret::random(Group::P256, &mut rng(9));
        assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), status);
    }
}

#[test]
fn a_chip_with_old_keys_is_told_by_its_next_answer() {
    let (mut hostile, public) = one_key(Group::P256, &[]);
    hostile.behaviour = Behaviour::with_hostile(Hostile::OldKeysAfterChipAuthentication);
    let mut terminal = opened(hostile);
    let own = Secret::random(Group::P256, &mut rng(9));
    assert_eq!(terminal.status(&key_agreement_template(&own.public().encode(), None)), 0x9000);
    let old = terminal.keys.replace(agreed(&own, &public, Cipher::TripleDes));
    assert!(terminal.try_send(&select_file(0x011E)).is_err());
    drop(old);
}
