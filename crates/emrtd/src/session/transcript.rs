//! The hash over a whole session: what evidence is bound to.
//!
//! It tells two sessions apart and shows later whether a kept trace is the one that was judged. It is no secret, and
//! nothing can be read from it.

use sha2::{Digest, Sha256};

/// Hash over the commands and answers so far, each with its length before it.
#[derive(Clone, Default)]
pub(super) struct Transcript(Sha256);

impl Transcript {
    /// Adds a command that was played, and its answer.
    pub(super) fn add(&mut self, command: &[u8], answer: &[u8]) {
        for part in [command, answer] {
            self.0.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.0.update(part);
        }
    }

    /// The hash.
    pub(super) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_command_ends_and_its_answer_begins_is_part_of_the_hash() {
        let of = |pairs: &[(&[u8], &[u8])]| {
            let mut transcript = Transcript::default();
            for (command, answer) in pairs {
                transcript.add(command, answer);
            }
            transcript.finish()
        };
        let session = of(&[(b"ab", b"c"), (b"d", b"")]);
        assert_ne!(session, of(&[(b"a", b"bc"), (b"d", b"")]));
        assert_ne!(session, of(&[(b"d", b""), (b"ab", b"c")]));
        assert_ne!(session, of(&[(b"ab", b"c")]));
        assert_eq!(session, of(&[(b"ab", b"c"), (b"d", b"")]));
    }
}
