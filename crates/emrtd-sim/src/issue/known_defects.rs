//! Lists of known defects: the content of a defect list (BSI TR-03129-2 §7) and of a deviation list (Doc 9303-12 §10).
//!
//! The contents are to be signed by [`super::build_signed_data`].

use const_oid::ObjectIdentifier;

use crate::asn1;
use crate::pki::{DocumentSigner, HashAlgorithm};

/// id-DefectList, the content type.
pub const DEFECT_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.1.5");
/// What the certificate of a defect list's signer may be used for.
pub const DEFECT_LIST_SIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.11.2.1.2");
/// id-icao-DeviationList, the content type.
pub const DEVIATION_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.7");
/// What the certificate of a deviation list's signer may be used for.
pub const DEVIATION_LIST_SIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.8");

/// A kind below the arc of its list, for example `[1, 3]`.
fn kind(list: ObjectIdentifier, arcs: &[u8]) -> Vec<u8> {
    asn1::tlv(&[0x06], &[list.as_bytes(), arcs].concat())
}

/// What an entry of a defect list of version 1 says: the kind, by its arcs below 128, and its parameters.
pub fn known_defect(arcs: &[u8], parameters: &[u8]) -> Vec<u8> {
    asn1::sequence([kind(DEFECT_LIST, arcs), parameters.to_vec()])
}

/// The content of a defect list of version 1 with one entry, for the documents of `signer`.
pub fn defects_of(signer: &DocumentSigner, known: &[Vec<u8>]) -> Vec<u8> {
    let identifier = asn1::sequence([&signer.certificate.issuer, &signer.certificate.serial]);
    defect_list(0, &[asn1::sequence([identifier, asn1::set_of(known.to_vec())])])
}

/// The content of a defect list with these entries; `version` counts from 0.
pub fn defect_list(version: u64, entries: &[Vec<u8>]) -> Vec<u8> {
    let hash = asn1::oid(HashAlgorithm::Sha256.oid());
    asn1::sequence([asn1::small(version), hash, asn1::set_of(entries.to_vec())])
}

/// The content of a deviation list with one entry: the conditions that its documents meet, encoded, and each kind with
/// its parameters.
pub fn deviations_of(documents: &[u8], kinds: &[(&[u8], &[u8])]) -> Vec<u8> {
    let described = |(arcs, parameters): &(&[u8], &[u8])| {
        let wrapped = if parameters.is_empty() { Vec::new() } else { asn1::explicit(0, parameters) };
        asn1::sequence([asn1::printable("for people"), kind(DEVIATION_LIST, arcs), wrapped])
    };
    let descriptions = asn1::set_of(kinds.iter().map(described).collect());
    let entry = asn1::sequence([asn1::tlv(&[0x30], documents), descriptions]);
    let hash = asn1::sequence([asn1::oid(HashAlgorithm::Sha256.oid())]);
    asn1::sequence([asn1::small(0), hash, asn1::set_of(vec![entry])])
}
