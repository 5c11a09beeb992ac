//! A case in which everything is well, to be changed by the tests.

#![allow(dead_code, reason = "every test file uses a part")]

use jiff::Timestamp;
use verdict::*;

pub(crate) const STARTED: i64 = 1_795_600_000;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The moment of the decision: ten minutes after the process began.
pub(crate) fn now() -> Timestamp {
    at(STARTED + 600)
}

/// Later than every wait of the policy, for evidence that ended just before.
pub(crate) const LONG_AGO: i64 = STARTED - 100 * 3600;

pub(crate) fn default_policy() -> Policy {
    Policy::parse(DEFAULT_POLICY).unwrap()
}

/// The default policy with level High allowed, and set K and silent revocation where `lenient`.
pub(crate) fn policy_up_to_high(lenient: bool) -> Policy {
    let mut text = DEFAULT_POLICY.replace("max_level = \"substantial\"", "max_level = \"high\"");
    if lenient {
        text = text.replace("set_k = false", "set_k = true");
        text = text.replace("never_publishes = false", "never_publishes = true");
    }
    Policy::parse(&text).unwrap()
}

pub(crate) fn header(requested: Level) -> Header {
    let name = |text| Name::new(text).unwrap();
    let day = "2030-01-31".parse().unwrap();
    Header {
        transaction_id: [7; 16],
        transcript_hash: [9; 32],
        times: Times::new(at(STARTED), at(STARTED + 500)).unwrap(),
        requested,
        document: Document {
            state: StateCode::new("UTO").unwrap(),
            class: DocumentClass::Passport,
            generation: 2,
            valid_until: Some(day),
        },
        assurance: Assurance {
            hardware_attestation: true,
            chip_key: ChipKey::ChipAuthentication,
            face_match_one_in: 100_000,
            face_transaction_one_in: 33_333,
            pad: CertifiedLevel::High,
            pad_certified_until: Some(day),
            iad: CertifiedLevel::High,
            iad_certified_until: Some(day),
            human_confirmation: true,
        },
        provenance: Provenance {
            trust_store_version: name("store-12"),
            policy_version: name("default-1"),
            components: Names::new([name("emrtd-0.1.0"), name("pki-0.1.0")]).unwrap(),
            quirks: Names::new([name("select_without_le")]).unwrap(),
            deviations: Names::new([name("negative_serial")]).unwrap(),
        },
    }
}

pub(crate) fn registers() -> RegisterAnswers {
    let mut registers = RegisterAnswers::UNASKED;
    registers.document_confirmed = true;
    registers.activation = Activation::RegisterLetter;
    registers.identities_this_year = 0;
    for question in Question::ALL {
        registers.answer(question, CheckResult::Successful, at(STARTED + 400)).unwrap();
    }
    registers
}

/// Evidence in which every check is successful but those given; `retries_used` holds for all.
pub(crate) fn evidence(header: Header, others: &[(Check, CheckResult)], retries_used: u8) -> Evidence {
    let mut builder = Evidence::builder(header);
    for check in Check::ALL {
        let other = others.iter().rev().find(|(other, _)| *other == check);
        let result = other.map_or(CheckResult::Successful, |(_, result)| *result);
        builder.record(check, result, retries_used).unwrap();
    }
    builder.finish()
}

/// A header of which every wait is over.
pub(crate) fn waited_out(mut header: Header) -> Header {
    header.times = Times::new(at(LONG_AGO), at(STARTED + 500)).unwrap();
    header
}
