//! Synthetic holders: people who do not exist, with names that are hard to write in a machine readable zone.
//!
//! The same generator state gives the same person. Personal numbers have the shape of a national number with a
//! letter in it, so that none can be anybody's.

mod names;

use jiff::ToSpan;
use jiff::civil::Date;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use names::{LANGUAGES, Language};

/// Sex as in the MRZ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// `F`.
    Female,
    /// `M`.
    Male,
    /// `<` in the MRZ, `X` in print.
    Unspecified,
}

impl Sex {
    /// The letter of the MRZ.
    pub const fn letter(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
            Self::Unspecified => '<',
        }
    }
}

/// A language whose names are available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameLanguage {
    /// Danish: æ, ø, å.
    Danish,
    /// Greenlandic, with letters of the old orthography.
    Greenlandic,
    /// Faroese: ð, á, í, ó, ú, ø.
    Faroese,
    /// German: ä, ö, ü, ß.
    German,
    /// Polish: ą, ę, ł, ż, ź, ć, ś, ó; women's forms of family names.
    Polish,
    /// Turkish: ı, İ, ş, ğ, ç.
    Turkish,
    /// Icelandic: þ, ð, æ.
    Icelandic,
    /// Swedish.
    Swedish,
    /// Ukrainian in its official romanisation.
    Ukrainian,
    /// Vietnamese: several marks on one letter.
    Vietnamese,
    /// Utopia of Doc 9303: very long and very short names.
    Utopian,
}

impl NameLanguage {
    /// Every language.
    pub const ALL: [Self; 11] = [
        Self::Danish,
        Self::Greenlandic,
        Self::Faroese,
        Self::German,
        Self::Polish,
        Self::Turkish,
        Self::Icelandic,
        Self::Swedish,
        Self::Ukrainian,
        Self::Vietnamese,
        Self::Utopian,
    ];

    fn words(self) -> &'static Language {
        match self {
            Self::Danish => &names::DANISH,
            Self::Greenlandic => &names::GREENLANDIC,
            Self::Faroese => &names::FAROESE,
            Self::German => &names::GERMAN,
            Self::Polish => &names::POLISH,
            Self::Turkish => &names::TURKISH,
            Self::Icelandic => &names::ICELANDIC,
            Self::Swedish => &names::SWEDISH,
            Self::Ukrainian => &names::UKRAINIAN,
            Self::Vietnamese => &names::VIETNAMESE,
            Self::Utopian => &names::UTOPIAN,
        }
    }

    /// The state, as in the MRZ, whose people mostly bear such names.
    pub fn state(self) -> &'static str {
        self.words().state
    }
}

/// A synthetic person. Nobody's data: it may be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Family names as in print (primary identifier).
    pub family_names: String,
    /// Given names as in print, separated by blanks (secondary identifier); may be empty.
    pub given_names: String,
    /// Day of birth.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Place of birth as in print.
    pub place_of_birth: String,
    /// Permanent address: street and place.
    pub address: String,
    /// Nationality as in the MRZ, if it is not that of the document's profile.
    pub nationality: Option<String>,
    /// A personal number; never a valid one of any state.
    pub personal_number: Option<String>,
    /// Seed of the portrait: the same seed draws the same face.
    pub portrait_seed: u64,
}

impl Holder {
    /// Makes up an adult or child who is at most 95 years old on `today`, with names of any language.
    pub fn generate(today: Date, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let words = pick(&LANGUAGES, rng).copied().unwrap_or(&names::UTOPIAN);
        Self::generate_from(words, today, rng)
    }

    /// As [`Self::generate`], with names of one language.
    pub fn generate_with_names(
        language: NameLanguage,
        today: Date,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Self {
        Self::generate_from(language.words(), today, rng)
    }

    fn generate_from(words: &Language, today: Date, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let sex = match below(20, rng) {
            0 => Sex::Unspecified,
            number if number % 2 == 0 => Sex::Female,
            _ => Sex::Male,
        };
        let feminine = sex == Sex::Female || (sex == Sex::Unspecified && below(2, rng) == 0);
        let given = if feminine { words.female } else { words.male };
        let family =
            if feminine && !words.family_female.is_empty() { words.family_female } else { words.family };
        let mut given_names = text(given, rng);
        if below(3, rng) == 0 {
            let second = text(given, rng);
            if second != given_names {
                given_names = format!("{given_names} {second}");
            }
        }
        let days = i64::try_from(below(95 * 365, rng)).unwrap_or(0);
        let birth_date = today.checked_sub((days + 1).days()).unwrap_or(today);
        let place = text(words.places, rng);
        let number = format!("{:06}-U{:03}", below(1_000_000, rng), below(1000, rng));
        Self {
            family_names: text(family, rng),
            given_names,
            birth_date,
            sex,
            address: format!("{} {}, {}", text(STREETS, rng), below(200, rng) + 1, text(words.places, rng)),
            place_of_birth: place,
            nationality: None,
            personal_number: Some(number),
            portrait_seed: rng.next_u64(),
        }
    }
}

const STREETS: &[&str] = &["Specimenvej", "Prøvegade", "Musterstraße", "Utopia Road", "Eksempelstræde"];

/// A number below `bound`, even enough for making people up.
fn below(bound: u64, rng: &mut (impl CryptoRng + ?Sized)) -> u64 {
    rng.next_u64().checked_rem(bound).unwrap_or(0)
}

fn pick<'a, T>(items: &'a [T], rng: &mut (impl CryptoRng + ?Sized)) -> Option<&'a T> {
    let bound = u64::try_from(items.len()).unwrap_or(0);
    usize::try_from(below(bound, rng)).ok().and_then(|index| items.get(index))
}

fn text(items: &[&str], rng: &mut (impl CryptoRng + ?Sized)) -> String {
    pick(items, rng).copied().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn the_same_seed_makes_the_same_person() {
        let today = date(2026, 11, 22);
        let one = Holder::generate(today, &mut ChaCha20Rng::seed_from_u64(7));
        let two = Holder::generate(today, &mut ChaCha20Rng::seed_from_u64(7));
        let other = Holder::generate(today, &mut ChaCha20Rng::seed_from_u64(8));
        assert_eq!(one, two);
        assert_ne!(one, other);
    }

    #[test]
    fn people_are_born_before_today_and_are_not_older_than_a_passport_allows() {
        let today = date(2026, 11, 22);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..500 {
            let holder = Holder::generate(today, &mut rng);
            assert!(holder.birth_date < today && holder.birth_date.year() > 1930, "{holder:?}");
            assert!(!holder.family_names.is_empty() && !holder.given_names.is_empty());
        }
    }

    #[test]
    fn polish_women_bear_the_feminine_form() {
        let today = date(2026, 11, 22);
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let seen: Vec<_> = (0..200)
            .map(|_| Holder::generate_with_names(NameLanguage::Polish, today, &mut rng))
            .filter(|holder| holder.family_names.starts_with("Kowalsk"))
            .collect();
        assert!(seen.len() > 5);
        for holder in seen {
            match holder.sex {
                Sex::Female => assert_eq!(holder.family_names, "Kowalska"),
                Sex::Male => assert_eq!(holder.family_names, "Kowalski"),
                Sex::Unspecified => {}
            }
        }
    }
}
