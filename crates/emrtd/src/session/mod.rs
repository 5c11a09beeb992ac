//! A read, as a list of named steps that is compiled to batches.
//!
//! A [`Session`] does no I/O: [`Session::poll`] says what to do, [`Session::answers`] takes what came back.
//!
//! | wait | commands that travel together (PACE and Chip Authentication) |
//! |---|---|
//! | 1 | master file, EF.CardAccess |
//! | 2 | PACE: MSE:Set AT, nonce, mapping data |
//! | 3 | PACE: ephemeral keys |
//! | 4 | PACE: tokens; under secure messaging the application and the beginnings of its files |
//! | 5 | rest of EF.COM, EF.SOD, EF.DG15 (and of a long EF.DG14: then what follows is the sixth) |
//! |   | Chip Authentication; under its keys DG1, DG2 and what else is wanted; Active Authentication |
//!
//! The plan is made anew from what is known after every batch (`plan`), and what an answer means is decided in the
//! order of the commands (`absorb`): nothing is used before the answer that vouches for it has been checked.
//! The first answer that a plan did not foresee ends speculation: from then on one command travels at a time, to the
//! same result. A lost tag is resumed: access and Chip Authentication run again, EF.SOD is read again and must
//! be the same, and everything else goes on where it stopped.

mod absorb;
mod chip_proofs;
mod drive;
mod error;
mod file_reading;
mod options;
mod plan;
mod progress;
mod queue;
mod reading;
mod step;
mod transcript;

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::access::pace::{self, ChipAuthenticationData, PaceParameters};
use crate::access::{Password, PasswordKind};
use crate::apdu::{Command, Response};
use crate::chip_authentication::ChipAuthenticationChoice;
use crate::lds::{Application, File, Unverified};
use crate::secure_messaging::SecureMessaging;
use crate::transport::{Answers, Batch, Ending};

pub use drive::{DriveError, read};
pub use error::{Blame, Bound, FileError, ReadError};
pub use options::{ActiveAuthentication as ActiveAuthenticationPolicy, Batching, Limits, ReadOptions};
pub use progress::Progress;
pub use reading::{
    AccessMethod, ActiveAuthentication, ChipAuthentication, Event, FileBytes, FileOutcome, Files, Metrics,
    Protection, Reading,
};
pub use step::Step;

use file_reading::FileReading;
use queue::{Entry, Position, batch_of};
use transcript::Transcript;

/// What the caller has to do next.
#[derive(Debug)]
pub enum Next {
    /// Play this batch and hand the answers to [`Session::answers`].
    Play {
        /// The commands.
        batch: Batch,
        /// What each of them is for.
        steps: Vec<Step>,
    },
    /// The tag was lost: ask for the document to be laid down again, then go on.
    PlaceAgain,
    /// The read is done.
    Done(Box<Reading>),
}

/// How far access has come in this tap.
enum Access {
    /// EF.CardAccess is not known yet.
    Undecided,
    Pace(PaceParameters, u64, PaceStage),
    Bac(BacStage),
    Granted,
}

enum PaceStage {
    Begin,
    Selected,
    NonceKnown(Vec<u8>),
    Mapped(Command, pace::Agreement),
    Agreed(Command, pace::Confirmation, SecureMessaging),
    /// What a stage held is under way.
    Sent,
}

enum BacStage {
    Begin,
    Challenged(Vec<u8>),
    Sent,
}

/// Whether commands travel together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Batched,
    Single,
    /// One at a time, and only files that EF.SOD lists: for chips that leave secure messaging at an error.
    Careful,
}

/// Chip Authentication in this tap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ChipAuthenticationRun {
    NotRun,
    /// MSE:Set AT was accepted.
    Selected,
    Accepted,
    Confirmed,
}

/// Whether the master file is known to be selected before access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum MasterFile {
    Unknown,
    Selected,
    /// The chip refuses to select it, and stands where it stood.
    Refused,
}

/// Everything that is void when access has to be run again.
struct Connection {
    position: Position,
    secure: Option<SecureMessaging>,
    access: Access,
    master_file: MasterFile,
    /// Whether it was tried if the chip is open.
    probed: bool,
    chip_authentication: ChipAuthenticationRun,
}

impl Connection {
    const START: Connection = Connection {
        position: Position::START,
        secure: None,
        access: Access::Undecided,
        master_file: MasterFile::Unknown,
        probed: false,
        chip_authentication: ChipAuthenticationRun::NotRun,
    };
}

/// A command whose answer is not all there yet.
struct FollowUp {
    entry: Entry,
    kind: FollowUpKind,
}

enum FollowUpKind {
    /// `61xx`: bytes so far, and how many to ask for next.
    More(Vec<u8>, u32),
    /// `6Cxx`: the exact length.
    Exactly(u32),
}

/// One read of one document.
pub struct Session<R> {
    options: ReadOptions,
    rng: R,
    mode: Mode,
    connection: Connection,
    method: AccessMethod,
    /// The password in use, and how many access attempts of this tap have failed.
    password: usize,
    failed_attempts: usize,
    files: BTreeMap<File, FileReading>,
    /// EF.SOD as read before the tag was lost.
    sod_before: Option<Zeroizing<Vec<u8>>>,
    /// The chip knows no short file identifiers: files are selected before they are read.
    select_files: bool,
    chunk_limit: Option<usize>,
    mapping_data: Option<ChipAuthenticationData>,
    chip_authentication: Option<ChipAuthentication>,
    chip_authentication_choice: Option<ChipAuthenticationChoice>,
    /// The answer to INTERNAL AUTHENTICATE, until the files that verify it are there.
    signature: Option<Response>,
    active_authentication: Option<ActiveAuthentication>,
    events: Vec<Event>,
    metrics: Metrics,
    transcript: Transcript,
    commands_this_tap: usize,
    last_step: Option<Step>,
    in_flight: Vec<Entry>,
    follow_up: Option<FollowUp>,
    tag_lost: bool,
    failure: Option<ReadError>,
}

impl<R: CryptoRng> Session<R> {
    /// A read with these options; `rng` makes nonces and ephemeral keys and must be cryptographically secure.
    pub fn new(options: ReadOptions, rng: R) -> Session<R> {
        let usual = [File::CardAccess, File::Com, File::Sod, File::Dg14, File::Dg15, File::Dg1, File::Dg2];
        let more = options.more_files.iter().copied().filter(|file| {
            file.is_ever_read() && file.application() == Application::Emrtd && !usual.contains(file)
        });
        let files = usual.into_iter().chain(more).map(|file| (file, FileReading::new(file))).collect();
        let mode = match options.batching {
            Batching::Batched => Mode::Batched,
            Batching::Single => Mode::Single,
        };
        Session {
            options,
            rng,
            mode,
            connection: Connection::START,
            method: AccessMethod::None,
            password: 0,
            failed_attempts: 0,
            files,
            sod_before: None,
            select_files: false,
            chunk_limit: None,
            mapping_data: None,
            chip_authentication: None,
            chip_authentication_choice: None,
            signature: None,
            active_authentication: None,
            events: Vec::new(),
            metrics: Metrics { taps: 1, ..Metrics::default() },
            transcript: Transcript::default(),
            commands_this_tap: 0,
            last_step: None,
            in_flight: Vec::new(),
            follow_up: None,
            tag_lost: false,
            failure: None,
        }
    }

    /// What to do next.
    ///
    /// # Errors
    /// [`ReadError`]: the read ended without a result. The error stays; a session does not recover from it.
    pub fn poll(&mut self) -> Result<Next, ReadError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if std::mem::take(&mut self.tag_lost) {
            return Ok(Next::PlaceAgain);
        }
        self.advance().inspect_err(|failure| self.failure = Some(failure.clone()))
    }

    fn advance(&mut self) -> Result<Next, ReadError> {
        if !self.in_flight.is_empty() {
            return Err(ReadError::OutOfTurn);
        }
        let entries = self.plan()?;
        if entries.is_empty() {
            return Ok(Next::Done(Box::new(self.finish())));
        }
        let batch = batch_of(&entries);
        let steps = entries.iter().map(|entry| entry.step).collect();
        self.metrics.waits += 1;
        self.metrics.bytes_sent += entries.iter().map(|entry| entry.apdu.len()).sum::<usize>();
        self.in_flight = entries;
        Ok(Next::Play { batch, steps })
    }

    /// Takes the answers to the batch that [`Session::poll`] gave out last.
    ///
    /// # Errors
    /// [`ReadError`], as [`Session::poll`] will repeat it.
    pub fn answers(&mut self, answers: Answers) -> Result<(), ReadError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.take(answers).inspect_err(|failure| self.failure = Some(failure.clone()))
    }

    fn take(&mut self, answers: Answers) -> Result<(), ReadError> {
        let entries = std::mem::take(&mut self.in_flight);
        let (commands, played) = (entries.len(), answers.responses.len());
        let fits = match answers.ending {
            Ending::Complete => played == commands,
            Ending::Stopped => (1..=commands).contains(&played),
            Ending::TagLost => played < commands,
        };
        if commands == 0 {
            return Err(ReadError::OutOfTurn);
        }
        if !fits {
            return Err(ReadError::ImpossibleAnswers { commands, answers: played });
        }
        let lost = answers.ending == Ending::TagLost;
        let played = entries.iter().zip(&answers.responses);
        played.for_each(|(entry, answer)| self.transcript.add(&entry.apdu, answer));
        self.absorb_all(entries, answers)?;
        if lost { self.lose_tag() } else { Ok(()) }
    }

    /// How far the read has come.
    pub fn progress(&self) -> Progress {
        let files = self.files.values().filter(|reading| reading.application() == Application::Emrtd);
        let mut progress = Progress {
            lengths_known: true,
            last_step: self.last_step,
            tap: self.metrics.taps,
            ..Progress::default()
        };
        for reading in files {
            progress.bytes_read += reading.so_far().len();
            progress.bytes_known += reading.total().unwrap_or(0);
            progress.lengths_known &= reading.total().is_some() || reading.is_settled();
        }
        progress
    }

    /// How the read went so far.
    pub fn metrics(&self) -> Metrics {
        self.metrics
    }

    /// Everything that a new tap makes void is forgotten; what was read is kept.
    fn lose_tag(&mut self) -> Result<(), ReadError> {
        self.metrics.taps += 1;
        if self.metrics.taps > self.options.limits.taps {
            return Err(Bound::Taps(self.options.limits.taps).into());
        }
        self.tag_lost = true;
        self.failed_attempts = 0;
        self.commands_this_tap = 0;
        self.start_access_again();
        self.access_decided_by_card_access()?;
        if let Some(sod) = self.files.get_mut(&File::Sod) {
            let before = sod.start_over();
            let longest = self.sod_before.as_ref().map_or(0, |known| known.len());
            if before.len() > longest {
                self.sod_before = Some(before);
            }
        }
        Ok(())
    }

    /// Access has to be run again from its beginning.
    fn start_access_again(&mut self) {
        self.connection = Connection::START;
        self.follow_up = None;
    }

    /// The password in use, if there is one of a kind that `usable` admits.
    fn password(&mut self, usable: impl Fn(PasswordKind) -> bool) -> Option<Password> {
        while let Some(password) = self.options.passwords.get(self.password) {
            if usable(password.kind()) {
                return Some(password.clone());
            }
            self.password += 1;
        }
        None
    }

    fn finish(&mut self) -> Reading {
        let key_there = self.files.get(&File::Dg15).is_some_and(|dg15| !dg15.is_absent());
        let not_run = if key_there { ActiveAuthentication::NotRun } else { ActiveAuthentication::NotOffered };
        let files = std::mem::take(&mut self.files)
            .into_iter()
            .map(|(file, reading)| {
                let outcome = match reading.finish() {
                    Ok(Some((bytes, protection))) => {
                        FileOutcome::Read { bytes: Unverified::new(FileBytes::new(bytes)), protection }
                    }
                    Ok(None) => FileOutcome::Absent,
                    Err(error) => FileOutcome::Unreadable(error),
                };
                (file, outcome)
            })
            .collect();
        self.failure = Some(ReadError::OutOfTurn);
        Reading {
            access: self.method,
            files,
            chip_authentication: self.chip_authentication.take().unwrap_or(ChipAuthentication::NotOffered),
            active_authentication: self.active_authentication.take().unwrap_or(not_run),
            events: std::mem::take(&mut self.events),
            quirks: self.options.quirks.used().clone(),
            metrics: self.metrics,
            transcript_hash: std::mem::take(&mut self.transcript).finish(),
        }
    }
}
