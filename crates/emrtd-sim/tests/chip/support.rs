//! Chips for the tests, and generators that are not random.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;

use emrtd_sim::chip::{AccessConfig, Behaviour, Chip, ChipAuthenticationConfig, ChipConfig};
use emrtd_sim::document::{ElementaryFile, SecretBytes, StaticKey};
use emrtd_sim::issue::profile::{PaceMapping, PaceProfile, SessionCipher};
use groups::{Element, Group, Secret};
use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};

pub(crate) const MRZ_INFORMATION: &str = "L898902C<369080619406236";
pub(crate) const CAN: &str = "123456";
/// EF.COM of Doc 9303-11 appendix D.4.
pub(crate) const EF_COM: [u8; 22] = hex_literal::hex!("60145F0104303130365F36063034303030305C026175");

/// Gives out the bytes it was made of, and panics beyond them.
pub(crate) struct Scripted(VecDeque<u8>);

impl Scripted {
    pub(crate) fn new(parts: &[&[u8]]) -> Scripted {
        Scripted(parts.concat().into())
    }
}

impl TryRng for Scripted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("the chip draws bytes only")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("the chip draws bytes only")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.0.pop_front().expect("the script is long enough"));
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Bytes that can be told apart, with the outer tag of a data group.
pub(crate) fn content(tag: u8, value_bytes: usize) -> Vec<u8> {
    let value: Vec<u8> = (0..value_bytes).map(|index| u8::try_from(index % 251).unwrap()).collect();
    emrtd::tlv::write(u32::from(tag), &value)
}

/// The files of a chip without any meaning in them but lengths.
pub(crate) fn files() -> BTreeMap<ElementaryFile, Vec<u8>> {
    BTreeMap::from([
        (ElementaryFile::CardAccess, content(0x31, 20)),
        (ElementaryFile::CardSecurity, content(0x30, 300)),
        (ElementaryFile::AtrInfo, content(0x43, 10)),
        (ElementaryFile::Dir, content(0x61, 9)),
        (ElementaryFile::Com, EF_COM.to_vec()),
        (ElementaryFile::Sod, content(0x77, 1_500)),
        (ElementaryFile::DataGroup(1), content(0x61, 91)),
        (ElementaryFile::DataGroup(2), content(0x75, 40_000)),
        (ElementaryFile::DataGroup(3), content(0x63, 50)),
        (ElementaryFile::DataGroup(4), content(0x76, 50)),
    ])
}

pub(crate) fn gm(parameter_id: u8, cipher: SessionCipher) -> PaceProfile {
    PaceProfile { mapping: PaceMapping::Gm, parameter_id, cipher }
}

pub(crate) fn static_key(group: Group, key_id: Option<u64>, seed: u64) -> (StaticKey, Element) {
    let secret = Secret::random(group, &mut rng(seed));
    let key = StaticKey {
        parameter_id: group.parameter_id(),
        key_id,
        secret: SecretBytes::new(secret.to_bytes().to_vec()),
    };
    (key, secret.public())
}

/// A chip with BAC, PACE-GM on P-256 with AES-128, and one key for Chip Authentication of each way.
pub(crate) fn config() -> ChipConfig {
    let key = |group, id, seed, cipher| ChipAuthenticationConfig {
        key: static_key(group, Some(id), seed).0,
        ciphers: vec![cipher],
    };
    ChipConfig {
        files: files(),
        access: AccessConfig {
            bac: true,
            pace: vec![gm(12, SessionCipher::Aes128)],
            mrz_information: Some(SecretBytes::new(MRZ_INFORMATION.as_bytes().to_vec())),
            can: Some(SecretBytes::new(CAN.as_bytes().to_vec())),
        },
        chip_authentication: vec![
            key(Group::P256, 1, 101, SessionCipher::TripleDes),
            key(Group::BrainpoolP256r1, 2, 102, SessionCipher::Aes256),
        ],
        ..ChipConfig::default()
    }
}

pub(crate) fn chip(config: ChipConfig) -> Chip {
    Chip::new(config, Box::new(rng(1))).unwrap()
}

/// The usual chip with this behaviour.
pub(crate) fn behaving(behaviour: Behaviour) -> Chip {
    chip(ChipConfig { behaviour, ..config() })
}

/// A chip that needs no opening.
pub(crate) fn open_chip() -> Chip {
    chip(ChipConfig { access: AccessConfig::default(), ..config() })
}
