//! The chip as the client of a reader that speaks vpcd's protocol and is written out here.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use emrtd_sim::chip::{Behaviour, Chip, Hostile};
use emrtd_sim::transport::{Ended, NoClock, Stop, Vpcd, VpcdError};

use crate::support::{behaving, chip, config};

const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];
const SELECT: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C];
const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x04];

/// The reader's end of the connection.
struct Reader(TcpStream);

impl Reader {
    /// Length and body apart, as the real one does it.
    fn send(&mut self, body: &[u8]) {
        self.0.write_all(&u16::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
        self.0.write_all(body).unwrap();
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut body).unwrap();
        body
    }

    fn transmit(&mut self, apdu: &[u8]) -> Vec<u8> {
        self.send(apdu);
        self.receive()
    }
}

/// Serves `chip` to a reader that does `drive`; how serving ended, and the chip afterwards.
fn served(mut chip: Chip, limit: Option<u64>, drive: impl FnOnce(&mut Reader, &Stop)) -> (Ended, Chip) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let stop = Stop::new();
    let stop_there = stop.clone();
    let client = thread::spawn(move || {
        let vpcd = Vpcd { command_limit: limit, ..Vpcd::on_port(port) };
        let ended = vpcd.serve(&mut chip, &mut NoClock, &stop_there).unwrap();
        (ended, chip)
    });
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut reader = Reader(stream);
    drive(&mut reader, &stop);
    drop(reader);
    client.join().unwrap()
}

#[test]
fn controls_and_commands_are_answered_as_the_protocol_says() {
    let (ended, chip) = served(chip(config()), None, |reader, _| {
        reader.send(&[0x04]);
        assert_eq!(reader.receive(), ATR);
        // Power on, reset and power off are not answered: the next answer is that to the ATR.
        for control in [0x01, 0x02, 0x00, 0x01] {
            reader.send(&[control]);
        }
        reader.send(&[0x04]);
        assert_eq!(reader.receive(), ATR);
        assert_eq!(reader.transmit(&SELECT), [0x90, 0x00]);
        assert_eq!(reader.transmit(&READ).len(), 6);
        // A reset forgets the selection.
        reader.send(&[0x02]);
        assert_eq!(reader.transmit(&READ), [0x69, 0x86]);
    });
    assert_eq!(ended, Ended::ReaderGone);
    assert_eq!(chip.commands(), 3);
}

#[test]
fn length_zero_takes_the_card_out() {
    let (ended, _) = served(chip(config()), None, |reader, _| reader.send(&[]));
    assert_eq!(ended, Ended::ReaderGone);
}

#[test]
fn it_stops_when_asked_and_takes_itself_out() {
    let (ended, _) = served(chip(config()), None, |reader, stop| {
        assert_eq!(reader.transmit(&SELECT), [0x90, 0x00]);
        stop.stop();
        assert!(reader.receive().is_empty(), "length 0");
    });
    assert_eq!(ended, Ended::Stopped);
}

#[test]
fn no_more_commands_are_served_than_allowed() {
    let (ended, chip) = served(chip(config()), Some(2), |reader, _| {
        reader.transmit(&SELECT);
        reader.transmit(&READ);
        assert!(reader.transmit(&READ).is_empty());
    });
    assert_eq!((ended, chip.commands()), (Ended::CommandLimit, 2));
}

#[test]
fn a_chip_that_leaves_takes_itself_out() {
    let leaving = behaving(Behaviour::with_hostile(Hostile::RemovedAt { command: 1 }));
    let (ended, _) = served(leaving, None, |reader, _| {
        reader.transmit(&SELECT);
        assert!(reader.transmit(&READ).is_empty());
    });
    assert_eq!(ended, Ended::ChipGone);
}

#[test]
fn answers_that_do_not_fit_a_message_are_cut_or_filled() {
    let oversized = behaving(Behaviour::with_hostile(Hostile::OversizedAnswers { from: 0 }));
    served(oversized, None, |reader, _| assert_eq!(reader.transmit(&READ).len(), 65_535));
    let empty = behaving(Behaviour::with_hostile(Hostile::EmptyAnswers { from: 0 }));
    served(empty, None, |reader, _| assert_eq!(reader.transmit(&READ), [0x00]));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about time that really passes")]
fn commands_do_not_wait_for_delayed_acknowledgements() {
    served(chip(config()), None, |reader, _| {
        let before = Instant::now();
        for _ in 0..200 {
            reader.transmit(&SELECT);
        }
        // Delayed, each of them would take 40 ms, and all of them 8 s.
        let took = before.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
}

#[test]
fn nobody_listening_is_told_with_the_address() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = Vpcd::on_port(port).serve(&mut chip(config()), &mut NoClock, &Stop::new()).unwrap_err();
    assert!(matches!(error, VpcdError::Connect { address, .. } if address.port() == port));
}
