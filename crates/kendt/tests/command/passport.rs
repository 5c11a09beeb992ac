//! Issuing and showing.

use crate::support::Desk;

#[test]
fn what_was_issued_is_shown_and_its_chip_is_read() {
    let desk = Desk::with("pace-cam", &[]);
    for name in ["pace-cam-01.json", "pace-cam-01.txt", "pace-cam-01.jpg", "pace-cam-csca.der"] {
        assert!(desk.path(name).exists(), "{name}");
    }
    let shown = desk.run(&["passport", "show", "pace-cam-01.json"]).expect_code(0).out;
    assert_eq!(shown, desk.read("pace-cam-01.txt"));
    let secrets = desk.secrets("pace-cam-01.json");
    let report = desk.run(&["inspect", "--file", "pace-cam-01.json"]).expect_code(0).out;
    for line in &secrets.lines {
        assert!(shown.contains(line.as_str()) && report.contains(line.as_str()), "{line}");
    }
    assert!(report.contains("PACE, ECDH with Chip Authentication Mapping"), "{report}");
    assert!(report.contains("the trust store does not know the issuer"), "{report}");
}

#[test]
fn the_same_seed_and_day_make_the_same_documents() {
    let (one, two) =
        (Desk::with("pace-gm-ca", &["--count", "2"]), Desk::with("pace-gm-ca", &["--count", "2"]));
    for name in ["pace-gm-ca-01.json", "pace-gm-ca-02.json"] {
        assert_eq!(one.read(name), two.read(name), "{name}");
    }
    assert_ne!(one.read("pace-gm-ca-01.json"), one.read("pace-gm-ca-02.json"));
}

#[test]
fn a_document_of_another_state_bears_its_letters() {
    let desk = Desk::with("pace-cam", &["--state", "DNK"]);
    assert!(desk.secrets("pace-cam-01.json").lines[0].starts_with("P<DNK"));
}

#[test]
fn documents_are_not_overwritten_unless_wished() {
    let desk = Desk::with("pace-cam", &[]);
    let before = desk.read("pace-cam-01.json");
    let again = ["passport", "issue", "--out", "."];
    let refused = desk.run(&again).expect_code(1);
    assert!(refused.message().contains("--force overwrites"), "{}", refused.err);
    assert_eq!(desk.read("pace-cam-01.json"), before);
    desk.run(&[&again[..], &["--force"]].concat()).expect_code(0);
    assert_ne!(desk.read("pace-cam-01.json"), before);
}

#[test]
fn all_profiles_are_listed_within_eighty_columns() {
    let list = Desk::new().run(&["passport", "issue", "--list"]).expect_code(0).out;
    for name in ["pace-cam", "bac-only", "de-id-card", "tr-id-card"] {
        assert!(list.contains(name), "{list}");
    }
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
}
