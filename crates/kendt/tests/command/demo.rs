//! The demonstration.

use crate::support::Desk;

#[test]
fn the_demonstration_ends_as_it_must_and_fits_eighty_columns() {
    let run = Desk::new().run(&["demo", "--fast"]).expect_code(0);
    assert!(run.out.contains("All 8 parts ended as they must."), "{}", run.out);
    assert!(run.out.contains("Network waits") && run.out.contains("300 ms"), "{}", run.out);
    assert!(!run.out.contains('✗'), "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
}
