//! A crash at every step of an import leaves the generation before it or the one after it, whole.

use std::sync::Arc;

use super::disk::crash;
use super::*;

fn at() -> Timestamp {
    Timestamp::from_second(1_795_608_000).unwrap()
}

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)).unwrap()
}

/// Everything that a store says, with every file that it needs read and checked.
fn state(path: &Path, table: &DeviationTable) -> (String, Vec<Arc<Certificate>>) {
    let store = TrustStore::open(path).unwrap();
    store.check().unwrap();
    (store.version(), store.anchors(table).unwrap().authorities().to_vec())
}

#[test]
fn a_crash_at_any_step_leaves_the_generation_before_or_after_and_the_import_can_be_repeated() {
    let table = DeviationTable::builtin().unwrap();
    let (first, second) = (sample("single/DE_ROOT_CA_CSCA07.cer"), sample("danish/DK_2011_1b252387.der"));
    let import = |store: &mut TrustStore, der: &[u8]| -> Result<(), StoreError> {
        let accept = [Fingerprint::of(der)];
        let import = Import {
            at: at(),
            by: "tester",
            deviations: &table,
            roots: &[],
            accept: &accept,
            allow_older: false,
        };
        for outcome in store.import(der, &import)? {
            outcome?;
        }
        Ok(())
    };
    let mut seen = (false, false);
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let mut store = TrustStore::create(folder.path(), at(), "tester").unwrap();
        import(&mut store, &first).unwrap();
        let before = state(folder.path(), &table);
        crash::after(Some(steps));
        let outcome = import(&mut store, &second);
        crash::after(None);
        drop(store);
        let after = state(folder.path(), &table);
        if outcome.is_ok() {
            assert!(after.1.len() == 2 && seen == (true, true), "{steps}: {seen:?}");
            break;
        }
        // With one it is the generation before, byte for byte; with two the one after.
        assert_eq!(after.1.len() == 1, after == before, "{steps}");
        seen = (seen.0 || after.1.len() == 1, seen.1 || after.1.len() == 2);
        let mut store = TrustStore::open(folder.path()).unwrap();
        import(&mut store, &second).unwrap();
        drop(store);
        assert_eq!(state(folder.path(), &table).1.len(), 2, "{steps}");
    }
}

#[test]
fn a_crash_while_a_store_is_made_leaves_none_or_an_empty_one() {
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        crash::after(Some(steps));
        let made = TrustStore::create(folder.path(), at(), "tester").is_ok();
        crash::after(None);
        match TrustStore::open(folder.path()) {
            Err(StoreError::Missing(_)) => {
                TrustStore::create(folder.path(), at(), "tester").unwrap();
            }
            opened => assert!(opened.unwrap().manifest().certificates.is_empty()),
        }
        if made {
            break;
        }
    }
}
