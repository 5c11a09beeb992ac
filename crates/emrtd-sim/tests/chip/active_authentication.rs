//! Active Authentication: the message representative is opened again with the public key.

use emrtd::apdu::Command;
use emrtd_sim::chip::{Behaviour, ChipConfig, Hostile, Quirk};
use emrtd_sim::document::{ActiveAuthenticationKey, SecretBytes};
use emrtd_sim::issue::profile::Trailer;
use emrtd_sim::pki::{HashAlgorithm, generate_rsa, rsa_to_pkcs1};
use groups::{Element, Group, ecdsa};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey};

use crate::support::{MRZ_INFORMATION, chip, config, rng, static_key};
use crate::terminal::Terminal;

const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn internal_authenticate(ne: u32) -> Command {
    Command::new(0, 0x88, 0, 0).with_data(CHALLENGE).expecting(ne)
}

fn rsa_chip(key: &RsaPrivateKey, digest: HashAlgorithm, trailer: Trailer) -> ChipConfig {
    let pkcs1 = SecretBytes::new(rsa_to_pkcs1(key).unwrap());
    let key = ActiveAuthenticationKey::Rsa { pkcs1, digest, trailer };
    ChipConfig { active_authentication: Some(key), ..config() }
}

fn ecdsa_chip(group: Group, digest: HashAlgorithm) -> (ChipConfig, Element) {
    let (key, public) = static_key(group, None, 31);
    let key =
        ActiveAuthenticationKey::Ecdsa { parameter_id: group.parameter_id(), secret: key.secret, digest };
    (ChipConfig { active_authentication: Some(key), ..config() }, public)
}

fn opened(config: ChipConfig) -> Terminal {
    let mut terminal = Terminal::new(chip(config));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

/// `signature^e mod n`, as long as the modulus.
fn recovered(key: &RsaPrivateKey, signature: &[u8]) -> Vec<u8> {
    assert_eq!(signature.len(), key.size());
    let public = RsaPublicKey::from(key);
    let input = BoxedUint::from_be_slice(signature, public.n_bits_precision()).unwrap();
    let output = rsa::hazmat::rsa_encrypt(&public, &input).unwrap().to_be_bytes();
    output[output.len() - key.size()..].to_vec()
}

/// Opens a signature by ISO/IEC 9796-2 scheme 1 and checks every part of it.
fn check(key: &RsaPrivateKey, signature: &[u8], digest: HashAlgorithm, trailer: &[u8]) {
    let representative = recovered(key, signature);
    let (header, rest) = representative.split_first().unwrap();
    assert_eq!(*header, 0x6A);
    let rest = rest.strip_suffix(trailer).expect("the trailer");
    let (m1, hash) = rest.split_at(rest.len() - digest.length());
    assert_eq!(hash, digest.digest(&[m1, &CHALLENGE].concat()));
}

#[test]
fn rsa_signatures_have_the_form_of_the_standard_for_every_hash() {
    let key = generate_rsa(1024, &mut rng(3)).unwrap();
    for (digest, trailer) in HashAlgorithm::ALL.into_iter().zip([0x33, 0x38, 0x34, 0x36, 0x35]) {
        let mut terminal = opened(rsa_chip(&key, digest, Trailer::Cc));
        let signature = terminal.send(&internal_authenticate(256)).data;
        check(&key, &signature, digest, &[trailer, 0xCC]);
    }
    let mut terminal = opened(rsa_chip(&key, HashAlgorithm::Sha1, Trailer::Bc));
    let signature = terminal.send(&internal_authenticate(256)).data;
    check(&key, &signature, HashAlgorithm::Sha1, &[0xBC]);
    let another = terminal.send(&internal_authenticate(256)).data;
    assert_ne!(another, signature, "the recoverable part is fresh");
}

#[test]
fn ecdsa_signatures_verify_on_every_curve() {
    for group in Group::ALL.into_iter().filter(|group| group.parameter_id() >= 8) {
        let (config, public) = ecdsa_chip(group, HashAlgorithm::Sha256);
        let signature = opened(config).send(&internal_authenticate(256)).data;
        let digest = HashAlgorithm::Sha256.digest(&CHALLENGE);
        assert_eq!(ecdsa::verify(&public, &digest, &signature), Ok(()), "{group}");
    }
}

#[test]
fn a_long_signature_needs_extended_length_or_get_response() {
    let key = generate_rsa(2048, &mut rng(4)).unwrap();
    let long = || rsa_chip(&key, HashAlgorithm::Sha256, Trailer::Cc);

    let mut terminal = opened(long());
    assert_eq!(
        terminal.status(&internal_authenticate(256)),
        0x6700,
        "256 bytes in 256 with secure messaging"
    );
    let signature = terminal.send(&internal_authenticate(65_536)).data;
    check(&key, &signature, HashAlgorithm::Sha256, &[0x34, 0xCC]);

    let mut behaviour = Behaviour::short_only();
    assert_eq!(
        opened(ChipConfig { behaviour: behaviour.clone(), ..long() }).status(&internal_authenticate(256)),
        0x6700
    );

    behaviour.quirks.insert(Quirk::GetResponse);
    let mut terminal = opened(ChipConfig { behaviour, ..long() });
    let keys = terminal.keys.as_mut().unwrap();
    let command = keys.protect(&internal_authenticate(256)).encode().unwrap();
    let mut answer = terminal.chip.transmit(&command);
    let mut whole = Vec::new();
    while let [data @ .., 0x61, more] = answer.as_slice() {
        whole.extend_from_slice(data);
        answer = terminal.chip.transmit(&[0x00, 0xC0, 0x00, 0x00, *more]);
    }
    whole.extend(answer);
    let response = keys.open(&whole).unwrap();
    check(&key, &response.data, HashAlgorithm::Sha256, &[0x34, 0xCC]);
}

#[test]
fn the_challenge_must_have_eight_bytes_and_the_chip_must_be_open() {
    let (config, _) = ecdsa_chip(Group::P256, HashAlgorithm::Sha256);
    let mut terminal = Terminal::new(chip(config.clone()));
    assert_eq!(terminal.status(&internal_authenticate(256)), 0x6982);
    let mut terminal = opened(config);
    assert_eq!(terminal.status(&internal_authenticate(256).with_data([0; 7])), 0x6700);
    assert_eq!(terminal.status(&Command::new(0, 0x88, 0, 0).with_data(CHALLENGE)), 0x6700);
    assert_eq!(opened(crate::support::config()).status(&internal_authenticate(256)), 0x6D00, "no key");
}

#[test]
fn clones_sign_with_another_key_or_not_at_all() {
    let digest = HashAlgorithm::Sha256.digest(&CHALLENGE);
    let (mut config, public) = ecdsa_chip(Group::P256, HashAlgorithm::Sha256);
    config.behaviour = Behaviour::with_hostile(Hostile::CloneWithOtherKeys);
    let signature = opened(config.clone()).send(&internal_authenticate(256)).data;
    assert_eq!(ecdsa::verify(&public, &digest, &signature), Err(ecdsa::SignatureError::Mismatch));
    config.behaviour = Behaviour::with_hostile(Hostile::CloneWithoutKeys);
    assert_eq!(opened(config).status(&internal_authenticate(256)), 0x6A88);

    let key = generate_rsa(1024, &mut rng(3)).unwrap();
    let mut config = rsa_chip(&key, HashAlgorithm::Sha256, Trailer::Cc);
    config.behaviour = Behaviour::with_hostile(Hostile::CloneWithOtherKeys);
    let signature = opened(config).send(&internal_authenticate(256)).data;
    assert_eq!(signature.len(), 128);
    assert_ne!(recovered(&key, &signature)[127], 0xCC);
}
