//! Embedding: an aligned face becomes a [`Template`], a vector that lies near to others of the same person.

#![expect(
    clippy::cast_possible_truncation,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use zeroize::Zeroizing;

use crate::align::align;
use crate::compare::Template;
use crate::geometry::Landmarks;
use crate::networks::{EngineError, Networks};
use crate::picture::Picture;
use crate::planes::planes;

impl Networks {
    /// The template of the face with these points.
    pub fn embed(&self, picture: &Picture, landmarks: &Landmarks) -> Result<Template, EngineError> {
        self.embed_aligned(&align(picture, landmarks)?)
    }

    /// The template of a face that [`align`] has aligned.
    pub fn embed_aligned(&self, aligned: &Picture) -> Result<Template, EngineError> {
        let mut sum = self.vector(aligned)?;
        if self.mirror {
            let mirrored = mirror(aligned).ok_or(EngineError::Landmarks)?;
            for (value, other) in sum.iter_mut().zip(self.vector(&mirrored)?.iter()) {
                *value += other;
            }
        }
        Template::of(&sum, *self.embedder.card.sha256()).ok_or_else(|| self.embedder.outputs_differ())
    }

    /// The embedding of unit length.
    fn vector(&self, aligned: &Picture) -> Result<Zeroizing<Vec<f32>>, EngineError> {
        let (width, height) = (aligned.width() as usize, aligned.height() as usize);
        let input = planes(aligned, self.embedder.form(), width, height);
        let mut outputs = self.run(&self.embedder, height, width, &input)?;
        let mut vector =
            outputs.pop().filter(|_| outputs.is_empty()).ok_or_else(|| self.embedder.outputs_differ())?;
        if vector.len() != self.dimensions || !to_unit_length(&mut vector) {
            return Err(self.embedder.outputs_differ());
        }
        Ok(vector)
    }
}

/// Divides a vector by its length; false if that is zero or not a number.
pub(crate) fn to_unit_length(vector: &mut [f32]) -> bool {
    let length = vector.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() || length < 1e-9 {
        return false;
    }
    for value in vector {
        *value = (f64::from(*value) / length) as f32;
    }
    true
}

fn mirror(picture: &Picture) -> Option<Picture> {
    let mut pixels = Vec::with_capacity(picture.rgb().len());
    for row in picture.rgb().chunks_exact(picture.width() as usize * 3) {
        pixels.extend(row.rchunks_exact(3).flatten());
    }
    Picture::from_rgb(picture.width(), picture.height(), pixels)
}
