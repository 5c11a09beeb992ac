//! Card readers over PC/SC.
//!
//! The service hands every command to whoever may use the reader: the connection is exclusive while a document is read,
//! and the card is reset when it ends, so that no open session is left behind.

use std::ffi::CString;
use std::thread;
use std::time::Duration;

use emrtd::transport::{Answers, Batch, TagLost, Transport, play_each};
use pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};

use super::TransportError;
use crate::failure::Failure;
use crate::page::Tone;
use crate::progress::Gauge;

/// How often a wait looks again.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS_PER_SECOND: u64 = 4;
/// A status word.
const SHORTEST_ANSWER: usize = 2;
/// The longest extended answer with its status word.
const LONGEST_ANSWER: usize = 65_536 + 2;

/// A reader with a document on it.
pub(crate) struct PcscReader {
    context: Context,
    name: CString,
    /// `None` while no document lies there.
    card: Option<Card>,
    wait_seconds: u64,
    buffer: Vec<u8>,
    gauge: Gauge,
}

/// The names of all readers.
pub(crate) fn reader_names() -> Result<Vec<String>, Failure> {
    Ok(list(&establish()?)?.iter().map(|name| name.to_string_lossy().into_owned()).collect())
}

/// Whether there is a reader of exactly this name on which nothing lies.
pub(crate) fn is_empty_reader(name: &str) -> bool {
    let Ok(context) = establish() else { return false };
    let Ok(name) = CString::new(name) else { return false };
    let mut states = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(Duration::ZERO, &mut states).is_ok()
        && states.iter().all(|state| state.event_state().contains(State::EMPTY))
}

fn establish() -> Result<Context, Failure> {
    Ok(Context::establish(Scope::User)?)
}

fn list(context: &Context) -> Result<Vec<CString>, Failure> {
    match context.list_readers_owned() {
        Ok(names) if names.is_empty() => Err(Failure::NoReader),
        Ok(names) => Ok(names),
        Err(error) => Err(error.into()),
    }
}

impl PcscReader {
    /// Chooses the reader and waits for a document on it.
    ///
    /// Without a name: the only reader, or the only one on which something lies.
    pub(crate) fn open(
        wanted: Option<&str>,
        wait_seconds: u64,
        gauge: &Gauge,
    ) -> Result<PcscReader, Failure> {
        let context = establish()?;
        let names = list(&context)?;
        let name = match wanted {
            Some(wanted) => by_name(&names, wanted)?,
            None => only_one(&context, &names)?,
        };
        let mut reader = PcscReader {
            context,
            name,
            card: None,
            wait_seconds,
            buffer: vec![0; LONGEST_ANSWER],
            gauge: gauge.clone(),
        };
        if !reader.has_document()? {
            gauge.say(Tone::Strong, "Lay the document on the reader.");
        }
        match reader.await_tag() {
            Ok(()) => Ok(reader),
            Err(TransportError::NoDocument) => Err(Failure::NoDocument {
                reader: reader.name.to_string_lossy().into_owned(),
                seconds: wait_seconds,
            }),
            Err(TransportError::Pcsc(error)) => Err(error.into()),
        }
    }

    fn has_document(&self) -> Result<bool, Error> {
        let mut states = [ReaderState::new(self.name.clone(), State::UNAWARE)];
        self.context.get_status_change(Duration::ZERO, &mut states)?;
        Ok(states.iter().any(|state| is_ready(state.event_state())))
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Result<Vec<u8>, TagLost>, TransportError> {
        let Some(card) = &self.card else { return Ok(Err(TagLost)) };
        match card.transmit(apdu, &mut self.buffer) {
            // A driver that loses the card under way may return nothing at all instead of an error (vpcd does). No
            // answer is that short; a chip that plays it uses up its taps.
            Ok(answer) if answer.len() < SHORTEST_ANSWER => {
                self.let_go();
                Ok(Err(TagLost))
            }
            Ok(answer) => {
                let answer = answer.to_vec();
                self.gauge.answered(answer.len());
                Ok(Ok(answer))
            }
            Err(error) if means_loss(error) => {
                self.let_go();
                Ok(Err(TagLost))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the connection. That the card is gone already is no error.
    fn let_go(&mut self) {
        if let Some(card) = self.card.take() {
            let _ = card.disconnect(Disposition::ResetCard);
        }
    }

    /// One try; `None` if the card is not ready yet.
    fn connect(&self) -> Result<Option<Card>, Error> {
        match self.context.connect(&self.name, ShareMode::Exclusive, Protocols::ANY) {
            Ok(card) => Ok(Some(card)),
            Err(error) if means_loss(error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for PcscReader {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Transport for PcscReader {
    type Error = TransportError;

    fn play(&mut self, batch: &Batch) -> Result<Answers, TransportError> {
        play_each(batch, |apdu| self.transmit(apdu))
    }

    fn await_tag(&mut self) -> Result<(), TransportError> {
        self.let_go();
        for look in 0..=self.wait_seconds.saturating_mul(LOOKS_PER_SECOND) {
            if look > 0 {
                thread::sleep(LOOK);
            }
            if self.has_document()?
                && let Some(card) = self.connect()?
            {
                self.card = Some(card);
                return Ok(());
            }
        }
        Err(TransportError::NoDocument)
    }
}

fn is_ready(state: State) -> bool {
    state.contains(State::PRESENT) && !state.intersects(State::MUTE)
}

/// What the service says, in its many ways, when a document leaves the field.
fn means_loss(error: Error) -> bool {
    matches!(
        error,
        Error::RemovedCard
            | Error::ResetCard
            | Error::NoSmartcard
            | Error::UnresponsiveCard
            | Error::UnpoweredCard
            | Error::NotTransacted
            | Error::CommError
    )
}

/// The reader of that name, or the only one whose name contains it.
fn by_name(names: &[CString], wanted: &str) -> Result<CString, Failure> {
    let there: Vec<String> = names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let mut exact = names.iter().zip(&there).filter(|(_, name)| *name == wanted);
    if let Some((name, _)) = exact.next() {
        return Ok(name.clone());
    }
    let lower = wanted.to_lowercase();
    let mut parts = names.iter().zip(&there).filter(|(_, name)| name.to_lowercase().contains(&lower));
    match (parts.next(), parts.next()) {
        (Some((name, _)), None) => Ok(name.clone()),
        _ => Err(Failure::NoSuchReader { wanted: wanted.to_owned(), there }),
    }
}

fn only_one(context: &Context, names: &[CString]) -> Result<CString, Failure> {
    if let [name] = names {
        return Ok(name.clone());
    }
    let mut states: Vec<ReaderState> =
        names.iter().map(|name| ReaderState::new(name.clone(), State::UNAWARE)).collect();
    context.get_status_change(Duration::ZERO, &mut states)?;
    let mut ready = states.iter().filter(|state| is_ready(state.event_state()));
    match (ready.next(), ready.next()) {
        (Some(state), None) => Ok(state.name().to_owned()),
        _ => Err(Failure::SeveralReaders(
            names.iter().map(|name| name.to_string_lossy().into_owned()).collect(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<CString> {
        ["ACME Reader 00 00", "ACME Reader 01 00", "Virtual PCD 00 00"]
            .iter()
            .map(|name| CString::new(*name).unwrap())
            .collect()
    }

    #[test]
    fn a_part_of_a_name_chooses_a_reader_if_no_other_has_it() {
        assert_eq!(by_name(&names(), "virtual").unwrap().to_str(), Ok("Virtual PCD 00 00"));
        assert_eq!(by_name(&names(), "ACME Reader 01 00").unwrap().to_str(), Ok("ACME Reader 01 00"));
        for wanted in ["ACME", "Omnikey"] {
            let failure = by_name(&names(), wanted).unwrap_err();
            assert!(matches!(&failure, Failure::NoSuchReader { there, .. } if there.len() == 3));
            assert_eq!(failure.exit_code(), 6);
        }
    }

    #[test]
    fn a_mute_card_is_not_ready() {
        assert!(is_ready(State::PRESENT));
        assert!(!is_ready(State::PRESENT | State::MUTE));
        assert!(!is_ready(State::EMPTY));
    }
}
