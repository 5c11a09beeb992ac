//! Active Authentication: arbitrary keys and signatures, and messages that a chip with the key signed.

use std::sync::OnceLock;

use emrtd::HashAlgorithm as DigestAlgorithm;
use emrtd::active_authentication::{
    ActiveAuthenticationError, CHALLENGE_BYTES, Challenge, LARGEST_MODULUS_BITS, SMALLEST_MODULUS_BITS,
    Signature, bit_length, verify_ecdsa, verify_rsa,
};
use emrtd_sim::pki::{HashAlgorithm, generate_rsa};
use groups::{Element, Group};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};

use crate::input::{Input, Output};
use crate::oracle::{explained, sound};

const CHALLENGE: Challenge = Challenge(*b"kendt_AA");

/// Arbitrary RSA keys, challenges and signatures.
pub fn rsa_keys(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut challenge = [0; CHALLENGE_BYTES];
    for byte in &mut challenge {
        *byte = input.byte();
    }
    let (exponent, modulus) = (input.chunk(), input.long_chunk());
    let signature = input.rest();
    let verified = verify_rsa(modulus, exponent, Challenge(challenge), signature);
    if let Some(Signature::Rsa { bits, .. }) = sound(bytes, verified) {
        assert_eq!(bits, bit_length(modulus));
        assert!((SMALLEST_MODULUS_BITS..=LARGEST_MODULUS_BITS).contains(&bits));
        assert!(modulus.last().is_some_and(|last| last & 1 == 1), "an even modulus was accepted");
    }
}

/// The key of [`rsa_messages`].
fn key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_rsa(1024, &mut crate::specimens::rng(5)).expect("1024 bits can be made"))
}

/// Messages built by the fuzzer and signed by a chip that has the key: accepted only if they are
/// `6A || M1 || H(M1 || challenge) || trailer`.
pub fn rsa_messages(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let key = key();
    let length = key.size();
    let mut message = fuzzed_message(&mut input, length);
    // The modulus begins with a one, so anything that begins below 80 is smaller.
    message[0] &= 0x7F;
    let number = BoxedUint::from_be_slice_vartime(&message);
    let power = rsa::hazmat::rsa_decrypt_and_check(key, None::<&mut rand_chacha::ChaCha8Rng>, &number)
        .expect("the message is below the modulus");
    // Half of the signers give the smaller of the two roots (ISO/IEC 9796-2 B.4).
    let negative = key.n().as_ref().wrapping_sub(&power);
    let signature = if input.flag() { power.to_be_bytes() } else { negative.to_be_bytes() };
    let signature = &signature[signature.len().saturating_sub(length)..];
    let verified = verify_rsa(&key.n_bytes(), &key.e_bytes(), CHALLENGE, signature);
    match (verified, meaning(&message)) {
        (Ok(Signature::Rsa { bits, digest }), Some(right)) => assert_eq!((bits, digest), (1024, right)),
        (Ok(other), _) => assert_eq!(None, Some(other), "a message that is not right was accepted"),
        (Err(error), None) => explained(bytes, &error),
        (Err(error), Some(right)) => assert_eq!(None, Some((error, right)), "a right message was refused"),
    }
}

const TRAILERS: [(u8, DigestAlgorithm, HashAlgorithm); 5] = [
    (0x33, DigestAlgorithm::Sha1, HashAlgorithm::Sha1),
    (0x34, DigestAlgorithm::Sha256, HashAlgorithm::Sha256),
    (0x35, DigestAlgorithm::Sha512, HashAlgorithm::Sha512),
    (0x36, DigestAlgorithm::Sha384, HashAlgorithm::Sha384),
    (0x38, DigestAlgorithm::Sha224, HashAlgorithm::Sha224),
];

/// A message that is right but for the changes that the input makes.
fn fuzzed_message(input: &mut Input<'_>, length: usize) -> Vec<u8> {
    let (number, _, hash) = input.choose(&TRAILERS);
    let short = input.flag();
    let trailer = if short { vec![0xBC] } else { vec![number, 0xCC] };
    let hash = if short { HashAlgorithm::Sha1 } else { hash };
    let room = length - 1 - trailer.len() - hash.length();
    let mut m1 = input.chunk().to_vec();
    m1.resize(room, 0xA5);
    let digest = hash.digest(&[&m1[..], &CHALLENGE.0].concat());
    let mut message = [&[0x6A][..], &m1, &digest, &trailer].concat();
    for _ in 0..input.byte() % 3 {
        let at = input.below(length);
        message[at] ^= input.byte();
    }
    message
}

/// The hash of a right message, read independently of the library.
fn meaning(message: &[u8]) -> Option<DigestAlgorithm> {
    let (_, digest, hash, trailer) = match message {
        [.., 0xBC] => (0, DigestAlgorithm::Sha1, HashAlgorithm::Sha1, 1),
        [.., number, 0xCC] => {
            let (number, digest, hash) = TRAILERS.iter().find(|row| row.0 == *number)?;
            (*number, *digest, *hash, 2)
        }
        _ => return None,
    };
    let end = message.len() - trailer;
    let (m1, found) = message.get(1..end)?.split_at(end - 1 - hash.length());
    let right = hash.digest(&[m1, &CHALLENGE.0].concat());
    (message[0] == 0x6A && found == right).then_some(digest)
}

/// Arbitrary keys on curves, hashes and signatures.
pub fn ecdsa(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let group = input.choose(&Group::ALL);
    let digest = DigestAlgorithm::ALL.get(usize::from(input.byte())).copied();
    let challenge = input.chunk();
    let mut rnd = CHALLENGE.0;
    rnd.iter_mut().zip(challenge).for_each(|(byte, given)| *byte = *given);
    let key = Element::decode(group, input.chunk()).unwrap_or_else(|_| group.generator());
    let signature = input.rest();
    let verified = verify_ecdsa(&key, digest, Challenge(rnd), signature);
    if digest.is_none() {
        assert_eq!(verified, Err(ActiveAuthenticationError::NoDigest));
    }
    if let Some(Signature::Ecdsa { group: named, .. }) = sound(bytes, verified) {
        assert_eq!((named, signature.len()), (group, 2 * group.order_bytes()));
    }
}

/// Keys at the limits of length.
pub fn rsa_key_seeds() -> Vec<Vec<u8>> {
    let modulus = key().n_bytes();
    let head =
        |exponent: &[u8], modulus: &[u8]| Output::new().raw(&CHALLENGE.0).chunk(exponent).long_chunk(modulus);
    vec![
        head(&[1, 0, 1], &modulus).raw(&[2; 128]).done(),
        head(&[3], &[0xFF; 128]).raw(&[1]).done(),
        head(&[3], &[0xFF; 129]).raw(&[0x7F; 129]).done(),
        head(&[0xFF; 8], &[0xFF; 128]).raw(&[0x6A; 127]).done(),
        head(&[1], &modulus).raw(&[]).done(),
        head(&[3], &[0xFF; 127]).raw(&[5; 4]).done(),
    ]
}

/// Every trailer, right and with a change.
pub fn rsa_message_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for index in 0..5 {
        for short in [0, 1] {
            let head = Output::new().raw(&[index, short]).chunk(&[0x42; 40]);
            seeds.push(head.clone().raw(&[0, 1]).done());
            seeds.push(head.clone().raw(&[0, 0]).done());
            seeds.push(head.raw(&[1, 0, 127, 1, 1]).done());
        }
    }
    seeds
}

/// Right signatures on some curves.
pub fn ecdsa_seeds() -> Vec<Vec<u8>> {
    let mut rng = crate::specimens::rng(6);
    let mut seeds = Vec::new();
    for (index, group) in (0_u8..).zip(Group::ALL) {
        let secret = groups::Secret::random(group, &mut rng);
        let digest = HashAlgorithm::Sha256.digest(&CHALLENGE.0);
        let Ok(signature) = groups::ecdsa::sign(&secret, &digest, &mut rng) else { continue };
        let head = Output::new().raw(&[index, 2]).chunk(&CHALLENGE.0).chunk(&secret.public().encode());
        seeds.push(head.raw(&signature).done());
        seeds.push(Output::new().raw(&[index, 5]).chunk(&[]).chunk(&[]).raw(&signature).done());
    }
    seeds
}
