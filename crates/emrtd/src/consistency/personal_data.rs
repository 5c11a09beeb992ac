//! DG1 in itself and against DG11 (Doc 9303-10 §4.7.11; R-076).
//!
//! DG11 is optional, is not read by every policy, and holds names in the letters of the state. A difference is a doubt,
//! never a forgery: both files are signed.

use jiff::civil::Date;
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
    let dg1 = match authentication.machine_readable_zone() {
        None => return Finding::Undetermined(PersonalDataProblem::NothingToCompare),
        Some(Err(error)) => return Finding::Failed(PersonalDataProblem::Dg1(error)),
        Some(Ok(dg1)) => dg1,
    };
    let Some(dg11) = authentication.authentic(File::Dg11) else { return Finding::Successful };
    let dg11 = match Dg11::parse(dg11.bytes()) {
        Ok(dg11) => dg11,
        Err(error) => return Finding::Undetermined(PersonalDataProblem::Dg11(error)),
    };
    match difference(&dg1.mrz, &dg11) {
        None => Finding::Successful,
        Some(problem) => Finding::Undetermined(problem),
    }
}

fn difference(lines: &Mrz, dg11: &Dg11) -> Option<PersonalDataProblem> {
    if let Some(full) = dg11.birth_date.and_then(complete)
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

fn complete(date: crate::lds::date::Date) -> Option<Date> {
    let year = i16::try_from(date.year()).ok()?;
    Date::new(year, i8::try_from(date.month()?).ok()?, i8::try_from(date.day()?).ok()?).ok()
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
