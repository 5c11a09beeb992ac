//! The files of the logical data structure, one target for each parser.
//!
//! What a parser gives has to be in proportion to the file, and where the library can write the file, what it writes is
//! read as the same.

use emrtd::lds::atr_info::AtrInfo;
use emrtd::lds::com::Com;
use emrtd::lds::date::DateForm;
use emrtd::lds::dg1::Dg1;
use emrtd::lds::dg2::{self, Dg2};
use emrtd::lds::dg7::Dg7;
use emrtd::lds::dg11::Dg11;
use emrtd::lds::dg12::Dg12;
use emrtd::lds::dg16::Dg16;
use emrtd::lds::dir::Dir;
use emrtd::lds::image::Image;
use emrtd::lds::public_key::PublicKey;
use emrtd::lds::sod::SecurityObject;
use emrtd::lds::{File, dg15};

use crate::oracle::sound;
use crate::{samples, specimens};

/// Splits the input into the file and what follows it.
fn check_contents(file: File, bytes: &[u8]) {
    if let Some(contents) = sound(bytes, file.contents(bytes)) {
        assert!(bytes.starts_with(contents.raw()));
        assert_eq!(contents.raw().len() + contents.trailing, bytes.len());
    }
}

fn check_image(bytes: &[u8], image: &Image) {
    let found = image.bytes(bytes).expect("an image lies inside its file");
    assert!(!found.is_empty());
}

/// EF.COM.
pub fn com(bytes: &[u8]) {
    check_contents(File::Com, bytes);
    let Some(com) = sound(bytes, Com::parse(bytes)) else { return };
    assert!(com.data_groups().count() <= com.tags.len());
    assert_eq!(Com::parse(&com.encode()).as_ref(), Ok(&com));
}

/// EF.SOD, as far as its structure goes.
pub fn sod(bytes: &[u8]) {
    check_contents(File::Sod, bytes);
    let Some(object) = sound(bytes, SecurityObject::parse(bytes)) else { return };
    let object = object.as_unverified();
    assert!(object.hashes.len() <= 32);
    assert!(object.hashes.iter().all(|(number, _)| (1..=16).contains(number)));
    for file in object.data_groups() {
        let number = file.data_group();
        let listed = object.hashes.iter().filter(|(listed, _)| Some(*listed) == number).count();
        assert_eq!(object.hash_of(file).is_some(), listed == 1, "a hash that is listed twice was used");
        assert!(listed == 1 || object.has_duplicates());
    }
}

/// EF.DG1.
pub fn dg1(bytes: &[u8]) {
    check_contents(File::Dg1, bytes);
    let Some(dg1) = sound(bytes, Dg1::parse(bytes)) else { return };
    let again = Dg1::parse(&Dg1::encode(&dg1.mrz.lines().join("\n")));
    assert_eq!(again.as_ref(), Ok(&dg1));
}

/// EF.DG2 with faces in both standards, and the records alone.
pub fn dg2(bytes: &[u8]) {
    check_contents(File::Dg2, bytes);
    for found in [Dg2::parse(bytes).ok(), dg2::read_record(bytes).ok()].into_iter().flatten() {
        assert!((1..=9).contains(&found.faces.len()));
        for face in &found.faces {
            check_image(bytes, &face.image);
        }
    }
    sound(bytes, Dg2::parse(bytes));
    sound(bytes, dg2::read_record(bytes));
}

/// EF.DG7.
pub fn dg7(bytes: &[u8]) {
    check_contents(File::Dg7, bytes);
    let Some(dg7) = sound(bytes, Dg7::parse(bytes)) else { return };
    assert!(dg7.images.len() <= 9);
    dg7.images.iter().for_each(|image| check_image(bytes, image));
    let images: Vec<&[u8]> = dg7.images.iter().filter_map(|image| image.bytes(bytes)).collect();
    let again = Dg7::parse(&Dg7::encode(&images)).expect("what was written can be read");
    assert_eq!(again.images.len(), images.len());
}

/// EF.DG11.
pub fn dg11(bytes: &[u8]) {
    check_contents(File::Dg11, bytes);
    let Some(dg11) = sound(bytes, Dg11::parse(bytes)) else { return };
    for form in [DateForm::Ascii, DateForm::Packed] {
        let again = Dg11::parse(&dg11.encode(form, None)).expect("what was written can be read");
        assert_eq!((&again.full_name, &again.birth_date), (&dg11.full_name, &dg11.birth_date));
        assert_eq!((&again.other_names, &again.address), (&dg11.other_names, &dg11.address));
    }
}

/// EF.DG12.
pub fn dg12(bytes: &[u8]) {
    check_contents(File::Dg12, bytes);
    let Some(dg12) = sound(bytes, Dg12::parse(bytes)) else { return };
    for form in [DateForm::Ascii, DateForm::Packed] {
        Dg12::parse(&dg12.encode(form, None, None)).expect("what was written can be read");
    }
}

/// EF.DG15.
pub fn dg15(bytes: &[u8]) {
    check_contents(File::Dg15, bytes);
    let Some(key) = sound(bytes, dg15::parse(bytes)) else { return };
    let key = key.as_unverified();
    let written = match key {
        PublicKey::Rsa(key) => {
            assert!((1..=8_192).contains(&key.modulus_bits()) && key.exponent.len() <= 8);
            dg15::encode_rsa(key)
        }
        PublicKey::Group(key) => dg15::encode_ec(key),
        PublicKey::Unsupported(_) => return,
    };
    let again = dg15::parse(&written).expect("what was written can be read");
    assert_eq!(again.as_unverified(), key);
}

/// EF.DG16.
pub fn dg16(bytes: &[u8]) {
    check_contents(File::Dg16, bytes);
    let Some(dg16) = sound(bytes, Dg16::parse(bytes)) else { return };
    assert_eq!(Dg16::parse(&dg16.encode()).as_ref(), Ok(&dg16));
}

/// EF.ATR/INFO.
pub fn atr_info(bytes: &[u8]) {
    check_contents(File::AtrInfo, bytes);
    let Some(info) = sound(bytes, AtrInfo::parse(bytes)) else { return };
    assert_eq!(AtrInfo::parse(&info.encode()), Ok(info));
}

/// EF.DIR.
pub fn dir(bytes: &[u8]) {
    check_contents(File::Dir, bytes);
    let Some(dir) = sound(bytes, Dir::parse(bytes)) else { return };
    assert_eq!(Dir::parse(&dir.encode()).as_ref(), Ok(&dir));
}

/// The samples of a file in `folders` and in the document sets, and those of the specimens.
fn seeds(folders: &[&str], name: &str) -> Vec<Vec<u8>> {
    let mut seeds = if folders.is_empty() { Vec::new() } else { samples::named(folders, &["_"], 16_000) };
    let in_sets = format!("{}.", name.replace('.', "_"));
    seeds.extend(samples::named(&["pa-sets", "misc"], &[&in_sets], 16_000));
    for document in specimens::all() {
        seeds.extend(specimens::file(&document, name).map(<[u8]>::to_vec));
    }
    seeds.sort();
    seeds.dedup();
    seeds
}

/// Seeds of [`com`].
pub fn com_seeds() -> Vec<Vec<u8>> {
    seeds(&["com"], "EF.COM")
}

/// Seeds of [`sod`], with one that lists the hash of DG1 twice.
pub fn sod_seeds() -> Vec<Vec<u8>> {
    let mut all = seeds(&["sod-mock", "sod-specimen"], "EF.SOD");
    all.extend(samples::named(&["pa-sets"], &["efsod"], 2_000));
    let second_group = [0x02, 0x01, 0x02, 0x04];
    let twice = all.iter().find_map(|file| {
        let at = file.windows(4).position(|part| part == second_group)?;
        let mut twice = file.clone();
        twice[at + 2] = 1;
        let object = SecurityObject::parse(&twice).ok()?;
        object.as_unverified().has_duplicates().then_some(twice)
    });
    all.extend(twice);
    all
}

/// Seeds of [`dg1`].
pub fn dg1_seeds() -> Vec<Vec<u8>> {
    seeds(&["dg1"], "EF.DG1")
}

/// Seeds of [`dg2`]: samples with their large images, and small ones that are quick to change.
pub fn dg2_seeds() -> Vec<Vec<u8>> {
    let mut all = seeds(&["dg2", "biometric-records"], "EF.DG2");
    let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, 0xFF, 0xD9];
    let jp2 = *b"\x00\x00\x00\x0CjP  \x0D\x0A\x87\x0A\x00\x00";
    let codestream = [0xFF, 0x4F, 0xFF, 0x51, 0x00];
    for image in [&jpeg[..], &jp2, &codestream] {
        all.push(Dg2::encode_iso19794(image, 300, 400));
        all.push(Dg2::encode_iso39794(image, 2026));
    }
    all
}

/// Seeds of [`dg7`].
pub fn dg7_seeds() -> Vec<Vec<u8>> {
    let mut all = seeds(&["dg7"], "EF.DG7");
    all.push(Dg7::encode(&[&[0xFF, 0xD8, 0xFF, 0xE0], &[0xFF, 0x4F, 0xFF, 0x51]]));
    all
}

/// Seeds of [`dg11`].
pub fn dg11_seeds() -> Vec<Vec<u8>> {
    seeds(&["dg11"], "EF.DG11")
}

/// Seeds of [`dg12`].
pub fn dg12_seeds() -> Vec<Vec<u8>> {
    seeds(&["dg12"], "EF.DG12")
}

/// Seeds of [`dg15`].
pub fn dg15_seeds() -> Vec<Vec<u8>> {
    seeds(&["dg15"], "EF.DG15")
}

/// Seeds of [`dg16`].
pub fn dg16_seeds() -> Vec<Vec<u8>> {
    seeds(&["dg16"], "EF.DG16")
}

/// Seeds of [`atr_info`].
pub fn atr_info_seeds() -> Vec<Vec<u8>> {
    seeds(&[], "EF.ATR/INFO")
}

/// Seeds of [`dir`].
pub fn dir_seeds() -> Vec<Vec<u8>> {
    seeds(&[], "EF.DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_lists_a_hash_twice() {
        let objects = sod_seeds().into_iter().filter_map(|seed| SecurityObject::parse(&seed).ok());
        assert!(objects.into_iter().any(|object| object.as_unverified().has_duplicates()));
    }
}
