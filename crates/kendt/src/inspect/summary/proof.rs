//! What the chip did when asked to prove itself: a protocol's end, which is no proof until an issuer vouches for the key.

use std::fmt::Display;

use emrtd::active_authentication::Signature;
use emrtd::security_infos::{Agreement, Mapping};
use emrtd::session::{ActiveAuthentication, ChipAuthentication};
use serde::Serialize;

/// How Chip or Active Authentication ended.
#[derive(Serialize, Default)]
pub(in crate::inspect) struct Proof {
    /// `not-offered`, `not-run`, `confirmed`, `confirmed-by-mapping`, `signed`, `mismatch`, `wrong`, `refused`,
    /// `unsupported`, `malformed` or `reader-limit`.
    pub(in crate::inspect) result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) agreement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) group: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) cipher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) rsa_bits: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) key_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::inspect) reason: Option<String>,
}

impl Proof {
    fn ended(result: &'static str) -> Proof {
        Proof { result, ..Proof::default() }
    }

    fn because(result: &'static str, reason: &dyn Display) -> Proof {
        Proof { reason: Some(reason.to_string()), ..Proof::ended(result) }
    }

    pub(super) fn of_chip_authentication(outcome: &ChipAuthentication) -> Proof {
        match outcome {
            ChipAuthentication::NotOffered => Proof::ended("not-offered"),
            ChipAuthentication::Confirmed(choice) => Proof {
                agreement: Some(agreement(choice.agreement)),
                group: Some(choice.key.group().name()),
                cipher: Some(choice.cipher.to_string()),
                key_id: choice.key_id,
                ..Proof::ended("confirmed")
            },
            ChipAuthentication::ConfirmedByMapping { key } => {
                Proof { group: Some(key.group().name()), ..Proof::ended("confirmed-by-mapping") }
            }
            ChipAuthentication::MappingMismatch => {
                Proof::because("mismatch", &"the key in EF.CardSecurity is not the one that the chip used")
            }
            ChipAuthentication::Unsupported(error) => Proof::because("unsupported", error),
            ChipAuthentication::Malformed(error) => Proof::because("malformed", error),
            ChipAuthentication::Refused { step, sw } => {
                Proof::because("refused", &format!("the chip refused to {step} with {sw}"))
            }
        }
    }

    pub(super) fn of_active_authentication(outcome: &ActiveAuthentication) -> Proof {
        match outcome {
            ActiveAuthentication::NotOffered => Proof::ended("not-offered"),
            ActiveAuthentication::NotRun => Proof::ended("not-run"),
            ActiveAuthentication::Signed(Signature::Rsa { bits, digest }) => {
                Proof { rsa_bits: Some(*bits), digest: Some(digest.to_string()), ..Proof::ended("signed") }
            }
            ActiveAuthentication::Signed(Signature::Ecdsa { group, digest }) => Proof {
                group: Some(group.name()),
                digest: Some(digest.to_string()),
                ..Proof::ended("signed")
            },
            ActiveAuthentication::Wrong(error) => Proof::because("wrong", error),
            ActiveAuthentication::Malformed(error) => Proof::because("malformed", error),
            ActiveAuthentication::Refused(sw) => {
                Proof::because("refused", &format!("the chip refused to sign with {sw}"))
            }
            ActiveAuthentication::ReaderLimit => Proof::because(
                "reader-limit",
                &"the signature is longer than the answers that the reader carries; give --extended",
            ),
        }
    }
}

/// The name of a key agreement.
pub(in crate::inspect) const fn agreement(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Dh => "DH",
        Agreement::Ecdh => "ECDH",
    }
}

/// The name of a mapping.
pub(in crate::inspect) const fn mapping(mapping: Mapping) -> &'static str {
    match mapping {
        Mapping::Generic => "Generic Mapping",
        Mapping::Integrated => "Integrated Mapping",
        Mapping::ChipAuthentication => "Chip Authentication Mapping",
    }
}
