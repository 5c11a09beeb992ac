//! The Integrated Mapping examples of Doc 9303-11 appendix H: they give the password key itself, so they begin at a run.

use std::collections::VecDeque;
use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

use super::*;

const EXAMPLES: &str = include_str!("../../../../../testdata/vectors/icao9303-11-worked-examples.json");

/// Chip's private key for the agreement of H.1 (printed in the appendix, not in the file).
const H1_CHIP_KEY: [u8; 32] = hex!("107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A");
/// Chip's private key for the agreement of H.2, as long as p.
const H2_CHIP_KEY: [u8; 128] = hex!(
    "020F018C7284B047FA7721A337EFB7ACB1440BB30C5252BD41C97C30C994BB78"
    "E9F0C5B32744D84017D21FFA6878396A6469CA283EF5C000DAF7D261A39AB886"
    "0ED4610AB5343390897AAB5A7787E4FAEFA0649C6A94FDF82D991E8E3FC332F5"
    "142729E7040A3F7D5A4D3CD75CBEE1F043C1CAD2DD484FEB4ED22B597D36688E"
);

/// Gives out the bytes it was made of.
struct Scripted(VecDeque<u8>);

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

fn example(id: &str) -> Value {
    let file: Value = serde_json::from_str(EXAMPLES).unwrap();
    file["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == id).unwrap().clone()
}

fn bytes(example: &Value, name: &str) -> Vec<u8> {
    let text = example["inputs"].get(name).or_else(|| example["expected"].get(name)).unwrap();
    hex::decode(text.as_str().unwrap()).unwrap()
}

fn check(id: &str, group: Group, chip_key: &[u8]) {
    let example = example(id);
    let bytes = |name| bytes(&example, name);
    let offer = Offer { mapping: PaceMapping::Im, group, cipher: Cipher::Aes128 };
    assert_eq!(offer.oid().as_bytes(), bytes("oid"));
    let key = Secret::from_bytes_reduced(group, chip_key).unwrap().to_bytes();
    let mut rng = Scripted([bytes("nonce_s"), key.to_vec()].concat().into());
    let password = Key::from_bytes(Cipher::Aes128, &bytes("k_pi")).unwrap();
    let mut run = Run::new(offer, password, None);

    let mut step = |step, value: &[u8]| run.step(step, value, None, &mut rng).unwrap();
    assert_eq!(step(PaceStep::Nonce, &[]).objects, tlv::write(0x80, &bytes("encrypted_nonce")));
    assert_eq!(step(PaceStep::Mapping, &bytes("nonce_t")).objects, [0x82, 0x00]);
    let agreed = step(PaceStep::Agreement, &bytes("ifd_ka_public"));
    assert_eq!(agreed.objects, tlv::write(0x84, &bytes("ic_ka_public")));
    let last = step(PaceStep::MutualAuthentication, &bytes("t_ifd"));
    assert_eq!(last.objects, tlv::write(0x86, &bytes("t_ic")));
    let session = last.session.unwrap();
    assert_eq!(session.encryption().as_bytes(), bytes("ks_enc"));
    assert_eq!(session.authentication().as_bytes(), bytes("ks_mac"));
}

#[test]
fn the_integrated_mapping_on_a_curve_follows_example_h1() {
    check("9303-11 H.1", Group::BrainpoolP256r1, &H1_CHIP_KEY);
}

#[test]
fn the_integrated_mapping_modulo_p_follows_example_h2() {
    check("9303-11 H.2", Group::Modp1024Prime160, &H2_CHIP_KEY);
}

#[test]
fn the_pseudo_random_function_follows_example_h1() {
    let example = example("9303-11 H.1");
    let random = pseudo_random(
        Cipher::Aes128,
        Group::BrainpoolP256r1,
        &bytes(&example, "nonce_s"),
        &bytes(&example, "nonce_t"),
    );
    assert_eq!(*random.unwrap(), bytes(&example, "R"));
}

#[test]
fn combinations_that_the_standard_lacks_are_no_offers() {
    use crate::issue::profile::SessionCipher;
    let offer =
        |mapping, parameter_id, cipher| Offer::from_profile(PaceProfile { mapping, parameter_id, cipher });
    assert!(offer(PaceMapping::Im, 10, SessionCipher::Aes128).is_none());
    assert!(offer(PaceMapping::Cam, 0, SessionCipher::Aes128).is_none());
    assert!(offer(PaceMapping::Cam, 13, SessionCipher::TripleDes).is_none());
    assert!(offer(PaceMapping::Gm, 3, SessionCipher::Aes128).is_none());
    assert!(offer(PaceMapping::Gm, 10, SessionCipher::TripleDes).is_some());
}

#[test]
fn a_dh_value_is_encoded_without_leading_zeros() {
    // Doc 9303-11 §9.4.1. One value in 256 begins with a zero byte.
    let group = Group::Modp1024Prime160;
    let short = (1u16..).map(|scalar| Secret::from_bytes(group, &scalar.to_be_bytes()).unwrap().public());
    let short = short.skip(1).find(|public| public.encode()[0] == 0).unwrap();
    let encoded = unsigned(&short);
    assert_eq!(encoded.len(), 127);
    assert_eq!(Element::decode(group, &encoded).unwrap(), short);
    let point = Group::P256.generator();
    assert_eq!(unsigned(&point), point.encode());
}
