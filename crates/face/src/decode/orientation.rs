//! The orientation of a photograph (Exif 2.32 §4.6.4, tag 0112) and the turn that it asks for.

use crate::picture::Picture;

const ORIENTATION: u16 = 0x0112;
/// Type SHORT.
const SHORT: u16 = 3;

/// The orientation in Exif data without their identifier, 1 (upright) to 8; 1 if there is none or it cannot be read.
pub(super) fn read(exif: &[u8]) -> u8 {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    find(tiff).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

fn find(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map_while(|index| directory.checked_add(2 + 12 * index))
        .find(|&entry| short(entry) == Some(ORIENTATION) && short(entry + 2) == Some(SHORT))
        .and_then(|entry| u8::try_from(short(entry + 8)?).ok())
}

/// The picture upright. `orientation` is 1 to 8; anything else leaves it as it is.
pub(super) fn turn(picture: Picture, orientation: u8) -> Option<Picture> {
    if !(2..=8).contains(&orientation) {
        return Some(picture);
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let sideways = orientation >= 5;
    let (new_width, new_height) = if sideways { (height, width) } else { (width, height) };
    let mut turned = Vec::with_capacity(picture.rgb().len());
    for row in 0..new_height {
        for column in 0..new_width {
            let (x, y) = match orientation {
                2 => (width - 1 - column, row),
                3 => (width - 1 - column, height - 1 - row),
                4 => (column, height - 1 - row),
                5 => (row, column),
                6 => (row, height - 1 - column),
                7 => (width - 1 - row, height - 1 - column),
                _ => (width - 1 - row, column),
            };
            turned.extend_from_slice(picture.rgb().get((y * width + x) * 3..)?.get(..3)?);
        }
    }
    Picture::from_rgb(u32::try_from(new_width).ok()?, u32::try_from(new_height).ok()?, turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two columns, one row: red, green.
    fn red_green() -> Picture {
        Picture::from_rgb(2, 1, vec![255, 0, 0, 0, 255, 0]).unwrap()
    }

    fn exif(order: [u8; 2], value: u8) -> Vec<u8> {
        let little = order == *b"II";
        let short = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let long = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut tiff = order.to_vec();
        tiff.extend(short(42));
        tiff.extend(long(8));
        tiff.extend(short(1));
        tiff.extend(short(ORIENTATION));
        tiff.extend(short(SHORT));
        tiff.extend(long(1));
        tiff.extend(short(value.into()));
        tiff.extend(short(0));
        tiff
    }

    #[test]
    fn the_orientation_is_read_in_both_byte_orders_and_1_where_it_makes_no_sense() {
        for order in [*b"II", *b"MM"] {
            for value in 1..=8 {
                assert_eq!(read(&exif(order, value)), value);
            }
            assert_eq!(read(&exif(order, 9)), 1);
            let whole = exif(order, 6);
            for length in 0..whole.len() - 2 {
                assert_eq!(read(&whole[..length]), if length < 20 { 1 } else { 6 }, "{length}");
            }
        }
        assert_eq!(read(b"II*\0\xFF\xFF\xFF\xFF"), 1);
    }

    #[test]
    fn every_orientation_puts_the_first_pixel_where_exif_says() {
        // For 2 x 1 pixels: where red is afterwards, and whether the picture stands on its side.
        let red_is_first =
            [(1, true), (2, false), (3, false), (4, true), (5, true), (6, true), (7, false), (8, false)];
        for (orientation, first) in red_is_first {
            let turned = turn(red_green(), orientation).unwrap();
            let size = if orientation >= 5 { (1, 2) } else { (2, 1) };
            assert_eq!((turned.width(), turned.height()), size, "{orientation}");
            assert_eq!(turned.rgb()[0] == 255, first, "{orientation}");
        }
    }
}
