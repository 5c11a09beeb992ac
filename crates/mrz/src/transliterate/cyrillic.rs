//! Cyrillic letters (Doc 9303-3 §6 table B).
//!
//! Some letters are written otherwise in some languages. The standard's column of glyphs has slips
//! (U+0402, U+0474); the code points are followed. It gives Ь no form, so Ь is omitted, and no form
//! to Ћ, Ѓ: these take the forms of the letters they are variants of.

/// The language whose exceptions apply.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum CyrillicLanguage {
    /// No exceptions: the general column, as for Russian.
    #[default]
    General,
    /// Belarusian: Ё as IO, Г as H.
    Belarusian,
    /// Bulgarian: Щ as SHT.
    Bulgarian,
    /// Macedonian: Ќ as KJ, Џ as DJ, Ѓ as GJ, Х as H, Ц as C.
    Macedonian,
    /// Serbian: Г and Х as H, Ж as Z, Ц and Ч as C, Ш as S.
    Serbian,
    /// Ukrainian: Г as H, И as Y; Є, Ї, Й, Ю, Я at the beginning of a component as YE, YI, Y, YU, YA.
    Ukrainian,
}

impl CyrillicLanguage {
    /// All languages.
    pub const ALL: [Self; 6] =
        [Self::General, Self::Belarusian, Self::Bulgarian, Self::Macedonian, Self::Serbian, Self::Ukrainian];
}

/// Table B without exceptions, sorted.
#[rustfmt::skip]
pub(super) const TABLE: [(char, &str); 48] = [
    ('Ё', "E"), ('Ђ', "D"), ('Є', "IE"), ('Ѕ', "DZ"), ('І', "I"), ('Ї', "I"), ('Ј', "J"), ('Љ', "LJ"),
    ('Њ', "NJ"), ('Ќ', "K"), ('Ў', "U"), ('Џ', "DZ"), ('А', "A"), ('Б', "B"), ('В', "V"), ('Г', "G"),
    ('Д', "D"), ('Е', "E"), ('Ж', "ZH"), ('З', "Z"), ('И', "I"), ('Й', "I"), ('К', "K"), ('Л', "L"),
    ('М', "M"), ('Н', "N"), ('О', "O"), ('П', "P"), ('Р', "R"), ('С', "S"), ('Т', "T"), ('У', "U"),
    ('Ф', "F"), ('Х', "KH"), ('Ц', "TS"), ('Ч', "CH"), ('Ш', "SH"), ('Щ', "SHCH"), ('Ъ', "IE"), ('Ы', "Y"),
    ('Э', "E"), ('Ю', "IU"), ('Я', "IA"), ('Ѫ', "U"), ('Ѵ', "Y"), ('Ґ', "G"), ('Ғ', "G"), ('Һ', "C"),
];

/// The form of a capital letter; `first` tells whether it begins a name component.
pub(super) fn form(capital: char, language: CyrillicLanguage, first: bool) -> Option<&'static str> {
    use CyrillicLanguage::{Belarusian, Bulgarian, Macedonian, Serbian, Ukrainian};
    Some(match (capital, language) {
        ('Ё', Belarusian) => "IO",
        ('Г', Belarusian | Serbian | Ukrainian) | ('Х', Serbian | Macedonian) => "H",
        ('Щ', Bulgarian) => "SHT",
        ('Ќ', Macedonian) => "KJ",
        ('Џ', Macedonian) => "DJ",
        ('Ѓ' | 'Ғ', Macedonian) => "GJ",
        ('Ц', Serbian | Macedonian) | ('Ч', Serbian) | ('Ћ', _) => "C",
        ('Ж', Serbian) => "Z",
        ('Ш', Serbian) => "S",
        ('И', Ukrainian) => "Y",
        ('Є', Ukrainian) if first => "YE",
        ('Ї', Ukrainian) if first => "YI",
        ('Й', Ukrainian) if first => "Y",
        ('Ю', Ukrainian) if first => "YU",
        ('Я', Ukrainian) if first => "YA",
        ('Ь', _) => "",
        ('Ѓ', _) => "G",
        _ => {
            let found = TABLE.binary_search_by_key(&capital, |entry| entry.0).ok()?;
            TABLE[found].1
        }
    })
}
