//! Layouts, classes, codes, optional data and errors of whole zones.

use mrz::{
    BuildError, Deviation, DocumentClass, EmptyOptionalDigit, Expected, Field, Format, Mrz, MrzBuilder,
    MrzError, PassportType, Sex, StateCode, StateKind,
};

const TD3: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD1: &str =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const MRV_A: &str =
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<";
const MRV_B: &str = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<";

fn builder(format: Format) -> MrzBuilder {
    MrzBuilder::new(format)
        .issuing_state("UTO")
        .nationality("UTO")
        .names("Eriksson", "Anna Maria")
        .document_number("D23145890")
        .birth_date("740812")
        .expiry_date("340415")
        .sex(Sex::Female)
}

#[test]
fn the_specimens_of_the_standard_are_parsed_in_every_way_of_writing() {
    for (text, format) in [
        (TD1, Format::Td1),
        (TD2, Format::Td2),
        (TD3, Format::Td3),
        (MRV_A, Format::MrvA),
        (MRV_B, Format::MrvB),
    ] {
        let mrz = Mrz::parse(text).unwrap();
        assert_eq!(mrz.format(), format);
        assert_eq!(mrz.lines().join("\n"), text);
        assert_eq!((mrz.names().primary(), mrz.names().secondary()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!(mrz.sex(), Sex::Female);
        for other in [
            text.replace('\n', ""),
            text.replace('\n', "\r\n"),
            format!("\n  {}  \n\n", text.replace('\n', " \n\n ")),
            text.to_lowercase(),
        ] {
            assert_eq!(Mrz::parse(&other).unwrap(), mrz, "{other}");
        }
    }
}

#[test]
fn every_document_code_has_its_class() {
    use DocumentClass as C;
    use PassportType as P;
    for (format, code, class, is_read) in [
        (Format::Td3, "P", C::Passport(P::Unspecified), true),
        (Format::Td3, "PP", C::Passport(P::Ordinary), true),
        (Format::Td3, "PD", C::Passport(P::Diplomatic), true),
        (Format::Td3, "PO", C::Passport(P::Official), true),
        (Format::Td3, "PR", C::Passport(P::Refugee), true),
        (Format::Td3, "PT", C::Passport(P::Alien), true),
        (Format::Td3, "PS", C::Passport(P::Stateless), true),
        (Format::Td3, "PL", C::Passport(P::LaissezPasser), true),
        (Format::Td3, "PM", C::Passport(P::Military), true),
        (Format::Td3, "PX", C::Passport(P::National('X')), true),
        (Format::Td3, "PE", C::EmergencyPassport, false),
        (Format::Td3, "PU", C::SingleSheet, false),
        (Format::Td1, "I", C::IdentityCard, true),
        (Format::Td1, "ID", C::IdentityCard, true),
        (Format::Td1, "C", C::IdentityCard, true),
        (Format::Td1, "AR", C::IdentityCard, true),
        (Format::Td1, "AC", C::CrewMemberCertificate, false),
        (Format::Td2, "I", C::IdentityCard, true),
        (Format::MrvA, "V", C::Visa, false),
        (Format::MrvB, "VC", C::Visa, false),
    ] {
        let mrz = builder(format).document_code(code).build().unwrap();
        assert_eq!(mrz.document_class(), class, "{format} {code}");
        assert_eq!(mrz.document_class().is_passport_or_identity_card(), is_read, "{format} {code}");
        assert_eq!(mrz.document_code(), code);
        assert_eq!(Mrz::parse(&mrz.lines().join("\n")).unwrap().document_class(), class);
    }
    for (format, code) in [(Format::Td3, "I"), (Format::Td1, "P"), (Format::Td2, "X"), (Format::MrvA, "P")] {
        let error = builder(format).document_code(code).build().unwrap_err();
        let BuildError::Refused(MrzError::Character { field, expected, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!((field, expected), (Field::DocumentCode, Expected::DocumentLetter(format)));
    }
}

#[test]
fn an_unlisted_state_is_a_deviation_and_no_fault() {
    let mrz = builder(Format::Td3).issuing_state("XYZ").build().unwrap();
    assert_eq!(mrz.deviations(), [Deviation::UnknownState(Field::IssuingState)]);
    assert_eq!(mrz.issuing_state().kind(), StateKind::Unknown);
    let mrz = builder(Format::Td3).nationality("DEU").build().unwrap();
    assert_eq!(mrz.deviations(), [Deviation::UnknownState(Field::Nationality)]);
    assert_eq!(mrz.nationality().kind(), StateKind::NotPrinted);
    assert!(builder(Format::Td3).nationality("").build().is_err());
    assert!(builder(Format::Td3).nationality("<D").build().is_err());
}

#[test]
fn codes_lead_to_two_letters_and_back() {
    for (code, alpha2, kind) in [
        ("D<<", "DE", StateKind::Germany),
        ("DNK", "DK", StateKind::Iso3166),
        ("RKS", "KS", StateKind::Kosovo),
        ("EUE", "EU", StateKind::EuropeanUnion),
        ("UNO", "UN", StateKind::UnitedNations),
        ("UTO", "UT", StateKind::Specimen),
        ("ZWE", "ZW", StateKind::Iso3166),
        ("ABW", "AW", StateKind::Iso3166),
    ] {
        let state = StateCode::new(code).unwrap();
        assert_eq!((state.alpha2(), state.kind()), (Some(alpha2), kind), "{code}");
        assert_eq!(StateCode::from_alpha2(alpha2), Some(state));
        assert_eq!(state.printed().trim_end_matches('<'), state.as_str());
    }
    assert_eq!(StateCode::new("XXA").unwrap().alpha2(), None);
    assert_eq!(StateCode::from_alpha2("ZZ"), None);
    for wrong in ["", "<<<", "D<K", "DNKX", "dnk", "D1", "Ø"] {
        assert_eq!(StateCode::new(wrong), None, "{wrong}");
    }
}

#[test]
fn long_document_numbers_go_on_in_the_optional_data() {
    for (format, number, optional) in [
        (Format::Td1, "D23145890734", ""),
        (Format::Td1, "D23145890734", "AB12"),
        (Format::Td1, "D234567890", "ABCDEFGHIJKL"),
        (Format::Td1, "ABCDEFGHIJKLMNOPQRSTUV", ""),
        (Format::Td2, "D23145890734", ""),
        (Format::Td2, "D23145890734", "A"),
        (Format::Td2, "D2314589012345", ""),
    ] {
        let mrz = builder(format).document_number(number).optional_data(optional).build().unwrap();
        assert_eq!((mrz.document_number(), mrz.optional_data()), (number, optional), "{format}");
        assert_eq!(mrz.field(Field::DocumentNumberDigit), "<");
        assert_eq!(mrz.access_fields().document_number(), number);
        assert_eq!(Mrz::parse(&mrz.lines().concat()).unwrap(), mrz);
    }
    for (format, number) in
        [(Format::Td1, "A".repeat(23)), (Format::Td2, "A".repeat(15)), (Format::Td3, "A".repeat(10))]
    {
        assert!(
            matches!(builder(format).document_number(&number).build(), Err(BuildError::TooLong { .. })),
            "{format}"
        );
    }
}

#[test]
fn a_long_number_without_rest_or_with_a_wrong_digit_is_refused() {
    let right = builder(Format::Td1).document_number("D23145890734").build().unwrap().lines().join("\n");
    for wrong in [
        right.replace("D23145890<7349<", "D23145890<7348<"),
        right.replace("D23145890<7349<", "D23145890<9<<<<"),
        right.replace("D23145890<7349<", "D23145890<<<<<<"),
        right.replace("D23145890<7349<", "D23145890<734A<"),
    ] {
        assert_ne!(wrong, right);
        let Err(MrzError::CheckDigit { field, .. }) = Mrz::parse(&wrong) else { panic!("{wrong}") };
        assert_eq!(field, Field::DocumentNumberDigit);
    }
}

#[test]
fn the_digit_of_empty_optional_data_may_be_a_filler_or_zero() {
    let filler = builder(Format::Td3).build().unwrap();
    let zero = builder(Format::Td3).empty_optional_digit(EmptyOptionalDigit::Zero).build().unwrap();
    assert_eq!((filler.field(Field::OptionalDataDigit), zero.field(Field::OptionalDataDigit)), ("<", "0"));
    assert_eq!(filler.field(Field::CompositeDigit), zero.field(Field::CompositeDigit));
    let one = zero.lines()[1].replace("<0", "<1");
    assert!(Mrz::parse(&format!("{}\n{one}", zero.lines()[0])).is_err());
    // Over data that are there, a filler is no digit.
    let text = TD3.replace("<<<<<10", "<<<<<<0");
    assert!(matches!(Mrz::parse(&text), Err(MrzError::CheckDigit { field: Field::OptionalDataDigit, .. })));
}

#[test]
fn optional_data_of_both_lines_of_a_card_are_kept() {
    let mrz = builder(Format::Td1).optional_data("ABC123").second_optional_data("XYZ987").build().unwrap();
    assert_eq!((mrz.optional_data(), mrz.second_optional_data()), ("ABC123", "XYZ987"));
    let error = builder(Format::Td3).second_optional_data("X").build().unwrap_err();
    assert!(matches!(error, BuildError::NoSuchField { field: Field::SecondOptionalData, .. }));
}

#[test]
fn a_wrong_composite_digit_is_refused() {
    for (text, last) in [(TD1, "<<<6\n"), (TD2, "<<<6"), (TD3, "<<10")] {
        let wrong = last.replace(['6', '0'], "5");
        let text = text.replacen(last, &wrong, 1);
        let Err(MrzError::CheckDigit { field, right, .. }) = Mrz::parse(&text) else { panic!("{text}") };
        assert_eq!(field, Field::CompositeDigit);
        assert!(last.contains(right.as_str()));
    }
}

#[test]
fn characters_out_of_place_are_refused_with_field_place_and_remedy() {
    for (from, to, expected) in [
        ("P<UTO", "P<UT0", "line 1, position 5 (issuing state): found '0', expected a letter A to Z or <"),
        ("ANNA", "AN4A", "line 1, position 18 (names): found '4', expected a letter A to Z or <"),
        ("ANNA", "AN A", "line 1, position 18 (names): found ' ', expected a letter A to Z or <"),
        ("ANNA", "ANÅA", "line 1, position 18 (names): found '?', expected a letter A to Z or <"),
        ("2F1", "2H1", "line 2, position 21 (sex): found 'H', expected F, M or <"),
        (
            "ZE18",
            "ZE*8",
            "line 2, position 31 (optional data): found '*', expected a letter A to Z, a digit or <",
        ),
        ("7408", "74O8", "line 2, position 16 (date of birth): found 'O', expected a digit or <"),
    ] {
        assert_eq!(Mrz::parse(&TD3.replacen(from, to, 1)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn empty_mandatory_fields_are_refused() {
    let no_names = TD3.replace("ERIKSSON<<ANNA<MARIA", "<<<<<<<<<<<<<<<<<<<<");
    assert!(matches!(Mrz::parse(&no_names), Err(MrzError::Empty { field: Field::Names, .. })));
    let error = builder(Format::Td2).document_number("").build().unwrap_err();
    assert!(matches!(error, BuildError::Refused(MrzError::Empty { field: Field::DocumentNumber, .. })));
}

#[test]
fn text_that_is_no_zone_is_refused_with_the_lengths_of_its_lines() {
    for (text, lengths) in [
        (String::new(), vec![]),
        ("A".repeat(44), vec![44]),
        (format!("{}\n{}", "A".repeat(44), "A".repeat(43)), vec![44, 43]),
        ("A".repeat(120), vec![120]),
        ("A\n".repeat(100), vec![1; 100]),
        ("é".repeat(36), vec![36]),
    ] {
        assert_eq!(Mrz::parse(&text), Err(MrzError::LineLengths { lengths }));
    }
    let error = Mrz::parse(&"<".repeat(257)).unwrap_err();
    assert_eq!(error, MrzError::TooLong { length: 257, limit: 256 });
}

#[test]
fn differing_fields_are_named() {
    let (a, b) = (builder(Format::Td3), builder(Format::Td3).optional_data("A1").names("Eriksson", "Anna"));
    let (a, b) = (a.build().unwrap(), b.build().unwrap());
    assert_eq!(a.differing_fields(&b), Some(vec![Field::Names, Field::OptionalData]));
    assert_eq!(a.differing_fields(&a), Some(vec![]));
    assert_eq!(a.differing_fields(&builder(Format::Td1).build().unwrap()), None);
}

#[test]
fn positions_are_those_of_the_tables() {
    for (format, field, expected) in [
        (Format::Td1, Field::BirthDate, "line 2, positions 1 to 6"),
        (Format::Td1, Field::CompositeDigit, "line 2, position 30"),
        (Format::Td2, Field::Names, "line 1, positions 6 to 36"),
        (Format::Td3, Field::OptionalData, "line 2, positions 29 to 42"),
        (Format::MrvA, Field::OptionalData, "line 2, positions 29 to 44"),
        (Format::MrvB, Field::OptionalData, "line 2, positions 29 to 36"),
    ] {
        assert_eq!(format.position(field).unwrap().to_string(), expected);
    }
    assert_eq!(Format::MrvA.position(Field::CompositeDigit), None);
}

#[test]
fn all_countries_of_iso_3166_are_known() {
    let letters = || ('A'..='Z').map(String::from);
    let codes = letters().flat_map(|a| {
        letters().flat_map(move |b| {
            letters().map({
                let a = a.clone();
                move |c| format!("{a}{b}{c}")
            })
        })
    });
    let kinds: Vec<StateKind> =
        codes.filter_map(|code| StateCode::new(&code)).map(|code| code.kind()).collect();
    let count = |kind| kinds.iter().filter(|found| **found == kind).count();
    // 249 countries, of which Germany is printed D.
    assert_eq!((kinds.len(), count(StateKind::Iso3166), count(StateKind::NotPrinted)), (17_576, 248, 1));
    assert_eq!((count(StateKind::BritishStatus), count(StateKind::OtherAuthority)), (5, 11));
}
