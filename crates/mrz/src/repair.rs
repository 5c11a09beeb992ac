use crate::format::Position;
/// One character that a repair changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub(crate) position: Position,
    pub(crate) from: char,
    pub(crate) to: char,
}
