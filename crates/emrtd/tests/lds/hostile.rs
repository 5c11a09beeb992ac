//! Every sample cut at every byte and changed at random: an error or a valid reading, never a panic.

use emrtd::{
    lds::{
        File, atr_info::AtrInfo, com::Com, dg1::Dg1, dg2, dg2::Dg2, dg7::Dg7, dg11::Dg11, dg12::Dg12, dg14,
        dg15, dg16::Dg16, dir::Dir, sod::SecurityObject,
    },
    security_infos::{card_access, card_security},
    tlv,
};
use proptest::prelude::*;

use crate::{sample, specimen};

/// Runs the parser of a file; says whether it was content.
fn parses(file: File, bytes: &[u8]) -> bool {
    match file {
        File::AtrInfo => AtrInfo::parse(bytes).is_ok(),
        File::Dir => Dir::parse(bytes).is_ok(),
        File::CardAccess => card_access(bytes).is_ok(),
        File::CardSecurity => card_security(bytes).is_ok(),
        File::Com => Com::parse(bytes).is_ok(),
        File::Sod => SecurityObject::parse(bytes).is_ok(),
        File::Dg1 => Dg1::parse(bytes).is_ok(),
        File::Dg2 => Dg2::parse(bytes).is_ok(),
        File::Dg7 => Dg7::parse(bytes).is_ok(),
        File::Dg11 => Dg11::parse(bytes).is_ok(),
        File::Dg12 => Dg12::parse(bytes).is_ok(),
        File::Dg14 => dg14::parse(bytes).is_ok(),
        File::Dg15 => dg15::parse(bytes).is_ok(),
        File::Dg16 => Dg16::parse(bytes).is_ok(),
        other => other.contents(bytes).is_ok(),
    }
}

fn samples() -> Vec<(File, Vec<u8>)> {
    vec![
        (File::CardAccess, sample("securityinfos/gmrtd_06ab0a0c.bin")),
        (File::CardSecurity, sample("cardsecurity/gmrtd_DE_02812c66.bin")),
        (File::Com, specimen("COM")),
        (File::Sod, specimen("SOD")),
        (File::Sod, sample("pa-sets/dmrtd-crate/efsod.bin")),
        (File::Dg1, specimen("DG1")),
        (File::Dg1, sample("dg1/gmrtd_ceaecfd1.bin")),
        (File::Dg2, specimen("DG2")),
        (File::Dg2, sample("dg2/gmrtd_4ec0d892.bin")),
        (File::Dg7, specimen("DG7")),
        (File::Dg7, sample("dg7/gmrtd_947c9942.bin")),
        (File::Dg11, specimen("DG11")),
        (File::Dg12, specimen("DG12")),
        (File::Dg14, specimen("DG14")),
        (File::Dg15, specimen("DG15")),
        (File::Dg15, sample("dg15/AndyQ_ec45b055.bin")),
        (File::Dg16, sample("dg16/gmrtd_dcd57d9b.bin")),
    ]
}

#[test]
fn every_sample_cut_at_any_byte_is_refused() {
    for (file, bytes) in samples() {
        assert!(parses(file, &bytes), "{file} is whole");
        for end in 0..bytes.len() {
            assert!(!parses(file, &bytes[..end]), "{file} cut at {end}");
        }
    }
}

#[test]
fn every_sample_with_its_inside_cut_is_refused_or_read() {
    // The outer length is made to fit, so that the cut is found further inside.
    for (file, bytes) in samples() {
        let outer = file.contents(&bytes).unwrap().outer;
        for end in 0..outer.value.len() {
            let _ = parses(file, &tlv::write(outer.tag, &outer.value[..end]));
        }
    }
}

#[test]
fn every_face_record_cut_at_any_byte_is_refused() {
    for name in [
        "gmrtd_ISO19794_Test1_Data.bin",
        "gmrtd_ICAO_39794_5_AP_MandFields.dat",
        "gmrtd_ICAO_39794_5_AP_AllFields.dat",
    ] {
        let record = sample(&format!("biometric-records/{name}"));
        for end in 0..record.len() {
            // A 19794-5 record cut by eight bytes would have the tolerated length, but then lacks image bytes.
            assert!(dg2::read_record(&record[..end]).is_err(), "{name} cut at {end}");
        }
    }
}

#[test]
fn every_signed_data_cut_at_any_byte_is_refused() {
    let bytes = sample("sod-specimen/ZK_7101841b.bin");
    for end in 0..bytes.len() {
        assert!(SecurityObject::parse(&tlv::write(0x77, &bytes[..end])).is_err(), "cut at {end}");
    }
}

fn any_file() -> impl Strategy<Value = File> {
    prop::sample::select(File::ALL.to_vec())
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(file in any_file(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parses(file, &bytes);
        if let Some(tag) = file.tag() {
            let _ = parses(file, &tlv::write(tag, &bytes));
        }
        let _ = dg2::read_record(&bytes);
        let _ = dg2::read_record(&[&b"FAC\x00010\0"[..], &bytes].concat());
    }

    #[test]
    fn changed_samples_are_read_or_refused(
        (file, bytes) in prop::sample::select(samples()),
        changes in prop::collection::vec((0..400usize, any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes;
        for (at, to) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = to;
            }
        }
        let _ = parses(file, &bytes);
    }

    #[test]
    fn located_images_lie_inside_the_file(
        changes in prop::collection::vec((0..120usize, any::<u8>()), 1..4),
    ) {
        for mut bytes in [specimen("DG2"), sample("dg2/gmrtd_4ec0d892.bin"), Dg2::encode_iso39794(b"\xFF\xD8\xFF\xE0 and more", 2026)] {
            for (at, to) in &changes {
                if let Some(byte) = bytes.get_mut(*at) {
                    *byte = *to;
                }
            }
            if let Ok(dg2) = Dg2::parse(&bytes) {
                for face in &dg2.faces {
                    prop_assert!(face.image.bytes(&bytes).is_some_and(|image| !image.is_empty()));
                }
            }
        }
    }
}
