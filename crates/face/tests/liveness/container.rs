//! The container: round trip, truncation, changes.

use face::liveness::UnixMillis;
use face::liveness::capture::{Camera, Capture, CaptureError, Format, Header, Limits, Picture, build};
use proptest::prelude::*;

fn header(label: &str) -> Header {
    let camera = Camera { label: label.to_owned(), width: 640, height: 480, frame_rate_milli: 29_970 };
    Header { session: [3; 32], challenge: [4; 16], started: UnixMillis(1_796_000_000_000), camera }
}

fn small() -> Vec<u8> {
    let pictures: [Picture<'_>; 3] = [
        (0, None, Format::Jpeg, b"first"),
        (33_000, Some(0), Format::Png, b""),
        (33_000, Some(11), Format::WebP, b"third picture"),
    ];
    build(&header("Front camera"), &pictures).to_vec()
}

#[test]
fn a_capture_that_ends_at_any_byte_is_refused() {
    let bytes = small();
    assert!(Capture::parse(&bytes, &Limits::default()).is_ok());
    for length in 0..bytes.len() {
        let read = Capture::parse(&bytes[..length], &Limits::default());
        assert_eq!(read.err(), Some(CaptureError::Truncated), "{length} bytes");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Capture::parse(&longer, &Limits::default()).err(), Some(CaptureError::Trailing));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = small();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert!(Capture::parse(&changed, &Limits::default()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn limits_hold() {
    let bytes = small();
    let usual = Limits::default();
    for limits in [
        Limits { bytes: bytes.len() - 1, ..usual },
        Limits { frames: 2, ..usual },
        Limits { picture: 12, ..usual },
    ] {
        assert_eq!(Capture::parse(&bytes, &limits).err(), Some(CaptureError::TooLarge));
    }
    let exact = Limits { bytes: bytes.len(), frames: 3, picture: 13 };
    assert!(Capture::parse(&bytes, &exact).is_ok());
}

#[test]
fn a_capture_without_frames_or_with_frames_out_of_order_is_refused() {
    let parse = |pictures: &[Picture<'_>]| {
        Capture::parse(&build(&header(""), pictures), &Limits::default())
            .map(|capture| capture.frames().len())
    };
    assert_eq!(parse(&[]), Err(CaptureError::Empty));
    let back = parse(&[(5, None, Format::Jpeg, b"a"), (4, None, Format::Jpeg, b"b")]);
    assert_eq!(back, Err(CaptureError::Frame(1)));
    assert!(back.is_err_and(CaptureError::breaks_binding));
    assert_eq!(parse(&[(5, Some(12), Format::Jpeg, b"a")]), Err(CaptureError::Frame(0)));
}

#[test]
fn frames_of_two_captures_do_not_make_a_third() {
    let one = build(&header("A"), &[(0, None, Format::Jpeg, b"one"), (9, None, Format::Jpeg, b"two")]);
    let two = build(&header("A"), &[(0, None, Format::Jpeg, b"uno"), (9, None, Format::Jpeg, b"two")]);
    assert_eq!(one.len(), two.len());
    let half = one.len() - (12 + 3 + 32);
    let spliced = [&one[..half], &two[half..]].concat();
    assert_eq!(Capture::parse(&spliced, &Limits::default()).err(), Some(CaptureError::ChainBroken(1)));
}

#[test]
fn debug_output_shows_no_picture() {
    let bytes = small();
    let shown = format!("{:?}", Capture::parse(&bytes, &Limits::default()).unwrap().frames());
    assert!(!shown.contains("102, 105") && shown.contains("5 bytes"), "{shown}");
}

proptest! {
    #[test]
    fn a_capture_is_read_as_it_was_written(
        label in ".{0,60}",
        pictures in prop::collection::vec((0..9_000_u32, prop::option::of(0..12_u8), 0..3_usize, prop::collection::vec(any::<u8>(), 0..40)), 1..20),
    ) {
        let formats = [Format::Jpeg, Format::Png, Format::WebP];
        let mut at = 0;
        let pictures: Vec<Picture<'_>> = pictures
            .iter()
            .map(|(later, slot, format, bytes)| {
                at += later;
                (at, *slot, formats[*format], bytes.as_slice())
            })
            .collect();
        let bytes = build(&header(&label), &pictures);
        let read = Capture::parse(&bytes, &Limits::default()).unwrap();
        prop_assert!(read.header().camera.label == label || label.len() > 128);
        prop_assert_eq!(read.header().session, [3; 32]);
        let again: Vec<Picture<'_>> =
            read.frames().iter().map(|f| (f.captured_micros, f.slot, f.format, f.picture)).collect();
        prop_assert_eq!(&again, &pictures);
        prop_assert_eq!(read.root(), read.frames().last().unwrap().hash);
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [b"KCAP\x01".as_slice(), &bytes].concat();
        prop_assert!(Capture::parse(&bytes, &Limits::default()).is_err());
    }
}
