//! Evidence as canonical CBOR, and back, strictly: an unknown version or field, a missing or repeated check, a reason that
//! explains another check, or any second way to write the same record is refused.

use ciborium::Value;

use super::fields::{self, Item, record};
use super::{
    Assurance, CertifiedLevel, ChipKey, Document, DocumentClass, EVIDENCE_VERSION, Entry, Evidence, Header,
    Provenance, StateCode, Times,
};
use crate::check::{CHECK_COUNT, Check, Table};
use crate::level::Level;
use crate::result::{
    AbortedReason, CheckResult, FailedReason, NotSupportedReason, ResultKind, UndeterminedReason,
};

/// The longest record that is read.
pub const MAX_EVIDENCE_BYTES: usize = 32 * 1024;

const EVIDENCE: &str = "evidence";

/// Why bytes are no evidence. Field numbers are those of the record; 0 stands for the record as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvidenceError {
    /// More bytes than are read.
    #[error("the record has {length} bytes, more than {longest}")]
    TooLong {
        /// How many there are.
        length: usize,
        /// How many are read.
        longest: usize,
    },
    /// No CBOR, or nested too deeply.
    #[error("the record is no CBOR of this depth")]
    NotCbor,
    /// CBOR, but not in the one form in which it is written, or with bytes after its end.
    #[error("the record is not encoded canonically")]
    NotCanonical,
    /// A version that this crate does not know.
    #[error("version {0} of the record is unknown")]
    Version(u64),
    /// A field is missing.
    #[error("field {field} of {record} is missing")]
    MissingField {
        /// Which part of the record.
        record: &'static str,
        /// Its number.
        field: u64,
    },
    /// A field that the version does not have.
    #[error("{record} has no field {field}")]
    UnknownField {
        /// Which part of the record.
        record: &'static str,
        /// Its number; 0 if the key is no number.
        field: u64,
    },
    /// A field stands twice.
    #[error("field {field} of {record} is repeated")]
    RepeatedField {
        /// Which part of the record.
        record: &'static str,
        /// Its number.
        field: u64,
    },
    /// A value of another type.
    #[error("field {field} of {record} has another type")]
    Form {
        /// Which part of the record.
        record: &'static str,
        /// Its number.
        field: u64,
    },
    /// A value of the right type that is not allowed.
    #[error("field {field} of {record} has a value that is not allowed")]
    Range {
        /// Which part of the record.
        record: &'static str,
        /// Its number.
        field: u64,
    },
    /// Not as many checks as there are.
    #[error("the record has {0} checks instead of 37")]
    CheckCount(usize),
    /// A check is not where it belongs: missing, repeated, unknown or out of order.
    #[error("{} is not in its place", .0.id())]
    CheckOrder(Check),
    /// The reason is unknown, or explains other checks.
    #[error("{} has a result that it cannot have", .0.id())]
    CheckResult(Check),
    /// The process ends before it begins.
    #[error("the times of the record run backwards")]
    Times,
}

impl Evidence {
    /// Writes the record.
    ///
    /// # Errors
    /// None on any record that the types allow; the encoder's own error is passed on.
    pub fn to_cbor(&self) -> Result<Vec<u8>, EvidenceError> {
        let header = &self.header;
        fields::write(&record([
            Value::from(EVIDENCE_VERSION),
            fields::bytes(&header.transaction_id),
            fields::bytes(&header.transcript_hash),
            Value::from(header.times.started.as_second()),
            Value::from(header.times.finished.as_second()),
            Value::from(header.requested.name()),
            record([
                Value::from(header.document.state.as_str()),
                Value::from(header.document.class.number()),
                Value::from(header.document.generation),
                fields::optional_day(header.document.valid_until),
            ]),
            write_assurance(&header.assurance),
            write_provenance(&header.provenance),
            write_checks(&self.checks),
        ]))
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The bytes are anything else than what [`Evidence::to_cbor`] writes.
    pub fn from_cbor(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
        let value = fields::parse(bytes, MAX_EVIDENCE_BYTES)?;
        check_version(&value, EVIDENCE_VERSION)?;
        let [_, id, hash, started, finished, requested, document, assurance, provenance, checks] =
            fields::fields(value, EVIDENCE)?;
        let [state, class, generation, valid_until] = fields::fields(document.value, "document")?;
        let header = Header {
            transaction_id: id.bytes()?,
            transcript_hash: hash.bytes()?,
            times: Times::new(started.time()?, finished.time()?).ok_or(EvidenceError::Times)?,
            requested: requested.parsed(Level::from_name)?,
            document: Document {
                state: state.parsed(|text| StateCode::new(text).ok())?,
                class: class.number(DocumentClass::from_number)?,
                generation: generation.number(|number| u8::try_from(number).ok())?,
                valid_until: valid_until.optional_day()?,
            },
            assurance: read_assurance(assurance.value)?,
            provenance: read_provenance(provenance.value)?,
        };
        Ok(Evidence { header, checks: read_checks(checks)? })
    }
}

/// The version is looked at first, so that a record of another version is called that and not faulty.
pub(super) fn check_version(value: &Value, version: u64) -> Result<(), EvidenceError> {
    let first = value.as_map().and_then(|pairs| pairs.first());
    let found = first
        .filter(|(key, _)| key.as_integer() == Some(1.into()))
        .and_then(|(_, value)| value.as_integer())
        .and_then(|number| u64::try_from(number).ok())
        .ok_or(EvidenceError::MissingField { record: EVIDENCE, field: 1 })?;
    if found == version { Ok(()) } else { Err(EvidenceError::Version(found)) }
}

pub(super) fn write_assurance(assurance: &Assurance) -> Value {
    record([
        Value::from(assurance.hardware_attestation),
        Value::from(assurance.chip_key.number()),
        Value::from(assurance.face_match_one_in),
        Value::from(assurance.face_transaction_one_in),
        Value::from(assurance.pad.number()),
        fields::optional_day(assurance.pad_certified_until),
        Value::from(assurance.iad.number()),
        fields::optional_day(assurance.iad_certified_until),
        Value::from(assurance.human_confirmation),
    ])
}

pub(super) fn read_assurance(value: Value) -> Result<Assurance, EvidenceError> {
    let [hardware, chip_key, single, transaction, pad, pad_until, iad, iad_until, human] =
        fields::fields(value, "assurance")?;
    Ok(Assurance {
        hardware_attestation: hardware.boolean()?,
        chip_key: chip_key.number(ChipKey::from_number)?,
        face_match_one_in: single.number(|number| u32::try_from(number).ok())?,
        face_transaction_one_in: transaction.number(|number| u32::try_from(number).ok())?,
        pad: pad.number(CertifiedLevel::from_number)?,
        pad_certified_until: pad_until.optional_day()?,
        iad: iad.number(CertifiedLevel::from_number)?,
        iad_certified_until: iad_until.optional_day()?,
        human_confirmation: human.boolean()?,
    })
}

pub(super) fn write_provenance(provenance: &Provenance) -> Value {
    record([
        Value::from(provenance.trust_store_version.as_str()),
        Value::from(provenance.policy_version.as_str()),
        fields::names(&provenance.components),
        fields::names(&provenance.quirks),
        fields::names(&provenance.deviations),
    ])
}

pub(super) fn read_provenance(value: Value) -> Result<Provenance, EvidenceError> {
    let [trust_store, policy, components, quirks, deviations] = fields::fields(value, "provenance")?;
    Ok(Provenance {
        trust_store_version: trust_store.name()?,
        policy_version: policy.name()?,
        components: components.names()?,
        quirks: quirks.names()?,
        deviations: deviations.names()?,
    })
}

/// Each check as an array: number, value, reason, retries used.
pub(super) fn write_checks(checks: &Table<Entry>) -> Value {
    let write = |(check, entry): (Check, &Entry)| {
        Value::Array(vec![
            Value::from(check.number()),
            Value::from(kind_number(entry.result.kind())),
            entry.result.reason().map_or(Value::Null, Value::from),
            Value::from(entry.retries_used),
        ])
    };
    Value::Array(checks.iter().map(write).collect())
}

pub(super) fn read_checks(item: Item) -> Result<Table<Entry>, EvidenceError> {
    let list = item.array()?;
    if list.len() != CHECK_COUNT {
        return Err(EvidenceError::CheckCount(list.len()));
    }
    let blank = Entry { result: CheckResult::NotSupported(NotSupportedReason::NotBuilt), retries_used: 0 };
    let mut list = list.into_iter();
    Table::try_from_fn(blank, |check| {
        let parts = list.next().and_then(|value| value.into_array().ok());
        let [number, kind, reason, retries] = parts
            .and_then(|parts| <[Value; 4]>::try_from(parts).ok())
            .ok_or(EvidenceError::CheckOrder(check))?
            .map(|value| Item { record: check.id(), field: u64::from(check.number()), value });
        if number.unsigned()? != u64::from(check.number()) {
            return Err(EvidenceError::CheckOrder(check));
        }
        let result = read_result(kind.unsigned()?, reason.value.as_text(), reason.value.is_null());
        Ok(Entry {
            result: result.filter(|result| result.fits(check)).ok_or(EvidenceError::CheckResult(check))?,
            retries_used: retries.number(|number| u8::try_from(number).ok())?,
        })
    })
}

const fn kind_number(kind: ResultKind) -> u64 {
    match kind {
        ResultKind::Successful => 0,
        ResultKind::Failed => 1,
        ResultKind::Undetermined => 2,
        ResultKind::NotSupported => 3,
        ResultKind::Aborted => 4,
    }
}

fn read_result(kind: u64, reason: Option<&str>, reason_is_null: bool) -> Option<CheckResult> {
    match kind {
        0 => reason_is_null.then_some(CheckResult::Successful),
        1 => FailedReason::from_name(reason?).map(CheckResult::Failed),
        2 => UndeterminedReason::from_name(reason?).map(CheckResult::Undetermined),
        3 => NotSupportedReason::from_name(reason?).map(CheckResult::NotSupported),
        4 => AbortedReason::from_name(reason?).map(CheckResult::Aborted),
        _ => None,
    }
}
