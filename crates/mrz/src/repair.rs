//! Undoing confusions of look-alike characters.
//!
//! Only 0/O, 1/I, 8/B, 5/S and 2/Z are exchanged. Where a field holds only letters or only digits,
//! the exchange is forced. Elsewhere, in document numbers and optional data, it is done only in
//! fields whose check digits are wrong, and only if exactly one choice makes all digits right.
//! Choices are counted, not tried: the work is the same for every input.
//!
//! A repaired line is a guess that fits its digits. If the misreading was another one than a
//! confusion of look-alikes, a wrong guess may fit as well. The chip decides: it opens only with the
//! right document number, date of birth and date of expiry.

use core::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::check_digit::{value, weight};
use crate::error::MrzError;
use crate::format::{Class, Field, Format, Position};
use crate::inspect::{Inspection, NumberSpan, bytes_of};
use crate::text::{self, Line};
use crate::zone::Mrz;

/// One character that a repair changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Change {
    position: Position,
    from: char,
    to: char,
}

impl Change {
    /// Where.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The character that was read.
    pub fn from(&self) -> char {
        self.from
    }

    /// The character that it was changed to.
    pub fn to(&self) -> char {
        self.to
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("position", &self.position).finish_non_exhaustive()
    }
}

/// Why lines cannot be repaired. In every case a new scan is the remedy.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum RepairError {
    /// The text is not laid out as a machine readable zone.
    #[error(transparent)]
    Lines(MrzError),
    /// No exchange of look-alike characters makes the lines right.
    #[error("no exchange of look-alike characters helps; {0}")]
    NoneFits(MrzError),
    /// More than one exchange makes the lines right; which one is meant cannot be known.
    #[error("more than one exchange of look-alike characters fits; {0}")]
    SeveralFit(MrzError),
}

/// Parses lines and undoes confusions of look-alike characters, where exactly one repair fits.
///
/// Right lines are returned unchanged. What was changed is told by [`Mrz::changes`].
///
/// # Errors
/// [`RepairError`] holds the fault that remains.
pub fn repair(text: &str) -> Result<Mrz, RepairError> {
    let (format, read) = text::split(text)
        .and_then(text::lay_out)
        .map(|(f, l)| (f, Zeroizing::new(l)))
        .map_err(RepairError::Lines)?;
    let mut lines = read.clone();
    force_classes(format, &mut lines);
    let inspection = Inspection::of_lines(format, lines.clone());
    if let Some(layout) = inspection.foreign_layout() {
        return Err(RepairError::Lines(MrzError::NotDoc9303 { layout }));
    }
    if let Some(fault) = inspection.faults().first().cloned() {
        let only_digits =
            inspection.faults().iter().all(|fault| matches!(fault, MrzError::CheckDigit { .. }));
        if !only_digits {
            return Err(RepairError::NoneFits(fault));
        }
        let suspects = Suspects::of(&inspection);
        let mut found = solve(&suspects.without_unchecked());
        if matches!(found, Solution::None) {
            found = solve(&suspects);
        }
        match found {
            Solution::None => return Err(RepairError::NoneFits(fault)),
            Solution::Several => return Err(RepairError::SeveralFit(fault)),
            Solution::One(exchanged) => exchanged.into_iter().for_each(|place| exchange(&mut lines, place)),
        }
    }
    let changes = changes_between(&read, &lines);
    let mut mrz = Mrz::accept(Inspection::of_lines(format, lines)).map_err(RepairError::NoneFits)?;
    mrz.changes = changes;
    Ok(mrz)
}

/// The character that this one is confused with.
const fn look_alike(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0' => b'O',
        b'O' => b'0',
        b'1' => b'I',
        b'I' => b'1',
        b'8' => b'B',
        b'B' => b'8',
        b'5' => b'S',
        b'S' => b'5',
        b'2' => b'Z',
        b'Z' => b'2',
        _ => return None,
    })
}

/// Exchanges a character that a field cannot hold.
pub(crate) fn force(class: Class, byte: &mut u8) {
    if !class.allows(*byte)
        && let Some(other) = look_alike(*byte).filter(|other| class.allows(*other))
    {
        *byte = other;
    }
}

fn force_classes(format: Format, lines: &mut [Line]) {
    for slot in format.slots() {
        if let Some(bytes) =
            lines.get_mut(slot.line).and_then(|line| line.get_mut(slot.start..slot.start + slot.length))
        {
            for byte in bytes {
                force(slot.class, byte);
            }
        }
    }
    let span = NumberSpan::of(format, lines);
    if span.is_long()
        && let Some(digit) = lines.get_mut(span.line).and_then(|line| line.get_mut(span.digit))
    {
        force(Class::Digits, digit);
    }
}

fn exchange(lines: &mut [Line], place: Place) {
    if let Some(byte) = lines.get_mut(place.line).and_then(|line| line.get_mut(place.column))
        && let Some(other) = look_alike(*byte)
    {
        *byte = other;
    }
}

fn changes_between(read: &[Line], repaired: &[Line]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (line, (before, after)) in read.iter().zip(repaired).enumerate() {
        for (column, (from, to)) in before.iter().zip(after).enumerate() {
            if from != to {
                changes.push(Change {
                    position: Position::of_index(line, column),
                    from: char::from(*from),
                    to: char::from(*to),
                });
            }
        }
    }
    changes
}

/// A place by indexes from 0.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

/// What an exchange adds to the sums under the digits of document number, optional data and
/// composite, each modulo 10.
type Sums = [u32; 3];

/// A character that may be exchanged.
#[derive(Clone, Copy)]
struct Suspect {
    place: Place,
    adds: Sums,
    /// Whether only the composite digit covers it.
    unchecked: bool,
}

/// The characters that may be exchanged, and the sums that the exchange must add.
#[derive(Clone)]
struct Suspects {
    suspects: Vec<Suspect>,
    missing: Sums,
}

impl Suspects {
    fn of(inspection: &Inspection) -> Self {
        let (format, lines) = (inspection.format(), &inspection.lines);
        let missing_at = |field| {
            inspection.checks().iter().find(|check| check.field() == field).map_or(0, |check| {
                let digit = |found: char| found.to_digit(10).unwrap_or(0);
                if check.is_right() { 0 } else { (10 + digit(check.found) - digit(check.right)) % 10 }
            })
        };
        let missing = [
            missing_at(Field::DocumentNumberDigit),
            missing_at(Field::OptionalDataDigit),
            missing_at(Field::CompositeDigit),
        ];
        let mut all = Self { suspects: Vec::new(), missing };
        let span = NumberSpan::of(format, lines);
        let number: Vec<usize> = span.columns().collect();
        if missing[0] != 0 {
            for (index, column) in number.iter().enumerate() {
                all.add(format, lines, Place { line: span.line, column: *column }, Some((0, index)));
            }
        }
        for field in [Field::OptionalData, Field::SecondOptionalData] {
            let Some(slot) = format.slot(field) else { continue };
            let is_checked = field == Field::OptionalData && format.slot(Field::OptionalDataDigit).is_some();
            if format.is_visa() || (is_checked && missing[1] == 0) {
                continue;
            }
            for index in 0..bytes_of(lines, slot).len() {
                let column = slot.start + index;
                let is_number = span.line == slot.line && (number.contains(&column) || span.digit == column);
                if !is_number {
                    let place = Place { line: slot.line, column };
                    all.add(format, lines, place, is_checked.then_some((1, index)));
                }
            }
        }
        all
    }

    /// Adds a place, if its character has a look-alike; `own` is the sum of its field's own digit and
    /// its index there.
    fn add(&mut self, format: Format, lines: &[Line], place: Place, own: Option<(usize, usize)>) {
        let Some(byte) = lines.get(place.line).and_then(|line| line.get(place.column)).copied() else {
            return;
        };
        let mut adds = [0; 3];
        if let Some((sum, index)) = own {
            let Some(difference) = difference(byte, index) else { return };
            adds[sum] = difference;
        }
        if let Some(index) = composite_index(format, place) {
            let Some(difference) = difference(byte, index) else { return };
            adds[2] = difference;
        }
        self.suspects.push(Suspect { place, adds, unchecked: own.is_none() });
    }

    /// The same without characters that only the composite digit covers. These come second: a field
    /// without a digit of its own is suspected only if the others cannot be at fault.
    fn without_unchecked(&self) -> Self {
        let suspects = self.suspects.iter().filter(|suspect| !suspect.unchecked).copied().collect();
        Self { suspects, missing: self.missing }
    }
}

/// What the exchange of a character at an index of a sum adds to it; `None` without look-alike.
fn difference(byte: u8, index: usize) -> Option<u32> {
    let (before, after) = (value(byte)?, value(look_alike(byte)?)?);
    Some((40 + after - before) * weight(index) % 10)
}

fn composite_index(format: Format, place: Place) -> Option<usize> {
    let mut before = 0;
    for range in format.composite_ranges() {
        if range.line == place.line && (range.start..range.start + range.length).contains(&place.column) {
            return Some(before + place.column - range.start);
        }
        before += range.length;
    }
    None
}

/// How many sets of exchanges add what is missing.
enum Solution {
    None,
    One(Vec<Place>),
    Several,
}

/// Counts by dynamic programming over the remainders of the three sums.
fn solve(suspects: &Suspects) -> Solution {
    const STATES: usize = 1000;
    let index = |sums: Sums| (sums[0] * 100 + sums[1] * 10 + sums[2]) as usize % STATES;
    let minus = |sums: Sums, adds: Sums| core::array::from_fn(|at| (sums[at] + 10 - adds[at]) % 10);
    // ways[k]: for every missing sum, the number of sets among suspects k.. that add it, up to 2.
    let mut last = vec![0_u8; STATES];
    last[0] = 1;
    let mut ways = vec![last];
    for suspect in suspects.suspects.iter().rev() {
        let after = ways.last().map(Vec::as_slice).unwrap_or_default();
        let mut here = vec![0_u8; STATES];
        for number in 0..10 {
            for optional in 0..10 {
                for composite in 0..10 {
                    let sums = [number, optional, composite];
                    let count = after[index(sums)] + after[index(minus(sums, suspect.adds))];
                    here[index(sums)] = count.min(2);
                }
            }
        }
        ways.push(here);
    }
    ways.reverse();
    let mut missing = suspects.missing;
    match ways.first().map_or(0, |ways| ways[index(missing)]) {
        0 => return Solution::None,
        1 => {}
        _ => return Solution::Several,
    }
    let mut places = Vec::new();
    for (suspect, after) in suspects.suspects.iter().zip(ways.iter().skip(1)) {
        if after[index(missing)] == 0 {
            places.push(suspect.place);
            missing = minus(missing, suspect.adds);
        }
    }
    Solution::One(places)
}
