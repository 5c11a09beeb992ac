//! The German and the Dutch master list of 2025. They are large and stay in the corpora: without them the tests skip.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest of it")]
mod common;

use std::path::{Path, PathBuf};

use common::certificate;
use pki::{Certificate, DeviationTable, MasterList, MasterListSignerError, PublicKey, Role, SignerError};

fn corpus(path: &str) -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("KENDT_CORPORA").map_or(beside, PathBuf::from);
    let read = std::fs::read(folder.join(path)).ok();
    if read.is_none() {
        println!("skipped: no {path} in the corpora");
    }
    read
}

const DE: (&str, &str, usize) =
    ("01-pki/master-lists/de/DE_ML_2025-06-25-09-31-57.ml", "single/DE_ROOT_CA_CSCA07.cer", 559);
const NL: (&str, &str, usize) = ("01-pki/master-lists/nl/NL_ML_2025-07-29.ml", "single/NL_ROOT_CA.cer", 394);

#[test]
fn both_lists_verify_to_their_own_root_only_and_every_certificate_is_read() {
    let table = DeviationTable::builtin().unwrap();
    for ((path, root, count), (_, other, _)) in [(DE, NL), (NL, DE)] {
        let Some(bytes) = corpus(path) else { continue };
        let list = MasterList::parse(&bytes).unwrap();
        let signer = list.verify(&certificate(root)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(signer.list.weaknesses.is_empty(), "{:?}", signer.list);
        let country = signer.certificate.country();
        for deviations in [&signer.list.deviations, &signer.issued.deviations, &signer.profile] {
            let judged = table.judge(deviations, country.as_deref());
            assert!(judged.refused.is_empty(), "{path}: {:?}", judged.refused);
        }
        let refused = list.verify(&certificate(other));
        assert!(matches!(refused, Err(MasterListSignerError::Unanchored(_))));
        let read: Vec<&Certificate> = list.certificates().iter().map(|read| read.as_ref().unwrap()).collect();
        assert_eq!(read.len(), count);
        assert!(read.iter().all(|read| !matches!(read.key(), PublicKey::Unsupported(_))));
        for authority in read.iter().filter(|read| read.claims_to_be_self_signed()) {
            let verified = authority.verify_issued_by(authority).unwrap();
            let mut deviations = authority.check_profile(Role::Authority);
            deviations.extend(verified.deviations);
            let judged = table.judge(&deviations, authority.country().as_deref());
            assert!(judged.refused.is_empty(), "{authority:?}: {:?}", judged.refused);
        }
        // A link whose issuer is on the list was signed by it.
        for link in read.iter().filter(|read| !read.claims_to_be_self_signed()) {
            let named = link.issuer_key_identifier();
            let issuers: Vec<_> = read
                .iter()
                .filter(|issuer| {
                    named == Some(issuer.key_identifier()) && link.issuer().matches(issuer.subject())
                })
                .collect();
            let verified = issuers.iter().any(|issuer| link.verify_issued_by(issuer).is_ok());
            assert!(issuers.is_empty() || verified, "{link:?}");
        }
    }
}

#[test]
fn a_list_that_was_changed_does_not_verify() {
    let Some(bytes) = corpus(NL.0) else { return };
    let root = certificate(NL.1);
    let original = MasterList::parse(&bytes).unwrap();
    for at in (0..bytes.len()).step_by(9973).chain(bytes.len() - 700..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let Ok(list) = MasterList::parse(&changed) else { continue };
        if list.verify(&root).is_ok() {
            // What is not signed may be changed: embedded certificates besides the signer's, unsigned attributes.
            assert_eq!(list.certificates(), original.certificates(), "byte {at}");
        }
    }
    let at = bytes.len() / 2;
    let mut changed = bytes.clone();
    changed[at] ^= 1;
    if let Ok(list) = MasterList::parse(&changed) {
        let refused = list.verify(&root);
        assert_eq!(refused.err(), Some(MasterListSignerError::Signature(SignerError::MessageDigest)));
    }
}
