//! What was found about a face, in the evidence (C20 to C28).

use ::face::compare::FalseMatchRate;
use ::face::decode::{Limits, decode_portrait};
use ::face::examination::{ComparisonReason, Examination as FaceExamination, PortraitReason, QualityReason};
use ::face::liveness::finding::{BindingReason, Finding, FreshnessReason, IadReason, PadReason};
use emrtd::consistency::PrintedLines;
use emrtd::lds::File;
use emrtd::passive_authentication::PassiveAuthentication;
use emrtd::session::{FileOutcome, Reading};
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use proofing::{
    DocumentCase, PortraitProblem, document_evidence, false_match_rate, portrait, portrait_age, record_face,
};
use verdict::{
    AbortedReason, Check, CheckResult, ChipKey, Evidence, FailedReason, Level, NotSupportedReason, Times,
    UndeterminedReason,
};

use crate::support::{Specimen, now, policy};

const TODAY: Date = date(2026, 11, 25);

/// All is well.
fn genuine() -> FaceExamination {
    FaceExamination {
        portrait: Finding::Successful,
        quality: Finding::Successful,
        comparison: Finding::Successful,
        pad: Finding::Successful,
        iad: Finding::Successful,
        freshness: Finding::Successful,
        binding: Finding::Successful,
        attack_band: None,
        measured: None,
        fault: None,
        quality_instructions: Vec::new(),
        liveness_instructions: Vec::new(),
    }
}

fn evidence(found: &FaceExamination, rate: FalseMatchRate) -> Evidence {
    let specimen = Specimen::issue("pace-cam");
    let reading = specimen.read();
    let examination = specimen.examine(&reading);
    let policy = policy();
    let case = DocumentCase {
        transaction_id: [7; 16],
        times: Times::new(now() - SignedDuration::from_secs(30), now()).unwrap(),
        requested: Level::Substantial,
        trust_store_version: specimen.anchors.version(),
        policy_version: policy.version(),
    };
    let lines = specimen.lines();
    let mut evidence =
        document_evidence(&case, &reading, PrintedLines::Scanned(&lines), &examination, TODAY).unwrap();
    let document = &examination.files.passive_authentication;
    record_face(&mut evidence, document, found, rate, 1, TODAY).unwrap();
    assert!(record_face(&mut evidence, document, found, rate, 1, TODAY).is_err(), "each check once");
    evidence.finish()
}

fn result(check: Check, change: impl FnOnce(&mut FaceExamination)) -> CheckResult {
    let mut found = genuine();
    change(&mut found);
    evidence(&found, FalseMatchRate::OneIn10000).entry(check).result
}

#[test]
fn a_face_that_passed_everything_is_successful_in_every_check_but_the_one_for_morphs() {
    let evidence = evidence(&genuine(), FalseMatchRate::OneIn100000);
    for check in [
        Check::PortraitDecode,
        Check::FaceQuality,
        Check::FaceMatch,
        Check::Pad,
        Check::Iad,
        Check::ChallengeFresh,
        Check::SessionBinding,
    ] {
        assert_eq!(evidence.entry(check).result, CheckResult::Successful, "{check:?}");
    }
    assert_eq!(evidence.entry(Check::Morph).result, CheckResult::NotSupported(NotSupportedReason::NotBuilt));
    assert_eq!(evidence.entry(Check::FaceMatch).retries_used, 1);
    let assurance = evidence.header().assurance;
    assert_eq!((assurance.face_match_one_in, assurance.face_transaction_one_in), (100_000, 33_333));
    // What the document has said of its chip stays.
    assert_eq!(assurance.chip_key, ChipKey::Mapping);
    assert_eq!(Evidence::from_cbor(&evidence.to_cbor().unwrap()).unwrap(), evidence);
}

/// What is changed about a face that passed everything.
type Change = fn(&mut FaceExamination);

#[test]
fn each_finding_has_its_word_in_the_evidence() {
    use CheckResult::{Aborted, Failed, Undetermined};
    let missing = Undetermined(UndeterminedReason::DataMissing);
    let cases: [(Check, Change, CheckResult); 14] = [
        (
            Check::PortraitDecode,
            |found| found.portrait = Finding::Undetermined(PortraitReason::Undecodable),
            missing,
        ),
        (
            Check::PortraitDecode,
            |found| found.portrait = Finding::Failed(PortraitReason::TooPoor),
            Failed(FailedReason::Unreadable),
        ),
        (
            Check::FaceQuality,
            |found| found.quality = Finding::Failed(QualityReason::Low),
            Failed(FailedReason::QualityLow),
        ),
        (
            Check::FaceMatch,
            |found| found.comparison = Finding::Failed(ComparisonReason::NoMatch),
            Failed(FailedReason::NoMatch),
        ),
        (
            Check::FaceMatch,
            |found| found.comparison = Finding::Undetermined(ComparisonReason::GreyBand),
            Undetermined(UndeterminedReason::GreyBand),
        ),
        (
            Check::FaceMatch,
            |found| found.comparison = Finding::Undetermined(ComparisonReason::NotMadeAfterAlarm),
            missing,
        ),
        (
            Check::FaceMatch,
            |found| found.comparison = Finding::Aborted(ComparisonReason::NoFramePassed),
            Aborted(AbortedReason::SessionEnded),
        ),
        (
            Check::Pad,
            |found| found.pad = Finding::Failed(PadReason::FlatSurface),
            Failed(FailedReason::AttackStrong),
        ),
        (
            Check::Pad,
            |found| found.pad = Finding::Failed(PadReason::LooksLikePicture),
            Failed(FailedReason::AttackSuspected),
        ),
        (Check::Pad, |found| found.pad = Finding::Undetermined(PadReason::TooBright), missing),
        (
            Check::Iad,
            |found| found.iad = Finding::Failed(IadReason::Injected),
            Failed(FailedReason::Injected),
        ),
        (Check::Iad, |found| found.iad = Finding::Undetermined(IadReason::Suspicious), missing),
        (
            Check::ChallengeFresh,
            |found| found.freshness = Finding::Failed(FreshnessReason::Late),
            Failed(FailedReason::Stale),
        ),
        (
            Check::SessionBinding,
            |found| found.binding = Finding::Failed(BindingReason::ChainBroken),
            Failed(FailedReason::BindingBroken),
        ),
    ];
    for (check, change, expected) in cases {
        assert_eq!(result(check, change), expected, "{check:?}");
    }
}

#[test]
fn a_chip_that_may_be_a_copy_asks_for_the_stricter_rate() {
    assert_eq!(false_match_rate(ChipKey::None), FalseMatchRate::OneIn100000);
    for key in [ChipKey::ChipAuthentication, ChipKey::Mapping, ChipKey::ActiveAuthentication] {
        assert_eq!(false_match_rate(key), FalseMatchRate::OneIn10000);
    }
}

fn with_document(change: impl FnOnce(&mut Reading), check: impl FnOnce(&PassiveAuthentication<'_>)) {
    let specimen = Specimen::issue("pace-cam");
    let mut reading = specimen.read();
    change(&mut reading);
    check(&specimen.examine(&reading).files.passive_authentication);
}

#[test]
fn the_portrait_is_the_one_that_the_issuer_vouches_for() {
    with_document(|_| {}, |document| assert!(portrait(document).unwrap().starts_with(&[0xFF, 0xD8])));
    let tamper = |reading: &mut Reading| {
        let mut bytes = reading.files[&File::Dg2].unverified().unwrap().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        reading.files.insert(File::Dg2, FileOutcome::read(bytes, emrtd::session::Protection::Access));
    };
    with_document(tamper, |document| assert_eq!(portrait(document), Err(PortraitProblem::NotVouchedFor)));
    let remove = |reading: &mut Reading| drop(reading.files.insert(File::Dg2, FileOutcome::Absent));
    with_document(remove, |document| assert_eq!(portrait(document), Err(PortraitProblem::NotVouchedFor)));
}

#[test]
fn the_age_of_a_portrait_is_undetermined_without_a_signed_date_of_issue() {
    with_document(
        |_| {},
        |document| {
            let undetermined = CheckResult::Undetermined(UndeterminedReason::DataMissing);
            assert_eq!(portrait_age(document, TODAY), undetermined);
        },
    );
}

#[test]
fn pictures_in_published_face_records_decode_and_broken_ones_do_not() {
    let Ok(corpora) = std::env::var("KENDT_CORPORA") else {
        eprintln!("skipped: KENDT_CORPORA does not name the corpora");
        return;
    };
    let (mut whole, mut broken) = (0, 0);
    for entry in std::fs::read_dir(format!("{corpora}/06-images/biometric-records")).unwrap() {
        let path = entry.unwrap().path();
        let record = std::fs::read(&path).unwrap();
        let image = emrtd::lds::dg2::read_record(&record).ok().and_then(|group| {
            group.faces.first().and_then(|face| face.image.bytes(&record)).map(<[u8]>::to_vec)
        });
        let picture = image.map(|image| decode_portrait(&image, &Limits::PORTRAIT));
        if path.to_string_lossy().contains("InvalidImage") {
            assert!(!matches!(picture, Some(Ok(_))), "{}", path.display());
            broken += 1;
        } else {
            assert!(matches!(picture, Some(Ok(_))), "{}: {picture:?}", path.display());
            whole += 1;
        }
    }
    assert!(whole >= 3 && broken >= 2);
}
