//! The parts of the demonstration: what is read, under which conditions, and how it must end.

use std::time::Duration;

use emrtd::access::PasswordKind;
use emrtd::security_infos::Mapping;
use emrtd::session::{AccessMethod, Blame, ChipAuthentication, ReadError, Reading};
use emrtd_sim::chip::{Hostile, Timing};

use super::PACE_CAM;
use crate::reader::Surroundings;

/// How a part must end.
pub(super) enum Right {
    /// The document is read, and the reading is like this.
    Read(fn(&Reading) -> bool),
    /// The read ends with an error like this.
    Refused(fn(&ReadError) -> bool),
}

/// The conditions of a part.
#[derive(Clone, Copy)]
pub(super) struct Conditions {
    round_trip_millis: u64,
    lost_at: Option<u64>,
    hostile: Option<Hostile>,
}

impl From<Conditions> for Surroundings {
    fn from(conditions: Conditions) -> Surroundings {
        Surroundings {
            hostile: conditions.hostile,
            timing: Timing::TYPICAL,
            round_trip: Duration::from_millis(conditions.round_trip_millis),
            tag_lost_at: conditions.lost_at.into_iter().collect(),
            tag_returns_after: Duration::from_millis(1_200),
        }
    }
}

/// What the trust store says of the issuer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Issuer {
    /// Its authority is trusted, and nobody is revoked.
    Trusted,
    /// Nobody knows its authority.
    Unknown,
    /// The document signer is revoked.
    Revoked,
}

/// One part.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) story: &'static str,
    pub(super) profile: &'static str,
    pub(super) surroundings: Conditions,
    /// What the trust store says.
    pub(super) issuer: Issuer,
    /// The verdict on the document, where it is read.
    pub(super) verdict: &'static str,
    /// Whether the report is shown in full.
    pub(super) whole_report: bool,
    pub(super) right: Right,
    /// What was seen if it ended right.
    pub(super) moral: &'static str,
}

const GOOD: Conditions = Conditions { round_trip_millis: 30, lost_at: None, hostile: None };

/// All parts that are read in this process.
pub(super) const SCENES: &[Scene] = &[
    Scene {
        title: "A passport of today",
        story: "PACE with Chip Authentication Mapping: opening the chip and asking for its proof are one. Round trip \
                30 ms.",
        profile: PACE_CAM,
        surroundings: GOOD,
        issuer: Issuer::Trusted,
        verdict: "ACCEPT",
        whole_report: true,
        right: Right::Read(|reading| {
            is_pace(reading, Mapping::ChipAuthentication)
                && matches!(reading.chip_authentication, ChipAuthentication::ConfirmedByMapping { .. })
                && reading.metrics.taps == 1
        }),
        moral: "Read in full, every byte as it was issued.",
    },
    Scene {
        title: "A passport of the first generation",
        story: "Basic Access Control, short commands, and nothing that tells the chip from a copy.",
        profile: "bac-only",
        surroundings: GOOD,
        issuer: Issuer::Trusted,
        verdict: "CITIZEN_SERVICE",
        whole_report: false,
        right: Right::Read(|reading| {
            reading.access == AccessMethod::Bac
                && reading.chip_authentication == ChipAuthentication::NotOffered
        }),
        moral: "Read in full; but a copy would answer alike, so this cannot be decided from afar.",
    },
    Scene {
        title: "A slow network and an unsteady hand",
        story: "Round trip 150 ms, and the document slips off the reader in the middle of the portrait.",
        profile: "pace-gm-ca",
        surroundings: Conditions { round_trip_millis: 150, lost_at: Some(70), hostile: None },
        issuer: Issuer::Trusted,
        verdict: "ACCEPT",
        whole_report: false,
        right: Right::Read(|reading| {
            is_pace(reading, Mapping::Generic)
                && matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_))
                && reading.metrics.taps == 2
        }),
        moral: "The read went on where it was interrupted; every byte is as it was issued.",
    },
    Scene {
        title: "Someone in between",
        story: "One protected answer is changed on its way from the chip.",
        profile: "pace-gm-ca",
        surroundings: Conditions { hostile: Some(Hostile::WrongMac { answer: 3 }), ..GOOD },
        issuer: Issuer::Trusted,
        verdict: "",
        whole_report: false,
        right: Right::Refused(|error| {
            matches!(error, ReadError::SecureMessaging { .. }) && error.blame() == Blame::ChipMisbehaved
        }),
        moral: "Noticed at that answer, and nothing after it was believed.",
    },
    Scene {
        title: "A copy of a passport",
        story: "All files are there, correctly signed; the chip does not have the private key that belongs to them.",
        profile: "pace-gm-ca",
        surroundings: Conditions { hostile: Some(Hostile::CloneWithOtherKeys), ..GOOD },
        issuer: Issuer::Trusted,
        verdict: "",
        whole_report: false,
        right: Right::Refused(|error| matches!(error, ReadError::ChipAuthenticationUnconfirmed { .. })),
        moral: "Chip Authentication told the copy from the document.",
    },
    Scene {
        title: "An invented passport",
        story: "Someone founded an issuing state of their own: chip, keys and signatures are all in order.",
        profile: "pace-gm-ca",
        surroundings: GOOD,
        issuer: Issuer::Unknown,
        verdict: "CITIZEN_SERVICE",
        whole_report: false,
        right: Right::Read(|reading| matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_))),
        moral: "Nothing in it is believed, since no authority of the trust store stands behind it.",
    },
    Scene {
        title: "A signer that was revoked",
        story: "The state put its document signer on its revocation list.",
        profile: "pace-gm-ca",
        surroundings: GOOD,
        issuer: Issuer::Revoked,
        verdict: "STOP_ALERT",
        whole_report: false,
        right: Right::Read(|reading| matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_))),
        moral: "Refused, although every signature is right.",
    },
];

fn is_pace(reading: &Reading, mapping: Mapping) -> bool {
    matches!(reading.access, AccessMethod::Pace { protocol, password: PasswordKind::Mrz, .. }
        if protocol.mapping() == mapping)
}
