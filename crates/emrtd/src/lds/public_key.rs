//! SubjectPublicKeyInfo of Chip Authentication and Active Authentication keys (Doc 9303-11 §9.1, §9.5, §9.6; RFC 5480;
//! RFC 8017; PKCS #3; X9.42).
//!
//! Explicit parameters select a known group if they equal it exactly and are never computed with. A key that
//! cannot be used is a value ([`UnsupportedKey`]), not an error: one foreign key must not hide the others.
//!
//! An element here is a valid member of its group. Whether it is the genuine chip's is for Passive Authentication.

use groups::{EcParameters, Element, ElementError, Group, Kind, Parameters};

use super::{Problem, fields::object_identifier};
use crate::{
    oid::{self, Oid},
    tlv::{self, Tlv},
};

/// Largest RSA modulus accepted, in bits.
pub const MAX_MODULUS_BITS: usize = 8192;
/// Largest RSA public exponent accepted, in bits.
pub const MAX_EXPONENT_BITS: usize = 64;

/// A public key read from a SubjectPublicKeyInfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// An RSA key.
    Rsa(RsaPublicKey),
    /// A key in a known group.
    Group(GroupPublicKey),
    /// A key that cannot be used here.
    Unsupported(UnsupportedKey),
}

/// An RSA public key; both numbers big-endian without leading zeros, not zero and within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublicKey {
    /// The modulus.
    pub modulus: Vec<u8>,
    /// The public exponent.
    pub exponent: Vec<u8>,
}

/// A public key in a known group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPublicKey {
    /// The validated value.
    pub element: Element,
    /// How the file names the group.
    pub form: ParameterForm,
}

/// How a file says which group it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterForm {
    /// `standardizedDomainParameters` with a parameter id.
    Standardised,
    /// The curve's object identifier. Diffie-Hellman groups have none and are encoded as [`Self::Explicit`].
    Named,
    /// All numbers: X9.62 `ECParameters`, or X9.42 `DomainParameters`.
    Explicit,
    /// PKCS #3 `DHParameter`, which leaves the order out. Curves are encoded as [`Self::Explicit`].
    Pkcs3,
}

/// Why a key or a set of domain parameters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsupportedKey {
    /// An algorithm that is none of RSA, EC and Diffie-Hellman, or the wrong one at this place.
    #[error("key algorithm {0} is not supported")]
    Algorithm(Oid),
    /// A curve that Doc 9303-11 does not list.
    #[error("curve {0} is not supported")]
    Curve(Oid),
    /// A parameter id that Doc 9303-11 does not define.
    #[error("the parameter id is not a standardised one")]
    ParameterId,
    /// Explicit parameters that equal no known group, or parameters inherited from elsewhere.
    #[error("the domain parameters of {0} are those of no known group")]
    ForeignParameters(Oid),
    /// A value outside of the group.
    #[error("the public key is not a valid member of {group}: {source}")]
    Element {
        /// The group it should belong to.
        group: Group,
        /// What is wrong.
        source: ElementError,
    },
}

/// The group that an AlgorithmIdentifier means.
pub(crate) type DomainParameters = Result<(Group, ParameterForm), UnsupportedKey>;

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// A broken structure, or an RSA key beyond the limits.
    pub fn read(info: &Tlv<'_>) -> Result<Self, Problem> {
        let mut parts = info.children();
        let algorithm = parts.expect(0x30)?;
        let key = parts.expect(0x03)?;
        parts.finish()?;
        let (Some((0, bits)), at) = (key.value.split_first(), key.value_at.saturating_add(1)) else {
            return Err(Problem::Value { tag: 0x03, at: key.at() });
        };
        let content = Tlv { tag: 0x03, value: bits, raw: bits, value_at: at };
        if object_identifier(&algorithm.children().expect(0x06)?)? == oid::RSA_ENCRYPTION {
            return rsa_key(&content).map(Self::Rsa);
        }
        let (group, form) = match domain_parameters(&algorithm)? {
            Ok(known) => known,
            Err(unsupported) => return Ok(Self::Unsupported(unsupported)),
        };
        let encoded = match group.kind() {
            Kind::Ecdh => bits,
            Kind::Dh => {
                let mut inside = content.children();
                let value = inside.expect(0x02)?;
                inside.finish()?;
                unsigned(&value)?
            }
        };
        Ok(match Element::decode(group, encoded) {
            Ok(element) => Self::Group(GroupPublicKey { element, form }),
            Err(source) => Self::Unsupported(UnsupportedKey::Element { group, source }),
        })
    }

    /// Encodes a SubjectPublicKeyInfo; `None` for a key that was not supported.
    pub fn encode(&self) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => Some(key.encode()),
            Self::Group(key) => Some(key.encode()),
            Self::Unsupported(_) => None,
        }
    }
}

impl RsaPublicKey {
    /// Bits of the modulus.
    pub fn modulus_bits(&self) -> usize {
        bits(&self.modulus)
    }

    /// Encodes a SubjectPublicKeyInfo.
    pub fn encode(&self) -> Vec<u8> {
        let mut algorithm = tlv::write(0x06, oid::RSA_ENCRYPTION.as_bytes());
        algorithm.extend_from_slice(&[0x05, 0x00]);
        let mut numbers = write_unsigned(&self.modulus);
        numbers.extend(write_unsigned(&self.exponent));
        spki(&tlv::write(0x30, &algorithm), &tlv::write(0x30, &numbers))
    }
}

impl GroupPublicKey {
    /// Encodes a SubjectPublicKeyInfo.
    pub fn encode(&self) -> Vec<u8> {
        let group = self.element.group();
        let encoded = self.element.encode();
        let key = match group.kind() {
            Kind::Ecdh => encoded,
            Kind::Dh => write_unsigned(&encoded),
        };
        spki(&encode_domain_parameters(group, self.form), &key)
    }
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let mut value = algorithm.to_vec();
    tlv::write_into(&mut value, 0x03, &[&[0], key].concat());
    tlv::write(0x30, &value)
}

fn rsa_key(content: &Tlv<'_>) -> Result<RsaPublicKey, Problem> {
    let mut outer = content.children();
    let mut numbers = outer.expect(0x30)?.children();
    outer.finish()?;
    let modulus = numbers.expect(0x02)?;
    let exponent = numbers.expect(0x02)?;
    numbers.finish()?;
    Ok(RsaPublicKey {
        modulus: rsa_number(&modulus, "modulus", MAX_MODULUS_BITS)?,
        exponent: rsa_number(&exponent, "exponent", MAX_EXPONENT_BITS)?,
    })
}

fn rsa_number(object: &Tlv<'_>, part: &'static str, limit: usize) -> Result<Vec<u8>, Problem> {
    let number = unsigned(object)?;
    let size = bits(number);
    if size > limit {
        return Err(Problem::RsaSize { part, at: object.at(), bits: size, limit });
    }
    if size == 0 {
        return Err(Problem::Value { tag: object.tag, at: object.at() });
    }
    Ok(number.to_vec())
}

/// Reads which group an AlgorithmIdentifier means.
pub(crate) fn domain_parameters(algorithm: &Tlv<'_>) -> Result<DomainParameters, Problem> {
    let mut parts = algorithm.children();
    let id = object_identifier(&parts.expect(0x06)?)?;
    let parameters = parts.next()?;
    parts.finish()?;
    let foreign = Err(UnsupportedKey::ForeignParameters(id));
    let Some(parameters) = parameters else {
        let known = [oid::EC_PUBLIC_KEY, oid::DH_KEY_AGREEMENT, oid::DH_PUBLIC_NUMBER].contains(&id);
        return Ok(if known { foreign } else { Err(UnsupportedKey::Algorithm(id)) });
    };
    let with_form = |group: Option<Group>, form| group.map_or(foreign.clone(), |group| Ok((group, form)));
    if id == oid::STANDARDIZED_DOMAIN_PARAMETERS {
        let group = match (parameters.tag, unsigned(&parameters)?) {
            (0x02, []) => Group::from_parameter_id(0),
            (0x02, [number]) => Group::from_parameter_id(*number),
            _ => None,
        };
        return Ok(group
            .map(|group| (group, ParameterForm::Standardised))
            .ok_or(UnsupportedKey::ParameterId));
    }
    if id == oid::EC_PUBLIC_KEY {
        return match parameters.tag {
            0x06 => {
                let curve = object_identifier(&parameters)?;
                let group = Group::ALL.into_iter().find(|group| curve_oid(*group) == Some(curve));
                Ok(group.map(|group| (group, ParameterForm::Named)).ok_or(UnsupportedKey::Curve(curve)))
            }
            0x30 => Ok(with_form(explicit_curve(&parameters)?, ParameterForm::Explicit)),
            _ => Ok(foreign),
        };
    }
    if id == oid::DH_KEY_AGREEMENT || id == oid::DH_PUBLIC_NUMBER {
        if parameters.tag != 0x30 {
            return Ok(foreign);
        }
        let mut numbers = parameters.children();
        let (p, g) = (numbers.expect(0x02)?, numbers.expect(0x02)?);
        // PKCS #3 may go on with the length of private keys, X9.42 goes on with the order.
        let third = numbers.optional(0x02)?;
        let (q, form) = match &third {
            Some(q) if id == oid::DH_PUBLIC_NUMBER => (Some(unsigned(q)?), ParameterForm::Explicit),
            None if id == oid::DH_PUBLIC_NUMBER => return Ok(foreign),
            _ => (None, ParameterForm::Pkcs3),
        };
        return Ok(with_form(Group::from_dh_parameters(unsigned(&p)?, unsigned(&g)?, q), form));
    }
    Ok(Err(UnsupportedKey::Algorithm(id)))
}

/// X9.62 `ECParameters` over a prime field; `None` if they describe no known curve.
fn explicit_curve(parameters: &Tlv<'_>) -> Result<Option<Group>, Problem> {
    let mut parts = parameters.children();
    parts.expect(0x02)?; // version
    let mut field = parts.expect(0x30)?.children();
    if object_identifier(&field.expect(0x06)?)? != oid::PRIME_FIELD {
        return Ok(None);
    }
    let p = field.expect(0x02)?;
    let mut curve = parts.expect(0x30)?.children();
    let (a, b) = (curve.expect(0x04)?, curve.expect(0x04)?);
    let g = parts.expect(0x04)?;
    let n = parts.expect(0x02)?;
    let h = parts.optional(0x02)?;
    Ok(Group::from_ec_parameters(&EcParameters {
        p: unsigned(&p)?,
        a: a.value,
        b: b.value,
        g: g.value,
        n: unsigned(&n)?,
        h: h.as_ref().map(unsigned).transpose()?,
    }))
}

/// Encodes an AlgorithmIdentifier that means this group.
pub(crate) fn encode_domain_parameters(group: Group, form: ParameterForm) -> Vec<u8> {
    let algorithm = |id: Oid, parameters: &[u8]| {
        let mut value = tlv::write(0x06, id.as_bytes());
        value.extend_from_slice(parameters);
        tlv::write(0x30, &value)
    };
    match (form, curve_oid(group), group.parameters()) {
        (ParameterForm::Standardised, ..) => {
            let id = write_unsigned(&[group.parameter_id()]);
            algorithm(oid::STANDARDIZED_DOMAIN_PARAMETERS, &id)
        }
        (ParameterForm::Named, Some(curve), _) => {
            algorithm(oid::EC_PUBLIC_KEY, &tlv::write(0x06, curve.as_bytes()))
        }
        (_, _, Parameters::Ec(known)) => {
            let field = [tlv::write(0x06, oid::PRIME_FIELD.as_bytes()), write_unsigned(known.p)].concat();
            let curve = [tlv::write(0x04, known.a), tlv::write(0x04, known.b)].concat();
            let value = [
                write_unsigned(&[1]),
                tlv::write(0x30, &field),
                tlv::write(0x30, &curve),
                tlv::write(0x04, known.g),
                write_unsigned(known.n),
                known.h.map(write_unsigned).unwrap_or_default(),
            ]
            .concat();
            algorithm(oid::EC_PUBLIC_KEY, &tlv::write(0x30, &value))
        }
        (ParameterForm::Pkcs3, _, Parameters::Dh(known)) => {
            let value = [write_unsigned(known.p), write_unsigned(known.g)].concat();
            algorithm(oid::DH_KEY_AGREEMENT, &tlv::write(0x30, &value))
        }
        (_, _, Parameters::Dh(known)) => {
            let numbers = [known.p, known.g, known.q].map(write_unsigned).concat();
            algorithm(oid::DH_PUBLIC_NUMBER, &tlv::write(0x30, &numbers))
        }
    }
}

/// The object identifier of a curve.
pub fn curve_oid(group: Group) -> Option<Oid> {
    Some(match group {
        Group::P192 => oid::SECP192R1,
        Group::BrainpoolP192r1 => oid::BRAINPOOL_P192R1,
        Group::P224 => oid::SECP224R1,
        Group::BrainpoolP224r1 => oid::BRAINPOOL_P224R1,
        Group::P256 => oid::SECP256R1,
        Group::BrainpoolP256r1 => oid::BRAINPOOL_P256R1,
        Group::BrainpoolP320r1 => oid::BRAINPOOL_P320R1,
        Group::P384 => oid::SECP384R1,
        Group::BrainpoolP384r1 => oid::BRAINPOOL_P384R1,
        Group::BrainpoolP512r1 => oid::BRAINPOOL_P512R1,
        Group::P521 => oid::SECP521R1,
        Group::Modp1024Prime160 | Group::Modp2048Prime224 | Group::Modp2048Prime256 => return None,
    })
}

/// An INTEGER as an unsigned number without leading zeros.
///
/// Some issuers leave the sign byte out, so that a modulus looks negative. No number here may be negative, hence all
/// are read as unsigned.
pub(crate) fn unsigned<'a>(object: &Tlv<'a>) -> Result<&'a [u8], Problem> {
    if object.value.is_empty() {
        return Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: 0 });
    }
    let zeros = object.value.iter().take_while(|byte| **byte == 0).count();
    Ok(object.value.get(zeros..).unwrap_or_default())
}

/// Encodes an unsigned big-endian number as INTEGER.
pub(crate) fn write_unsigned(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = number.get(zeros..).unwrap_or_default();
    match number.first() {
        Some(first) if first & 0x80 == 0 => tlv::write(0x02, number),
        _ => tlv::write(0x02, &[&[0], number].concat()),
    }
}

/// Bits of an unsigned number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(leading)
}
