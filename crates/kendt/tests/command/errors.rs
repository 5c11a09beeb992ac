//! What is said, and with which exit code, when something is wrong. Nothing of the document is in any message.

use crate::support::{Desk, Run};

/// A desk with a specimen, and a run that must fail without telling anything of it.
struct Case {
    desk: Desk,
}

impl Case {
    fn new() -> Case {
        Case { desk: Desk::with("pace-cam", &[]) }
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], code: i32, message: &str) -> Run {
        let run = self.desk.run(arguments).expect_code(code);
        assert!(run.message().contains(message), "{message:?} is not in: {}", run.err);
        let (_, told) = run.err.split_once("error: ").expect("an error is told");
        assert!(told.contains("\nnow: "), "{}", run.err);
        self.desk.secrets("pace-cam-01.json").assert_not_in(&run.err);
        assert_eq!(run.out, "");
        run
    }

    fn with_file<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["inspect", "--file", "pace-cam-01.json"], more].concat()
    }
}

/// The line with its character at `position` (from 1) changed to another of its kind.
fn misread(line: &str, position: usize) -> String {
    let change = |(index, character): (usize, char)| match character {
        _ if index + 1 != position => character,
        '4' => '7',
        digit if digit.is_ascii_digit() => '4',
        'K' => 'M',
        _ => 'K',
    };
    line.chars().enumerate().map(change).collect()
}

#[test]
fn a_misread_zone_is_told_by_field_and_position() {
    let case = Case::new();
    let secrets = case.desk.secrets("pace-cam-01.json");
    let wrong = misread(&secrets.lines[1], 3);
    let message = "line 2, position 10 (check digit of the document number)";
    case.fails(&Case::with_file(&["--mrz", &secrets.lines[0], &wrong]), 3, message);
    let short = &secrets.lines[1][..20];
    let run = case.desk.run(&Case::with_file(&["--mrz", short])).expect_code(3);
    assert!(run.message().contains("characters"), "{}", run.err);
    secrets.assert_not_in(&run.err);
}

#[test]
fn a_date_or_can_that_cannot_be_is_told() {
    let case = Case::new();
    let numbers =
        |birth| Case::with_file(&["--number", "L898902C3", "--birth", birth, "--expiry", "2030-01-01"]);
    let run = case.fails(&numbers("1974-13-12"), 3, "the month must be 01 to 12");
    assert!(!run.err.contains("1974"), "{}", run.err);
    let run = case.fails(&Case::with_file(&["--can", "12a4"]), 3, "six digits");
    assert!(!run.err.contains("12a4"), "{}", run.err);
}

#[test]
fn a_wrong_key_is_told_from_a_missing_one() {
    let case = Case::new();
    let wrong = ["--number", "L898902C3", "--birth", "740812", "--expiry", "300101"];
    let run = case.fails(&Case::with_file(&wrong), 4, "does not open with the MRZ");
    assert!(!run.err.contains("L898902C3"), "{}", run.err);
    case.fails(&Case::with_file(&["--can", "000000"]), 4, "does not open with the CAN");

    let desk = Desk::with("bac-only", &[]);
    let run = desk.run(&["inspect", "--file", "bac-only-01.json", "--can", "123456"]).expect_code(3);
    assert!(run.message().contains("the chip wants the machine readable zone"), "{}", run.err);
}

#[test]
fn without_a_pcsc_service_it_is_told_how_to_start_it() {
    let case = Case::new();
    let run = case.fails(&["inspect", "--can", "123456"], 5, "PC/SC service");
    assert!(run.message().contains("pcscd"), "{}", run.err);
    case.fails(&["inspect", "--list-readers"], 5, "is not running");
}

#[test]
fn a_document_that_does_not_come_back_is_lost() {
    let case = Case::new();
    case.fails(&Case::with_file(&["--hostile", "removed-for-good", "--quiet"]), 8, "left the reader");
}

#[test]
fn a_chip_that_misbehaves_is_told_with_the_step() {
    let case = Case::new();
    let hostile = |name| Case::with_file(&["--hostile", name]);
    case.fails(&hostile("wrong-mac"), 9, "the MAC of the answer is wrong");
    case.fails(&hostile("invalid-mapping-key"), 9, "PACE failed at the step to");
    case.fails(&hostile("plain-answer-inside-secure-messaging"), 9, "secure messaging broke at the step to");
}

#[test]
fn files_that_are_missing_or_no_specimens_are_told() {
    let case = Case::new();
    case.fails(&["inspect", "--file", "nowhere.json"], 12, "nowhere.json cannot be read");
    case.fails(&["passport", "show", "pace-cam-01.jpg"], 12, "pace-cam-01.jpg");
    std::fs::write(case.desk.path("other.json"), "{}").unwrap();
    case.fails(&["passport", "serve", "other.json"], 12, "other.json is no specimen document");
    case.fails(&Case::with_file(&["--mrz-from", "nowhere.txt"]), 12, "nowhere.txt");
}

#[test]
fn profiles_and_states_that_do_not_exist_are_told() {
    let case = Case::new();
    case.fails(&["passport", "issue", "--profile", "pace-cum"], 12, "no built-in profile");
    case.fails(&["passport", "issue", "--state", "QQQ"], 12, "knows no state");
}

#[test]
fn a_reader_of_vpcd_that_is_not_there_is_told() {
    let case = Case::new();
    // Nothing listens on port 1.
    let run = case.desk.run(&["passport", "serve", "pace-cam-01.json", "--port", "1"]).expect_code(1);
    assert!(run.message().contains("no virtual reader listens on 127.0.0.1:1"), "{}", run.err);
}

#[test]
fn an_option_that_is_not_understood_has_its_own_code() {
    let case = Case::new();
    let run = case.desk.run(&Case::with_file(&["--hostile", "friendly"])).expect_code(2);
    assert!(run.err.contains("wrong-mac") && run.err.contains("clone-without-keys"), "{}", run.err);
    let help = case.desk.run(&["--help"]).expect_code(0).out;
    assert!(help.contains("Exit codes:"), "{help}");
}
