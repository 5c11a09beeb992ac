//! The worked examples of Doc 9303-11 appendices G, H and I, byte for byte, and what a hostile chip may try.

use super::*;
use crate::cipher::Cipher;
use crate::oid::Oid;
use crypto_bigint::{BoxedUint, NonZero};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../../testdata/vectors/icao9303-11-worked-examples.json");

struct Example(Value);

impl Example {
    fn named(id: &str) -> Example {
        let all: Value = serde_json::from_str(VECTORS).unwrap();
        let found =
            all["vectors"].as_array().unwrap().iter().find(|v| v["id"].as_str().unwrap().starts_with(id));
        Example(found.unwrap().clone())
    }

    fn text(&self, name: &str) -> &str {
        let value = &self.0["inputs"][name];
        value
            .as_str()
            .or(self.0["expected"][name].as_str())
            .unwrap_or_else(|| panic!("{name} is in the example"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.0["inputs"].get(name).is_some() || self.0["expected"].get(name).is_some()
    }

    fn parameters(&self) -> PaceParameters {
        let oid = Oid::from_bytes(&self.bytes("oid")).unwrap();
        let id = self.0["inputs"]["parameter_id"].as_u64().unwrap();
        PaceParameters {
            protocol: PaceProtocol::from_oid(&oid).unwrap(),
            group: Group::from_parameter_id(u8::try_from(id).unwrap()).unwrap(),
            password: PasswordKind::Mrz,
            name_group: false,
        }
    }

    /// A private key. The example of Integrated Mapping over a prime field gives one above the group's order.
    fn key(&self, name: &str) -> Ephemeral {
        let group = self.parameters().group;
        let mut key = self.bytes(name);
        if let groups::Parameters::Dh(parameters) = group.parameters() {
            let precision = u32::try_from(key.len().max(parameters.q.len()) * 8).unwrap();
            let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, precision).unwrap();
            let order = NonZero::new(number(parameters.q)).unwrap();
            let reduced = number(&key).rem_vartime(&order).to_be_bytes();
            key = reduced[reduced.len() - group.order_bytes()..].to_vec();
        }
        Ephemeral::from_secret(Secret::from_bytes(group, &key).unwrap())
    }

    fn answer(tag: u32, value: &[u8]) -> Vec<u8> {
        tlv::write(0x7C, &tlv::write(tag, value))
    }
}

/// Any password does for a check that begins with the password key itself.
fn password(example: &Example) -> Password {
    Password::from_mrz_information(example.text("mrz_information"))
}

fn agree(example: &Example) -> Agreement {
    let parameters = example.parameters();
    let (command, mapping) = Mapping::with_key(parameters, example.key("ifd_map_private")).unwrap();
    let sent = general_authenticate(0x10, &tlv::write(0x81, &example.bytes("ifd_map_public")));
    assert_eq!(command, sent);
    let (command, agreement) = mapping
        .finish_with_key(
            &password(example),
            &Example::answer(0x80, &example.bytes("encrypted_nonce")),
            &Example::answer(0x82, &example.bytes("ic_map_public")),
            example.key("ifd_ka_private"),
        )
        .unwrap();
    assert_eq!(command, general_authenticate(0x10, &tlv::write(0x83, &example.bytes("ifd_ka_public"))));
    agreement
}

fn confirm(example: &Example, agreement: Agreement) -> Confirmation {
    let answer = Example::answer(0x84, &example.bytes("ic_ka_public"));
    let (command, confirmation, session) = agreement.finish(&answer).unwrap();
    assert_eq!(command, general_authenticate(0, &tlv::write(0x85, &example.bytes("t_ifd"))));
    assert_eq!(session.keys().encryption().as_bytes(), example.bytes("ks_enc"));
    assert_eq!(session.keys().authentication().as_bytes(), example.bytes("ks_mac"));
    assert_eq!(confirmation.expected[..], example.bytes("t_ic"));
    confirmation
}

#[test]
fn generic_mapping_over_a_curve_is_reproduced() {
    let example = Example::named("9303-11 G.1");
    let confirmation = confirm(&example, agree(&example));
    assert!(confirmation.finish(&Example::answer(0x86, &example.bytes("t_ic"))).unwrap().is_none());
}

#[test]
fn generic_mapping_over_a_prime_field_is_reproduced() {
    let example = Example::named("9303-11 G.2");
    let confirmation = confirm(&example, agree(&example));
    assert!(confirmation.finish(&Example::answer(0x86, &example.bytes("t_ic"))).unwrap().is_none());
}

#[test]
fn chip_authentication_mapping_is_reproduced_and_verified() {
    let example = Example::named("9303-11 I");
    let confirmation = confirm(&example, agree(&example));
    let mut objects = tlv::write(0x86, &example.bytes("t_ic"));
    tlv::write_into(&mut objects, 0x8A, &example.bytes("encrypted_chip_auth_data"));
    let data = confirmation.finish(&tlv::write(0x7C, &objects)).unwrap().unwrap();
    assert_eq!(data.data.to_bytes()[..], example.bytes("ca_ic"));
    let group = example.parameters().group;
    let static_key = Element::decode(group, &example.bytes("ic_static_public")).unwrap();
    assert_eq!(data.verify(&static_key), Ok(true));
    assert_eq!(data.verify(&group.generator()), Ok(false));
}

/// The examples give the password key, not the password: the mapping is checked from the nonce on.
fn integrated_example(id: &str) {
    let example = Example::named(id);
    assert!(!example.has("mrz_information"));
    let parameters = example.parameters();
    let nonce = Zeroizing::new(example.bytes("nonce_t"));
    let (command, _) = Mapping::with_nonce(parameters, nonce).unwrap();
    assert_eq!(command, general_authenticate(0x10, &tlv::write(0x81, &example.bytes("nonce_t"))));

    let password_key = Key::from_bytes(Cipher::Aes128, &example.bytes("k_pi")).unwrap();
    let nonce = password_key.decrypt_cbc(&[0; 16], &example.bytes("encrypted_nonce")).unwrap();
    assert_eq!(nonce[..], example.bytes("nonce_s"));
    let generator =
        mapping::integrated(parameters.group, Cipher::Aes128, &nonce, &example.bytes("nonce_t")).unwrap();
    assert_eq!(generator.encode(), example.bytes("mapped_generator"));

    let own = example.key("ifd_ka_private");
    let own_public = own.public_on(&generator).unwrap();
    assert_eq!(own_public.encode(), example.bytes("ifd_ka_public"));
    confirm(&example, Agreement { parameters, own, own_public, chip_mapping_key: None });
}

#[test]
fn integrated_mapping_over_a_curve_is_reproduced() {
    integrated_example("9303-11 H.1");
}

#[test]
fn integrated_mapping_over_a_prime_field_is_reproduced() {
    integrated_example("9303-11 H.2");
}

#[test]
fn a_chip_that_mirrors_our_keys_is_refused() {
    let example = Example::named("9303-11 G.1");
    let (_, mapping) = Mapping::with_key(example.parameters(), example.key("ifd_map_private")).unwrap();
    let mirrored = mapping.finish_with_key(
        &password(&example),
        &Example::answer(0x80, &example.bytes("encrypted_nonce")),
        &Example::answer(0x82, &example.bytes("ifd_map_public")),
        example.key("ifd_ka_private"),
    );
    assert_eq!(mirrored.err(), Some(PaceError::MirroredKey));
    let mirrored = agree(&example).finish(&Example::answer(0x84, &example.bytes("ifd_ka_public")));
    assert_eq!(mirrored.err(), Some(PaceError::MirroredKey));
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let example = Example::named("9303-11 G.1");
    let mut point = example.bytes("ic_ka_public");
    *point.last_mut().unwrap() ^= 1;
    let refused = agree(&example).finish(&Example::answer(0x84, &point));
    assert!(matches!(refused.err(), Some(PaceError::PublicKey(_))));
}

#[test]
fn a_wrong_or_missing_token_is_refused() {
    let example = Example::named("9303-11 G.1");
    let mut token = example.bytes("t_ic");
    token[0] ^= 0x80;
    let confirmation = confirm(&example, agree(&example));
    assert_eq!(confirmation.finish(&Example::answer(0x86, &token)).err(), Some(PaceError::Token));
    let confirmation = confirm(&example, agree(&example));
    assert_eq!(confirmation.finish(&[0x7C, 0]).err(), Some(PaceError::Object(0x86)));
}

#[test]
fn chip_authentication_data_must_come_exactly_when_agreed() {
    let example = Example::named("9303-11 I");
    let confirmation = confirm(&example, agree(&example));
    let without = confirmation.finish(&Example::answer(0x86, &example.bytes("t_ic")));
    assert_eq!(without.err(), Some(PaceError::Object(0x8A)));

    let generic = Example::named("9303-11 G.1");
    let confirmation = confirm(&generic, agree(&generic));
    let mut objects = tlv::write(0x86, &generic.bytes("t_ic"));
    tlv::write_into(&mut objects, 0x8A, &[0; 48]);
    let unasked = confirmation.finish(&tlv::write(0x7C, &objects));
    assert_eq!(unasked.err(), Some(PaceError::Object(0x8A)));
}

#[test]
fn a_protocol_on_a_group_of_the_wrong_kind_is_refused() {
    let mut parameters = Example::named("9303-11 G.1").parameters();
    parameters.group = Group::Modp1024Prime160;
    let refused = Mapping::with_nonce(parameters, Zeroizing::new(vec![0; 16]));
    assert_eq!(refused.err(), Some(PaceError::GroupKind(Group::Modp1024Prime160)));
}

#[test]
fn an_encrypted_nonce_consists_of_whole_blocks_and_stands_alone() {
    let parameters = Example::named("9303-11 G.1").parameters();
    let answer = |nonce: &[u8]| tlv::write(0x7C, &tlv::write(0x80, nonce));
    for length in [16, 32, 64] {
        assert_eq!(parameters.encrypted_nonce(&answer(&vec![7; length])), Ok(&vec![7; length][..]));
    }
    for length in [0, 1, 15, 17, 80] {
        let answer = answer(&vec![7; length]);
        let refused = parameters.encrypted_nonce(&answer);
        assert_eq!(refused, Err(PaceError::NonceLength(length)));
    }
    let other = tlv::write(0x7C, &tlv::write(0x90, &[7; 16]));
    assert_eq!(parameters.encrypted_nonce(&other), Err(PaceError::Object(0x80)));
    let two = tlv::write(0x7C, &[tlv::write(0x80, &[7; 16]), tlv::write(0x82, &[])].concat());
    assert!(matches!(parameters.encrypted_nonce(&two), Err(PaceError::Tlv(_))));
    assert!(matches!(parameters.encrypted_nonce(&[]), Err(PaceError::Tlv(_))));
}
