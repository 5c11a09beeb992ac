//! Our terminal and the crate dmrtd do the same thing with the same chip, in turns.
//!
//! Both start from the fields of the MRZ and call the chip in the same process. Ours is the whole session as it is in
//! use, not its protocol steps alone, and asks for EF.CardAccess, EF.DG14 and EF.DG15 too.

use std::convert::Infallible;
use std::fmt;

use anyhow::{Context, Result, anyhow, ensure};
use emrtd::lds::File;
use emrtd::lds::{com::Com, dg1::Dg1, dg2::Dg2, sod::SecurityObject};
use emrtd::session::{Batching, Reading};
use emrtd::transport::{Answers, Batch, TagLost, Transport, play_each};
use emrtd_sim::chip::{Chip, Timing};
use emrtd_sim::document::ElementaryFile;
use kendt_peers::dmrtd_reader::{self, Access};
use kendt_peers::specimen::mrz_fields;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;

use crate::drive::{Clock, TimedChip, Until, drive};
use crate::specimen::{Kind, Specimen};
use crate::statistics::Spread;

/// What both do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// Basic Access Control.
    BacAccess,
    /// EF.CardAccess and PACE with Generic Mapping on brainpoolP256r1 with AES-128.
    PaceAccess,
    /// Basic Access Control, then EF.COM, EF.SOD, EF.DG1 and EF.DG2 read and parsed.
    BacRead,
}

impl Task {
    /// Every task.
    pub const ALL: [Task; 3] = [Task::BacAccess, Task::PaceAccess, Task::BacRead];

    /// Name in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Task::BacAccess => "bac-access",
            Task::PaceAccess => "pace-access",
            Task::BacRead => "bac-read",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Task::BacAccess | Task::BacRead => Kind::Bac,
            Task::PaceAccess => Kind::REFERENCE,
        }
    }

    /// Times in a round, so that a round of each takes some milliseconds.
    const fn repetitions(self) -> u32 {
        match self {
            Task::BacAccess => 40,
            Task::PaceAccess | Task::BacRead => 6,
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Task::BacAccess => "BAC access",
            Task::PaceAccess => "PACE-GM access, brainpoolP256r1, AES-128",
            Task::BacRead => "BAC read: COM, SOD, DG1, DG2 (18 kB)",
        })
    }
}

/// Whose terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terminal {
    /// Ours.
    Kendt,
    /// The crate dmrtd.
    Dmrtd,
}

/// A task with the document it is done to.
pub struct Subject {
    task: Task,
    specimen: Specimen,
    access: Access,
}

/// Hands every command on by itself, so that both terminals' chips are timed alike.
struct EachCommand<F>(F);

impl<F: FnMut(&[u8]) -> Result<Vec<u8>, TagLost>> Transport for EachCommand<F> {
    type Error = Infallible;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Infallible> {
        play_each(batch, |apdu| Ok((self.0)(apdu)))
    }

    fn await_tag(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Subject {
    /// Issues the document.
    ///
    /// # Errors
    /// The simulator's.
    pub fn new(task: Task) -> Result<Subject> {
        let specimen = Specimen::issue(task.kind())?;
        let fields = mrz_fields(specimen.document());
        let access = match task {
            Task::BacAccess | Task::BacRead => Access::Bac(fields),
            Task::PaceAccess => Access::PaceMrz(fields),
        };
        Ok(Subject { task, specimen, access })
    }

    /// The document's chip.
    ///
    /// # Errors
    /// If document and chip do not go together.
    pub fn chip(&self) -> Result<Chip> {
        self.specimen.chip(Timing::default(), 1)
    }

    /// Does the task once; EF.DG2 if it was read.
    ///
    /// # Errors
    /// The terminal's own.
    pub fn run(
        &self,
        terminal: Terminal,
        seed: u64,
        transmit: impl FnMut(&[u8]) -> Result<Vec<u8>, TagLost>,
    ) -> Result<Option<Vec<u8>>> {
        match terminal {
            Terminal::Kendt => self.kendt(seed, transmit),
            Terminal::Dmrtd => self.dmrtd(transmit),
        }
    }

    fn kendt(
        &self,
        seed: u64,
        transmit: impl FnMut(&[u8]) -> Result<Vec<u8>, TagLost>,
    ) -> Result<Option<Vec<u8>>> {
        let mut transport = EachCommand(transmit);
        let rng = ChaCha20Rng::seed_from_u64(seed);
        if self.task != Task::BacRead {
            // One command at a time, so that nothing travels along with the last command of PACE.
            let options = self.specimen.options(Batching::Single, false)?;
            drive(options, rng, &mut transport, Until::Open)?;
            return Ok(None);
        }
        let options = self.specimen.options(Batching::Batched, false)?;
        let reading = drive(options, rng, &mut transport, Until::Done)?.context("the read ended early")?;
        parse(&reading)?;
        Ok(reading.file(File::Dg2).map(<[u8]>::to_vec))
    }

    fn dmrtd(&self, mut transmit: impl FnMut(&[u8]) -> Result<Vec<u8>, TagLost>) -> Result<Option<Vec<u8>>> {
        let transmit = |apdu: &[u8]| transmit(apdu).map_err(|lost| anyhow!(lost));
        if self.task == Task::BacRead {
            return Ok(Some(dmrtd_reader::read(transmit, &self.access, None)?.dg2));
        }
        dmrtd_reader::open(transmit, &self.access)?;
        Ok(None)
    }

    /// Refuses to count a read that did not bring the portrait.
    fn check(&self, dg2: Option<&[u8]>) -> Result<()> {
        let issued = self.specimen.document().file(ElementaryFile::DataGroup(2));
        ensure!(self.task != Task::BacRead || dg2 == issued, "EF.DG2 was not read as issued");
        Ok(())
    }
}

/// Parses what dmrtd parses while it reads.
fn parse(reading: &Reading) -> Result<()> {
    let file = |file| reading.file(file).with_context(|| format!("{file} was not read"));
    std::hint::black_box((
        Com::parse(file(File::Com)?)?,
        SecurityObject::parse(file(File::Sod)?)?,
        Dg1::parse(file(File::Dg1)?)?,
        Dg2::parse(file(File::Dg2)?)?,
    ));
    Ok(())
}

/// One task, over all rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What both do.
    pub task: String,
    /// Its name in one word.
    pub name: &'static str,
    /// Commands that our terminal and dmrtd send.
    pub commands: [usize; 2],
    /// Microseconds that our terminal takes, without the chip.
    pub kendt_us: Spread,
    /// Microseconds that dmrtd takes, without the chip.
    pub dmrtd_us: Spread,
    /// Ours over dmrtd's, round by round.
    pub ratio: Spread,
}

/// All that is measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Peer {
    /// Rounds, in each of which both terminals do every task several times.
    pub rounds: usize,
    /// By task.
    pub rows: Vec<Row>,
}

struct Contest {
    subject: Subject,
    chip: Chip,
    commands: [usize; 2],
    micros: [Vec<f64>; 2],
    ratios: Vec<f64>,
}

/// Measures with `clock`; rounds of ours and dmrtd's alternate, and so does who begins.
///
/// # Errors
/// A terminal failed, or did not read what was issued.
pub fn measure(quick: bool, clock: Clock, mut say: impl FnMut(&str)) -> Result<Peer> {
    let rounds = if quick { 15 } else { 101 };
    let mut contests = Vec::new();
    for task in Task::ALL {
        let subject = Subject::new(task)?;
        let chip = subject.chip()?;
        contests.push(Contest {
            subject,
            chip,
            commands: [0; 2],
            micros: Default::default(),
            ratios: Vec::new(),
        });
    }
    // The first round only warms up.
    for round in 0..=rounds {
        if round % 20 == 0 {
            say(&format!("round {round} of {rounds}"));
        }
        for contest in &mut contests {
            let mut micros = [0.0; 2];
            let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
            for which in order {
                micros[which] = contest.round(which, clock)?;
            }
            if round > 0 {
                contest.micros.iter_mut().zip(micros).for_each(|(all, one)| all.push(one));
                contest.ratios.push(micros[0] / micros[1]);
            }
        }
    }
    let rows = contests.iter().map(|contest| Row {
        task: contest.subject.task.to_string(),
        name: contest.subject.task.name(),
        commands: contest.commands,
        kendt_us: Spread::of(&contest.micros[0]),
        dmrtd_us: Spread::of(&contest.micros[1]),
        ratio: Spread::of(&contest.ratios),
    });
    Ok(Peer { rounds, rows: rows.collect() })
}

impl Contest {
    /// Microseconds of the terminal side, the least of a round's repetitions: whatever else the machine does only adds.
    fn round(&mut self, which: usize, clock: Clock) -> Result<f64> {
        let terminal = [Terminal::Kendt, Terminal::Dmrtd][which];
        let repetitions = self.subject.task.repetitions();
        let mut micros = f64::INFINITY;
        for seed in 0..repetitions {
            let mut chip = TimedChip::new(&mut self.chip, clock);
            let begun = clock();
            let dg2 = self.subject.run(terminal, seed.into(), |apdu| chip.transmit(apdu))?;
            let passed = clock().saturating_sub(begun);
            micros = micros.min(passed.saturating_sub(chip.busy).as_secs_f64() * 1e6);
            self.commands[which] = chip.commands;
            self.subject.check(dg2.as_deref())?;
        }
        Ok(micros)
    }
}
