//! What was measured, as data, as tables and as plots. Pure: the same results give the same files.

mod faces;
mod plots;
mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::Serialize;

use crate::authenticity::Authenticity;
use crate::faces::Faces;
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
    /// Passive Authentication and the trust store.
    pub authenticity: Option<Authenticity>,
    /// Comparing faces.
    pub faces: Option<Faces>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{CrossCheck, Row};
    use crate::statistics::{Percentiles, Spread};
    use jiff::civil::date;

    fn row(batched: bool, waits: u64, seconds: f64) -> Row {
        let both = Percentiles { p50: seconds, p95: seconds };
        Row {
            document: "PACE + CA",
            batched,
            round_trip_ms: 150,
            runs: 1,
            waits,
            commands: 100,
            bytes: 20_000,
            added_s: both,
            chip_s: 3.0,
            total_s: both,
            flat_total_s: both,
        }
    }

    fn results(waits: u64, seconds: f64, ratio: f64) -> Results {
        let spread = Spread { median: ratio, min: ratio, max: ratio };
        let rows = vec![row(true, waits, seconds), row(false, 100, 15.0)];
        Results {
            date: date(2026, 11, 25),
            quick: true,
            machine: Machine::describe(),
            network: Some(Network {
                reference: rows.clone(),
                documents: rows,
                cross_check: CrossCheck { round_trip_ms: 150, virtual_s: 4.0, real_s: 4.1 },
            }),
            server: None,
            peer: Some(Peer {
                rounds: 1,
                rows: vec![crate::peer::Row {
                    task: "a task".to_owned(),
                    name: "task",
                    commands: [1, 1],
                    kendt_us: spread,
                    dmrtd_us: spread,
                    ratio: spread,
                }],
            }),
            authenticity: None,
            faces: None,
            instructions: None,
        }
    }

    fn missed(results: &Results) -> usize {
        results.goals().iter().filter(|goal| !goal.met).count()
    }

    #[test]
    fn a_missed_goal_is_called_missed() {
        let good = results(6, 1.2, 1.0);
        assert_eq!((missed(&good), good.markdown().contains("missed")), (0, false));
        let bad = results(7, 9.5, 1.01);
        // Waits, time added, the limit of R-024 at 150 ms, and the ratio.
        assert_eq!((missed(&bad), bad.markdown().matches("**missed**").count()), (4, 4));
    }

    #[test]
    fn every_plot_stands_in_the_report_with_its_text() {
        let results = results(6, 1.0, 0.9);
        let (report, plots) = (results.markdown(), results.plots());
        assert_eq!(plots.len(), 3);
        for (file, svg) in plots {
            assert!(report.contains(&format!("]({file})")), "{file}");
            assert!(svg.contains("<desc id=\"desc\">") && svg.ends_with("</svg>\n"), "{file}");
        }
    }

    #[test]
    fn faces_have_a_table_a_plot_and_goals_with_and_without_the_peer() {
        let spread = |median| Spread { median, min: median, max: median };
        let row = |step, ms, peer: Option<f64>| crate::faces::Row {
            step,
            kendt_ms: spread(ms),
            peer: peer.map(|peer| crate::faces::Against { ms: spread(peer), ratio: spread(ms / peer) }),
        };
        let with = |whole, peer| Results {
            faces: Some(Faces {
                rounds: 1,
                rows: vec![row("align", 1.0, None), row("detect, align and embed", whole, peer)],
                load_ms: 100.0,
                memory_mb: Some(68.0),
                per_second: [40.0, 70.0],
            }),
            ..results(6, 1.0, 0.9)
        };
        let good = with(26.0, Some(20.0));
        assert_eq!((missed(&good), good.plots().len()), (0, 4));
        assert!(good.markdown().contains("| align | 1.00 ms | 1.00 ms | – |  |"), "{}", good.markdown());
        assert!(good.markdown().contains("](faces.svg)"));
        // More than 30 ms, and more than 1.3 times the peer's.
        assert_eq!(missed(&with(31.0, Some(20.0))), 2);
        assert_eq!(missed(&with(31.0, None)), 1);
    }

    #[test]
    fn a_part_that_was_not_measured_has_no_section() {
        let report = results(6, 1.0, 0.9).markdown();
        assert!(report.contains("## Network") && !report.contains("## Server"), "{report}");
    }
}
