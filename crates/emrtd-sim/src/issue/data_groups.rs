//! The data groups about the holder and the document (ICAO Doc 9303-10 §4.7), filled for a specimen.

use std::collections::BTreeMap;

use emrtd::lds::atr_info::{AtrInfo, Capabilities, ExtendedLength};
use emrtd::lds::com::Com;
use emrtd::lds::date::{Date as LdsDate, DateForm};
use emrtd::lds::dg1::Dg1;
use emrtd::lds::dg2::Dg2;
use emrtd::lds::dg7::Dg7;
use emrtd::lds::dg11::Dg11;
use emrtd::lds::dg12::Dg12;
use emrtd::lds::dg16::{Dg16, PersonToNotify};
use emrtd::lds::dir::{ApplicationTemplate, Dir};
use emrtd::lds::{File, Text};
use jiff::civil::Date;
use rand_core::CryptoRng;

use super::PortraitImage;
use super::profile::{DocumentProfile, FaceEncoding, LdsVersion, TransportProfile};
use crate::asn1;
use crate::people::Holder;
use crate::portrait;

/// Application identifier of the eMRTD application (Doc 9303-10 §3.11.3).
const EMRTD_APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// What the data groups tell.
pub(super) struct Subject<'a> {
    pub(super) profile: &'a DocumentProfile,
    pub(super) holder: &'a Holder,
    /// Lines of the MRZ, separated by newlines.
    pub(super) mrz: &'a str,
    pub(super) portrait: PortraitImage<'a>,
    pub(super) issue_date: Date,
}

impl Subject<'_> {
    /// DG1, DG2 and the optional ones of the profile; those of the security protocols come from elsewhere.
    pub(super) fn data_groups(
        &self,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<BTreeMap<u8, Vec<u8>>, portrait::PortraitError> {
        let mut groups = BTreeMap::new();
        groups.insert(1, Dg1::encode(self.mrz));
        groups.insert(2, self.face());
        for number in &self.profile.optional_data_groups {
            let content = match number {
                3 => no_fingerprints(rng),
                7 => Dg7::encode(&[&portrait::signature(self.holder.portrait_seed)?]),
                11 => self.personal_details(),
                12 => self.document_details(),
                13 => asn1::tlv(&[0x6D], &asn1::utf8("SPECIMEN: national details")),
                16 => self.persons_to_notify(),
                _ => continue,
            };
            groups.insert(*number, content);
        }
        Ok(groups)
    }

    fn face(&self) -> Vec<u8> {
        let PortraitImage { bytes, width, height } = self.portrait;
        match self.profile.portrait.encoding {
            FaceEncoding::Iso19794 => Dg2::encode_iso19794(bytes, width, height),
            FaceEncoding::Iso39794 => {
                Dg2::encode_iso39794(bytes, u16::try_from(self.issue_date.year()).unwrap_or(2025))
            }
        }
    }

    fn personal_details(&self) -> Vec<u8> {
        let holder = self.holder;
        Dg11 {
            full_name: Some(full_name(holder)),
            personal_number: holder.personal_number.as_deref().map(text),
            birth_date: lds_date(holder.birth_date),
            birth_place: Some(text(&holder.place_of_birth)),
            address: Some(text(&holder.address.replace(", ", "<"))),
            ..Dg11::default()
        }
        .encode(DateForm::Ascii, None)
    }

    fn document_details(&self) -> Vec<u8> {
        Dg12 {
            issuing_authority: Some(text("SPECIMEN AUTHORITY")),
            issue_date: lds_date(self.issue_date),
            endorsements: Some(text("SPECIMEN")),
            ..Dg12::default()
        }
        .encode(DateForm::Ascii, None, None)
    }

    fn persons_to_notify(&self) -> Vec<u8> {
        let person = PersonToNotify {
            recorded: lds_date(self.issue_date),
            name: Some(text("SPECIMEN<<RELATIVE")),
            telephone: Some(text("+999 000000")),
            address: Some(text(&self.holder.address.replace(", ", "<"))),
        };
        Dg16 { persons: vec![person] }.encode()
    }
}

fn text(value: &str) -> Text {
    Text::new(value.as_bytes())
}

/// Names in national characters, parted as in the MRZ (Doc 9303-10 §4.7.11).
fn full_name(holder: &Holder) -> Text {
    let part = |names: &str| names.replace([' ', '-'], "<");
    text(&format!("{}<<{}", part(&holder.family_names), part(&holder.given_names)))
}

fn lds_date(date: Date) -> Option<LdsDate> {
    let month = u8::try_from(date.month()).ok()?;
    LdsDate::new(u16::try_from(date.year()).ok()?, month, u8::try_from(date.day()).ok()?)
}

/// DG3 without an instance; random bytes keep its hash from telling that it is empty (Doc 9303-10 §4.7.3).
fn no_fingerprints(rng: &mut (impl CryptoRng + ?Sized)) -> Vec<u8> {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    let template = asn1::concat([asn1::tlv(&[0x02], &[0]), asn1::tlv(&[0x53], &random)]);
    asn1::tlv(&[0x63], &asn1::tlv(&[0x7F, 0x61], &template))
}

/// EF.COM with the tags of the given data groups (Doc 9303-10 §4.6.1).
pub(super) fn com(lds_version: LdsVersion, numbers: impl Iterator<Item = u8>) -> Vec<u8> {
    let tags = numbers
        .filter_map(|number| File::from_data_group(number)?.tag())
        .filter_map(|tag| u8::try_from(tag).ok())
        .collect();
    let minor = match lds_version {
        LdsVersion::V1_7 => 7,
        LdsVersion::V1_8 => 8,
    };
    Com { lds_version: (1, minor), unicode_version: (4, 0, 0), tags }.encode()
}

/// EF.ATR/INFO (Doc 9303-10 §3.11.2).
pub(super) fn atr_info(transport: &TransportProfile) -> Vec<u8> {
    let extended = transport.extended_length;
    AtrInfo {
        extended_length: extended.then(|| ExtendedLength {
            max_command: u32::from(transport.command_bytes),
            max_response: u32::from(transport.response_bytes),
        }),
        capabilities: Some(Capabilities {
            short_file_identifier: true,
            command_chaining: true,
            extended_length: extended,
            extended_length_information: extended,
        }),
    }
    .encode()
}

/// EF.DIR with the eMRTD application (Doc 9303-10 §3.11.1).
pub(super) fn dir() -> Vec<u8> {
    Dir { applications: vec![ApplicationTemplate { aid: EMRTD_APPLICATION.to_vec(), label: None }] }.encode()
}
