//! Pictures in every encoding that a chip or a phone sends, and bytes that only claim to be one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

use face::decode::{DecodeError, Encoding, Limits, decode_frame, decode_portrait};
use face::picture::Picture;
use proptest::prelude::*;

/// Red, green and blue of a pixel at x, y.
type Expected = fn(i32, i32) -> [i32; 3];
type Decode = fn(&[u8], &Limits) -> Result<Picture, DecodeError>;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../testdata/images/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn colour(x: i32, y: i32) -> [i32; 3] {
    let in_disc = (x - 24).pow(2) + (y - 20).pow(2) < 150;
    [40 + 4 * x, 60 + 3 * y, if in_disc { 200 - 2 * x } else { 90 }]
}

fn grey(x: i32, _: i32) -> [i32; 3] {
    [40 + 4 * x; 3]
}

fn stripes(x: i32, _: i32) -> [i32; 3] {
    [[200, 30, 40], [30, 180, 60], [20, 40, 220], [240, 240, 10]][usize::try_from(x / 12).unwrap()]
}

/// The largest difference and the mean difference of a sample.
fn difference(picture: &Picture, expected: Expected) -> (i32, f64) {
    assert_eq!((picture.width(), picture.height()), (48, 40));
    let differences: Vec<i32> = (0..40)
        .flat_map(|y| (0..48).map(move |x| (x, y)))
        .zip(picture.rgb().as_chunks::<3>().0)
        .flat_map(|((x, y), found)| (0..3).map(move |i| (expected(x, y)[i] - i32::from(found[i])).abs()))
        .collect();
    let sum: i32 = differences.iter().sum();
    (*differences.iter().max().unwrap(), f64::from(sum) / f64::from(48 * 40 * 3))
}

#[test]
fn encodings_without_loss_give_every_pixel_back() {
    let all: [(&str, Decode, Expected); 9] = [
        ("colour.jp2", decode_portrait, colour),
        ("colour.j2k", decode_portrait, colour),
        ("tiles.j2k", decode_portrait, colour),
        ("grey.jp2", decode_portrait, grey),
        ("grey16.j2k", decode_portrait, grey),
        ("palette.jp2", decode_portrait, stripes),
        ("colour.png", decode_frame, colour),
        ("grey16.png", decode_frame, grey),
        ("colour.webp", decode_frame, colour),
    ];
    for (name, decode, expected) in all {
        let picture =
            decode(&sample(name), &Limits::PORTRAIT).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(difference(&picture, expected).0, 0, "{name}");
    }
}

#[test]
fn encodings_with_loss_look_the_same() {
    let all: [(&str, Expected); 5] = [
        ("baseline.jpg", colour),
        ("progressive.jpg", colour),
        ("cmyk.jpg", colour),
        ("grey.jpg", grey),
        ("lossy.jp2", colour),
    ];
    for (name, expected) in all {
        let picture = decode_portrait(&sample(name), &Limits::PORTRAIT)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (_, mean) = difference(&picture, expected);
        assert!(mean < 7.0, "{name}: {mean}");
    }
}

#[test]
fn a_palette_of_png_that_ends_inside_an_entry_is_damaged() {
    let whole = sample("palette.png");
    let at = whole.windows(4).position(|window| window == b"PLTE").unwrap();
    let length = u32::from_be_bytes(whole[at - 4..at].try_into().unwrap()) as usize;
    for kept in 1..length {
        // The checksum is over the type and the entries; the library is told to look at it, so it has to be right.
        let mut cut = whole[..at - 4].to_vec();
        cut.extend_from_slice(&u32::try_from(kept).unwrap().to_be_bytes());
        cut.extend_from_slice(&whole[at..at + 4 + kept]);
        cut.extend_from_slice(&crc(&whole[at..at + 4 + kept]).to_be_bytes());
        cut.extend_from_slice(&whole[at + 8 + length..]);
        let decoded = decode_frame(&cut, &Limits::FRAME);
        assert_eq!(decoded.is_err(), kept % 3 != 0, "{kept}");
    }
}

/// The checksum of a chunk (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn a_palette_of_png_is_resolved() {
    let picture = decode_frame(&sample("palette.png"), &Limits::FRAME).unwrap();
    assert!(difference(&picture, colour).1 < 12.0);
}

#[test]
fn a_jp2_with_bytes_behind_its_end_or_without_colours_is_read() {
    let mut trailing = sample("colour.jp2");
    trailing.extend_from_slice(b"and more");
    assert_eq!(difference(&decode_portrait(&trailing, &Limits::PORTRAIT).unwrap(), colour).0, 0);
    let mut nameless = sample("colour.jp2");
    let at = nameless.windows(4).position(|window| window == b"colr").unwrap();
    nameless[at..at + 4].copy_from_slice(b"free");
    assert_eq!(difference(&decode_portrait(&nameless, &Limits::PORTRAIT).unwrap(), colour).0, 0);
}

#[test]
fn what_a_picture_is_stands_in_its_first_bytes() {
    assert_eq!(decode_portrait(&[], &Limits::PORTRAIT).unwrap_err(), DecodeError::Empty);
    for name in ["colour.png", "colour.webp"] {
        assert!(
            matches!(decode_portrait(&sample(name), &Limits::PORTRAIT), Err(DecodeError::Unknown(_))),
            "{name}"
        );
    }
    assert!(matches!(decode_frame(&sample("colour.jp2"), &Limits::FRAME), Err(DecodeError::Unknown(_))));
    assert!(matches!(decode_frame(b"GIF89a", &Limits::FRAME), Err(DecodeError::Unknown(_))));
}

fn refused(bytes: &[u8], decode: Decode, limits: &Limits) -> &'static str {
    match decode(bytes, limits) {
        Err(DecodeError::TooLarge { what, asked, allowed }) => {
            assert!(asked > allowed);
            what
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_limit_holds_for_each_encoding() {
    let all: [(&str, Decode); 4] = [
        ("baseline.jpg", decode_portrait),
        ("colour.jp2", decode_portrait),
        ("colour.png", decode_frame),
        ("colour.webp", decode_frame),
    ];
    for (name, decode) in all {
        let bytes = sample(name);
        let with = |change: fn(&mut Limits)| {
            let mut limits = Limits::FRAME;
            change(&mut limits);
            refused(&bytes, decode, &limits)
        };
        assert_eq!(with(|limits| limits.bytes = 100), "bytes", "{name}");
        assert_eq!(with(|limits| limits.side = 47), "pixels along a side", "{name}");
        assert_eq!(with(|limits| limits.pixels = 48 * 40 - 1), "pixels", "{name}");
        assert_eq!(with(|limits| limits.samples = 48 * 40 * 3 - 1), "samples to be worked on", "{name}");
    }
}

#[test]
fn a_codestream_that_claims_more_than_a_portrait_has_is_refused_before_it_is_decoded() {
    let codestream = sample("colour.j2k");
    // Offsets count from the start of the codestream: SOC, SIZ, length, capabilities, then width.
    let changed = |at: usize, value: &[u8]| {
        let mut bytes = codestream.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        refused(&bytes, decode_portrait, &Limits::PORTRAIT)
    };
    assert_eq!(changed(8, &[0x02, 0, 0, 0]), "pixels along a side");
    assert_eq!(changed(8, &[0, 0, 0x10, 0, 0, 0, 0x10, 0]), "pixels");
    assert_eq!(changed(24, &[0, 0, 0, 1, 0, 0, 0, 1]), "tiles");
    assert_eq!(changed(42, &[0x25]), "bits in a sample");
    let coding_style = codestream.windows(2).position(|pair| pair == [0xFF, 0x52]).unwrap();
    assert_eq!(changed(coding_style + 6, &[0xFF, 0xFF]), "layers");
}

/// Start, size segment of `side` x `side` in three components, one coding style, one step size for each sub-band, one empty tile.
fn codestream(side: u32, coding_style: &[u8], in_tile: &[u8]) -> Vec<u8> {
    let long = |value: u32| value.to_be_bytes();
    let mut bytes = b"\xFF\x4F\xFF\x51\x00\x2F\x00\x00".to_vec();
    for value in [side, side, 0, 0, side, side, 0, 0] {
        bytes.extend_from_slice(&long(value));
    }
    bytes.extend_from_slice(b"\x00\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01");
    bytes.extend_from_slice(coding_style);
    bytes.extend_from_slice(b"\xFF\x5C\x00\x13\x40");
    bytes.extend_from_slice(&[0x40; 16]);
    bytes.extend_from_slice(b"\xFF\x90\x00\x0A\x00\x00");
    bytes.extend_from_slice(&long(u32::try_from(14 + in_tile.len() + 64).unwrap()));
    bytes.extend_from_slice(b"\x00\x01");
    bytes.extend_from_slice(in_tile);
    bytes.extend_from_slice(b"\xFF\x93");
    bytes.extend_from_slice(&[0; 64]);
    bytes.extend_from_slice(b"\xFF\xD9");
    bytes
}

#[test]
fn a_codestream_of_200_bytes_that_asks_for_millions_of_parts_is_refused_wherever_it_says_so() {
    // Five levels, code blocks of 64 x 64.
    let sound = b"\xFF\x52\x00\x0C\x00\x00\x00\x01\x01\x05\x04\x04\x00\x01";
    // Precincts of 2 x 2.
    let precincts = b"\xFF\x52\x00\x12\x01\x00\x00\x01\x01\x05\x04\x04\x00\x01\x11\x11\x11\x11\x11\x11";
    // The same for the second component, with a length that is not asked.
    let component = b"\xFF\x53\x00\x00\x01\x01\x05\x04\x04\x00\x01\x11\x11\x11\x11\x11\x11";
    // Code blocks of 4 x 4, in 32 layers.
    let blocks = b"\xFF\x52\x00\x0C\x00\x00\x00\x20\x01\x05\x00\x00\x00\x01";
    let decoded = decode_portrait(&codestream(1_024, sound, b""), &Limits::PORTRAIT).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (1_024, 1_024));
    for bytes in [
        codestream(1_024, precincts, b""),
        codestream(1_024, blocks, b""),
        codestream(1_024, &[sound.as_slice(), component].concat(), b""),
        codestream(1_024, sound, precincts),
        codestream(1_024, sound, component),
    ] {
        assert_eq!(refused(&bytes, decode_portrait, &Limits::PORTRAIT), "parts");
    }
}

#[test]
fn a_codestream_that_goes_over_its_parts_again_and_again_is_refused() {
    let mut coding_style = b"\xFF\x52\x00\x0C\x00\x00\x00\x01\x01\x05\x04\x04\x00\x01".to_vec();
    assert!(decode_portrait(&codestream(256, &coding_style, b""), &Limits::PORTRAIT).is_ok());
    let change = b"\x00\x00\x00\x01\x06\x03\x02";
    coding_style.extend_from_slice(b"\xFF\x5F\x00\xE9");
    coding_style.extend(change.repeat(33));
    let bytes = codestream(256, &coding_style, b"");
    assert_eq!(refused(&bytes, decode_portrait, &Limits::PORTRAIT), "progression order changes");
}

#[test]
fn a_palette_of_more_channels_than_a_picture_has_is_refused() {
    let palette = sample("palette.jp2");
    let find = |name: &[u8]| palette.windows(4).position(|window| window == name).unwrap();
    let mut columns = palette.clone();
    columns[find(b"pclr") + 6] = 255;
    assert_eq!(refused(&columns, decode_portrait, &Limits::PORTRAIT), "columns of a palette");
    let mut mapping = palette.clone();
    mapping[find(b"cmap") - 2] = 0x40;
    assert_eq!(refused(&mapping, decode_portrait, &Limits::PORTRAIT), "bytes of a component mapping");
    let mut endless = palette.clone();
    endless[find(b"cmap") - 4..find(b"cmap")].fill(0);
    let endless = decode_portrait(&endless, &Limits::PORTRAIT);
    assert!(matches!(endless, Err(DecodeError::Unsupported { .. })), "{endless:?}");
}

#[test]
fn a_hidden_second_codestream_is_looked_at_too() {
    let mut bytes = sample("colour.jp2");
    let mut bomb = sample("colour.j2k");
    bomb[8..12].copy_from_slice(&[0x02, 0, 0, 0]);
    bytes.extend_from_slice(&bomb);
    assert_eq!(refused(&bytes, decode_portrait, &Limits::PORTRAIT), "pixels along a side");
}

#[test]
fn a_jpeg_of_a_thousand_scans_is_refused_unseen() {
    let mut bytes = sample("progressive.jpg");
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0];
    let end = bytes.len() - 2;
    for _ in 0..50_000 {
        bytes.splice(end..end, scan);
    }
    assert_eq!(refused(&bytes, decode_portrait, &Limits::PORTRAIT), "samples to be worked on");
}

#[test]
fn a_photograph_on_its_side_is_turned_and_a_portrait_is_not() {
    // Orientation 6: the row at the right is the top.
    let mut exif =
        b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
            .to_vec();
    let mut bytes = sample("baseline.jpg");
    let rest = bytes.split_off(2);
    bytes.append(&mut exif);
    bytes.extend_from_slice(&rest);
    let upright = decode_frame(&bytes, &Limits::FRAME).unwrap();
    assert_eq!((upright.width(), upright.height()), (40, 48));
    let as_stored = decode_portrait(&bytes, &Limits::PORTRAIT).unwrap();
    assert_eq!((as_stored.width(), as_stored.height()), (48, 40));
    assert_eq!(upright.rgb()[39 * 3..40 * 3], as_stored.rgb()[..3]);
}

#[test]
fn pictures_of_published_samples_decode() {
    let Ok(corpora) = std::env::var("KENDT_CORPORA") else {
        eprintln!("skipped: KENDT_CORPORA does not name the corpora");
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(format!("{corpora}/06-images")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            let bytes = std::fs::read(&path).unwrap();
            let picture = decode_portrait(&bytes, &Limits::PORTRAIT);
            // The encoding is told from the bytes: one of them is no JPEG.
            assert!(picture.is_ok(), "{}: {picture:?}", path.display());
            count += 1;
        }
    }
    assert!(count >= 3);
}

fn every_sample() -> Vec<(Vec<u8>, Decode)> {
    let portraits = [
        "baseline.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "grey.jpg",
        "colour.jp2",
        "colour.j2k",
        "tiles.j2k",
        "grey16.j2k",
        "palette.jp2",
        "lossy.jp2",
    ];
    let frames = ["baseline.jpg", "colour.png", "grey16.png", "palette.png", "colour.webp"];
    let portraits = portraits.map(|name| (sample(name), decode_portrait as Decode));
    portraits.into_iter().chain(frames.map(|name| (sample(name), decode_frame as Decode))).collect()
}

#[test]
fn a_picture_cut_off_anywhere_is_an_error_or_a_picture_and_never_a_panic() {
    for (bytes, decode) in every_sample() {
        for length in 0..bytes.len() {
            if let Ok(picture) = decode(&bytes[..length], &Limits::FRAME) {
                assert_eq!((picture.width(), picture.height()), (48, 40));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_give_an_error_or_a_picture_within_the_limits(
        which in 0usize..15,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (mut bytes, decode) = every_sample().swap_remove(which);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let limits = Limits { side: 512, pixels: 65_536, ..Limits::PORTRAIT };
        if let Ok(picture) = decode(&bytes, &limits) {
            prop_assert!(picture.width() <= 512 && picture.height() <= 512);
        }
    }
}

#[test]
fn an_encoding_is_named_as_people_know_it() {
    assert_eq!(DecodeError::Damaged(Encoding::Jpeg2000).to_string(), "the JPEG 2000 picture is damaged");
}
