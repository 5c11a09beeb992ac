//! The trust store, the verdict on a document, and evidence that is judged again.

use std::fs;

use serde_json::{Value, json};

use crate::support::Desk;

const ANCHORED: [&str; 4] = ["--anchor", "pace-cam-csca.der", "--crl", "pace-cam-crl.der"];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.run(&["passport", "issue", "--out", "."]).expect_code(0);
    desk
}

fn result<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap()
}

#[test]
fn a_document_of_a_trusted_authority_ends_with_acceptance_and_without_it_nothing_is_decided() {
    let desk = desk();
    let inspect = ["inspect", "--file", "pace-cam-01.json", "--json"];
    let report = desk.run(&[&inspect[..], &ANCHORED].concat()).expect_code(0).json();
    assert_eq!(report["verdict"]["outcome"], "ACCEPT");
    assert_eq!(report["verdict"]["level"], "substantial");
    assert_eq!(report["passive_authentication"], "valid");
    assert_eq!(report["verdict"]["trust_store"], "none+options");
    assert_eq!(report["checks"].as_array().unwrap().len(), 18);

    let report = desk.run(&inspect).expect_code(0).json();
    assert_eq!(report["verdict"]["outcome"], "CITIZEN_SERVICE");
    assert_eq!(result(&report, "C08")["reason"], json!("csca_missing"));
    let text = desk.run(&inspect[..3]).expect_code(0).out;
    assert!(text.contains("kendt trust import"), "{text}");

    let report = desk.run(&[&inspect[..], &ANCHORED[..2]].concat()).expect_code(0).json();
    assert_eq!(result(&report, "C10")["result"], "undetermined");
    assert_eq!(report["verdict"]["outcome"], "CITIZEN_SERVICE");
}

#[test]
fn what_was_imported_once_is_trusted_by_every_inspection_after() {
    let desk = desk();
    let refused = desk.run(&["trust", "import", "pace-cam-crl.der"]).expect_code(15);
    assert!(refused.err.contains("no authority"), "{}", refused.err);
    let kept = desk.run(&["trust", "import", "pace-cam-csca.der"]).expect_code(0).out;
    assert!(kept.contains("kept and not used"), "{kept}");
    let fingerprint = kept.split_whitespace().find(|word| word.len() == 64).unwrap().to_owned();
    let accept = ["trust", "import", "pace-cam-csca.der", "pace-cam-crl.der", "--accept", &fingerprint];
    let trusted = desk.run(&accept).expect_code(0).out;
    assert!(trusted.contains("1 certificates of 1"), "{trusted}");

    let report = desk.run(&["inspect", "--file", "pace-cam-01.json", "--json"]).expect_code(0).json();
    assert_eq!(report["verdict"]["outcome"], "ACCEPT");

    let coverage = desk.run(&["trust", "coverage", "--json", "--svg", "coverage.svg"]).expect_code(0).json();
    assert_eq!(coverage["states"]["UT"]["valid"], 1);
    assert!(coverage["missing"].as_array().unwrap().contains(&json!("DK")));
    assert!(desk.read("coverage.svg").contains("<title>UT: "));
    let explained = desk.run(&["trust", "explain", &fingerprint[..8]]).expect_code(0).out;
    assert!(explained.contains("CSCA UTO SPECIMEN") && explained.contains("the operator"), "{explained}");
    let diff = desk.run(&["trust", "diff", "--all"]).expect_code(0).out;
    assert!(diff.contains("Generation 1") && diff.contains("Now trusted"), "{diff}");

    let list = desk.run(&["trust", "list", "--json"]).expect_code(0).json();
    assert_eq!((&list["authorities"], &list["revocation_lists"][0]["revoked"]), (&json!(1), &json!(0)));
    assert!(desk.run(&["trust", "list"]).expect_code(0).out.contains("Pinned roots"));
    let version = list["trust_store"].as_str().unwrap();
    let check = desk.run(&["trust", "check", "--expect", version]).expect_code(0).out;
    assert!(check.contains(version) && check.contains("every file"), "{check}");
    let refused = desk.run(&["trust", "check", "--expect", "1-0000000000000000"]).expect_code(15);
    assert!(refused.err.contains("is expected") && refused.err.contains("do not use it"), "{}", refused.err);
}

#[test]
fn a_store_that_was_changed_is_not_used() {
    let desk = desk();
    desk.run(&["trust", "import", "pace-cam-csca.der"]).expect_code(0);
    let manifest = desk.path("trust/manifests/00000002.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"trusted\": false", "\"trusted\": true ");
    fs::write(&manifest, text).unwrap();
    let refused = desk.run(&["inspect", "--file", "pace-cam-01.json"]).expect_code(15);
    assert!(refused.err.contains("was changed") && refused.err.contains("Do not trust"), "{}", refused.err);
}

#[test]
fn evidence_is_judged_again_and_a_changed_file_is_noticed() {
    let desk = desk();
    let inspect = ["inspect", "--file", "pace-cam-01.json", "--evidence", "e.cbor", "--save", "saved"];
    desk.run(&[&inspect[..], &ANCHORED].concat()).expect_code(0);
    let verify = [&["verify", "e.cbor", "--json", "--files", "saved"][..], &ANCHORED].concat();
    let report = desk.run(&verify).expect_code(0).json();
    assert_eq!((&report["verdict"]["outcome"], &report["differences"]), (&json!("ACCEPT"), &json!([])));

    let dg2 = desk.path("saved/EF_DG2.bin");
    let mut bytes = fs::read(&dg2).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&dg2, bytes).unwrap();
    let report = desk.run(&verify).expect_code(16).json();
    assert_eq!(report["differences"][0]["id"], "C12");

    // Nothing in the record names the person.
    let secrets = desk.secrets("pace-cam-01.json");
    let record = fs::read(desk.path("e.cbor")).unwrap();
    secrets.assert_not_in(&String::from_utf8_lossy(&record));
    fs::write(desk.path("e.cbor"), &record[1..]).unwrap();
    let refused = desk.run(&["verify", "e.cbor"]).expect_code(16);
    assert!(refused.err.contains("no evidence record"), "{}", refused.err);
}

#[test]
fn an_import_is_told_for_programs_and_the_parts_of_a_long_file_by_their_number() {
    let desk = desk();
    let import = ["trust", "import", "--json", "pace-cam-csca.der"];
    let report = desk.run(&import).expect_code(0).json();
    let part = &report["files"][0]["parts"][0];
    assert_eq!(
        (&part["kind"], &part["trusted"], &part["added"]),
        (&json!("authority"), &json!(false), &json!(1))
    );
    assert!(part["reason"].as_str().unwrap().contains("nobody who is trusted"));

    let block = "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n";
    fs::write(desk.path("long.pem"), block.repeat(25)).unwrap();
    let refused = desk.run(&["trust", "import", "long.pem"]).expect_code(15);
    assert_eq!(refused.out.matches("is not base64 of DER").count(), 25, "{}", refused.out);

    // A broken part does not hold up the others.
    let der = fs::read(desk.path("pace-cam-csca.der")).unwrap();
    let text = format!("userCertificate;binary:: MAM*\ncACertificate;binary:: {}\n", base64(&der));
    fs::write(desk.path("mixed.ldif"), text).unwrap();
    let taken = desk.run(&["trust", "import", "mixed.ldif"]).expect_code(0);
    assert!(taken.err.contains("1 of the 2 parts") && taken.out.contains("Refused"), "{}", taken.err);
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = char::from(ALPHABET[(number >> (18 - 6 * at) & 63) as usize]);
            text.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    text
}
