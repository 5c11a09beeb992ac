//! DG1 in itself and against DG11 (Doc 9303-10 §4.7.11; R-076).
//!
//! DG11 is optional, is not read by every policy, and holds names in the letters of the state. A difference is a doubt,
//! never a forgery: both files are signed.

use mrz::{Mrz, NameMatch, Names, names_match};

use crate::Finding;
use crate::lds::dg11::Dg11;
use crate::lds::{File, LdsError};
use crate::passive_authentication::PassiveAuthentication;

/// Why DG1 and DG11 do not agree.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PersonalDataProblem {
    /// The issuer does not vouch for a DG1.
    #[error("there is no DG1 that the issuer vouches for")]
    NothingToCompare,
    /// DG1 cannot be read: broken, or a check digit is wrong.
    #[error(transparent)]
    Dg1(LdsError),
    /// DG11 cannot be read.
    #[error(transparent)]
    Dg11(LdsError),
    /// The birth dates differ.
    #[error("DG1 and DG11 have different dates of birth")]
    BirthDate,
    /// No rule of transliteration or truncation leads from one name to the other.
    #[error("DG1 and DG11 have different names")]
    Names,
    /// The personal numbers differ.
    #[error("DG1 and DG11 have different personal numbers")]
    PersonalNumber,
}

/// Reads DG1 and compares it with DG11, if that was read and the issuer vouches for it.
pub fn personal_data(authentication: &PassiveAuthentication<'_>) -> Finding<PersonalDataProblem> {
    let lines = match authentication.machine_readable_zone() {
        None => return Finding::Undetermined(PersonalDataProblem::NothingToCompare),
        Some(Err(error)) => return Finding::Failed(PersonalDataProblem::Dg1(error.clone())),
        Some(Ok(lines)) => lines,
    };
    let Some(dg11) = authentication.authentic(File::Dg11) else { return Finding::Successful };
    let dg11 = match Dg11::parse(dg11.bytes()) {
        Ok(dg11) => dg11,
        Err(error) => return Finding::Undetermined(PersonalDataProblem::Dg11(error)),
    };
    match difference(lines, &dg11) {
        None => Finding::Successful,
        Some(problem) => Finding::Undetermined(problem),
    }
}

fn difference(lines: &Mrz, dg11: &Dg11) -> Option<PersonalDataProblem> {
    if let Some(full) = dg11.birth_date.and_then(|date| date.known())
        && !lines.birth_date().agrees_with(full)
    {
        return Some(PersonalDataProblem::BirthDate);
    }
    if let Some(names) = dg11.full_name.as_ref().and_then(|text| spelled(text.as_str()?))
        && names_match(lines.names(), &names) == NameMatch::Different
    {
        return Some(PersonalDataProblem::Names);
    }
    let number = dg11.personal_number.as_ref().and_then(|text| text.as_str());
    if number.is_some_and(|number| contradicts(lines.optional_data(), number)) {
        return Some(PersonalDataProblem::PersonalNumber);
    }
    None
}

/// Primary and secondary identifier, between which stand two fillers.
fn spelled(name: &str) -> Option<Names> {
    let (primary, secondary) = name.split_once("<<").unwrap_or((name, ""));
    let with_blanks = |identifier: &str| identifier.replace('<', " ").trim().to_owned();
    let (primary, secondary) = (with_blanks(primary), with_blanks(secondary));
    (!primary.is_empty()).then(|| Names::new(&primary, &secondary))
}

/// Whether both look like the same kind of number and are not the same. What a state puts into the optional data is its
/// own affair; only a number of the same length can contradict.
fn contradicts(optional: &str, number: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
    };
    let (optional, number) = (plain(optional), plain(number));
    !optional.is_empty() && optional.len() == number.len() && optional != number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lds::date::Date;

    /// The specimen of Doc 9303-4: born on 12 August 1974, optional data `ZE184226B`.
    fn lines() -> Mrz {
        let text =
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
        Mrz::parse(text).unwrap()
    }

    fn found(dg11: &Dg11) -> Option<PersonalDataProblem> {
        difference(&lines(), dg11)
    }

    #[test]
    fn a_dg11_that_says_the_same_or_nothing_does_not_differ() {
        assert_eq!(found(&Dg11::default()), None);
        let same = Dg11 {
            full_name: Some("ERIKSSON<<ANNA<MARIA".into()),
            birth_date: Date::new(1974, 8, 12),
            personal_number: Some("ZE-184226-B".into()),
            ..Dg11::default()
        };
        assert_eq!(found(&same), None);
    }

    #[test]
    fn a_birth_date_differs_in_its_century_too_and_an_incomplete_one_says_nothing() {
        for (date, differs) in
            [((1974, 8, 12), false), ((1974, 8, 13), true), ((1973, 8, 12), true), ((1974, 8, 0), false)]
        {
            let (year, month, day) = date;
            let dg11 = Dg11 { birth_date: Date::new(year, month, day), ..Dg11::default() };
            assert_eq!(found(&dg11), differs.then_some(PersonalDataProblem::BirthDate), "{date:?}");
        }
    }

    #[test]
    fn names_are_compared_with_their_transliterations() {
        for (name, differs) in [
            ("ERIKSSON<<ANNA<MARIA", false),
            ("Eriksson<<Anna Maria", false),
            ("ERIKSON<<ANNA<MARIA", true),
            ("ERIKSSON<<BEATE", true),
            ("<<", false),
        ] {
            let dg11 = Dg11 { full_name: Some(name.into()), ..Dg11::default() };
            assert_eq!(found(&dg11), differs.then_some(PersonalDataProblem::Names), "{name}");
        }
        // Bytes that are no text are compared with nothing.
        let dg11 = Dg11 { full_name: Some(crate::lds::Text::new(b"\xFF\xFE<<\xFF")), ..Dg11::default() };
        assert_eq!(found(&dg11), None);
    }

    #[test]
    fn only_a_personal_number_of_the_same_length_contradicts() {
        for (number, differs) in
            [("ZE184226B", false), ("ze 184226b", false), ("ZE184226C", true), ("12345", false), ("", false)]
        {
            let dg11 = Dg11 { personal_number: Some(number.into()), ..Dg11::default() };
            assert_eq!(found(&dg11), differs.then_some(PersonalDataProblem::PersonalNumber), "{number}");
        }
        assert!(!contradicts("", ""));
        assert!(!contradicts("<<<", "123"));
    }
}
