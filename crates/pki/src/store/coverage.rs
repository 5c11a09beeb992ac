//! Which states' documents a store can verify, and until when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::manifest::Fingerprint;
use super::{StoreError, TrustStore};
use crate::certificate::Validity;

/// One trusted certificate of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// From when until when it is valid.
    pub validity: Validity,
    /// Whether it is a link: a key that an earlier or later one of the same state signed.
    pub is_link: bool,
}

/// The trusted certificates of one state, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateCoverage {
    /// The certificates.
    pub generations: Vec<Generation>,
}

impl StateCoverage {
    /// How many are valid at `now`.
    pub fn valid(&self, now: Timestamp) -> usize {
        self.generations.iter().filter(|found| found.validity.position_of(now).is_eq()).count()
    }

    /// How many have expired by `now`.
    pub fn expired(&self, now: Timestamp) -> usize {
        self.generations.iter().filter(|found| found.validity.position_of(now).is_gt()).count()
    }

    /// The last day on which one of them is valid.
    pub fn until(&self) -> Option<Timestamp> {
        self.generations.iter().map(|found| found.validity.not_after).max()
    }
}

/// Every state of which the store trusts a certificate, by its two-letter code in capitals; `-` for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The states.
    pub states: BTreeMap<String, StateCoverage>,
}

impl Coverage {
    /// Looks at every trusted certificate of a store.
    ///
    /// # Errors
    /// A certificate of the store is missing or was changed.
    pub fn of(store: &TrustStore) -> Result<Self, StoreError> {
        let mut states: BTreeMap<String, StateCoverage> = BTreeMap::new();
        for (fingerprint, entry) in &store.manifest().certificates {
            if !entry.is_trusted() {
                continue;
            }
            let certificate = store.certificate(*fingerprint)?;
            let generation = Generation {
                fingerprint: *fingerprint,
                validity: *certificate.validity(),
                is_link: !certificate.claims_to_be_self_signed(),
            };
            let country = certificate.country().unwrap_or_else(|| "-".to_owned());
            states.entry(country).or_default().generations.push(generation);
        }
        for state in states.values_mut() {
            state.generations.sort_by_key(|found| (found.validity.not_before, found.fingerprint));
        }
        Ok(Self { states })
    }
}
