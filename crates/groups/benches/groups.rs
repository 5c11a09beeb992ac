//! What the operations of PACE cost on each group. Run with `cargo bench -p groups`.

use divan::Bencher;
use groups::{Element, Group, Secret, ecdsa, map_generic, map_integrated};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn main() {
    divan::main();
}

fn key(group: Group, seed: u64) -> Secret {
    let key = Secret::random(group, &mut ChaCha20Rng::seed_from_u64(seed));
    // The first use of a generator builds its table, once per process; that is not part of the measure.
    key.public();
    key
}

#[divan::bench(args = Group::ALL)]
fn public(bencher: Bencher<'_, '_>, group: Group) {
    let key = key(group, 1);
    bencher.bench(|| key.public());
}

#[divan::bench(args = Group::ALL)]
fn agree(bencher: Bencher<'_, '_>, group: Group) {
    let (key, peer) = (key(group, 1), key(group, 2).public());
    bencher.bench(|| key.agree(&peer));
}

#[divan::bench(args = Group::ALL)]
fn generic_mapping(bencher: Bencher<'_, '_>, group: Group) {
    let shared = key(group, 1).public();
    bencher.bench(|| map_generic(group, &[0x5A; 16], &shared));
}

#[divan::bench(args = Group::ALL.into_iter().filter(|group| group.supports_integrated_mapping()))]
fn integrated_mapping(bencher: Bencher<'_, '_>, group: Group) {
    let pseudo_random = vec![0x5A; group.field_bytes() + 8];
    bencher.bench(|| map_integrated(group, &pseudo_random));
}

#[divan::bench(args = Group::ALL)]
fn decode(bencher: Bencher<'_, '_>, group: Group) {
    let encoded = key(group, 1).public().encode();
    bencher.bench(|| Element::decode(group, &encoded));
}

#[divan::bench(args = Group::ALL.into_iter().filter(|group| group.kind() == groups::Kind::Ecdh))]
fn verify(bencher: Bencher<'_, '_>, group: Group) {
    let key = key(group, 1);
    let digest = [7; 32];
    let signature = ecdsa::sign(&key, &digest, &mut ChaCha20Rng::seed_from_u64(3)).expect("a curve signs");
    let public = key.public();
    bencher.bench(|| ecdsa::verify(&public, &digest, &signature));
}
