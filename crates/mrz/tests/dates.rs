//! Two-digit years and unknown parts of the date of birth.

use jiff::civil::{Date, date};
use mrz::{AccessFields, Format, Mrz, MrzBuilder, MrzError, Sex};

fn zone(birth: &str, expiry: &str) -> Result<Mrz, mrz::BuildError> {
    MrzBuilder::new(Format::Td3)
        .issuing_state("UTO")
        .nationality("UTO")
        .names("Eriksson", "Anna")
        .document_number("L898902C3")
        .birth_date(birth)
        .expiry_date(expiry)
        .sex(Sex::Female)
        .build()
}

fn printed(year: i16, month_and_day: &str) -> String {
    format!("{:02}{month_and_day}", year % 100)
}

const CLOCKS: [Date; 3] = [date(2024, 2, 29), date(2026, 11, 25), date(2039, 12, 31)];

#[test]
fn an_expiry_lies_at_most_fifteen_years_ahead_else_in_the_past() {
    for now in CLOCKS {
        for year in 1925..=2041_i16 {
            let mrz = zone("740812", &printed(year, "0615")).unwrap();
            let found = mrz.expiry_date().resolve(now).unwrap();
            // The rule, written out: of all years with these digits the last that is not beyond.
            let expected =
                (1900..=2099).rev().find(|y| y % 100 == year % 100 && *y <= now.year() + 15).unwrap();
            assert_eq!(found, date(expected, 6, 15), "{year} seen from {now}");
            if (now.year() - 84..=now.year() + 15).contains(&year) {
                assert_eq!(found.year(), year, "{year} seen from {now}");
            }
        }
    }
}

#[test]
fn the_limits_of_the_expiry_rule_are_exact() {
    let now = date(2026, 11, 25);
    let year = |digits: &str| zone("740812", digits).unwrap().expiry_date().resolve(now).unwrap().year();
    assert_eq!(year("411231"), 2041);
    assert_eq!(year("420101"), 1942);
    assert_eq!(year("261124"), 2026);
    assert_eq!(year("991231"), 1999);
    assert_eq!(year("000101"), 2000);
}

#[test]
fn a_birth_is_never_in_the_future() {
    for now in CLOCKS {
        for year in 1925..=2041_i16 {
            let mrz = zone(&printed(year, "0615"), "340415").unwrap();
            let birth = mrz.birth_date().resolve(now).unwrap();
            assert_eq!(birth.earliest(), birth.latest());
            assert!(birth.earliest() <= now, "{year} seen from {now}");
            assert_eq!(birth.earliest().year() % 100, year % 100);
            assert!(
                birth.earliest() > now.checked_sub(jiff::Span::new().years(100)).unwrap(),
                "{year} from {now}"
            );
            let expected = date(year, 6, 15);
            if expected <= now && expected > now.checked_sub(jiff::Span::new().years(100)).unwrap() {
                assert_eq!(birth.earliest(), expected, "{year} seen from {now}");
            }
        }
    }
}

#[test]
fn a_birth_later_this_year_belongs_to_the_century_before() {
    let now = date(2026, 11, 25);
    let birth = |digits: &str| zone(digits, "340415").unwrap().birth_date().resolve(now).unwrap();
    assert_eq!(birth("261125").earliest(), date(2026, 11, 25));
    assert_eq!(birth("261126").earliest(), date(1926, 11, 26));
    assert_eq!(birth("261125").older_year(), Some(1926));
    assert_eq!(birth("740812").older_year(), None);
    assert_eq!(birth("000229").earliest(), date(2000, 2, 29));
}

#[test]
fn unknown_parts_of_a_birth_are_legal_and_go_into_the_key_as_printed() {
    let now = date(2026, 11, 25);
    let mrz = zone("85<<<<", "340415").unwrap();
    assert!(!mrz.birth_date().is_complete());
    assert_eq!(
        (mrz.birth_date().year(), mrz.birth_date().month(), mrz.birth_date().day()),
        (Some(85), None, None)
    );
    let birth = mrz.birth_date().resolve(now).unwrap();
    assert_eq!((birth.earliest(), birth.latest()), (date(1985, 1, 1), date(1985, 12, 31)));
    assert!(mrz.access_fields().mrz_information().contains("85<<<<1"));

    let mrz = zone("<<<<<<", "340415").unwrap();
    assert!(mrz.birth_date().resolve(now).is_none());
    assert!(!mrz.birth_date().is_complete());
    assert!(mrz.access_fields().mrz_information().contains("<<<<<<0"));

    let this_year = zone("26<<<<", "340415").unwrap().birth_date().resolve(now).unwrap();
    assert_eq!((this_year.earliest(), this_year.latest()), (date(2026, 1, 1), now));
    assert!(zone("8506<<", "340415").unwrap().birth_date().agrees_with(date(1985, 6, 30)));
    assert!(!zone("8506<<", "340415").unwrap().birth_date().agrees_with(date(1985, 7, 30)));
}

#[test]
fn dates_that_no_century_has_are_refused_with_their_place() {
    for (birth, expiry) in
        [("741312", "340415"), ("740230", "340415"), ("750229", "340415"), ("740431", "340415")]
    {
        let error = zone(birth, expiry).unwrap_err();
        let mrz::BuildError::Refused(MrzError::Date { position, found, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!((position.line, position.first, position.last), (2, 14, 19));
        assert_eq!(found.as_str(), birth);
    }
    for expiry in ["340400", "340015", "34<<<<", "<<<<<<", "331131"] {
        let error = zone("740812", expiry).unwrap_err();
        let mrz::BuildError::Refused(MrzError::Date { position, .. }) = error else { panic!("{error}") };
        assert_eq!((position.line, position.first, position.last), (2, 22, 27));
    }
}

#[test]
fn zeros_for_an_unknown_day_are_tolerated_and_told() {
    let mrz = zone("740800", "340415").unwrap();
    assert_eq!(mrz.birth_date().day(), None);
    assert_eq!(mrz.deviations(), [mrz::Deviation::ZeroForUnknown]);
    assert!(AccessFields::new("L898902C3", "740800", "340415").is_ok());
}
