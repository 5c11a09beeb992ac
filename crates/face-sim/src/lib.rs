//! People and attackers before a camera, rendered from one portrait each: for tests and demonstrations, never for an evaluation.
//!
//! A [`head`] is a surface with depth under a portrait; a [`scene`] is what stands before the camera, the head or an attack
//! instrument (ISO/IEC 30107-1); a [`script`] says which colours the screen shows and how the head moves; a [`sensor`] makes
//! frames with noise of it; [`film`] puts them together, and [`output`] writes what a browser takes for a camera.
//!
//! What it does not show:
//! - **It is circular.** The light and the depth are what the evaluation looks for, by the same physics and the same hand. That a
//!   rendered person passes and a rendered attack fails says that the way holds together; it gives no error rate (ISO/IEC 30107-3
//!   asks for real people and real instruments).
//! - **It is too easy.** The head is one smooth surface without expression, hair, glasses or cast shadows. Skin reflects diffusely
//!   only, and the shading of the portrait is taken for colour. The room is lit evenly, and no hand holds the photograph.
//! - A rendered person *is* an injection attack, of the kind that pixels do not tell from a camera.

pub mod answer;
pub mod film;
pub mod head;
pub mod linear;
pub mod output;
pub mod scene;
pub mod script;
pub mod sensor;
