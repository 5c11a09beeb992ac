//! Latin letters with marks, and ligatures (Doc 9303-3 §6 table A).

/// Every letter of table A with its recommended forms, in the order of the standard; sorted.
#[rustfmt::skip]
pub(super) const TABLE: [(char, &[&str]); 95] = [
    ('À', &["A"]),
    ('Á', &["A"]),
    ('Â', &["A"]),
    ('Ã', &["A"]),
    ('Ä', &["AE", "A"]),
    ('Å', &["AA", "A"]),
    ('Æ', &["AE"]),
    ('Ç', &["C"]),
    ('È', &["E"]),
    ('É', &["E"]),
    ('Ê', &["E"]),
    ('Ë', &["E"]),
    ('Ì', &["I"]),
    ('Í', &["I"]),
    ('Î', &["I"]),
    ('Ï', &["I"]),
    ('Ð', &["D"]),
    ('Ñ', &["N", "NXX"]),
    ('Ò', &["O"]),
    ('Ó', &["O"]),
    ('Ô', &["O"]),
    ('Õ', &["O"]),
    ('Ö', &["OE", "O"]),
    ('Ø', &["OE"]),
    ('Ù', &["U"]),
    ('Ú', &["U"]),
    ('Û', &["U"]),
    ('Ü', &["UE", "UXX", "U"]),
    ('Ý', &["Y"]),
    ('Þ', &["TH"]),
    ('Ā', &["A"]),
    ('Ă', &["A"]),
    ('Ą', &["A"]),
    ('Ć', &["C"]),
    ('Ĉ', &["C"]),
    ('Ċ', &["C"]),
    ('Č', &["C"]),
    ('Ď', &["D"]),
    ('Đ', &["D"]),
    ('Ē', &["E"]),
    ('Ĕ', &["E"]),
    ('Ė', &["E"]),
    ('Ę', &["E"]),
    ('Ě', &["E"]),
    ('Ĝ', &["G"]),
    ('Ğ', &["G"]),
    ('Ġ', &["G"]),
    ('Ģ', &["G"]),
    ('Ĥ', &["H"]),
    ('Ħ', &["H"]),
    ('Ĩ', &["I"]),
    ('Ī', &["I"]),
    ('Ĭ', &["I"]),
    ('Į', &["I"]),
    ('İ', &["I"]),
    ('ı', &["I"]),
    ('Ĳ', &["IJ"]),
    ('Ĵ', &["J"]),
    ('Ķ', &["K"]),
    ('Ĺ', &["L"]),
    ('Ļ', &["L"]),
    ('Ľ', &["L"]),
    ('Ŀ', &["L"]),
    ('Ł', &["L"]),
    ('Ń', &["N"]),
    ('Ņ', &["N"]),
    ('Ň', &["N"]),
    ('Ŋ', &["N"]),
    ('Ō', &["O"]),
    ('Ŏ', &["O"]),
    ('Ő', &["O"]),
    ('Œ', &["OE"]),
    ('Ŕ', &["R"]),
    ('Ŗ', &["R"]),
    ('Ř', &["R"]),
    ('Ś', &["S"]),
    ('Ŝ', &["S"]),
    ('Ş', &["S"]),
    ('Š', &["S"]),
    ('Ţ', &["T"]),
    ('Ť', &["T"]),
    ('Ŧ', &["T"]),
    ('Ũ', &["U"]),
    ('Ū', &["U"]),
    ('Ŭ', &["U"]),
    ('Ů', &["U"]),
    ('Ű', &["U"]),
    ('Ų', &["U"]),
    ('Ŵ', &["W"]),
    ('Ŷ', &["Y"]),
    ('Ÿ', &["Y"]),
    ('Ź', &["Z"]),
    ('Ż', &["Z"]),
    ('Ž', &["Z"]),
    ('ẞ', &["SS"]),
];

/// Letters that the table leaves out and that are a plain letter with a mark: Romanian comma below,
/// Vietnamese horn.
#[rustfmt::skip]
const FURTHER: [(char, &[&str]); 4] = [
    ('Ơ', &["O"]),
    ('Ư', &["U"]),
    ('Ș', &["S"]),
    ('Ț', &["T"]),
];

/// The recommended forms of a capital letter.
pub(super) fn forms(capital: char) -> Option<&'static [&'static str]> {
    for table in [&TABLE[..], &FURTHER] {
        if let Ok(found) = table.binary_search_by_key(&capital, |entry| entry.0) {
            return Some(table[found].1);
        }
    }
    vietnamese(capital)
}

/// The block of Vietnamese letters: runs of one base letter each.
fn vietnamese(capital: char) -> Option<&'static [&'static str]> {
    Some(match capital {
        '\u{1EA0}'..='\u{1EB7}' => &["A"],
        '\u{1EB8}'..='\u{1EC7}' => &["E"],
        '\u{1EC8}'..='\u{1ECB}' => &["I"],
        '\u{1ECC}'..='\u{1EE3}' => &["O"],
        '\u{1EE4}'..='\u{1EF1}' => &["U"],
        '\u{1EF2}'..='\u{1EF9}' => &["Y"],
        _ => return None,
    })
}
