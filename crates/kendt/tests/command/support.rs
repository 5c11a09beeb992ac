//! Running the program in a folder of its own.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which the program runs.
pub(crate) struct Desk {
    directory: TempDir,
}

/// What a run brought.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { directory: tempfile::tempdir().unwrap() }
    }

    /// A desk with one specimen of this profile, always the same.
    pub(crate) fn with(profile: &str, more: &[&str]) -> Desk {
        let desk = Desk::new();
        let issue =
            ["passport", "issue", "--seed", "7", "--date", "2026-11-25", "--out", ".", "--profile", profile];
        desk.run(&[&issue, more].concat()).expect_code(0);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kendt"));
        // No service listens there, whatever runs on this machine.
        command.env("PCSCLITE_CSOCK_NAME", self.path("no-service"));
        command.env("KENDT_TRUST_STORE", self.path("trust"));
        command.current_dir(self.directory.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        if let Err(error) = child.stdin.take().unwrap().write_all(input.as_bytes()) {
            // A program that needs no input may have ended before it was given any.
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
        }
        Run::of(child.wait_with_output().unwrap())
    }

    /// The specimen's own secrets, and what is printed on it.
    pub(crate) fn secrets(&self, name: &str) -> Secrets {
        let form: Value = serde_json::from_str(&self.read(name)).unwrap();
        let document = &form["document"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let access = &document["access"];
        Secrets {
            lines: document["mrz"].as_array().unwrap().iter().map(text).collect(),
            number: text(&access["document_number"]),
            birth: text(&access["birth_date"]),
            expiry: text(&access["expiry_date"]),
            can: access["can"].as_str().map(str::to_owned),
            family_names: text(&document["holder"]["family_names"]),
        }
    }
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The run itself, after its exit code was found right.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }

    /// The standard error with its lines joined, as they were before they were wrapped.
    pub(crate) fn message(&self) -> String {
        self.err.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What must not be in any message.
pub(crate) struct Secrets {
    pub(crate) lines: Vec<String>,
    pub(crate) number: String,
    pub(crate) birth: String,
    pub(crate) expiry: String,
    pub(crate) can: Option<String>,
    pub(crate) family_names: String,
}

impl Secrets {
    #[track_caller]
    pub(crate) fn assert_not_in(&self, text: &str) {
        let fields = [&self.number, &self.birth, &self.expiry, &self.family_names];
        for secret in fields.into_iter().chain(&self.lines).chain(&self.can) {
            assert!(!secret.is_empty());
            assert!(!text.to_uppercase().contains(&secret.to_uppercase()), "{secret} is in: {text}");
        }
    }
}
