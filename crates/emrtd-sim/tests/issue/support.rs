//! Shared keys and an own verifier of signatures, from the public key and algorithm as written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use der::{Decode, Encode};
use emrtd::lds::public_key::PublicKey;
use emrtd::tlv::Reader;
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::DocumentProfile;
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::{HashAlgorithm, KeySpec, SigningKey, generate_rsa};
use jiff::civil::{Date, date};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rsa::pkcs1::{DecodeRsaPublicKey, RsaPssParams};
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

/// The day of all tests.
pub(crate) fn today() -> Date {
    date(2026, 11, 22)
}

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A key that all tests of the run share; `number` tells keys of the same kind apart.
pub(crate) fn shared_key(spec: KeySpec, number: u64) -> Arc<SigningKey> {
    type Keys = HashMap<(KeySpec, u64), Arc<SigningKey>>;
    static KEYS: OnceLock<Mutex<Keys>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap();
    Arc::clone(
        keys.entry((spec, number))
            .or_insert_with(|| Arc::new(SigningKey::generate(spec, &mut rng(100 + number)).unwrap())),
    )
}

/// The RSA key for Active Authentication of that length.
pub(crate) fn shared_active_authentication_key(bits: usize) -> RsaPrivateKey {
    static KEYS: OnceLock<Mutex<HashMap<usize, RsaPrivateKey>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap();
    keys.entry(bits).or_insert_with(|| generate_rsa(bits, &mut rng(7)).unwrap()).clone()
}

pub(crate) fn profile(name: &str) -> DocumentProfile {
    builtin_profile(name).unwrap().unwrap()
}

pub(crate) fn state_of(profile: &DocumentProfile) -> IssuingState {
    let csca = shared_key(profile.csca.key, 1);
    let signer = shared_key(profile.document_signer.key, 2);
    IssuingState::establish_with_keys(profile, csca, signer, today(), &mut rng(3)).unwrap()
}

/// A document of the profile for a person of the seed.
pub(crate) fn issue(profile: &DocumentProfile, seed: u64) -> SpecimenDocument {
    use emrtd_sim::issue::profile::ActiveAuthenticationProfile;
    let state = state_of(profile);
    let holder = Holder::generate(today(), &mut rng(seed));
    let rsa = match profile.active_authentication {
        Some(ActiveAuthenticationProfile::Rsa { bits, .. }) => Some(shared_active_authentication_key(bits)),
        _ => None,
    };
    let issuance = Issuance {
        profile,
        state: &state,
        holder: &holder,
        issue_date: today(),
        active_authentication_rsa: rsa.as_ref(),
        portrait: None,
    };
    issuance.issue(&mut rng(seed.wrapping_add(1))).unwrap()
}

/// One TLV: tag byte, value, and the whole encoding. Only DER with one-byte tags.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) whole: &'a [u8],
}

impl<'a> Node<'a> {
    /// The TLVs one after the other.
    pub(crate) fn all(mut bytes: &'a [u8]) -> Vec<Self> {
        let mut out = Vec::new();
        while !bytes.is_empty() {
            let (length, header) = match bytes[1] {
                short @ 0..=0x7F => (usize::from(short), 2),
                0x81 => (usize::from(bytes[2]), 3),
                0x82 => (usize::from(bytes[2]) << 8 | usize::from(bytes[3]), 4),
                other => panic!("length form {other:02x}"),
            };
            let (whole, rest) = bytes.split_at(header + length);
            out.push(Self { tag: bytes[0], value: &whole[header..], whole });
            bytes = rest;
        }
        out
    }

    /// The only TLV there is.
    pub(crate) fn one(bytes: &'a [u8]) -> Self {
        let all = Self::all(bytes);
        assert_eq!(all.len(), 1, "bytes after the object");
        all[0]
    }

    pub(crate) fn children(&self) -> Vec<Self> {
        Self::all(self.value)
    }
}

fn hash_of(identifier: &str) -> Option<HashAlgorithm> {
    HashAlgorithm::ALL.into_iter().find(|hash| hash.oid().to_string() == identifier)
}

/// Verifies a signature with SubjectPublicKeyInfo and AlgorithmIdentifier as they are written.
pub(crate) fn verifies(key_info: &[u8], algorithm: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithm = AlgorithmIdentifierRef::from_der(algorithm).unwrap();
    let oid = algorithm.oid.to_string();
    let hash = match oid.as_str() {
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => HashAlgorithm::Sha1,
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => HashAlgorithm::Sha224,
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => HashAlgorithm::Sha256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => HashAlgorithm::Sha384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => HashAlgorithm::Sha512,
        "1.2.840.113549.1.1.10" => {
            let parameters = algorithm.parameters.unwrap().to_der().unwrap();
            return verifies_pss(key_info, &parameters, message, signature);
        }
        other => panic!("algorithm {other}"),
    };
    let digest = hash.digest(message);
    if oid.starts_with("1.2.840.113549") {
        let Some(key) = rsa_key(key_info) else { return false };
        let padding = match hash {
            HashAlgorithm::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            HashAlgorithm::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
            HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        return key.verify(padding, &digest, signature).is_ok();
    }
    let info = Reader::new(key_info).expect(0x30).unwrap();
    let PublicKey::Group(key) = PublicKey::read(&info).unwrap() else { return false };
    groups::ecdsa::from_der(key.element.group(), signature)
        .and_then(|plain| groups::ecdsa::verify(&key.element, &digest, &plain))
        .is_ok()
}

fn verifies_pss(key_info: &[u8], parameters: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let parameters = RsaPssParams::<der::Any>::from_der(parameters).unwrap();
    let hash = hash_of(&parameters.hash.oid.to_string()).unwrap();
    assert_eq!(
        parameters.mask_gen.parameters.as_ref().unwrap().oid,
        parameters.hash.oid,
        "MGF1 with another hash"
    );
    let Some(key) = rsa_key(key_info) else { return false };
    let digest = hash.digest(message);
    let salt = usize::from(parameters.salt_len);
    match hash {
        HashAlgorithm::Sha1 => key.verify(Pss::<Sha1>::new_with_salt(salt), &digest, signature),
        HashAlgorithm::Sha224 => key.verify(Pss::<Sha224>::new_with_salt(salt), &digest, signature),
        HashAlgorithm::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), &digest, signature),
        HashAlgorithm::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), &digest, signature),
        HashAlgorithm::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt), &digest, signature),
    }
    .is_ok()
}

/// The RSA key, if it is one.
fn rsa_key(key_info: &[u8]) -> Option<RsaPublicKey> {
    let info = SubjectPublicKeyInfoRef::from_der(key_info).unwrap();
    RsaPublicKey::from_pkcs1_der(info.subject_public_key.raw_bytes()).ok()
}

/// The SubjectPublicKeyInfo of a certificate.
pub(crate) fn key_info_of(certificate: &[u8]) -> Vec<u8> {
    let body = Node::one(certificate).children()[0];
    body.children()[6].whole.to_vec()
}

/// Whether a certificate or revocation list is signed by the key.
pub(crate) fn signed_by(signed: &[u8], key_info: &[u8]) -> bool {
    let [body, algorithm, signature] = Node::one(signed).children()[..] else { panic!("not three parts") };
    verifies(key_info, algorithm.whole, body.whole, &signature.value[1..])
}
