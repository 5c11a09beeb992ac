//! Canonical CBOR (RFC 8949 §4.2.1) in the one shape that records use: a map is numbered 1, 2, 3 … without a gap.

use ciborium::Value;
use jiff::Timestamp;
use jiff::civil::Date;

use super::codec::EvidenceError;
use super::name::{Name, Names};

/// Deeper nesting than records have is refused before it is followed.
const RECURSION_LIMIT: usize = 8;

/// Reads one item that fills `bytes` and is encoded canonically.
pub(super) fn parse(bytes: &[u8], longest: usize) -> Result<Value, EvidenceError> {
    if bytes.len() > longest {
        return Err(EvidenceError::TooLong { length: bytes.len(), longest });
    }
    let value: Value = ciborium::de::from_reader_with_recursion_limit(bytes, RECURSION_LIMIT)
        .map_err(|_| EvidenceError::NotCbor)?;
    // Covers trailing bytes, long forms of numbers and lengths, and indefinite lengths.
    if write(&value)? == bytes { Ok(value) } else { Err(EvidenceError::NotCanonical) }
}

/// Writes one item.
pub(super) fn write(value: &Value) -> Result<Vec<u8>, EvidenceError> {
    let mut bytes = Vec::new();
    ciborium::ser::into_writer(value, &mut bytes).map_err(|_| EvidenceError::NotCbor)?;
    Ok(bytes)
}

/// A record from its fields in order.
pub(super) fn record<const N: usize>(fields: [Value; N]) -> Value {
    Value::Map((1_u64..).map(Value::from).zip(fields).collect())
}

/// A value with the place where it stands, for errors.
pub(super) struct Item {
    pub(super) record: &'static str,
    pub(super) field: u64,
    pub(super) value: Value,
}

/// The fields of a record in order: exactly those numbered 1 to `N`, each once.
pub(super) fn fields<const N: usize>(value: Value, record: &'static str) -> Result<[Item; N], EvidenceError> {
    let Value::Map(pairs) = value else { return Err(EvidenceError::Form { record, field: 0 }) };
    let mut found: [Option<Value>; N] = [const { None }; N];
    for (key, value) in pairs {
        let number = key.as_integer().and_then(|key| u64::try_from(key).ok()).unwrap_or(0);
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let place = index
            .and_then(|index| found.get_mut(index))
            .ok_or(EvidenceError::UnknownField { record, field: number })?;
        if place.replace(value).is_some() {
            return Err(EvidenceError::RepeatedField { record, field: number });
        }
    }
    let mut missing = None;
    let items = std::array::from_fn(|index| {
        let field = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        let value = found.get_mut(index).and_then(Option::take).unwrap_or_else(|| {
            missing = missing.or(Some(field));
            Value::Null
        });
        Item { record, field, value }
    });
    match missing {
        Some(field) => Err(EvidenceError::MissingField { record, field }),
        None => Ok(items),
    }
}

impl Item {
    fn form(&self) -> EvidenceError {
        EvidenceError::Form { record: self.record, field: self.field }
    }

    fn range(&self) -> EvidenceError {
        EvidenceError::Range { record: self.record, field: self.field }
    }

    pub(super) fn unsigned(&self) -> Result<u64, EvidenceError> {
        self.value.as_integer().and_then(|number| u64::try_from(number).ok()).ok_or_else(|| self.form())
    }

    /// An unsigned number that `convert` accepts.
    pub(super) fn number<T>(&self, convert: impl FnOnce(u64) -> Option<T>) -> Result<T, EvidenceError> {
        convert(self.unsigned()?).ok_or_else(|| self.range())
    }

    pub(super) fn boolean(&self) -> Result<bool, EvidenceError> {
        self.value.as_bool().ok_or_else(|| self.form())
    }

    pub(super) fn text(&self) -> Result<&str, EvidenceError> {
        self.value.as_text().ok_or_else(|| self.form())
    }

    /// A text that `convert` accepts.
    pub(super) fn parsed<T>(&self, convert: impl FnOnce(&str) -> Option<T>) -> Result<T, EvidenceError> {
        convert(self.text()?).ok_or_else(|| self.range())
    }

    pub(super) fn bytes<const N: usize>(&self) -> Result<[u8; N], EvidenceError> {
        let bytes = self.value.as_bytes().ok_or_else(|| self.form())?;
        bytes.as_slice().try_into().map_err(|_| self.range())
    }

    pub(super) fn time(&self) -> Result<Timestamp, EvidenceError> {
        let seconds = self.value.as_integer().and_then(|number| i64::try_from(number).ok());
        Timestamp::from_second(seconds.ok_or_else(|| self.form())?).map_err(|_| self.range())
    }

    pub(super) fn day(&self) -> Result<Date, EvidenceError> {
        // Only the form that is written is read back.
        self.parsed(|text| text.parse::<Date>().ok().filter(|day| day.to_string() == text))
    }

    pub(super) fn optional_day(&self) -> Result<Option<Date>, EvidenceError> {
        if self.value.is_null() { Ok(None) } else { self.day().map(Some) }
    }

    pub(super) fn name(&self) -> Result<Name, EvidenceError> {
        self.parsed(|text| Name::new(text).ok())
    }

    /// A list of names, ascending and without repetition.
    pub(super) fn names(&self) -> Result<Names, EvidenceError> {
        let list = self.value.as_array().ok_or_else(|| self.form())?;
        let mut names: Vec<Name> = Vec::new();
        for value in list {
            let text = value.as_text().ok_or_else(|| self.form())?;
            let name = Name::new(text).map_err(|_| self.range())?;
            if names.last().is_some_and(|last| *last >= name) {
                return Err(self.range());
            }
            names.push(name);
        }
        Names::new(names).map_err(|_| self.range())
    }

    pub(super) fn array(self) -> Result<Vec<Value>, EvidenceError> {
        let error = self.form();
        self.value.into_array().map_err(|_| error)
    }
}

pub(super) fn day(day: Date) -> Value {
    Value::from(day.to_string())
}

pub(super) fn optional_day(day: Option<Date>) -> Value {
    day.map_or(Value::Null, self::day)
}

pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

pub(super) fn names(names: &Names) -> Value {
    Value::Array(names.iter().map(|name| Value::from(name.as_str())).collect())
}
