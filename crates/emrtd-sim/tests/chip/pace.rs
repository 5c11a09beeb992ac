//! PACE: every group and cipher with Generic Mapping, the choice among offers, wrong passwords and wrong order.

use emrtd::apdu::{Command, StatusWord};
use emrtd::cipher::Cipher;
use emrtd::oid;
use emrtd::tlv;
use emrtd_sim::chip::{Access, AccessConfig, Chip, ChipConfig, ChipConfigError};
use emrtd_sim::issue::profile::{PaceMapping, PaceProfile, SessionCipher};
use groups::{Element, Group, Kind};
use sha1::{Digest, Sha1};

use crate::support::{CAN, MRZ_INFORMATION, chip, config, gm, rng};
use crate::terminal::{Terminal, general_authenticate, read, select_application, select_file};

const CIPHERS: [(SessionCipher, Cipher, u8); 4] = [
    (SessionCipher::TripleDes, Cipher::TripleDes, 1),
    (SessionCipher::Aes128, Cipher::Aes128, 2),
    (SessionCipher::Aes192, Cipher::Aes192, 3),
    (SessionCipher::Aes256, Cipher::Aes256, 4),
];

fn offering(pace: Vec<PaceProfile>) -> Terminal {
    let access = AccessConfig { pace, ..config().access };
    Terminal::new(chip(ChipConfig { access, ..config() }))
}

#[test]
fn generic_mapping_runs_in_every_group_with_every_cipher() {
    for group in Group::ALL {
        let family = if group.kind() == Kind::Dh { oid::ID_PACE_DH_GM } else { oid::ID_PACE_ECDH_GM };
        for (profile, cipher, arc) in CIPHERS {
            let mut terminal = offering(vec![gm(group.parameter_id(), profile)]);
            let protocol = family.child(arc);
            assert_eq!(terminal.choose_pace(&protocol, 1, None), 0x9000, "{group} {cipher}");
            let password = Sha1::digest(MRZ_INFORMATION);
            terminal.pace_generic(group, cipher, &protocol, &password).unwrap();
            assert_eq!(terminal.chip.access(), Access::Pace);
            assert_eq!(terminal.status(&select_application()), 0x9000, "{group} {cipher}");
            assert_eq!(terminal.status(&select_file(0x0101)), 0x9000);
            assert_eq!(terminal.send(&read(0, 93)).data.len(), 93);
        }
    }
}

#[test]
fn a_wrong_password_is_6300_and_the_next_run_may_succeed() {
    let mut terminal = Terminal::new(chip(config()));
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    for _ in 0..20 {
        assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
        let refused = terminal.pace_generic(Group::P256, Cipher::Aes128, &protocol, b"654321").unwrap_err();
        assert_eq!(refused.0, 0x6300);
        assert_eq!(terminal.chip.access(), Access::Closed);
    }
    terminal.pace();
}

#[test]
fn pace_may_run_again_in_plain_and_under_secure_messaging() {
    let mut terminal = Terminal::new(chip(config()));
    terminal.pace();
    // Under the first session.
    terminal.pace();
    assert_eq!(terminal.status(&select_application()), 0x9000);
    // In plain, which ends the second session, with the application selected.
    terminal.keys = None;
    terminal.pace();
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
}

#[test]
fn the_template_must_name_an_offer_and_a_password_that_exist() {
    let mut terminal = Terminal::new(chip(config()));
    let known = oid::ID_PACE_ECDH_GM.child(2);
    assert_eq!(terminal.choose_pace(&oid::ID_PACE_ECDH_GM.child(4), 1, None), 0x6A80);
    assert_eq!(terminal.choose_pace(&oid::ID_PACE_DH_GM.child(2), 1, None), 0x6A80);
    assert_eq!(terminal.choose_pace(&known, 3, None), 0x6A88, "PIN");
    assert_eq!(terminal.choose_pace(&known, 1, Some(13)), 0x6A88);
    assert_eq!(terminal.choose_pace(&known, 1, Some(12)), 0x9000);
    let empty = Command::new(0, 0x22, 0xC1, 0xA4).with_data([0x80, 0x00]);
    assert_eq!(terminal.status(&empty), 0x6A80);
    let mut without_can = config();
    without_can.access.can = None;
    assert_eq!(Terminal::new(chip(without_can)).choose_pace(&known, 2, None), 0x6A88);
}

#[test]
fn parameters_must_be_named_where_an_identifier_has_several() {
    let pace =
        vec![gm(12, SessionCipher::Aes128), gm(13, SessionCipher::Aes128), gm(0, SessionCipher::Aes128)];
    let mut terminal = offering(pace);
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x6A88);
    assert_eq!(
        terminal.choose_pace(&oid::ID_PACE_DH_GM.child(2), 2, None),
        0x9000,
        "only one in this family"
    );
    assert_eq!(terminal.choose_pace(&protocol, 2, Some(13)), 0x9000);
    terminal.pace_generic(Group::BrainpoolP256r1, Cipher::Aes128, &protocol, CAN.as_bytes()).unwrap();
}

#[test]
fn steps_out_of_order_end_the_run() {
    let mut terminal = Terminal::new(chip(config()));
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x6985, "nothing selected");
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
    let agreement = tlv::write(0x83, &Group::P256.generator().encode());
    assert_eq!(terminal.status(&general_authenticate(true, &agreement)), 0x6985);
    assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x6985, "the run is over");
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
    assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x9000);
    assert_eq!(terminal.status(&Command::new(0, 0xA4, 0x00, 0x0C)), 0x9000);
    assert_eq!(terminal.status(&general_authenticate(true, &agreement)), 0x6985, "interrupted");
}

#[test]
fn the_chaining_bit_must_be_right() {
    let mut terminal = Terminal::new(chip(config()));
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
    assert_eq!(terminal.status(&general_authenticate(false, &[])), 0x6883);
}

#[test]
fn a_mapping_key_that_is_none_is_refused() {
    let mut terminal = Terminal::new(chip(config()));
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    let mut off_curve = Group::P256.generator().encode();
    *off_curve.last_mut().unwrap() ^= 1;
    for key in [off_curve, vec![0], Vec::new()] {
        assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
        assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x9000);
        assert_eq!(terminal.status(&general_authenticate(true, &tlv::write(0x81, &key))), 0x6A80);
    }
}

#[test]
fn a_long_step_may_come_in_several_links() {
    // A mapping key of 2048 bits needs more than 255 bytes: two links in short form.
    let mut terminal = offering(vec![gm(1, SessionCipher::Aes128)]);
    assert_eq!(terminal.choose_pace(&oid::ID_PACE_DH_GM.child(2), 2, None), 0x9000);
    assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x9000);
    let group = Group::Modp2048Prime224;
    let data = tlv::write(0x7C, &tlv::write(0x81, &group.generator().encode()));
    let (first, second) = data.split_at(255);
    let link = |data: &[u8]| Command::new(0x10, 0x86, 0, 0).with_data(data).expecting(65_536);
    assert_eq!(terminal.status(&link(first)), 0x9000);
    let answer = terminal.send(&link(second));
    let object = tlv::single(&answer.data, 0x7C).unwrap();
    Element::decode(group, tlv::single(object.value, 0x82).unwrap().value).unwrap();
}

#[test]
fn integrated_mapping_answers_an_empty_object_and_refuses_a_nonce_of_another_length() {
    for (profile, bytes) in [(SessionCipher::TripleDes, 16), (SessionCipher::Aes192, 24)] {
        let pace = PaceProfile { mapping: PaceMapping::Im, parameter_id: 13, cipher: profile };
        let mut terminal = offering(vec![pace]);
        let arc = CIPHERS.iter().find(|(other, ..)| *other == profile).unwrap().2;
        let protocol = oid::ID_PACE_ECDH_IM.child(arc);
        for (length, status) in [(bytes, 0x9000), (bytes - 1, 0x6A80), (bytes + 8, 0x6A80)] {
            assert_eq!(terminal.choose_pace(&protocol, 1, None), 0x9000);
            let answer = terminal.send(&general_authenticate(true, &[]));
            // 7C, 80, and the nonce in whole blocks of at least the key's length.
            assert_eq!(answer.data.len(), 4 + if bytes == 24 { 32 } else { 16 });
            let answer = terminal.send(&general_authenticate(true, &tlv::write(0x81, &vec![7; length])));
            assert_eq!(answer.sw, StatusWord(status), "{length}");
            assert_eq!(answer.data, if status == 0x9000 { &[0x7C, 0x02, 0x82, 0x00][..] } else { &[] });
        }
    }
}

#[test]
fn configurations_that_cannot_work_are_refused() {
    let refused = |profile: PaceProfile| {
        let access = AccessConfig { pace: vec![profile], ..config().access };
        Chip::new(ChipConfig { access, ..config() }, Box::new(rng(1))).unwrap_err()
    };
    let profile = |mapping, parameter_id, cipher| PaceProfile { mapping, parameter_id, cipher };
    let impossible = profile(PaceMapping::Im, 10, SessionCipher::Aes128);
    assert!(matches!(refused(impossible), ChipConfigError::PaceOffer(offer) if offer == impossible));
    let keyless = profile(PaceMapping::Cam, 13, SessionCipher::Aes128);
    assert!(matches!(refused(keyless), ChipConfigError::CamKeyMissing(13)));
}
