//! Names between national spelling and the MRZ alphabet (Doc 9303-3 §4.6 and §6).
//!
//! Into the MRZ there are several permitted forms of some letters (Ä as AE or A); the lines do not
//! tell which one the issuer chose, nor in which language a Cyrillic name is written. Back from the
//! MRZ there are therefore several spellings. Doc 9303-3 gives tables for Latin, Cyrillic and Arabic
//! script, and none for others: their letters are an error, never left out in silence.

mod arabic;
mod cyrillic;
mod latin;
mod spellings;

use thiserror::Error;

pub use cyrillic::CyrillicLanguage;
pub use spellings::{Alphabet, possible_spellings};

/// Which of the permitted forms are written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Style {
    /// Forms of Latin letters.
    pub latin: LatinStyle,
    /// Exceptions for Cyrillic letters.
    pub cyrillic: CyrillicLanguage,
}

/// Which form of Ä, Å, Ñ, Ö, Ü is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum LatinStyle {
    /// The first recommendation: AE, AA, N, OE, UE.
    #[default]
    First,
    /// The base letter: A, A, N, O, U.
    BaseLetter,
    /// Forms from which the letter can be recovered: NXX, UXX; else the first recommendation.
    Recoverable,
}

/// A character that has no form in the MRZ.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("character {position} of the name has no transliteration in Doc 9303-3")]
pub struct TransliterationError {
    /// Counted from 1.
    pub position: usize,
}

/// Writes a name, or a part of one, in the MRZ alphabet with the first recommended forms.
///
/// Blanks, hyphens and commas become one filler; apostrophes and other punctuation are left out.
/// Characters without a form (other scripts, digits) are left out too; use [`transliterate_with`] to
/// be told.
pub fn transliterate(name: &str) -> String {
    let mut text = String::new();
    for component in components(name) {
        let forms: String = pieces(&component)
            .iter()
            .filter_map(|piece| piece.forms(Style::default()).into_iter().next())
            .collect();
        push_component(&mut text, &forms);
    }
    text
}

/// As [`transliterate`], with the forms of a style.
///
/// # Errors
/// [`TransliterationError`] for the first character that has no form.
pub fn transliterate_with(name: &str, style: Style) -> Result<String, TransliterationError> {
    let mut text = String::new();
    for component in components(name) {
        let mut forms = String::new();
        for piece in pieces(&component) {
            let form = piece.forms(style).into_iter().next();
            forms.push_str(&form.ok_or(TransliterationError { position: piece.position })?);
        }
        push_component(&mut text, &forms);
    }
    Ok(text)
}

/// The forms that Doc 9303-3 §6 recommends for one letter, the first one first; for Cyrillic letters
/// the exceptions of the languages follow. Empty if there are none.
pub fn recommended_forms(letter: char) -> Vec<&'static str> {
    let mut forms = Vec::new();
    for capital in letter.to_uppercase() {
        forms.extend(latin::forms(capital).unwrap_or_default());
        for language in CyrillicLanguage::ALL {
            for first in [false, true] {
                forms.extend(cyrillic::form(capital, language, first));
            }
        }
        for last in [false, true] {
            forms.extend(arabic::form(capital, last));
        }
    }
    let mut seen = Vec::new();
    forms.retain(|form| {
        !seen.contains(form) && {
            seen.push(*form);
            true
        }
    });
    forms
}

fn push_component(text: &mut String, component: &str) {
    if !component.is_empty() {
        if !text.is_empty() {
            text.push('<');
        }
        text.push_str(component);
    }
}

/// A character of a component with what its form depends on.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    capital: char,
    first: bool,
    last: bool,
    doubled: bool,
    /// Place in the name, counted from 1.
    position: usize,
}

impl Piece {
    /// The form in a style; empty if the character has none.
    fn forms(&self, style: Style) -> Option<String> {
        let capital = self.capital;
        if capital.is_ascii_uppercase() {
            return Some(capital.to_string());
        }
        let form = if let Some(forms) = latin::forms(capital) {
            let chosen = match style.latin {
                LatinStyle::First => forms.first(),
                LatinStyle::BaseLetter => forms.iter().find(|form| form.len() == 1).or(forms.first()),
                LatinStyle::Recoverable => forms.iter().find(|form| form.ends_with("XX")).or(forms.first()),
            };
            *chosen?
        } else if let Some(form) = cyrillic::form(capital, style.cyrillic, self.first) {
            form
        } else {
            arabic::form(capital, self.last)?
        };
        Some(self.with_doubling(form))
    }

    /// Every permitted form, the first recommendation first.
    pub(crate) fn all_forms(&self) -> Vec<String> {
        let capital = self.capital;
        if capital.is_ascii_uppercase() {
            return vec![capital.to_string()];
        }
        let mut forms: Vec<String> = Vec::new();
        let mut add = |form: &str| {
            let form = self.with_doubling(form);
            if !forms.contains(&form) {
                forms.push(form);
            }
        };
        latin::forms(capital).unwrap_or_default().iter().for_each(|form| add(form));
        for language in CyrillicLanguage::ALL {
            cyrillic::form(capital, language, self.first).into_iter().for_each(&mut add);
        }
        arabic::form(capital, self.last).into_iter().for_each(&mut add);
        forms
    }

    fn with_doubling(&self, form: &str) -> String {
        if self.doubled { format!("{form}{}", arabic::doubled(form)) } else { form.to_owned() }
    }
}

/// A name component as capitals with their places in the name; punctuation is gone.
pub(crate) type Component = Vec<(usize, char)>;

/// Splits a name at blanks, hyphens, commas and fillers (Doc 9303-3 §4.6).
pub(crate) fn components(name: &str) -> Vec<Component> {
    let mut components = vec![Component::new()];
    for (index, character) in name.chars().enumerate() {
        if is_separator(character) {
            components.push(Component::new());
        } else if let Some(component) = components.last_mut() {
            component.extend(
                character
                    .to_uppercase()
                    .filter(|capital| !is_left_out(*capital))
                    .map(|capital| (index + 1, capital)),
            );
        }
    }
    components.retain(|component| !component.is_empty());
    components
}

/// The pieces of a component: combining marks joined to their letters, shadda to the letter doubled.
pub(crate) fn pieces(component: &[(usize, char)]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(component.len());
    for (position, capital) in component {
        match (pieces.last_mut(), *capital) {
            (Some(piece), arabic::SHADDA) => piece.doubled = true,
            (Some(piece), mark) if is_combining(mark) => piece.capital = compose(piece.capital, mark),
            (None, mark) if is_combining(mark) || mark == arabic::SHADDA => {}
            (_, capital) => pieces.push(Piece {
                capital,
                first: pieces.is_empty(),
                last: false,
                doubled: false,
                position: *position,
            }),
        }
    }
    if let Some(piece) = pieces.last_mut() {
        piece.last = true;
    }
    pieces
}

fn is_separator(character: char) -> bool {
    // U+2010 to U+2015 are hyphens and dashes, U+060C is the Arabic comma.
    character.is_whitespace() || matches!(character, '-' | '<' | ',' | '\u{2010}'..='\u{2015}' | '\u{60C}')
}

/// Punctuation, and Arabic marks that are not encoded.
fn is_left_out(capital: char) -> bool {
    let is_punctuation = capital.is_ascii_punctuation()
        || matches!(capital, '\u{A0}'..='\u{BF}' | '\u{2B0}'..='\u{2FF}' | '\u{2016}'..='\u{206F}' | '\u{200B}'..='\u{200F}');
    is_punctuation || arabic::is_not_encoded(capital)
}

fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}')
}

/// Joins a combining mark to its letter where the mark changes the form; else the mark is dropped,
/// which is what table A does with all other marks.
fn compose(letter: char, mark: char) -> char {
    match (letter, mark) {
        ('A', '\u{308}') => 'Ä',
        ('O', '\u{308}') => 'Ö',
        ('U', '\u{308}') => 'Ü',
        ('A', '\u{30A}') => 'Å',
        ('N', '\u{303}') => 'Ñ',
        ('Е', '\u{308}') => 'Ё',
        ('І', '\u{308}') => 'Ї',
        ('И', '\u{306}') => 'Й',
        ('У', '\u{306}') => 'Ў',
        ('К', '\u{301}') => 'Ќ',
        ('Г', '\u{301}') => 'Ѓ',
        _ => letter,
    }
}
