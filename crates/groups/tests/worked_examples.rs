//! The worked examples of Doc 9303-11 Appendices G, H and I, byte for byte.

#![allow(clippy::unwrap_used, clippy::panic)] // The helpers of tests may fail as tests do.

use groups::{Element, Ephemeral, Group, Secret, map_generic, map_integrated};
use serde_json::Value;

const EXAMPLES: &str = include_str!("../../../testdata/vectors/icao9303-11-worked-examples.json");

/// One vector of the file: its inputs and what the standard says comes out.
struct Example {
    group: Group,
    values: Value,
}

impl Example {
    fn load(id: &str) -> Self {
        let file: Value = serde_json::from_str(EXAMPLES).unwrap();
        let values =
            file["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == id).unwrap().clone();
        let parameter = values["inputs"]["parameter_id"].as_u64().unwrap_or(13);
        Self { group: Group::from_parameter_id(u8::try_from(parameter).unwrap()).unwrap(), values }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        let text = self.values["inputs"].get(name).or_else(|| self.values["expected"].get(name));
        hex::decode(text.unwrap_or_else(|| panic!("no {name}")).as_str().unwrap()).unwrap()
    }

    fn element(&self, name: &str) -> Element {
        Element::decode(self.group, &self.bytes(name)).unwrap()
    }

    fn secret(&self, name: &str) -> Secret {
        // The DH private key of H.2 is as long as p, as PKCS#3 allows.
        Secret::from_bytes_reduced(self.group, &self.bytes(name)).unwrap()
    }

    /// The mapping and the agreement of the Generic Mapping, as the terminal computes them.
    fn check_generic_mapping(&self) {
        let mapping = self.secret("ifd_map_private");
        assert_eq!(mapping.public().encode(), self.bytes("ifd_map_public"));
        let peer = self.element("ic_map_public");
        let shared = mapping.public_on(&peer).unwrap();
        assert_eq!(shared.encode(), self.bytes("h"));
        let generator = Ephemeral::from_secret(mapping).map_generic(&self.bytes("nonce_s"), &peer).unwrap();
        assert_eq!(generator.encode(), self.bytes("mapped_generator"));
        assert_eq!(generator, map_generic(self.group, &self.bytes("nonce_s"), &shared).unwrap());
        self.check_agreement(&generator);
    }

    fn check_integrated_mapping(&self) {
        let generator = map_integrated(self.group, &self.bytes("R")).unwrap();
        assert_eq!(generator.encode(), self.bytes("mapped_generator"));
        // Reducing first must not change the image.
        assert_eq!(generator, map_integrated(self.group, &self.bytes("R_mod_p")).unwrap());
        self.check_agreement(&generator);
    }

    fn check_agreement(&self, generator: &Element) {
        let key = Ephemeral::from_secret(self.secret("ifd_ka_private"));
        assert_eq!(key.public_on(generator).unwrap().encode(), self.bytes("ifd_ka_public"));
        let shared = key.agree(&self.element("ic_ka_public")).unwrap();
        assert_eq!(shared.as_bytes(), self.bytes("shared_secret_K"));
    }
}

#[test]
fn pace_ecdh_generic_mapping_follows_the_worked_example() {
    Example::load("9303-11 G.1").check_generic_mapping();
}

#[test]
fn pace_dh_generic_mapping_follows_the_worked_example() {
    Example::load("9303-11 G.2").check_generic_mapping();
}

#[test]
fn pace_ecdh_integrated_mapping_follows_the_worked_example() {
    Example::load("9303-11 H.1").check_integrated_mapping();
}

#[test]
fn pace_dh_integrated_mapping_follows_the_worked_example() {
    Example::load("9303-11 H.2").check_integrated_mapping();
}

#[test]
fn pace_chip_authentication_mapping_follows_the_worked_example() {
    let example = Example::load("9303-11 I");
    example.check_generic_mapping();
    let data = Secret::from_bytes(example.group, &example.bytes("ca_ic")).unwrap();
    let mapping_key = data.public_on(&example.element("ic_static_public")).unwrap();
    assert_eq!(mapping_key, example.element("ic_map_public"));
}
