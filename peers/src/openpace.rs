//! OpenPACE as the other party of PACE (generic mapping) and Chip Authentication, as chip or as terminal.
//!
//! A process of Debian's Python loads OpenPACE's library and is driven line by line, see `openpace_peer.py`. What it
//! says is hexadecimal; the APDUs around it are the test's.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::available::built_peers;

/// Debian's own Python, by its path: another may stand before it in PATH.
const PYTHON: &str = "/usr/bin/python3";

/// A step takes milliseconds; a modular exponentiation on a busy machine some more.
const PATIENCE: Duration = Duration::from_mins(1);

/// A secret that both parties know, as OpenPACE takes it.
#[derive(Clone, Copy, Debug)]
pub enum Password<'a> {
    /// The card access number, in digits.
    Can(&'a str),
    /// The three lines of a TD1 card's MRZ without breaks: OpenPACE picks and hashes the fields itself.
    Td1Mrz(&'a str),
    /// What Doc 9303-11 §9.7.3 derives the key from: for the MRZ the SHA-1 of the MRZ information.
    Raw(&'a [u8]),
}

/// Whose session keys secure messaging uses.
#[derive(Clone, Copy, Debug)]
pub enum Keys {
    /// Those of PACE.
    Pace,
    /// Those of Chip Authentication.
    ChipAuthentication,
}

/// One party, in a process of its own that ends with it.
pub struct OpenPace {
    process: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
}

impl OpenPace {
    /// Starts a party; an error says that OpenPACE is not built.
    pub fn start() -> Result<Self> {
        let mut process = Command::new(PYTHON)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/openpace_peer.py"))
            .arg(library()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // OpenPACE's own error messages: what matters of them is in the answers.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {PYTHON}"))?;
        let commands = process.stdin.take().context("the driver has no input")?;
        let output = process.stdout.take().context("the driver has no output")?;
        let (sender, answers) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, commands, answers })
    }

    /// Begins PACE. `protocol` is its name in TR-03110, e.g. `id-PACE-ECDH-GM-AES-CBC-CMAC-128`.
    pub fn pace(&mut self, protocol: &str, parameter_id: u8, password: Password<'_>) -> Result<()> {
        let (kind, secret) = match password {
            Password::Can(can) => ("can", hex::encode(can)),
            Password::Td1Mrz(lines) => ("mrz", hex::encode(lines)),
            Password::Raw(bytes) => ("raw", hex::encode(bytes)),
        };
        self.done(&format!("pace {protocol} {parameter_id} {kind} {secret}"))
    }

    /// Chip: chooses the nonce and answers it encrypted.
    pub fn nonce(&mut self) -> Result<Vec<u8>> {
        self.bytes("nonce")
    }

    /// Terminal: learns the nonce.
    pub fn decrypt_nonce(&mut self, ciphertext: &[u8]) -> Result<()> {
        self.done(&format!("decrypt-nonce {}", hex::encode(ciphertext)))
    }

    /// The public key of the own mapping key pair.
    pub fn mapping_data(&mut self) -> Result<Vec<u8>> {
        self.bytes("mapping-data")
    }

    /// Maps the generator with the other party's mapping data.
    pub fn map(&mut self, data: &[u8]) -> Result<()> {
        self.done(&format!("map {}", hex::encode(data)))
    }

    /// Makes the ephemeral key pair on the mapped generator; its public key.
    pub fn ephemeral(&mut self) -> Result<Vec<u8>> {
        self.bytes("ephemeral")
    }

    /// Agrees with the other party's ephemeral key and derives the session keys.
    pub fn agree(&mut self, public: &[u8]) -> Result<()> {
        self.done(&format!("agree {}", hex::encode(public)))
    }

    /// The own authentication token, over the other party's ephemeral public key.
    pub fn token(&mut self, public: &[u8]) -> Result<Vec<u8>> {
        self.bytes(&format!("token {}", hex::encode(public)))
    }

    /// Checks the other party's token; an error if it is wrong.
    pub fn verify(&mut self, token: &[u8]) -> Result<()> {
        self.done(&format!("verify {}", hex::encode(token)))
    }

    /// Begins Chip Authentication, version 1. `protocol` is its name, e.g. `id-CA-ECDH-AES-CBC-CMAC-128`.
    pub fn chip_authentication(&mut self, protocol: &str, parameter_id: u8) -> Result<()> {
        self.done(&format!("ca {protocol} {parameter_id}"))
    }

    /// Chip: its static key pair, private key in big-endian bytes, public key as in EF.DG14.
    pub fn static_key(&mut self, private: &[u8], public: &[u8]) -> Result<()> {
        self.done(&format!("ca-key {} {}", hex::encode(private), hex::encode(public)))
    }

    /// Terminal: makes the ephemeral key pair; its public key.
    pub fn chip_authentication_ephemeral(&mut self) -> Result<Vec<u8>> {
        self.bytes("ca-ephemeral")
    }

    /// Agrees with the other party's key and derives the session keys.
    pub fn chip_authentication_agree(&mut self, public: &[u8]) -> Result<()> {
        self.done(&format!("ca-agree {}", hex::encode(public)))
    }

    /// Uses the session keys of that protocol from here on.
    pub fn secure(&mut self, keys: Keys) -> Result<()> {
        self.done(match keys {
            Keys::Pace => "secure pace",
            Keys::ChipAuthentication => "secure ca",
        })
    }

    /// Encrypts padded data under the session key, with the send sequence counter `counter`.
    pub fn encrypt(&mut self, counter: u64, data: &[u8]) -> Result<Vec<u8>> {
        self.bytes(&format!("encrypt {counter} {}", hex::encode(data)))
    }

    /// Decrypts data under the session key; the padding stays on.
    pub fn decrypt(&mut self, counter: u64, data: &[u8]) -> Result<Vec<u8>> {
        self.bytes(&format!("decrypt {counter} {}", hex::encode(data)))
    }

    /// The eight-byte code of secure messaging over counter and padded data.
    pub fn mac(&mut self, counter: u64, data: &[u8]) -> Result<Vec<u8>> {
        self.bytes(&format!("mac {counter} {}", hex::encode(data)))
    }

    fn done(&mut self, command: &str) -> Result<()> {
        match self.ask(command)?.as_str() {
            "" => Ok(()),
            more => bail!("OpenPACE answered {more} to `{command}`"),
        }
    }

    fn bytes(&mut self, command: &str) -> Result<Vec<u8>> {
        let text = self.ask(command)?;
        hex::decode(&text).with_context(|| format!("OpenPACE answered {text} to `{command}`"))
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        writeln!(self.commands, "{command}")
            .with_context(|| format!("OpenPACE's driver is gone before `{command}`"))?;
        let answer = match self.answers.recv_timeout(PATIENCE) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => bail!("OpenPACE did not answer `{command}` in time"),
            Err(RecvTimeoutError::Disconnected) => bail!("OpenPACE's driver ended at `{command}`"),
        };
        match answer.split_once(' ').unwrap_or((&answer, "")) {
            ("ok", result) => Ok(result.to_owned()),
            (_, reason) => bail!("OpenPACE refused `{command}`: {reason}"),
        }
    }
}

impl Drop for OpenPace {
    fn drop(&mut self) {
        // Gone already is as good; waiting leaves no zombie.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The library that `cargo xtask setup` built.
fn library() -> Result<PathBuf> {
    let peers = built_peers();
    let entries = fs::read_dir(&peers).with_context(|| format!("nothing is built in {}", peers.display()))?;
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("openpace-"))
        .map(|entry| entry.path().join("lib/libeac.so"))
        .find(|library| library.is_file())
        .with_context(|| format!("OpenPACE is not built in {}", peers.display()))
}
