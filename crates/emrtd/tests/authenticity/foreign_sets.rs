//! Sets that others made: the documents of a mock PKI with RSA, RSASSA-PSS and six curves, and a BSI specimen.
//!
//! The certificates of the mock PKI lack keyUsage, which no state leaves out of a document signer, and its data groups
//! are bare texts without an outer data object. Both are refused; the first can be tolerated by a changed table.

use std::collections::BTreeSet;
use std::sync::Arc;

use emrtd::consistency::com;
use emrtd::lds::File;
use emrtd::passive_authentication::{
    DataGroupHash, EndState, HashProblem, PassiveAuthentication, SignatureProblem, SignerPathProblem, Trust,
};
use emrtd::session::{FileOutcome, Files, Protection};
use emrtd::{Finding, HashAlgorithm};
use jiff::Timestamp;
use pki::{Anchors, Certificate, Deviation, DeviationTable, Deviations, PathProblem, Weakness};

use crate::sample;

const SETS: [(&str, &str); 8] = [
    ("efsod.bin", "csca.der"),
    ("rsa_pss/efsod.bin", "rsa_pss/csca.der"),
    ("ec/p256_efsod.bin", "ec/p256_csca.der"),
    ("ec/p384_efsod.bin", "ec/p384_csca.der"),
    ("ec/p521_efsod.bin", "ec/p521_csca.der"),
    ("ec/bp256_efsod.bin", "ec/bp256_csca.der"),
    ("ec/bp384_efsod.bin", "ec/bp384_csca.der"),
    ("ec/bp512_efsod.bin", "ec/bp512_csca.der"),
];

fn mock(name: &str) -> Vec<u8> {
    sample(&format!("pa-sets/dmrtd-crate/{name}"))
}

fn read(files: impl IntoIterator<Item = (File, Vec<u8>)>) -> Files {
    files.into_iter().map(|(file, bytes)| (file, FileOutcome::read(bytes, Protection::Access))).collect()
}

fn mock_files(sod: &str) -> Files {
    read([(File::Sod, mock(sod)), (File::Dg1, mock("dg1.bin")), (File::Dg2, mock("dg2.bin"))])
}

fn anchors(certificates: &[&str]) -> Anchors {
    let mut anchors = Anchors::new("mock");
    for name in certificates {
        anchors.trust(Arc::new(Certificate::parse(&mock(name)).unwrap()));
    }
    anchors
}

fn builtin() -> DeviationTable {
    DeviationTable::builtin().unwrap()
}

/// The table with one more toleration.
fn tolerating(id: &str) -> DeviationTable {
    let text = include_str!("../../../pki/data/deviations.toml");
    let (before, row) = text.split_once(&format!("id = \"{id}\"")).unwrap();
    let row = row.replacen("tolerated = false", "tolerated = true", 1);
    DeviationTable::parse(&format!("{before}id = \"{id}\"{row}")).unwrap()
}

fn check<'a>(files: &'a Files, anchors: &Anchors, deviations: &DeviationTable) -> PassiveAuthentication<'a> {
    let now: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
    PassiveAuthentication::of(files, &Trust { anchors, deviations, now })
}

#[test]
fn every_set_of_the_mock_pki_is_signed_by_its_signer_and_has_a_path_to_its_authority() {
    let tolerant = tolerating("key-usage-missing");
    for (sod, csca) in SETS {
        let files = mock_files(sod);
        let found = check(&files, &anchors(&[csca]), &tolerant);
        assert_eq!(found.signed.signature, Finding::Successful, "{sod}");
        assert_eq!(found.signed.path, Finding::Successful, "{sod}");
        assert_eq!(found.signed.validity, Finding::Successful, "{sod}");
        assert!(found.tolerated().contains(&Deviation::KeyUsageMissing), "{sod}");
        assert_eq!(found.weaknesses(), BTreeSet::new(), "{sod}");
        let authority = found.signed.authority.as_ref().unwrap();
        assert_eq!(authority.as_der(), mock(csca), "{sod}");
    }
}

#[test]
fn a_signer_without_key_usage_breaks_the_profile_unless_the_table_tolerates_it() {
    for (sod, csca) in SETS {
        let files = mock_files(sod);
        let found = check(&files, &anchors(&[csca]), &builtin());
        assert_eq!(found.signed.signature, Finding::Successful, "{sod}");
        let refused = Deviations::from([Deviation::KeyUsageMissing]);
        assert_eq!(found.signed.path, Finding::Failed(SignerPathProblem::Profile(refused)), "{sod}");
        assert_eq!(found.end_state(), EndState::Policy, "{sod}");
        assert!(found.authentic(File::Dg1).is_none(), "{sod}");
    }
}

#[test]
fn data_groups_without_an_outer_data_object_are_not_used_although_their_bytes_have_the_signed_hash() {
    for (sod, csca) in SETS {
        let files = mock_files(sod);
        let found = check(&files, &anchors(&[csca]), &tolerating("key-usage-missing"));
        let object = found.security_object.as_ref().unwrap();
        for (file, name) in [(File::Dg1, "dg1.bin"), (File::Dg2, "dg2.bin")] {
            let digest = object.hash_algorithm.unwrap().digest(&[&mock(name)]);
            assert_eq!(object.hash_of(file), Some(&digest[..]), "{sod}");
            assert_eq!(found.data_groups[&file], DataGroupHash::NonConformant, "{sod}");
        }
        let expected = HashProblem::NonConformant(vec![File::Dg1, File::Dg2]);
        assert_eq!(found.hashes, Finding::Failed(expected), "{sod}");
    }
}

#[test]
fn another_authority_is_no_path_and_the_document_is_not_called_false_for_that() {
    for (sod, _) in SETS {
        let files = mock_files(sod);
        let found = check(&files, &anchors(&["other_csca.der"]), &tolerating("key-usage-missing"));
        assert_eq!(found.signed.signature, Finding::Successful);
        let missing = SignerPathProblem::Path(PathProblem::NoAuthority);
        assert_eq!(found.signed.path, Finding::Undetermined(missing), "{sod}");
        assert_eq!(found.end_state(), EndState::CscaMissing, "{sod}");
    }
}

#[test]
fn an_authority_of_the_same_name_with_another_key_is_no_path() {
    // Both are called CSCA-Utopia; only the first signed.
    let files = mock_files("efsod.bin");
    let found = check(&files, &anchors(&["rsa_pss/csca.der", "ec/p256_csca.der"]), &builtin());
    assert!(!found.signed.path.is_successful());
    let found = check(&files, &anchors(&["rsa_pss/csca.der", "csca.der"]), &tolerating("key-usage-missing"));
    assert_eq!(found.signed.path, Finding::Successful);
}

#[test]
fn the_content_type_of_plain_data_is_tolerated_for_china_only() {
    let files = mock_files("efsod_wrong_ct.bin");
    let found = check(&files, &anchors(&["csca.der"]), &tolerating("key-usage-missing"));
    let refused = Deviations::from([Deviation::SecurityObjectOfTypeData]);
    assert_eq!(found.signed.signature, Finding::Failed(SignatureProblem::Profile(refused)));
    assert_eq!(found.end_state(), EndState::Policy);
}

#[test]
fn the_specimen_of_2008_is_signed_with_sha_1_and_its_authority_is_not_public() {
    let groups = [
        (File::Sod, "SOD"),
        (File::Com, "COM"),
        (File::Dg1, "DG1"),
        (File::Dg2, "DG2"),
        (File::Dg14, "DG14"),
        (File::Dg15, "DG15"),
    ];
    let files = read(groups.map(|(file, name)| (file, crate::specimen(name))));
    let found = check(&files, &anchors(&[]), &builtin());
    assert_eq!(found.signed.signature, Finding::Successful);
    assert_eq!(found.end_state(), EndState::CscaMissing);
    assert_eq!(found.weaknesses(), BTreeSet::from([Weakness::Sha1]));
    assert_eq!(found.security_object.as_ref().unwrap().hash_algorithm, Ok(HashAlgorithm::Sha1));
    for file in [File::Dg1, File::Dg2, File::Dg14] {
        assert_eq!(found.data_groups[&file], DataGroupHash::Identical, "{file}");
    }
    assert_eq!(found.data_groups[&File::Dg3], DataGroupHash::NotRead);
    assert_eq!(found.hashes, Finding::Successful);
    // The set has an EF.DG15 that nobody signed.
    assert_eq!(found.data_groups[&File::Dg15], DataGroupHash::NotListed);
    assert_eq!(com(&files, found.security_object.as_ref()), Finding::Successful);
}
