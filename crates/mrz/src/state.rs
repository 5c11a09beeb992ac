//! Codes of the issuing state and of the nationality (Doc 9303-3 §5).

use core::fmt;

use crate::state_table::{DOC_9303, ISO_3166};

/// A code of up to three letters, as printed in the MRZ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateCode([u8; 3]);

/// What a code stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StateKind {
    /// A country of ISO 3166-1.
    Iso3166,
    /// Germany, `D` (part A).
    Germany,
    /// Kosovo, `RKS` (part A; in use, not in ISO 3166-1).
    Kosovo,
    /// A British status other than citizen: `GBD`, `GBN`, `GBO`, `GBP`, `GBS` (part A).
    BritishStatus,
    /// The European Union, `EUE` (part B).
    EuropeanUnion,
    /// The United Nations and the mission in Kosovo: `UNO`, `UNA`, `UNK` (part C).
    UnitedNations,
    /// Another issuing authority: `XBA`, `XPO`, `XOM` … (part D).
    OtherAuthority,
    /// A person without a defined nationality: `XXA`, `XXB`, `XXC`, `XXX` (part E).
    NoNationality,
    /// Withdrawn from ISO 3166: `ANT`, `NTZ` (part F).
    Deprecated,
    /// Specimens, `UTO` (part G).
    Specimen,
    /// Signer of the ICAO master list, `IAO`; not in documents (part H).
    Icao,
    /// In ISO 3166-1, but Doc 9303 prints another code: `DEU`, printed `D`.
    NotPrinted,
    /// In none of the lists.
    Unknown,
}

impl StateCode {
    /// Takes one to three letters A–Z, with or without fillers at the end.
    ///
    /// `None` for anything else; whether the code is known is told by [`Self::kind`].
    pub fn new(code: &str) -> Option<Self> {
        let bytes = code.trim_end_matches('<').as_bytes();
        if bytes.is_empty() || bytes.len() > 3 || !bytes.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let mut padded = [b'<'; 3];
        for (to, from) in padded.iter_mut().zip(bytes) {
            *to = *from;
        }
        Some(Self(padded))
    }

    /// The code without fillers, such as `D` or `DNK`.
    pub fn as_str(&self) -> &str {
        self.printed().trim_end_matches('<')
    }

    /// The code as it stands in the lines, such as `D<<`.
    pub fn printed(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or("<<<")
    }

    /// What the code stands for.
    pub fn kind(&self) -> StateKind {
        let code = self.as_str();
        if let Ok(found) = DOC_9303.binary_search_by(|entry| entry.0.cmp(code)) {
            return DOC_9303[found].2;
        }
        match ISO_3166.binary_search_by(|entry| entry.0.cmp(code)) {
            Ok(_) if code == "DEU" => StateKind::NotPrinted,
            Ok(_) => StateKind::Iso3166,
            Err(_) => StateKind::Unknown,
        }
    }

    /// Whether Doc 9303-3 §5 lists the code for use in documents.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind(), StateKind::Unknown | StateKind::NotPrinted | StateKind::Icao)
    }

    /// The two-letter code, as in the country name of a signer certificate; `None` where Doc 9303
    /// gives none.
    pub fn alpha2(&self) -> Option<&'static str> {
        let code = self.as_str();
        if let Ok(found) = DOC_9303.binary_search_by(|entry| entry.0.cmp(code)) {
            return DOC_9303[found].1;
        }
        ISO_3166.binary_search_by(|entry| entry.0.cmp(code)).ok().map(|found| ISO_3166[found].1)
    }

    /// Every country of ISO 3166-1 with its two-letter code.
    pub fn iso_3166() -> impl Iterator<Item = (Self, &'static str)> {
        ISO_3166.iter().filter_map(|(code, alpha2)| Some((Self::new(code)?, *alpha2)))
    }

    /// The code under which documents of this two-letter code are issued (`DE` gives `D`); `None` if
    /// unknown. For `UN` the organization itself, `UNO`.
    pub fn from_alpha2(alpha2: &str) -> Option<Self> {
        if alpha2 == "UN" {
            return Self::new("UNO");
        }
        let special = DOC_9303.iter().find(|entry| entry.1 == Some(alpha2)).map(|entry| entry.0);
        let code =
            special.or_else(|| ISO_3166.iter().find(|entry| entry.1 == alpha2).map(|entry| entry.0))?;
        Self::new(code)
    }
}

impl fmt::Display for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateCode({})", self.as_str())
    }
}
