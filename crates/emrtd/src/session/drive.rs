//! Running a session over a transport, for callers that may block.

use rand_core::CryptoRng;

use super::{Next, Progress, ReadError, ReadOptions, Reading, Session};
use crate::transport::Transport;

/// Why a read over a transport ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum DriveError<E> {
    /// The read itself.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The transport.
    #[error("{0}")]
    Transport(E),
}

/// Reads a document over `transport`, telling `report` after every batch how far it has come.
///
/// # Errors
/// [`DriveError`].
pub fn read<T: Transport>(
    options: ReadOptions,
    rng: impl CryptoRng,
    transport: &mut T,
    mut report: impl FnMut(Progress),
) -> Result<Reading, DriveError<T::Error>> {
    let mut session = Session::new(options, rng);
    loop {
        match session.poll()? {
            Next::Play { batch, .. } => {
                let answers = transport.play(&batch).map_err(DriveError::Transport)?;
                session.answers(answers)?;
                report(session.progress());
            }
            Next::PlaceAgain => {
                report(session.progress());
                transport.await_tag().map_err(DriveError::Transport)?;
            }
            Next::Done(reading) => return Ok(*reading),
        }
    }
}
