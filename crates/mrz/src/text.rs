//! From text to lines: splitting, blanks, case.

use crate::error::MrzError;
use crate::format::Format;

/// The longest text accepted, in bytes: three lines of 44 characters with room for blanks.
pub const MAX_INPUT_BYTES: usize = 256;

/// A line as bytes of the source. Characters outside ASCII become `?`, one for each, so that columns
/// stay those that the person sees.
pub(crate) type Line = Vec<u8>;

/// Splits text at line breaks; blank lines and blanks at line ends are dropped, small letters are
/// raised. Blanks within a line stay, and are refused later as characters.
pub(crate) fn split(text: &str) -> Result<Vec<Line>, MrzError> {
    if text.len() > MAX_INPUT_BYTES {
        return Err(MrzError::TooLong { length: text.len(), limit: MAX_INPUT_BYTES });
    }
    Ok(text
        .split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.chars().map(byte_of).collect())
        .collect())
}

fn byte_of(character: char) -> u8 {
    u8::try_from(character).ok().filter(u8::is_ascii).map_or(b'?', |byte| byte.to_ascii_uppercase())
}

/// Lines of one layout, taken from one to three lines of text. An unbroken text is cut.
pub(crate) fn lay_out(lines: Vec<Line>) -> Result<(Format, Vec<Line>), MrzError> {
    let lengths: Vec<usize> = lines.iter().map(Vec::len).collect();
    let (length, lines) = match lengths[..] {
        [30, 30, 30] => (30, lines),
        [36, 36] => (36, lines),
        [44, 44] => (44, lines),
        [total @ (72 | 88)] => (total / 2, cut(&lines, total / 2)),
        [90] => (30, cut(&lines, 30)),
        _ => return Err(MrzError::LineLengths { lengths }),
    };
    let is_visa = lines.first().and_then(|line| line.first()) == Some(&b'V');
    let format = match (length, is_visa) {
        (30, _) => Format::Td1,
        (36, false) => Format::Td2,
        (36, true) => Format::MrvB,
        (_, false) => Format::Td3,
        (_, true) => Format::MrvA,
    };
    Ok((format, lines))
}

fn cut(lines: &[Line], length: usize) -> Vec<Line> {
    lines.iter().flat_map(|line| line.chunks(length).map(<[u8]>::to_vec)).collect()
}
