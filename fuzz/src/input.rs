//! Drawing a target's choices from the fuzzer's bytes.
//!
//! Reading never fails: where bytes are wanting, zeros and shorter pieces come. So every input means something, small
//! inputs mean something simple, and a stored input keeps its meaning as long as its target draws in the same order.

/// The fuzzer's bytes, taken from the front.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// All of an input.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all bytes are used up.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// One byte; zero at the end.
    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// Two bytes, big-endian.
    pub fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// The lowest bit of a byte.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// The next `count` bytes, or all that are left.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Bytes after a length of one byte.
    pub fn chunk(&mut self) -> &'a [u8] {
        let count = self.byte();
        self.take(usize::from(count))
    }

    /// Bytes after a length of two bytes.
    pub fn long_chunk(&mut self) -> &'a [u8] {
        let count = self.word();
        self.take(usize::from(count))
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.take(self.rest.len())
    }

    /// One of several, by one byte.
    pub fn choose<T: Copy>(&mut self, among: &[T]) -> T {
        let index = usize::from(self.byte());
        among[index % among.len()]
    }

    /// A number below `bound` (0 if that is 0), by two bytes.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.word()).checked_rem(bound).unwrap_or(0)
    }
}

/// Writes inputs as [`Input`] reads them, for seeds.
#[derive(Debug, Clone, Default)]
pub struct Output(Vec<u8>);

impl Output {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Bytes after a length of one byte; what is longer is cut.
    #[must_use]
    pub fn chunk(mut self, bytes: &[u8]) -> Self {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        self.0.push(length);
        self.raw(&bytes[..usize::from(length)])
    }

    /// Bytes after a length of two bytes; what is longer is cut.
    #[must_use]
    pub fn long_chunk(mut self, bytes: &[u8]) -> Self {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.0.extend(length.to_be_bytes());
        self.raw(&bytes[..usize::from(length)])
    }

    /// The input.
    pub fn done(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_drawn_in_the_same_order() {
        let written = Output::new().raw(&[7]).chunk(b"abc").long_chunk(b"defg").raw(b"rest").done();
        let mut input = Input::new(&written);
        assert_eq!(input.byte(), 7);
        assert_eq!(input.chunk(), b"abc");
        assert_eq!(input.long_chunk(), b"defg");
        assert_eq!(input.rest(), b"rest");
        assert!(input.is_empty());
    }

    #[test]
    fn an_input_that_is_used_up_gives_zeros_and_nothing() {
        let mut input = Input::new(&[]);
        assert_eq!((input.byte(), input.word(), input.below(9)), (0, 0, 0));
        assert!(input.long_chunk().is_empty());
        assert_eq!(input.choose(&["first", "second"]), "first");
    }
}
