//! EF.SOD: the LDS security object with the hashes of the data groups, and its signature
//! (ICAO Doc 9303-10 §4.6.2).

use const_oid::ObjectIdentifier;
use jiff::civil::DateTime;
use rand_core::CryptoRng;

use super::cms::{SignedContent, build_signed_data};
use super::profile::{LdsVersion, SodProfile};
use crate::asn1;
use crate::pki::certificate::flip_last_bit;
use crate::pki::{Deviation, DocumentSigner, PkiError};

const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");

/// EF.SOD over the data groups, given as number and file content in ascending order.
pub fn build_sod(
    data_groups: &[(u8, &[u8])],
    lds_version: LdsVersion,
    profile: &SodProfile,
    signer: &DocumentSigner,
    signing_time: DateTime,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, PkiError> {
    let content = lds_security_object(data_groups, lds_version, profile);
    let what = SignedContent {
        content_type: LDS_SECURITY_OBJECT,
        content: &content,
        scheme: profile.signature,
        signing_time,
        deviations: &profile.deviations,
    };
    Ok(asn1::tlv(&[0x77], &build_signed_data(what, signer, rng)?))
}

/// LDSSecurityObject; v1 adds the version of the LDS and of Unicode.
fn lds_security_object(
    data_groups: &[(u8, &[u8])],
    lds_version: LdsVersion,
    profile: &SodProfile,
) -> Vec<u8> {
    let departs = |deviation: Deviation| profile.deviations.contains(&deviation);
    let mut hashes = Vec::new();
    for (index, (number, content)) in data_groups.iter().enumerate() {
        let mut digest = profile.digest.digest(content);
        if index == 0 && departs(Deviation::WrongDataGroupHash) {
            flip_last_bit(&mut digest);
        }
        hashes.push(asn1::sequence([asn1::small(u64::from(*number)), asn1::octet_string(&digest)]));
    }
    if departs(Deviation::UnorderedHashes) {
        hashes.reverse();
    }
    let (version, version_info) = match lds_version {
        LdsVersion::V1_7 => (0, Vec::new()),
        LdsVersion::V1_8 if departs(Deviation::MissingLdsVersionInfo) => (1, Vec::new()),
        LdsVersion::V1_8 => (1, asn1::sequence([asn1::printable("0108"), asn1::printable("040000")])),
    };
    asn1::sequence([asn1::small(version), profile.digest.identifier(), asn1::sequence(hashes), version_info])
}
