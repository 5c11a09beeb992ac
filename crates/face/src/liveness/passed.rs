//! The frames that passed: the only way to name the frame for the comparison with the portrait.

use super::capture::{Capture, ChainHash};

/// The frames of a capture that passed presentation and injection attack detection. Only the evaluation makes it, and only when all
/// four findings are successful.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassedFrames {
    root: ChainHash,
    frames: Vec<(u16, ChainHash)>,
    compared: u16,
}

/// The frame to be compared with the portrait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ComparedFrame {
    root: ChainHash,
    index: u16,
    hash: ChainHash,
}

/// The frame is not the one that passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the frame is not the one that passed")]
pub struct FrameSwapped;

impl PassedFrames {
    /// Nothing if the compared frame is none of them.
    pub(crate) fn new(root: ChainHash, frames: Vec<(u16, ChainHash)>, compared: u16) -> Option<Self> {
        frames.iter().any(|(index, _)| *index == compared).then_some(Self { root, frames, compared })
    }

    /// The places of the frames that passed.
    pub fn indices(&self) -> impl Iterator<Item = u16> {
        self.frames.iter().map(|(index, _)| *index)
    }

    /// The frame against which all others were compared.
    pub fn compared(&self) -> Option<ComparedFrame> {
        self.frame(self.compared)
    }

    /// Another one of them; nothing if it is none.
    pub fn frame(&self, index: u16) -> Option<ComparedFrame> {
        let (index, hash) = *self.frames.iter().find(|(passed, _)| *passed == index)?;
        Some(ComparedFrame { root: self.root, index, hash })
    }
}

impl ComparedFrame {
    /// Its place in the capture.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// Its hash, which ties it to all frames before it.
    pub fn hash(&self) -> ChainHash {
        self.hash
    }

    /// The bytes of its picture, out of the capture that was evaluated and of no other.
    pub fn picture<'a>(&self, capture: &Capture<'a>) -> Result<&'a [u8], FrameSwapped> {
        let frame = capture.frame(self.index).ok_or(FrameSwapped)?;
        if capture.root() == self.root && frame.hash == self.hash {
            Ok(frame.picture)
        } else {
            Err(FrameSwapped)
        }
    }
}
