//! All public specimens with a verdict per check digit, the special codes and table A.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

use mrz::{Deviation, Field, Inspection, Mrz, MrzError, StateCode, recommended_forms, transliterate};
use serde_json::Value;

const SPECIMENS: &str = include_str!("data/mrz-public.json");
const CODES: &str = include_str!("data/special-codes.json");
const LATIN: &str = include_str!("data/transliteration-latin.json");

fn specimens() -> Vec<(String, Value)> {
    let all: Vec<Value> = serde_json::from_str(SPECIMENS).unwrap();
    all.into_iter()
        .map(|entry| {
            let lines: Vec<&str> =
                entry["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
            (lines.join("\n"), entry)
        })
        .collect()
}

fn is_right(entry: &Value) -> bool {
    entry["verdict"] == "check digits ok"
}

#[test]
fn every_specimen_gets_its_verdict_for_every_check_digit() {
    let mut seen = 0;
    for (text, entry) in specimens() {
        if entry["verdict"] == "not-9303" {
            assert!(matches!(Inspection::of(&text), Err(MrzError::NotDoc9303 { .. })), "{text}");
            assert!(matches!(Mrz::parse(&text), Err(MrzError::NotDoc9303 { .. })), "{text}");
            seen += 1;
            continue;
        }
        let inspection = Inspection::of(&text).unwrap();
        assert_eq!(inspection.format().to_string().replace('-', ""), entry["format"], "{text}");
        let Some(verdicts) = entry["check_digits"].as_object() else { panic!("no verdicts for {text}") };
        assert_eq!(inspection.checks().len(), verdicts.len(), "{text}");
        for check in inspection.checks() {
            let name = match check.field() {
                Field::DocumentNumberDigit => "document_number",
                Field::BirthDateDigit => "birth_date",
                Field::ExpiryDateDigit => "expiry_date",
                Field::OptionalDataDigit => "optional_data",
                Field::CompositeDigit => "composite",
                other => panic!("{other} is no check digit"),
            };
            assert_eq!(Some(check.is_right()), verdicts[name].as_bool(), "{name} of {text}");
        }
        assert_eq!(Mrz::parse(&text).is_ok(), is_right(&entry), "{text}: {:?}", Mrz::parse(&text));
        seen += 1;
    }
    assert_eq!(seen, 59);
}

#[test]
fn every_specimen_has_its_fields() {
    for (text, entry) in specimens() {
        let Some(fields) = entry["fields"].as_object().filter(|fields| fields.len() > 1) else { continue };
        let inspection = Inspection::of(&text).unwrap();
        for (name, expected) in fields {
            let field = match name.as_str() {
                "document_code" => Field::DocumentCode,
                "issuing_state" => Field::IssuingState,
                "names" => Field::Names,
                "document_number" => Field::DocumentNumber,
                "nationality" => Field::Nationality,
                "birth_date" => Field::BirthDate,
                "sex" => Field::Sex,
                "expiry_date" => Field::ExpiryDate,
                "optional" | "optional1" => Field::OptionalData,
                "optional2" => Field::SecondOptionalData,
                other => panic!("unknown field {other}"),
            };
            assert_eq!(inspection.field(field).as_str(), expected, "{name} of {text}");
            if let Ok(mrz) = Mrz::parse(&text) {
                assert_eq!(mrz.field(field), expected, "{name} of {text}");
            }
        }
    }
}

#[test]
fn long_document_numbers_of_right_specimens_are_whole() {
    let mut seen = 0;
    for (text, entry) in specimens() {
        if let (Some(number), true) = (entry["long_document_number"].as_str(), is_right(&entry)) {
            let mrz = Mrz::parse(&text).unwrap();
            assert_eq!(mrz.document_number(), number);
            assert_eq!(mrz.optional_data(), "");
            assert!(mrz.access_fields().mrz_information().starts_with(&format!("{number}3")));
            seen += 1;
        }
    }
    assert!(seen >= 1);
}

#[test]
fn semantic_issues_of_right_specimens_are_told_as_deviations() {
    let mut seen = 0;
    for (text, entry) in specimens().into_iter().filter(|(_, entry)| is_right(entry)) {
        let mrz = Mrz::parse(&text).unwrap();
        let issues: Vec<&str> = entry["semantic_issues"]
            .as_array()
            .map(|issues| issues.iter().map(|issue| issue.as_str().unwrap()).collect())
            .unwrap_or_default();
        let told = |deviation| mrz.deviations().contains(&deviation);
        let issue = |start: &str| issues.iter().any(|issue| issue.starts_with(start));
        assert_eq!(
            told(Deviation::UnknownState(Field::IssuingState)),
            issue("issuing_state: unknown"),
            "{text}"
        );
        assert_eq!(
            told(Deviation::UnknownState(Field::Nationality)),
            issue("nationality: unknown"),
            "{text}"
        );
        assert_eq!(told(Deviation::SexX), issue("sex: X"), "{text}");
        seen += issues.len();
    }
    assert!(seen >= 4);
}

#[test]
fn every_special_code_is_known_with_its_two_letter_code() {
    let data: Value = serde_json::from_str(CODES).unwrap();
    for code in data["codes"].as_object().unwrap().keys() {
        let state = StateCode::new(code).unwrap();
        // The signer of the master list is known, but not for documents.
        assert_eq!(state.is_known(), code != "IAO", "{code}");
        assert_ne!(state.kind(), mrz::StateKind::Unknown, "{code}");
        assert_eq!(state.alpha2(), data["two_letter"][code].as_str(), "{code}");
    }
}

#[test]
fn all_95_letters_have_their_recommended_forms() {
    let table: Vec<Value> = serde_json::from_str(LATIN).unwrap();
    assert_eq!(table.len(), 95);
    for entry in table {
        let letter = entry["char"].as_str().unwrap();
        let forms: Vec<&str> =
            entry["recommended"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        let character = letter.chars().next().unwrap();
        assert_eq!(u32::from(character), u32::from_str_radix(entry["cp"].as_str().unwrap(), 16).unwrap());
        if letter == "ı" {
            // Its capital is I, which has no entry of its own.
            assert_eq!(transliterate(letter), "I");
            continue;
        }
        assert_eq!(recommended_forms(character), forms, "{letter}");
        assert_eq!(transliterate(letter), forms[0], "{letter}");
        assert_eq!(transliterate(&letter.to_lowercase()), forms[0], "small {letter}");
    }
}
