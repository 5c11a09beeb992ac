//! What the policy must know of the document and of the parts that made the checks. Nothing here names a person.

use jiff::civil::Date;

/// A code of one to three capital letters, as in the machine readable zone without fillers (Doc 9303-3 §5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateCode {
    letters: [u8; 3],
    length: u8,
}

/// A text that is no code of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a state code has one to three capital letters")]
pub struct StateCodeError;

impl StateCode {
    /// `XXX`: no state is known (Doc 9303-3 §5 part E has it for an unspecified nationality).
    pub const UNSPECIFIED: StateCode = StateCode { letters: *b"XXX", length: 3 };

    /// Takes a text as a code. It is not looked up in a list of states.
    ///
    /// # Errors
    /// It is something else than one to three capital letters.
    pub fn new(text: &str) -> Result<StateCode, StateCodeError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(StateCodeError);
        }
        let mut letters = [0; 3];
        letters.get_mut(..text.len()).ok_or(StateCodeError)?.copy_from_slice(text.as_bytes());
        Ok(StateCode { letters, length: u8::try_from(text.len()).map_err(|_| StateCodeError)? })
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        let letters = self.letters.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(letters).unwrap_or_default()
    }
}

impl std::fmt::Debug for StateCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), formatter)
    }
}

macro_rules! numbered {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal, $text:literal;)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The number in stored evidence.
            pub const fn number(self) -> u64 {
                match self { $($name::$variant => $number,)* }
            }

            /// The value with this number.
            pub const fn from_number(number: u64) -> Option<$name> {
                match number { $($number => Some($name::$variant),)* _ => None }
            }

            /// The name in policies.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The value with this name.
            pub fn from_name(name: &str) -> Option<$name> {
                match name { $($text => Some($name::$variant),)* _ => None }
            }
        }
    };
}

numbered! {
    /// The class of a document by its MRZ code.
    DocumentClass {
        /// `P`: a passport book.
        Passport = 1, "passport";
        /// `PE`: an emergency passport.
        EmergencyPassport = 2, "emergency_passport";
        /// `PU`: a single sheet, without a chip.
        SingleSheet = 3, "single_sheet";
        /// `I`, `A`, `C`: an identity card or other card.
        IdentityCard = 4, "identity_card";
        /// `AC`: a crew member certificate.
        CrewMemberCertificate = 5, "crew_member_certificate";
        /// `V`: a visa.
        Visa = 6, "visa";
        /// Any other code.
        Other = 7, "other";
    }
}

numbered! {
    /// The level of a laboratory's certificate.
    CertifiedLevel {
        /// No certificate.
        None = 0, "none";
        /// Substantial.
        Substantial = 1, "substantial";
        /// High.
        High = 2, "high";
    }
}

numbered! {
    /// With which signed key the chip proved to be no copy.
    ChipKey {
        /// With none.
        None = 0, "none";
        /// Chip Authentication.
        ChipAuthentication = 1, "chip_authentication";
        /// Chip Authentication Mapping of PACE.
        Mapping = 2, "mapping";
        /// Active Authentication.
        ActiveAuthentication = 3, "active_authentication";
    }
}

numbered! {
    /// Over which channel the identity is activated.
    Activation {
        /// Over none.
        None = 0, "none";
        /// Another channel, independent of the phone.
        Independent = 1, "independent";
        /// A letter to the address in the register.
        RegisterLetter = 2, "register_letter";
        /// Digital post.
        DigitalPost = 3, "digital_post";
        /// Means of level High that the person has already.
        ExistingHigh = 4, "existing_high";
    }
}

/// The document, as far as the policy needs it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// The issuing state.
    pub state: StateCode,
    /// The class.
    pub class: DocumentClass,
    /// The generation of this state's documents of the class, counted by the operator; 0 if unknown.
    pub generation: u8,
    /// The last day on which the document is valid, if it was read.
    pub valid_until: Option<Date>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Document")
            .field("state", &self.state)
            .field("class", &self.class)
            .field("generation", &self.generation)
            .field("valid_until", &"<redacted>")
            .finish()
    }
}

/// How good the parts were that made the checks: what set K and High ask for beyond the results (catalogue §8.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assurance {
    /// C01 rests on an attestation by hardware.
    pub hardware_attestation: bool,
    /// With which key C17 was successful.
    pub chip_key: ChipKey,
    /// The threshold of one face comparison: one false match in so many; 0 if unknown.
    pub face_match_one_in: u32,
    /// The same for all tries of the process together; 0 if unknown.
    pub face_transaction_one_in: u32,
    /// The level at which presentation attack detection is certified (ISO/IEC 19989-3).
    pub pad: CertifiedLevel,
    /// The last day of that certificate.
    pub pad_certified_until: Option<Date>,
    /// The level at which injection attack detection is certified (CEN/TS 18099).
    pub iad: CertifiedLevel,
    /// The last day of that certificate.
    pub iad_certified_until: Option<Date>,
    /// A human confirmed the comparison (hybrid proofing).
    pub human_confirmation: bool,
}

impl Assurance {
    /// Nothing is known of any part.
    pub const UNKNOWN: Assurance = Assurance {
        hardware_attestation: false,
        chip_key: ChipKey::None,
        face_match_one_in: 0,
        face_transaction_one_in: 0,
        pad: CertifiedLevel::None,
        pad_certified_until: None,
        iad: CertifiedLevel::None,
        iad_certified_until: None,
        human_confirmation: false,
    };
}
