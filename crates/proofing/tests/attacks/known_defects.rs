//! Lists of known defects: an alarm where keys are compromised, and no alarm where genuine documents fail (C11, R-053,
//! What a list explains is never accepted for it, but for a difference between EF.COM and EF.SOD.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use emrtd_sim::asn1;
use emrtd_sim::chip::Hostile;
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::known_defects::{
    DEFECT_LIST, DEFECT_LIST_SIGNER, DEVIATION_LIST, DEVIATION_LIST_SIGNER, defects_of, deviations_of,
    known_defect,
};
use emrtd_sim::issue::{SignedContent, build_signed_data};
use emrtd_sim::pki::{DocumentSigner, Revocation};
use jiff::civil::date;
use pki::{Certificate, DefectScope, KnownDefects};
use verdict::{Check, CheckResult, FailedReason, NotSupportedReason, Outcome, Step, UndeterminedReason};

use super::{found, unlist};
use crate::kit::{Draft, rng};

const LISTED: CheckResult = CheckResult::Undetermined(UndeterminedReason::DeviationListed);

fn listing(mut draft: Draft, [list, usage]: [ObjectIdentifier; 2], content: &[u8]) -> Draft {
    let state = &draft.state.csca;
    let key = Arc::clone(&draft.state.document_signer.key);
    let signer: DocumentSigner =
        state.certify_list_signer(usage, key, date(2026, 1, 1), &[], &mut rng(20)).unwrap();
    let scheme = draft.document.profile.sod.signature;
    let signing_time = date(2026, 11, 20).at(12, 0, 0, 0);
    let what = SignedContent { content_type: list, content, scheme, signing_time, deviations: &[] };
    let list = KnownDefects::parse(&build_signed_data(what, &signer, &mut rng(21)).unwrap()).unwrap();
    let _ = list.verify(&Certificate::parse(&state.certificate().der).unwrap()).unwrap();
    draft.anchors.note_defects(Arc::new(list), DefectScope::EveryState);
    draft
}

/// With a defect list of the state about its signer.
fn with_defect(draft: Draft, kind: &[u8], parameters: &[u8]) -> Draft {
    let content = defects_of(&draft.signer(), &[known_defect(kind, parameters)]);
    listing(draft, [DEFECT_LIST, DEFECT_LIST_SIGNER], &content)
}

/// With a deviation list of the state about all its documents.
fn with_deviation(draft: Draft, kind: &[u8], parameters: &[u8]) -> Draft {
    listing(draft, [DEVIATION_LIST, DEVIATION_LIST_SIGNER], &deviations_of(&[], &[(kind, parameters)]))
}

fn enumerated(code: u8) -> [u8; 3] {
    [0x0A, 1, code]
}

#[test]
fn a_signer_that_no_list_names_has_no_entry() {
    let mut other = Draft::new("pace-gm-ca").signer();
    other.certificate.serial = asn1::small(7);
    let content = defects_of(&other, &[known_defect(&[1, 3], &[])]);
    for draft in [
        Draft::new("pace-gm-ca"),
        listing(Draft::new("pace-gm-ca"), [DEFECT_LIST, DEFECT_LIST_SIGNER], &content),
    ] {
        let judged = draft.judged();
        found(&judged, Check::DefectList, CheckResult::NotSupported(NotSupportedReason::NotOffered));
        assert_eq!(judged.overruled, []);
        judged.accepted();
    }
}

#[test]
fn keys_that_a_list_calls_compromised_prove_nothing_and_are_an_alarm() {
    for (name, kind) in
        [("pace-gm-ca", [1, 3]), ("pace-cam", [1, 3]), ("aa-ecdsa", [1, 4]), ("aa-rsa", [1, 4])]
    {
        Draft::new(name).judged().accepted();
        let judged = with_defect(Draft::new(name), &kind, &[]).judged();
        found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::NotAuthentic));
        found(&judged, Check::DefectList, CheckResult::Failed(FailedReason::DefectForgery));
        assert_eq!(judged.outcome, Outcome::StopAlert, "{name}");
        assert!(judged.notes("defect.fails"));
        assert_eq!(judged.overruled, [Check::ChipAuth]);
    }
    let judged = with_deviation(Draft::new("aa-rsa"), &[1, 4], &[]).judged();
    found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::NotAuthentic));
    // The keys of the other mechanism are not touched.
    let judged = with_defect(Draft::new("pace-gm-ca"), &[1, 4], &[]).judged();
    found(&judged, Check::ChipAuth, CheckResult::Successful);
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn a_signer_that_a_list_calls_revoked_is_revoked() {
    let judged = with_defect(Draft::new("pace-gm-ca"), &[1, 1], &enumerated(3)).judged();
    found(&judged, Check::Revocation, CheckResult::Failed(FailedReason::Revoked));
    found(&judged, Check::DefectList, CheckResult::Failed(FailedReason::DefectForgery));
    assert_eq!(judged.outcome, Outcome::StopAlert);
    // Superseded: nobody can tell from afar.
    let judged = with_defect(Draft::new("pace-gm-ca"), &[1, 1], &enumerated(5)).judged();
    found(&judged, Check::Revocation, LISTED);
    found(&judged, Check::DscPath, LISTED);
    found(&judged, Check::DefectList, LISTED);
    assert_eq!(judged.overruled, [Check::DscPath, Check::Revocation]);
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn who_is_on_a_revocation_list_stays_revoked_whatever_is_expected_of_its_certificate() {
    let mut draft = with_defect(Draft::new("pace-gm-ca"), &[4, 4], &enumerated(0));
    let serial = draft.signer().certificate.serial;
    draft.publish(&[Revocation { serial, revoked_at: date(2026, 11, 1).at(0, 0, 0, 0), reason: None }]);
    let judged = draft.judged();
    found(&judged, Check::Revocation, CheckResult::Failed(FailedReason::Revoked));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn a_difference_of_ef_com_that_is_expected_does_not_stop_a_document() {
    let lacking = || {
        let mut draft = Draft::new("pace-gm-ca");
        unlist(&mut draft, 0x6E);
        draft
    };
    let judged = lacking().judged();
    found(&judged, Check::EfComSod, CheckResult::Failed(FailedReason::Differs));
    assert_eq!(judged.outcome, Outcome::CitizenService);
    for draft in [with_defect(lacking(), &[2, 3], &[]), with_deviation(lacking(), &[2, 4], &[])] {
        let judged = draft.judged();
        found(&judged, Check::EfComSod, LISTED);
        found(&judged, Check::DefectList, CheckResult::Successful);
        assert!(judged.notes("defect.expected"));
        judged.accepted();
    }
}

#[test]
fn an_expected_failure_is_no_alarm_and_no_success() {
    // A signature of EF.SOD that is wrong.
    let broken = || {
        Draft::new("pace-gm-ca").with_signed_data(|signed_data| {
            let info = signed_data.nodes().len() - 1;
            let mut signature = signed_data.at(&[info, 0, 5]).value();
            *signature.last_mut().unwrap() ^= 1;
            signed_data.at(&[info, 0, 5]).set(&signature);
        })
    };
    let judged = broken().judged();
    found(&judged, Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature));
    assert_eq!(judged.outcome, Outcome::StopAlert);
    for draft in [with_defect(broken(), &[2, 2], &[]), with_deviation(broken(), &[2, 3], &[])] {
        let judged = draft.judged();
        found(&judged, Check::SodSignature, LISTED);
        // What it signs is vouched for by nobody.
        found(&judged, Check::DocumentAccepted, CheckResult::Undetermined(UndeterminedReason::NotVouchedFor));
        assert!(!judged.is_accepted());
        assert_ne!(judged.outcome, Outcome::StopAlert);
    }
    // A chip that cannot do what it promises.
    let judged =
        with_defect(Draft::new("aa-ecdsa").hostile(Hostile::CloneWithoutKeys), &[1, 5], &enumerated(1))
            .judged();
    found(&judged, Check::ChipAuth, LISTED);
    assert_eq!(judged.outcome, Outcome::Retry(Step::OtherPhone));
    let judged =
        with_defect(Draft::new("aa-ecdsa").hostile(Hostile::CloneWithoutKeys), &[1, 5], &enumerated(0))
            .judged();
    found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::NotAuthentic));
}

#[test]
fn the_wrong_hash_of_one_data_group_does_not_explain_that_of_another() {
    let changed = |numbers: &[u8]| {
        let mut draft = Draft::new("pace-gm-ca");
        for number in numbers {
            *draft.file(ElementaryFile::DataGroup(*number)).last_mut().unwrap() ^= 1;
        }
        with_deviation(draft, &[2, 2], &asn1::small(2))
    };
    found(&changed(&[2]).judged(), Check::DgHashes, LISTED);
    assert_eq!(changed(&[2]).judged().outcome, Outcome::CitizenService);
    for numbers in [&[1][..], &[1, 2]] {
        let judged = changed(numbers).judged();
        found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::HashMismatch));
        assert_eq!(judged.outcome, Outcome::StopAlert);
    }
}

#[test]
fn a_validity_that_is_known_to_be_wrong_decides_nothing() {
    let judged = with_defect(Draft::new("pace-gm-ca"), &[1, 6], &enumerated(0)).judged();
    found(&judged, Check::CertValidity, LISTED);
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn a_signer_named_wrongly_is_an_alarm_unless_a_list_says_who_signed() {
    // The serial number in the name of the signer is another one.
    let misnamed = || {
        Draft::new("pace-gm-ca").with_signed_data(|signed_data| {
            let info = signed_data.nodes().len() - 1;
            signed_data.at(&[info, 0, 1, 1]).set(&[0x55]);
        })
    };
    let judged = misnamed().judged();
    found(&judged, Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature));
    assert_eq!(judged.outcome, Outcome::StopAlert);
    let certificate = misnamed().signer().certificate;
    let right = asn1::sequence([&certificate.issuer, &certificate.serial]);
    let judged = with_defect(misnamed(), &[2, 4], &right).judged();
    found(&judged, Check::SodSignature, LISTED);
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn a_country_that_a_list_corrects_explains_a_document_of_that_country_only() {
    let draft = |state: &str| {
        let corrected = asn1::printable(state);
        let foreign = Draft::new("pace-gm-ca").with_group(1, |dg1| {
            // The issuing state follows the two letters of the document code.
            let at = dg1.windows(5).position(|part| part == b"P<UTO").unwrap();
            dg1[at + 2..at + 5].copy_from_slice(b"D<<");
        });
        with_defect(foreign, &[2, 5], &corrected)
    };
    found(&draft("DE").judged(), Check::IssuingState, LISTED);
    found(&draft("FR").judged(), Check::IssuingState, CheckResult::Failed(FailedReason::Differs));
}

#[test]
fn a_defect_that_is_not_understood_leaves_no_document_accepted() {
    let judged = with_defect(Draft::new("pace-gm-ca"), &[7, 7], &[]).judged();
    found(&judged, Check::SodSignature, LISTED);
    found(&judged, Check::DefectList, LISTED);
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn nobody_knows_of_defects_of_a_document_without_a_signer() {
    let judged = Draft::new("pace-gm-ca")
        .with_signed_data(|signed_data| {
            signed_data.nodes().remove(3);
        })
        .judged();
    found(&judged, Check::DefectList, CheckResult::Undetermined(UndeterminedReason::DataMissing));
    assert!(!judged.is_accepted());
}

#[test]
fn an_ef_card_security_that_is_known_to_be_broken_is_no_alarm() {
    let broken = || {
        let mut draft = Draft::new("pace-cam");
        *draft.file(ElementaryFile::CardSecurity).last_mut().unwrap() ^= 1;
        draft
    };
    let failed = CheckResult::Failed(FailedReason::BadSignature);
    found(&broken().judged(), Check::CardSecurity, failed);
    let right = asn1::sequence([asn1::small(1)]);
    found(&with_defect(broken(), &[4, 1], &right).judged(), Check::CardSecurity, LISTED);
}

#[test]
fn what_is_expected_of_a_signers_certificate_explains_that_failure_of_its_path_only() {
    let failed = |reason| CheckResult::Failed(reason);
    // A version that the profile does not know.
    let odd = || Draft::new("pace-gm-ca").with_certificate(|body| body.at(&[0, 0]).set(&[1]));
    found(&odd().judged(), Check::DscPath, failed(FailedReason::PathInvalid));
    let field = asn1::small(1);
    found(&with_deviation(odd(), &[1, 2], &field).judged(), Check::DscPath, LISTED);
    let corrected = asn1::printable("UT");
    let other = with_defect(odd(), &[2, 5], &corrected).judged();
    found(&other, Check::DscPath, failed(FailedReason::PathInvalid));
    // Another country than its authority's.
    let foreign = || Draft::new("pace-gm-ca").with_certificate(|body| body.at(&[5, 0, 0, 1]).set(b"XO"));
    found(&foreign().judged(), Check::DscPath, failed(FailedReason::PathInvalid));
    found(&with_defect(foreign(), &[2, 5], &corrected).judged(), Check::DscPath, LISTED);
    let other = with_deviation(foreign(), &[1, 2], &field).judged();
    found(&other, Check::DscPath, failed(FailedReason::PathInvalid));
}

#[test]
fn another_certificate_of_the_signer_explains_a_path_that_failed_and_is_not_used() {
    let forged = || {
        Draft::new("pace-gm-ca").with_broken_certificate(|certificate| {
            let mut signature = certificate.at(&[2]).value();
            *signature.last_mut().unwrap() ^= 1;
            certificate.at(&[2]).set(&signature);
        })
    };
    found(&forged().judged(), Check::DscPath, CheckResult::Failed(FailedReason::BadSignature));
    let replacement = asn1::octet_string(&Draft::new("pace-gm-ca").signer().certificate.der);
    let judged = with_defect(forged(), &[1, 2], &replacement).judged();
    found(&judged, Check::DscPath, LISTED);
    assert_eq!(judged.outcome, Outcome::CitizenService);
    with_defect(Draft::new("pace-gm-ca"), &[1, 2], &replacement).judged().accepted();
}
