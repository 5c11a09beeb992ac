//! Issuing states, documents, reads, and what comes of them.

use std::sync::Arc;

use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::consistency::PrintedLines;
use emrtd::examination::Examination;
use emrtd::passive_authentication::Trust;
use emrtd::quirks::QuirkTable;
use emrtd::session::{ActiveAuthenticationPolicy, ReadOptions, Reading, read};
use emrtd_sim::chip::{Chip, ChipConfig};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::{Issuance, IssuingState, PortraitImage, builtin_profile};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::KeySpec;
use emrtd_sim::transport::InProcess;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use mrz::Mrz;
use pki::{Anchors, Certificate, Crl, DeviationTable};
use proofing::{DocumentCase, document_evidence};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use verdict::{DEFAULT_POLICY, DocumentVerdict, Evidence, Level, Policy, Times, document_verdict};

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// A document with what is needed to judge it.
pub(crate) struct Specimen {
    pub(crate) document: SpecimenDocument,
    pub(crate) anchors: Anchors,
    /// The longest answer that the reader can carry.
    pub(crate) extended_length: Option<u32>,
    /// Where the terminal's ephemeral keys come from.
    pub(crate) terminal_seed: u64,
}

impl Specimen {
    /// A document of a built-in profile, whose issuing state is trusted and publishes a revocation list.
    pub(crate) fn issue(profile: &str) -> Specimen {
        Self::issue_with(profile, None)
    }

    /// As [`Specimen::issue`], with a portrait.
    pub(crate) fn issue_with(profile: &str, portrait: Option<PortraitImage<'_>>) -> Specimen {
        let mut profile = builtin_profile(profile).unwrap().unwrap();
        for key in [&mut profile.csca.key, &mut profile.document_signer.key] {
            if let KeySpec::Rsa { bits } = key {
                *bits = 2048;
            }
        }
        profile.portrait.bytes = 2_000;
        let today = date(2026, 11, 25);
        let state = IssuingState::establish(&profile, today, &mut rng(1)).unwrap();
        let holder = Holder::generate(today, &mut rng(2));
        let issuance = Issuance { portrait, ..Issuance::new(&profile, &state, &holder, today) };
        let document = issuance.issue(&mut rng(3)).unwrap();
        let mut anchors = Anchors::new("test");
        anchors.trust(Arc::new(Certificate::parse(&document.csca_certificate.0).unwrap()));
        let (issued, next) = (date(2026, 11, 20).at(0, 0, 0, 0), date(2026, 12, 20).at(0, 0, 0, 0));
        let list = state.csca.revocation_list(1, issued, next, &[], &[], &mut rng(4)).unwrap();
        anchors.revoke(Crl::parse(&list).unwrap(), &deviations()).unwrap();
        Specimen { document, anchors, extended_length: Some(4_096), terminal_seed: 6 }
    }

    /// The printed lines.
    pub(crate) fn lines(&self) -> Mrz {
        Mrz::parse(&self.document.mrz.join("\n")).unwrap()
    }

    /// The chip in the field.
    pub(crate) fn chip(&self) -> InProcess {
        let mut chip = Chip::new(ChipConfig::try_from(&self.document).unwrap(), Box::new(rng(5))).unwrap();
        chip.power_on();
        InProcess::new(chip)
    }

    /// How it is read.
    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            passwords: vec![Password::from_mrz_information(&self.document.access.mrz_information)],
            active_authentication: ActiveAuthenticationPolicy::Otherwise(Challenge(*b"kendt_AA")),
            quirks: QuirkTable::builtin().unwrap().for_state(Some(&self.document.profile.issuing_state)),
            extended_length: self.extended_length,
            ..ReadOptions::default()
        }
    }

    /// Reads the chip.
    pub(crate) fn read(&self) -> Reading {
        read(self.options(), rng(self.terminal_seed), &mut self.chip(), |_| {}).unwrap()
    }

    /// Examines a reading, with the printed lines scanned.
    pub(crate) fn examine<'a>(&self, reading: &'a Reading) -> Examination<'a> {
        examine(reading, &self.lines(), &self.anchors, now())
    }

    /// The evidence of a reading, and what the document alone leads to.
    pub(crate) fn judge(&self, reading: &Reading) -> (Evidence, DocumentVerdict) {
        judge(reading, &self.lines(), &self.anchors, now())
    }
}

pub(crate) fn deviations() -> DeviationTable {
    DeviationTable::builtin().unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy::parse(DEFAULT_POLICY).unwrap()
}

pub(crate) fn examine<'a>(
    reading: &'a Reading,
    lines: &Mrz,
    anchors: &Anchors,
    now: Timestamp,
) -> Examination<'a> {
    let deviations = deviations();
    Examination::of(reading, PrintedLines::Scanned(lines), &Trust { anchors, deviations: &deviations, now })
}

pub(crate) fn judge(
    reading: &Reading,
    lines: &Mrz,
    anchors: &Anchors,
    now: Timestamp,
) -> (Evidence, DocumentVerdict) {
    let policy = policy();
    let case = DocumentCase {
        transaction_id: [7; 16],
        times: Times::new(now - SignedDuration::from_secs(30), now).unwrap(),
        requested: Level::Substantial,
        trust_store_version: anchors.version(),
        policy_version: policy.version(),
    };
    let examination = examine(reading, lines, anchors, now);
    let printed = PrintedLines::Scanned(lines);
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let evidence = document_evidence(&case, reading, printed, &examination, today).unwrap().finish();
    let verdict = document_verdict(&evidence, &policy, now);
    (evidence, verdict)
}
