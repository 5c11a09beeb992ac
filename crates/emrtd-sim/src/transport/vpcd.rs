//! The chip in a virtual PC/SC reader: the TCP protocol of vpcd (package vsmartcard-vpcd).
//!
//! The chip is the TCP client, one connection is one inserted card. Every message, both ways, is a length of two bytes
//! (big-endian) and that many bytes. A message of one byte controls the card (0 power off, 1 power on, 2 reset, 4 ask
//! for the answer to reset), a longer one is a command APDU, and length 0 takes the card out.
//!
//! The reader writes length and body apart, so that delayed acknowledgements would cost 40 ms for each command: the
//! socket acknowledges at once (`TCP_QUICKACK`), which Linux forgets after every read and is told again each time.
//!
//! The protocol has neither encryption nor authentication: use it on the loopback interface.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::clock::Clock;
use crate::chip::Chip;

/// The port on which the first virtual reader listens.
pub const FIRST_READER_PORT: u16 = 35_963;
/// Contactless card with ISO/IEC 14443-4 and no historical bytes (PC/SC part 3 §3.1.3.2.3).
const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];
/// The longest message that fits its length field.
const LONGEST_MESSAGE: usize = 65_535;
/// How often a waiting chip looks whether it is to stop.
const STOP_POLL: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A reader that does not take an answer for so long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const ASK_FOR_ATR: u8 = 4;

/// What went wrong with the virtual reader.
#[derive(Debug, thiserror::Error)]
pub enum VpcdError {
    /// Nobody listens there.
    #[error("no virtual reader listens on {address}: {source}")]
    Connect {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection to the virtual reader broke: {0}")]
    Connection(#[from] io::Error),
}

/// Asks a serving chip to stop. Clones ask the same chip.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Not yet asked.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks; the chip takes itself out within a tenth of a second.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to stop.
    Stopped,
    /// The reader closed the connection or took the card out.
    ReaderGone,
    /// The chip left the field by itself.
    ChipGone,
    /// As many commands as allowed were served.
    CommandLimit,
}

/// A connection to a virtual reader.
#[derive(Debug, Clone)]
pub struct Vpcd {
    /// Where the reader listens.
    pub address: SocketAddr,
    /// Most commands to serve, `None` for as many as come.
    pub command_limit: Option<u64>,
}

impl Default for Vpcd {
    /// The first virtual reader of this machine.
    fn default() -> Vpcd {
        Vpcd::on_port(FIRST_READER_PORT)
    }
}

enum Message {
    Control(u8),
    Command(Vec<u8>),
    End(Ended),
}

impl Vpcd {
    /// A reader on this machine.
    pub fn on_port(port: u16) -> Vpcd {
        Vpcd { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), command_limit: None }
    }

    /// Inserts the chip and serves it until something ends that. The chip stays usable.
    ///
    /// # Errors
    /// [`VpcdError`] if there is no reader or the connection breaks in the middle of a message.
    pub fn serve(&self, chip: &mut Chip, clock: &mut impl Clock, stop: &Stop) -> Result<Ended, VpcdError> {
        let mut stream = TcpStream::connect_timeout(&self.address, CONNECT_TIMEOUT)
            .map_err(|source| VpcdError::Connect { address: self.address, source })?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(STOP_POLL))?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        chip.power_on();
        let ended = self.serve_connection(&mut stream, chip, clock, stop)?;
        if ended != Ended::ReaderGone {
            // Length 0 takes the card out; a reader that is gone meanwhile does not matter any more.
            let _ = stream.write_all(&[0, 0]);
        }
        chip.reset();
        Ok(ended)
    }

    fn serve_connection(
        &self,
        stream: &mut TcpStream,
        chip: &mut Chip,
        clock: &mut impl Clock,
        stop: &Stop,
    ) -> Result<Ended, VpcdError> {
        let mut served = 0u64;
        loop {
            match receive(stream, stop)? {
                Message::End(ended) => return Ok(ended),
                Message::Control(POWER_ON) => chip.power_on(),
                Message::Control(POWER_OFF | RESET) => chip.reset(),
                Message::Control(ASK_FOR_ATR) => send(stream, &ATR)?,
                Message::Control(_) => {}
                Message::Command(apdu) => {
                    if self.command_limit.is_some_and(|limit| served >= limit) {
                        return Ok(Ended::CommandLimit);
                    }
                    served = served.saturating_add(1);
                    let answer = chip.exchange(&apdu);
                    clock.advance(chip.take_elapsed());
                    let Some(answer) = answer else { return Ok(Ended::ChipGone) };
                    send(stream, &answer)?;
                }
            }
        }
    }
}

/// One message. The wait for its first byte may be ended by `stop`.
fn receive(stream: &mut TcpStream, stop: &Stop) -> Result<Message, VpcdError> {
    let mut length = [0; 2];
    if let Some(ended) = fill(stream, &mut length, stop)? {
        return Ok(Message::End(ended));
    }
    let length = usize::from(u16::from_be_bytes(length));
    if length == 0 {
        return Ok(Message::End(Ended::ReaderGone));
    }
    let mut body = vec![0; length];
    if let Some(ended) = fill(stream, &mut body, stop)? {
        return Ok(Message::End(ended));
    }
    Ok(match body.as_slice() {
        [control] => Message::Control(*control),
        _ => Message::Command(body),
    })
}

/// Fills the buffer, or says why there is nothing more to come.
fn fill(stream: &mut TcpStream, buffer: &mut [u8], stop: &Stop) -> Result<Option<Ended>, VpcdError> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        if stop.is_stopped() {
            return Ok(Some(Ended::Stopped));
        }
        acknowledge_at_once(stream)?;
        match stream.read(rest) {
            Ok(0) => return Ok(Some(Ended::ReaderGone)),
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {}
                io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
                    return Ok(Some(Ended::ReaderGone));
                }
                _ => return Err(error.into()),
            },
        }
    }
    Ok(None)
}

/// Sends one message, in one write. An answer beyond the length field (only hostile chips have one) is cut, and an
/// empty one, which would take the card out, becomes a single byte.
fn send(stream: &mut TcpStream, body: &[u8]) -> Result<(), VpcdError> {
    let body = match body {
        [] => &[0x00],
        body => body.get(..LONGEST_MESSAGE).unwrap_or(body),
    };
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
    let mut message = Vec::with_capacity(body.len().saturating_add(2));
    message.extend(length.to_be_bytes());
    message.extend_from_slice(body);
    stream.write_all(&message)?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) -> io::Result<()> {
    rustix::net::sockopt::set_tcp_quickack(stream, true)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) -> io::Result<()> {
    Ok(())
}
