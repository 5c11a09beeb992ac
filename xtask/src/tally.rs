//! True totals: what the test runners say of themselves in their closing lines, added up.

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Whose closing lines are read. A failed test's own output, which the runner repeats, may look like the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo nextest`: `     Summary [   1.0s] N tests run: N passed, N failed, …`, once.
    Nextest,
    /// `cargo test`: `test result: ok. N passed; N failed; …`, once for each test program.
    BuiltIn,
}

impl Tally {
    /// Adds the closing line of a run; whether this line is one.
    pub(crate) fn read(&mut self, runner: Runner, line: &str) -> bool {
        let plain = without_colours(line);
        // The indentation counts: nextest moves what it repeats of a test further in.
        let counts = match runner {
            Runner::Nextest => plain.strip_prefix("     Summary [").and_then(|rest| rest.split_once(':')),
            Runner::BuiltIn => plain.strip_prefix("test result:").and_then(|rest| rest.split_once('.')),
        };
        let Some((_, counts)) = counts else { return false };
        let words = counts.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')'));
        let mut number = None;
        for word in words.filter(|word| !word.is_empty()) {
            if let Ok(value) = word.parse::<u64>() {
                number = Some(value);
                continue;
            }
            let Some(value) = number.take() else { continue };
            match word {
                "passed" => self.passed += value,
                // nextest counts tests that hung or could not be started apart from those that failed.
                "failed" | "timed" | "exec" => self.failed += value,
                "skipped" | "ignored" => self.skipped += value,
                _ => {}
            }
        }
        true
    }
}

/// The line without terminal colour codes.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A colour code ends with its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(runner, line);
        }
        tally
    }

    #[test]
    fn the_closing_line_of_nextest_is_read_with_its_slow_and_hung_tests() {
        let line = "     Summary [  12.345s] 20 tests run: 17 passed (2 slow, 1 flaky), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(read(Runner::Nextest, &[line]), Tally { passed: 17, failed: 3, skipped: 3 });
    }

    #[test]
    fn the_closing_line_of_the_built_in_runner_is_read_and_added() {
        let lines = [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ];
        assert_eq!(read(Runner::BuiltIn, &lines), Tally { passed: 4, failed: 2, skipped: 1 });
    }

    #[test]
    fn colours_do_not_hide_the_closing_line() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \
                    \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(read(Runner::Nextest, &[line]), Tally { passed: 1, failed: 0, skipped: 0 });
    }

    #[test]
    fn what_a_runner_repeats_of_a_failed_test_is_not_counted() {
        let repeated = [
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 28 filtered out; finished in 0.47s",
            "         Summary [   1.0s] 9 tests run: 9 passed, 0 skipped",
            "7 passed, 9 failed",
        ];
        for runner in [Runner::Nextest, Runner::BuiltIn] {
            assert_eq!(read(runner, &repeated), Tally::default(), "{runner:?}");
        }
        let other =
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s";
        assert_eq!(read(Runner::Nextest, &[other]), Tally::default());
    }
}
