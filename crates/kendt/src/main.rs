//! The command `kendt`: inspect a document, keep the trust store, issue specimen documents, serve one as a chip.
//!
//! Clock and randomness are asked here and nowhere else.

mod context;
mod demo;
mod face;
mod failure;
mod inspect;
mod page;
mod passport;
mod progress;
mod reader;
mod terminal;
mod trust;
mod verify;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use getrandom::rand_core::UnwrapErr;
use jiff::Timestamp;

use context::{Context, Random};
use failure::{EXIT_CODES, Failure};
use terminal::Terminal;

/// Read passports and identity cards, and make specimens of them.
#[derive(Parser)]
#[command(name = "kendt", version, after_help = EXIT_CODES)]
struct Arguments {
    /// Print results, warnings and errors only: no progress, no notes
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make, show and serve specimen documents
    #[command(subcommand)]
    Passport(passport::Command),
    /// Read the chip of a document and report what it holds
    Inspect(Box<inspect::Options>),
    /// Judge an evidence record again, without the document
    Verify(verify::Options),
    /// Keep the trust store: authorities of states and what they revoked
    #[command(subcommand)]
    Trust(trust::Command),
    /// Compare faces one to one, and measure how long that takes
    #[command(subcommand)]
    Face(face::Command),
    /// Show what this program does: issue specimens and read them, also under bad conditions
    Demo(demo::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Terminal::detect(arguments.quiet);
    let context = Context {
        now: time(),
        user: std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned()),
        trust_store: trust_store(),
        models: models(),
        started: now(),
        system_random,
        terminal,
    };
    let outcome = match &arguments.command {
        Command::Passport(command) => passport::run(&context, command),
        Command::Inspect(options) => inspect::run(&context, options),
        Command::Verify(options) => verify::run(&context, options),
        Command::Trust(command) => trust::run(&context, command),
        Command::Face(command) => face::run(&context, command),
        Command::Demo(options) => demo::run(&context, options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ended(terminal, &error),
    }
}

/// Says why the command ended.
fn ended(terminal: Terminal, error: &anyhow::Error) -> ExitCode {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        terminal.error(&failure.to_string());
        terminal.advice(failure.advice());
        return ExitCode::from(failure.exit_code());
    }
    // Whoever reads our output has seen enough of it (`kendt … | head`).
    let broken_pipe = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().any(|cause| cause.downcast_ref().is_some_and(broken_pipe)) {
        return ExitCode::SUCCESS;
    }
    terminal.error(&format!("{error:#}"));
    ExitCode::FAILURE
}

#[expect(clippy::disallowed_methods, reason = "the program's main asks the clock and passes the time on")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the program's main asks the clock and passes the time on")]
fn time() -> Timestamp {
    Timestamp::now()
}

/// `$KENDT_TRUST_STORE`, or a folder where the user's programs keep their data.
fn trust_store() -> PathBuf {
    set("KENDT_TRUST_STORE").unwrap_or_else(|| data().join("kendt/trust"))
}

/// `$KENDT_MODELS`, or the folder that the set-up fills beside the build, or one where the user's programs keep their data.
fn models() -> PathBuf {
    let beside_build = || {
        let program = std::env::current_exe().ok()?;
        let models = program.parent()?.parent()?.join("models");
        models.is_dir().then_some(models)
    };
    set("KENDT_MODELS").or_else(beside_build).unwrap_or_else(|| data().join("kendt/models"))
}

/// Where the user's programs keep their data.
fn data() -> PathBuf {
    let data = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    data.unwrap_or_default()
}

/// A path from the environment, unless it is empty.
fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The system's generator. It ends the program if the system has no randomness to give: nothing here can do without.
fn system_random() -> Random {
    Box::new(UnwrapErr(getrandom::SysRng))
}
