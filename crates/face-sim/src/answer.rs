//! An answer as it comes from a phone: the frames of a film in a capture, linked by hashes.

use face::liveness::UnixMillis;
use face::liveness::capture::{Camera, Format, Header, build};
use face::liveness::challenge::Challenge;
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::film::Film;
use crate::output::jpeg;

/// The quality with which a browser encodes what it draws.
const QUALITY: u8 = 88;
/// A frame is late by up to so many microseconds.
const LATE: u32 = 7_000;

/// Films to the end and gives the bytes of the capture. `started` is the phone's clock at the first colour, `label` the name of its camera.
/// Nothing if a frame cannot be rendered or encoded.
pub fn capture(
    film: &mut Film<'_>,
    challenge: &Challenge,
    started: UnixMillis,
    label: &str,
    rng: &mut impl Rng,
) -> Option<Zeroizing<Vec<u8>>> {
    let (mut files, mut size) = (Vec::new(), (0, 0));
    for index in 0..film.frames() {
        let frame = film.frame(index, rng)?;
        size = (frame.picture.width(), frame.picture.height());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a film lasts some seconds, and its times are not negative"
        )]
        let at = 1_000 * frame.at.round() as u32 + rng.next_u32() % LATE;
        files.push((at, jpeg(&frame.picture, QUALITY).ok()?));
    }
    let side = |pixels| u16::try_from(pixels).ok();
    let header = Header {
        session: challenge.session(),
        challenge: challenge.id(),
        started,
        camera: Camera {
            label: label.to_owned(),
            width: side(size.0)?,
            height: side(size.1)?,
            frame_rate_milli: 12_000,
        },
    };
    let pictures: Vec<_> =
        files.iter().map(|(at, file)| (*at, None, Format::Jpeg, file.as_slice())).collect();
    Some(build(&header, &pictures))
}
