//! Traces are made of specimens of Utopia, and of nothing else.

use crate::support::Desk;

fn traced(desk: &Desk, more: &[&str]) -> crate::support::Run {
    desk.run(&[&["inspect", "--file", "pace-cam-01.json", "--trace", "trace.txt"], more].concat())
}

#[test]
fn a_specimen_of_utopia_is_traced_with_the_steps() {
    let desk = Desk::with("pace-cam", &[]);
    let run = traced(&desk, &[]).expect_code(0);
    let trace = desk.read("trace.txt");
    assert!(trace.starts_with("# SPECIMEN"), "{trace}");
    assert!(trace.contains("# select the master file\n> 00A4000C"), "{trace}");
    let exchanges = trace.lines().filter(|line| line.starts_with("> ")).count();
    assert!(run.out.contains(&format!("{exchanges} commands")), "{exchanges}: {}", run.out);
}

#[test]
fn a_read_that_fails_is_traced_too_if_the_chip_is_known_to_be_a_specimen() {
    let desk = Desk::with("pace-cam", &[]);
    traced(&desk, &["--hostile", "wrong-mac"]).expect_code(9);
    assert!(desk.read("trace.txt").contains("agree on PACE keys"));
}

#[test]
fn a_document_of_another_state_is_refused_and_nothing_is_written() {
    let desk = Desk::with("pace-cam", &["--state", "DNK"]);
    let run = traced(&desk, &[]).expect_code(13);
    assert!(run.message().contains("the issuing state of the document is not UTO"), "{}", run.err);
    assert_eq!(run.out, "");
    assert!(!desk.path("trace.txt").exists());
}
