//! What was measured, as data, as tables and as plots. Pure: the same results give the same files.

mod plots;
mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::Serialize;

use crate::instructions::Instructions;
use crate::machine::Machine;
use crate::network::Network;
use crate::peer::Peer;
use crate::server::Server;

/// Everything that a run measured; a part that was not asked for, or could not be had, is absent.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// The day.
    pub date: Date,
    /// Fewer runs and rounds than usual.
    pub quick: bool,
    /// Where.
    pub machine: Machine,
    /// Waits and time of the network.
    pub network: Option<Network>,
    /// Processor time of the terminal side.
    pub server: Option<Server>,
    /// Against dmrtd.
    pub peer: Option<Peer>,
    /// Instructions.
    pub instructions: Option<Instructions>,
}

/// One goal and whether it was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// What is wanted.
    pub what: String,
    /// What was found.
    pub found: String,
    /// Whether it was met.
    pub met: bool,
}

impl Results {
    /// Every goal that the parts measured have.
    pub fn goals(&self) -> Vec<Goal> {
        tables::goals(self)
    }

    /// The report in Markdown; plots are linked by their file names.
    pub fn markdown(&self) -> String {
        tables::markdown(self)
    }

    /// File names and contents of the plots.
    pub fn plots(&self) -> Vec<(&'static str, String)> {
        plots::all(self).into_iter().map(|plot| (plot.file, plot.svg)).collect()
    }

    /// Writes `README.md`, `results.json` and the plots into a directory.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, directory: &Path) -> Result<()> {
        fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
        let write = |name: &str, content: &str| {
            let path = directory.join(name);
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
        };
        write("README.md", &self.markdown())?;
        write("results.json", &(serde_json::to_string_pretty(self)? + "\n"))?;
        self.plots().iter().try_for_each(|(name, svg)| write(name, svg))
    }
}
