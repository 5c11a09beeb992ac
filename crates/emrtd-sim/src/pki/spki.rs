//! SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) for RSA, EC and DH keys.
//!
//! EC parameters are written in full (RFC 3279 §2.3.5, as Doc 9303-12 §4.4.2 asks of issuing states), by name, or by
//! the number of the standardised parameters (BSI TR-03110-3 A.2.1.1); DH parameters as X9.42 DomainParameters
//! (RFC 3279 §2.3.3) or by number.

use const_oid::ObjectIdentifier;
use groups::{Element, Group, Kind, Parameters};
use serde::{Deserialize, Serialize};

use super::PkiError;
use super::algorithm::RSA_ENCRYPTION;
use crate::asn1;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME_FIELD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.1.1");
const DH_PUBLIC_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10046.2.1");
const STANDARDISED: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.2");

/// How domain parameters are written in a SubjectPublicKeyInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterEncoding {
    /// In full. 97 % of the EC certificates that states publish.
    #[default]
    Explicit,
    /// By the name of the curve; DH has no names.
    Named,
    /// By the number of the standardised parameters; in DG14 and EF.CardSecurity only, not in certificates.
    Standardised,
}

/// The object identifier that names a curve (RFC 5480 §2.1.1.1, RFC 5639 §4.1); none for DH.
pub fn curve_oid(group: Group) -> Option<ObjectIdentifier> {
    Some(ObjectIdentifier::new_unwrap(match group {
        Group::P192 => "1.2.840.10045.3.1.1",
        Group::P224 => "1.3.132.0.33",
        Group::P256 => "1.2.840.10045.3.1.7",
        Group::P384 => "1.3.132.0.34",
        Group::P521 => "1.3.132.0.35",
        Group::BrainpoolP192r1 => "1.3.36.3.3.2.8.1.1.3",
        Group::BrainpoolP224r1 => "1.3.36.3.3.2.8.1.1.5",
        Group::BrainpoolP256r1 => "1.3.36.3.3.2.8.1.1.7",
        Group::BrainpoolP320r1 => "1.3.36.3.3.2.8.1.1.9",
        Group::BrainpoolP384r1 => "1.3.36.3.3.2.8.1.1.11",
        Group::BrainpoolP512r1 => "1.3.36.3.3.2.8.1.1.13",
        Group::Modp1024Prime160 | Group::Modp2048Prime224 | Group::Modp2048Prime256 => return None,
    }))
}

/// SubjectPublicKeyInfo of a public value in a standardised group.
pub fn public_key_info(public: &Element, encoding: ParameterEncoding) -> Result<Vec<u8>, PkiError> {
    let group = public.group();
    let algorithm = match (encoding, group.parameters()) {
        (ParameterEncoding::Standardised, _) => {
            [asn1::oid(STANDARDISED), asn1::small(u64::from(group.parameter_id()))]
        }
        (ParameterEncoding::Named, _) => {
            let name = curve_oid(group).ok_or(PkiError::GroupWithoutName(group.parameter_id()))?;
            [asn1::oid(EC_PUBLIC_KEY), asn1::oid(name)]
        }
        (ParameterEncoding::Explicit, Parameters::Ec(curve)) => {
            let parameters = asn1::sequence([
                asn1::small(1),
                asn1::sequence([asn1::oid(PRIME_FIELD), asn1::unsigned(curve.p)]),
                asn1::sequence([asn1::octet_string(curve.a), asn1::octet_string(curve.b)]),
                asn1::octet_string(curve.g),
                asn1::unsigned(curve.n),
                asn1::small(1),
            ]);
            [asn1::oid(EC_PUBLIC_KEY), parameters]
        }
        (ParameterEncoding::Explicit, Parameters::Dh(field)) => {
            let parameters =
                asn1::sequence([asn1::unsigned(field.p), asn1::unsigned(field.g), asn1::unsigned(field.q)]);
            [asn1::oid(DH_PUBLIC_NUMBER), parameters]
        }
    };
    Ok(asn1::sequence([asn1::sequence(algorithm), asn1::bit_string(&public_value(public))]))
}

/// The content of subjectPublicKey: an uncompressed point, or the INTEGER of RFC 3279 §2.3.3.
fn public_value(public: &Element) -> Vec<u8> {
    match public.group().kind() {
        Kind::Ecdh => public.encode(),
        Kind::Dh => asn1::unsigned(&public.encode()),
    }
}

/// SubjectPublicKeyInfo of an RSA key (RFC 3279 §2.3.1).
pub fn rsa_public_key_info(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = asn1::sequence([asn1::unsigned(modulus), asn1::unsigned(exponent)]);
    asn1::sequence([asn1::sequence([asn1::oid(RSA_ENCRYPTION), asn1::null()]), asn1::bit_string(&key)])
}
