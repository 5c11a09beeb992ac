//! Plots as SVG, written by hand: no browser, no library, readable in a diff.
//!
//! Colours follow the reader's preference for light or dark; the background is drawn, so that a plot stays readable
//! wherever it is embedded. Every plot carries a title and a description for those who cannot see it.

mod bars;
mod lines;
mod svg;

pub use bars::{Bar, BarChart, Dot, DotChart};
pub use lines::{LineChart, Mark, Series};
