//! What a hostile or unlucky file cannot do to a trust store, and files with many parts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[path = "common/issuing.rs"]
mod issuing;

use std::fmt::Write as _;
use std::fs;

use emrtd_sim::asn1;
use emrtd_sim::issue::known_defects::{
    DEFECT_LIST, DEFECT_LIST_SIGNER, DEVIATION_LIST, DEVIATION_LIST_SIGNER, defects_of,
};
use emrtd_sim::issue::{SignedContent, build_signed_data};
use emrtd_sim::pki::{Csca, CscaKey, Deviation as Issued, DocumentSigner};
use issuing::{
    ECDSA, MASTER_LIST, csca, deviations_of, document_signer, key, known_defect, master_list, parsed, rng,
    signed, signed_by,
};
use jiff::Timestamp;
use jiff::civil::date;
use pki::{
    Certificate, DefectCheck, DefectOverride, DefectSubject, DeviationTable, DropReason, Fingerprint, Import,
    Imported, Reach, Report, Standing, StoreError, TrustStore,
};
use tempfile::TempDir;

fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

struct Desk {
    /// Removed at the end.
    folder: TempDir,
    store: TrustStore,
    table: DeviationTable,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = TrustStore::create(folder.path(), now(), "tester").unwrap();
        Self { folder, store, table: DeviationTable::builtin().unwrap() }
    }

    /// With authorities that the operator accepted.
    fn trusting(authorities: &[&Csca]) -> Self {
        let mut desk = Self::new();
        for authority in authorities {
            let der = &authority.certificate().der;
            desk.one(der, &[], &[Fingerprint::of(der)]).unwrap();
        }
        desk
    }

    fn all(
        &mut self,
        bytes: &[u8],
        roots: &[Certificate],
        accept: &[Fingerprint],
    ) -> Vec<Result<Report, StoreError>> {
        let import =
            Import { at: now(), by: "tester", deviations: &self.table, roots, accept, allow_older: false };
        self.store.import(bytes, &import).unwrap()
    }

    fn one(
        &mut self,
        bytes: &[u8],
        roots: &[Certificate],
        accept: &[Fingerprint],
    ) -> Result<Report, StoreError> {
        let mut outcomes = self.all(bytes, roots, accept);
        assert_eq!(outcomes.len(), 1);
        outcomes.pop().unwrap()
    }

    fn trusted(&self) -> usize {
        self.store.anchors(&self.table).unwrap().authorities().len()
    }
}

fn ldif(values: &[(&str, &[u8])]) -> String {
    let mut text = "version: 1\n".to_owned();
    for (name, value) in values {
        let encoded = base64(value);
        let _ = write!(text, "\ndn: cn={}\nobjectClass: top\n{name}:: ", text.len());
        // Lines are folded at 76 characters, as the directory does it.
        let mut rest = &encoded[..];
        while rest.len() > 60 {
            let _ = write!(text, "{}\n ", &rest[..60]);
            rest = &rest[60..];
        }
        let _ = writeln!(text, "{rest}");
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = char::from(ALPHABET[(number >> (18 - 6 * at) & 63) as usize]);
            text.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

#[test]
fn a_list_that_nobody_vouches_for_does_not_keep_a_genuine_one_out_however_late_it_says_it_is() {
    let (genuine, forger) = (csca("UT", "UTO", 1, &[]), csca("UT", "UTO", 66, &[]));
    let mut desk = Desk::new();
    let forged = master_list(&forger, &[&forger.certificate().der], date(2026, 10, 1), 10);
    assert!(matches!(desk.one(&forged, &[], &[]).unwrap().standing, Standing::Unanchored(_)));
    let list = master_list(&genuine, &[&genuine.certificate().der], date(2026, 3, 1), 20);
    assert!(matches!(desk.one(&list, &[parsed(&genuine)], &[]).unwrap().standing, Standing::Anchored(_)));
}

/// A master list that departs from the standard in one way.
fn departing_list(signer: &DocumentSigner, content: &[u8], deviation: Issued) -> Vec<u8> {
    let what = SignedContent {
        content_type: MASTER_LIST,
        content,
        scheme: ECDSA,
        signing_time: date(2026, 3, 1).at(0, 0, 0, 0),
        deviations: &[deviation],
    };
    build_signed_data(what, signer, &mut rng(6)).unwrap()
}

#[test]
fn a_list_from_the_future_or_without_a_time_is_not_trusted() {
    let authority = csca("UT", "UTO", 1, &[]);
    let certificate = asn1::tlv(&[0x31], &authority.certificate().der);
    let content = asn1::sequence([asn1::small(0), certificate]);
    let signer = authority.certify_master_list_signer(key(5), date(2026, 1, 1), &[], &mut rng(5)).unwrap();
    let timeless = departing_list(&signer, &content, Issued::MissingSigningTime);
    let mut desk = Desk::new();
    for (list, reason) in [
        (signed_by(&signer, MASTER_LIST, &content, date(2026, 11, 28), 7), "in the future"),
        (timeless, "does not say when"),
    ] {
        let standing = desk.one(&list, &[parsed(&authority)], &[]).unwrap().standing;
        let Standing::Unanchored(why) = &standing else { panic!("{standing:?}") };
        assert!(why.contains(reason), "{why}");
    }
    // A clock that is off by less than a day is none from the future.
    let list = signed_by(&signer, MASTER_LIST, &content, date(2026, 11, 26), 8);
    assert!(desk.one(&list, &[], &[]).unwrap().standing.is_trusted());
}

#[test]
fn certificates_lie_in_their_list_and_those_of_a_list_in_pieces_beside_it() {
    let authorities = [csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[])];
    let certificates: Vec<&[u8]> = authorities.iter().map(|csca| &csca.certificate().der[..]).collect();
    let content = asn1::sequence([asn1::small(0), asn1::tlv(&[0x31], &certificates.concat())]);
    let signer =
        authorities[0].certify_master_list_signer(key(5), date(2026, 1, 1), &[], &mut rng(5)).unwrap();
    let whole = departing_list(&signer, &content, Issued::IndefiniteLength);
    let octets = asn1::octet_string(&content);
    let at = whole.windows(octets.len()).position(|part| part == octets).unwrap();
    let pieces: Vec<u8> = content.chunks(100).flat_map(asn1::octet_string).collect();
    let in_pieces = [&whole[..at], &pieces, &whole[at + octets.len()..]].concat();
    for (list, objects) in [(&whole, 2), (&in_pieces, 3)] {
        let mut desk = Desk::new();
        assert_eq!(desk.one(list, &[parsed(&authorities[0])], &[]).unwrap().added.len(), 2);
        // The list and its pinned root, which is one of the two; the other one only where it must.
        let folder = desk.folder.path().join("objects");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), objects);
        assert_eq!(desk.trusted(), 2);
        for certificate in &certificates {
            let found = desk.store.certificate(Fingerprint::of(certificate)).unwrap();
            assert_eq!(found.as_der(), *certificate);
        }
        // A changed byte of the list is one of the store.
        let path = folder.join(Fingerprint::of(list).to_string());
        let mut changed = fs::read(&path).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        fs::write(&path, changed).unwrap();
        assert!(matches!(desk.store.check(), Err(StoreError::Changed(_))));
        let read = desk.store.certificate(Fingerprint::of(certificates[1]));
        assert_eq!(read.is_err(), objects == 2);
    }
}

#[test]
fn a_list_below_an_authority_that_nobody_pinned_says_so() {
    let (german, other) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let mut desk = Desk::new();
    let list =
        master_list(&german, &[&german.certificate().der, &other.certificate().der], date(2026, 3, 1), 10);
    desk.one(&list, &[parsed(&german)], &[]).unwrap();
    let list = master_list(&other, &[&other.certificate().der], date(2026, 3, 1), 20);
    let vouched = Standing::Vouched(Fingerprint::of(&other.certificate().der));
    assert_eq!(desk.one(&list, &[], &[]).unwrap().standing, vouched);
}

#[test]
fn a_list_that_was_accepted_stays_so_when_it_is_imported_again() {
    let authority = csca("UT", "UTO", 1, &[]);
    let list = master_list(&authority, &[&authority.certificate().der], date(2026, 3, 1), 10);
    let fingerprint = Fingerprint::of(&list);
    let mut desk = Desk::new();
    desk.one(&list, &[], &[fingerprint]).unwrap();
    let again = desk.one(&list, &[], &[]).unwrap();
    assert_eq!((&again.standing, again.changed), (&Standing::Accepted, false));
    assert!(desk.store.manifest().lists[&fingerprint].trusted);
}

#[test]
fn a_directory_makes_one_generation_and_each_part_has_its_own_outcome() {
    let (state, other) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let list = master_list(&state, &[&state.certificate().der], date(2026, 3, 1), 10);
    let (signer, _) = document_signer(&state, 20);
    let day = |day| date(2026, 11, day).at(0, 0, 0, 0);
    let crl = |csca: &Csca, number| {
        csca.revocation_list(number, day(1), day(30), &[], &[], &mut rng(number)).unwrap()
    };
    let (newer, older, foreign) = (crl(&state, 7), crl(&state, 6), crl(&other, 7));
    // The revocation lists come before the list with their authority.
    let text = ldif(&[
        ("certificateRevocationList;binary", &newer),
        ("certificateRevocationList;binary", &older),
        ("certificateRevocationList;binary", &foreign),
        ("userCertificate;binary", &signer.certificate.der),
        ("userCertificate;binary", &signer.certificate.der[..200]),
        ("CscaMasterListData", &list),
        ("userCertificate;binary", &signer.certificate.der),
    ]);
    let text = text + "\ndn: cn=broken\nuserCertificate;binary:: MAM*\n";
    let mut desk = Desk::new();
    let outcomes = desk.all(text.as_bytes(), &[parsed(&state)], &[]);
    let kinds: Vec<Option<Imported>> =
        outcomes.iter().map(|outcome| outcome.as_ref().ok().map(|report| report.what)).collect();
    let crl = Some(Imported::RevocationList);
    let signer = Some(Imported::DocumentSigner);
    assert_eq!(kinds, [crl, None, None, signer, None, Some(Imported::MasterList), signer, None]);
    assert!(matches!(outcomes[1], Err(StoreError::RevocationListRefused(_))), "{:?}", outcomes[1]);
    assert!(matches!(outcomes[4], Err(StoreError::UnknownForm)));
    assert!(matches!(outcomes[7], Err(StoreError::Value(_))));
    assert_eq!(outcomes[6].as_ref().unwrap().known, 1);
    assert_eq!((desk.store.manifest().number, desk.trusted()), (2, 1));
    let summary = desk.store.manifest().import.as_ref().unwrap();
    assert_eq!((summary.what, summary.fingerprint), (Imported::Collection, Fingerprint::of(text.as_bytes())));
    assert_eq!((summary.found, summary.added, summary.known, summary.dropped), (7, 2, 1, 4));
    assert_eq!(desk.store.anchors(&desk.table).unwrap().signers().len(), 1);

    let version = desk.store.version();
    desk.all(text.as_bytes(), &[], &[]);
    assert_eq!(desk.store.version(), version);
}

#[test]
fn a_hostile_directory_changes_nothing() {
    let mut long = "userCertificate;binary:: ".to_owned();
    long.extend(std::iter::repeat_n('A', 2_000_000));
    let nested = asn1::sequence([[0x30, 0x80].repeat(5_000)]);
    let texts = [
        long,
        ldif(&[("CscaMasterListData", &nested), ("a", &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF])]),
        format!("dn:: {}\n {}\n\n", base64(b"0\x03\x02\x01\x01"), " ".repeat(100_000)),
        "userCertificate;binary:: MAMCAQE=\nuserCertificate;binary:: MAMC*QE=\n".to_owned(),
    ];
    let mut desk = Desk::new();
    let version = desk.store.version();
    for text in texts {
        let import = Import {
            at: now(),
            by: "tester",
            deviations: &desk.table,
            roots: &[],
            accept: &[],
            allow_older: false,
        };
        match desk.store.import(text.as_bytes(), &import) {
            Ok(outcomes) => assert!(outcomes.iter().all(Result::is_err)),
            Err(error) => assert!(matches!(error, StoreError::UnknownForm), "{error}"),
        }
    }
    assert_eq!(desk.store.version(), version);
}

#[test]
fn links_in_one_file_are_trusted_whatever_their_order() {
    let first = csca("UT", "UTO", 1, &[]);
    let renewed = |seed| CscaKey { key: key(seed), scheme: ECDSA };
    let (second, link) = first.renew(renewed(7), date(2026, 1, 1), None, &[], &mut rng(7)).unwrap();
    let (_, last) = second.renew(renewed(8), date(2026, 2, 1), None, &[], &mut rng(8)).unwrap();
    let mut desk = Desk::trusting(&[&first]);
    let text = ldif(&[("cACertificate;binary", &last.der), ("cACertificate;binary", &link.der)]);
    for outcome in desk.all(text.as_bytes(), &[], &[]) {
        let report = outcome.unwrap();
        assert_eq!(report.standing, Standing::Linked);
        assert!(report.is_complete() && report.newly_trusted == 0, "{report:?}");
    }
    assert_eq!(desk.trusted(), 3);
}

#[test]
fn a_revocation_list_takes_the_place_of_the_older_one_and_an_earlier_one_of_the_same_number_does_not() {
    let state = csca("UT", "UTO", 1, &[]);
    let mut desk = Desk::trusting(&[&state]);
    let list = |number, day| {
        let (from, to) = (date(2026, 11, day).at(0, 0, 0, 0), date(2026, 12, 20).at(0, 0, 0, 0));
        state.revocation_list(number, from, to, &[], &[], &mut rng(number)).unwrap()
    };
    let (first, second) = (list(5, 10), list(6, 12));
    desk.one(&first, &[], &[]).unwrap();
    desk.one(&second, &[], &[]).unwrap();
    assert_eq!(desk.store.manifest().revocation, [Fingerprint::of(&second)].into());
    assert!(!desk.one(&second, &[], &[]).unwrap().changed);
    for refused in [list(6, 11), list(5, 13)] {
        assert!(matches!(desk.one(&refused, &[], &[]), Err(StoreError::RevocationListRefused(_))));
    }
}

#[test]
fn a_defect_list_below_a_pinned_root_speaks_of_every_state_and_another_of_its_own() {
    let (state, foreign) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let (signer, read) = document_signer(&foreign, 20);
    let content = defects_of(&signer, &[known_defect("1.1", &[0x0A, 1, 3])]);
    let list = signed(&state, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, date(2026, 3, 1), 30);
    let outcome = |desk: &Desk| {
        let anchors = desk.store.anchors(&desk.table).unwrap();
        anchors.defects_of(&DefectSubject::of_signer(&read)).on(DefectCheck::Signer)
    };
    let cases = [
        (Desk::new(), &[][..], &[][..], Reach::Nobody, None),
        (Desk::trusting(&[&state]), &[], &[], Reach::OwnState, None),
        (Desk::new(), &[parsed(&state)], &[], Reach::EveryState, Some(DefectOverride::Failed)),
        (Desk::new(), &[], &[Fingerprint::of(&list)], Reach::EveryState, Some(DefectOverride::Failed)),
    ];
    for (mut desk, roots, accept, reach, expected) in cases {
        let report = desk.one(&list, roots, accept).unwrap();
        assert_eq!((report.what, report.entries, report.unreadable), (Imported::DefectList, 1, 0));
        assert_eq!(desk.store.manifest().defects[&Fingerprint::of(&list)].reach, reach);
        assert_eq!(outcome(&desk), expected, "{reach:?}");
        let version = desk.store.version();
        assert!(!desk.one(&list, &[], &[]).unwrap().changed);
        assert_eq!(desk.store.version(), version);
    }
}

#[test]
fn of_the_defect_lists_of_a_signer_the_newest_is_in_force_and_an_older_one_is_refused() {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, read) = document_signer(&state, 20);
    let list = |kind: &str, day, seed| {
        let content = defects_of(&signer, &[known_defect(kind, &[])]);
        signed(&state, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, day, seed)
    };
    let mut desk = Desk::new();
    desk.one(&list("1.3", date(2026, 3, 1), 30), &[parsed(&state)], &[]).unwrap();
    desk.one(&list("1.4", date(2026, 4, 1), 40), &[], &[]).unwrap();
    let refused = desk.one(&list("1.3", date(2026, 3, 15), 50), &[], &[]);
    assert!(matches!(refused, Err(StoreError::Older { .. })));
    let effects = desk.store.anchors(&desk.table).unwrap().defects_of(&DefectSubject::of_signer(&read));
    assert_eq!(effects.on(DefectCheck::ChipAuthentication), None);
    assert_eq!(effects.on(DefectCheck::ActiveAuthentication), Some(DefectOverride::Failed));
}

#[test]
fn a_deviation_list_speaks_of_its_own_state_even_below_a_pinned_root() {
    let (state, foreign) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 2, &[]));
    let ((_, own), (_, other)) = (document_signer(&state, 20), document_signer(&foreign, 21));
    let content = deviations_of(&[], &[("2.3", &[])]);
    let list = signed(&state, DEVIATION_LIST_SIGNER, DEVIATION_LIST, &content, date(2026, 3, 1), 30);
    let mut desk = Desk::new();
    let report = desk.one(&list, &[parsed(&state)], &[]).unwrap();
    assert_eq!((report.what, report.entries), (Imported::DeviationList, 1));
    let anchors = desk.store.anchors(&desk.table).unwrap();
    let on = |signer| anchors.defects_of(&DefectSubject::of_signer(signer)).on(DefectCheck::SodSignature);
    assert_eq!((on(&own), on(&other)), (Some(DefectOverride::AtWorstUndetermined), None));
}

/// The two certificates of real lists whose signatures are wrong: a link of Portugal and one of the Ivory Coast.
#[test]
fn of_the_two_real_links_with_wrong_signatures_the_one_whose_issuer_is_known_is_dropped() {
    let signing = csca("UT", "UTO", 1, &[]);
    let read = |path: &str| fs::read(common::folder(path)).unwrap();
    let (ivory_coast, portugal) = (read("odd/81a46f683b.der"), read("odd/ac42961dbe.der"));
    let signers: Vec<Vec<u8>> = common::certificates("signers")
        .into_iter()
        .map(|(_, certificate)| certificate.as_der().to_vec())
        .collect();
    let mut entries: Vec<&[u8]> = signers.iter().map(Vec::as_slice).collect();
    entries.extend([&ivory_coast[..], &portugal]);
    let list = master_list(&signing, &entries, date(2026, 3, 1), 10);
    let mut desk = Desk::new();
    let report = desk.one(&list, &[parsed(&signing)], &[]).unwrap();
    assert!(report.is_complete());
    let [dropped] = &report.dropped[..] else { panic!("{:?}", report.dropped) };
    assert_eq!(dropped.at, entries.len() - 2);
    assert!(matches!(dropped.reason, DropReason::LinkSignature(_)), "{dropped:?}");
    // The key that the other names is on no list: nobody can tell that it did not sign, and the list vouches for it.
    assert!(desk.store.manifest().certificates[&Fingerprint::of(&portugal)].is_trusted());
}
