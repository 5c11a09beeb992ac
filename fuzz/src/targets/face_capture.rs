//! Captures of faces and challenges, as phones and pages send them.

use face::liveness::UnixMillis;
use face::liveness::capture::{Camera, Capture, Format, Header, Limits, Picture, build};
use face::liveness::challenge::Challenge;
use face::liveness::fingerprint;

use crate::oracle::{explained, sound};

/// A capture that is read is written as itself; every picture in it has an encoder or none; and a challenge has one form only.
pub fn run(bytes: &[u8]) {
    match Challenge::from_bytes(bytes) {
        Ok(challenge) => assert_eq!(challenge.to_bytes(), bytes, "a challenge has a second form"),
        Err(error) => explained(bytes, &error),
    }
    let _ = fingerprint::encoder(bytes);
    let limits = Limits { bytes: 1 << 20, frames: 64, picture: 1 << 16 };
    // The hashes of the input are hardly ever right, so that what lies behind them is reached with right ones only.
    let repaired = repair(bytes);
    for bytes in [Some(bytes), repaired.as_deref()].into_iter().flatten() {
        let Some(read) = sound(bytes, Capture::parse(bytes, &limits)) else { continue };
        let pictures: Vec<Picture<'_>> = read
            .frames()
            .iter()
            .map(|frame| {
                let _ = fingerprint::encoder(frame.picture);
                (frame.captured_micros, frame.slot, frame.format, frame.picture)
            })
            .collect();
        let written = build(read.header(), &pictures);
        assert_eq!(written.as_slice(), bytes, "a capture has a second form");
        let last = read.frames().last().map(|frame| frame.hash);
        assert_eq!(last, Some(read.root()), "the root is not the last hash");
    }
}

/// The same capture with right hashes, if its frames can be told apart.
fn repair(bytes: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let label_length = usize::from(*bytes.get(69)?);
    let label = std::str::from_utf8(bytes.get(70..70 + label_length)?).ok()?;
    let header = Header {
        session: bytes.get(5..37)?.try_into().ok()?,
        challenge: bytes.get(37..53)?.try_into().ok()?,
        started: UnixMillis(u64::from_be_bytes(bytes.get(53..61)?.try_into().ok()?)),
        camera: Camera {
            label: label.to_owned(),
            width: word(61)?,
            height: word(63)?,
            frame_rate_milli: long(65)?,
        },
    };
    let mut at = 72 + label_length;
    let mut pictures: Vec<Picture<'_>> = Vec::new();
    while let (Some(time), Some(head)) = (long(at + 2), bytes.get(at + 6..at + 8)) {
        let length = usize::try_from(long(at + 8)?).ok()?;
        let picture = bytes.get(at + 12..(at + 12).checked_add(length)?)?;
        let format = [Format::Jpeg, Format::Png, Format::WebP][usize::from(head[1]) % 3];
        pictures.push((time, (head[0] != u8::MAX).then_some(head[0]), format, picture));
        at += 12 + length + 32;
        if pictures.len() > 64 {
            break;
        }
    }
    Some(build(&header, &pictures).to_vec())
}

/// Small captures, and a challenge.
pub fn seeds() -> Vec<Vec<u8>> {
    let camera =
        Camera { label: "Front camera".to_owned(), width: 640, height: 480, frame_rate_milli: 30_000 };
    let header =
        Header { session: [1; 32], challenge: [2; 16], started: UnixMillis(1_796_000_000_000), camera };
    let jpeg = [&[0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0][..], &[16; 64], &[0xFF, 0xDA, 0, 2]].concat();
    let pictures: [Picture<'_>; 3] = [
        (0, None, Format::Jpeg, &jpeg),
        (33_000, Some(0), Format::Png, b"\x89PNG"),
        (66_000, Some(11), Format::WebP, b"RIFF"),
    ];
    let mut seeds: Vec<Vec<u8>> = (0..=3).map(|count| build(&header, &pictures[..count]).to_vec()).collect();
    let drawn = Challenge::draw([3; 32], UnixMillis(1_796_000_000_000), &mut crate::specimens::rng(9));
    seeds.extend(drawn.ok().map(|challenge| challenge.to_bytes()));
    seeds.push(jpeg);
    seeds
}
