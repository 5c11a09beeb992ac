//! A private PC/SC service with a virtual card reader, one for each test.
//!
//! The reader driver `vpcd` listens on every address of the machine at a fixed port. So the service runs in a network
//! of its own, whose only interface is its loopback, and in a mount table of its own, so that its socket is its own too:
//! nobody outside reaches it, and any number can run at a time. Where the system does not permit that (no root, a
//! container without name spaces), one service at a time runs in the open instead, and a message says so.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tempfile::TempDir;

use crate::process::{self, wait_until};
use crate::vpcd::{Chip, Inserted};

/// The port of vpcd's first slot (channel 0x8C7B).
const PORT: u16 = 0x8C7B;

/// Where a PC/SC service listens, seen from its own mount table.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// How long the service may take to come up, and a card to be noticed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts the service in its own surroundings. `setpriv` ties its life to ours; every step replaces the one before,
/// so that the process we started is in the end the service itself.
const SURROUNDINGS: &str =
    r#"ip link set lo up && mount -t tmpfs kendt-pcscd /run/pcscd && exec pcscd --foreground --config "$1""#;

/// The running service; ended when dropped.
pub struct Reader {
    service: Child,
    surroundings: Surroundings,
    /// Holds the configuration and the log.
    directory: TempDir,
}

/// Where the service runs.
enum Surroundings {
    /// In a network and a mount table of its own.
    Own,
    /// In the machine's; the lock keeps other tests out until the service has ended.
    Open(#[expect(dead_code, reason = "held until dropped")] File),
}

impl Reader {
    /// Starts a service and waits until it is ready.
    pub fn start() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let config = directory.path().join("reader.conf");
        fs::write(&config, configuration()?)?;
        fs::create_dir_all("/run/pcscd").context("cannot create /run/pcscd")?;
        let log = File::create(directory.path().join("log"))?;
        let (mut command, surroundings) = if own_surroundings_are_permitted() {
            let mut command = Command::new("unshare");
            command.args([
                "--mount",
                "--net",
                "setpriv",
                "--pdeathsig",
                "KILL",
                "sh",
                "-c",
                SURROUNDINGS,
                "sh",
            ]);
            (command, Surroundings::Own)
        } else {
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", "KILL", "pcscd", "--foreground", "--config"]);
            (command, Surroundings::Open(alone()?))
        };
        let service = command
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start the PC/SC service")?;
        let mut reader = Self { service, surroundings, directory };
        let ready = wait_until(PATIENCE, || {
            if let Ok(Some(status)) = reader.service.try_wait() {
                return Some(Err(status));
            }
            let listening = reader.socket().exists() && reader.connect().is_ok();
            listening.then_some(Ok(()))
        });
        match ready {
            Some(Ok(())) => Ok(reader),
            Some(Err(status)) => bail!("the private PC/SC service ended with {status}: {}", reader.log()),
            None => bail!("the private PC/SC service was not ready in time: {}", reader.log()),
        }
    }

    /// Puts a chip into the reader and waits until the reader noticed.
    pub fn insert<C: Chip + Send + 'static>(&self, chip: C) -> Result<Inserted<C>> {
        let inserted = Inserted::serve(self.connect()?, chip)?;
        let present = wait_until(PATIENCE, || {
            let listing =
                process::run(self.client(&mut Command::new("opensc-tool")).arg("-l"), PATIENCE).ok()?;
            // The column "Card" of the first reader.
            listing
                .text
                .lines()
                .any(|line| line.contains("Yes") && line.contains("Virtual PCD 00 00"))
                .then_some(())
        });
        present.context("the reader did not notice the card")?;
        Ok(inserted)
    }

    /// Makes a program a client of this service instead of the machine's.
    pub fn client<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("PCSCLITE_CSOCK_NAME", self.socket())
    }

    fn socket(&self) -> PathBuf {
        match self.surroundings {
            Surroundings::Own => format!("/proc/{}/root/run/pcscd/pcscd.comm", self.service.id()).into(),
            Surroundings::Open(_) => SOCKET.into(),
        }
    }

    /// A connection to the virtual reader, made from inside its network. A thread of its own goes there, since a
    /// thread that entered a network stays in it; the connection does not mind where it is used.
    fn connect(&self) -> Result<TcpStream> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
        if matches!(self.surroundings, Surroundings::Open(_)) {
            return Ok(TcpStream::connect_timeout(&address, PATIENCE)?);
        }
        let network = format!("/proc/{}/ns/net", self.service.id());
        if fs::read_link(&network)? == fs::read_link("/proc/self/ns/net")? {
            bail!("the PC/SC service has not entered its own network yet");
        }
        let dial = move || -> Result<TcpStream> {
            let network = File::open(&network).with_context(|| format!("cannot open {network}"))?;
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
                .context("cannot enter the network of the private PC/SC service")?;
            Ok(TcpStream::connect_timeout(&address, PATIENCE)?)
        };
        match thread::spawn(dial).join() {
            Ok(outcome) => outcome,
            Err(_) => bail!("the thread that connects to the virtual reader panicked"),
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Gone already is as good; waiting leaves no zombie.
        drop(self.service.kill());
        drop(self.service.wait());
    }
}

fn own_surroundings_are_permitted() -> bool {
    let attempt = process::run(Command::new("unshare").args(["--mount", "--net", "true"]), PATIENCE);
    match attempt {
        Ok(outcome) if outcome.success => true,
        Ok(outcome) => {
            eprintln!("the virtual reader runs in the open, reachable from outside: {}", outcome.text.trim());
            false
        }
        Err(error) => {
            eprintln!("the virtual reader runs in the open, reachable from outside: {error:#}");
            false
        }
    }
}

/// Waits until no other test has a service in the open; fails if the machine has one of its own.
fn alone() -> Result<File> {
    let path = std::env::temp_dir().join("kendt-pcscd.lock");
    let lock = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    lock.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    if UnixStream::connect(SOCKET).is_ok() {
        bail!("this machine runs a PC/SC service already, and a private one is not permitted here");
    }
    Ok(lock)
}

/// The driver's entry of Debian's package, in a file of its own: the machine's other readers stay out.
fn configuration() -> Result<String> {
    let path = "/etc/reader.conf.d/vpcd";
    fs::read_to_string(path).with_context(|| format!("vsmartcard-vpcd is not installed ({path})"))
}
