//! Machine readable zones: reading, repairing, names.

use jiff::civil::date;
use mrz::{
    AccessFields, Alphabet, CyrillicLanguage, DamagedError, EmptyOptionalDigit, Format, Inspection,
    LatinStyle, Mrz, MrzBuilder, NameMatch, Names, Sex, Style, names_match, possible_spellings,
    recommended_forms, repair, transliterate, transliterate_with,
};

use crate::input::{Input, Output};
use crate::oracle::{explained, sound};

/// Most spellings asked for.
const SPELLINGS: usize = 24;

/// Text as an optical reader or a person gives it.
pub fn parse(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parsed = sound(bytes, Mrz::parse(text));
    if let Some(inspection) = sound(bytes, Inspection::of(text)) {
        assert_eq!(inspection.faults().is_empty(), parsed.is_some(), "inspection and parser disagree");
        let format = inspection.format();
        for fault in inspection.faults() {
            explained(bytes, fault);
            if let Some(position) = fault.position() {
                assert!((1..=format.line_count()).contains(&position.line), "{position:?}");
                assert!(1 <= position.first && position.first <= position.last, "{position:?}");
                assert!(position.last <= format.line_length(), "{position:?}");
            }
        }
    } else {
        assert!(parsed.is_none(), "lines that cannot be inspected were parsed");
    }
    if let Some(zone) = parsed {
        check_zone(&zone);
    }
}

/// What holds for every zone that was accepted.
fn check_zone(zone: &Mrz) {
    let lines = zone.lines();
    assert_eq!(lines.len(), zone.format().line_count());
    for line in lines {
        assert_eq!(line.len(), zone.format().line_length());
        assert!(line.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'<')), "{line}");
    }
    for again in [lines.join("\n"), lines.concat()] {
        let again = Mrz::parse(&again).expect("canonical lines are right");
        assert!(again == *zone && again.differing_fields(zone).is_some_and(|fields| fields.is_empty()));
    }
    let repaired = repair(&lines.join("\n")).expect("right lines need no repair");
    assert!(repaired == *zone && repaired.changes().is_empty());
    assert!(zone.checks().iter().all(mrz::Check::is_right));

    let access = zone.access_fields();
    let information = access.mrz_information();
    assert!(information.len() >= 24 && information.is_ascii());
    if !zone.document_number().is_empty() {
        let typed = AccessFields::new(zone.document_number(), access.birth_date(), access.expiry_date());
        assert_eq!(typed.expect("printed fields can be typed").mrz_information(), information);
    }
    let today = date(2026, 11, 25);
    if let Some(birth) = zone.birth_date().resolve(today) {
        assert!(birth.earliest() <= birth.latest());
        assert!(zone.birth_date().agrees_with(birth.latest()));
    }
    if let Some(expiry) = zone.expiry_date().resolve(today) {
        assert!(zone.expiry_date().agrees_with(expiry));
    }
    assert_eq!(names_match(zone.names(), zone.names()), NameMatch::Exact);
}

/// Misread lines: repaired ones must be right, and access fields must be those of the repaired lines.
pub fn damaged(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let fields = sound(bytes, AccessFields::from_damaged_lines(text));
    if let Some(fields) = &fields {
        assert!(fields.document_number().len() >= 9);
        assert_eq!((fields.birth_date().len(), fields.expiry_date().len()), (6, 6));
    }
    let right = Mrz::parse(text);
    let Some(zone) = sound(bytes, repair(text)) else {
        assert!(right.is_err(), "right lines were not accepted as they are");
        return;
    };
    check_zone(&zone);
    for change in zone.changes() {
        let pair = (change.from(), change.to());
        let known = [('0', 'O'), ('1', 'I'), ('8', 'B'), ('5', 'S'), ('2', 'Z')];
        assert!(
            known.iter().any(|(a, b)| pair == (*a, *b) || pair == (*b, *a)),
            "{pair:?} are no look-alikes"
        );
        let position = change.position();
        let line = &zone.lines()[position.line - 1];
        assert_eq!(line.chars().nth(position.first - 1), Some(change.to()));
    }
    match (right, fields) {
        (Ok(right), Some(fields)) => {
            assert!(right == zone && zone.changes().is_empty());
            assert_eq!(fields, zone.access_fields());
        }
        (Ok(right), None) => {
            // Right lines give their fields, unless documents of their class are not read at all.
            let refused = !right.document_class().is_passport_or_identity_card();
            let ambiguous = AccessFields::from_damaged_lines(text) == Err(DamagedError::Ambiguous);
            assert!(refused || ambiguous || right.document_number().is_empty());
        }
        (Err(_), _) => assert!(!zone.changes().is_empty(), "wrong lines were accepted without a change"),
    }
}

/// Names from national spelling into lines and back.
pub fn names(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let choice = input.byte();
    let format = input.choose(&Format::ALL);
    let primary = String::from_utf8_lossy(input.chunk());
    let secondary = String::from_utf8_lossy(input.rest());
    for name in [&primary, &secondary] {
        check_transliteration(name, choice);
    }
    let names = Names::new(&primary, &secondary);
    let style = style(choice);
    let built = MrzBuilder::new(format)
        .issuing_state("UTO")
        .nationality("UTO")
        .document_number("L898902C3")
        .birth_date("740812")
        .expiry_date("300415")
        .sex(if choice & 1 == 0 { Sex::Female } else { Sex::Unspecified })
        .empty_optional_digit(EmptyOptionalDigit::Zero)
        .transliteration(style)
        .names(&primary, &secondary)
        .build();
    let Some(zone) = sound(bytes, built) else { return };
    check_zone(&zone);
    let (forward, back) = (names_match(zone.names(), &names), names_match(&names, zone.names()));
    assert_eq!(forward, back, "the order of the two names matters");
    if primary.len() <= 1024 && secondary.len() <= 1024 {
        assert_ne!(forward, NameMatch::Different, "the lines made of a name do not match it");
    }
}

fn style(choice: u8) -> Style {
    let latin = match choice >> 1 & 3 {
        0 => LatinStyle::First,
        1 => LatinStyle::BaseLetter,
        _ => LatinStyle::Recoverable,
    };
    let cyrillic = CyrillicLanguage::ALL[usize::from(choice >> 3) % CyrillicLanguage::ALL.len()];
    Style { latin, cyrillic }
}

fn check_transliteration(name: &str, choice: u8) {
    let printed = transliterate(name);
    let allowed = |text: &str| text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'<'));
    assert!(allowed(&printed), "{printed}");
    assert!(!printed.starts_with('<') && !printed.ends_with('<') && !printed.contains("<<"), "{printed}");
    // One letter becomes four at most (SHCH, and Arabic letters that are doubled).
    assert!(printed.len() <= 8 * name.chars().count());
    assert_eq!(transliterate(&printed), printed, "a name in the alphabet of the lines was changed");
    match transliterate_with(name, style(choice)) {
        Ok(styled) => assert!(allowed(&styled), "{styled}"),
        Err(error) => assert!((1..=name.chars().count()).contains(&error.position)),
    }
    for letter in name.chars().take(8) {
        assert!(recommended_forms(letter).iter().all(|form| allowed(form)));
    }
    let alphabet = match choice >> 6 {
        0 => Alphabet::DANISH,
        1 => Alphabet::GERMAN,
        2 => Alphabet::Cyrillic(CyrillicLanguage::ALL[usize::from(choice & 7) % CyrillicLanguage::ALL.len()]),
        _ => Alphabet::Arabic,
    };
    let short: String = printed.chars().take(40).collect();
    for text in [short.as_str(), name.get(..40).unwrap_or(name)] {
        let spellings = possible_spellings(text, alphabet, SPELLINGS);
        assert!(spellings.len() <= SPELLINGS);
        assert!(spellings.iter().all(|spelling| !spelling.is_empty() && spelling.len() <= 8 * text.len()));
    }
}

/// The zones of Doc 9303 and a few others, whole and damaged.
pub fn zone_seeds() -> Vec<Vec<u8>> {
    let zones = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        "I<UTOD23145890<1240<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<2\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
    ];
    let mut seeds: Vec<Vec<u8>> = zones.iter().map(|zone| zone.as_bytes().to_vec()).collect();
    for zone in &zones {
        seeds.push(zone.replace('0', "O").to_lowercase().into_bytes());
        seeds.push(zone.replace('\n', "").into_bytes());
        seeds.push(zone.lines().next_back().unwrap_or_default().as_bytes().to_vec());
    }
    let builder = MrzBuilder::new(Format::Td1)
        .issuing_state("UTO")
        .nationality("D")
        .document_number("D2314589012345")
        .birth_date("7408<<")
        .expiry_date("300415")
        .names("Wałęsa", "Þór")
        .optional_data("B2");
    if let Ok(zone) = builder.build() {
        seeds.push(zone.lines().join("\n").into_bytes());
    }
    seeds
}

/// Names in the scripts that Doc 9303-3 knows.
pub fn name_seeds() -> Vec<Vec<u8>> {
    let pairs = [
        ("Nielsen", "Åse Maria"),
        ("Müller-Lüdenscheidt", "Jörg ß"),
        ("Шевченко", "Щукарь Їжак"),
        ("محمّد", "عبد الله ة"),
        ("O’Connor, Þór", "Nguyễn Văn"),
        ("VERYLONGNAME<OF<SOMEBODY WHO HAS MANY NAMES AND LETTERS", "A B C D E F G H"),
    ];
    let mut seeds = Vec::new();
    for (index, (primary, secondary)) in (0_u8..).zip(pairs) {
        for choice in [0, 0x4B, 0x8D, 0xD7] {
            let head = Output::new().raw(&[choice, index]).chunk(primary.as_bytes());
            seeds.push(head.raw(secondary.as_bytes()).done());
        }
    }
    seeds
}
