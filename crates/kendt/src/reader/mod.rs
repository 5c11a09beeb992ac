//! Ways to a chip: card readers over PC/SC (a virtual one of vpcd is no different), and a simulated chip in this process.

mod pcsc;
mod simulated;

pub(crate) use pcsc::{PcscReader, is_empty_reader, reader_names};
pub(crate) use simulated::{Simulated, Surroundings, Time};

/// What can go wrong with a way to a chip, beyond the loss of the document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    /// The document was taken away and not laid down again.
    #[error("no document came back to the reader")]
    NoDocument,
    /// The reader or its service failed.
    #[error(transparent)]
    Pcsc(#[from] ::pcsc::Error),
}
