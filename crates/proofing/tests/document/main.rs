//! From a chip to a verdict on its document: every built-in kind of document, and documents with one byte changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod chip;
mod face;
mod files;
mod genuine;
mod support;
mod tampered;
mod whole;
