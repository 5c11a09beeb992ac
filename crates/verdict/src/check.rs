//! The checks of a policy version, C01 to C37 (requirement catalogue §8.3), and tables that hold one value for each.
//!
//! There is no catch-all: a new check is a new variant, and every `match` that forgets it stops compiling.

/// How many checks there are.
pub const CHECK_COUNT: usize = 37;

macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $id:literal, $name:literal;)*) => {
        /// One atomic check. The number is part of stored evidence and never changes its meaning.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Check {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Check {
            /// Every check, in order of its number.
            pub const ALL: [Check; CHECK_COUNT] = [$(Check::$variant,)*];

            /// The stable id, `C01` to `C37`.
            pub const fn id(self) -> &'static str {
                match self { $(Check::$variant => $id,)* }
            }

            /// The name in capitals, as the matrix writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Check::$variant => $name,)* }
            }

            /// The check with this number (1 to 37).
            pub const fn from_number(number: u64) -> Option<Check> {
                match number { $($number => Some(Check::$variant),)* _ => None }
            }
        }
    };
}

checks! {
    /// The app and the phone are what they claim to be (attestation).
    AppDeviceIntegrity = 1, "C01", "APP_DEVICE_INTEGRITY";
    /// State, class and generation of the document are accepted.
    DocumentAccepted = 2, "C02", "DOCUMENT_ACCEPTED";
    /// The machine readable zone was read optically.
    MrzOptical = 3, "C03", "MRZ_OPTICAL";
    /// The document is valid on the day of the decision.
    Expiry = 4, "C04", "EXPIRY";
    /// How the chip was opened: PACE, BAC or not at all; downgrades.
    AccessControl = 5, "C05", "ACCESS_CONTROL";
    /// EF.COM lists what EF.SOD lists.
    EfComSod = 6, "C06", "EFCOM_SOD";
    /// The signature of EF.SOD.
    SodSignature = 7, "C07", "SOD_SIGNATURE";
    /// The path from the document signer to an anchor of the trust store.
    DscPath = 8, "C08", "DSC_PATH";
    /// Validity periods of the certificates.
    CertValidity = 9, "C09", "CERT_VALIDITY";
    /// Revocation of the document signer.
    Revocation = 10, "C10", "REVOCATION";
    /// The list of known defects of issuers.
    DefectList = 11, "C11", "DEFECT_LIST";
    /// Hashes of the data groups; groups that EF.SOD lists and the chip withholds.
    DgHashes = 12, "C12", "DG_HASHES";
    /// The issuing state of the document against the country of the certificates.
    IssuingState = 13, "C13", "ISSUING_STATE";
    /// The document type list of the document signer.
    DocTypeList = 14, "C14", "DOC_TYPE_LIST";
    /// EF.CardAccess against the signed DG14; PACE that was hidden.
    CardAccessDg14 = 15, "C15", "CARDACCESS_DG14";
    /// The signature of EF.CardSecurity, with Chip Authentication Mapping only.
    CardSecurity = 16, "C16", "CARDSECURITY";
    /// The chip is no copy: Chip Authentication, its mapping, or Active Authentication.
    ChipAuth = 17, "C17", "CHIP_AUTH";
    /// The optical machine readable zone against DG1.
    MrzVsDg1 = 18, "C18", "MRZ_VS_DG1";
    /// DG1 in itself, and against DG11.
    Dg1Internal = 19, "C19", "DG1_INTERNAL";
    /// The portrait can be decoded.
    PortraitDecode = 20, "C20", "PORTRAIT_DECODE";
    /// The portrait is at most ten years old.
    PortraitAge = 21, "C21", "PORTRAIT_AGE";
    /// Quality of the live capture.
    FaceQuality = 22, "C22", "FACE_QUALITY";
    /// The live face against the portrait.
    FaceMatch = 23, "C23", "FACE_MATCH";
    /// Presentation attack detection.
    Pad = 24, "C24", "PAD";
    /// Injection attack detection.
    Iad = 25, "C25", "IAD";
    /// The face challenge was answered in time and for the first time.
    ChallengeFresh = 26, "C26", "CHALLENGE_FRESH";
    /// Chip, face and device belong to one session.
    SessionBinding = 27, "C27", "SESSION_BINDING";
    /// Signs of a morphed portrait.
    Morph = 28, "C28", "MORPH";
    /// The document is reported lost or stolen.
    DocumentStatus = 29, "C29", "DOCUMENT_STATUS";
    /// The person in the register: alive, names, date of birth.
    PersonRegister = 30, "C30", "PERSON_REGISTER";
    /// The person has no identity yet.
    Uniqueness = 31, "C31", "UNIQUENESS";
    /// Contact data are confirmed.
    ContactConfirmed = 32, "C32", "CONTACT_CONFIRMED";
    /// Too many processes with one document, device or address.
    VelocityRisk = 33, "C33", "VELOCITY_RISK";
    /// Signs that somebody relays the chip.
    RelayRisk = 34, "C34", "RELAY_RISK";
    /// Activation over a second channel.
    ActivationSecondChannel = 35, "C35", "ACTIVATION_SECOND_CHANNEL";
    /// The applicant accepted the terms.
    TermsByApplicant = 36, "C36", "TERMS_BY_APPLICANT";
    /// The person is at least thirteen years old.
    Age = 37, "C37", "AGE";
}

impl Check {
    /// The number, 1 to 37.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The check with this id, `C01` to `C37`.
    pub fn from_id(id: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.id() == id)
    }

    /// Whether the check is about the document and its chip (C02 to C19), and not about a person, a phone or a process.
    pub const fn is_of_document(self) -> bool {
        let number = self.number();
        Check::DocumentAccepted.number() <= number && number <= Check::Dg1Internal.number()
    }

    const fn index(self) -> usize {
        self as usize - 1
    }

    /// Whether a reviewer may ever resolve a doubt about this check in the remote route. Cryptographic checks, injection,
    /// freshness and binding are never decided by a human (catalogue §8.4, R-145).
    pub const fn reviewable(self) -> bool {
        match self {
            Check::SodSignature
            | Check::DscPath
            | Check::DgHashes
            | Check::IssuingState
            | Check::CardAccessDg14
            | Check::CardSecurity
            | Check::ChipAuth
            | Check::Iad
            | Check::ChallengeFresh
            | Check::SessionBinding => false,
            Check::AppDeviceIntegrity
            | Check::DocumentAccepted
            | Check::MrzOptical
            | Check::Expiry
            | Check::AccessControl
            | Check::EfComSod
            | Check::CertValidity
            | Check::Revocation
            | Check::DefectList
            | Check::DocTypeList
            | Check::MrzVsDg1
            | Check::Dg1Internal
            | Check::PortraitDecode
            | Check::PortraitAge
            | Check::FaceQuality
            | Check::FaceMatch
            | Check::Pad
            | Check::Morph
            | Check::DocumentStatus
            | Check::PersonRegister
            | Check::Uniqueness
            | Check::ContactConfirmed
            | Check::VelocityRisk
            | Check::RelayRisk
            | Check::ActivationSecondChannel
            | Check::TermsByApplicant
            | Check::Age => true,
        }
    }
}

/// One value for every check; there is no way to make one with a gap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table<T>([T; CHECK_COUNT]);

impl<T> Table<T> {
    /// Asks for the value of every check in order.
    pub fn from_fn(mut value: impl FnMut(Check) -> T) -> Table<T> {
        Table(Check::ALL.map(&mut value))
    }

    /// As [`Table::from_fn`], ending at the first error. The first argument fills the table until then.
    pub(crate) fn try_from_fn<E>(
        blank: T,
        mut value: impl FnMut(Check) -> Result<T, E>,
    ) -> Result<Table<T>, E>
    where
        T: Clone,
    {
        let mut table = Table::from_fn(|_| blank.clone());
        for check in Check::ALL {
            *table.get_mut(check) = value(check)?;
        }
        Ok(table)
    }

    /// The value of `check`.
    pub fn get(&self, check: Check) -> &T {
        &self.0[check.index()]
    }

    /// The value of `check`, to be changed.
    pub fn get_mut(&mut self, check: Check) -> &mut T {
        &mut self.0[check.index()]
    }

    /// Every check with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Check, &T)> {
        Check::ALL.into_iter().zip(&self.0)
    }
}
