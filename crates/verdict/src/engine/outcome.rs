//! Outcomes, their precedence and rank, and the nine words that a person's phone may hear.

use crate::level::Level;

macro_rules! named {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal;)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable name.
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

named! {
    /// A part of the process that a person can do again, in the order of the process.
    Step {
        /// Scan the machine readable zone.
        ScanMrz = "scan_mrz";
        /// Take another phone.
        OtherPhone = "other_phone";
        /// Find the chip.
        FindChip = "find_chip";
        /// Hold the document to the phone.
        TapChip = "tap_chip";
        /// Show the face.
        ShowFace = "show_face";
        /// Confirm the contact.
        ConfirmContact = "confirm_contact";
        /// Begin again later.
        BeginAgain = "begin_again";
    }
}

named! {
    /// Another way to the same end.
    Way {
        /// Scan with the camera instead of typing.
        Camera = "camera";
        /// Take another phone.
        OtherPhone = "other_phone";
        /// Use a second channel.
        SecondChannel = "second_channel";
    }
}

named! {
    /// All that a phone is told. There is no other word.
    ClientWord {
        /// Scan or capture again.
        ScanAgain = "SCAN_AGAIN";
        /// Hold the document still.
        HoldStill = "HOLD_STILL";
        /// Move the phone along the document.
        MovePhone = "MOVE_PHONE";
        /// Take another phone.
        TryOtherPhone = "TRY_OTHER_PHONE";
        /// This kind of document is not accepted.
        DocumentNotAccepted = "DOCUMENT_NOT_ACCEPTED";
        /// The document has expired.
        DocumentExpired = "DOCUMENT_EXPIRED";
        /// Visit Citizen Service.
        VisitCitizenService = "VISIT_CITIZEN_SERVICE";
        /// Come back later.
        TryLater = "TRY_LATER";
        /// The step is done.
        Done = "DONE";
    }
}

/// What a verdict comes to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The process goes on at this level.
    Accept(Level),
    /// The person does a step again.
    Retry(Step),
    /// Something outside must answer first.
    Pending,
    /// The person takes another way.
    StepUp(Way),
    /// A human looks at it.
    Review,
    /// The remote route cannot decide.
    CitizenService,
    /// A rule forbids it.
    Stop,
    /// A strong sign of forgery, injection or a stolen document.
    StopAlert,
}

impl Outcome {
    /// Which outcome wins where several are due, the highest first: `STOP_ALERT > STOP > CITIZEN_SERVICE > REVIEW > STEP_UP
    /// > PENDING > RETRY > ACCEPT`.
    pub const fn precedence(self) -> u8 {
        match self {
            Outcome::Accept(_) => 0,
            Outcome::Retry(_) => 1,
            Outcome::Pending => 2,
            Outcome::StepUp(_) => 3,
            Outcome::Review => 4,
            Outcome::CitizenService => 5,
            Outcome::Stop => 6,
            Outcome::StopAlert => 7,
        }
    }

    /// How hard it is: `ACCEPT < RETRY = STEP_UP = PENDING < REVIEW < CITIZEN_SERVICE < STOP < STOP_ALERT`.
    pub const fn rank(self) -> u8 {
        match self {
            Outcome::Accept(_) => 0,
            Outcome::Retry(_) | Outcome::Pending | Outcome::StepUp(_) => 1,
            Outcome::Review => 2,
            Outcome::CitizenService => 3,
            Outcome::Stop => 4,
            Outcome::StopAlert => 5,
        }
    }

    /// The level that is accepted, if one is.
    pub const fn level(self) -> Option<Level> {
        match self {
            Outcome::Accept(level) => Some(level),
            Outcome::Retry(_)
            | Outcome::Pending
            | Outcome::StepUp(_)
            | Outcome::Review
            | Outcome::CitizenService
            | Outcome::Stop
            | Outcome::StopAlert => None,
        }
    }

    /// The name in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Accept(_) => "ACCEPT",
            Outcome::Retry(_) => "RETRY",
            Outcome::Pending => "PENDING",
            Outcome::StepUp(_) => "STEP_UP",
            Outcome::Review => "REVIEW",
            Outcome::CitizenService => "CITIZEN_SERVICE",
            Outcome::Stop => "STOP",
            Outcome::StopAlert => "STOP_ALERT",
        }
    }

    /// The harder by precedence; of two retries the earlier step, so that the answer does not hang on an order of checks.
    pub(crate) fn or_harder(self, other: Outcome) -> Outcome {
        match (self, other) {
            (Outcome::Retry(one), Outcome::Retry(two)) => Outcome::Retry(one.min(two)),
            (Outcome::StepUp(one), Outcome::StepUp(two)) => Outcome::StepUp(one.min(two)),
            (Outcome::Accept(one), Outcome::Accept(two)) => Outcome::Accept(one.min(two)),
            _ if other.precedence() > self.precedence() => other,
            _ => self,
        }
    }

    /// The word for the phone. `STOP`, `STOP_ALERT` and `CITIZEN_SERVICE` have the same, whichever it is: that a document is of
    /// a kind that is not accepted, or has expired, is told in all three alike, so that the word does not give away which.
    pub(crate) const fn client_word(self, not_accepted: bool, expired: bool) -> ClientWord {
        match self {
            Outcome::Accept(level) if level.usable() => ClientWord::Done,
            Outcome::Accept(_) => ClientWord::VisitCitizenService,
            Outcome::Retry(step) => match step {
                Step::ScanMrz | Step::ShowFace => ClientWord::ScanAgain,
                Step::OtherPhone => ClientWord::TryOtherPhone,
                Step::FindChip => ClientWord::MovePhone,
                Step::TapChip => ClientWord::HoldStill,
                Step::ConfirmContact | Step::BeginAgain => ClientWord::TryLater,
            },
            Outcome::StepUp(way) => match way {
                Way::Camera => ClientWord::ScanAgain,
                Way::OtherPhone => ClientWord::TryOtherPhone,
                Way::SecondChannel => ClientWord::TryLater,
            },
            Outcome::Pending | Outcome::Review => ClientWord::TryLater,
            Outcome::CitizenService | Outcome::Stop | Outcome::StopAlert => {
                if not_accepted {
                    ClientWord::DocumentNotAccepted
                } else if expired {
                    ClientWord::DocumentExpired
                } else {
                    ClientWord::VisitCitizenService
                }
            }
        }
    }
}
