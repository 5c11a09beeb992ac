//! Passive Authentication over an EF.SOD that somebody changed, and evidence records.

use std::sync::{Arc, OnceLock};

use emrtd::lds::File;
use emrtd::passive_authentication::{PassiveAuthentication, Trust};
use emrtd::session::{FileOutcome, Files, Protection};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use jiff::Timestamp;
use pki::{Anchors, Certificate, DeviationTable, SignedData};
use verdict::{Evidence, KeptEvidence};

use crate::oracle::sound;
use crate::specimens;

fn document() -> &'static SpecimenDocument {
    static DOCUMENT: OnceLock<Arc<SpecimenDocument>> = OnceLock::new();
    DOCUMENT.get_or_init(|| specimens::document(0))
}

fn anchors() -> &'static Anchors {
    static ANCHORS: OnceLock<Anchors> = OnceLock::new();
    ANCHORS.get_or_init(|| {
        let authority = Certificate::parse(&document().csca_certificate.0).expect("it was issued here");
        let mut anchors = Anchors::new("fuzz");
        anchors.trust(Arc::new(authority));
        anchors
    })
}

/// The EF.SOD of every specimen: the authority is the same for all of them.
fn issued() -> impl Iterator<Item = Vec<u8>> {
    specimens::all().filter_map(|document| Some(document.file(ElementaryFile::Sod)?.to_vec()))
}

/// What an EF.SOD lists: the content that is signed.
fn list_of(sod: &[u8]) -> Vec<u8> {
    let contents = File::Sod.contents(sod).expect("it was read");
    SignedData::unverified_content_of(contents.outer.value).expect("it was read").1
}

/// What the authority signed, ever.
fn issued_lists() -> &'static [Vec<u8>] {
    static LISTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    LISTS.get_or_init(|| issued().map(|sod| list_of(&sod)).collect())
}

/// EF.SOD under an authority that is trusted. Whatever it is: it vouches for a list of hashes only if the authority's
/// signer signed that list.
pub fn passive_authentication(bytes: &[u8]) {
    static TABLE: OnceLock<DeviationTable> = OnceLock::new();
    let table = TABLE.get_or_init(|| DeviationTable::builtin().expect("it is part of the program"));
    let group = |number| document().file(ElementaryFile::DataGroup(number)).unwrap_or_default().to_vec();
    let files: Files = [(File::Sod, bytes.to_vec()), (File::Dg1, group(1)), (File::Dg2, group(2))]
        .into_iter()
        .map(|(file, bytes)| (file, FileOutcome::read(bytes, Protection::Access)))
        .collect();
    let now: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
    let found = PassiveAuthentication::of(&files, &Trust { anchors: anchors(), deviations: table, now });
    found.end_state();
    if found.is_list_authentic() {
        assert!(issued_lists().contains(&list_of(bytes)), "something was vouched for that nobody signed");
    } else {
        assert!(found.authentic(File::Dg1).is_none() && found.authentic(File::Dg2).is_none());
    }
}

/// Seeds of [`passive_authentication`]: what the authority issued.
pub fn passive_authentication_seeds() -> Vec<Vec<u8>> {
    issued().collect()
}

/// Evidence records in both forms: what is read is written again as the same bytes.
pub fn evidence(bytes: &[u8]) {
    if let Some(read) = sound(bytes, Evidence::from_cbor(bytes)) {
        assert_eq!(read.to_cbor().expect("it was read"), bytes, "a record has two forms");
    }
    if let Some(read) = sound(bytes, KeptEvidence::from_cbor(bytes)) {
        assert_eq!(read.to_cbor().expect("it was read"), bytes, "a record has two forms");
    }
}

/// Seeds of [`evidence`].
pub fn evidence_seeds() -> Vec<Vec<u8>> {
    use verdict::{
        Assurance, Document, DocumentClass, Header, Level, Name, Names, Provenance, StateCode, Times,
    };
    let time: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
    let name = |text| Name::new(text).expect("a name");
    let header = Header {
        transaction_id: [1; 16],
        transcript_hash: [2; 32],
        times: Times::new(time, time).expect("a span of time"),
        requested: Level::Substantial,
        document: Document {
            state: StateCode::UNSPECIFIED,
            class: DocumentClass::Passport,
            generation: 0,
            valid_until: None,
        },
        assurance: Assurance::UNKNOWN,
        provenance: Provenance {
            trust_store_version: name("1-0123456789abcdef"),
            policy_version: name("default-1"),
            components: Names::new([name("emrtd-0.1.0")]).expect("names"),
            quirks: Names::default(),
            deviations: Names::new([name("serial-zero")]).expect("names"),
        },
    };
    let record = Evidence::builder(header).finish();
    let kept = record.keep(&[3; 32]).expect("it can be kept");
    vec![record.to_cbor().expect("it can be written"), kept.to_cbor().expect("it can be written")]
}
