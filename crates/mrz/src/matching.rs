//! Comparison of names that went through transliteration and truncation (Doc 9303-3 §4.6 and §6,
//! 9303-4 §4.2.3).
//!
//! A match explains the difference between two ways of writing; it does not prove that two people
//! are one. Names that are left or shortened by habit (married names, nicknames) do not match here.

use crate::names::Names;
use crate::transliterate::{Component, Piece, components, pieces, transliterate};

/// The longest identifier compared, in bytes of UTF-8; longer ones are [`NameMatch::Different`].
const LONGEST: usize = 1024;

/// How two names agree, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NameMatch {
    /// No rule of Doc 9303 leads from one to the other.
    Different,
    /// One is the other, cut off as in a full name field.
    Truncated,
    /// One is a permitted transliteration of the other, but not the first recommended one.
    Transliterated,
    /// The same, or one is the first recommended transliteration of the other.
    Exact,
}

/// Compares names from the MRZ with names from a register, from DG11 or from another MRZ. The order
/// of the two does not matter.
pub fn names_match(a: &Names, b: &Names) -> NameMatch {
    if [a, b].iter().any(|names| names.primary().len() > LONGEST || names.secondary().len() > LONGEST) {
        return NameMatch::Different;
    }
    printed_match(a, b).max(printed_match(b, a))
}

/// Takes the first names as those in the MRZ.
fn printed_match(printed: &Names, spelled: &Names) -> NameMatch {
    let parts = |identifier: &str| -> Vec<String> {
        transliterate(identifier).split('<').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let pairs = [
        (parts(printed.primary()), readings(spelled.primary())),
        (parts(printed.secondary()), readings(spelled.secondary())),
    ];
    let whole_of = |(printed, readings): &(Vec<String>, Vec<Vec<Component>>)| {
        readings.iter().map(|spelled| whole_match(printed, spelled)).max()
    };
    match pairs.iter().map(|pair| whole_of(pair).unwrap_or(NameMatch::Different)).min() {
        Some(NameMatch::Different) | None => {}
        Some(whole) => return whole,
    }
    // A cut field keeps the beginning of every identifier (Doc 9303-4 §4.2.2.1).
    let is_cut = printed.truncated()
        && pairs.iter().all(|(printed, readings)| {
            readings.iter().any(|spelled| {
                printed.is_empty() == spelled.is_empty()
                    && printed.len() <= spelled.len()
                    && printed.iter().zip(spelled).all(|(printed, spelled)| begins(printed, &pieces(spelled)))
            })
        });
    if is_cut { NameMatch::Truncated } else { NameMatch::Different }
}

/// The components of an identifier, and if some can leave nothing in the lines (a soft sign on its own, a mark without
/// a letter) the components without those.
fn readings(identifier: &str) -> Vec<Vec<Component>> {
    let all = components(identifier);
    let is_silent = |component: &Component| {
        pieces(component).iter().all(|piece| piece.all_forms().iter().any(String::is_empty))
    };
    let heard: Vec<Component> = all.iter().filter(|component| !is_silent(component)).cloned().collect();
    if heard.len() == all.len() { vec![all] } else { vec![all, heard] }
}

fn whole_match(printed: &[String], spelled: &[Component]) -> NameMatch {
    if printed.len() != spelled.len() {
        return NameMatch::Different;
    }
    let one = |(printed, spelled): (&String, &Component)| {
        let text: String = spelled.iter().map(|(_, capital)| *capital).collect();
        let pieces = pieces(spelled);
        if transliterate(&text) == *printed && pieces.iter().all(|piece| !piece.all_forms().is_empty()) {
            NameMatch::Exact
        } else if reach(printed, &pieces).is_some_and(|ends| ends.contains(&printed.len())) {
            NameMatch::Transliterated
        } else {
            NameMatch::Different
        }
    };
    printed.iter().zip(spelled).map(one).min().unwrap_or(NameMatch::Exact)
}

/// The places in `printed` that all pieces together can reach with any of their forms; `None` if a
/// piece has no form.
fn reach(printed: &str, pieces: &[Piece]) -> Option<Vec<usize>> {
    let mut places = vec![0];
    for piece in pieces {
        places = step(printed, &places, &forms(piece)?);
    }
    Some(places)
}

/// Whether `printed` is the beginning of some transliteration of the pieces.
fn begins(printed: &str, pieces: &[Piece]) -> bool {
    let mut places = vec![0];
    for piece in pieces {
        let Some(forms) = forms(piece) else { return false };
        let ends_within = places.iter().any(|place| {
            printed.get(*place..).is_some_and(|rest| forms.iter().any(|form| form.starts_with(rest)))
        });
        if ends_within {
            return true;
        }
        places = step(printed, &places, &forms);
    }
    places.contains(&printed.len())
}

fn forms(piece: &Piece) -> Option<Vec<String>> {
    Some(piece.all_forms()).filter(|forms| !forms.is_empty())
}

fn step(printed: &str, places: &[usize], forms: &[String]) -> Vec<usize> {
    let mut next: Vec<usize> = places
        .iter()
        .flat_map(|place| {
            forms
                .iter()
                .filter(|form| printed.get(*place..).is_some_and(|rest| rest.starts_with(form.as_str())))
                .map(|form| *place + form.len())
        })
        .collect();
    next.sort_unstable();
    next.dedup();
    next
}
