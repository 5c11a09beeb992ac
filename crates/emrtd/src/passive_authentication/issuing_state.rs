//! The issuing state in DG1 against the country of the signer (BSI TR-03135-1 §5.6.4.5; R-046).
//!
//! Doc 9303-3 §5 gives the two-letter code of most codes. Some organisations sign under a code that no standard gives
//! them, and some states sign for territories; those rows say whether the match is certain.

use mrz::{StateCode, StateKind};

use crate::Finding;

/// Why the issuing state is not successful.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssuingStateProblem {
    /// DG1 cannot be used, or the signer is not known.
    #[error("there is nothing to compare")]
    NothingToCompare,
    /// The signer names no country.
    #[error("the signer names no country")]
    NoCountry,
    /// The code in DG1 has no certain country, or may be signed for by another.
    #[error("{state} may or may not sign as {country}")]
    Ambiguous {
        /// The code of DG1.
        state: String,
        /// Country of the signer.
        country: String,
    },
    /// The signer is of another country.
    #[error("a document of {state} is signed by {country}")]
    Differs {
        /// The code of DG1.
        state: String,
        /// Country of the signer.
        country: String,
    },
}

/// Codes that sign under another country's code or under one that Doc 9303-3 does not give: code, country, certain.
const OTHERWISE: &[(&str, &str, bool)] = &[
    // British nationals and territories are signed for by the United Kingdom.
    ("GBD", "GB", true),
    ("GBN", "GB", true),
    ("GBO", "GB", true),
    ("GBP", "GB", true),
    ("GBS", "GB", true),
    ("AIA", "GB", true),
    ("BMU", "GB", true),
    ("CYM", "GB", true),
    ("FLK", "GB", true),
    ("GGY", "GB", true),
    ("GIB", "GB", true),
    ("IMN", "GB", true),
    ("JEY", "GB", true),
    ("MSR", "GB", true),
    ("SHN", "GB", true),
    ("TCA", "GB", true),
    ("VGB", "GB", true),
    // Special administrative regions sign for themselves or under China.
    ("HKG", "CN", true),
    ("MAC", "CN", true),
    ("RKS", "XK", true),
    ("UNK", "UN", true),
    // The Order of Malta was seen as XO and ZZ; other codes may stand for it.
    ("XOM", "XO", true),
    ("XOM", "ZZ", true),
    ("XPO", "XP", false),
    // Parts of a realm that has one passport: whether they may sign for each other is not written down.
    ("ABW", "NL", false),
    ("CUW", "NL", false),
    ("SXM", "NL", false),
    ("FRO", "DK", false),
    ("GRL", "DK", false),
    ("ANT", "NL", false),
];

/// Compares the issuing state of DG1 with the country of the signer, in upper case.
pub(super) fn compare(state: StateCode, country: Option<&str>) -> Finding<IssuingStateProblem> {
    let Some(country) = country else {
        return Finding::Undetermined(IssuingStateProblem::NoCountry);
    };
    let code = state.as_str();
    let mut rows = OTHERWISE.iter().filter(|(listed, ..)| *listed == code);
    let row = rows.clone().find(|(_, signs, _)| *signs == country);
    // One real authority writes the three letters of its state as its country.
    let same = state.alpha2() == Some(country) || code == country;
    if same || row.is_some_and(|(.., certain)| *certain) {
        return Finding::Successful;
    }
    // No standard gives most organisations a country: then nothing agrees and nothing contradicts.
    let unwritten = state.kind() == StateKind::OtherAuthority && rows.next().is_none();
    let (state, country) = (code.to_owned(), country.to_owned());
    if row.is_some() || unwritten {
        Finding::Undetermined(IssuingStateProblem::Ambiguous { state, country })
    } else {
        Finding::Failed(IssuingStateProblem::Differs { state, country })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_a_code_that_doc_9303_knows_and_adds_something() {
        for (code, country, _) in OTHERWISE {
            let state = StateCode::new(code).unwrap();
            assert!(state.is_known(), "{code}");
            assert_ne!(state.alpha2(), Some(*country), "{code} needs no row");
        }
    }

    #[test]
    fn the_country_of_the_signer_is_compared_by_code_and_by_row() {
        use Finding::{Failed, Successful, Undetermined};
        let ambiguous = |state: &str, country: &str| {
            Undetermined(IssuingStateProblem::Ambiguous {
                state: state.to_owned(),
                country: country.to_owned(),
            })
        };
        let differs = |state: &str, country: &str| {
            Failed(IssuingStateProblem::Differs { state: state.to_owned(), country: country.to_owned() })
        };
        for (state, country, expected) in [
            ("D", "DE", Successful),
            ("DNK", "DK", Successful),
            ("DNK", "DNK", Successful),
            ("DNK", "SE", differs("DNK", "SE")),
            // Signed for by another, for certain or perhaps.
            ("GBN", "GB", Successful),
            ("GBN", "FR", differs("GBN", "FR")),
            ("FRO", "FO", Successful),
            ("FRO", "DK", ambiguous("FRO", "DK")),
            ("FRO", "NL", differs("FRO", "NL")),
            // Organisations with and without a code that was seen.
            ("XOM", "ZZ", Successful),
            ("XOM", "DK", differs("XOM", "DK")),
            ("XPO", "XP", ambiguous("XPO", "XP")),
            ("XCC", "BB", ambiguous("XCC", "BB")),
        ] {
            let state = StateCode::new(state).unwrap();
            assert_eq!(compare(state, Some(country)), expected, "{country}");
        }
        let nothing = compare(StateCode::new("DNK").unwrap(), None);
        assert_eq!(nothing, Undetermined(IssuingStateProblem::NoCountry));
    }
}
