//! The second form of a record, which may be kept when the case is over.
//!
//! It has the check results, the versions, the quirks and deviations, state, class and generation of the document, and the day.
//! Instead of transaction id, transcript hash, times and expiry it has one salted commitment to the whole record. The salt
//! belongs into a store that can be erased: with it, record and commitment can be matched; without it, they cannot.
//!
//! **What it does not protect against.** A rare combination (the only document of a state on one day) may still point to a
//! person for someone who knows of the visit. The salt must be random and used once; this crate does not make it.

use ciborium::Value;
use jiff::civil::Date;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

use super::codec::{
    self, EvidenceError, MAX_EVIDENCE_BYTES, read_assurance, read_checks, read_provenance, write_assurance,
    write_checks, write_provenance,
};
use super::fields::{self, record};
use super::{Assurance, DocumentClass, EVIDENCE_VERSION, Entry, Evidence, Provenance, StateCode};
use crate::check::{Check, Table};
use crate::level::Level;

const KEPT: &str = "kept evidence";
const COMMITMENT_DOMAIN: &[u8] = b"kendt evidence commitment v1\0";

/// Evidence without personal data. It cannot be given to [`crate::verdict`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptEvidence {
    commitment: [u8; 32],
    day: Date,
    requested: Level,
    state: StateCode,
    class: DocumentClass,
    generation: u8,
    assurance: Assurance,
    provenance: Provenance,
    checks: Table<Entry>,
}

impl Evidence {
    /// The form that may be kept. `salt` is random, used for this record only, and kept where it can be erased.
    ///
    /// # Errors
    /// As [`Evidence::to_cbor`].
    pub fn keep(&self, salt: &[u8; 32]) -> Result<KeptEvidence, EvidenceError> {
        let header = &self.header;
        Ok(KeptEvidence {
            commitment: commitment(self, salt)?,
            day: Offset::UTC.to_datetime(header.times.finished).date(),
            requested: header.requested,
            state: header.document.state,
            class: header.document.class,
            generation: header.document.generation,
            assurance: header.assurance,
            provenance: header.provenance.clone(),
            checks: self.checks.clone(),
        })
    }
}

fn commitment(evidence: &Evidence, salt: &[u8; 32]) -> Result<[u8; 32], EvidenceError> {
    let hash = Sha256::new().chain_update(COMMITMENT_DOMAIN).chain_update(salt);
    Ok(hash.chain_update(evidence.to_cbor()?).finalize().into())
}

impl KeptEvidence {
    /// SHA-256 over a fixed prefix, the salt and the CBOR of the whole record.
    pub fn commitment(&self) -> &[u8; 32] {
        &self.commitment
    }

    /// The day (UTC) on which the last check ended.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The entry of `check`.
    pub fn entry(&self, check: Check) -> Entry {
        *self.checks.get(check)
    }

    /// Versions and tables.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Issuing state, class and generation of the document.
    pub fn document(&self) -> (StateCode, DocumentClass, u8) {
        (self.state, self.class, self.generation)
    }

    /// Whether it was made from `evidence` with `salt`.
    ///
    /// # Errors
    /// As [`Evidence::to_cbor`].
    pub fn matches(&self, evidence: &Evidence, salt: &[u8; 32]) -> Result<bool, EvidenceError> {
        Ok(*self == evidence.keep(salt)?)
    }

    /// Writes the record.
    ///
    /// # Errors
    /// As [`Evidence::to_cbor`].
    pub fn to_cbor(&self) -> Result<Vec<u8>, EvidenceError> {
        fields::write(&record([
            Value::from(EVIDENCE_VERSION),
            fields::bytes(&self.commitment),
            fields::day(self.day),
            Value::from(self.requested.name()),
            Value::from(self.state.as_str()),
            Value::from(self.class.number()),
            Value::from(self.generation),
            write_assurance(&self.assurance),
            write_provenance(&self.provenance),
            write_checks(&self.checks),
            // Tells the two forms apart, which have equally many fields otherwise.
            Value::from("kept"),
        ]))
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The bytes are anything else than what [`KeptEvidence::to_cbor`] writes.
    pub fn from_cbor(bytes: &[u8]) -> Result<KeptEvidence, EvidenceError> {
        let value = fields::parse(bytes, MAX_EVIDENCE_BYTES)?;
        codec::check_version(&value, EVIDENCE_VERSION)?;
        let [_, commitment, day, requested, state, class, generation, assurance, provenance, checks, form] =
            fields::fields(value, KEPT)?;
        form.parsed(|text| (text == "kept").then_some(()))?;
        Ok(KeptEvidence {
            commitment: commitment.bytes()?,
            day: day.day()?,
            requested: requested.parsed(Level::from_name)?,
            state: state.parsed(|text| StateCode::new(text).ok())?,
            class: class.number(DocumentClass::from_number)?,
            generation: generation.number(|number| u8::try_from(number).ok())?,
            assurance: read_assurance(assurance.value)?,
            provenance: read_provenance(provenance.value)?,
            checks: read_checks(checks)?,
        })
    }
}
