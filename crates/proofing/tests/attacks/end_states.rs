//! How Passive Authentication ended, in one word, when one thing is wrong.

use emrtd::passive_authentication::EndState;
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::pki::{Deviation, Revocation};
use jiff::civil::date;
use pki::Anchors;

use crate::kit::{Draft, profile};
use crate::tree::Node;

#[track_caller]
fn ends(draft: Draft, state: EndState) {
    assert_eq!(draft.judged().end_state, state);
}

fn draft() -> Draft {
    Draft::new("pace-gm-ca")
}

#[test]
fn a_document_without_a_flaw_is_valid_and_without_a_revocation_list_nobody_knows() {
    ends(draft(), EndState::Valid);
    let mut unlisted = draft();
    let authorities = unlisted.anchors.authorities().to_vec();
    unlisted.anchors = Anchors::new("unlisted");
    for authority in authorities {
        unlisted.anchors.trust(authority);
    }
    ends(unlisted, EndState::RevocationUnknown);
}

#[test]
fn broken_files_are_malformed() {
    let mut withheld = draft();
    withheld.chip.files.remove(&ElementaryFile::Sod);
    ends(withheld, EndState::Malformed);
    let certificate = |node: &mut Node| node.at(&[0, 5]).set(b"no name");
    ends(draft().with_broken_certificate(certificate), EndState::Malformed);
    let unsigned = draft().with_signed_data(|signed_data| {
        let info = signed_data.nodes().len() - 1;
        signed_data.at(&[info]).set(b"");
    });
    ends(unsigned, EndState::Malformed);
}

#[test]
fn wrong_signatures_of_document_and_signer_are_bad_signatures() {
    let wrong = |signature: &mut Node| {
        let mut bytes = signature.value();
        *bytes.last_mut().unwrap() ^= 1;
        signature.set(&bytes);
    };
    let document = draft().with_signed_data(|signed_data| {
        let info = signed_data.nodes().len() - 1;
        wrong(signed_data.at(&[info, 0, 5]));
    });
    ends(document, EndState::BadSignature);
    ends(draft().with_broken_certificate(|certificate| wrong(certificate.at(&[2]))), EndState::BadSignature);
}

#[test]
fn a_signer_that_nobody_knows_lacks_its_authority() {
    let nobody = draft().with_signed_data(|signed_data| {
        signed_data.nodes().remove(3);
    });
    ends(nobody, EndState::CscaMissing);
    let mut unknown = draft();
    unknown.anchors = Anchors::new("empty");
    ends(unknown, EndState::CscaMissing);
}

#[test]
fn rules_that_are_broken_are_policy() {
    // The signer is of another country than its authority.
    let country = |body: &mut Node| body.at(&[5, 0, 0, 1]).set(b"XO");
    ends(draft().with_certificate(country), EndState::Policy);
    // Signer and document are of different states.
    let foreign = draft().with_group(1, |dg1| {
        let at = dg1.windows(5).position(|part| part == b"P<UTO").unwrap();
        dg1[at + 2..at + 5].copy_from_slice(b"D<<");
    });
    ends(foreign, EndState::Policy);
    // The signer may not sign passports.
    let mut profile = profile("pace-gm-ca");
    profile.document_signer.deviations.push(Deviation::WrongDocumentTypeList);
    ends(Draft::of(&profile), EndState::Policy);
    // The certificate departs from the profile in a way that is not tolerated.
    let certificate_authority = |body: &mut Node| {
        body.at(&[0, 0]).set(&[1]);
    };
    ends(draft().with_certificate(certificate_authority), EndState::Policy);
}

#[test]
fn changed_groups_expired_and_revoked_signers_have_words_of_their_own() {
    let mut changed = draft();
    *changed.file(ElementaryFile::DataGroup(2)).last_mut().unwrap() ^= 1;
    ends(changed, EndState::HashMismatch);
    let expired = draft().with_certificate(|body| {
        body.at(&[4, 0]).set(b"150101000000Z");
        body.at(&[4, 1]).set(b"251231235959Z");
    });
    ends(expired, EndState::Expired);
    let mut revoked = draft();
    let serial = revoked.signer().certificate.serial;
    revoked.publish(&[Revocation { serial, revoked_at: date(2026, 11, 21).at(0, 0, 0, 0), reason: None }]);
    ends(revoked, EndState::Revoked);
}
