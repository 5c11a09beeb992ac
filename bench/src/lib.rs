//! What a read costs: network waits, time, processor and instructions; against a peer in the same run.
//!
//! | module | question |
//! |---|---|
//! | [`network`] | how long do people wait for the network? |
//! | [`server`] | how many reads does a core do in a second? |
//! | [`peer`] | is our terminal as fast as the crate dmrtd? |
//! | [`faces`] | what does a comparison of faces cost, against ONNX Runtime? |
//! | [`instructions`] | where do instructions go, counted and not timed? |
//!
//! Nothing in here asks a clock: the program that measures hands its clock in. Nothing is asserted of time either;
//! ordinary tests (`tests/counts.rs`) hold what is the same on every machine: waits, commands, virtual time.

pub mod authenticity;
pub mod drive;
pub mod faces;
pub mod instructions;
pub mod machine;
pub mod network;
pub mod peer;
pub mod plot;
pub mod report;
pub mod server;
pub mod specimen;
pub mod statistics;
