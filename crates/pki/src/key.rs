//! SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): RSA keys, and EC keys by the name of the curve or with explicit
//! parameters (RFC 3279 §2.3).
//!
//! Explicit parameters select a known curve if they equal it exactly and are never computed with: a key on a
//! curve with another generator is unsupported. A key that cannot be used is a value, not an error, so that a
//! certificate with one can still be listed and counted.

use const_oid::ObjectIdentifier;
use groups::ecdsa::VerifyingKey;
use groups::{EcParameters, Element, ElementError, Group, Kind};

use crate::algorithm::PssParameters;
use crate::asn1::{Asn1Error, Node, Rules, single, tag};
use crate::oid;

/// Smallest RSA modulus accepted, in bits.
pub const MIN_MODULUS_BITS: usize = 1024;
/// Largest RSA modulus accepted, in bits.
pub const MAX_MODULUS_BITS: usize = 8192;
/// Largest RSA public exponent accepted, in bits.
pub const MAX_EXPONENT_BITS: usize = 64;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// An RSA key.
    Rsa(RsaPublicKey),
    /// A key on a known curve.
    Ec(EcPublicKey),
    /// A key that cannot be used here.
    Unsupported(UnsupportedKey),
}

/// An RSA key: modulus and exponent odd and within the limits, big-endian without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    schemes: Schemes,
}

/// For what an RSA key may be used (RFC 4055 §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Schemes {
    Any,
    AnyPss,
    Pss(PssParameters),
}

/// A key on a known curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcPublicKey {
    pub(crate) verifying: VerifyingKey,
    /// How the certificate names the curve.
    pub form: ParameterForm,
}

/// How a certificate names a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterForm {
    /// By its object identifier.
    Named,
    /// By all its numbers, as Doc 9303-12 §4.4.2 asks.
    Explicit,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsupportedKey {
    /// Neither RSA nor EC.
    #[error("key algorithm {0} is not supported")]
    Algorithm(ObjectIdentifier),
    /// A curve that Doc 9303 does not list.
    #[error("curve {0} is not supported")]
    Curve(ObjectIdentifier),
    /// Explicit parameters that equal no known curve, or parameters inherited from elsewhere.
    #[error("the curve's parameters are those of no known curve")]
    ForeignParameters,
    /// A point that is not on its curve.
    #[error("the public key is not a point of {group}: {source}")]
    Point {
        /// The curve.
        group: Group,
        /// What is wrong.
        source: ElementError,
    },
    /// A modulus of a size that is not accepted, or an even one.
    #[error(
        "an RSA modulus of {0} bits is not accepted: odd, of {MIN_MODULUS_BITS} to {MAX_MODULUS_BITS} bits"
    )]
    Modulus(usize),
    /// An exponent that is even, one or too large.
    #[error("an RSA exponent of {0} bits is not accepted: odd, above 1, of at most {MAX_EXPONENT_BITS} bits")]
    Exponent(usize),
    /// Parameters of an RSASSA-PSS key that cannot be used.
    #[error("the key's RSASSA-PSS parameters are not supported")]
    PssParameters,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo and gives the bits of its subjectPublicKey, too.
    pub(crate) fn read<'a>(info: &Node<'a>) -> Result<(Self, &'a [u8]), Asn1Error> {
        let mut parts = info.children();
        let algorithm = parts.expect(tag::SEQUENCE)?;
        let bits = parts.expect(tag::BIT_STRING)?.whole_bits()?;
        parts.finish()?;
        let mut parts = algorithm.children();
        let id = parts.expect(tag::OID)?.oid()?;
        let parameters = parts.next()?;
        parts.finish()?;
        let read = match id {
            oid::RSA_ENCRYPTION => rsa(bits, Schemes::Any)?,
            oid::RSASSA_PSS => match parameters.map(|node| PssParameters::read(&node)).transpose()? {
                None => rsa(bits, Schemes::AnyPss)?,
                Some(Ok(parameters)) => rsa(bits, Schemes::Pss(parameters))?,
                Some(Err(_)) => Err(UnsupportedKey::PssParameters),
            },
            oid::EC_PUBLIC_KEY => ec(bits, parameters)?,
            _ => Err(UnsupportedKey::Algorithm(id)),
        };
        Ok((read.unwrap_or_else(Self::Unsupported), bits))
    }
}

impl EcPublicKey {
    /// The validated point.
    pub fn element(&self) -> &Element {
        self.verifying.element()
    }

    /// Bytes of the table that it has once it has verified a few signatures ([`VerifyingKey`]).
    pub fn table_bytes(&self) -> usize {
        self.verifying.table_bytes()
    }
}

impl RsaPublicKey {
    /// The modulus, big-endian without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent, big-endian without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// Bits of the modulus.
    pub fn modulus_bits(&self) -> usize {
        bit_length(&self.modulus)
    }

    /// Whether the key may sign with these parameters of RSASSA-PSS; `None` stands for PKCS#1 v1.5.
    pub(crate) fn allows(&self, scheme: Option<&PssParameters>) -> bool {
        match (self.schemes, scheme) {
            (Schemes::Any, _) | (Schemes::AnyPss, Some(_)) => true,
            (_, None) => false,
            // RFC 4055 §3.3: the hashes are those of the key, the salt is at least as long.
            (Schemes::Pss(key), Some(used)) => {
                key.hash == used.hash && key.mask_hash == used.mask_hash && used.salt >= key.salt
            }
        }
    }
}

fn bit_length(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(leading)
}

fn rsa(bits: &[u8], schemes: Schemes) -> Result<Result<PublicKey, UnsupportedKey>, Asn1Error> {
    let key = single(bits, tag::SEQUENCE, Rules::Der)?;
    let mut numbers = key.children();
    let modulus = numbers.expect(tag::INTEGER)?.unsigned()?;
    let exponent = numbers.expect(tag::INTEGER)?.unsigned()?;
    numbers.finish()?;
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let size = bit_length(modulus);
    if !(MIN_MODULUS_BITS..=MAX_MODULUS_BITS).contains(&size) || !is_odd(modulus) {
        return Ok(Err(UnsupportedKey::Modulus(size)));
    }
    let size = bit_length(exponent);
    if !(2..=MAX_EXPONENT_BITS).contains(&size) || !is_odd(exponent) {
        return Ok(Err(UnsupportedKey::Exponent(size)));
    }
    Ok(Ok(PublicKey::Rsa(RsaPublicKey { modulus: modulus.to_vec(), exponent: exponent.to_vec(), schemes })))
}

fn ec(bits: &[u8], parameters: Option<Node<'_>>) -> Result<Result<PublicKey, UnsupportedKey>, Asn1Error> {
    let (group, form) = match parameters {
        Some(name) if name.tag == tag::OID => {
            let name = name.oid()?;
            match Group::ALL.into_iter().find(|group| curve_oid(*group) == Some(name)) {
                Some(group) => (group, ParameterForm::Named),
                None => return Ok(Err(UnsupportedKey::Curve(name))),
            }
        }
        Some(numbers) if numbers.tag == tag::SEQUENCE => match explicit_curve(&numbers)? {
            Some(group) => (group, ParameterForm::Explicit),
            None => return Ok(Err(UnsupportedKey::ForeignParameters)),
        },
        _ => return Ok(Err(UnsupportedKey::ForeignParameters)),
    };
    Ok(match Element::decode(group, bits) {
        Ok(element) => Ok(PublicKey::Ec(EcPublicKey { verifying: VerifyingKey::new(element), form })),
        Err(source) => Err(UnsupportedKey::Point { group, source }),
    })
}

/// X9.62 `ECParameters`; `None` if they describe no known curve over a prime field.
fn explicit_curve(parameters: &Node<'_>) -> Result<Option<Group>, Asn1Error> {
    let mut parts = parameters.children();
    parts.expect(tag::INTEGER)?;
    let mut field = parts.expect(tag::SEQUENCE)?.children();
    if field.expect(tag::OID)?.oid()? != oid::PRIME_FIELD {
        return Ok(None);
    }
    let p = field.expect(tag::INTEGER)?.unsigned()?;
    field.finish()?;
    let mut curve = parts.expect(tag::SEQUENCE)?.children();
    let a = curve.expect(tag::OCTET_STRING)?.content;
    let b = curve.expect(tag::OCTET_STRING)?.content;
    // The seed says how a curve was found and does not change it.
    curve.optional(tag::BIT_STRING)?;
    curve.finish()?;
    let g = parts.expect(tag::OCTET_STRING)?.content;
    let n = parts.expect(tag::INTEGER)?.unsigned()?;
    let h = parts.optional(tag::INTEGER)?.map(|node| node.unsigned()).transpose()?;
    parts.finish()?;
    Ok(Group::from_ec_parameters(&EcParameters { p, a, b, g, n, h })
        .filter(|group| group.kind() == Kind::Ecdh))
}

/// The object identifier of a curve (RFC 5480 §2.1.1.1, RFC 5639 §4.1).
fn curve_oid(group: Group) -> Option<ObjectIdentifier> {
    Some(ObjectIdentifier::new_unwrap(match group {
        Group::P192 => "1.2.840.10045.3.1.1",
        Group::BrainpoolP192r1 => "1.3.36.3.3.2.8.1.1.3",
        Group::P224 => "1.3.132.0.33",
        Group::BrainpoolP224r1 => "1.3.36.3.3.2.8.1.1.5",
        Group::P256 => "1.2.840.10045.3.1.7",
        Group::BrainpoolP256r1 => "1.3.36.3.3.2.8.1.1.7",
        Group::BrainpoolP320r1 => "1.3.36.3.3.2.8.1.1.9",
        Group::P384 => "1.3.132.0.34",
        Group::BrainpoolP384r1 => "1.3.36.3.3.2.8.1.1.11",
        Group::BrainpoolP512r1 => "1.3.36.3.3.2.8.1.1.13",
        Group::P521 => "1.3.132.0.35",
        Group::Modp1024Prime160 | Group::Modp2048Prime224 | Group::Modp2048Prime256 => return None,
    }))
}
