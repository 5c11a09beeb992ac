//! The part of the report about comparing faces: goals, table, figures around it.

use std::fmt::Write as _;

use super::Goal;
use super::plots::{self, Plot};
use super::tables::{Table, picture};
use crate::faces::Faces;

/// Milliseconds that detection, alignment and embedding may take together.
pub(super) const MOST_MS: f64 = 30.0;
/// How much longer that may take than ONNX Runtime takes for the two networks.
const MOST_RATIO: f64 = 1.3;

pub(super) fn goals(faces: &Faces) -> Vec<Goal> {
    let Some(whole) = faces.rows.last() else { return Vec::new() };
    let mut goals = vec![Goal {
        what: format!("A face detected, aligned and embedded: ≤ {MOST_MS} ms"),
        found: format!("{:.1} ms", whole.kendt_ms.median),
        met: whole.kendt_ms.median <= MOST_MS,
    }];
    goals.extend(whole.peer.map(|peer| Goal {
        what: format!("A face detected, aligned and embedded: ≤ {MOST_RATIO} times ONNX Runtime"),
        found: format!("{:.2}", peer.ratio.median),
        met: peer.ratio.median <= MOST_RATIO,
    }));
    goals
}

pub(super) fn section(text: &mut String, faces: &Faces, plots: &[Plot]) {
    let _ = write!(
        text,
        "## Comparing faces\n\n\
         Each step on one core, against ONNX Runtime 1.31.1 (one thread, weights as constants) with the same models in one run, in \
         turns, {} rounds. Ours are whole steps: pixels to planes before, candidates to faces after, cut-outs; ONNX Runtime runs the \
         bare networks on ready inputs. The scores of both runtimes agree to 0.001, or nothing is measured.\n\n",
        faces.rounds
    );
    let mut table = Table::new(&["step", "Kendt", "least", "ONNX Runtime", "ratio"]);
    for row in &faces.rows {
        let (peer, ratio) = row.peer.map_or_else(
            || ("–".to_owned(), String::new()),
            |peer| {
                let ratio = peer.ratio;
                (
                    format!("{:.2} ms", peer.ms.median),
                    format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.min, ratio.max),
                )
            },
        );
        table.row(&[
            row.step.to_owned(),
            format!("{:.2} ms", row.kendt_ms.median),
            format!("{:.2} ms", row.kendt_ms.min),
            peer,
            ratio,
        ]);
    }
    let _ = writeln!(text, "{table}");
    picture(text, plots, plots::FACES);
    let memory = faces.memory_mb.map_or_else(String::new, |memory| format!(" and {memory:.0} MB of memory"));
    let _ = writeln!(
        text,
        "Loading the networks takes {:.0} ms{memory}, hashes of the models included. Faces detected, aligned and embedded in a \
         second: {:.0} with one worker, {:.0} with two.\n",
        faces.load_ms, faces.per_second[0], faces.per_second[1]
    );
}
