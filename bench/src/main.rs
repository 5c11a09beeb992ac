//! The program that measures: it alone asks the clock, and hands it to what is measured.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use jiff::civil::Date;
use kendt_bench::machine::Machine;
use kendt_bench::report::Results;
use kendt_bench::{authenticity, faces, instructions, network, peer, server};
use rustix::time::{ClockId, clock_gettime};

/// Measure what reading a document costs.
#[derive(Parser)]
#[command(name = "kendt-bench", version)]
struct Cli {
    /// Fewer runs: less than a minute
    #[arg(long)]
    quick: bool,

    /// Measure only this part; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,

    /// Print no progress, only results and errors
    #[arg(long)]
    quiet: bool,

    /// Date to write into the report; today in UTC if it is not given
    #[arg(long)]
    date: Option<Date>,

    /// Directory for README.md, results.json and the plots; without it the tables are printed
    #[arg(long, value_name = "DIRECTORY")]
    output: Option<PathBuf>,

    /// Run one case of the instruction counts, as callgrind is given it
    #[arg(long, value_name = "NAME", requires = "iterations")]
    case: Option<String>,

    /// How often to run the case
    #[arg(long, requires = "case")]
    iterations: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Waits and time that the network adds
    Network,
    /// Processor time of the terminal side for each read
    Server,
    /// Our terminal against the crate dmrtd
    Peer,
    /// Passive Authentication against OpenSSL and dmrtd, and importing a master list
    Authenticity,
    /// Comparing faces, against ONNX Runtime
    Faces,
    /// Instructions of hot paths under callgrind
    Instructions,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    if let (Some(case), Some(iterations)) = (&cli.case, cli.iterations) {
        return instructions::cases::run(case, iterations);
    }
    let say = |part: &str, what: &str| {
        if !cli.quiet {
            eprintln!("{part}: {what}");
        }
    };
    let wanted = |part| cli.only.is_empty() || cli.only.contains(&part);
    let mut machine = Machine::describe();
    let network = wanted(Part::Network)
        .then(|| network::measure(cli.quick, wall_clock, |what| say("network", what)))
        .transpose()?;
    let server = wanted(Part::Server)
        .then(|| server::measure(cli.quick, processor_clock, |what| say("server", what)))
        .transpose()?;
    let peer = wanted(Part::Peer)
        .then(|| peer::measure(cli.quick, wall_clock, |what| say("peer", what)))
        .transpose()?;
    let authenticity = wanted(Part::Authenticity)
        .then(|| authenticity::measure(cli.quick, wall_clock, |what| say("authenticity", what)))
        .transpose()?;
    let faces = wanted(Part::Faces)
        .then(|| faces::measure(cli.quick, &target()?, wall_clock, |what| say("faces", what)))
        .transpose()?;
    let instructions = if wanted(Part::Instructions) {
        count_instructions(cli.quick, |what| say("instructions", what))?
    } else {
        None
    };
    machine.finish();
    let date = cli.date.unwrap_or_else(today);
    let results =
        Results { date, quick: cli.quick, machine, network, server, peer, authenticity, faces, instructions };
    match &cli.output {
        None => println!("{}", results.markdown()),
        Some(directory) => {
            results.write(directory)?;
            eprintln!("written: {}", directory.join("README.md").display());
        }
    }
    for goal in results.goals() {
        eprintln!("{} {}: {}", if goal.met { "met   " } else { "MISSED" }, goal.what, goal.found);
    }
    Ok(())
}

fn count_instructions(quick: bool, say: impl FnMut(&str)) -> Result<Option<instructions::Instructions>> {
    let Some(tool) = instructions::tool() else {
        eprintln!("instructions: left out, valgrind is not installed (apt-get install valgrind)");
        return Ok(None);
    };
    let program = std::env::current_exe().context("cannot find the program itself")?;
    instructions::measure(quick, tool, &program, say).map(Some)
}

/// Cargo's build directory, in which this program lies.
fn target() -> Result<PathBuf> {
    let program = std::env::current_exe().context("cannot find the program itself")?;
    let target = program.parent().and_then(Path::parent);
    Ok(target.context("the program does not lie in a build directory")?.to_owned())
}

/// The time since the first call.
#[expect(clippy::disallowed_methods, reason = "the measuring program asks the clock and hands it on")]
fn wall_clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The time that this thread has had a processor, so that other programs do not count.
fn processor_clock() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the report bears the day of the run unless it is told another"
)]
fn today() -> Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}
