//! From the MRZ back to national spelling.
//!
//! The way back is not unique: `AA` in a Danish passport may stand for Å or for two letters. All
//! spellings are listed, up to a limit.

use super::{CyrillicLanguage, arabic, cyrillic, recommended_forms};

/// The letters that a spelling may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alphabet<'a> {
    /// A–Z and these national letters, such as `ÆØÅ`.
    LatinAnd(&'a str),
    /// The Cyrillic letters of a language, as far as table B gives them.
    Cyrillic(CyrillicLanguage),
    /// The letters of table C.
    Arabic,
}

impl Alphabet<'static> {
    /// Danish and Norwegian.
    pub const DANISH: Self = Self::LatinAnd("ÆØÅ");
    /// Swedish and Finnish.
    pub const SWEDISH: Self = Self::LatinAnd("ÅÄÖ");
    /// Icelandic.
    pub const ICELANDIC: Self = Self::LatinAnd("ÁÐÉÍÓÚÝÞÆÖ");
    /// Faroese.
    pub const FAROESE: Self = Self::LatinAnd("ÁÐÍÓÚÝÆØ");
    /// German.
    pub const GERMAN: Self = Self::LatinAnd("ÄÖÜẞ");
    /// Spanish.
    pub const SPANISH: Self = Self::LatinAnd("ÁÉÍÑÓÚÜ");
}

/// A letter with one of its forms, and where in a component that form is used.
struct Unit {
    spelling: String,
    form: String,
    only_first: bool,
    only_last: bool,
}

/// Every spelling in an alphabet that is transliterated to `mrz`, at most `limit` of them, those with
/// plain letters at the beginning first; fillers become blanks. Empty if there is none.
///
/// The work is bounded by `limit` times the length of `mrz`.
pub fn possible_spellings(mrz: &str, alphabet: Alphabet<'_>, limit: usize) -> Vec<String> {
    let units = units(alphabet);
    let mut spellings = vec![String::new()];
    for component in mrz.split('<').filter(|component| !component.is_empty()) {
        let options = component_spellings(component, &units, limit);
        spellings = spellings
            .iter()
            .flat_map(|start| {
                options.iter().map(move |option| {
                    if start.is_empty() { option.clone() } else { format!("{start} {option}") }
                })
            })
            .take(limit)
            .collect();
    }
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}

/// Depth-first over the positions from which the end can be reached, so that no dead end is entered.
fn component_spellings(component: &str, units: &[Unit], limit: usize) -> Vec<String> {
    let mut reaches_end = vec![false; component.len() + 1];
    for at in (0..=component.len()).rev() {
        let reachable = at == component.len()
            || units.iter().any(|unit| fits(component, at, unit) && reaches_end[at + unit.form.len()]);
        reaches_end[at] = reachable;
    }
    let mut found = Vec::new();
    let mut open = vec![(0, String::new())];
    while let Some((at, spelling)) = open.pop() {
        if found.len() >= limit {
            break;
        }
        if at == component.len() {
            found.push(spelling);
            continue;
        }
        for unit in units.iter().rev() {
            if fits(component, at, unit) && reaches_end[at + unit.form.len()] {
                open.push((at + unit.form.len(), format!("{spelling}{}", unit.spelling)));
            }
        }
    }
    found
}

fn fits(component: &str, at: usize, unit: &Unit) -> bool {
    component.get(at..).is_some_and(|rest| rest.starts_with(&unit.form))
        && (!unit.only_first || at == 0)
        && (!unit.only_last || at + unit.form.len() == component.len())
}

fn units(alphabet: Alphabet<'_>) -> Vec<Unit> {
    let anywhere = |letter: char, form: &str| Unit {
        spelling: letter.to_string(),
        form: form.to_owned(),
        only_first: false,
        only_last: false,
    };
    let mut units = Vec::new();
    match alphabet {
        Alphabet::LatinAnd(letters) => {
            units.extend(('A'..='Z').map(|letter| anywhere(letter, letter.encode_utf8(&mut [0; 4]))));
            for letter in letters.chars() {
                units.extend(recommended_forms(letter).into_iter().map(|form| anywhere(letter, form)));
            }
        }
        Alphabet::Cyrillic(language) => {
            for (letter, _) in cyrillic::TABLE {
                let plain = cyrillic::form(letter, language, false).unwrap_or_default();
                let first = cyrillic::form(letter, language, true).unwrap_or_default();
                units.push(anywhere(letter, plain));
                if first != plain {
                    units.push(Unit { only_first: true, ..anywhere(letter, first) });
                }
            }
        }
        Alphabet::Arabic => {
            for (letter, form) in arabic::TABLE {
                units.push(anywhere(letter, form));
                units.push(Unit {
                    spelling: format!("{letter}{}", arabic::SHADDA),
                    ..anywhere(letter, &format!("{form}{}", arabic::doubled(form)))
                });
            }
            units.push(Unit { only_last: true, ..anywhere(arabic::TEH_MARBUTA, arabic::TEH_MARBUTA_LAST) });
        }
    }
    units.retain(|unit| !unit.form.is_empty());
    units
}
