//! BER-TLV data objects with hard limits (ITU-T X.690 §8.1, ISO/IEC 7816-4 §5.2.2).
//!
//! Everything a chip sends passes through this reader first. It borrows and never allocates, checks each
//! length against the bytes that are really there, and knows where in the file it stands.
//!
//! Non-minimal lengths are legal BER and accepted, because hashes are taken over the bytes as delivered.
//! The indefinite length is refused with its own error. The reader does not check that an encoding is DER,
//! and a structure that it accepts says nothing about who made it.

/// Longest tag field accepted, in bytes.
const MAX_TAG_BYTES: usize = 4;
/// Most bytes that may follow the first byte of a length field.
const MAX_LENGTH_BYTES: usize = 4;
/// Most tags accepted in a tag list.
const MAX_LISTED_TAGS: usize = 64;

/// What is wrong with a TLV structure. `at` counts bytes from the start of the outermost input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end inside a tag or length field.
    #[error("the data ends inside the tag or length field at byte {at}")]
    NeedMore {
        /// Start of the data object.
        at: usize,
    },
    /// The value is announced longer than the bytes that follow.
    #[error("data object {tag:02X} at byte {at} announces {length} bytes, only {available} follow")]
    ValueTooLong {
        /// Start of the data object.
        at: usize,
        /// Its tag.
        tag: u32,
        /// Announced length of the value.
        length: usize,
        /// Bytes that are there.
        available: usize,
    },
    /// Length byte `80`. Legal BER, but no file of the logical data structure may use it.
    #[error("data object {tag:02X} at byte {at} has an indefinite length")]
    IndefiniteLength {
        /// Start of the data object.
        at: usize,
        /// Its tag.
        tag: u32,
    },
    /// The length field has more than four further bytes.
    #[error(
        "data object {tag:02X} at byte {at} has a length field of {octets} bytes, at most 4 are accepted"
    )]
    LengthFieldTooLong {
        /// Start of the data object.
        at: usize,
        /// Its tag.
        tag: u32,
        /// Announced number of length bytes.
        octets: usize,
    },
    /// The tag field is longer than four bytes.
    #[error("the tag at byte {at} is longer than 4 bytes")]
    TagTooLong {
        /// Start of the data object.
        at: usize,
    },
    /// Tag `00`, or a tag number with a leading zero digit.
    #[error("the tag at byte {at} is not a valid tag")]
    InvalidTag {
        /// Start of the data object.
        at: usize,
    },
    /// Another tag than the one that must stand here.
    #[error("data object {expected:02X} expected at byte {at}, found {found:02X}")]
    UnexpectedTag {
        /// Start of the data object.
        at: usize,
        /// The tag that must stand here.
        expected: u32,
        /// The tag that stands here.
        found: u32,
    },
    /// The input ends where a data object must follow.
    #[error("data object {expected:02X} is missing at byte {at}")]
    Missing {
        /// End of the input.
        at: usize,
        /// The tag that must stand here.
        expected: u32,
    },
    /// Bytes follow where the structure must end.
    #[error("{count} bytes follow the end of the structure at byte {at}")]
    TrailingBytes {
        /// First byte too many.
        at: usize,
        /// How many there are.
        count: usize,
    },
    /// Data objects are nested too deeply.
    #[error("data objects are nested deeper than {limit} levels at byte {at}")]
    TooDeep {
        /// Start of the first data object below the limit.
        at: usize,
        /// Most levels accepted.
        limit: usize,
    },
    /// There are too many data objects.
    #[error("more than {limit} data objects, at byte {at}")]
    TooManyNodes {
        /// Start of the first data object beyond the limit.
        at: usize,
        /// Most data objects accepted.
        limit: usize,
    },
}

/// Tag and length of a data object, for learning a file's size from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The tag field as a big-endian number, for example `0x7F61`.
    pub tag: u32,
    /// Bytes of the tag and length fields.
    pub header_len: usize,
    /// Bytes of the value.
    pub value_len: usize,
}

impl Header {
    /// Bytes of the whole data object, or `None` if that does not fit a `usize`.
    pub fn total_len(&self) -> Option<usize> {
        self.header_len.checked_add(self.value_len)
    }
}

/// Reads the tag and length that `bytes` begins with.
///
/// # Errors
/// [`TlvError::NeedMore`] if `bytes` ends inside them: call again with more bytes (ten are always enough).
pub fn header(bytes: &[u8]) -> Result<Header, TlvError> {
    header_at(bytes, 0)
}

fn header_at(bytes: &[u8], at: usize) -> Result<Header, TlvError> {
    let need_more = || TlvError::NeedMore { at };
    let (tag, tag_len) = tag_at(bytes, at)?;
    let mut header_len = tag_len;
    let mut rest = bytes.iter().copied().skip(tag_len);
    let length = rest.next().ok_or_else(need_more)?;
    header_len += 1;
    let octets = usize::from(length & 0x7F);
    if length & 0x80 == 0 {
        return Ok(Header { tag, header_len, value_len: octets });
    }
    if octets == 0 {
        return Err(TlvError::IndefiniteLength { at, tag });
    }
    if octets > MAX_LENGTH_BYTES {
        return Err(TlvError::LengthFieldTooLong { at, tag, octets });
    }
    let mut value_len: u32 = 0;
    for _ in 0..octets {
        value_len = value_len << 8 | u32::from(rest.next().ok_or_else(need_more)?);
    }
    let value_len =
        usize::try_from(value_len).map_err(|_| TlvError::LengthFieldTooLong { at, tag, octets })?;
    Ok(Header { tag, header_len: header_len + octets, value_len })
}

/// The tag field that `bytes` begins with, and its length in bytes.
fn tag_at(bytes: &[u8], at: usize) -> Result<(u32, usize), TlvError> {
    let need_more = || TlvError::NeedMore { at };
    let first = *bytes.first().ok_or_else(need_more)?;
    if first == 0 {
        return Err(TlvError::InvalidTag { at });
    }
    let mut tag = u32::from(first);
    let mut tag_len = 1;
    if first & 0x1F == 0x1F {
        loop {
            if tag_len == MAX_TAG_BYTES {
                return Err(TlvError::TagTooLong { at });
            }
            let byte = *bytes.get(tag_len).ok_or_else(need_more)?;
            if tag_len == 1 && byte == 0x80 {
                return Err(TlvError::InvalidTag { at });
            }
            tag = tag << 8 | u32::from(byte);
            tag_len += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    Ok((tag, tag_len))
}

/// The tags of a tag list (data object `5C`, ISO/IEC 7816-4 §8.5.1), at most 64.
pub fn tag_list(list: &Tlv<'_>) -> Result<Vec<u32>, TlvError> {
    let mut tags = Vec::new();
    let mut next = 0;
    while let Some(rest) = list.value.get(next..).filter(|rest| !rest.is_empty()) {
        let at = list.value_at + next;
        if tags.len() == MAX_LISTED_TAGS {
            return Err(TlvError::TooManyNodes { at, limit: MAX_LISTED_TAGS });
        }
        let (tag, tag_len) = tag_at(rest, at)?;
        tags.push(tag);
        next += tag_len;
    }
    Ok(tags)
}

/// Encodes a tag list.
pub fn write_tag_list(tags: &[u32]) -> Vec<u8> {
    let mut value = Vec::new();
    for tag in tags {
        extend_trimmed(&mut value, &tag.to_be_bytes());
    }
    write(0x5C, &value)
}

/// One data object, borrowed from the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag field as a big-endian number, for example `0x5F1F`.
    pub tag: u32,
    /// The value field.
    pub value: &'a [u8],
    /// Tag, length and value as they stand in the input.
    pub raw: &'a [u8],
    /// Where the value begins, counted from the start of the outermost input.
    pub value_at: usize,
}

impl<'a> Tlv<'a> {
    /// A reader over the data objects inside the value. Its positions count from the outermost input.
    pub fn children(&self) -> Reader<'a> {
        Reader { bytes: self.value, next: 0, base: self.value_at }
    }

    /// Whether the tag says that the value is made of data objects.
    pub fn is_constructed(&self) -> bool {
        self.raw.first().is_some_and(|first| first & 0x20 != 0)
    }

    /// Where the data object begins, counted from the start of the outermost input.
    pub fn at(&self) -> usize {
        self.value_at.saturating_sub(self.raw.len() - self.value.len())
    }
}

/// Shows tag and length only: the value may be personal.
impl std::fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tlv({:02X} at {}, {} bytes)", self.tag, self.at(), self.value.len())
    }
}

/// Reads the data objects of a byte string one after the other.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    next: usize,
    base: usize,
}

/// Shows the position only: the bytes may be personal.
impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader(at {} of {} bytes)", self.next, self.bytes.len())
    }
}

impl<'a> Reader<'a> {
    /// A reader at the first byte of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, base: 0 }
    }

    /// The next data object, `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "an iterator could go on after an error")]
    pub fn next(&mut self) -> Result<Option<Tlv<'a>>, TlvError> {
        if self.is_empty() {
            return Ok(None);
        }
        let at = self.position();
        let rest = self.remaining();
        let Header { tag, header_len, value_len } = header_at(rest, at)?;
        let available = rest.len() - header_len;
        let too_long = || TlvError::ValueTooLong { at, tag, length: value_len, available };
        let end = header_len.checked_add(value_len).ok_or_else(too_long)?;
        let raw = rest.get(..end).ok_or_else(too_long)?;
        self.next += end;
        Ok(Some(Tlv { tag, value: &raw[header_len..], raw, value_at: at + header_len }))
    }

    /// The next data object, which must have this tag.
    pub fn expect(&mut self, tag: u32) -> Result<Tlv<'a>, TlvError> {
        let at = self.position();
        match self.clone().next()? {
            None => Err(TlvError::Missing { at, expected: tag }),
            Some(found) if found.tag != tag => {
                Err(TlvError::UnexpectedTag { at, expected: tag, found: found.tag })
            }
            Some(found) => {
                self.next += found.raw.len();
                Ok(found)
            }
        }
    }

    /// The next data object if it has this tag; otherwise the reader stays where it is.
    pub fn optional(&mut self, tag: u32) -> Result<Option<Tlv<'a>>, TlvError> {
        match self.clone().next()? {
            Some(found) if found.tag == tag => {
                self.next += found.raw.len();
                Ok(Some(found))
            }
            _ => Ok(None),
        }
    }

    /// The tag of the next data object, `None` at the end. The reader stays where it is.
    pub fn peek_tag(&self) -> Result<Option<u32>, TlvError> {
        Ok(self.clone().next()?.map(|found| found.tag))
    }

    /// Makes sure that nothing follows.
    pub fn finish(&self) -> Result<(), TlvError> {
        match self.remaining().len() {
            0 => Ok(()),
            count => Err(TlvError::TrailingBytes { at: self.position(), count }),
        }
    }

    /// Whether every byte has been read.
    pub fn is_empty(&self) -> bool {
        self.remaining().is_empty()
    }

    /// The bytes not read yet.
    pub fn remaining(&self) -> &'a [u8] {
        self.bytes.get(self.next..).unwrap_or_default()
    }

    /// Where the next data object begins, counted from the start of the outermost input.
    pub fn position(&self) -> usize {
        self.base + self.next
    }
}

/// The one data object with this tag that `bytes` consists of.
pub fn single(bytes: &[u8], tag: u32) -> Result<Tlv<'_>, TlvError> {
    let mut reader = Reader::new(bytes);
    let tlv = reader.expect(tag)?;
    reader.finish()?;
    Ok(tlv)
}

/// Limits for [`validate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most levels of nesting; the outermost data objects are on level 1.
    pub depth: usize,
    /// Most data objects on all levels together.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 16, nodes: 4096 }
    }
}

/// Checks that `bytes` is a sequence of data objects down to the last level, within limits.
///
/// Returns the number of data objects.
pub fn validate(bytes: &[u8], limits: Limits) -> Result<usize, TlvError> {
    let mut nodes = 0;
    validate_level(Reader::new(bytes), 1, &mut nodes, limits)?;
    Ok(nodes)
}

fn validate_level(
    mut reader: Reader<'_>,
    level: usize,
    nodes: &mut usize,
    limits: Limits,
) -> Result<(), TlvError> {
    if level > limits.depth && !reader.is_empty() {
        return Err(TlvError::TooDeep { at: reader.position(), limit: limits.depth });
    }
    while let Some(tlv) = reader.next()? {
        if *nodes == limits.nodes {
            return Err(TlvError::TooManyNodes { at: tlv.at(), limit: limits.nodes });
        }
        *nodes += 1;
        if tlv.is_constructed() {
            validate_level(tlv.children(), level + 1, nodes, limits)?;
        }
    }
    Ok(())
}

/// Encodes one data object with the shortest length field.
pub fn write(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len().saturating_add(10));
    write_into(&mut out, tag, value);
    out
}

/// Appends one data object with the shortest length field.
pub fn write_into(out: &mut Vec<u8>, tag: u32, value: &[u8]) {
    extend_trimmed(out, &tag.to_be_bytes());
    match u8::try_from(value.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let mark = out.len();
            out.push(0x80);
            let octets = extend_trimmed(out, &value.len().to_be_bytes());
            out[mark] |= octets;
        }
    }
    out.extend_from_slice(value);
}

/// Appends big-endian bytes without leading zeros; returns how many.
fn extend_trimmed(out: &mut Vec<u8>, bytes: &[u8]) -> u8 {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let kept = &bytes[zeros..];
    out.extend_from_slice(kept);
    u8::try_from(kept.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
#[path = "tlv_tests.rs"]
mod tests;
