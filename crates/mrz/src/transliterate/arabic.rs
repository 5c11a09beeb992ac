//! Arabic script (Doc 9303-3 §6 table C).
//!
//! Letters are transliterated one by one; the form tells the letter, not the sound. `X` introduces
//! most forms, so that the national spelling can be recovered.

/// Table C, sorted.
#[rustfmt::skip]
pub(super) const TABLE: [(char, &str); 66] = [
    ('\u{621}', "XE"), ('\u{622}', "XAA"), ('\u{623}', "XAE"), ('\u{624}', "U"), ('\u{625}', "I"), ('\u{626}', "XI"),
    ('\u{627}', "A"), ('\u{628}', "B"), ('\u{629}', "XTA"), ('\u{62A}', "T"), ('\u{62B}', "XTH"), ('\u{62C}', "J"),
    ('\u{62D}', "XH"), ('\u{62E}', "XKH"), ('\u{62F}', "D"), ('\u{630}', "XDH"), ('\u{631}', "R"), ('\u{632}', "Z"),
    ('\u{633}', "S"), ('\u{634}', "XSH"), ('\u{635}', "XSS"), ('\u{636}', "XDZ"), ('\u{637}', "XTT"), ('\u{638}', "XZZ"),
    ('\u{639}', "E"), ('\u{63A}', "G"), ('\u{641}', "F"), ('\u{642}', "Q"), ('\u{643}', "K"), ('\u{644}', "L"),
    ('\u{645}', "M"), ('\u{646}', "N"), ('\u{647}', "H"), ('\u{648}', "W"), ('\u{649}', "XAY"), ('\u{64A}', "Y"),
    ('\u{671}', "XXA"), ('\u{679}', "XXT"), ('\u{67C}', "XRT"), ('\u{67E}', "P"), ('\u{681}', "XKE"), ('\u{685}', "XXH"),
    ('\u{686}', "XC"), ('\u{688}', "XXD"), ('\u{689}', "XDR"), ('\u{691}', "XXR"), ('\u{693}', "XRR"), ('\u{696}', "XRX"),
    ('\u{698}', "XJ"), ('\u{69A}', "XXS"), ('\u{6A9}', "XKK"), ('\u{6AB}', "XXK"), ('\u{6AD}', "XNG"), ('\u{6AF}', "XGG"),
    ('\u{6BA}', "XNN"), ('\u{6BC}', "XXN"), ('\u{6BE}', "XDO"), ('\u{6C0}', "XYH"), ('\u{6C1}', "XXG"), ('\u{6C2}', "XGE"),
    ('\u{6C3}', "XTG"), ('\u{6CC}', "XYA"), ('\u{6CD}', "XXY"), ('\u{6D0}', "Y"), ('\u{6D2}', "XYB"), ('\u{6D3}', "XBE"),
];

/// Teh marbuta, which has a form of its own at the end of a component.
pub(super) const TEH_MARBUTA: char = '\u{629}';
pub(super) const TEH_MARBUTA_LAST: &str = "XAH";

/// Shadda: the letter before is doubled.
pub(super) const SHADDA: char = '\u{651}';

/// The form of a letter; `last` tells whether it ends a name component.
pub(super) fn form(letter: char, last: bool) -> Option<&'static str> {
    if letter == TEH_MARBUTA && last {
        return Some(TEH_MARBUTA_LAST);
    }
    let found = TABLE.binary_search_by_key(&letter, |entry| entry.0).ok()?;
    Some(TABLE[found].1)
}

/// The part of a form that a shadda repeats: the form without its introducing `X`
/// (`XDZ` becomes `XDZDZ`).
pub(super) fn doubled(form: &str) -> &str {
    form.trim_start_matches('X')
}

/// Tatweel, vowel marks and the four letters that the table does not encode.
pub(super) fn is_not_encoded(letter: char) -> bool {
    matches!(
        letter,
        '\u{640}' | '\u{64B}'
            ..='\u{650}' | '\u{652}' | '\u{670}' | '\u{69C}' | '\u{6A2}' | '\u{6A7}' | '\u{6A8}'
    )
}
