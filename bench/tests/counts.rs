//! What a read costs and is the same on every machine: waits, commands, bytes, virtual time.

use emrtd::session::Batching;
use kendt_bench::network::{COMMON_ROUND_TRIP, DOCUMENTS, MOST_ADDED, MOST_WAITS, ROUND_TRIPS, Row, row};
use kendt_bench::specimen::{Kind, Specimen};

const RUNS: u64 = 5;

fn reference(batching: Batching, round_trip_ms: u64) -> Row {
    let specimen = Specimen::issue(Kind::REFERENCE).expect("the simulator issues its own profile");
    row(&specimen, "reference", false, batching, round_trip_ms, RUNS).expect("the document can be read")
}

#[test]
fn every_kind_of_document_is_read_in_at_most_six_waits() {
    for (name, kind, extended) in DOCUMENTS {
        let specimen = Specimen::issue(kind).unwrap();
        let row = row(&specimen, name, extended, Batching::Batched, COMMON_ROUND_TRIP, 1).unwrap();
        assert!(row.waits <= MOST_WAITS, "{name}: {} waits", row.waits);
    }
}

#[test]
fn the_network_adds_at_most_1200_ms_at_a_round_trip_of_150_ms() {
    let row = reference(Batching::Batched, COMMON_ROUND_TRIP);
    assert!(row.added_s.p95 <= MOST_ADDED, "{:?}", row.added_s);
}

#[test]
fn a_read_of_18_kb_stays_within_the_limits_with_30_ms_for_each_command() {
    for (round_trip, limit) in ROUND_TRIPS {
        let row = reference(Batching::Batched, round_trip);
        assert!(row.flat_total_s.p95 <= limit, "{round_trip} ms: {:?}", row.flat_total_s);
    }
}

#[test]
fn one_command_at_a_time_waits_for_every_command() {
    let (batched, single) = (reference(Batching::Batched, 60), reference(Batching::Single, 60));
    assert_eq!(single.waits, single.commands);
    assert!(single.waits > 15 * batched.waits, "{} and {} waits", single.waits, batched.waits);
}

#[test]
fn without_a_network_nothing_is_added() {
    let row = reference(Batching::Batched, 0);
    assert!(row.added_s.p95.abs() < f64::EPSILON, "{:?}", row.added_s);
    assert!(row.chip_s > 1.0, "a typical chip takes its time: {}", row.chip_s);
}
