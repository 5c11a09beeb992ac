//! Repair of look-alike characters.

use mrz::{Format, Mrz, MrzBuilder, MrzError, RepairError, repair};

const TD3: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD1: &str =
    "IDCHEA1234567<6<<<<<<<<<<<<<<<\n7510256M2009018CHE<<<<<<<<<<<8\nSMITH<<JOHN<ALBERT<<<<<<<<<<<<";

fn zone(format: Format, number: &str) -> MrzBuilder {
    MrzBuilder::new(format)
        .issuing_state("UTO")
        .nationality("UTO")
        .names("Eriksson", "Anna")
        .document_number(number)
        .birth_date("740812")
        .expiry_date("340415")
}

#[test]
fn right_lines_are_returned_unchanged() {
    let mrz = repair(TD3).unwrap();
    assert_eq!(mrz.lines().join("\n"), TD3);
    assert!(mrz.changes().is_empty());
}

#[test]
fn forced_exchanges_of_a_public_specimen_are_undone() {
    let read =
        "IDCHEA1234567<6<<<<<<<<<<<<<<<\n7SIOZSGMZOO90IBCHE<<<<<<<<<<<B\n5M1TH<<J0HN<AL8ERT<<<<<<<<<<<<";
    // G for 6 is no look-alike of the set.
    assert!(matches!(repair(read), Err(RepairError::NoneFits(_))));
    let mrz = repair(&read.replace("7SIOZSG", "7SIOZS6")).unwrap();
    assert_eq!(mrz.lines().join("\n"), TD1);
    assert_eq!(mrz.changes().len(), 15);
    assert_eq!(mrz.changes()[0].position().to_string(), "line 2, position 2");
    assert_eq!((mrz.changes()[0].from(), mrz.changes()[0].to()), ('S', '5'));
    let read = "P<UT0ERIK55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<\nL898902C36UTO740BIZZF12041S9ZE184226B<<<<<1O";
    assert_eq!(repair(read).unwrap().lines().join("\n"), TD3);
}

#[test]
fn a_document_number_is_repaired_if_one_way_fits() {
    let read = TD1.replace("A1234567<6", "AI234567<6");
    let mrz = repair(&read).unwrap();
    assert_eq!(mrz.lines().join("\n"), TD1);
    assert_eq!(mrz.changes().len(), 1);
}

#[test]
fn a_document_number_is_left_if_several_ways_fit() {
    let right = zone(Format::Td3, "000000000").build().unwrap();
    // With the first 0 read as O, the exchange of the fourth or the seventh adds the same.
    let read = right.lines().join("\n").replace("\n0", "\nO");
    assert!(matches!(repair(&read), Err(RepairError::SeveralFit(MrzError::CheckDigit { .. }))));
}

#[test]
fn optional_data_under_the_composite_digit_alone_are_repaired_if_one_way_fits() {
    let right = |data: &str| zone(Format::Td1, "D23145890").second_optional_data(data).build().unwrap();
    let expected = right("AC3S4");
    let read = expected.lines().join("\n").replace("AC3S4", "AC354");
    assert!(Mrz::parse(&read).is_err());
    assert_eq!(repair(&read).unwrap(), expected);
    // With many look-alikes several ways add the same.
    let expected = right("O0O0O0O0O0");
    let read = expected.lines().join("\n").replace("O0O0O0O0O0", "00O0O0O0O0");
    assert!(matches!(repair(&read), Err(RepairError::SeveralFit(_))));
}

#[test]
fn other_misreadings_are_not_touched() {
    for (from, to) in [("7408122", "7403122"), ("UTO7408", "UT37408"), ("2F1", "2E1"), ("<<10", "<<1A")] {
        let read = TD3.replacen(from, to, 1);
        assert!(matches!(repair(&read), Err(RepairError::NoneFits(_))), "{read}");
    }
    // No digit covers names and nationality.
    for (from, to) in [("UTO7408", "UTQ7408"), ("<<ANNA", "KKANNA")] {
        let read = TD3.replacen(from, to, 1);
        assert_eq!(repair(&read).unwrap().lines().join("\n"), read);
    }
    assert!(matches!(repair("hello"), Err(RepairError::Lines(MrzError::LineLengths { .. }))));
}

#[test]
fn hostile_lines_full_of_look_alikes_are_refused() {
    for filler in ["0", "O", "1", "8", "5", "2", "S"] {
        for shape in [(44, 2), (36, 2), (30, 3)] {
            let text = vec![filler.repeat(shape.0); shape.1].join("\n");
            for first in ["P<UTO", "I<UTO", "V<UTO"] {
                let text = format!("{first}{}", text.get(5..).unwrap());
                assert!(repair(&text).is_err());
            }
        }
    }
}
