//! The trust store: what is taken, what is trusted, and that nothing is lost or goes back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest of it")]
mod common;
#[path = "common/issuing.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod issuing;

use std::fs;
use std::path::{Path, PathBuf};

use emrtd_sim::pki::{Csca, CscaKey, Deviation as Issued};
use issuing::{ECDSA, csca, key, master_list, parsed, rng};
use jiff::Timestamp;
use jiff::civil::date;
use pki::{
    Certificate, Coverage, CrlRefused, DeviationTable, DropReason, Fingerprint, Import, Report, Standing,
    StoreError, TrustStore,
};
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-25T12:00:00Z")
}

struct Store {
    folder: TempDir,
    /// None while it is opened again.
    open: Option<TrustStore>,
    table: DeviationTable,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = TrustStore::create(folder.path(), now(), "tester").unwrap();
        Store { folder, open: Some(store), table: DeviationTable::builtin().unwrap() }
    }

    fn store(&mut self) -> &mut TrustStore {
        self.open.as_mut().unwrap()
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.open = None;
        self.open = Some(TrustStore::open(self.folder.path())?);
        Ok(())
    }

    /// Imports one object.
    fn import(
        &mut self,
        bytes: &[u8],
        roots: &[Certificate],
        accept: &[Fingerprint],
    ) -> Result<Report, StoreError> {
        self.import_at(bytes, roots, accept, false)
    }

    fn import_at(
        &mut self,
        bytes: &[u8],
        roots: &[Certificate],
        accept: &[Fingerprint],
        allow_older: bool,
    ) -> Result<Report, StoreError> {
        let table = self.table.clone();
        let import = Import { at: now(), by: "tester", deviations: &table, roots, accept, allow_older };
        let report = self.store().import(bytes, &import)?.pop().unwrap()?;
        assert!(report.is_complete(), "{report:?}");
        Ok(report)
    }

    fn trusted(&self) -> usize {
        self.open.as_ref().unwrap().anchors(&self.table).unwrap().authorities().len()
    }
}

#[test]
fn a_list_below_a_pinned_root_is_trusted_and_stays_so_without_the_root_being_given_again() {
    let (signing, other) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let list =
        master_list(&signing, &[&signing.certificate().der, &other.certificate().der], date(2026, 3, 1), 10);
    let mut store = Store::new();
    let report = store.import(&list, &[parsed(&signing)], &[]).unwrap();
    let root = Fingerprint::of(&signing.certificate().der);
    assert_eq!(report.standing, Standing::Anchored(root));
    assert_eq!((report.found, report.added.len(), store.trusted()), (2, 2, 2));

    let third = csca("ZZ", "XPO", 3, &[]);
    let next = master_list(&signing, &[&third.certificate().der], date(2026, 4, 1), 20);
    store.reopen().unwrap();
    let report = store.import(&next, &[], &[]).unwrap();
    assert_eq!(report.standing, Standing::Anchored(root));
    // Nothing is taken away by a list that lacks it, and what it lacks is told.
    assert_eq!(store.trusted(), 3);
    assert_eq!(report.lacking.len(), 2);
    let entry = &store.store().manifest().certificates[&Fingerprint::of(&other.certificate().der)];
    assert_eq!(entry.sources.len(), 1);
    assert_eq!(
        (entry.sources[0].by.as_str(), entry.sources[0].list),
        ("tester", Some(Fingerprint::of(&list)))
    );
}

#[test]
fn the_same_list_twice_changes_nothing() {
    let signing = csca("UT", "UTO", 1, &[]);
    let list = master_list(&signing, &[&signing.certificate().der], date(2026, 3, 1), 10);
    let mut store = Store::new();
    assert!(store.import(&list, &[parsed(&signing)], &[]).unwrap().changed);
    let version = store.store().version();
    let again = store.import(&list, &[], &[]).unwrap();
    assert_eq!((again.changed, again.known, store.store().version()), (false, 1, version));
}

#[test]
fn a_list_that_nobody_vouches_for_is_kept_and_none_of_it_is_trusted_until_its_fingerprint_is_accepted() {
    let forger = csca("UT", "UTO", 66, &[]);
    let list = master_list(&forger, &[&forger.certificate().der], date(2026, 3, 1), 10);
    let mut store = Store::new();
    let genuine = csca("UT", "UTO", 1, &[]);
    let report = store.import(&list, &[parsed(&genuine)], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Unanchored(_)));
    assert_eq!((report.added.len(), store.trusted()), (1, 0));

    let report = store.import(&list, &[], &[Fingerprint::of(&list)]).unwrap();
    assert_eq!(report.standing, Standing::Accepted);
    assert_eq!((report.newly_trusted, store.trusted()), (1, 1));
}

#[test]
fn a_list_with_a_changed_content_and_one_of_another_state_are_unanchored() {
    let (signing, other) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let list = master_list(&other, &[&other.certificate().der], date(2026, 3, 1), 10);
    let mut store = Store::new();
    let report = store.import(&list, &[parsed(&signing)], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Unanchored(_)), "{:?}", report.standing);

    let mut forged = master_list(&signing, &[&signing.certificate().der], date(2026, 3, 1), 10);
    let at = forged.len() - 1;
    forged[at] ^= 1;
    let report = store.import(&forged, &[parsed(&signing)], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Unanchored(_)), "{:?}", report.standing);
    assert_eq!(store.trusted(), 0);
}

#[test]
fn an_older_list_of_the_same_signer_is_refused_unless_an_archive_is_imported() {
    let signing = csca("UT", "UTO", 1, &[]);
    let der = &signing.certificate().der;
    let newer = master_list(&signing, &[der], date(2026, 4, 1), 10);
    let older = master_list(&signing, &[der], date(2026, 3, 1), 20);
    let mut store = Store::new();
    store.import(&newer, &[parsed(&signing)], &[]).unwrap();
    let version = store.store().version();
    let refused = store.import(&older, &[], &[]).unwrap_err();
    assert!(matches!(refused, StoreError::Older { .. }), "{refused}");
    assert_eq!(store.store().version(), version);
    assert!(store.import_at(&older, &[], &[], true).unwrap().changed);
}

#[test]
fn a_bad_certificate_is_dropped_with_its_reason_and_the_list_is_kept() {
    let signing = csca("UT", "UTO", 1, &[]);
    let wrong = csca("XO", "XOM", 2, &[Issued::WrongSignature]);
    let critical = csca("ZZ", "XPO", 3, &[Issued::UnknownCriticalExtension]);
    let broken = [0x30, 3, 2, 1, 1];
    let entries: [&[u8]; 5] = [
        &signing.certificate().der,
        &wrong.certificate().der,
        &critical.certificate().der,
        &broken,
        &signing.certificate().der,
    ];
    let list = master_list(&signing, &entries, date(2026, 3, 1), 10);
    let mut store = Store::new();
    let report = store.import(&list, &[parsed(&signing)], &[]).unwrap();
    assert_eq!((report.found, report.added.len(), report.repeated, report.dropped.len()), (5, 1, 1, 3));
    let mut reasons: Vec<_> = report.dropped.iter().map(|dropped| (dropped.at, &dropped.reason)).collect();
    reasons.sort_by_key(|(at, _)| *at);
    assert!(matches!(reasons[0], (1, DropReason::SelfSignature(_))), "{reasons:?}");
    assert!(matches!(reasons[1], (2, DropReason::Profile(_))), "{reasons:?}");
    assert!(matches!(reasons[2], (3, DropReason::Unreadable(_))), "{reasons:?}");
}

#[test]
fn a_single_certificate_is_trusted_on_the_operators_word_or_as_a_link_of_a_trusted_one() {
    let first = csca("UT", "UTO", 1, &[]);
    let renewed = CscaKey { key: key(7), scheme: ECDSA };
    let (second, link) = first.renew(renewed, date(2026, 1, 1), None, &[], &mut rng(7)).unwrap();
    let mut store = Store::new();
    let report = store.import(&first.certificate().der, &[], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Unanchored(_)));
    // A link of an authority that is there and not trusted is not trusted either.
    assert!(matches!(store.import(&link.der, &[], &[]).unwrap().standing, Standing::Unanchored(_)));
    assert_eq!(store.trusted(), 0);

    let accepted = Fingerprint::of(&first.certificate().der);
    assert_eq!(
        store.import(&first.certificate().der, &[], &[accepted]).unwrap().standing,
        Standing::Accepted
    );
    assert_eq!(store.import(&link.der, &[], &[]).unwrap().standing, Standing::Linked);
    assert_eq!(store.trusted(), 2);
    // The link vouches for the second generation's key, not for its self-signed certificate.
    let report = store.import(&second.certificate().der, &[], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Unanchored(_)));
}

#[test]
fn the_danish_generations_are_linked_from_2011_to_2023() {
    let mut store = Store::new();
    let folder = common::folder("danish");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let certificates: Vec<Certificate> =
        names.iter().map(|path| Certificate::parse(&fs::read(path).unwrap()).unwrap()).collect();
    let root = certificates
        .iter()
        .find(|certificate| {
            certificate.claims_to_be_self_signed()
                && certificate.validity().not_before.to_string().starts_with("2011")
        })
        .unwrap();
    let accepted = Fingerprint::of(root.as_der());
    store.import(root.as_der(), &[], &[accepted]).unwrap();
    // Each link is trusted once the one before it is: any order ends the same after as many rounds as there are links.
    let links: Vec<&Certificate> =
        certificates.iter().filter(|certificate| !certificate.claims_to_be_self_signed()).collect();
    for _ in 0..links.len() {
        for link in &links {
            store.import(link.as_der(), &[], &[]).unwrap();
        }
    }
    let anchors = store.store().anchors(&DeviationTable::builtin().unwrap()).unwrap();
    let year = |certificate: &Certificate| certificate.validity().not_before.to_string()[..4].to_owned();
    let newest = certificates.iter().max_by_key(|certificate| certificate.validity().not_before).unwrap();
    let chain = anchors.link_chain(newest);
    let years: Vec<String> = chain.iter().map(|certificate| year(certificate)).collect();
    assert!(years.ends_with(&["2019".to_owned(), "2015".to_owned(), "2011".to_owned()]), "{years:?}");
    assert_eq!(year(newest), "2023");
    let (last, links) = chain.split_last().unwrap();
    assert!(last.claims_to_be_self_signed() && links.iter().all(|link| !link.claims_to_be_self_signed()));
}

#[test]
fn a_revocation_list_needs_a_trusted_authority_and_its_number_never_goes_back() {
    let (authority, other) = (csca("UT", "UTO", 1, &[]), csca("UT", "UTO", 2, &[]));
    let list = |csca: &Csca, number| {
        let (from, to) = (date(2026, 11, 1).at(0, 0, 0, 0), date(2026, 12, 1).at(0, 0, 0, 0));
        csca.revocation_list(number, from, to, &[], &[], &mut rng(number)).unwrap()
    };
    let mut store = Store::new();
    let der = &authority.certificate().der;
    let refused = store.import(&list(&authority, 5), &[], &[]).unwrap_err();
    assert!(matches!(refused, StoreError::RevocationListRefused(CrlRefused::NoAuthority)), "{refused}");
    store.import(der, &[], &[Fingerprint::of(der)]).unwrap();
    let refused = store.import(&list(&other, 5), &[], &[]).unwrap_err();
    assert!(matches!(refused, StoreError::RevocationListRefused(CrlRefused::NotIssued(_))), "{refused}");
    store.import(&list(&authority, 5), &[], &[]).unwrap();
    store.reopen().unwrap();
    let refused = store.import(&list(&authority, 4), &[], &[]).unwrap_err();
    assert!(matches!(refused, StoreError::RevocationListRefused(CrlRefused::Older)), "{refused}");
    assert!(store.import(&list(&authority, 6), &[], &[]).unwrap().changed);
}

#[test]
fn generations_are_chained_and_a_changed_file_of_the_store_is_noticed() {
    let signing = csca("UT", "UTO", 1, &[]);
    let der = signing.certificate().der.clone();
    let mut store = Store::new();
    store.import(&der, &[], &[Fingerprint::of(&der)]).unwrap();
    let newest = store.store().manifest().clone();
    let before = store.store().before(&newest).unwrap().unwrap();
    assert_eq!((newest.number, before.number, before.previous), (2, 1, None));
    assert!(store.store().before(&before).unwrap().is_none());

    let spoil = |path: &Path| {
        let original = fs::read(path).unwrap();
        let mut changed = original.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        fs::write(path, changed).unwrap();
        original
    };
    let manifests = store.folder.path().join("manifests");
    for name in ["00000001.json", "00000002.json"] {
        let original = spoil(&manifests.join(name));
        let noticed = if let Err(error) = store.reopen() {
            matches!(error, StoreError::Changed(_))
        } else {
            let newest = store.store().manifest().clone();
            matches!(store.store().before(&newest), Err(StoreError::Changed(_)))
        };
        assert!(noticed, "{name}");
        fs::write(manifests.join(name), original).unwrap();
    }
    let object = store.folder.path().join("objects").join(Fingerprint::of(&der).to_string());
    spoil(&object);
    store.reopen().unwrap();
    let noticed = store.open.as_ref().unwrap().anchors(&store.table);
    assert!(matches!(noticed, Err(StoreError::Changed(_))));
}

#[test]
fn half_an_object_that_a_crash_left_is_written_again() {
    let signing = csca("UT", "UTO", 1, &[]);
    let der = &signing.certificate().der;
    let mut store = Store::new();
    let object = store.folder.path().join("objects").join(Fingerprint::of(der).to_string());
    fs::write(&object, &der[..der.len() / 2]).unwrap();
    assert!(store.import(der, &[], &[Fingerprint::of(der)]).unwrap().changed);
    assert_eq!(store.trusted(), 1);
}

#[test]
fn a_store_that_is_put_back_to_an_earlier_generation_does_not_stay_there() {
    let authorities = [csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]), csca("ZZ", "XPO", 3, &[])];
    let mut store = Store::new();
    let pointer = store.folder.path().join("current");
    let mut pointers = vec![fs::read(&pointer).unwrap()];
    for authority in &authorities {
        let der = &authority.certificate().der;
        store.import(der, &[], &[Fingerprint::of(der)]).unwrap();
        pointers.push(fs::read(&pointer).unwrap());
    }
    let version = store.store().version();
    for earlier in &pointers {
        fs::write(&pointer, earlier).unwrap();
        store.reopen().unwrap();
        assert_eq!((store.store().version(), store.trusted()), (version.clone(), 3));
    }
    let manifest = |number| store.folder.path().join(format!("manifests/{number:08}.json"));
    let third = fs::read(manifest(3)).unwrap();
    fs::remove_file(manifest(3)).unwrap();
    fs::write(&pointer, &pointers[1]).unwrap();
    let refused = TrustStore::open(store.folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::RolledBack { number: 2, .. }), "{refused}");
    // A generation of another history in its place does not fit the one before it.
    let text = String::from_utf8(third).unwrap().replace("\"previous\": \"", "\"previous\": \"0");
    let at = text.find("\"previous\": \"0").unwrap() + "\"previous\": \"0".len() + 63;
    let other = [&text[..at], &text[at + 1..]].concat();
    fs::write(manifest(3), other).unwrap();
    assert!(matches!(TrustStore::open(store.folder.path()), Err(StoreError::Changed(_))));
}

#[test]
fn one_process_writes_at_a_time_others_read_and_what_another_wrote_is_not_lost() {
    let (first, second) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let ders = [&first.certificate().der, &second.certificate().der];
    let mut store = Store::new();
    let lock = fs::File::options().write(true).open(store.folder.path().join("lock")).unwrap();
    lock.lock().unwrap();
    let refused = store.import(ders[0], &[], &[]).unwrap_err();
    assert!(matches!(refused, StoreError::Locked(_)), "{refused}");
    let mut other = TrustStore::open(store.folder.path()).unwrap();
    drop(lock);
    store.import(ders[0], &[], &[Fingerprint::of(ders[0])]).unwrap();
    let table = store.table.clone();
    let accept = [Fingerprint::of(ders[1])];
    let import = Import {
        at: now(),
        by: "other",
        deviations: &table,
        roots: &[],
        accept: &accept,
        allow_older: false,
    };
    other.import(ders[1], &import).unwrap();
    store.reopen().unwrap();
    assert_eq!((store.trusted(), store.store().manifest().number), (2, 3));
    assert_eq!(store.store().check().unwrap(), (3, 2));
}

#[test]
fn a_store_is_never_made_over_another() {
    let store = Store::new();
    let again = TrustStore::create(store.folder.path(), now(), "tester");
    assert!(matches!(again, Err(StoreError::Exists(_))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(TrustStore::open(empty.path()), Err(StoreError::Missing(_))));
}

fn corpus(path: &str) -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("KENDT_CORPORA").map_or(beside, PathBuf::from);
    let read = fs::read(folder.join(path)).ok();
    if read.is_none() {
        println!("skipped: no {path} in the corpora");
    }
    read
}

#[test]
fn both_real_lists_are_imported_with_every_certificate_accounted_for() {
    const DE: &str = "01-pki/master-lists/de/DE_ML_2025-06-25-09-31-57.ml";
    const NL: &str = "01-pki/master-lists/nl/NL_ML_2025-07-29.ml";
    let (Some(de), Some(nl)) = (corpus(DE), corpus(NL)) else { return };
    let mut store = Store::new();
    let report = store.import(&de, &[common::certificate("single/DE_ROOT_CA_CSCA07.cer")], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Anchored(_)), "{:?}", report.standing);
    assert_eq!((report.found, report.added.len(), report.known, report.repeated), (559, 558, 0, 0));
    // A Chinese link certificate that does not say what its key may sign.
    let [dropped] = &report.dropped[..] else { panic!("{:?}", report.dropped) };
    assert!(matches!(dropped.reason, DropReason::Profile(_)), "{dropped:?}");
    assert!(dropped.name.as_ref().unwrap().contains("China Passport"), "{dropped:?}");

    let report = store.import(&nl, &[common::certificate("single/NL_ROOT_CA.cer")], &[]).unwrap();
    assert!(matches!(report.standing, Standing::Anchored(_)), "{:?}", report.standing);
    assert_eq!((report.found, report.added.len(), report.known, report.repeated), (394, 33, 361, 0));
    assert_eq!(report.dropped, []);
    // The two lists differ, and the difference is told: valid certificates of the first that the second lacks.
    assert!(report.lacking.len() > 100, "{}", report.lacking.len());

    let coverage = Coverage::of(store.store()).unwrap();
    assert_eq!(store.trusted(), 558 + 33);
    let counted: usize = coverage.states.values().map(|state| state.generations.len()).sum();
    assert_eq!((coverage.states.len(), counted), (120, 558 + 33));
    assert_eq!(coverage.states["DK"].valid(now()), 7);
    let svg = coverage.svg(now());
    assert_eq!(svg.matches("</title></rect>").count(), counted);
    assert!(svg.contains("118 of 120 states have a valid authority on 2026-11-25"));
}
