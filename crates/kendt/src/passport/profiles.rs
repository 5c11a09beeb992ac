//! Kinds of documents to issue: the built-in ones, or a TOML file.

use std::path::Path;

use emrtd_sim::issue::profile::DocumentProfile;
use emrtd_sim::issue::{builtin_profile, builtin_profiles};
use mrz::StateCode;

use crate::failure::Failure;
use crate::page::{Cell, Page, Paint, Tone};

/// The profile of that name, or of that file if the name ends in `.toml` or has a folder in it.
pub(super) fn load(name: &str) -> Result<DocumentProfile, Failure> {
    let refused = |reason: String| Failure::Profile { name: name.to_owned(), reason };
    if let Some(profile) = builtin_profile(name) {
        return profile.map_err(|error| refused(error.to_string()));
    }
    let path = Path::new(name);
    if path.extension().is_none() && path.components().count() == 1 {
        return Err(refused("there is no built-in profile of that name".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
    DocumentProfile::from_toml(&text).map_err(|error| refused(error.to_string()))
}

/// The same kind of document, issued by another state.
pub(super) fn with_state(mut profile: DocumentProfile, state: &str) -> Result<DocumentProfile, Failure> {
    let refused = |reason: &str| Failure::Profile { name: state.to_owned(), reason: reason.to_owned() };
    let code = StateCode::new(&state.to_ascii_uppercase())
        .filter(StateCode::is_known)
        .ok_or_else(|| refused("Doc 9303-3 knows no state or organisation with this code"))?;
    let country = code.alpha2().ok_or_else(|| refused("it has no two-letter code for certificates"))?;
    code.as_str().clone_into(&mut profile.issuing_state);
    country.clone_into(&mut profile.country);
    profile.nationality = None;
    Ok(profile)
}

/// The built-in profiles with their descriptions.
pub(super) fn table(paint: Paint) -> Result<String, Failure> {
    let mut rows = Vec::new();
    for name in builtin_profiles() {
        let profile = load(name)?;
        rows.push(vec![
            Cell::left(Tone::Strong, name),
            Cell::left(Tone::Faint, &*profile.issuing_state),
            Cell::left(Tone::Plain, profile.description),
        ]);
    }
    let mut page = Page::new(paint);
    page.table(&rows);
    Ok(page.into_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_listed_with_its_description() {
        let table = table(Paint::PLAIN).unwrap();
        for name in builtin_profiles() {
            assert!(table.contains(&format!("  {name} ")), "{name}");
        }
        assert!(table.contains("Utopian passport"), "{table}");
    }

    #[test]
    fn another_state_takes_its_country_along() {
        let profile = with_state(load("pace-cam").unwrap(), "d").unwrap();
        assert_eq!((profile.issuing_state.as_str(), profile.country.as_str()), ("D", "DE"));
        for wrong in ["QQQ", "DEU", "12"] {
            assert!(with_state(load("pace-cam").unwrap(), wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_that_is_no_profile_is_told_from_a_file_that_is_not_there() {
        assert!(matches!(load("pace-cum"), Err(Failure::Profile { .. })));
        assert!(matches!(load("./nowhere.toml"), Err(Failure::FileUnreadable { .. })));
    }
}
