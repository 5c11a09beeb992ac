//! What the files of a document say, with one of them missing, broken or changed after the read.

use emrtd::Finding;
use emrtd::consistency::{CardAccessProblem, CardSecurityProblem, ComProblem, PrintedLinesProblem};
use emrtd::lds::File;
use emrtd::passive_authentication::{SignatureProblem, SignerPathProblem};
use emrtd::session::{FileError, FileOutcome, Files, Protection, Reading};
use jiff::SignedDuration;
use mrz::{Field, Format, Mrz, MrzBuilder};
use pki::{Anchors, PathProblem};

use crate::support::{Specimen, examine, now};

fn com(specimen: &Specimen, reading: &Reading) -> Finding<ComProblem> {
    specimen.examine(reading).files.com
}

fn change(files: &mut Files, file: File, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = files[&file].unverified().unwrap().to_vec();
    change(&mut bytes);
    files.insert(file, FileOutcome::read(bytes, Protection::Access));
}

#[test]
fn ef_com_may_be_left_out_where_ef_sod_names_the_versions_itself() {
    let specimen = Specimen::issue("pace-cam");
    let mut reading = specimen.read();
    reading.files.insert(File::Com, FileOutcome::Absent);
    assert_eq!(com(&specimen, &reading), Finding::NotSupported(ComProblem::LeftOut));
    let specimen = Specimen::issue("pace-gm-ca");
    let mut reading = specimen.read();
    reading.files.insert(File::Com, FileOutcome::Absent);
    assert_eq!(com(&specimen, &reading), Finding::Undetermined(ComProblem::Absent));
    reading.files.remove(&File::Com);
    assert_eq!(com(&specimen, &reading), Finding::Undetermined(ComProblem::Absent));
}

#[test]
fn an_ef_com_that_is_broken_failed_and_one_that_was_not_delivered_is_undetermined() {
    let specimen = Specimen::issue("pace-gm-ca");
    let mut reading = specimen.read();
    let broken = FileError::Cut { announced: 30, delivered: 20 };
    reading.files.insert(File::Com, FileOutcome::Unreadable(broken.clone()));
    assert_eq!(com(&specimen, &reading), Finding::Failed(ComProblem::Broken(broken)));
    let refused = FileError::Refused(emrtd::apdu::StatusWord(0x6982));
    reading.files.insert(File::Com, FileOutcome::Unreadable(refused));
    assert_eq!(com(&specimen, &reading), Finding::Undetermined(ComProblem::Unreadable));
}

#[test]
fn ef_com_lists_more_when_a_tag_stands_for_no_listed_group_or_twice() {
    const DG2: u8 = 0x75;
    const DG14: u8 = 0x6E;
    let specimen = Specimen::issue("pace-gm-ca");
    let genuine = specimen.read();
    for other in [0x63, 0x7A, DG14] {
        let mut reading = genuine.clone();
        change(&mut reading.files, File::Com, |bytes| {
            let at = bytes.iter().rposition(|byte| *byte == DG2).unwrap();
            bytes[at] = other;
        });
        assert_eq!(com(&specimen, &reading), Finding::Failed(ComProblem::ListsMore), "{other:02X}");
    }
}

#[test]
fn a_document_that_signs_no_dg14_and_shows_no_ef_card_access_offers_no_pace() {
    let specimen = Specimen::issue("bac-only");
    let reading = specimen.read();
    let found = |specimen: &Specimen, reading| specimen.examine(reading).files.card_access;
    assert_eq!(found(&specimen, &reading), Finding::NotSupported(CardAccessProblem::NoPace));
    // An offer that nobody signs.
    let mut offering = reading.clone();
    let card_access = Specimen::issue("pace-gm-ca").read().files[&File::CardAccess].clone();
    offering.files.insert(File::CardAccess, card_access);
    let nothing = Finding::Undetermined(CardAccessProblem::NothingToCompare);
    assert_eq!(found(&specimen, &offering), nothing);
    // A wrong signature says nothing of DG14.
    let mut unsigned = reading.clone();
    change(&mut unsigned.files, File::Sod, |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(found(&specimen, &unsigned), nothing);
    // A DG14 that is listed and was not read.
    let specimen = Specimen::issue("pace-gm-ca");
    let mut withheld = specimen.read();
    withheld.files.insert(File::Dg14, FileOutcome::Absent);
    withheld.files.insert(File::CardAccess, FileOutcome::Absent);
    assert_eq!(found(&specimen, &withheld), nothing);
}

#[test]
fn ef_card_security_needs_a_signer_with_a_path_that_is_valid() {
    let specimen = Specimen::issue("pace-cam");
    let reading = specimen.read();
    let finding = |anchors: &Anchors, years: i64| {
        let time = now() + SignedDuration::from_hours(years * 366 * 24);
        let found = examine(&reading, &specimen.lines(), anchors, time).files.card_security;
        assert_eq!(found.authentic.is_some(), found.finding.is_successful());
        found.finding
    };
    assert_eq!(finding(&specimen.anchors, 0), Finding::Successful);
    let no_authority = SignerPathProblem::Path(PathProblem::NoAuthority);
    let nobody = finding(&Anchors::new("empty"), 0);
    assert_eq!(nobody, Finding::Undetermined(CardSecurityProblem::Path(no_authority)));
    let expired = finding(&specimen.anchors, 40);
    assert!(matches!(expired, Finding::Failed(CardSecurityProblem::Validity(_))), "{expired:?}");
}

/// Lines with other optional data or names.
fn relined(lines: &Mrz, optional: &str, primary: &str) -> Mrz {
    let names = lines.names();
    let yymmdd = |line: &str, at: usize| line[at..at + 6].to_owned();
    let second = &lines.lines()[1];
    MrzBuilder::new(Format::Td3)
        .document_code(lines.document_code())
        .issuing_state(lines.issuing_state().as_str())
        .nationality(lines.nationality().as_str())
        .names(primary, names.secondary())
        .document_number(lines.document_number())
        .birth_date(&yymmdd(second, 13))
        .sex(lines.sex())
        .expiry_date(&yymmdd(second, 21))
        .optional_data(optional)
        .build()
        .unwrap()
}

#[test]
fn printed_lines_that_differ_failed_and_optional_data_that_differ_are_a_doubt() {
    let specimen = Specimen::issue("pace-gm-ca");
    let reading = specimen.read();
    let genuine = specimen.lines();
    let (optional, primary) = (genuine.optional_data().to_owned(), genuine.names().primary().to_owned());
    let finding = |optional: &str, primary: &str| {
        let lines = relined(&genuine, optional, primary);
        examine(&reading, &lines, &specimen.anchors, now()).printed_lines
    };
    assert_eq!(finding(&optional, &primary), Finding::Successful);
    let doubt = finding("OTHER", &primary);
    assert_eq!(doubt, Finding::Undetermined(PrintedLinesProblem::Fields(vec![Field::OptionalData])));
    let differing = PrintedLinesProblem::Fields(vec![Field::Names]);
    assert_eq!(differing.to_string(), "the printed lines differ from DG1 in: names");
    assert_eq!(finding(&optional, "SOMEBODY"), Finding::Failed(differing));
    let both = PrintedLinesProblem::Fields(vec![Field::Names, Field::OptionalData]);
    assert_eq!(finding("OTHER", "SOMEBODY"), Finding::Failed(both));
    let card = Specimen::issue("td2-card").lines();
    let other = examine(&reading, &card, &specimen.anchors, now()).printed_lines;
    assert_eq!(other, Finding::Failed(PrintedLinesProblem::Layout));
}

#[test]
fn a_problem_with_data_groups_names_them() {
    let specimen = Specimen::issue("pace-gm-ca");
    let mut reading = specimen.read();
    reading.files.insert(File::Dg2, FileOutcome::Absent);
    reading.files.insert(File::Dg14, FileOutcome::Absent);
    let hashes = specimen.examine(&reading).files.passive_authentication.hashes;
    assert_eq!(hashes.reason().unwrap().to_string(), "listed and withheld: EF.DG2, EF.DG14");
}

#[test]
fn nothing_of_a_file_that_is_vouched_for_is_shown() {
    let specimen = Specimen::issue("pace-gm-ca");
    let reading = specimen.read();
    let found = specimen.examine(&reading);
    let dg1 = found.files.passive_authentication.authentic(File::Dg1).unwrap();
    assert_eq!(format!("{dg1:?}"), format!("Authentic(EF.DG1, {} bytes)", dg1.bytes().len()));
}

#[test]
fn ef_card_security_with_the_content_of_ef_sod_is_none() {
    let specimen = Specimen::issue("pace-cam");
    let mut reading = specimen.read();
    let sod = File::Sod.contents(reading.file(File::Sod).unwrap()).unwrap().outer.value.to_vec();
    reading.files.insert(File::CardSecurity, FileOutcome::read(sod, Protection::Access));
    let found = specimen.examine(&reading).files.card_security;
    assert!(
        matches!(
            found.finding,
            Finding::Failed(CardSecurityProblem::Signature(SignatureProblem::ContentType(_)))
        ),
        "{:?}",
        found.finding
    );
}
