//! Lists of defects and deviations, and the manifest of a trust store.
//!
//! No list verifies below an authority that did not sign it, and what it says of a signer is in proportion to the list.

use std::str::FromStr;

use emrtd::tlv;
use pki::{
    Anchors, Certificate, DefectList, DefectScope, DefectSubject, DeviationList, Fingerprint, KnownDefects,
    Manifest,
};

use super::pki::{authorities, document_signers};
use crate::oracle::sound;

/// Bytes of an effect that is printed, beside what it gives out of the list.
const EFFECT: usize = 400;

/// Asks what a list says of each signer among the samples.
fn asked(bytes: &[u8], list: KnownDefects) {
    let mut anchors = Anchors::new("fuzz");
    anchors.note_defects(list.into(), DefectScope::EveryState);
    for signer in document_signers() {
        for number in [None, Some("C01X00T47")] {
            let subject = DefectSubject { document_number: number, ..DefectSubject::of_signer(signer) };
            let effects = anchors.defects_of(&subject);
            assert!(effects.0.len() <= 2 * bytes.len());
            assert!(format!("{effects:?}").len() <= 10 * bytes.len() + EFFECT * (1 + effects.0.len()));
        }
    }
}

/// Defect lists.
pub fn defect_list(bytes: &[u8]) {
    let Some(read) = sound(bytes, DefectList::parse(bytes)) else { return };
    assert!(authorities().iter().all(|authority| read.verify(authority).is_err()));
    asked(bytes, KnownDefects::DefectList(read));
}

/// Deviation lists.
pub fn deviation_list(bytes: &[u8]) {
    let Some(read) = sound(bytes, DeviationList::parse(bytes)) else { return };
    assert!(authorities().iter().all(|authority| read.verify(authority).is_err()));
    asked(bytes, KnownDefects::DeviationList(read));
}

/// Signed data without a signature.
fn unsigned(content_type: &[u8], content: &[u8]) -> Vec<u8> {
    let content = tlv::write(0xA0, &tlv::write(0x04, content));
    let kind = tlv::write(0x06, content_type);
    let signed =
        [vec![2, 1, 3, 0x31, 0], tlv::write(0x30, &[kind, content].concat()), vec![0x31, 0]].concat();
    let signed_data = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
    tlv::write(0x30, &[&signed_data[..], &tlv::write(0xA0, &tlv::write(0x30, &signed))].concat())
}

/// 0.4.0.127.0.7.3.1.5.
const DEFECT_LIST: [u8; 8] = [4, 0, 0x7F, 0, 7, 3, 1, 5];
/// 2.23.136.1.1.7.
const DEVIATION_LIST: [u8; 6] = [0x67, 0x81, 8, 1, 1, 7];
/// SHA-256.
const SHA_256: [u8; 11] = [0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

fn identifier(arc: &[u8], kind: &[u8]) -> Vec<u8> {
    tlv::write(0x06, &[arc, kind].concat())
}

/// The key identifier of a signer among the samples.
fn key_identifier() -> Vec<u8> {
    document_signers().first().map(Certificate::key_identifier).unwrap_or_default().to_vec()
}

/// Seeds of [`defect_list`]: every kind of defect, in both versions.
pub fn defect_list_seeds() -> Vec<Vec<u8>> {
    let kinds: [(&[u8], &[u8]); 12] = [
        (&[1, 1], &[0x0A, 1, 3]),
        (&[1, 2], &[0x04, 2, 0x30, 0]),
        (&[1, 3], &[]),
        (&[1, 5], &[0x0A, 1, 6]),
        (&[1, 6], &[0x0A, 1, 1]),
        (&[2, 1], &[0x31, 6, 2, 1, 2, 2, 1, 11]),
        (&[2, 2], &[0x0A, 1, 1]),
        (&[2, 4], &[0x80, 2, 1, 2]),
        (&[2, 5], &[0x13, 2, b'U', b'T']),
        (&[4, 1], &[0x30, 0]),
        (&[4, 4], &[0x0A, 1, 2]),
        (&[9], &[]),
    ];
    let signer = tlv::write(0x80, &key_identifier());
    let list = |version: u8, known: Vec<u8>| {
        let entry = tlv::write(0x30, &[signer.clone(), tlv::write(0x31, &known)].concat());
        let parts = [vec![2, 1, version], SHA_256.to_vec(), tlv::write(0x31, &entry)].concat();
        unsigned(&DEFECT_LIST, &tlv::write(0x30, &parts))
    };
    let first = kinds
        .map(|(kind, parameters)| tlv::write(0x30, &[&identifier(&DEFECT_LIST, kind), parameters].concat()));
    let second = kinds.map(|(kind, parameters)| {
        let parameters = if parameters.is_empty() { Vec::new() } else { tlv::write(0xA0, parameters) };
        tlv::write(0xA0, &[identifier(&DEFECT_LIST, kind), parameters, vec![0x81, 1, b'x']].concat())
    });
    vec![list(0, first.concat()), list(1, second.concat())]
}

/// Seeds of [`deviation_list`]: every condition and every kind of deviation.
pub fn deviation_list_seeds() -> Vec<Vec<u8>> {
    let kinds: [(&[u8], &[u8]); 6] = [
        (&[1, 1], &[]),
        (&[1, 4], &[]),
        (&[2, 2], &[2, 1, 12]),
        (&[2, 3], &[]),
        (&[3, 1], &[2, 1, 4]),
        (&[9], &[]),
    ];
    let described = kinds.map(|(kind, parameters)| {
        let parameters = if parameters.is_empty() { Vec::new() } else { tlv::write(0xA0, parameters) };
        tlv::write(0x30, &[vec![0x13, 1, b'x'], identifier(&DEVIATION_LIST, kind), parameters].concat())
    });
    let time = |text: &[u8]| tlv::write(0x18, text);
    let documents = [
        vec![0x80, 2, b'P', b'<'],
        tlv::write(0x82, &key_identifier()),
        tlv::write(0xA4, &[time(b"20171001000000Z"), time(b"20180205235959.999Z")].concat()),
        tlv::write(0xA5, &tlv::write(0x13, b"C01X00T47")),
    ];
    let list = |documents: Vec<u8>| {
        let entry =
            tlv::write(0x30, &[tlv::write(0x30, &documents), tlv::write(0x31, &described.concat())].concat());
        let parts = [vec![2, 1, 0], tlv::write(0x30, &SHA_256), tlv::write(0x31, &entry)].concat();
        unsigned(&DEVIATION_LIST, &tlv::write(0x30, &parts))
    };
    vec![list(documents.concat()), list(Vec::new()), list(documents[1].clone())]
}

/// The manifest of a trust store. What is accepted is written and read again as the same.
pub fn manifest(bytes: &[u8]) {
    let read = match Manifest::parse(bytes) {
        Ok(read) => read,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = read.to_json().expect("what was read can be written");
    assert!(Manifest::parse(&written).is_ok_and(|again| again == read));
    for entry in read.certificates.values() {
        let vouched = entry.by_link || entry.sources.iter().any(|source| source.trusted);
        assert_eq!(entry.is_trusted(), vouched);
    }
    for fingerprint in read.roots.iter().chain(&read.signers) {
        assert_eq!(Fingerprint::from_str(&fingerprint.to_string()), Ok(*fingerprint));
    }
}

/// Seeds of [`manifest`].
pub fn manifest_seeds() -> Vec<Vec<u8>> {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let source = format!(r#"{{"list":"{hash}","imported":"2026-11-25T12:00:00Z","by":"x","trusted":true}}"#);
    let list = format!(
        r#"{{"country":"UT","signed":"2026-03-01T12:00:00Z","root":null,"trusted":true,"certificates":["{hash}"]}}"#
    );
    let defects = r#"{"kind":"defect-list","country":"UT","signed":null,"root":null,"reach":"own-state"}"#;
    let summary = format!(
        r#"{{"what":"master-list","fingerprint":"{hash}","found":1,"added":1,"known":0,"dropped":0}}"#
    );
    let full = format!(
        r#"{{"format":1,"number":2,"previous":"{hash}","at":"2026-11-25T12:00:00Z","by":"x","import":{summary},
        "certificates":{{"{hash}":{{"sources":[{source}],"by_link":false,"deviations":["curve-named"]}}}},
        "signers":["{hash}"],"lists":{{"{hash}":{list}}},"roots":["{hash}"],"revocation":[],
        "defects":{{"{hash}":{defects}}}}}"#
    );
    let empty = r#"{"format":1,"number":1,"previous":null,"at":"2026-11-25T12:00:00Z","by":"","import":null,
        "certificates":{},"signers":[],"lists":{},"roots":[],"revocation":[]}"#;
    vec![full.into_bytes(), empty.as_bytes().to_vec()]
}
