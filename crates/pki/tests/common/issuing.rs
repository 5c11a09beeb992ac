//! Authorities and signed lists of the test PKI.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use emrtd_sim::asn1;
use emrtd_sim::issue::{SignedContent, build_signed_data, known_defects};
use emrtd_sim::pki::{
    Csca, CscaKey, Deviation, DocumentSigner, HashAlgorithm, KeySpec, ParameterEncoding, SignatureSpec,
    SigningKey, State,
};
use jiff::civil::{Date, date};
use pki::Certificate;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// How everything here is signed.
pub(crate) const ECDSA: SignatureSpec = SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 };
pub(crate) const MASTER_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.2");
const MASTER_LIST_SIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.3");

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn key(seed: u64) -> Arc<SigningKey> {
    let spec = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::Explicit };
    Arc::new(SigningKey::generate(spec, &mut rng(seed)).unwrap())
}

/// An authority from 2025 on.
pub(crate) fn csca(country: &str, code: &str, seed: u64, deviations: &[Deviation]) -> Csca {
    let state = State { country: country.to_owned(), code: code.to_owned(), document_years: 10 };
    let key = CscaKey { key: key(seed), scheme: ECDSA };
    Csca::establish(state, key, date(2025, 1, 1), deviations, &mut rng(seed)).unwrap()
}

pub(crate) fn parsed(csca: &Csca) -> Certificate {
    Certificate::parse(&csca.certificate().der).unwrap()
}

/// A signer of documents below an authority.
pub(crate) fn document_signer(authority: &Csca, seed: u64) -> (DocumentSigner, Certificate) {
    let types = ["P".to_owned()];
    let signer =
        authority.certify_document_signer(key(seed), &types, date(2026, 1, 1), &[], &mut rng(seed)).unwrap();
    let read = Certificate::parse(&signer.certificate.der).unwrap();
    (signer, read)
}

/// Signed content of a type, signed on a day by a list signer with this extended key usage below `authority`.
pub(crate) fn signed(
    authority: &Csca,
    usage: ObjectIdentifier,
    content_type: ObjectIdentifier,
    content: &[u8],
    day: Date,
    seed: u64,
) -> Vec<u8> {
    let signer = authority.certify_list_signer(usage, key(seed), date(2026, 1, 1), &[], &mut rng(seed));
    signed_by(&signer.unwrap(), content_type, content, day, seed)
}

/// Signed content of a type, signed on a day.
pub(crate) fn signed_by(
    signer: &DocumentSigner,
    content_type: ObjectIdentifier,
    content: &[u8],
    day: Date,
    seed: u64,
) -> Vec<u8> {
    let what = SignedContent {
        content_type,
        content,
        scheme: ECDSA,
        signing_time: day.at(12, 0, 0, 0),
        deviations: &[],
    };
    build_signed_data(what, signer, &mut rng(seed + 1)).unwrap()
}

/// A master list of these certificates, signed on a day.
pub(crate) fn master_list(authority: &Csca, certificates: &[&[u8]], day: Date, seed: u64) -> Vec<u8> {
    let set = asn1::tlv(&[0x31], &certificates.concat());
    let content = asn1::sequence([asn1::small(0), set]);
    signed(authority, MASTER_LIST_SIGNER, MASTER_LIST, &content, day, seed)
}

/// The arcs of a kind such as `1.3`.
fn arcs(kind: &str) -> Vec<u8> {
    kind.split('.').map(|arc| arc.parse().unwrap()).collect()
}

/// What an entry of a defect list says: the kind below the arc of the list, and its parameters.
pub(crate) fn known_defect(kind: &str, parameters: &[u8]) -> Vec<u8> {
    known_defects::known_defect(&arcs(kind), parameters)
}

/// The content of a deviation list with one entry: the documents, and each kind below the arc of the list with its
/// parameters.
pub(crate) fn deviations_of(documents: &[u8], kinds: &[(&str, &[u8])]) -> Vec<u8> {
    let kinds: Vec<(Vec<u8>, &[u8])> = kinds.iter().map(|(kind, value)| (arcs(kind), *value)).collect();
    let kinds: Vec<(&[u8], &[u8])> = kinds.iter().map(|(kind, value)| (&kind[..], *value)).collect();
    known_defects::deviations_of(documents, &kinds)
}
