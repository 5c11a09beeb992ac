//! Document codes (Doc 9303-4 §4.4, 9303-5 §4.2.2 note k and appendix C, 9303-7 §4.2, 9303-8).
//!
//! A class is what the lines claim; it decides whether a read is tried at all. Which
//! documents are accepted is a matter of policy, not of this crate.

use crate::format::Format;

/// The kind of document that the document code names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DocumentClass {
    /// A passport book, `P`.
    Passport(PassportType),
    /// An emergency passport, `PE`.
    EmergencyPassport,
    /// An emergency travel document on a single sheet, `PU` (Doc 9303-8); it has no chip.
    SingleSheet,
    /// An identity card or another official travel document of size TD1 or TD2, `A`, `C`, `I`.
    IdentityCard,
    /// A crew member certificate, `AC`.
    CrewMemberCertificate,
    /// A visa, `V`; it has no chip.
    Visa,
}

/// The kind of passport (Doc 9303-4 §4.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PassportType {
    /// `P<`: the code used by most passports until 2028.
    Unspecified,
    /// `PP`: national, ordinary.
    Ordinary,
    /// `PD`: diplomatic.
    Diplomatic,
    /// `PO`: official, service.
    Official,
    /// `PR`: refugee.
    Refugee,
    /// `PT`: alien, non-citizen.
    Alien,
    /// `PS`: stateless. Before 2026 states used the letter for service passports as well.
    Stateless,
    /// `PL`: laissez-passer.
    LaissezPasser,
    /// `PM`: military.
    Military,
    /// A second letter of the state's own choice.
    National(char),
}

impl DocumentClass {
    /// The class of a two-letter document code in a layout. `None` if the first letter does not
    /// belong there.
    pub(crate) fn of(format: Format, code: &[u8]) -> Option<Self> {
        let first = code.first()?;
        let second = code.get(1).copied().unwrap_or(b'<');
        match (format, first, second) {
            (Format::Td3, b'P', _) => Some(match second {
                b'<' => Self::Passport(PassportType::Unspecified),
                b'P' => Self::Passport(PassportType::Ordinary),
                b'E' => Self::EmergencyPassport,
                b'D' => Self::Passport(PassportType::Diplomatic),
                b'O' => Self::Passport(PassportType::Official),
                b'R' => Self::Passport(PassportType::Refugee),
                b'T' => Self::Passport(PassportType::Alien),
                b'S' => Self::Passport(PassportType::Stateless),
                b'L' => Self::Passport(PassportType::LaissezPasser),
                b'M' => Self::Passport(PassportType::Military),
                b'U' => Self::SingleSheet,
                other => Self::Passport(PassportType::National(char::from(other))),
            }),
            (Format::Td1, b'A', b'C') => Some(Self::CrewMemberCertificate),
            (Format::Td1 | Format::Td2, b'A' | b'C' | b'I', _) => Some(Self::IdentityCard),
            (Format::MrvA | Format::MrvB, b'V', _) => Some(Self::Visa),
            _ => None,
        }
    }

    /// Whether the document is a passport or an identity card whose chip may be read for an
    /// identity. `false` for visas, emergency and single-sheet documents and crew certificates,
    /// which are refused before the chip is touched.
    pub fn is_passport_or_identity_card(self) -> bool {
        matches!(self, Self::Passport(_) | Self::IdentityCard)
    }
}
