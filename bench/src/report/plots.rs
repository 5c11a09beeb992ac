//! Which plots there are, and in words what they show.

use super::Results;
use super::faces::MOST_MS;
use crate::authenticity::{Against, Authenticity};
use crate::faces::Faces;
use crate::network::{COMMON_ROUND_TRIP, MOST_ADDED, MOST_WAITS, Network, Row};
use crate::peer::Peer;
use crate::plot::{Bar, BarChart, Dot, DotChart, LineChart, Mark, Series};
use crate::server::Server;
use crate::statistics::Spread;

/// A plot and what it shows.
pub(super) struct Plot {
    pub(super) file: &'static str,
    pub(super) description: String,
    pub(super) svg: String,
}

pub(super) const ADDED: &str = "added-time.svg";
pub(super) const WAITS: &str = "waits.svg";
pub(super) const SERVER: &str = "server-time.svg";
pub(super) const RATIO: &str = "ratio-to-dmrtd.svg";
pub(super) const AUTHENTICITY: &str = "passive-authentication.svg";

pub(super) const FACES: &str = "faces.svg";

/// All plots of the parts that were measured.
pub(super) fn all(results: &Results) -> Vec<Plot> {
    let network = results.network.iter().flat_map(|network| [added(network), waits(network)]);
    let server = results.server.iter().map(server);
    let peer = results.peer.iter().map(ratio);
    let authenticity = results.authenticity.iter().map(authenticity);
    let faces = results.faces.iter().map(faces);
    network.chain(server).chain(peer).chain(authenticity).chain(faces).collect()
}

fn words<T>(items: impl IntoIterator<Item = T>, each: impl Fn(T) -> String) -> String {
    items.into_iter().map(each).collect::<Vec<_>>().join("; ")
}

fn added(network: &Network) -> Plot {
    let points = |batched| {
        let rows =
            network.reference.iter().filter(move |row| row.batched == batched && row.round_trip_ms > 0);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a round trip")]
        rows.map(|row| (row.round_trip_ms as f64, row.added_s.p50)).collect::<Vec<_>>()
    };
    let (batched, single) = (points(true), points(false));
    let description = format!(
        "Seconds that the network adds to a read, over the round trip time. {}.",
        words(batched.iter().zip(&single), |(batched, single)| {
            format!("At {} ms: batched {:.2} s, single {:.2} s", batched.0, batched.1, single.1)
        })
    );
    let chart = LineChart {
        title: "Time that the network adds to a read (PACE + CA, DG2 of 18 kB)",
        description: &description,
        x_axis: "Round trip time in milliseconds",
        y_axis: "Seconds added, median (logarithmic)",
        x_steps: vec![0.0, 60.0, 150.0, 300.0],
        decades: (-1, 2),
        unit: "s",
        series: vec![
            Series { name: "batched", points: batched },
            Series { name: "one command at a time", points: single },
        ],
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a round trip")]
        mark: Mark { x: COMMON_ROUND_TRIP as f64, y: MOST_ADDED, label: "goal: 1.2 s" },
    };
    Plot { file: ADDED, svg: chart.draw(), description }
}

/// Documents with their batched and their single row.
pub(super) fn pairs(network: &Network) -> impl Iterator<Item = (&Row, &Row)> {
    network.documents.iter().filter(|row| row.batched).filter_map(|batched| {
        let single = |row: &&Row| !row.batched && row.document == batched.document;
        Some((batched, network.documents.iter().find(single)?))
    })
}

fn waits(network: &Network) -> Plot {
    let description = format!(
        "Network waits of a read by kind of document. {}.",
        words(pairs(network), |(batched, single)| {
            format!("{}: batched {}, single {}", batched.document, batched.waits, single.waits)
        })
    );
    #[expect(clippy::cast_precision_loss, reason = "a hundred waits")]
    let value = |row: &Row| (row.waits as f64, row.waits.to_string());
    let bars = pairs(network).map(|(batched, single)| Bar {
        name: batched.document.to_owned(),
        values: vec![value(batched), value(single)],
    });
    #[expect(clippy::cast_precision_loss, reason = "six")]
    let goal = MOST_WAITS as f64;
    let chart = BarChart {
        title: "Network waits of a read",
        description: &description,
        axis: "Waits",
        meanings: &["batched", "one command at a time"],
        bars: bars.collect(),
        goal: Some((goal, "goal: 6")),
    };
    Plot { file: WAITS, svg: chart.draw(), description }
}

fn server(server: &Server) -> Plot {
    let description = format!(
        "Processor time of the terminal side for one read, median. {}.",
        words(&server.rows, |row| format!("{}: {:.2} ms", row.document, row.milliseconds.median))
    );
    let bars = server.rows.iter().map(|row| Bar {
        name: row.document.to_owned(),
        values: vec![(row.milliseconds.median, format!("{:.1} ms", row.milliseconds.median))],
    });
    let chart = BarChart {
        title: "Processor time of the terminal side for one read",
        description: &description,
        axis: "Milliseconds on one core, median",
        meanings: &["time"],
        bars: bars.collect(),
        goal: None,
    };
    Plot { file: SERVER, svg: chart.draw(), description }
}

fn ratio(peer: &Peer) -> Plot {
    let rows = peer.rows.iter().map(|row| (row.task.clone(), row.ratio)).collect();
    ratios(
        RATIO,
        "Our terminal against dmrtd: ratio of times",
        "Time of our terminal divided by that of dmrtd for the same task",
        "dmrtd's",
        rows,
    )
}

fn authenticity(measured: &Authenticity) -> Plot {
    let against = |row: &crate::authenticity::Row| {
        let named = |(peer, theirs): (&str, Option<Against>)| {
            Some((format!("{}, {peer}", row.signing), theirs?.ratio))
        };
        [("OpenSSL", row.openssl), ("dmrtd", row.dmrtd)].into_iter().filter_map(named).collect::<Vec<_>>()
    };
    ratios(
        AUTHENTICITY,
        "Passive Authentication: ratio of times",
        "Time of our Passive Authentication divided by that of a peer",
        "the peer's",
        measured.rows.iter().flat_map(against).collect(),
    )
}

fn faces(measured: &Faces) -> Plot {
    let value = |ms: Option<f64>| ms.map_or((0.0, "–".to_owned()), |ms| (ms, format!("{ms:.1} ms")));
    let description = format!(
        "Milliseconds of each step of a comparison of faces on one core, median. {}.",
        words(&measured.rows, |row| {
            let peer =
                row.peer.map_or_else(String::new, |peer| format!(", ONNX Runtime {:.2}", peer.ms.median));
            format!("{}: Kendt {:.2}{peer}", row.step, row.kendt_ms.median)
        })
    );
    let bars = measured.rows.iter().map(|row| Bar {
        name: row.step.to_owned(),
        values: vec![value(Some(row.kendt_ms.median)), value(row.peer.map(|peer| peer.ms.median))],
    });
    let chart = BarChart {
        title: "Comparing faces, step by step",
        description: &description,
        axis: "Milliseconds on one core, median",
        meanings: &["Kendt, the whole step", "ONNX Runtime, the network alone"],
        bars: bars.collect(),
        goal: Some((MOST_MS, "goal: 30 ms")),
    };
    Plot { file: FACES, svg: chart.draw(), description }
}

/// Ratios of times with their least and greatest; below 1 ours is faster.
fn ratios(file: &'static str, title: &str, what: &str, whose: &str, rows: Vec<(String, Spread)>) -> Plot {
    let description = format!(
        "{what}; below 1 ours is faster. {}.",
        words(&rows, |(name, ratio)| {
            format!("{name}: {:.2} (from {:.2} to {:.2})", ratio.median, ratio.min, ratio.max)
        })
    );
    let dots = rows.into_iter().map(|(name, ratio)| Dot {
        name,
        middle: ratio.median,
        ends: (ratio.min, ratio.max),
        label: format!("{:.2}", ratio.median),
    });
    let chart = DotChart {
        title,
        description: &description,
        axis: &format!("Our time divided by {whose}: median, least and greatest of the rounds"),
        dots: dots.collect(),
        goal: (1.0, "as fast"),
    };
    Plot { file, svg: chart.draw(), description }
}
