//! Our inspection system reads a chip whose PACE, Chip Authentication and secure messaging are OpenPACE's: a whole
//! session in every group with every cipher, commands in batches and one at a time.

#![expect(clippy::panic, reason = "assertions of tests")]

use std::convert::Infallible;

use emrtd::access::Password;
use emrtd::lds::File;
use emrtd::lds::public_key::{GroupPublicKey, ParameterForm, PublicKey};
use emrtd::security_infos::{
    Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, Mapping, PaceInfo, PaceProtocol,
    SecurityInfo, encode,
};
use emrtd::session::{
    AccessMethod, Batching, ChipAuthentication, DriveError, FileOutcome, Protection, ReadError, ReadOptions,
    Reading, read,
};
use emrtd::tlv;
use groups::{Group, Kind, Secret};
use kendt_peers::available::or_skip;
use kendt_peers::openpace::OpenPace;
use kendt_peers::openpace_chip::{self, Configuration, OpenPaceChip, StaticKey};
use kendt_peers::suite::{Suite, despite_leading_zeros};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const CAN: &str = "123456";

fn agreement(kind: Kind) -> Agreement {
    match kind {
        Kind::Ecdh => Agreement::Ecdh,
        Kind::Dh => Agreement::Dh,
    }
}

fn secret(group: Group, seed: u64) -> Secret {
    Secret::random(group, &mut ChaCha20Rng::seed_from_u64(seed))
}

/// Files of about the sizes that real documents have.
fn dg1() -> Vec<u8> {
    tlv::write(0x61, &tlv::write(0x5F1F, &[b'<'; 88]))
}

fn dg2() -> Vec<u8> {
    tlv::write(0x75, &vec![0x2A; 3000])
}

fn dg14(suite: Suite, key: &Secret) -> Vec<u8> {
    let agreement = agreement(suite.kind);
    let public_key =
        PublicKey::Group(GroupPublicKey { element: key.public(), form: ParameterForm::Standardised });
    let infos = encode(&[
        SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
            agreement,
            cipher: suite.cipher,
            version: 1,
            key_id: None,
        }),
        SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
            agreement,
            public_key,
            key_id: None,
        }),
    ]);
    tlv::write(0x6E, &infos)
}

/// A chip that offers `suite` in `group` for PACE and Chip Authentication; `held` is the static key that it has,
/// `published` the one that EF.DG14 names.
fn chip(suite: Suite, group: Group, held: &Secret, published: &Secret, peer: OpenPace) -> OpenPaceChip {
    let protocol = PaceProtocol::new(agreement(suite.kind), Mapping::Generic, suite.cipher).expect("exists");
    let card_access = encode(&[SecurityInfo::Pace(PaceInfo {
        protocol,
        version: 2,
        parameter_id: Some(group.parameter_id().into()),
    })]);
    let file = |id, bytes| openpace_chip::File { id, short_id: id.to_be_bytes()[1], bytes };
    let com = tlv::write(0x60, &tlv::write(0x5C, &[0x61, 0x75, 0x6E]));
    let files = vec![
        file(0x011E, com),
        file(0x0101, dg1()),
        file(0x0102, dg2()),
        file(0x010E, dg14(suite, published)),
    ];
    let chip_authentication =
        StaticKey { suite, group, private: held.to_bytes().to_vec(), public: held.public().encode() };
    let configuration = Configuration {
        pace: (suite, group),
        password: CAN.into(),
        chip_authentication: Some(chip_authentication),
        card_access,
        files,
    };
    OpenPaceChip::new(configuration, peer)
}

fn inspect(
    chip: &mut OpenPaceChip,
    can: &str,
    batching: Batching,
) -> Result<Reading, DriveError<Infallible>> {
    let options = ReadOptions {
        passwords: vec![Password::from_can(can).expect("six digits")],
        batching,
        extended_length: Some(65_536),
        ..ReadOptions::default()
    };
    read(options, ChaCha20Rng::seed_from_u64(5), chip, |_| {})
}

fn check(suite: Suite, group: Group, reading: &Reading) {
    let AccessMethod::Pace { protocol, group: used, .. } = reading.access else {
        panic!("opened with {:?}", reading.access)
    };
    assert_eq!((protocol.cipher(), used), (suite.cipher, group));
    let ChipAuthentication::Confirmed(choice) = &reading.chip_authentication else {
        panic!("chip authentication: {:?}", reading.chip_authentication)
    };
    assert_eq!((choice.cipher, choice.key.group()), (suite.cipher, group));
    for (file, bytes) in [(File::Dg1, dg1()), (File::Dg2, dg2())] {
        assert_eq!(reading.file(file), Some(bytes.as_slice()), "{file:?}");
        let protection = match reading.files.get(&file) {
            Some(FileOutcome::Read { protection, .. }) => *protection,
            other => panic!("{file:?}: {other:?}"),
        };
        assert_eq!(protection, Protection::ChipAuthentication, "{file:?}");
    }
}

#[test]
fn our_session_reads_openpace_in_every_group_with_every_cipher() {
    if or_skip("OpenPACE", OpenPace::start()).is_none() {
        return;
    }
    for (suite, group) in Suite::all() {
        let mut readings = Vec::new();
        for batching in [Batching::Batched, Batching::Single] {
            let key = secret(group, 9);
            let reading = despite_leading_zeros(group, || {
                let peer = OpenPace::start()?;
                Ok(inspect(&mut chip(suite, group, &key, &key, peer), CAN, batching)?)
            })
            .unwrap_or_else(|error| panic!("{group} {:?} {batching:?}: {error}", suite.cipher));
            check(suite, group, &reading);
            readings.push(reading);
        }
        let [batched, single] = readings.as_slice() else { panic!("two readings") };
        assert!(batched.same_evidence(single), "{group} {:?}", suite.cipher);
        assert!(!batched.metrics.fell_back, "{group} {:?}", suite.cipher);
        assert!(batched.metrics.waits <= 6, "{group} {:?}: {} waits", suite.cipher, batched.metrics.waits);
    }
}

#[test]
fn our_session_is_refused_by_openpace_with_a_wrong_can() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some(peer) = or_skip("OpenPACE", OpenPace::start()) else { return };
    let key = secret(group, 9);
    let error = inspect(&mut chip(suite, group, &key, &key, peer), "654321", Batching::Batched)
        .expect_err("the CAN is wrong");
    assert!(matches!(error, DriveError::Read(ReadError::WrongKey { .. })), "{error}");
}

#[test]
fn our_session_notices_that_openpace_does_not_hold_the_key_of_dg14() {
    let (suite, group) = Suite::all().last().expect("there are some");
    let Some(peer) = or_skip("OpenPACE", OpenPace::start()) else { return };
    let mut clone = chip(suite, group, &secret(group, 9), &secret(group, 10), peer);
    let error = inspect(&mut clone, CAN, Batching::Batched).expect_err("the chip is a clone");
    assert!(matches!(error, DriveError::Read(ReadError::ChipAuthenticationUnconfirmed { .. })), "{error}");
}
