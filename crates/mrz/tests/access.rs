//! The access fields: worked examples of Doc 9303-11, typed fields, damaged lines.

use mrz::{AccessFields, AccessFieldsError, DamagedError, DocumentClass, Field, Mrz, MrzError};

const TD3: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD1: &str =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const TD1_LONG: &str =
    "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";

fn information(fields: &AccessFields) -> String {
    fields.mrz_information().to_string()
}

#[test]
fn the_worked_examples_of_doc_9303_11_appendix_d_give_their_mrz_information() {
    let td2 = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8";
    assert_eq!(information(&Mrz::parse(td2).unwrap().access_fields()), "D23145890734934071279507122");
    assert_eq!(information(&Mrz::parse(TD1_LONG).unwrap().access_fields()), "D23145890734934071279507122");
    let short =
        "I<UTOL898902C<3<<<<<<<<<<<<<<<\n6908061F9406236UTO<<<<<<<<<<<2\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    assert_eq!(information(&Mrz::parse(short).unwrap().access_fields()), "L898902C<369080619406236");
}

#[test]
fn typed_fields_give_the_same_as_the_lines() {
    let typed = AccessFields::new(" l898902c ", "690806", "940623").unwrap();
    assert_eq!(information(&typed), "L898902C<369080619406236");
    let typed = AccessFields::new("D23145890734", "340712", "950712").unwrap();
    assert_eq!(typed, Mrz::parse(TD1_LONG).unwrap().access_fields());
    assert_eq!(AccessFields::new("AB 12-3", "340712", "950712").unwrap().document_number(), "AB<12<3<<");
}

#[test]
fn typed_fields_that_no_document_has_are_refused_by_name() {
    let refused =
        |number: &str, birth: &str, expiry: &str| AccessFields::new(number, birth, expiry).unwrap_err();
    assert_eq!(refused(" ", "740812", "120415"), AccessFieldsError::EmptyNumber);
    assert_eq!(refused(&"A".repeat(23), "740812", "120415"), AccessFieldsError::LongNumber { length: 23 });
    assert_eq!(refused("AB_1", "740812", "120415"), AccessFieldsError::NumberCharacter { position: 3 });
    assert!(matches!(refused("A1", "7408", "120415"), AccessFieldsError::BirthDate(_)));
    assert!(matches!(refused("A1", "740812", "12<<<<"), AccessFieldsError::ExpiryDate(_)));
    assert!(matches!(refused("A1", "ÆØÅ", "120415"), AccessFieldsError::BirthDate(_)));
}

#[test]
fn damage_outside_the_three_fields_does_not_matter() {
    let expected = Mrz::parse(TD3).unwrap().access_fields();
    let damaged = [
        "P<UTOERIK55ON<(ANNA<MARlA<<<<<<<<KK<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<\nL898902C36UTO7408122F1204159ZE1842Z6B<<<<<17",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE18",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36U#O7408122?1204159ZE184226B<<<<<<<<1",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "L898902C36UTO7408122F1204159",
        "UTOPIA PASSPORT\nP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ];
    for text in damaged {
        assert!(Mrz::parse(text).is_err(), "{text}");
        assert_eq!(AccessFields::from_damaged_lines(text), Ok(expected.clone()), "{text}");
    }
}

#[test]
fn damage_outside_the_three_fields_of_a_card_does_not_matter() {
    for (text, whole) in [
        ("I<UTOD231458907<<<<<<KKKKKKKKK\n7408122F1204159U70<<<<<<<<<<<9\nERIK5SON", TD1),
        ("I<UTOD231458907\n7408122F1204159", TD1),
        ("I<UTOD23145890<7349<<<<<<<\n3407127M9507122UT0<<<<<<<<<<<0\n", TD1_LONG),
    ] {
        assert_eq!(
            AccessFields::from_damaged_lines(text),
            Ok(Mrz::parse(whole).unwrap().access_fields()),
            "{text}"
        );
    }
}

#[test]
fn whole_lines_give_their_fields_too() {
    for text in [TD3, TD1, TD1_LONG] {
        let expected = Ok(Mrz::parse(text).unwrap().access_fields());
        assert_eq!(AccessFields::from_damaged_lines(text), expected);
        assert_eq!(AccessFields::from_damaged_lines(&text.replace('\n', "")), expected);
        assert_eq!(
            AccessFields::from_damaged_lines(&text.to_lowercase().replace('\n', " \r\n\r\n ")),
            expected
        );
    }
}

#[test]
fn letters_in_dates_and_check_digits_are_exchanged_for_the_digits_they_look_like() {
    let text = "P<UTOERIK55ON\nL898902C36UTO74O8I2ZF12O4I59ZE1";
    assert_eq!(AccessFields::from_damaged_lines(text), Ok(Mrz::parse(TD3).unwrap().access_fields()));
}

#[test]
fn a_wrong_key_field_is_refused_with_its_place() {
    let text = TD3.replace("L898902C36", "L898903C36");
    let Err(DamagedError::Fault(MrzError::CheckDigit { field, position, found, .. })) =
        AccessFields::from_damaged_lines(&text)
    else {
        panic!("accepted")
    };
    assert_eq!((field, position.line, position.first), (Field::DocumentNumberDigit, 2, 10));
    assert_eq!(found.as_str(), "6");
    assert!(matches!(
        AccessFields::from_damaged_lines(&TD3.replace("7408122", "7498122")),
        Err(DamagedError::Fault(MrzError::Date { .. }))
    ));
}

#[test]
fn text_without_such_lines_is_refused() {
    assert_eq!(AccessFields::from_damaged_lines(""), Err(DamagedError::NoLine { lengths: vec![] }));
    assert_eq!(AccessFields::from_damaged_lines("hello"), Err(DamagedError::NoLine { lengths: vec![5] }));
    let long = "A".repeat(mrz::MAX_INPUT_BYTES + 1);
    assert!(matches!(
        AccessFields::from_damaged_lines(&long),
        Err(DamagedError::Fault(MrzError::TooLong { .. }))
    ));
}

#[test]
fn classes_that_are_not_read_are_refused_before_the_chip() {
    let visa = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL898902C<3UTO6908061F9406236ZE184226";
    assert_eq!(AccessFields::from_damaged_lines(visa), Err(DamagedError::Class(DocumentClass::Visa)));
    let crew = TD1.replace("I<UTO", "ACUTO");
    assert_eq!(
        AccessFields::from_damaged_lines(&crew),
        Err(DamagedError::Class(DocumentClass::CrewMemberCertificate))
    );
}

#[test]
fn debug_shows_nothing_personal() {
    let mrz = Mrz::parse(TD3).unwrap();
    let shown = format!(
        "{mrz:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        mrz.access_fields(),
        mrz.names(),
        mrz.birth_date(),
        mrz.expiry_date(),
        mrz.checks(),
        mrz::Inspection::of(TD3).unwrap(),
    );
    for secret in
        ["L898902C3", "ERIKSSON", "ANNA", "740812", "120415", "ZE184226B", "1974", "2012", "74", "UTO"]
    {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let error = Mrz::parse(&TD3.replace("740812", "740817")).unwrap_err();
    assert!(!format!("{error:?}").contains("'2'"));
    assert_eq!(
        error.to_string(),
        "line 2, position 20 (check digit of the date of birth): found '2', the data need '7'"
    );
}
