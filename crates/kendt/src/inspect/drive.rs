//! Running a session over a reader, with progress drawn and, for specimens, the commands noted.

use emrtd::session::{DriveError, Next, ReadOptions, Reading, Session};
use emrtd::transport::Transport;

use super::Recorder;
use crate::context::Random;
use crate::page::Tone;
use crate::progress::Gauge;
use crate::reader::TransportError;

/// Reads the document on `reader`.
pub(crate) fn drive(
    options: ReadOptions,
    random: Random,
    reader: &mut dyn Transport<Error = TransportError>,
    gauge: &Gauge,
    recorder: &mut Recorder,
) -> Result<Reading, DriveError<TransportError>> {
    let mut session = Session::new(options, random);
    loop {
        match session.poll()? {
            Next::Play { batch, steps } => {
                gauge.sending(&steps, session.progress());
                let answers = reader.play(&batch).map_err(DriveError::Transport)?;
                recorder.note(&batch, &steps, &answers);
                session.answers(answers)?;
                gauge.show(session.progress());
            }
            Next::PlaceAgain => {
                gauge.place_again(session.progress());
                recorder.document_lost();
                reader.await_tag().map_err(DriveError::Transport)?;
                gauge.say(Tone::Good, "It is back; the read goes on.");
            }
            Next::Done(reading) => return Ok(*reading),
        }
    }
}
