//! A specimen in a virtual card reader: the test plays the reader.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::Desk;

fn send(stream: &mut TcpStream, body: &[u8]) {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, body].concat()).unwrap();
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body).unwrap();
    body
}

#[cfg(unix)]
#[test]
fn a_served_chip_answers_and_ctrl_c_takes_it_out_cleanly() {
    let desk = Desk::with("pace-cam", &[]);
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = reader.local_addr().unwrap().port().to_string();
    let mut command = desk.command(&["passport", "serve", "pace-cam-01.json", "--port", &port]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stream, _) = reader.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    send(&mut stream, &[1]);
    send(&mut stream, &[4]);
    assert_eq!(receive(&mut stream)[0], 0x3B, "an answer to reset");
    send(&mut stream, &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00]);
    assert_eq!(receive(&mut stream), [0x90, 0x00]);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(receive(&mut stream), [0; 0], "length 0 takes the card out");
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("1 × SELECT") && log.contains("taken out"), "{log}");
    desk.secrets("pace-cam-01.json").assert_not_in(&log);
}
