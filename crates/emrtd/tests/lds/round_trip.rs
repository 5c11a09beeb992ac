//! What is written is read back.

use emrtd::lds::{
    File, Text,
    atr_info::{AtrInfo, Capabilities, ExtendedLength},
    com::Com,
    date::{Date, DateForm, DateTime},
    dg1::Dg1,
    dg2::{Dg2, Encoding},
    dg7::Dg7,
    dg11::{Dg11, ScannedImage},
    dg12::Dg12,
    dg15,
    dg16::{Dg16, PersonToNotify},
    dir::{ApplicationTemplate, Dir},
    image::ImageFormat,
    public_key::{GroupPublicKey, ParameterForm, PublicKey, RsaPublicKey},
};
use groups::{Group, Secret};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const MAGIC: [(ImageFormat, &[u8]); 3] = [
    (ImageFormat::Jpeg, b"\xFF\xD8\xFF\xE0"),
    (ImageFormat::Jpeg2000Jp2, b"\0\0\0\x0CjP  \r\n\x87\n"),
    (ImageFormat::Jpeg2000Codestream, b"\xFF\x4F\xFF\x51"),
];

fn any_image() -> impl Strategy<Value = (ImageFormat, Vec<u8>)> {
    (prop::sample::select(MAGIC.to_vec()), prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|((format, magic), rest)| (format, [magic, &rest].concat()))
}

fn any_text() -> impl Strategy<Value = Text> {
    prop_oneof![
        "[ -~æøåÆØÅ]{0,40}".prop_map(|text| Text::from(text.as_str())),
        prop::collection::vec(any::<u8>(), 0..150).prop_map(|bytes| Text::new(&bytes))
    ]
}

fn maybe_text() -> impl Strategy<Value = Option<Text>> {
    prop::option::of(any_text())
}

fn any_date() -> impl Strategy<Value = Date> {
    (0..=9999u16, 0..=12u8, 0..=31u8)
        .prop_filter_map("a date", |(year, month, day)| Date::new(year, month, day))
}

fn any_form() -> impl Strategy<Value = DateForm> {
    prop::sample::select(vec![DateForm::Ascii, DateForm::Packed])
}

proptest! {
    #[test]
    fn com(lds in (0..100u8, 0..100u8), unicode in (0..100u8, 0..100u8, 0..100u8), tags in prop::collection::vec(any::<u8>(), 0..20)) {
        let com = Com { lds_version: lds, unicode_version: unicode, tags };
        prop_assert_eq!(Com::parse(&com.encode()).unwrap(), com);
    }

    #[test]
    fn dir(applications in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..=16), maybe_text()), 0..8), padding in 0..20usize) {
        let applications = applications.into_iter().map(|(aid, label)| ApplicationTemplate { aid, label }).collect();
        let dir = Dir { applications };
        let mut bytes = dir.encode();
        bytes.resize(bytes.len() + padding, 0);
        prop_assert_eq!(Dir::parse(&bytes).unwrap(), dir);
    }

    #[test]
    fn atr_info(lengths in prop::option::of((any::<u32>(), any::<u32>())), bits in prop::option::of(any::<[bool; 4]>())) {
        let info = AtrInfo {
            extended_length: lengths.map(|(max_command, max_response)| ExtendedLength { max_command, max_response }),
            capabilities: bits.map(|[short_file_identifier, command_chaining, extended_length, extended_length_information]| {
                Capabilities { short_file_identifier, command_chaining, extended_length, extended_length_information }
            }),
        };
        prop_assert_eq!(AtrInfo::parse(&info.encode()).unwrap(), info);
    }

    #[test]
    fn dg2_in_both_encodings((format, image) in any_image(), width in any::<u16>(), height in any::<u16>(), year in 2019..2100u16) {
        for (bytes, encoding) in [
            (Dg2::encode_iso19794(&image, width, height), Encoding::Iso19794),
            (Dg2::encode_iso39794(&image, year), Encoding::Iso39794),
        ] {
            let dg2 = Dg2::parse(&bytes).unwrap();
            prop_assert_eq!(&dg2.deviations, &[]);
            prop_assert_eq!(dg2.faces.len(), 1);
            let face = &dg2.faces[0];
            prop_assert_eq!((face.encoding, face.image.format), (encoding, format));
            prop_assert_eq!(face.image.bytes(&bytes), Some(&image[..]));
            let size = face.information.map(|information| (information.width, information.height));
            prop_assert_eq!(size, (encoding == Encoding::Iso19794).then_some((width, height)));
        }
    }

    #[test]
    fn dg7(images in prop::collection::vec(any_image(), 0..=9)) {
        let slices: Vec<&[u8]> = images.iter().map(|(_, image)| &image[..]).collect();
        let bytes = Dg7::encode(&slices);
        let dg7 = Dg7::parse(&bytes).unwrap();
        prop_assert_eq!(dg7.images.len(), images.len());
        for (found, (format, image)) in dg7.images.iter().zip(&images) {
            prop_assert_eq!(found.format, *format);
            prop_assert_eq!(found.bytes(&bytes), Some(&image[..]));
        }
    }

    #[test]
    fn dg11(
        names in prop::collection::vec(any_text(), 0..10),
        texts in prop::collection::vec(maybe_text(), 10),
        birth_date in prop::option::of(any_date()),
        proof in prop::option::of(any_image()),
        form in any_form(),
    ) {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        let mut dg11 = Dg11 {
            tag_list: None,
            full_name: next(),
            other_names: names,
            personal_number: next(),
            birth_date,
            birth_place: next(),
            address: next(),
            telephone: next(),
            profession: next(),
            title: next(),
            summary: next(),
            citizenship_proof: None,
            other_documents: next(),
            custody: next(),
        };
        let bytes = dg11.encode(form, proof.as_ref().map(|(_, image)| &image[..]));
        let read = Dg11::parse(&bytes).unwrap();
        match (&read.citizenship_proof, &proof) {
            (Some(ScannedImage::Image(found)), Some((_, image))) => prop_assert_eq!(found.bytes(&bytes), Some(&image[..])),
            (None, None) => {}
            other => prop_assert!(false, "{other:?}"),
        }
        // The tag list names exactly what is there.
        let children = File::Dg11.contents(&bytes).unwrap().outer.children();
        let mut tags = Vec::new();
        let mut reader = children;
        while let Some(object) = reader.next().unwrap() {
            tags.push(object.tag);
        }
        prop_assert_eq!(tags.remove(0), 0x5C);
        prop_assert_eq!(read.tag_list.as_ref(), Some(&tags));
        dg11.tag_list.clone_from(&read.tag_list);
        dg11.citizenship_proof.clone_from(&read.citizenship_proof);
        prop_assert_eq!(read, dg11);
    }

    #[test]
    fn dg12(
        names in prop::collection::vec(any_text(), 0..10),
        texts in prop::collection::vec(maybe_text(), 4),
        issue_date in prop::option::of(any_date()),
        time in prop::option::of((any_date(), 0..24u8, 0..60u8, 0..=60u8)),
        form in any_form(),
    ) {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        let mut dg12 = Dg12 {
            tag_list: None,
            issuing_authority: next(),
            issue_date,
            other_persons: names,
            endorsements: next(),
            tax_exit_requirements: next(),
            front_image: None,
            rear_image: None,
            personalised: time.map(|(date, hour, minute, second)| DateTime { date, hour, minute, second }),
            personalisation_system: next(),
        };
        let read = Dg12::parse(&dg12.encode(form, None, None)).unwrap();
        dg12.tag_list.clone_from(&read.tag_list);
        prop_assert_eq!(read, dg12);
    }

    #[test]
    fn dg16(persons in prop::collection::vec((prop::option::of(any_date()), maybe_text(), maybe_text(), maybe_text()), 0..=15)) {
        let persons = persons
            .into_iter()
            .map(|(recorded, name, telephone, address)| PersonToNotify { recorded, name, telephone, address })
            .collect();
        let dg16 = Dg16 { persons };
        prop_assert_eq!(Dg16::parse(&dg16.encode()).unwrap(), dg16);
    }

    #[test]
    fn dg15_with_rsa(modulus in prop::collection::vec(any::<u8>(), 1..=1024), exponent in prop::collection::vec(any::<u8>(), 1..=8)) {
        prop_assume!(modulus[0] != 0 && exponent[0] != 0);
        let key = RsaPublicKey { modulus, exponent };
        let read = dg15::parse(&dg15::encode_rsa(&key)).unwrap().into_unverified();
        prop_assert_eq!(read, PublicKey::Rsa(key));
    }
}

#[test]
fn dg15_with_every_curve() {
    for group in Group::ALL.into_iter().filter(|group| group.kind() == groups::Kind::Ecdh) {
        let element = Secret::random(group, &mut ChaCha20Rng::seed_from_u64(7)).public();
        for form in [ParameterForm::Named, ParameterForm::Explicit, ParameterForm::Standardised] {
            let key = GroupPublicKey { element: element.clone(), form };
            let read = dg15::parse(&dg15::encode_ec(&key)).unwrap().into_unverified();
            assert_eq!(read, PublicKey::Group(key), "{group}");
        }
    }
}

#[test]
fn dg1_of_every_size() {
    let td1 =
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    let td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    for (lines, length) in [(td1, 90), (td2, 72), (td3, 88)] {
        let bytes = Dg1::encode(lines);
        assert_eq!(bytes.len(), 5 + length);
        let read = Dg1::parse(&bytes).unwrap().mrz;
        assert_eq!(read.lines().join("\n"), lines);
    }
}
