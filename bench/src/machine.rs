//! The machine that measures, without anything that names it.

use std::fs;
use std::process::{Command, Stdio};

use serde::Serialize;

/// What a reader of the figures needs to know of the machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's own name.
    pub processor: String,
    /// Cores that this program may use.
    pub cores: usize,
    /// Version of the kernel.
    pub kernel: String,
    /// The compiler.
    pub rustc: String,
    /// Runnable programs, averaged over the minute before the run; more than one means noise.
    pub load_before: f64,
    /// The same after the run; the run itself counts for one.
    pub load_after: f64,
}

impl Machine {
    /// Looks around. What cannot be found out is "unknown".
    pub fn describe() -> Machine {
        let unknown = || "unknown".to_owned();
        let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| {
            // Builds carry names of their own behind the number.
            let number = text.trim().split('-').next().unwrap_or_default();
            format!("Linux {number}")
        });
        let rustc = Command::new("rustc").arg("--version").stdin(Stdio::null()).output().ok();
        let rustc = rustc.and_then(|output| String::from_utf8(output.stdout).ok());
        Machine {
            processor: processor.unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: kernel.unwrap_or_else(unknown),
            rustc: rustc.map_or_else(unknown, |text| text.trim().to_owned()),
            load_before: load(),
            load_after: load(),
        }
    }

    /// Notes how busy the machine is at the end.
    pub fn finish(&mut self) {
        self.load_after = load();
    }
}

fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Load average of the last minute; not a number where the system does not tell.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_as_it_names_itself() {
        let text = "processor\t: 0\nmodel name\t: Some CPU 3000\nmodel name\t: Other\n";
        assert_eq!(model(text).as_deref(), Some("Some CPU 3000"));
        assert_eq!(model("processor: 0"), None);
    }
}
