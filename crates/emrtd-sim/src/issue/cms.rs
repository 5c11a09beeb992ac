//! CMS SignedData (RFC 5652 §5) with one signer, as EF.SOD and EF.CardSecurity hold it (ICAO Doc 9303-10 §4.6.2,
//! Doc 9303-12 §8, BSI TR-03110-3 A.1.2.5), and on wish with the departures of real documents.

use const_oid::ObjectIdentifier;
use jiff::civil::DateTime;
use rand_core::CryptoRng;

use crate::asn1;
use crate::pki::certificate::flip_last_bit;
use crate::pki::{Deviation, DocumentSigner, HashAlgorithm, PkiError, SignatureSpec};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// What is signed and how.
#[derive(Debug, Clone, Copy)]
pub struct SignedContent<'a> {
    /// eContentType.
    pub content_type: ObjectIdentifier,
    /// eContent.
    pub content: &'a [u8],
    /// Signature; its hash is also that of the message digest.
    pub scheme: SignatureSpec,
    /// Attribute signingTime, UTC.
    pub signing_time: DateTime,
    /// Departures.
    pub deviations: &'a [Deviation],
}

/// A ContentInfo with SignedData, signed by the document signer.
pub fn build_signed_data(
    what: SignedContent<'_>,
    signer: &DocumentSigner,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, PkiError> {
    let departs = |deviation: Deviation| what.deviations.contains(&deviation);
    let content_type = if departs(Deviation::ContentTypeData) { DATA } else { what.content_type };
    let signer_info = signer_info(what, content_type, signer, rng)?;
    let version = if departs(Deviation::SignedDataVersion1) {
        1
    } else if departs(Deviation::SignedDataVersion4) {
        4
    } else {
        3
    };
    let certificates = if departs(Deviation::CertificateAbsent) {
        Vec::new()
    } else {
        asn1::explicit(0, &signer.certificate.der)
    };
    let head = asn1::concat([asn1::small(version), asn1::set_of(vec![what.scheme.digest().identifier()])]);
    let tail = asn1::concat([certificates, asn1::set_of(vec![signer_info])]);
    let content_type = asn1::oid(content_type);
    if departs(Deviation::IndefiniteLength) {
        let content = asn1::indefinite(0x24, &asn1::octet_string(what.content));
        let encapsulated =
            asn1::indefinite(0x30, &asn1::concat([content_type, asn1::indefinite(0xA0, &content)]));
        let signed_data = asn1::indefinite(0x30, &asn1::concat([head, encapsulated, tail]));
        return Ok(asn1::indefinite(
            0x30,
            &asn1::concat([asn1::oid(SIGNED_DATA), asn1::indefinite(0xA0, &signed_data)]),
        ));
    }
    let encapsulated = asn1::sequence([content_type, asn1::explicit(0, &asn1::octet_string(what.content))]);
    let signed_data = asn1::sequence([head, encapsulated, tail]);
    Ok(asn1::sequence([asn1::oid(SIGNED_DATA), asn1::explicit(0, &signed_data)]))
}

fn signer_info(
    what: SignedContent<'_>,
    content_type: ObjectIdentifier,
    signer: &DocumentSigner,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, PkiError> {
    let departs = |deviation: Deviation| what.deviations.contains(&deviation);
    let hash = what.scheme.digest();
    let attributes = if departs(Deviation::MissingSignedAttributes) {
        Vec::new()
    } else {
        signed_attributes(what, content_type, hash)
    };
    // RFC 5652 §5.4: signed is the SET with its own tag, or the bare content where there are no attributes.
    let message = if attributes.is_empty() { what.content } else { attributes.as_slice() };
    let mut signature = signer.key.sign(what.scheme, what.deviations, message, rng)?;
    if departs(Deviation::WrongSodSignature) {
        flip_last_bit(&mut signature);
    }
    let (version, identifier) = if departs(Deviation::SignerBySubjectKeyIdentifier) {
        (3, asn1::implicit(0, &signer.certificate.subject_key_identifier))
    } else {
        (1, asn1::sequence([&signer.certificate.issuer, &signer.certificate.serial]))
    };
    let algorithm = match what.scheme {
        SignatureSpec::RsaPkcs1 { .. } if departs(Deviation::SignatureAlgorithmRsaEncryption) => {
            asn1::sequence([asn1::oid(RSA_ENCRYPTION), asn1::null()])
        }
        scheme => scheme.identifier(what.deviations),
    };
    Ok(asn1::sequence([
        asn1::small(version),
        identifier,
        hash.identifier(),
        asn1::retag(0xA0, attributes),
        algorithm,
        asn1::octet_string(&signature),
    ]))
}

fn signed_attributes(
    what: SignedContent<'_>,
    content_type: ObjectIdentifier,
    hash: HashAlgorithm,
) -> Vec<u8> {
    let departs = |deviation: Deviation| what.deviations.contains(&deviation);
    let mut digest = hash.digest(what.content);
    if departs(Deviation::WrongMessageDigest) {
        flip_last_bit(&mut digest);
    }
    let mut attributes = vec![
        attribute(CONTENT_TYPE, asn1::oid(content_type)),
        attribute(MESSAGE_DIGEST, asn1::octet_string(&digest)),
    ];
    if !departs(Deviation::MissingSigningTime) {
        attributes.push(attribute(SIGNING_TIME, asn1::time(what.signing_time)));
    }
    if departs(Deviation::AlgorithmProtection) {
        // CMSAlgorithmProtection (RFC 6211 §2).
        let protected =
            asn1::sequence([hash.identifier(), asn1::retag(0xA1, what.scheme.identifier(what.deviations))]);
        attributes.push(attribute(ALGORITHM_PROTECTION, protected));
    }
    asn1::set_of(attributes)
}

fn attribute(kind: ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    asn1::sequence([asn1::oid(kind), asn1::set_of(vec![value])])
}
