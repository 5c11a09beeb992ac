//! Key agreement, ECDSA and the Integrated Mapping against published values and against OpenSSL.

#![allow(clippy::unwrap_used)] // The helpers of tests may fail as tests do.

use groups::{Element, Group, Secret, ecdsa, map_integrated};
use serde_json::Value;

const VECTORS: &str = include_str!("data/vectors.json");

fn vectors(kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    file[kind].as_array().unwrap().clone()
}

fn group(vector: &Value) -> Group {
    Group::from_parameter_id(u8::try_from(vector["parameter_id"].as_u64().unwrap()).unwrap()).unwrap()
}

fn bytes(vector: &Value, name: &str) -> Vec<u8> {
    hex::decode(vector[name].as_str().unwrap()).unwrap()
}

#[test]
fn key_agreement_gives_the_published_secrets_on_both_sides() {
    for vector in vectors("agreement") {
        let group = group(&vector);
        let context = format!("{} on {group}", vector["source"]);
        for (own, peer) in [("a", "b"), ("b", "a")] {
            let secret = Secret::from_bytes(group, &bytes(&vector, &format!("private_{own}"))).unwrap();
            assert_eq!(secret.public().encode(), bytes(&vector, &format!("public_{own}")), "{context}");
            let peer = Element::decode(group, &bytes(&vector, &format!("public_{peer}"))).unwrap();
            assert_eq!(secret.agree(&peer).unwrap().as_bytes(), bytes(&vector, "shared"), "{context}");
        }
    }
}

#[test]
fn every_group_has_a_key_agreement_vector() {
    let covered: Vec<Group> = vectors("agreement").iter().map(group).collect();
    assert!(Group::ALL.iter().all(|group| covered.contains(group)));
}

#[test]
fn the_signatures_of_rfc_6979_verify() {
    for vector in vectors("ecdsa_with_nonce") {
        let public = Element::decode(group(&vector), &bytes(&vector, "public")).unwrap();
        let verdict = ecdsa::verify(&public, &bytes(&vector, "digest"), &bytes(&vector, "signature"));
        assert_eq!(verdict, Ok(()), "{}", vector["source"]);
    }
}

#[test]
fn the_signatures_of_openssl_verify_on_every_curve_and_survive_reencoding() {
    for vector in vectors("ecdsa_der") {
        let group = group(&vector);
        let public = Element::decode(group, &bytes(&vector, "public")).unwrap();
        let der = bytes(&vector, "der");
        let fixed = ecdsa::from_der(group, &der).unwrap();
        assert_eq!(ecdsa::verify(&public, &bytes(&vector, "digest"), &fixed), Ok(()), "{group}");
        assert_eq!(ecdsa::to_der(&fixed).unwrap(), der, "{group}");
    }
}

#[test]
fn the_integrated_mapping_gives_the_computed_images() {
    for vector in vectors("integrated_mapping") {
        let group = group(&vector);
        let image = map_integrated(group, &bytes(&vector, "r")).unwrap();
        assert_eq!(image.encode(), bytes(&vector, "image"), "{group}");
    }
}
