//! The report in Markdown.

use std::fmt::Write as _;

use super::plots::{self, Plot};
use super::{Goal, Results, faces};
use crate::authenticity::{Against, Authenticity};
use crate::instructions::Instructions;
use crate::network::{self, COMMON_ROUND_TRIP, MOST_ADDED, MOST_WAITS, Network, ROUND_TRIPS};
use crate::peer::Peer;
use crate::server::Server;
use crate::statistics::Spread;

/// Documents for which the number of waits is a goal.
const WITH_GOAL: [&str; 2] = ["PACE + CA", "PACE + CA, extended length"];

/// A table; its first column is of words, the others of numbers.
pub(super) struct Table(String);

impl Table {
    pub(super) fn new(columns: &[&str]) -> Table {
        let rule: String =
            columns.iter().enumerate().map(|(n, _)| if n == 0 { "|---|" } else { "--:|" }).collect();
        Table(format!("| {} |\n{rule}\n", columns.join(" | ")))
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number in groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

const fn mode(batched: bool) -> &'static str {
    if batched { "batched" } else { "single" }
}

pub(super) fn goals(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    if let Some(network) = &results.network {
        goals.extend(network_goals(network));
    }
    for row in results.peer.iter().flat_map(|peer| &peer.rows) {
        goals.push(Goal {
            what: format!("{}: no slower than dmrtd (ratio of times ≤ 1)", row.task),
            found: format!("{:.2}", row.ratio.median),
            met: row.ratio.median <= 1.0,
        });
    }
    goals.extend(results.authenticity.iter().flat_map(authenticity_goals));
    goals.extend(results.faces.iter().flat_map(faces::goals));
    for row in results.instructions.iter().flat_map(|counted| &counted.comparison) {
        goals.push(Goal {
            what: format!("{}: no more instructions than dmrtd (ratio ≤ 1)", row.task),
            found: format!("{:.2}", row.ratio),
            met: row.ratio <= 1.0,
        });
    }
    goals
}

/// Milliseconds that the import of a master list may take.
const MOST_IMPORT: f64 = 50.0;
/// Megabytes that a thousand authorities may take.
const MOST_MEGABYTES: f64 = 20.0;

fn authenticity_goals(authenticity: &Authenticity) -> Vec<Goal> {
    let mut goals = Vec::new();
    for row in &authenticity.rows {
        for (peer, theirs) in [("OpenSSL", row.openssl), ("dmrtd", row.dmrtd)] {
            let Some(ratio) = theirs.map(|theirs| theirs.ratio.median) else { continue };
            goals.push(Goal {
                what: format!(
                    "Passive Authentication, {}: faster than {peer} (ratio of times < 1)",
                    row.signing
                ),
                found: format!("{ratio:.2}"),
                met: ratio < 1.0,
            });
        }
    }
    if let Some(import) = authenticity.import {
        goals.push(Goal {
            what: format!(
                "Import of a master list of {} certificates: < {MOST_IMPORT} ms",
                import.certificates
            ),
            found: format!("{:.0} ms", import.first_ms),
            met: import.first_ms < MOST_IMPORT,
        });
    }
    if let Some(megabytes) = authenticity.anchors_mb {
        goals.push(Goal {
            what: format!("A thousand authorities in memory: < {MOST_MEGABYTES} MB"),
            found: format!("{megabytes:.1} MB"),
            met: megabytes < MOST_MEGABYTES,
        });
    }
    goals
}

fn authenticity_section(text: &mut String, authenticity: &Authenticity, plots: &[Plot]) {
    text.push_str(
        "## Passive Authentication\n\n\
         EF.SOD from its bytes: parsed, its signature verified, and its signer traced to an authority. Microseconds for each \
         document: the median of interleaved rounds, and the medians of the ratios within a round (least to greatest). Ours \
         also looks at profile, validity and revocation, in a store of a thousand authorities; ours and dmrtd hash EF.DG1. \
         OpenSSL is a C program (`CMS_verify` with the authority decoded before). The curves are named, since OpenSSL refuses \
         explicit parameters. A key that has verified before has a table of its multiples; a first document finds none.\n\n",
    );
    let mut table =
        Table::new(&["signatures", "Kendt", "first document", "OpenSSL", "ratio", "dmrtd", "ratio"]);
    let microseconds = |spread: Spread| format!("{:.0} µs", spread.median);
    for row in &authenticity.rows {
        let mut cells =
            vec![row.signing.to_owned(), microseconds(row.kendt_us), microseconds(row.kendt_first_us)];
        for peer in [row.openssl, row.dmrtd] {
            cells.push(peer.map_or_else(|| "–".to_owned(), |peer| microseconds(peer.us)));
            cells.push(peer.map_or_else(String::new, |Against { ratio, .. }| {
                format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.min, ratio.max)
            }));
        }
        table.row(&cells);
    }
    let _ = writeln!(text, "{}", table.0);
    picture(text, plots, plots::AUTHENTICITY);
    let batch = authenticity.throughput;
    let _ = write!(
        text,
        "{} different documents of these kinds in turn, every data group hashed (a portrait of {} kB): {:.0} documents a \
         second and core (least {:.0}, greatest {:.0}).\n\n",
        batch.documents,
        batch.portrait_bytes / 1000,
        batch.per_second.median,
        batch.per_second.min,
        batch.per_second.max
    );
    if let Some(import) = authenticity.import {
        let _ = write!(
            text,
            "The German master list of June 2025 ({} certificates): {:.1} ms to parse, {:.0} ms for the first import into a \
             store on disk (every signature checked on all cores, the list and the manifest synced), {:.0} ms when all of it is known.\n\n",
            import.certificates, import.parse_ms, import.first_ms, import.again_ms
        );
    }
    if let Some(megabytes) = authenticity.anchors_mb {
        let _ = write!(text, "A thousand decoded authorities take {megabytes:.1} MB.\n\n");
    }
}

fn network_goals(network: &Network) -> Vec<Goal> {
    let mut goals = Vec::new();
    for row in network.documents.iter().filter(|row| row.batched && WITH_GOAL.contains(&row.document)) {
        goals.push(Goal {
            what: format!("{}: at most {MOST_WAITS} network waits (R-405)", row.document),
            found: row.waits.to_string(),
            met: row.waits <= MOST_WAITS,
        });
        goals.push(Goal {
            what: format!(
                "{}: at most {MOST_ADDED} s added at {COMMON_ROUND_TRIP} ms, 95th percentile (R-405)",
                row.document
            ),
            found: format!("{:.2} s", row.added_s.p95),
            met: row.added_s.p95 <= MOST_ADDED,
        });
    }
    for (round_trip, limit) in ROUND_TRIPS {
        let found = network.reference.iter().find(|row| row.batched && row.round_trip_ms == round_trip);
        goals.extend(found.map(|row| Goal {
            what: format!(
                "Read at {round_trip} ms within {limit} s, 95th percentile, 30 ms per command (R-024)"
            ),
            found: format!("{:.2} s", row.flat_total_s.p95),
            met: row.flat_total_s.p95 <= limit,
        }));
    }
    goals
}

pub(super) fn markdown(results: &Results) -> String {
    let mut text = String::from("# Benchmarks\n\n");
    let machine = &results.machine;
    let quick = if results.quick { ", with fewer runs than usual (`--quick`)" } else { "" };
    let _ = write!(
        text,
        "Written by `cargo xtask bench` on {}{quick}; the numbers are in [results.json](results.json) too. \
         Measured on {}, {} cores, {}, {}. Load of the machine over the minute before the run {:.1}, at its end {:.1} \
         (the run itself counts for one): other programs were at work if it was more, which the medians bear and the \
         greatest values show.\n\n",
        results.date,
        machine.processor,
        machine.cores,
        machine.kernel,
        machine.rustc,
        machine.load_before,
        machine.load_after
    );
    let goals = results.goals();
    if !goals.is_empty() {
        text.push_str("## Goals\n\n");
        let mut table = Table::new(&["goal", "found", "verdict"]);
        for goal in goals {
            let verdict = if goal.met { "met" } else { "**missed**" };
            table.row(&[goal.what, goal.found, verdict.to_owned()]);
        }
        text.push_str(&table.0);
        text.push('\n');
    }
    let plots = plots::all(results);
    if let Some(network) = &results.network {
        network_section(&mut text, network, &plots);
    }
    if let Some(server) = &results.server {
        server_section(&mut text, server, &plots);
    }
    if let Some(peer) = &results.peer {
        peer_section(&mut text, peer, results.instructions.as_ref(), &plots);
    }
    if let Some(authenticity) = &results.authenticity {
        authenticity_section(&mut text, authenticity, &plots);
    }
    if let Some(measured) = &results.faces {
        faces::section(&mut text, measured, &plots);
    }
    if let Some(instructions) = &results.instructions {
        instructions_section(&mut text, instructions);
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

pub(super) fn picture(text: &mut String, plots: &[Plot], file: &str) {
    if let Some(plot) = plots.iter().find(|plot| plot.file == file) {
        let _ = write!(text, "![{}]({file})\n\n", plot.description.replace(['[', ']'], ""));
    }
}

fn network_section(text: &mut String, network: &Network, plots: &[Plot]) {
    let _ = write!(
        text,
        "## Network\n\n\
         A passport with an EF.DG2 of 18 kB is read through a simulated network: each batch of commands waits one \
         round trip plus an even chance of up to a fifth more, and every byte in either direction takes 1 µs (8 Mbit/s; {} \
         bytes of framing for each command and each answer). At 0 ms there is no network at all. Time is virtual, so these \
         figures are the same on every machine; the terminal's own milliseconds are not in them. A typical chip takes 24 ms \
         for a command, 18.9 µs for a byte (424 kbit/s) and 90 ms for each operation with a private key; the chip of R-024 \
         takes 30 ms for a command.\n\n",
        network::FRAMING_BYTES
    );
    let runs = network.reference.first().map_or(0, |row| row.runs);
    let _ = write!(text, "### PACE + Chip Authentication, brainpoolP256r1, AES-128; {runs} runs each\n\n");
    let mut table = Table::new(&[
        "round trip",
        "mode",
        "waits",
        "commands",
        "added p50",
        "added p95",
        "chip, typical",
        "total p50",
        "total p95",
        "total p95, 30 ms per command",
        "limit (R-024)",
    ]);
    for row in &network.reference {
        let limit = ROUND_TRIPS.iter().find(|(round_trip, _)| *round_trip == row.round_trip_ms);
        table.row(&[
            format!("{} ms", row.round_trip_ms),
            mode(row.batched).to_owned(),
            row.waits.to_string(),
            row.commands.to_string(),
            format!("{:.2} s", row.added_s.p50),
            format!("{:.2} s", row.added_s.p95),
            format!("{:.2} s", row.chip_s),
            format!("{:.2} s", row.total_s.p50),
            format!("{:.2} s", row.total_s.p95),
            format!("{:.2} s", row.flat_total_s.p95),
            limit.map_or_else(String::new, |(_, limit)| format!("{limit} s")),
        ]);
    }
    let _ = writeln!(text, "{}", table.0);
    picture(text, plots, plots::ADDED);
    let _ = write!(text, "### Kinds of documents at {COMMON_ROUND_TRIP} ms\n\n");
    let mut table = Table::new(&[
        "document",
        "waits batched",
        "waits single",
        "commands",
        "bytes",
        "added p50 batched",
        "added p95 batched",
        "added p50 single",
        "chip, typical",
    ]);
    for (batched, single) in plots::pairs(network) {
        table.row(&[
            batched.document.to_owned(),
            batched.waits.to_string(),
            single.waits.to_string(),
            batched.commands.to_string(),
            grouped(batched.bytes),
            format!("{:.2} s", batched.added_s.p50),
            format!("{:.2} s", batched.added_s.p95),
            format!("{:.2} s", single.added_s.p50),
            format!("{:.2} s", batched.chip_s),
        ]);
    }
    let _ = writeln!(text, "{}", table.0);
    picture(text, plots, plots::WAITS);
    let check = &network.cross_check;
    let _ = write!(
        text,
        "Cross-check: the batched read at {} ms with every delay slept through took {:.2} s; the virtual clock shows \
         {:.2} s.\n\n",
        check.round_trip_ms, check.real_s, check.virtual_s
    );
}

fn server_section(text: &mut String, server: &Server, plots: &[Plot]) {
    let _ = write!(
        text,
        "## Server\n\n\
         Processor time (the thread's, so that waiting for a core does not count) of the terminal side for one whole batched \
         read with an EF.DG2 of 18 kB: from the fields of the MRZ to all files read, with access, Chip or Active \
         Authentication and secure messaging, without the chip, without Passive Authentication, without decoding the \
         image. {} rounds, in each of which every document is read once.\n\n",
        server.rounds
    );
    let mut table = Table::new(&["document", "median", "least", "greatest", "reads per second and core"]);
    for row in &server.rows {
        table.row(&[
            row.document.to_owned(),
            format!("{:.2} ms", row.milliseconds.median),
            format!("{:.2} ms", row.milliseconds.min),
            format!("{:.2} ms", row.milliseconds.max),
            format!("{:.0}", row.reads_per_second),
        ]);
    }
    let _ = writeln!(text, "{}", table.0);
    picture(text, plots, plots::SERVER);
}

fn peer_section(text: &mut String, peer: &Peer, counted: Option<&Instructions>, plots: &[Plot]) {
    let _ = write!(
        text,
        "## Against dmrtd\n\n\
         Our terminal and the crate dmrtd 0.3 do the same to the same chip in one process, in turns ({} rounds, in each of which both do it \
         several times and the least counts; who begins alternates). The clock is stopped while the chip works. Both start \
         from the fields of the MRZ. Ours is the whole session as it is in use, which also asks what the chip offers \
         (EF.CardAccess, EF.DG14, EF.DG15). The ratio is ours divided by dmrtd's, round by round.\n\n",
        peer.rounds
    );
    let mut table = Table::new(&[
        "task",
        "commands, ours / dmrtd",
        "ours, median",
        "dmrtd, median",
        "ratio, median",
        "ratio, least",
        "ratio, greatest",
    ]);
    for row in &peer.rows {
        table.row(&[
            row.task.clone(),
            format!("{} / {}", row.commands[0], row.commands[1]),
            format!("{:.0} µs", row.kendt_us.median),
            format!("{:.0} µs", row.dmrtd_us.median),
            format!("{:.2}", row.ratio.median),
            format!("{:.2}", row.ratio.min),
            format!("{:.2}", row.ratio.max),
        ]);
    }
    let _ = writeln!(text, "{}", table.0);
    picture(text, plots, plots::RATIO);
    if let Some(counted) = counted.filter(|counted| !counted.comparison.is_empty()) {
        text.push_str(
            "The same in instructions, which other programs do not disturb: terminal and chip together, less the chip alone \
             with the same commands.\n\n",
        );
        let mut table = Table::new(&["task", "ours", "dmrtd", "ratio"]);
        for row in &counted.comparison {
            table.row(&[
                row.task.clone(),
                grouped(row.kendt),
                grouped(row.dmrtd),
                format!("{:.2}", row.ratio),
            ]);
        }
        let _ = writeln!(text, "{}", table.0);
    }
}

fn instructions_section(text: &mut String, instructions: &Instructions) {
    let _ = write!(
        text,
        "## Instructions\n\n\
         Counted by callgrind ({}): each case runs with few and with many iterations, and the difference is divided by the \
         iterations between, so that start-up does not count. Randomness is seeded and the chip's answers are recorded; only \
         the terminal side counts. Valgrind's processor has AES instructions but none for SHA.\n\n",
        instructions.tool
    );
    let mut table = Table::new(&["what one iteration does", "case", "instructions"]);
    for row in &instructions.rows {
        table.row(&[row.what.to_owned(), format!("`{}`", row.name), grouped(row.instructions)]);
    }
    let _ = writeln!(text, "{}", table.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_from_the_right() {
        assert_eq!([grouped(7), grouped(1_234), grouped(12_345_678)], ["7", "1,234", "12,345,678"]);
    }

    #[test]
    fn only_the_first_column_is_of_words() {
        let mut table = Table::new(&["a", "b", "c"]);
        table.row(&["1".into(), "2".into(), "3".into()]);
        assert_eq!(table.0, "| a | b | c |\n|---|--:|--:|\n| 1 | 2 | 3 |\n");
    }
}
