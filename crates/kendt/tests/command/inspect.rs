//! Reading simulated chips.

use serde_json::{Value, json};

use crate::support::Desk;

fn without_metrics(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("metrics");
    report
}

/// Numbers that differ from run to run, as their kind.
fn with_steady_metrics(mut report: Value) -> Value {
    let metrics = report["metrics"].as_object_mut().unwrap();
    for name in ["milliseconds", "bytes_sent", "bytes_received"] {
        assert!(metrics[name].is_u64(), "{name}");
        metrics[name] = json!("a number");
    }
    report
}

#[test]
fn the_json_form_stays_as_it_is() {
    let desk = Desk::with("pace-cam", &[]);
    let arguments = ["inspect", "--file", "pace-cam-01.json", "--json", "--more", "DG11,DG12"];
    let report = desk.run(&arguments).expect_code(0).json();
    insta::assert_json_snapshot!("pace_cam", with_steady_metrics(report));
}

#[test]
fn the_json_form_of_active_authentication_and_basic_access_stays_as_it_is() {
    let desk = Desk::with("aa-ecdsa", &[]);
    let report = desk.run(&["inspect", "--file", "aa-ecdsa-01.json", "--json"]).expect_code(0).json();
    assert_eq!(
        report["active_authentication"],
        json!({ "result": "signed", "group": "brainpoolP256r1", "digest": "SHA-256" })
    );
    let off = ["inspect", "--file", "aa-ecdsa-01.json", "--json", "--no-active-authentication"];
    let report = desk.run(&off).expect_code(0).json();
    assert_eq!(report["active_authentication"], json!({ "result": "not-run" }));
    let desk = Desk::with("bac-only", &[]);
    let report = desk.run(&["inspect", "--file", "bac-only-01.json", "--json"]).expect_code(0).json();
    assert_eq!(report["access"], json!({ "method": "bac" }));
    assert_eq!(report["chip_authentication"], json!({ "result": "not-offered" }));
    assert_eq!(report["passive_authentication"], "csca-missing");
}

#[test]
fn every_way_to_give_the_secret_opens_the_chip() {
    let desk = Desk::with("pace-cam", &[]);
    let secrets = desk.secrets("pace-cam-01.json");
    let lines = secrets.lines.join("\n");
    std::fs::write(desk.path("mrz.txt"), &lines).unwrap();
    let can = secrets.can.as_deref().unwrap();
    let ways: [(&[&str], &str); 6] = [
        (&["--mrz", &secrets.lines[0], &secrets.lines[1]], "MRZ"),
        (&["--mrz", &lines], "MRZ"),
        (&["--mrz-from", "mrz.txt"], "MRZ"),
        (&["--mrz-from", "-"], "MRZ"),
        (&["--number", &secrets.number, "--birth", &secrets.birth, "--expiry", &secrets.expiry], "MRZ"),
        (&["--can", can], "CAN"),
    ];
    for (way, kind) in ways {
        let arguments = [&["inspect", "--file", "pace-cam-01.json", "--json"], way].concat();
        let run = desk.run_with_input(&arguments, &lines).expect_code(0);
        assert_eq!(run.json()["access"]["password"], kind, "{way:?}");
        secrets.assert_not_in(&run.err);
    }
}

#[test]
fn one_command_at_a_time_finds_the_same() {
    let desk = Desk::with("pace-gm-ca", &[]);
    let arguments = ["inspect", "--file", "pace-gm-ca-01.json", "--json"];
    let batched = desk.run(&arguments).expect_code(0).json();
    let single = desk.run(&[&arguments[..], &["--single"]].concat()).expect_code(0).json();
    assert!(batched["metrics"]["waits"].as_u64().unwrap() <= 6, "{}", batched["metrics"]);
    assert!(single["metrics"]["waits"].as_u64().unwrap() > 50, "{}", single["metrics"]);
    assert_eq!(without_metrics(batched), without_metrics(single));
}

#[test]
fn a_lost_document_is_asked_for_and_read_on() {
    let desk = Desk::with("pace-cam", &[]);
    let arguments = ["inspect", "--file", "pace-cam-01.json", "--json", "--lose-tag-at", "40"];
    let run = desk.run(&arguments).expect_code(0);
    assert_eq!(run.json()["metrics"]["taps"], 2);
    assert!(run.message().contains("Place it again"), "{}", run.err);
    let undisturbed = desk.run(&arguments[..4]).expect_code(0).json();
    assert_eq!(without_metrics(run.json()), without_metrics(undisturbed));
}

#[test]
fn a_refused_proof_is_told_and_is_no_error() {
    let desk = Desk::with("pace-gm-ca", &[]);
    let arguments = ["inspect", "--file", "pace-gm-ca-01.json", "--hostile", "clone-without-keys"];
    let report = desk.run(&arguments).expect_code(0).out;
    assert!(report.contains("FAILED") && report.contains("may be a copy"), "{report}");
}

#[test]
fn saved_files_are_those_of_the_chip_and_private() {
    let desk = Desk::with("pace-cam", &[]);
    let run = desk.run(&["inspect", "--file", "pace-cam-01.json", "--save", "read"]).expect_code(0);
    assert!(run.message().contains("personal data"), "{}", run.err);
    let form: Value = serde_json::from_str(&desk.read("pace-cam-01.json")).unwrap();
    for (file, name) in [("EF.DG1", "EF_DG1.bin"), ("EF.DG2", "EF_DG2.bin"), ("EF.SOD", "EF_SOD.bin")] {
        let saved = std::fs::read(desk.path("read").join(name)).unwrap();
        assert_eq!(form["document"]["files"][file], hex::encode(saved), "{file}");
    }
    let portrait = std::fs::read(desk.path("read/portrait.jpg")).unwrap();
    assert_eq!(portrait, std::fs::read(desk.path("pace-cam-01.jpg")).unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("read"), mode("read/EF_DG1.bin")), (0o700, 0o600));
    }
}

#[test]
fn output_that_no_terminal_sees_has_no_colours_and_fits_eighty_columns() {
    let desk = Desk::with("td2-card", &[]);
    let run = desk.run(&["inspect", "--file", "td2-card-01.json", "--more", "DG11"]).expect_code(0);
    for text in [&run.out, &run.err] {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn quiet_means_the_result_alone() {
    let desk = Desk::with("pace-cam", &[]);
    let run = desk.run(&["--quiet", "inspect", "--file", "pace-cam-01.json", "--lose-tag-at", "40"]);
    let run = run.expect_code(0);
    assert_eq!(run.err, "");
    assert!(run.out.contains("Opened by"), "{}", run.out);
}
