//! Foreign programs, bounded in time.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How often a waiting loop looks again.
const TICK: Duration = Duration::from_millis(5);

/// What a program printed, and whether it ended well.
#[derive(Debug)]
pub struct Outcome {
    /// Whether its status was zero.
    pub success: bool,
    /// Standard output, then standard error.
    pub text: String,
}

/// Runs `command` to its end, or ends it (and nothing else) after `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Result<Outcome> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let out = child.stdout.take().map(drain);
    let err = child.stderr.take().map(drain);
    let status = wait_until(limit, || child.try_wait().transpose());
    let status = if let Some(status) = status {
        status.with_context(|| format!("lost {name}"))?
    } else {
        child.kill().with_context(|| format!("cannot end {name}"))?;
        child.wait().with_context(|| format!("lost {name}"))?
    };
    let mut text = String::new();
    for reader in [out, err].into_iter().flatten() {
        text.push_str(&String::from_utf8_lossy(&reader.join().unwrap_or_default()));
    }
    // Ended by us: Unix says so by a signal instead of a status.
    if status.code().is_none() {
        bail!("{name} did not end within {} s; it had printed:\n{text}", limit.as_secs());
    }
    Ok(Outcome { success: status.success(), text })
}

/// Asks again and again until there is an answer or `limit` is over.
pub fn wait_until<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let tries = limit.as_millis() / TICK.as_millis();
    for _ in 0..tries {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        thread::sleep(TICK);
    }
    ask()
}

fn drain(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read before an error is what there is to show.
        drop(stream.read_to_end(&mut bytes));
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_ended_and_what_it_said_is_kept() {
        let error =
            run(Command::new("sh").args(["-c", "echo here; exec sleep 60"]), Duration::from_millis(300))
                .expect_err("must be ended");
        assert!(error.to_string().contains("here"), "{error}");
    }

    #[test]
    fn a_failing_program_is_told_from_a_successful_one() {
        let limit = Duration::from_secs(5);
        assert!(!run(Command::new("false").arg("x"), limit).expect("runs").success);
        let outcome = run(Command::new("echo").arg("x"), limit).expect("runs");
        assert!(outcome.success && outcome.text == "x\n", "{outcome:?}");
    }
}
