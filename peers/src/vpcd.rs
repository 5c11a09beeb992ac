//! The chip's side of the virtual reader `vpcd`: a chip behind a TCP connection, which stands for an inserted card.
//!
//! Every message, both ways, is a big-endian 16-bit length and that many bytes. One byte towards the chip is a control:
//! power off (0), power on (1), reset (2), all unanswered, and "send the ATR" (4), which also polls for presence. More
//! bytes are a command APDU, answered by one response APDU.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::thread::{self, JoinHandle};

/// A chip as a reader sees it.
pub trait Chip {
    /// The field went off or the card was reset: forget the session.
    fn reset(&mut self);
    /// The answer to reset.
    fn atr(&self) -> Vec<u8>;
    /// Answers one command APDU.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;
}

/// Length 0 towards the reader, or the end of the connection, takes the card out.
const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const SEND_ATR: u8 = 4;

/// A card in the reader; taken out when dropped.
pub struct Inserted<C> {
    connection: TcpStream,
    service: Option<JoinHandle<C>>,
}

impl<C: Chip + Send + 'static> Inserted<C> {
    /// Serves `chip` on a connection to the virtual reader, until either side closes it.
    pub fn serve(connection: TcpStream, chip: C) -> io::Result<Self> {
        connection.set_nodelay(true)?;
        let stream = connection.try_clone()?;
        let service = thread::spawn(move || {
            let mut chip = chip;
            if let Err(error) = answer_all(stream, &mut chip) {
                eprintln!("virtual reader: {error}");
            }
            chip
        });
        Ok(Self { connection, service: Some(service) })
    }

    /// Takes the card out and gives the chip back, to look at what it saw. `None` if the chip panicked.
    pub fn remove(mut self) -> Option<C> {
        self.hang_up();
        self.service.take()?.join().ok()
    }
}

impl<C> Inserted<C> {
    fn hang_up(&self) {
        // Already closed by the reader is as good.
        drop(self.connection.shutdown(Shutdown::Both));
    }
}

impl<C> Drop for Inserted<C> {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn answer_all(mut stream: TcpStream, chip: &mut impl Chip) -> io::Result<()> {
    while let Some(message) = receive(&mut stream)? {
        match *message.as_slice() {
            [] => return Ok(()),
            [POWER_OFF | POWER_ON | RESET] => chip.reset(),
            [SEND_ATR] => send(&mut stream, &chip.atr())?,
            [unknown] => {
                return Err(io::Error::other(format!("control byte {unknown:02X} is none of vpcd's")));
            }
            _ => {
                let response = chip.transmit(&message);
                send(&mut stream, &response)?;
            }
        }
    }
    Ok(())
}

/// The next message, or `None` when the reader closed the connection.
fn receive(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match fill(stream, &mut length) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) =>
        {
            return Ok(None);
        }
        other => other?,
    }
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    fill(stream, &mut message)?;
    Ok(Some(message))
}

/// Debian's vpcd sends length and body apart and waits for the acknowledgement in between: asked for before every
/// read, since the kernel forgets the wish, it comes at once instead of 40 ms later.
fn fill(stream: &mut TcpStream, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        stream.set_quickack(true)?;
        match stream.read(buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => buffer = buffer.get_mut(read..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len())
        .map_err(|_| io::Error::other(format!("a response of {} bytes does not fit vpcd", message.len())))?;
    let mut framed = Vec::with_capacity(message.len().saturating_add(2));
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    stream.write_all(&framed)
}
