//! Known defects of documents: what each code does, to whose documents, and that a list cannot make a document good.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "common/issuing.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod issuing;

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use emrtd_sim::asn1;
use emrtd_sim::issue::known_defects::{
    DEFECT_LIST, DEFECT_LIST_SIGNER, DEVIATION_LIST, DEVIATION_LIST_SIGNER, defect_list, defects_of,
};
use issuing::{csca, deviations_of, document_signer, known_defect, parsed, signed, signed_by};
use jiff::civil::date;
use pki::DefectCheck as Check;
use pki::DefectOverride::{AtBestUndetermined, AtWorstUndetermined, Failed, Undetermined};
use pki::{
    Anchors, Certificate, Correction, DefectEffect, DefectEffects, DefectList, DefectListError, DefectNote,
    DefectScope, DefectSubject, Deviation, DeviationList, KnownDefects,
};

const DAY: jiff::civil::Date = date(2026, 3, 1);

fn enumerated(code: u8) -> Vec<u8> {
    vec![0x0A, 1, code]
}

fn anchors(list: KnownDefects, scope: DefectScope) -> Anchors {
    let mut anchors = Anchors::new("test");
    anchors.note_defects(Arc::new(list), scope);
    anchors
}

/// The effects on documents of the signer of an entry of version 1 with one defect.
fn effects(kind: &str, parameters: &[u8]) -> DefectEffects {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, read) = document_signer(&state, 2);
    let content = defects_of(&signer, &[known_defect(kind, parameters)]);
    let list = DefectList::parse(&signed(&state, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, DAY, 3)).unwrap();
    assert!(list.verify(&parsed(&state)).unwrap().profile.is_empty());
    let anchors = anchors(KnownDefects::DefectList(list), DefectScope::EveryState);
    // A signer that the list does not name is not touched.
    let (_, other) = document_signer(&state, 4);
    assert!(anchors.defects_of(&DefectSubject::of_signer(&other)).is_empty());
    anchors.defects_of(&DefectSubject::of_signer(&read))
}

type Override = (Check, pki::DefectOverride);

/// Every check on which there is an effect.
fn overrides(effects: &DefectEffects) -> Vec<Override> {
    let mut all = vec![
        Check::SodSignature,
        Check::Signer,
        Check::Profile,
        Check::Validity,
        Check::ComAgainstSod,
        Check::ChipAuthentication,
        Check::ActiveAuthentication,
        Check::PaceChipAuthenticationMapping,
        Check::CardSecurity,
        Check::ChipSecurity,
    ];
    all.extend((1..=16).map(Check::DataGroupHash));
    all.into_iter().filter_map(|check| Some((check, effects.on(check)?))).collect()
}

#[test]
fn a_revoked_signer_is_trusted_as_table_5_54_says_for_each_status_code() {
    for (code, outcome) in [
        (0, Failed),
        (1, AtBestUndetermined),
        (2, Failed),
        (3, Failed),
        (4, Failed),
        (5, AtBestUndetermined),
        (6, Failed),
        (31, Failed),
        (32, AtBestUndetermined),
        (100, AtBestUndetermined),
    ] {
        assert_eq!(overrides(&effects("1.1", &enumerated(code))), [(Check::Signer, outcome)], "{code}");
    }
    assert_eq!(overrides(&effects("1.1", &[])), [(Check::Signer, Failed)]);
}

#[test]
fn a_malformed_signer_certificate_is_replaced_by_the_one_in_the_list() {
    let (signer, read) = document_signer(&csca("UT", "UTO", 1, &[]), 9);
    let found = effects("1.2", &asn1::octet_string(&signer.certificate.der));
    assert_eq!(overrides(&found), []);
    let corrections: Vec<_> = found.corrections().collect();
    assert_eq!(corrections, [&Correction::SignerCertificate(Arc::new(read))]);
}

#[test]
fn compromised_keys_of_chip_authentication_fail_it_and_the_mapping_with_the_same_keys() {
    let failed = [(Check::ChipAuthentication, Failed), (Check::PaceChipAuthenticationMapping, Failed)];
    assert_eq!(overrides(&effects("1.3", &[])), failed);
}

#[test]
fn compromised_keys_of_active_authentication_fail_it() {
    assert_eq!(overrides(&effects("1.4", &[])), [(Check::ActiveAuthentication, Failed)]);
}

#[test]
fn a_protocol_that_is_known_to_fail_is_undetermined_when_it_does() {
    let (ca, aa, cam) =
        (Check::ChipAuthentication, Check::ActiveAuthentication, Check::PaceChipAuthenticationMapping);
    let cases: [&[Check]; 7] = [&[ca], &[aa], &[ca, aa], &[cam], &[ca, cam], &[aa, cam], &[ca, aa, cam]];
    for (code, checks) in (0..).zip(cases) {
        let expected: Vec<_> = checks.iter().map(|check| (*check, AtWorstUndetermined)).collect();
        assert_eq!(overrides(&effects("1.5", &enumerated(code))), expected, "{code}");
    }
}

#[test]
fn a_wrong_validity_is_undetermined_whatever_is_found() {
    for code in 0..=2 {
        assert_eq!(overrides(&effects("1.6", &enumerated(code))), [(Check::Validity, Undetermined)]);
    }
}

#[test]
fn malformed_data_groups_are_named_and_change_no_check() {
    let found = effects("2.1", &asn1::set_of(vec![asn1::small(2), asn1::small(11)]));
    assert_eq!(found.0, [DefectEffect::Notes(DefectNote::DataGroupsMalformed([2, 11].into()))]);
}

#[test]
fn a_malformed_security_object_makes_a_wrong_signature_undetermined() {
    assert_eq!(overrides(&effects("2.2", &[])), [(Check::SodSignature, AtWorstUndetermined)]);
    let found = effects("2.2", &enumerated(1));
    assert_eq!(overrides(&found), [(Check::SodSignature, AtWorstUndetermined)]);
    assert!(found.0.contains(&DefectEffect::Notes(DefectNote::SodFault(1))));
}

#[test]
fn a_discrepancy_of_com_and_security_object_is_undetermined() {
    assert_eq!(overrides(&effects("2.3", &[])), [(Check::ComAgainstSod, AtWorstUndetermined)]);
    let listed = asn1::sequence([asn1::set_of(vec![asn1::small(1)]), asn1::set_of(vec![asn1::small(2)])]);
    assert_eq!(overrides(&effects("2.3", &listed)), [(Check::ComAgainstSod, AtWorstUndetermined)]);
}

#[test]
fn a_wrong_signer_identifier_is_corrected() {
    let (signer, read) = document_signer(&csca("UT", "UTO", 1, &[]), 9);
    let by_serial = asn1::sequence([&signer.certificate.issuer, &signer.certificate.serial]);
    let by_key = asn1::implicit(0, &signer.certificate.subject_key_identifier);
    for identifier in [by_serial, by_key] {
        let found = effects("2.4", &identifier);
        let corrections: Vec<_> = found.corrections().collect();
        let [Correction::SignerIdentifier(identifier)] = &corrections[..] else { panic!("{found:?}") };
        assert!(identifier.names(&read));
        assert_eq!(overrides(&found), []);
    }
}

#[test]
fn a_wrong_issuing_country_is_corrected() {
    let found = effects("2.5", &asn1::printable("UT"));
    assert_eq!(found.0, [DefectEffect::Corrects(Correction::IssuingCountry("UT".to_owned()))]);
}

#[test]
fn a_malformed_card_security_is_corrected_and_undetermined_where_it_fails() {
    let file = asn1::sequence([asn1::small(1)]);
    let found = effects("4.1", &file);
    assert_eq!(overrides(&found), [(Check::CardSecurity, AtWorstUndetermined)]);
    assert_eq!(found.corrections().collect::<Vec<_>>(), [&Correction::CardSecurity(file)]);
}

#[test]
fn a_malformed_chip_security_is_undetermined_where_it_fails() {
    assert_eq!(overrides(&effects("4.2", &[])), [(Check::ChipSecurity, AtWorstUndetermined)]);
}

#[test]
fn a_chip_that_must_be_switched_off_is_named() {
    assert_eq!(effects("4.3", &[]).0, [DefectEffect::Notes(DefectNote::PowerDownRequired)]);
}

#[test]
fn a_malformed_signer_certificate_without_another_is_undetermined() {
    for code in [0, 1, 2, 40] {
        assert_eq!(overrides(&effects("4.4", &enumerated(code))), [(Check::Signer, Undetermined)]);
    }
}

#[test]
fn a_defect_of_the_eid_application_changes_nothing() {
    assert_eq!(overrides(&effects("3.1", &[])), []);
}

#[test]
fn what_is_not_understood_leaves_the_document_undetermined_at_best() {
    let unreadable = [
        ("1.2", asn1::octet_string(b"no certificate")),
        ("1.5", enumerated(7)),
        ("1.6", enumerated(3)),
        ("2.1", asn1::set_of(vec![asn1::small(17)])),
        ("2.5", asn1::printable("U<")),
        ("4.4", Vec::new()),
        ("1.7", Vec::new()),
        ("4.9", Vec::new()),
        ("9", Vec::new()),
        ("1.3.1", Vec::new()),
    ];
    for (kind, parameters) in unreadable {
        let found = effects(kind, &parameters);
        assert_eq!(overrides(&found), [(Check::SodSignature, AtBestUndetermined)], "{kind}");
        let note = DefectNote::Unknown(ObjectIdentifier::new_unwrap(&format!("{DEFECT_LIST}.{kind}")));
        assert!(found.0.contains(&DefectEffect::Notes(note)), "{kind}");
    }
}

#[test]
fn the_harder_of_two_effects_wins() {
    let effects = |list: &[DefectEffect]| DefectEffects(list.to_vec());
    let (caps, softens, fails) = (
        DefectEffect::Caps(Check::Signer),
        DefectEffect::Softens(Check::Signer),
        DefectEffect::Fails(Check::Signer),
    );
    assert_eq!(effects(&[softens.clone(), fails.clone()]).on(Check::Signer), Some(Failed));
    assert_eq!(effects(&[caps.clone(), softens.clone()]).on(Check::Signer), Some(Undetermined));
    assert_eq!(effects(&[fails, caps, softens]).on(Check::Signer), Some(Failed));
    assert_eq!(effects(&[]).on(Check::Signer), None);
}

/// A list of version 2 with an entry.
fn version_2(identifier: &[u8], hash: &[u8], known: &[u8]) -> DefectList {
    let state = csca("UT", "UTO", 1, &[]);
    let entry = asn1::sequence([
        identifier.to_vec(),
        hash.to_vec(),
        asn1::set_of(vec![known.to_vec()]),
        asn1::utf8("a class of documents"),
    ]);
    let content = defect_list(1, &[entry]);
    DefectList::parse(&signed(&state, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, DAY, 3)).unwrap()
}

#[test]
fn version_2_names_a_signer_by_key_or_by_hash_alone_and_its_tags_may_be_explicit() {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, read) = document_signer(&state, 2);
    let (_, other) = document_signer(&state, 4);
    let by_key = asn1::implicit(0, &signer.certificate.subject_key_identifier);
    let right = asn1::octet_string(&pki::HashAlgorithm::Sha256.digest(&[read.as_der()]));
    let wrong = asn1::octet_string(&pki::HashAlgorithm::Sha256.digest(&[other.as_der()]));
    let kind = asn1::oid(ObjectIdentifier::new_unwrap(&format!("{DEFECT_LIST}.1.1")));
    let fields = [kind, asn1::explicit(0, &enumerated(1)), asn1::implicit(1, b"details")];
    let implicit = asn1::tlv(&[0xA0], &fields.concat());
    let explicit = asn1::explicit(0, &asn1::sequence(&fields));
    let outcome = |list: DefectList, signer: &Certificate| {
        let anchors = anchors(KnownDefects::DefectList(list), DefectScope::EveryState);
        anchors.defects_of(&DefectSubject::of_signer(signer)).on(Check::Signer)
    };
    for known in [implicit, explicit] {
        for (identifier, hash) in [(&by_key, &Vec::new()), (&Vec::new(), &right), (&by_key, &right)] {
            let list = version_2(identifier, hash, &known);
            assert_eq!(list.defects()[0].as_ref().unwrap().description(), Some("a class of documents"));
            assert_eq!(outcome(list.clone(), &read), Some(AtBestUndetermined));
            assert_eq!(outcome(list, &other), None);
        }
        // Both are given and do not fit together: it is about another certificate with the same key identifier.
        assert_eq!(outcome(version_2(&by_key, &wrong, &known), &read), None);
    }
}

#[test]
fn an_entry_that_cannot_be_read_spoils_none_of_the_others() {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, read) = document_signer(&state, 2);
    let identifier = asn1::sequence([&signer.certificate.issuer, &signer.certificate.serial]);
    let good = asn1::sequence([identifier, asn1::set_of(vec![known_defect("1.3", &[])])]);
    // It names nobody.
    let nobody = asn1::sequence([asn1::set_of(vec![known_defect("1.3", &[])])]);
    let content = defect_list(0, &[asn1::small(7), nobody, good]);
    let list = DefectList::parse(&signed(&state, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, DAY, 3)).unwrap();
    assert_eq!(list.defects().iter().filter(|entry| entry.is_err()).count(), 2);
    assert_eq!(list.known_of(&read).count(), 1);
}

#[test]
fn other_versions_contents_and_hashes_are_refused() {
    let state = csca("UT", "UTO", 1, &[]);
    let parse = |content_type: ObjectIdentifier, content: &[u8]| {
        DefectList::parse(&signed(&state, DEFECT_LIST_SIGNER, content_type, content, DAY, 3)).unwrap_err()
    };
    assert_eq!(parse(DEFECT_LIST, &defect_list(2, &[])), DefectListError::Version(2));
    let other = DefectListError::OtherContent(DEVIATION_LIST);
    assert_eq!(parse(DEVIATION_LIST, &defect_list(0, &[])), other);
    let md5 = asn1::sequence([
        asn1::small(0),
        asn1::oid(ObjectIdentifier::new_unwrap("1.2.840.113549.2.5")),
        asn1::set_of(Vec::new()),
    ]);
    assert!(matches!(parse(DEFECT_LIST, &md5), DefectListError::Hash(_)));
}

#[test]
fn a_list_signed_by_a_document_signer_or_a_signer_of_other_lists_breaks_the_profile() {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, _) = document_signer(&state, 2);
    let content = defects_of(&signer, &[known_defect("1.3", &[])]);
    for bytes in [
        signed_by(&signer, DEFECT_LIST, &content, DAY, 3),
        signed(&state, DEVIATION_LIST_SIGNER, DEFECT_LIST, &content, DAY, 3),
    ] {
        let list = DefectList::parse(&bytes).unwrap();
        let profile = list.verify(&parsed(&state)).unwrap().profile;
        assert!(profile.contains(&Deviation::MasterListUsageMissing), "{profile:?}");
        assert!(list.verify(&parsed(&csca("UT", "UTO", 5, &[]))).is_err());
    }
}

#[test]
fn a_state_speaks_of_its_own_documents_only() {
    let (own, foreign) = (csca("UT", "UTO", 1, &[]), csca("XO", "XOM", 5, &[]));
    let (signer, read) = document_signer(&foreign, 6);
    let content = defects_of(&signer, &[known_defect("2.2", &[])]);
    let bytes = signed(&own, DEFECT_LIST_SIGNER, DEFECT_LIST, &content, DAY, 3);
    let list = || KnownDefects::DefectList(DefectList::parse(&bytes).unwrap());
    let found = |scope| anchors(list(), scope).defects_of(&DefectSubject::of_signer(&read));
    assert!(found(DefectScope::OneState("UT".to_owned())).is_empty());
    assert!(!found(DefectScope::OneState("XO".to_owned())).is_empty());
    assert!(!found(DefectScope::EveryState).is_empty());
}

/// A deviation list of UT.
fn deviation_list(documents: &[u8], kinds: &[(&str, &[u8])]) -> DeviationList {
    let state = csca("UT", "UTO", 1, &[]);
    let content = deviations_of(documents, kinds);
    let bytes = signed(&state, DEVIATION_LIST_SIGNER, DEVIATION_LIST, &content, DAY, 3);
    let list = DeviationList::parse(&bytes).unwrap();
    assert!(list.verify(&parsed(&state)).unwrap().profile.is_empty());
    assert_eq!(list.deviations()[0].as_ref().unwrap().texts().next(), Some("for people"));
    list
}

fn deviating(list: DeviationList, subject: &DefectSubject<'_>) -> DefectEffects {
    anchors(KnownDefects::DeviationList(list), DefectScope::OneState("UT".to_owned())).defects_of(subject)
}

#[test]
fn each_kind_of_deviation_has_its_effect() {
    let (_, read) = document_signer(&csca("UT", "UTO", 1, &[]), 2);
    let subject = DefectSubject::of_signer(&read);
    let field = asn1::small(7);
    let cases: [(&str, &[u8], &[Override]); 14] = [
        ("1.1", &[], &[(Check::Signer, AtWorstUndetermined)]),
        ("1.2", &field, &[(Check::Profile, AtWorstUndetermined)]),
        ("1.3", &field, &[(Check::Profile, AtWorstUndetermined)]),
        ("1.4", &[], &[(Check::ActiveAuthentication, Failed)]),
        ("2.1", &field, &[]),
        ("2.2", &field, &[(Check::DataGroupHash(7), AtWorstUndetermined)]),
        ("2.2", &[], &[(Check::SodSignature, AtBestUndetermined)]),
        ("2.3", &[], &[(Check::SodSignature, AtWorstUndetermined)]),
        ("2.4", &[], &[(Check::ComAgainstSod, AtWorstUndetermined)]),
        ("3.1", &field, &[]),
        ("3.2", &field, &[]),
        ("4", &[], &[]),
        ("5", &[], &[]),
        ("2.9", &[], &[(Check::SodSignature, AtBestUndetermined)]),
    ];
    for (kind, parameters, expected) in cases {
        let found = deviating(deviation_list(&[], &[(kind, parameters)]), &subject);
        assert_eq!(overrides(&found), expected, "{kind}");
        assert!(!found.is_empty(), "{kind}");
    }
}

#[test]
fn a_deviation_helps_only_documents_that_are_known_to_be_meant_and_harms_those_that_can_be() {
    let (_, read) = document_signer(&csca("UT", "UTO", 1, &[]), 2);
    let text = |tag: u8, text: &str| asn1::tlv(&[tag], text.as_bytes());
    let documents = [
        text(0x80, "C<"),
        asn1::tlv(&[0xA4], &[text(0x18, "20171001000000Z"), text(0x18, "20180205235959.999Z")].concat()),
        asn1::tlv(&[0xA5], &[asn1::printable("CA00000AL"), asn1::printable("CA00001AL")].concat()),
    ]
    .concat();
    let list = || deviation_list(&documents, &[("2.2", &asn1::small(12)), ("1.4", &[])]);
    let meant = DefectSubject {
        signer: &read,
        document_code: Some("C"),
        document_number: Some("CA00001AL<<"),
        issued: Some(date(2018, 2, 5)),
    };
    let (softened, failed) = (Check::DataGroupHash(12), Check::ActiveAuthentication);
    let found = deviating(list(), &meant);
    assert_eq!((found.on(softened), found.on(failed)), (Some(AtWorstUndetermined), Some(Failed)));
    let unknown = DefectSubject { document_number: None, ..meant };
    let found = deviating(list(), &unknown);
    assert_eq!((found.on(softened), found.on(failed)), (None, Some(Failed)));
    for other in [
        DefectSubject { document_number: Some("CA00002AL"), ..meant },
        DefectSubject { document_code: Some("P"), ..meant },
        DefectSubject { issued: Some(date(2018, 2, 6)), ..meant },
        DefectSubject { issued: None, document_code: Some("ID"), ..meant },
    ] {
        assert!(deviating(list(), &other).is_empty(), "{other:?}");
    }
}

#[test]
fn a_deviation_names_a_signer_by_serial_number_key_or_hash() {
    let state = csca("UT", "UTO", 1, &[]);
    let (signer, read) = document_signer(&state, 2);
    let (_, other) = document_signer(&state, 4);
    let hash = pki::HashAlgorithm::Sha256.digest(&[read.as_der()]);
    for documents in [
        asn1::tlv(&[0xA1], &[&signer.certificate.issuer[..], &signer.certificate.serial].concat()),
        asn1::implicit(2, &signer.certificate.subject_key_identifier),
        asn1::implicit(3, &hash),
    ] {
        let list = || deviation_list(&documents, &[("2.3", &[])]);
        let found = |signer| deviating(list(), &DefectSubject::of_signer(signer)).on(Check::SodSignature);
        assert_eq!((found(&read), found(&other)), (Some(AtWorstUndetermined), None));
    }
}
