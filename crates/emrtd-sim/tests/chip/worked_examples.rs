//! Appendices D, G and I of Doc 9303-11, byte for byte, with the chip's secrets drawn from a script.

use emrtd_sim::chip::{AccessConfig, Chip, ChipConfig};
use emrtd_sim::document::{ElementaryFile, SecretBytes, StaticKey};
use emrtd_sim::issue::profile::{PaceMapping, PaceProfile, SessionCipher};
use groups::{Group, Secret};
use hex_literal::hex;
use serde_json::Value;

use crate::support::{EF_COM, Scripted};

const EXAMPLES: &str = include_str!("../../../../testdata/vectors/icao9303-11-worked-examples.json");
const SELECT_APPLICATION: [u8; 13] = hex!("00A4040C07A0000002471001 00");

/// An example and the chip that plays it.
struct Example {
    values: Value,
}

impl Example {
    fn load(id: &str) -> Example {
        let file: Value = serde_json::from_str(EXAMPLES).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        Example { values: vectors.iter().find(|vector| vector["id"] == id).unwrap().clone() }
    }

    fn text(&self, name: &str) -> &str {
        let value = self.values["inputs"].get(name).or_else(|| self.values["expected"].get(name));
        value.unwrap_or_else(|| panic!("no {name}")).as_str().unwrap()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    fn access(&self) -> AccessConfig {
        AccessConfig {
            mrz_information: Some(SecretBytes::new(self.text("mrz_information").as_bytes().to_vec())),
            ..AccessConfig::default()
        }
    }

    /// The steps of PACE as the appendix prints them, on a chip that draws `script`.
    fn play_pace(&self, mapping: PaceMapping, pace_cam: Vec<StaticKey>, script: &[&[u8]]) -> Chip {
        let parameter_id = u8::try_from(self.values["inputs"]["parameter_id"].as_u64().unwrap()).unwrap();
        let offer = PaceProfile { mapping, parameter_id, cipher: SessionCipher::Aes128 };
        let config = ChipConfig {
            access: AccessConfig { pace: vec![offer], ..self.access() },
            pace_cam,
            ..ChipConfig::default()
        };
        let mut chip = Chip::new(config, Box::new(Scripted::new(script))).unwrap();
        let selection = [&hex!("0022C1A40F800A")[..], &self.bytes("oid"), &hex!("830101")].concat();
        assert_eq!(chip.transmit(&selection), hex!("9000"));
        let object = |tag: u8, name: &str| emrtd::tlv::write(u32::from(tag), &self.bytes(name));
        let command = |class: u8, content: &[u8]| {
            let data = emrtd::tlv::write(0x7C, content);
            let length = u8::try_from(data.len()).unwrap();
            [&[class, 0x86, 0, 0, length], &data[..], &[0]].concat()
        };
        let answer = |content: &[u8]| [&emrtd::tlv::write(0x7C, content)[..], &[0x90, 0]].concat();
        assert_eq!(chip.transmit(&command(0x10, &[])), answer(&object(0x80, "encrypted_nonce")));
        assert_eq!(
            chip.transmit(&command(0x10, &object(0x81, "ifd_map_public"))),
            answer(&object(0x82, "ic_map_public"))
        );
        assert_eq!(
            chip.transmit(&command(0x10, &object(0x83, "ifd_ka_public"))),
            answer(&object(0x84, "ic_ka_public"))
        );
        let mut last = object(0x86, "t_ic");
        if mapping == PaceMapping::Cam {
            last.extend(object(0x8A, "encrypted_chip_auth_data"));
        }
        assert_eq!(chip.transmit(&command(0x00, &object(0x85, "t_ifd"))), answer(&last));
        assert!(chip.in_secure_messaging());
        chip
    }
}

#[test]
fn basic_access_and_reading_follow_appendix_d() {
    let example = Example::load("9303-11 D.2/D.3");
    let config = ChipConfig {
        files: [(ElementaryFile::Com, EF_COM.to_vec())].into(),
        access: AccessConfig { bac: true, ..example.access() },
        ..ChipConfig::default()
    };
    let script = Scripted::new(&[&example.bytes("rnd_ic"), &example.bytes("k_ic")]);
    let mut chip = Chip::new(config, Box::new(script)).unwrap();
    assert_eq!(chip.transmit(&SELECT_APPLICATION), hex!("9000"));
    let challenge = chip.transmit(&hex!("0084000008"));
    assert_eq!(challenge, [&example.bytes("rnd_ic")[..], &[0x90, 0]].concat());
    assert_eq!(chip.transmit(&example.bytes("cmd")), example.bytes("rsp"));

    let reading = Example::load("9303-11 D.4");
    for exchange in reading.values["expected"]["exchange"].as_array().unwrap() {
        let bytes = |name: &str| hex::decode(exchange[name].as_str().unwrap()).unwrap();
        assert_eq!(chip.transmit(&bytes("cmd")), bytes("rsp"));
    }
    let executed: Vec<_> =
        chip.exchanges().skip(3).map(|exchange| exchange.command.encode().unwrap()).collect();
    assert_eq!(
        executed,
        [hex!("00A4020C02011E").to_vec(), hex!("00B0000004").into(), hex!("00B0000412").into()]
    );
}

#[test]
fn pace_with_generic_mapping_on_a_curve_follows_appendix_g1() {
    // The chip's private keys stand in the appendix, but not in the file.
    let example = Example::load("9303-11 G.1");
    let mapping = hex!("498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560");
    let agreement = hex!("107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A");
    example.play_pace(PaceMapping::Gm, Vec::new(), &[&example.bytes("nonce_s"), &mapping, &agreement]);
}

#[test]
fn pace_with_generic_mapping_modulo_p_follows_appendix_g2() {
    let example = Example::load("9303-11 G.2");
    let mapping = hex!("66DDAFEAC1609CB5B963BB0CB3FF8B3E047F336C");
    let agreement = hex!("A5B780126B7C980E9FCEA1D4539DA1D27C342DFA");
    example.play_pace(PaceMapping::Gm, Vec::new(), &[&example.bytes("nonce_s"), &mapping, &agreement]);
}

#[test]
fn pace_with_chip_authentication_mapping_follows_appendix_i() {
    let example = Example::load("9303-11 I");
    let mapping = hex!("9E56A6B59C95D06ECE5CD10F983BB2F4F1943528E577F23881D89D8C3BBEE0AA");
    // Printed without reduction by the order.
    let agreement = hex!("CD626EF3C256E235FE8912CAC28279E626008EDA6B3A05C4CF862A3BDAB79E78");
    let agreement = Secret::from_bytes_reduced(Group::BrainpoolP256r1, &agreement).unwrap().to_bytes();
    // The static key is not printed, but CA = SK_map / SK and so SK = SK_map / CA.
    let secret = |bytes: &[u8]| Secret::from_bytes(Group::BrainpoolP256r1, bytes).unwrap();
    let static_secret = secret(&mapping).quotient(&secret(&example.bytes("ca_ic"))).unwrap();
    assert_eq!(static_secret.public().encode(), example.bytes("ic_static_public"));
    let key = StaticKey {
        parameter_id: 13,
        key_id: Some(13),
        secret: SecretBytes::new(static_secret.to_bytes().to_vec()),
    };
    example.play_pace(PaceMapping::Cam, vec![key], &[&example.bytes("nonce_s"), &mapping, &agreement]);
}
