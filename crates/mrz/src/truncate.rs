//! Names that do not fit the name field (Doc 9303-4 §4.2.3, 9303-5 §4.2.3, 9303-6 §4.2.3).
//!
//! The standard leaves the method to the issuer. Here primary components are cut to initials from
//! the last one on until the secondary identifier has room for at least one letter; what is then too
//! long is cut at the end. A cut field always ends with a letter.

/// The name field of a width, without fillers at its end, from identifiers in the MRZ alphabet
/// (components separated by one filler). `None` if no cut leaves a letter in the last position,
/// which happens only to names of many one-letter components.
pub(crate) fn fit(primary: &str, secondary: &str, width: usize) -> Option<String> {
    let join = |primary: &[String], secondary: &str| {
        let primary = primary.join("<");
        if secondary.is_empty() { primary } else { format!("{primary}<<{secondary}") }
    };
    let mut parts: Vec<String> = split(primary);
    let whole = join(&parts, secondary);
    if whole.len() <= width {
        return Some(whole);
    }
    if !secondary.is_empty() {
        let full = parts.clone();
        shorten(&mut parts, width.checked_sub(3)?);
        let spare = width.saturating_sub(join(&parts, secondary).len());
        give_back(&mut parts, &full, spare);
    }
    cut(parts, split(secondary), width)
}

fn split(identifier: &str) -> Vec<String> {
    identifier.split('<').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn joined_length(parts: &[String]) -> usize {
    parts.iter().map(|part| part.len() + 1).sum::<usize>().saturating_sub(1)
}

/// Cuts components to initials from the last on, then the first one; drops components only where
/// that does not suffice.
fn shorten(parts: &mut Vec<String>, room: usize) {
    for index in (1..parts.len()).rev() {
        if joined_length(parts) <= room {
            return;
        }
        parts[index].truncate(1);
    }
    loop {
        let excess = joined_length(parts).saturating_sub(room);
        let count = parts.len();
        let Some(first) = parts.first_mut() else { return };
        if first.len() > excess || count == 1 {
            first.truncate(first.len().saturating_sub(excess));
            return;
        }
        parts.pop();
    }
}

/// Lengthens cut components again, the first ones first, where a short secondary identifier leaves
/// positions free.
fn give_back(parts: &mut [String], full: &[String], mut spare: usize) {
    for (part, full) in parts.iter_mut().zip(full) {
        let taken = full.get(part.len()..).unwrap_or_default();
        let back = taken.get(..spare.min(taken.len())).unwrap_or_default();
        part.push_str(back);
        spare -= back.len();
    }
}

/// Cuts the joined identifiers at the width. Where the last position would hold a filler, a
/// component before it loses a letter, so that the next component moves into the position.
fn cut(mut primary: Vec<String>, mut secondary: Vec<String>, width: usize) -> Option<String> {
    loop {
        let whole = if secondary.is_empty() {
            primary.join("<")
        } else {
            format!("{}<<{}", primary.join("<"), secondary.join("<"))
        };
        let field = whole.get(..width)?;
        if !field.ends_with('<') {
            return Some(field.to_owned());
        }
        // The components that lie wholly before the last position, the last of them first.
        let mut end = 0;
        let mut before = Vec::new();
        for (index, part) in primary.iter().chain(&secondary).enumerate() {
            end += part.len() + if index == primary.len() { 2 } else { usize::from(index > 0) };
            if end < width {
                before.push(index);
            }
        }
        let count = primary.len();
        let longest_last = before.into_iter().rev().find(|index| {
            primary
                .get(*index)
                .or_else(|| secondary.get(index - count.min(*index)))
                .is_some_and(|part| part.len() > 1)
        })?;
        if longest_last < count {
            primary[longest_last].pop();
        } else {
            secondary[longest_last - count].pop();
        }
    }
}
