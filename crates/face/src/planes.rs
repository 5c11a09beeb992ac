//! Pictures as networks want to see them: one plane of floating point numbers for each colour.

use zeroize::Zeroizing;

use crate::models::{Channels, InputForm};
use crate::picture::Picture;

/// The planes of a picture in the upper left of an area of `width` x `height`, black elsewhere.
pub(crate) fn planes(picture: &Picture, form: InputForm, width: usize, height: usize) -> Zeroizing<Vec<f32>> {
    let order = match form.channels {
        Channels::Rgb => [0, 1, 2],
        Channels::Bgr => [2, 1, 0],
    };
    let black = (0.0 - form.mean) * form.scale;
    let mut planes = Zeroizing::new(vec![black; 3 * width * height]);
    let row_bytes = picture.width() as usize * 3;
    for (plane, channel) in planes.chunks_exact_mut(width * height).zip(order) {
        for (to, from) in plane.chunks_exact_mut(width).zip(picture.rgb().chunks_exact(row_bytes)) {
            for (value, pixel) in to.iter_mut().zip(from.chunks_exact(3)) {
                *value = (f32::from(pixel[channel]) - form.mean) * form.scale;
            }
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_in_the_order_of_the_card_and_the_rest_is_black() {
        let picture = Picture::from_rgb(1, 1, vec![10, 20, 30]).unwrap();
        let form =
            |channels| InputForm { width: None, height: None, channels, mean: 5.0, scale: 2.0, crop: None };
        assert_eq!(*planes(&picture, form(Channels::Rgb), 2, 1), [10.0, -10.0, 30.0, -10.0, 50.0, -10.0]);
        assert_eq!(*planes(&picture, form(Channels::Bgr), 2, 1), [50.0, -10.0, 30.0, -10.0, 10.0, -10.0]);
    }
}
