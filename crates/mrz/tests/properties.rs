//! Properties over many lines: nothing wrong is accepted, what is built is parsed, repairs stay within
//! the set of look-alikes and are the only ones that fit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

use mrz::{
    AccessFields, EmptyOptionalDigit, Field, Format, Inspection, Mrz, MrzBuilder, MrzError, NameMatch, Names,
    Sex, names_match, repair, transliterate,
};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The check digit, written once more and independently of the crate.
fn digit(text: &str) -> char {
    let sum: u32 = text
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| if c == '<' { 0 } else { c.to_digit(36).unwrap() * weight })
        .sum();
    char::from_digit(sum % 10, 10).unwrap()
}

/// Whether all digits of laid-out lines are right, by the tables of Doc 9303 parts 4 to 7.
fn all_digits_right(format: Format, lines: &[String]) -> bool {
    let at = |line: usize, first: usize, last: usize| &lines[line - 1][first - 1..last];
    let one = |line: usize, place: usize| at(line, place, place).chars().next().unwrap();
    let number = |line: usize, first: usize, optional: &str| {
        let (short, place) = (at(line, first, first + 8), one(line, first + 9));
        let rest = optional.split('<').next().unwrap();
        if place == '<'
            && rest.len() > 1
            && !short.ends_with('<')
            && matches!(format, Format::Td1 | Format::Td2)
        {
            let (rest, last) = rest.split_at(rest.len() - 1);
            last.starts_with(digit(&format!("{short}{rest}")))
        } else {
            place == digit(short)
        }
    };
    let date = |line: usize, first: usize| one(line, first + 6) == digit(at(line, first, first + 5));
    match format {
        Format::Td1 => {
            let composite = [at(1, 6, 30), at(2, 1, 7), at(2, 9, 15), at(2, 19, 29)].concat();
            number(1, 6, at(1, 16, 30)) && date(2, 1) && date(2, 9) && one(2, 30) == digit(&composite)
        }
        Format::Td2 => {
            let composite = [at(2, 1, 10), at(2, 14, 20), at(2, 22, 35)].concat();
            number(2, 1, at(2, 29, 35)) && date(2, 14) && date(2, 22) && one(2, 36) == digit(&composite)
        }
        Format::Td3 => {
            let composite = [at(2, 1, 10), at(2, 14, 20), at(2, 22, 43)].concat();
            let optional = at(2, 29, 42);
            let empty = one(2, 43) == '<' && optional.chars().all(|c| c == '<');
            number(2, 1, "")
                && date(2, 14)
                && date(2, 22)
                && (empty || one(2, 43) == digit(optional))
                && one(2, 44) == digit(&composite)
        }
        Format::MrvA | Format::MrvB => number(2, 1, "") && date(2, 14) && date(2, 22),
    }
}

fn pick<T: Copy>(rng: &mut ChaCha8Rng, from: &[T]) -> T {
    from[rng.next_u32() as usize % from.len()]
}

/// A valid zone from random fields.
fn random_zone(rng: &mut ChaCha8Rng) -> Mrz {
    let text = |rng: &mut ChaCha8Rng, alphabet: &[u8], length: usize| -> String {
        (0..length).map(|_| char::from(pick(rng, alphabet))).collect()
    };
    let (any, confusable): (&[u8], &[u8]) = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", b"0O1I8B5S2Z34679ACDE");
    let format = pick(rng, &Format::ALL);
    let alphabet = pick(rng, &[any, confusable]);
    let (longest, optional) = match format {
        Format::Td1 => pick(rng, &[(9, 15), (15, 7)]),
        Format::Td2 => pick(rng, &[(9, 7), (14, 0)]),
        Format::Td3 => (9, 14),
        Format::MrvA => (9, 16),
        Format::MrvB => (9, 8),
    };
    let number_length = 1 + rng.next_u32() as usize % longest;
    let optional_length = rng.next_u32() as usize % (optional + 1);
    let second_length = if format == Format::Td1 { rng.next_u32() as usize % 12 } else { 0 };
    let date = |rng: &mut ChaCha8Rng| {
        format!("{:02}{:02}{:02}", rng.next_u32() % 100, 1 + rng.next_u32() % 12, 1 + rng.next_u32() % 28)
    };
    let (birth, expiry) = (date(rng), date(rng));
    let (primary_length, secondary_length) = (1 + rng.next_u32() as usize % 50, rng.next_u32() as usize % 20);
    MrzBuilder::new(format)
        .issuing_state(pick(rng, &["UTO", "D", "DNK", "XXA"]))
        .nationality(pick(rng, &["UTO", "D", "DNK", "XXA"]))
        .names(
            &text(rng, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ ", primary_length)
                .replace("  ", "A ")
                .replacen(' ', "B", 1),
            &text(rng, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", secondary_length),
        )
        .document_number(&text(rng, alphabet, number_length))
        .birth_date(
            &pick(rng, &[birth.clone(), format!("{}<<<<", &birth[..2]), "<<<<<<".to_owned()].each_ref())
                .clone(),
        )
        .expiry_date(&expiry)
        .sex(pick(rng, &[Sex::Female, Sex::Male, Sex::Unspecified]))
        .optional_data(&text(rng, alphabet, optional_length))
        .second_optional_data(&text(rng, alphabet, second_length))
        .empty_optional_digit(pick(rng, &[EmptyOptionalDigit::Filler, EmptyOptionalDigit::Zero]))
        .build()
        .unwrap()
}

fn mutate(rng: &mut ChaCha8Rng, lines: &[String], alphabet: &[u8]) -> Vec<String> {
    let mut lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    for _ in 0..=rng.next_u32() % 3 {
        let line = rng.next_u32() as usize % lines.len();
        let column = rng.next_u32() as usize % lines[line].len();
        lines[line][column] = pick(rng, alphabet);
    }
    lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
}

#[test]
fn no_mutated_line_with_a_wrong_digit_is_accepted() {
    let mut rng = ChaCha8Rng::seed_from_u64(9303);
    let (mut accepted, mut refused) = (0_u32, 0_u32);
    for _ in 0..20_000 {
        let right = random_zone(&mut rng);
        assert!(all_digits_right(right.format(), right.lines()));
        for _ in 0..50 {
            let lines = mutate(&mut rng, right.lines(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<");
            match Mrz::parse(&lines.join("\n")) {
                Ok(mrz) => {
                    accepted += 1;
                    assert!(all_digits_right(mrz.format(), mrz.lines()), "{lines:?}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert_eq!(accepted + refused, 1_000_000);
    // Both outcomes must be common, or the test would show nothing: names and codes have no digit.
    assert!(accepted > 100_000 && refused > 300_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn a_single_wrong_digit_under_a_check_digit_is_always_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut tried = 0_u32;
    for _ in 0..20_000 {
        let right = random_zone(&mut rng);
        for field in [Field::DocumentNumber, Field::BirthDate, Field::ExpiryDate] {
            let place = right.format().position(field).unwrap();
            let column = place.first - 1 + rng.next_u32() as usize % (place.last + 1 - place.first);
            let mut lines = right.lines().to_vec();
            let Some(before) = lines[place.line - 1][column..].chars().next().and_then(|c| c.to_digit(10))
            else {
                continue;
            };
            let after = (before + 1 + rng.next_u32() % 9) % 10;
            lines[place.line - 1].replace_range(column..=column, &after.to_string());
            let Err(error) = Mrz::parse(&lines.join("\n")) else { panic!("{lines:?}") };
            assert!(matches!(error, MrzError::CheckDigit { .. } | MrzError::Date { .. }), "{error}");
            tried += 1;
        }
    }
    assert!(tried > 30_000, "{tried}");
}

#[test]
fn a_repair_stays_within_the_look_alikes_and_makes_all_digits_right() {
    const PAIRS: [(char, char); 5] = [('0', 'O'), ('1', 'I'), ('8', 'B'), ('5', 'S'), ('2', 'Z')];
    let is_pair = |a: char, b: char| PAIRS.contains(&(a, b)) || PAIRS.contains(&(b, a));
    let mut rng = ChaCha8Rng::seed_from_u64(8585);
    let (mut repaired, mut left) = (0_u32, 0_u32);
    for round in 0..100_000 {
        let right = random_zone(&mut rng);
        let alphabet: &[u8] = if round % 2 == 0 { b"0O1I8B5S2Z" } else { b"0O1I8B5S2Z347AGT<" };
        let read = mutate(&mut rng, right.lines(), alphabet);
        match repair(&read.join("\n")) {
            Ok(mrz) => {
                repaired += u32::from(!mrz.changes().is_empty());
                assert!(all_digits_right(mrz.format(), mrz.lines()), "{read:?}");
                let mut differences = 0;
                for (before, after) in read.concat().chars().zip(mrz.lines().concat().chars()) {
                    assert!(before == after || is_pair(before, after), "{read:?} {:?}", mrz.lines());
                    differences += usize::from(before != after);
                }
                assert_eq!(differences, mrz.changes().len());
                assert_eq!(Mrz::parse(&mrz.lines().join("\n")).as_ref(), Ok(&mrz));
            }
            Err(_) => left += 1,
        }
    }
    assert!(repaired > 10_000 && left > 10_000, "{repaired} repaired, {left} left");
}

#[test]
fn a_document_number_is_repaired_exactly_if_trying_all_ways_finds_one() {
    let swap = |c: char| match c {
        '0' => 'O',
        'O' => '0',
        '1' => 'I',
        'I' => '1',
        '8' => 'B',
        'B' => '8',
        '5' => 'S',
        'S' => '5',
        '2' => 'Z',
        'Z' => '2',
        other => other,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    let mut outcomes = [0_u32; 3];
    for _ in 0..3_000 {
        let right = random_zone(&mut rng);
        if right.format() != Format::Td3 {
            continue;
        }
        // One to three look-alikes in the number.
        let lower: Vec<char> = right.lines()[1].chars().collect();
        let mut read = lower.clone();
        for _ in 0..=rng.next_u32() % 3 {
            let column = rng.next_u32() as usize % 9;
            read[column] = swap(read[column]);
        }
        if digit(&read[..9].iter().collect::<String>()) == read[9] {
            continue;
        }
        let upper = &right.lines()[0];
        let places: Vec<usize> = (0..9).filter(|column| swap(read[*column]) != read[*column]).collect();
        let fitting: Vec<String> = (0..1_u32 << places.len())
            .map(|ways| {
                let mut tried = read.clone();
                for (bit, column) in places.iter().enumerate() {
                    if ways >> bit & 1 == 1 {
                        tried[*column] = swap(tried[*column]);
                    }
                }
                format!("{upper}\n{}", tried.iter().collect::<String>())
            })
            .filter(|text| Mrz::parse(text).is_ok())
            .collect();
        let found = repair(&format!("{upper}\n{}", read.iter().collect::<String>()));
        match fitting.len() {
            0 => panic!("the right line is one of the ways"),
            1 => assert_eq!(found.unwrap().lines().join("\n"), fitting[0]),
            _ => assert!(matches!(found, Err(mrz::RepairError::SeveralFit(_))), "{fitting:?}"),
        }
        outcomes[fitting.len().min(2)] += 1;
    }
    assert!(outcomes[1] > 100 && outcomes[2] > 50, "{outcomes:?}");
}

#[test]
fn what_is_built_is_parsed_and_gives_its_access_fields_even_when_damaged() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    for _ in 0..20_000 {
        let mrz = random_zone(&mut rng);
        let text = mrz.lines().join("\n");
        assert_eq!(Mrz::parse(&text).as_ref(), Ok(&mrz));
        if mrz.document_class().is_passport_or_identity_card() {
            let names = mrz.field(mrz::Field::Names);
            let damaged = text.replacen(names, &"?".repeat(names.len()), 1);
            assert_eq!(AccessFields::from_damaged_lines(&damaged), Ok(mrz.access_fields()), "{text}");
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    proptest::collection::vec("[A-ZÆØÅÄÖÜÞÐÑa-zæøåäöüßþð]{1,12}", 1..5).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,120}", lines in "[A-Z0-9<OIZSB \n]{60,100}") {
        for text in [&text, &lines] {
            let _ = Mrz::parse(text);
            let _ = Inspection::of(text);
            let _ = repair(text);
            let _ = AccessFields::from_damaged_lines(text);
            let _ = AccessFields::new(text, text, text);
            let _ = mrz::possible_spellings(text, mrz::Alphabet::Arabic, 20);
            let _ = names_match(&Names::new(text, &lines), &Names::new(&lines, text));
            let _ = MrzBuilder::new(Format::Td1).names(text, &lines).document_number(text).birth_date(text).build();
            prop_assert!(transliterate(text).bytes().all(|b| b.is_ascii_uppercase() || b == b'<'));
        }
    }

    #[test]
    fn arbitrary_lines_of_the_right_lengths_never_panic(
        lines in "[A-Z0-9<]{90}", shape in prop_oneof![Just((30, 3)), Just((36, 2)), Just((44, 2))], first in "[PVIAC]",
    ) {
        let text: String = format!("{first}{lines}").chars().take(shape.0 * shape.1).collect();
        let inspection = Inspection::of(&text);
        prop_assert_eq!(Mrz::parse(&text).is_ok(), inspection.is_ok_and(|inspection| inspection.faults().is_empty()));
        let _ = repair(&text);
        let _ = AccessFields::from_damaged_lines(&text);
    }

    #[test]
    fn names_come_back_whole_or_cut(primary in name(), secondary in name(), format in 0..5_usize) {
        let mrz = MrzBuilder::new(Format::ALL[format])
            .issuing_state("UTO")
            .nationality("UTO")
            .names(&primary, &secondary)
            .document_number("A1")
            .birth_date("740812")
            .expiry_date("340415")
            .build()
            .unwrap();
        let (full, printed) = (Names::new(&primary, &secondary), mrz.names());
        let whole = format!("{}<<{}", transliterate(&primary), transliterate(&secondary));
        let room = mrz.field(mrz::Field::Names).len();
        let found = names_match(printed, &full);
        if whole.len() <= room {
            prop_assert_eq!(found, NameMatch::Exact);
        } else {
            // A cut AE can be a whole A, which is a permitted form of Ä too.
            prop_assert!(matches!(found, NameMatch::Truncated | NameMatch::Transliterated), "{found:?}");
        }
        prop_assert_eq!(printed.truncated(), whole.len() >= room);
    }
}
