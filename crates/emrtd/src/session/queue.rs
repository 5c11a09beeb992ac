//! Commands on their way: what was sent, what opens each answer, and what holds after it.

use std::ops::ControlFlow;

use super::error::ReadError;
use super::options::Limits;
use super::reading::Protection;
use super::step::Step;
use crate::access::bac::Bac;
use crate::access::pace;
use crate::apdu::Command;
use crate::lds::File;
use crate::secure_messaging::{Awaiting, SecureMessaging};
use crate::transport::{Batch, BatchCommand};

/// Where the chip stands, as far as its answers tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Position {
    /// The eMRTD application is selected, not the master file.
    pub(super) application: bool,
    /// The current elementary file.
    pub(super) file: Option<File>,
    /// Whose keys protect commands.
    pub(super) protection: Protection,
}

impl Position {
    /// After power-up.
    pub(super) const START: Position =
        Position { application: false, file: None, protection: Protection::None };
}

/// What an answer is needed for, beyond its own bytes.
pub(super) enum Payload {
    None,
    Mapping(pace::Mapping),
    Agreement(pace::Agreement),
    Confirmation(pace::Confirmation),
    Bac(Bac),
    /// Bytes asked for.
    Read(usize),
}

/// One command that was planned.
pub(super) struct Entry {
    pub(super) step: Step,
    pub(super) command: Command,
    pub(super) payload: Payload,
    pub(super) apdu: Vec<u8>,
    awaiting: Option<Awaiting>,
    /// Secure messaging after the answer, if the command does not succeed or changes no keys.
    pub(super) secure: Option<SecureMessaging>,
    /// Secure messaging under new keys, if the command succeeds and changes them.
    pub(super) rekeyed: Option<SecureMessaging>,
    /// Where the chip stands if the command succeeds.
    pub(super) after: Position,
    /// Keys that protect the command itself.
    pub(super) protection: Protection,
    /// Whether it is sent again with the exact length that the chip named.
    pub(super) repeated: bool,
}

impl Entry {
    /// GET RESPONSE, which continues the answer to an earlier command and stands outside secure messaging.
    pub(super) fn get_response(step: Step, command: Command, apdu: Vec<u8>, position: Position) -> Entry {
        Entry {
            step,
            command,
            payload: Payload::None,
            apdu,
            awaiting: None,
            secure: None,
            rekeyed: None,
            after: position,
            protection: position.protection,
            repeated: false,
        }
    }

    /// What opens the answer; `None` if it comes in the clear.
    pub(super) fn take_awaiting(&mut self) -> Option<Awaiting> {
        self.awaiting.take()
    }
}

/// A batch being put together. Holds the chip's state as it will be if all goes as foreseen.
pub(super) struct Builder {
    pub(super) position: Position,
    pub(super) secure: Option<SecureMessaging>,
    entries: Vec<Entry>,
    capacity: usize,
    bytes_left: [usize; 2],
    error: Option<ReadError>,
}

/// Go on planning, or stop: the batch is full, or an answer is needed first.
pub(super) type Planning = ControlFlow<()>;

impl Builder {
    pub(super) fn new(
        position: Position,
        secure: Option<SecureMessaging>,
        capacity: usize,
        limits: &Limits,
    ) -> Builder {
        let bytes_left = [limits.batch_bytes; 2];
        Builder { position, secure, entries: Vec::new(), capacity, bytes_left, error: None }
    }

    /// Stops planning for good: the read cannot go on.
    pub(super) fn fail(&mut self, error: ReadError) -> Planning {
        self.error = Some(error);
        Planning::Break(())
    }

    /// Stops planning if anything was planned, since its answers are needed first.
    pub(super) fn wait(&self) -> Planning {
        if self.entries.is_empty() { Planning::Continue(()) } else { Planning::Break(()) }
    }

    /// Adds a command that leaves the chip where it stands.
    pub(super) fn send(&mut self, step: Step, command: Command, payload: Payload) -> Planning {
        self.send_to(step, command, payload, self.position, None)
    }

    /// Adds a command that moves the chip to `after`, and perhaps to new keys.
    pub(super) fn send_to(
        &mut self,
        step: Step,
        command: Command,
        payload: Payload,
        after: Position,
        rekey: Option<SecureMessaging>,
    ) -> Planning {
        let expected = usize::try_from(command.ne.unwrap_or(0)).unwrap_or(usize::MAX);
        let sizes = [command.data.len() + 48, if expected > 4096 { 4096 } else { expected } + 48];
        let left = [self.bytes_left[0].checked_sub(sizes[0]), self.bytes_left[1].checked_sub(sizes[1])];
        let [Some(out), Some(back)] = left else {
            return self.wait();
        };
        let protection = self.position.protection;
        let protected = match &mut self.secure {
            None => command.encode().map(|apdu| (apdu, None)).map_err(Into::into),
            Some(secure) => secure.protect(&command).map(|(apdu, awaiting)| (apdu, Some(awaiting))),
        };
        let Ok((apdu, awaiting)) = protected else {
            return self.fail(ReadError::Command { step });
        };
        self.bytes_left = [out, back];
        self.entries.push(Entry {
            step,
            command,
            payload,
            apdu,
            awaiting,
            secure: self.secure.as_ref().map(SecureMessaging::snapshot),
            rekeyed: rekey.as_ref().map(SecureMessaging::snapshot),
            after,
            protection,
            repeated: false,
        });
        self.position = after;
        if rekey.is_some() {
            self.secure = rekey;
        }
        if self.entries.len() >= self.capacity { Planning::Break(()) } else { Planning::Continue(()) }
    }

    /// Adds a command once more, with another expected length, keeping what its answer is for.
    pub(super) fn repeat(&mut self, mut entry: Entry, ne: u32) -> Planning {
        entry.command.ne = Some(ne);
        let flow = self.send_to(entry.step, entry.command, entry.payload, entry.after, entry.rekeyed);
        if let Some(last) = self.entries.last_mut() {
            last.repeated = true;
        }
        flow
    }

    /// The commands planned, in order.
    pub(super) fn finish(self) -> Result<Vec<Entry>, ReadError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.entries),
        }
    }
}

/// What travels: the bytes and accepted status words of the entries.
pub(super) fn batch_of(entries: &[Entry]) -> Batch {
    let commands = entries
        .iter()
        .map(|entry| BatchCommand { apdu: entry.apdu.clone(), accept: entry.step.accept() })
        .collect();
    Batch { commands }
}
