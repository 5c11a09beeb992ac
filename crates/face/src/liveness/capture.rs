//! The capture: the frames as they come from the phone, linked by hashes (R-119, R-137).
//!
//! All numbers are big-endian, so that a page can write them with a `DataView`.
//!
//! ```text
//! header   magic            4   "KCAP"
//!          version          1   1
//!          session         32
//!          challenge       16   its id
//!          started          8   the phone's clock when the first colour appeared, ms since 1970
//!          width, height    2+2 of the video track, as its settings say
//!          frame rate       4   thousandths of frames a second, as its settings say; 0: not known
//!          label            1+n UTF-8, at most 128 bytes
//!          frames           2   how many follow
//! a frame  index            2   0, 1, 2, …
//!          captured         4   µs after `started`, not before the frame before
//!          slot             1   which slot the page was showing; 255: none
//!          format           1   1 JPEG, 2 PNG, 3 WebP
//!          length           4
//!          picture          n   not mirrored
//!          hash            32   H(i)
//! ```
//!
//! `H(-1) = SHA-256("kendt face capture 1 header" || header)` and `H(i) = SHA-256("kendt face capture 1 frame" || H(i-1) || session ||
//! challenge || index || captured || slot || format || length || picture)`. The last hash is the root: it stands for every byte before
//! it, and it is what the key of the app signs.
//!
//! What it does not protect against: anybody can compute the hashes. They tie the frames to each other; only the signature over the root
//! ties them to a phone. Times, label and settings are what the phone says.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::UnixMillis;

const MAGIC: &[u8; 4] = b"KCAP";
const VERSION: u8 = 1;
const HEADER_TAG: &[u8] = b"kendt face capture 1 header";
const FRAME_TAG: &[u8] = b"kendt face capture 1 frame";
/// The longest label of a camera, in bytes.
pub const LONGEST_LABEL: usize = 128;

/// A SHA-256 value of the chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ChainHash(pub [u8; 32]);

/// How the picture of a frame is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// ISO/IEC 15948.
    Png,
    /// RFC 9649.
    WebP,
}

impl Format {
    const ALL: [Format; 3] = [Format::Jpeg, Format::Png, Format::WebP];

    fn number(self) -> u8 {
        match self {
            Format::Jpeg => 1,
            Format::Png => 2,
            Format::WebP => 3,
        }
    }
}

/// What the phone says of its camera.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Camera {
    /// The label of the device.
    pub label: String,
    /// Width of the video track in pixels.
    pub width: u16,
    /// Height of the video track in pixels.
    pub height: u16,
    /// Frame rate in thousandths of a frame a second; 0 if it is not known.
    pub frame_rate_milli: u32,
}

/// What stands before the frames.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The session.
    pub session: [u8; 32],
    /// The id of the challenge.
    pub challenge: [u8; 16],
    /// The phone's clock when the first colour appeared.
    pub started: UnixMillis,
    /// The camera.
    pub camera: Camera,
}

/// One frame of a capture. It does not print its picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its place, from 0.
    pub index: u16,
    /// When it was captured, in microseconds after the first colour appeared, as the phone says.
    pub captured_micros: u32,
    /// The slot of the challenge that the page was showing, as it says.
    pub slot: Option<u8>,
    /// The encoding of the picture.
    pub format: Format,
    /// The encoded picture.
    pub picture: &'a [u8],
    /// Its hash in the chain.
    pub hash: ChainHash,
}

impl Frame<'_> {
    /// When it was captured, in milliseconds after the first colour appeared.
    pub fn captured_millis(&self) -> f64 {
        f64::from(self.captured_micros) / 1000.0
    }
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({}, {} bytes of {:?})", self.index, self.picture.len(), self.format)
    }
}

/// How large a capture may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes in all.
    pub bytes: usize,
    /// Frames.
    pub frames: u16,
    /// Bytes of one picture.
    pub picture: usize,
}

impl Default for Limits {
    /// Eight seconds at 30 frames a second, each of a few tens of kilobytes, with room.
    fn default() -> Self {
        Self { bytes: 32 << 20, frames: 400, picture: 512 << 10 }
    }
}

/// Why bytes are not a capture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CaptureError {
    /// Larger than the limits.
    #[error("the capture is larger than allowed")]
    TooLarge,
    /// It ends in the middle.
    #[error("the capture ends too early")]
    Truncated,
    /// Bytes follow the last frame.
    #[error("bytes follow the last frame")]
    Trailing,
    /// Not the magic or version of a capture.
    #[error("not a capture of a known version")]
    UnknownVersion,
    /// The label is too long, or is not UTF-8.
    #[error("the label of the camera is not valid")]
    Label,
    /// There is no frame.
    #[error("the capture has no frame")]
    Empty,
    /// A frame is not at its place, goes back in time, or has no known slot or format.
    #[error("frame {0} is malformed or out of order")]
    Frame(u16),
    /// The hash of a frame does not belong to it and to the frames before.
    #[error("the chain of hashes breaks at frame {0}")]
    ChainBroken(u16),
}

impl CaptureError {
    /// Whether the frames do not belong together (session binding), rather than being no capture at all.
    pub const fn breaks_binding(self) -> bool {
        matches!(self, CaptureError::ChainBroken(_) | CaptureError::Frame(_))
    }
}

/// A capture whose chain of hashes is right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Capture<'a> {
    header: Header,
    frames: Vec<Frame<'a>>,
    root: ChainHash,
}

impl<'a> Capture<'a> {
    /// Reads a capture and checks its chain. The time is in proportion to the bytes; pictures are not copied and not decoded.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, CaptureError> {
        if bytes.len() > limits.bytes {
            return Err(CaptureError::TooLarge);
        }
        let mut reader = Reader { bytes, at: 0 };
        if reader.array()? != *MAGIC || reader.array()? != [VERSION] {
            return Err(CaptureError::UnknownVersion);
        }
        let (session, challenge) = (reader.array()?, reader.array()?);
        let started = UnixMillis(u64::from_be_bytes(reader.array()?));
        let (width, height) = (u16::from_be_bytes(reader.array()?), u16::from_be_bytes(reader.array()?));
        let frame_rate_milli = u32::from_be_bytes(reader.array()?);
        let [length] = reader.array()?;
        if usize::from(length) > LONGEST_LABEL {
            return Err(CaptureError::Label);
        }
        let label =
            std::str::from_utf8(reader.take(usize::from(length))?).map_err(|_| CaptureError::Label)?;
        let camera = Camera { label: label.to_owned(), width, height, frame_rate_milli };
        let count = u16::from_be_bytes(reader.array()?);
        if count > limits.frames {
            return Err(CaptureError::TooLarge);
        }
        let header = Header { session, challenge, started, camera };
        let mut root = header_hash(bytes.get(..reader.at).unwrap_or(bytes));
        let mut frames: Vec<Frame<'a>> = Vec::with_capacity(usize::from(count));
        for index in 0..count {
            let before = frames.last().map_or(0, |frame| frame.captured_micros);
            let frame = reader.frame(index, before, limits)?;
            root = frame_hash(root, &header.session, &header.challenge, &frame);
            if root != frame.hash {
                return Err(CaptureError::ChainBroken(index));
            }
            frames.push(frame);
        }
        if frames.is_empty() {
            return Err(CaptureError::Empty);
        }
        if reader.at != bytes.len() {
            return Err(CaptureError::Trailing);
        }
        Ok(Self { header, frames, root })
    }

    /// What stands before the frames.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The frames: at least one, in their order.
    pub fn frames(&self) -> &[Frame<'a>] {
        &self.frames
    }

    /// The frame at a place.
    pub fn frame(&self, index: u16) -> Option<&Frame<'a>> {
        self.frames.get(usize::from(index))
    }

    /// The last hash of the chain, which the key of the app signs.
    pub fn root(&self) -> ChainHash {
        self.root
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], CaptureError> {
        let end = self.at.checked_add(count).ok_or(CaptureError::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(CaptureError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CaptureError> {
        self.take(N)?.try_into().map_err(|_| CaptureError::Truncated)
    }

    fn frame(&mut self, index: u16, before: u32, limits: &Limits) -> Result<Frame<'a>, CaptureError> {
        let written = u16::from_be_bytes(self.array()?);
        let captured_micros = u32::from_be_bytes(self.array()?);
        let [slot, format] = self.array()?;
        let slot = (slot != u8::MAX).then_some(slot);
        let format = Format::ALL.into_iter().find(|known| known.number() == format);
        let known = slot.is_none_or(|slot| usize::from(slot) < super::challenge::SLOTS);
        let (true, Some(format)) = (written == index && captured_micros >= before && known, format) else {
            return Err(CaptureError::Frame(index));
        };
        let length = u32::from_be_bytes(self.array()?);
        let length = usize::try_from(length).map_err(|_| CaptureError::TooLarge)?;
        if length > limits.picture {
            return Err(CaptureError::TooLarge);
        }
        let picture = self.take(length)?;
        Ok(Frame { index, captured_micros, slot, format, picture, hash: ChainHash(self.array()?) })
    }
}

fn header_hash(header: &[u8]) -> ChainHash {
    ChainHash(Sha256::new().chain_update(HEADER_TAG).chain_update(header).finalize().into())
}

fn frame_hash(before: ChainHash, session: &[u8; 32], challenge: &[u8; 16], frame: &Frame<'_>) -> ChainHash {
    let hash = Sha256::new()
        .chain_update(FRAME_TAG)
        .chain_update(before.0)
        .chain_update(session)
        .chain_update(challenge)
        .chain_update(frame_head(frame))
        .chain_update(frame.picture);
    ChainHash(hash.finalize().into())
}

/// What stands before the picture of a frame. A length over 32 bits is written as the largest, which no reader takes.
fn frame_head(frame: &Frame<'_>) -> [u8; 12] {
    let mut head = [0; 12];
    head[..2].copy_from_slice(&frame.index.to_be_bytes());
    head[2..6].copy_from_slice(&frame.captured_micros.to_be_bytes());
    head[6] = frame.slot.unwrap_or(u8::MAX);
    head[7] = frame.format.number();
    head[8..].copy_from_slice(&u32::try_from(frame.picture.len()).unwrap_or(u32::MAX).to_be_bytes());
    head
}

/// A picture to be sent: when it was captured (µs after the first colour), which slot was shown, its format and its bytes.
pub type Picture<'a> = (u32, Option<u8>, Format, &'a [u8]);

/// Writes a capture, for the sending side. A label is cut to its limit; what does not fit the limits is for the reader to refuse.
pub fn build(header: &Header, pictures: &[Picture<'_>]) -> Zeroizing<Vec<u8>> {
    let size = pictures.iter().map(|picture| picture.3.len() + 64).sum::<usize>() + 256;
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&header.session);
    bytes.extend_from_slice(&header.challenge);
    bytes.extend_from_slice(&header.started.0.to_be_bytes());
    bytes.extend_from_slice(&header.camera.width.to_be_bytes());
    bytes.extend_from_slice(&header.camera.height.to_be_bytes());
    bytes.extend_from_slice(&header.camera.frame_rate_milli.to_be_bytes());
    let mut label = header.camera.label.as_str();
    while label.len() > LONGEST_LABEL {
        label = label.char_indices().next_back().map_or("", |(last, _)| &label[..last]);
    }
    bytes.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(label.as_bytes());
    let count = u16::try_from(pictures.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&count.to_be_bytes());
    let mut hash = header_hash(&bytes);
    for (index, (captured_micros, slot, format, picture)) in (0..count).zip(pictures) {
        let (captured_micros, slot, format) = (*captured_micros, *slot, *format);
        let mut frame = Frame { index, captured_micros, slot, format, picture, hash };
        hash = frame_hash(hash, &header.session, &header.challenge, &frame);
        frame.hash = hash;
        bytes.extend_from_slice(&frame_head(&frame));
        bytes.extend_from_slice(frame.picture);
        bytes.extend_from_slice(&hash.0);
    }
    bytes
}
