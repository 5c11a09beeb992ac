//! A private PC/SC service with a virtual card reader, one for each test.
//!
//! The reader driver `vpcd` listens on every address of the machine at a fixed port. So the service runs in a network
//! of its own, whose only interface is its loopback, and in a mount table of its own, so that its socket is its own too:
//! nobody outside reaches it, and any number can run at a time. Where the system does not permit that (no root, a
//! container without name spaces), one service at a time runs in the open instead, and a message says so.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use emrtd_sim::chip::Chip;
use emrtd_sim::transport::{NoClock, Stop, Vpcd};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tempfile::TempDir;

use crate::process::{self, wait_until};

/// Where a PC/SC service listens, seen from its own mount table.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

const OWN_NETWORK: &str = "/proc/self/ns/net";

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
            (reader.socket().exists() && reader.listens()).then_some(Ok(()))
        });
        match ready {
            Some(Ok(())) => Ok(reader),
            Some(Err(status)) => bail!("the private PC/SC service ended with {status}: {}", reader.log()),
            None => bail!("the private PC/SC service was not ready in time: {}", reader.log()),
        }
    }

    /// Puts a chip into the reader and waits until the reader noticed.
    pub fn insert(&self, mut chip: Chip) -> Result<Inserted> {
        let stop = Stop::new();
        let until = stop.clone();
        let network = self.network();
        let service = thread::spawn(move || {
            let served =
                enter(network).and_then(|()| Ok(Vpcd::default().serve(&mut chip, &mut NoClock, &until)?));
            if let Err(error) = served {
                eprintln!("the chip in the virtual reader: {error:#}");
            }
            chip
        });
        let inserted = Inserted { stop, service: Some(service) };
        self.wait_for_card(true)?;
        Ok(inserted)
    }

    /// Waits until a PC/SC client sees a card in the reader, or none.
    pub fn wait_for_card(&self, present: bool) -> Result<()> {
        let seen = wait_until(PATIENCE, || {
            let listing =
                process::run(self.client(&mut Command::new("opensc-tool")).arg("-l"), PATIENCE).ok()?;
            // The column "Card" of the first reader.
            let first = listing.text.lines().find(|line| line.contains("Virtual PCD 00 00"))?;
            (first.contains("Yes") == present).then_some(())
        });
        seen.with_context(|| {
            format!("the reader did not notice the card {}", if present { "come" } else { "go" })
        })
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

    /// The network to be in to reach the virtual reader; `None` if it is the machine's.
    fn network(&self) -> Option<PathBuf> {
        match self.surroundings {
            Surroundings::Own => Some(format!("/proc/{}/ns/net", self.service.id()).into()),
            Surroundings::Open(_) => None,
        }
    }

    /// Whether the virtual reader listens.
    fn listens(&self) -> bool {
        let network = self.network();
        // Before the service has entered its own network, ours would be asked for somebody else's reader.
        if network
            .as_ref()
            .is_some_and(|network| fs::read_link(network).ok() == fs::read_link(OWN_NETWORK).ok())
        {
            return false;
        }
        let dial = move || {
            enter(network)?;
            Ok::<_, anyhow::Error>(TcpStream::connect_timeout(&Vpcd::default().address, PATIENCE)?)
        };
        thread::spawn(dial).join().is_ok_and(|connection| connection.is_ok())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

/// A card in the reader; taken out when dropped.
pub struct Inserted {
    stop: Stop,
    service: Option<JoinHandle<Chip>>,
}

impl Inserted {
    /// Takes the card out and gives the chip back, to look at what it saw. `None` if the chip panicked.
    pub fn remove(mut self) -> Option<Chip> {
        self.stop.stop();
        self.service.take()?.join().ok()
    }
}

impl Drop for Inserted {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// Moves the calling thread into a network; it stays there, so it should be a thread for the purpose.
fn enter(network: Option<PathBuf>) -> Result<()> {
    let Some(network) = network else { return Ok(()) };
    let network = File::open(&network).with_context(|| format!("cannot open {}", network.display()))?;
    move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
        .context("cannot enter the network of the private PC/SC service")
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
