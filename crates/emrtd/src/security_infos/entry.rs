//! Reading one SecurityInfo.

use super::{
    ActiveAuthenticationInfo, Agreement, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, EfDirInfo,
    PaceDomainParameterInfo, PaceInfo, PaceProtocol, SecurityInfo, SignatureAlgorithm,
    TerminalAuthenticationInfo,
    pace::{cipher_from_arc, mapping_from_arc},
};
use crate::{
    lds::{
        Problem,
        fields::object_identifier,
        public_key::{PublicKey, UnsupportedKey, domain_parameters},
    },
    oid::{self, Oid},
    tlv::{Reader, Tlv, TlvError},
};

/// Why an entry of a known kind cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum UnsupportedReason {
    /// An object identifier in the family of a known protocol that Doc 9303-11 does not define.
    #[error("the protocol variant is not defined")]
    Variant,
    /// A version, parameter id or key id that is negative or above 64 bits.
    #[error("a version or id is out of range")]
    Integer,
    /// Fields that the entry should not have, or an optional one of another shape.
    #[error("the entry has unexpected further fields")]
    FurtherFields,
}

/// Why an entry did not become a typed one.
enum Stop {
    Broken(Problem),
    Unsupported(UnsupportedReason),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}

impl From<TlvError> for Stop {
    fn from(error: TlvError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<UnsupportedReason> for Stop {
    fn from(reason: UnsupportedReason) -> Self {
        Self::Unsupported(reason)
    }
}

type Reading = Result<SecurityInfo, Stop>;

/// Reads the SecurityInfo in this SEQUENCE.
pub(super) fn read(sequence: &Tlv<'_>) -> Result<SecurityInfo, Problem> {
    let mut fields = sequence.children();
    let oid = object_identifier(&fields.expect(0x06)?)?;
    // Even what nobody here understands has to consist of whole data objects.
    let mut rest = fields.clone();
    while rest.next()?.is_some() {}

    let unsupported = |reason| SecurityInfo::Unsupported { oid, reason, raw: sequence.raw.to_vec() };
    match known(oid, &mut fields) {
        None => Ok(SecurityInfo::Unknown { oid, raw: sequence.raw.to_vec() }),
        Some(Err(Stop::Broken(problem))) => Err(problem),
        Some(Err(Stop::Unsupported(reason))) => Ok(unsupported(reason)),
        Some(Ok(_)) if !fields.is_empty() => Ok(unsupported(UnsupportedReason::FurtherFields)),
        Some(Ok(info)) => Ok(info),
    }
}

/// Reads the fields after the object identifier; `None` if the identifier is of no known kind.
fn known(oid: Oid, fields: &mut Reader<'_>) -> Option<Reading> {
    if let Some(arcs) = oid.below(&oid::ID_PACE) {
        return Some(match *arcs {
            [family] => pace_domain_parameter(family, fields),
            [family, cipher] => pace(family, cipher, fields),
            _ => Err(UnsupportedReason::Variant.into()),
        });
    }
    if let Some(arcs) = oid.below(&oid::ID_CA) {
        return Some(match *arcs {
            [1, cipher] => chip_authentication(Agreement::Dh, cipher, fields),
            [2, cipher] => chip_authentication(Agreement::Ecdh, cipher, fields),
            _ => Err(UnsupportedReason::Variant.into()),
        });
    }
    match oid {
        oid::ID_PK_DH => Some(public_key(Agreement::Dh, fields)),
        oid::ID_PK_ECDH => Some(public_key(Agreement::Ecdh, fields)),
        oid::AA_PROTOCOL_OBJECT => Some(active_authentication(fields)),
        oid::ID_TA => Some(terminal_authentication(fields)),
        oid::ID_EFDIR => Some(ef_dir(fields)),
        _ => None,
    }
}

fn pace(family: u8, cipher: u8, fields: &mut Reader<'_>) -> Reading {
    let version = integer(&fields.expect(0x02)?)?;
    let parameter_id = optional_integer(fields)?;
    let protocol = PaceProtocol::from_arcs(family, cipher).ok_or(UnsupportedReason::Variant)?;
    Ok(SecurityInfo::Pace(PaceInfo { protocol, version, parameter_id }))
}

fn pace_domain_parameter(family: u8, fields: &mut Reader<'_>) -> Reading {
    let parameters = domain_parameters(&fields.expect(0x30)?)?;
    let parameter_id = optional_integer(fields)?;
    let (agreement, mapping) = mapping_from_arc(family).ok_or(UnsupportedReason::Variant)?;
    let info = PaceDomainParameterInfo { agreement, mapping, parameters, parameter_id };
    Ok(SecurityInfo::PaceDomainParameter(info))
}

fn chip_authentication(agreement: Agreement, cipher: u8, fields: &mut Reader<'_>) -> Reading {
    let version = integer(&fields.expect(0x02)?)?;
    let key_id = optional_integer(fields)?;
    let cipher = cipher_from_arc(cipher).ok_or(UnsupportedReason::Variant)?;
    Ok(SecurityInfo::ChipAuthentication(ChipAuthenticationInfo { agreement, cipher, version, key_id }))
}

fn public_key(agreement: Agreement, fields: &mut Reader<'_>) -> Reading {
    let sequence = fields.expect(0x30)?;
    let key_id = optional_integer(fields)?;
    let public_key = match PublicKey::read(&sequence)? {
        PublicKey::Group(key) if key.element.group().kind() == agreement => PublicKey::Group(key),
        PublicKey::Unsupported(reason) => PublicKey::Unsupported(reason),
        // RSA, or a key for the other key agreement.
        PublicKey::Rsa(_) | PublicKey::Group(_) => {
            let algorithm = sequence.children().expect(0x30)?.children().expect(0x06)?;
            PublicKey::Unsupported(UnsupportedKey::Algorithm(object_identifier(&algorithm)?))
        }
    };
    let info = ChipAuthenticationPublicKeyInfo { agreement, public_key, key_id };
    Ok(SecurityInfo::ChipAuthenticationPublicKey(info))
}

fn active_authentication(fields: &mut Reader<'_>) -> Reading {
    let version = integer(&fields.expect(0x02)?)?;
    let algorithm = SignatureAlgorithm::from_oid(object_identifier(&fields.expect(0x06)?)?);
    Ok(SecurityInfo::ActiveAuthentication(ActiveAuthenticationInfo { version, algorithm }))
}

fn terminal_authentication(fields: &mut Reader<'_>) -> Reading {
    let version = integer(&fields.expect(0x02)?)?;
    let ef_cvca = match fields.optional(0x30)? {
        None => None,
        Some(file) => {
            let mut ids = file.children();
            let file_id = ids.expect(0x04)?;
            let short_id = ids.optional(0x04)?;
            match (file_id.value, short_id.map(|id| id.value)) {
                (&[high, low], None) => Some((u16::from_be_bytes([high, low]), None)),
                (&[high, low], Some(&[short])) => Some((u16::from_be_bytes([high, low]), Some(short))),
                _ => return Err(UnsupportedReason::FurtherFields.into()),
            }
        }
    };
    Ok(SecurityInfo::TerminalAuthentication(TerminalAuthenticationInfo { version, ef_cvca }))
}

fn ef_dir(fields: &mut Reader<'_>) -> Reading {
    let ef_dir = fields.expect(0x04)?.value.to_vec();
    Ok(SecurityInfo::EfDir(EfDirInfo { ef_dir }))
}

fn optional_integer(fields: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
    fields.optional(0x02)?.as_ref().map(integer).transpose()
}

/// The value of an INTEGER that is not negative.
fn integer(object: &Tlv<'_>) -> Result<u64, Stop> {
    let Some(first) = object.value.first() else {
        return Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: 0 }.into());
    };
    if first & 0x80 != 0 {
        return Err(UnsupportedReason::Integer.into());
    }
    let number = object
        .value
        .iter()
        .try_fold(0u64, |number, byte| number.checked_mul(256).map(|shifted| shifted | u64::from(*byte)));
    number.ok_or_else(|| UnsupportedReason::Integer.into())
}
