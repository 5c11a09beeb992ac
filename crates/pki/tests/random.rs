//! Bytes from anywhere: no panic, and nothing that was changed verifies.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::certificates;
use pki::{Certificate, Crl, DeviationTable, DeviationTableError, Role};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};

/// Uses everything that can be asked of what was read.
fn exercise(bytes: &[u8]) {
    if let Ok(read) = Certificate::parse(bytes) {
        for role in Role::ALL {
            let _ = read.check_profile(role).len();
        }
        let _ = (format!("{read:?}"), read.verify_issued_by(&read).is_ok(), read.country());
    }
    if let Ok(read) = Crl::parse(bytes) {
        let _ = (format!("{read:?}"), read.freshness(read.this_update()));
    }
}

proptest! {
    #[test]
    fn random_bytes_do_not_panic(bytes in vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
    }

    #[test]
    fn damaged_certificates_do_not_panic(
        which in any::<proptest::sample::Index>(),
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let samples = certificates("danish");
        let mut bytes = which.get(&samples).1.as_der().to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        exercise(&bytes);
        let changed = Certificate::parse(&bytes);
        let known = samples.iter().any(|(_, known)| known.as_der() == bytes);
        if let (Ok(changed), false) = (changed, known) {
            prop_assert!(samples.iter().all(|(_, issuer)| changed.verify_issued_by(issuer).is_err()));
        }
        bytes.truncate(cut.index(bytes.len()));
        exercise(&bytes);
    }
}

#[test]
fn a_table_with_a_missing_repeated_or_unknown_row_is_refused() {
    let builtin = include_str!("../data/deviations.toml");
    assert!(
        DeviationTable::parse(builtin).is_ok_and(|table| table.rules().all(|rule| !rule.reason.is_empty()))
    );
    let first = builtin.find("[[deviation]]").unwrap();
    let second = first + 1 + builtin[first + 1..].find("[[deviation]]").unwrap();
    let missing = [&builtin[..first], &builtin[second..]].concat();
    assert!(matches!(DeviationTable::parse(&missing), Err(DeviationTableError::Missing(_))));
    let repeated = [builtin, &builtin[first..second]].concat();
    assert!(matches!(DeviationTable::parse(&repeated), Err(DeviationTableError::Repeated(_))));
    let unknown = builtin.replacen("version-not-three", "everything-is-fine", 1);
    assert!(matches!(DeviationTable::parse(&unknown), Err(DeviationTableError::Format(_))));
    let column = builtin.replacen("tolerated = false", "tolerated = false\nskip = true", 1);
    assert!(matches!(DeviationTable::parse(&column), Err(DeviationTableError::Format(_))));
}
