//! The policy file, format 1. Every key is needed, and no other is allowed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::reaction::Reaction;
use super::{Cells, DocumentRow, High, Limits, Mode, Policy, PolicyError, Row, SetK};
use crate::check::{Check, Table};
use crate::evidence::{Activation, CertifiedLevel, DocumentClass, Name, StateCode};
use crate::level::Level;
use crate::result::{FailedReason, NotSupportedReason, UndeterminedReason};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    version: String,
    valid_from: String,
    valid_until: String,
    max_level: Level,
    loip_oid: String,
    statement_version: String,
    limits: FileLimits,
    documents: Vec<FileDocument>,
    set_k: FileSetK,
    high: FileHigh,
    check: BTreeMap<String, FileRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLimits {
    aborted_retries: u8,
    register_answer_minutes: u16,
    evidence_minutes: u16,
    day_offset_hours: i8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDocument {
    states: Vec<String>,
    class: String,
    generations: Vec<u8>,
    max_level: Level,
    set_k: bool,
    never_publishes: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSetK {
    checks: Vec<String>,
    certified: String,
    face_match_one_in: u32,
    activation: Vec<String>,
    identities_per_year: u32,
    limited_rights_hours: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileHigh {
    face_match_one_in: u32,
    face_transaction_one_in: u32,
    activation: Vec<String>,
    human_confirmation: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow {
    name: String,
    mode: FileModes,
    failed: FileCell,
    undetermined: FileCell,
    not_supported: FileCell,
    #[serde(default)]
    failed_because: BTreeMap<String, FileCell>,
    #[serde(default)]
    undetermined_because: BTreeMap<String, FileCell>,
    #[serde(default)]
    not_supported_because: BTreeMap<String, FileCell>,
}

#[derive(Clone, Copy, Deserialize)]
enum FileMode {
    #[serde(rename = "m")]
    Mandatory,
    #[serde(rename = "e")]
    Evaluatable,
    #[serde(rename = "-")]
    Unused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileModes {
    low: FileMode,
    substantial: FileMode,
    high: FileMode,
}

/// One text for all levels that use the check, or one for each level.
#[derive(Deserialize)]
#[serde(untagged)]
enum FileCell {
    All(String),
    Each(FileLevels),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLevels {
    low: String,
    substantial: String,
    high: String,
}

pub(super) fn read(text: &str) -> Result<Policy, PolicyError> {
    let file: File = toml::from_str(text)?;
    if file.format != 1 {
        return Err(PolicyError::Version(file.format));
    }
    if let Some(unknown) = file.check.keys().find(|id| Check::from_id(id).is_none()) {
        return Err(PolicyError::UnknownCheck(unknown.clone()));
    }
    let rows = Check::ALL
        .into_iter()
        .map(|check| read_row(check, file.check.get(check.id()).ok_or(PolicyError::MissingCheck(check))?))
        .collect::<Result<Vec<Row>, PolicyError>>()?;
    let blank = rows.first().cloned().ok_or(PolicyError::MissingCheck(Check::AppDeviceIntegrity))?;
    let mut rows = rows.into_iter();
    Ok(Policy {
        version: name("version", &file.version)?,
        valid_from: day("valid_from", &file.valid_from)?,
        valid_until: day("valid_until", &file.valid_until)?,
        max_level: file.max_level,
        loip_oid: oid("loip_oid", file.loip_oid)?,
        statement_version: name("statement_version", &file.statement_version)?,
        limits: Limits {
            aborted_retries: file.limits.aborted_retries,
            register_answer_minutes: file.limits.register_answer_minutes,
            evidence_minutes: file.limits.evidence_minutes,
            day_offset_hours: file.limits.day_offset_hours,
        },
        documents: file.documents.into_iter().map(read_document).collect::<Result<_, _>>()?,
        set_k: SetK {
            checks: each("set_k.checks", &file.set_k.checks, Check::from_id)?,
            certified: one("set_k.certified", &file.set_k.certified, CertifiedLevel::from_name)?,
            face_match_one_in: file.set_k.face_match_one_in,
            activation: each("set_k.activation", &file.set_k.activation, Activation::from_name)?,
            identities_per_year: file.set_k.identities_per_year,
            limited_rights_hours: file.set_k.limited_rights_hours,
        },
        high: High {
            face_match_one_in: file.high.face_match_one_in,
            face_transaction_one_in: file.high.face_transaction_one_in,
            activation: each("high.activation", &file.high.activation, Activation::from_name)?,
            human_confirmation: file.high.human_confirmation,
        },
        rows: Box::new(Table::try_from_fn(blank, |check| {
            rows.next().ok_or(PolicyError::MissingCheck(check))
        })?),
    })
}

fn refused(key: &str, value: &str) -> PolicyError {
    PolicyError::Value { key: key.to_owned(), value: value.to_owned() }
}

fn one<T>(key: &str, value: &str, convert: impl FnOnce(&str) -> Option<T>) -> Result<T, PolicyError> {
    convert(value).ok_or_else(|| refused(key, value))
}

fn each<T>(key: &str, values: &[String], convert: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, PolicyError> {
    values.iter().map(|value| one(key, value, &convert)).collect()
}

fn name(key: &str, value: &str) -> Result<Name, PolicyError> {
    one(key, value, |value| Name::new(value).ok())
}

fn day(key: &str, value: &str) -> Result<Date, PolicyError> {
    one(key, value, |value| value.parse::<Date>().ok().filter(|day| day.to_string() == value))
}

fn oid(key: &str, value: String) -> Result<String, PolicyError> {
    let arc = |arc: &str| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
    if value.len() <= 64 && value.split('.').all(arc) { Ok(value) } else { Err(refused(key, &value)) }
}

fn read_document(row: FileDocument) -> Result<DocumentRow, PolicyError> {
    Ok(DocumentRow {
        states: each("documents.states", &row.states, |state| StateCode::new(state).ok())?,
        class: one("documents.class", &row.class, DocumentClass::from_name)?,
        generations: row.generations,
        max_level: row.max_level,
        set_k: row.set_k,
        never_publishes: row.never_publishes,
    })
}

fn read_row(check: Check, row: &FileRow) -> Result<Row, PolicyError> {
    if row.name != check.name() {
        return Err(refused(&format!("check.{}.name", check.id()), &row.name));
    }
    let modes = [row.mode.low, row.mode.substantial, row.mode.high].map(|mode| match mode {
        FileMode::Mandatory => Mode::Mandatory,
        FileMode::Evaluatable => Mode::Evaluatable,
        FileMode::Unused => Mode::Unused,
    });
    let reader = RowReader { check, modes };
    let failed = |text: &str| FailedReason::from_name(text).filter(|r| r.fits(check)).map(FailedReason::name);
    let undetermined = |text: &str| {
        UndeterminedReason::from_name(text).filter(|r| r.fits(check)).map(UndeterminedReason::name)
    };
    let not_supported = |text: &str| {
        NotSupportedReason::from_name(text).filter(|r| r.fits(check)).map(NotSupportedReason::name)
    };
    Ok(Row {
        modes,
        failed: reader.cells("failed", &row.failed, &row.failed_because, failed)?,
        undetermined: reader.cells(
            "undetermined",
            &row.undetermined,
            &row.undetermined_because,
            undetermined,
        )?,
        not_supported: reader.cells(
            "not_supported",
            &row.not_supported,
            &row.not_supported_because,
            not_supported,
        )?,
    })
}

struct RowReader {
    check: Check,
    modes: [Mode; 3],
}

impl RowReader {
    fn cells(
        &self,
        column: &str,
        default: &FileCell,
        because: &BTreeMap<String, FileCell>,
        reason: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Cells, PolicyError> {
        let because = because.iter().map(|(text, cell)| {
            let key = format!("check.{}.{column}_because", self.check.id());
            Ok((one(&key, text, &reason)?, self.line(text, cell)?))
        });
        Ok(Cells {
            default: self.line(column, default)?,
            because: because.collect::<Result<_, PolicyError>>()?,
        })
    }

    fn line(&self, column: &str, cell: &FileCell) -> Result<[Option<Reaction>; 3], PolicyError> {
        let mut line = [None, None, None];
        for (level, place) in Level::ALL.into_iter().zip(&mut line) {
            let unused = self.modes[level.index()] == Mode::Unused;
            let text = match cell {
                FileCell::All(_) if unused => continue,
                FileCell::All(text) => text,
                FileCell::Each(levels) => match level {
                    Level::Low => &levels.low,
                    Level::Substantial => &levels.substantial,
                    Level::High => &levels.high,
                },
            };
            if unused != (text == "-") {
                return Err(PolicyError::CellAgainstMode {
                    check: self.check,
                    column: column.to_owned(),
                    level,
                });
            }
            if !unused {
                *place = Some(Reaction::parse(text).map_err(|error| PolicyError::Cell {
                    check: self.check,
                    column: column.to_owned(),
                    error,
                })?);
            }
        }
        Ok(line)
    }
}
