//! Where output goes: results to the standard output, everything about the way there to the standard error.

use std::io::{self, IsTerminal, Write};

use console::Term;
use serde::Serialize;

use crate::page::{Paint, Tone, wrap};

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: u16 = 100;
const NARROWEST: u16 = 40;

/// Prints a result.
///
/// # Errors
/// The output is closed or full.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a result for programs.
///
/// # Errors
/// The output is closed or full.
pub(crate) fn print_json(result: &impl Serialize) -> anyhow::Result<()> {
    Ok(print(&(serde_json::to_string_pretty(result)? + "\n"))?)
}

/// The two outputs, and how much is to be said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Results only: no progress, no notes.
    pub(crate) quiet: bool,
    /// The standard output.
    pub(crate) out: Paint,
    /// The standard error.
    pub(crate) err: Paint,
    /// Whether a person is watching the standard error.
    pub(crate) watched: bool,
}

impl Terminal {
    /// Colours only on a terminal, and not if `NO_COLOR` is set or the terminal is dumb.
    pub(crate) fn detect(quiet: bool) -> Terminal {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let paint = |term: &Term, watched: bool| {
            let columns = term.size_checked().map(|(_, columns)| columns).filter(|columns| *columns > 0);
            let width = if watched { columns } else { None }
                .map_or(Paint::PLAIN.width, |columns| usize::from(columns.clamp(NARROWEST, WIDEST)));
            Paint { colour: wanted && watched, width }
        };
        let watched = io::stderr().is_terminal();
        Terminal {
            quiet,
            out: paint(&Term::stdout(), io::stdout().is_terminal()),
            err: paint(&Term::stderr(), watched),
            watched,
        }
    }

    /// Something that is good to know.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say(Tone::Faint, "note: ", text);
        }
    }

    /// Something that must be known: also told when quiet.
    pub(crate) fn warn(&self, text: &str) {
        self.say(Tone::Caution, "warning: ", text);
    }

    /// What went wrong.
    pub(crate) fn error(&self, text: &str) {
        self.say(Tone::Bad, "error: ", text);
    }

    /// What can be done about it.
    pub(crate) fn advice(&self, text: &str) {
        self.say(Tone::Good, "now: ", text);
    }

    /// A line on the standard error, unless quiet.
    pub(crate) fn progress(&self, text: &str) {
        if !self.quiet {
            // A closed standard error is no reason to fail.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    fn say(&self, tone: Tone, label: &str, text: &str) {
        let width = self.err.width.saturating_sub(label.len());
        let mut lines = Vec::new();
        for (index, line) in wrap(text, width).iter().enumerate() {
            let head = if index == 0 { self.err.tone(tone, label) } else { " ".repeat(label.len()) };
            let _ = writeln!(lines, "{head}{line}");
        }
        let _ = io::stderr().write_all(&lines);
    }
}
