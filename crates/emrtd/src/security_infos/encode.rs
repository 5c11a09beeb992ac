//! Writing one SecurityInfo, for chips that this project issues.

use super::{Agreement, SecurityInfo, pace::mapping_oid};
use crate::{
    lds::public_key::{encode_domain_parameters, write_unsigned},
    oid::{self, Oid},
    tlv,
};

/// Encodes an entry.
///
/// What was read as unsupported or unknown is written as it was read. Domain parameters or a key that are not
/// supported, which only a reader can make, leave their field empty.
pub(super) fn entry(info: &SecurityInfo) -> Vec<u8> {
    match info {
        SecurityInfo::Pace(info) => {
            sequence(info.protocol.oid(), &[number(Some(info.version)), number(info.parameter_id)].concat())
        }
        SecurityInfo::PaceDomainParameter(info) => {
            let parameters = info.parameters.as_ref().map_or_else(
                |_| tlv::write(0x30, &[]),
                |(group, form)| encode_domain_parameters(*group, *form),
            );
            let oid = mapping_oid(info.agreement, info.mapping);
            sequence(oid, &[parameters, number(info.parameter_id)].concat())
        }
        SecurityInfo::ChipAuthentication(info) => {
            sequence(info.oid(), &[number(Some(info.version)), number(info.key_id)].concat())
        }
        SecurityInfo::ChipAuthenticationPublicKey(info) => {
            let oid = match info.agreement {
                Agreement::Dh => oid::ID_PK_DH,
                Agreement::Ecdh => oid::ID_PK_ECDH,
            };
            let key = info.public_key.encode().unwrap_or_else(|| tlv::write(0x30, &[]));
            sequence(oid, &[key, number(info.key_id)].concat())
        }
        SecurityInfo::ActiveAuthentication(info) => {
            let algorithm = tlv::write(0x06, info.algorithm.oid().as_bytes());
            sequence(oid::AA_PROTOCOL_OBJECT, &[number(Some(info.version)), algorithm].concat())
        }
        SecurityInfo::TerminalAuthentication(info) => {
            let mut fields = number(Some(info.version));
            if let Some((file_id, short_id)) = info.ef_cvca {
                let mut ids = tlv::write(0x04, &file_id.to_be_bytes());
                if let Some(short_id) = short_id {
                    tlv::write_into(&mut ids, 0x04, &[short_id]);
                }
                tlv::write_into(&mut fields, 0x30, &ids);
            }
            sequence(oid::ID_TA, &fields)
        }
        SecurityInfo::EfDir(info) => sequence(oid::ID_EFDIR, &tlv::write(0x04, &info.ef_dir)),
        SecurityInfo::Unsupported { raw, .. } | SecurityInfo::Unknown { raw, .. } => raw.clone(),
    }
}

fn sequence(oid: Oid, fields: &[u8]) -> Vec<u8> {
    let mut value = tlv::write(0x06, oid.as_bytes());
    value.extend_from_slice(fields);
    tlv::write(0x30, &value)
}

fn number(number: Option<u64>) -> Vec<u8> {
    number.map(|number| write_unsigned(&number.to_be_bytes())).unwrap_or_default()
}
