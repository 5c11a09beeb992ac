//! Five-valued results with typed reasons (R-085; BSI TR-03135-1).
//!
//! A reason belongs to the checks it can explain; [`CheckResult::fits`] tells whether a result may be recorded for a check.

use crate::check::Check;

macro_rules! reasons {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal for [$($check:ident),* $(,)?];)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every reason of this kind.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable name, in evidence and in policies.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The reason with this name.
            pub fn from_name(name: &str) -> Option<$name> {
                match name { $($text => Some($name::$variant),)* _ => None }
            }

            /// The checks that it can explain; an empty list means all.
            pub const fn checks(self) -> &'static [Check] {
                match self { $($name::$variant => &[$(Check::$check),*],)* }
            }

            /// Whether it can explain a result of `check`.
            pub fn fits(self, check: Check) -> bool {
                self.checks().is_empty() || self.checks().contains(&check)
            }
        }
    };
}

reasons! {
    /// Why a check failed.
    FailedReason {
        /// The attestation of app or phone is wrong, or names a manipulated phone.
        AttestationRefused = "attestation_refused" for [AppDeviceIntegrity];
        /// State, class or generation are not on the list.
        NotAccepted = "not_accepted" for [DocumentAccepted];
        /// The lines could not be read with right check digits.
        Unreadable = "unreadable" for [MrzOptical, Dg1Internal, PortraitDecode];
        /// The document has expired.
        Expired = "expired" for [Expiry];
        /// The chip did not accept the key.
        AccessDenied = "access_denied" for [AccessControl];
        /// Two lists, files or records that must agree do not.
        Differs = "differs" for [EfComSod, IssuingState, CardAccessDg14, CardSecurity, MrzVsDg1, Dg1Internal, PersonRegister];
        /// A signature is wrong.
        BadSignature = "bad_signature" for [SodSignature, DscPath, CardSecurity];
        /// The structure breaks the standard, beyond every listed deviation.
        Malformed = "malformed" for [SodSignature, CardSecurity, DgHashes];
        /// The certificates name an anchor and break its rules.
        PathInvalid = "path_invalid" for [DscPath, CardSecurity];
        /// Signed or used outside the period of a certificate.
        OutsideValidity = "outside_validity" for [CertValidity];
        /// The document signer is revoked.
        Revoked = "revoked" for [Revocation];
        /// The defect list warns of forged documents of this series: its signer is revoked, or keys are compromised.
        DefectForgery = "defect_forgery" for [DefectList];
        /// The defect list names a production fault of this series.
        DefectProduction = "defect_production" for [DefectList];
        /// A data group is not what was signed.
        HashMismatch = "hash_mismatch" for [DgHashes];
        /// EF.SOD lists a data group that the chip withholds.
        Stripped = "stripped" for [DgHashes, ChipAuth];
        /// The document type is not on the list of the document signer.
        TypeNotListed = "type_not_listed" for [DocTypeList];
        /// DG14 signs PACE, and EF.CardAccess did not offer it.
        PaceHidden = "pace_hidden" for [CardAccessDg14];
        /// The chip does not have the signed key.
        NotAuthentic = "not_authentic" for [ChipAuth];
        /// The portrait is too old.
        TooOld = "too_old" for [PortraitAge];
        /// The capture is too poor.
        QualityLow = "quality_low" for [FaceQuality];
        /// The face is below the threshold.
        NoMatch = "no_match" for [FaceMatch];
        /// A presentation attack is suspected.
        AttackSuspected = "attack_suspected" for [Pad];
        /// A presentation attack is all but certain.
        AttackStrong = "attack_strong" for [Pad];
        /// The capture was injected.
        Injected = "injected" for [Iad];
        /// The challenge was answered too late or before.
        Stale = "stale" for [ChallengeFresh];
        /// Parts of the process come from different sessions.
        BindingBroken = "binding_broken" for [SessionBinding];
        /// The portrait looks morphed.
        MorphAlarm = "morph_alarm" for [Morph];
        /// The document is reported lost, stolen or invalid.
        ReportedLost = "reported_lost" for [DocumentStatus];
        /// The register says that the person is dead.
        Dead = "dead" for [PersonRegister];
        /// The register says that the entry is annulled.
        Annulled = "annulled" for [PersonRegister];
        /// The person has an identity already.
        AlreadyEnrolled = "already_enrolled" for [Uniqueness];
        /// The contact was not confirmed.
        NotConfirmed = "not_confirmed" for [ContactConfirmed, ActivationSecondChannel];
        /// A raised risk.
        RiskRaised = "risk_raised" for [VelocityRisk, RelayRisk];
        /// A high risk.
        RiskHigh = "risk_high" for [VelocityRisk];
        /// The terms were not accepted by the applicant.
        TermsNotAccepted = "terms_not_accepted" for [TermsByApplicant];
        /// Below the age limit.
        UnderAge = "under_age" for [Age];
    }
}

reasons! {
    /// Why a check could not be decided.
    UndeterminedReason {
        /// What it needs is missing or was not readable.
        DataMissing = "data_missing" for [];
        /// Nobody vouches for what it needs: Passive Authentication was not successful.
        NotVouchedFor = "not_vouched_for" for [];
        /// The chip or phone could not carry it out within its limits.
        ReaderLimit = "reader_limit" for [CardSecurity, ChipAuth, AccessControl];
        /// PACE failed and BAC was used, for a model outside the quirk list.
        Downgrade = "downgrade" for [AccessControl];
        /// PACE failed and BAC was used, for a model on the quirk list.
        DowngradeListed = "downgrade_listed" for [AccessControl];
        /// No table says whether this issuer may sign for this state.
        Ambiguous = "ambiguous" for [IssuingState];
        /// A list of known defects or deviations expects the failure of genuine documents, or puts the result in doubt
        ///
        DeviationListed = "deviation_listed" for [
            EfComSod, SodSignature, DscPath, CertValidity, Revocation, DefectList, DgHashes, IssuingState,
            CardSecurity, ChipAuth,
        ];
        /// The trust store has no anchor of this issuer.
        CscaMissing = "csca_missing" for [DscPath];
        /// Revocation data are missing or stale.
        RevocationUnknown = "revocation_unknown" for [Revocation];
        /// The only difference is in the optional data.
        OptionalDataDiffers = "optional_data_differs" for [MrzVsDg1];
        /// DG1 and DG11 do not agree.
        DataDiffers = "data_differs" for [Dg1Internal];
        /// The birth date has unknown parts.
        BirthDateIncomplete = "birth_date_incomplete" for [MrzVsDg1, Dg1Internal, PersonRegister, Age];
        /// The similarity is in the grey band.
        GreyBand = "grey_band" for [FaceMatch];
        /// The names differ without an explanation.
        NameUnexplained = "name_unexplained" for [PersonRegister];
        /// The register does not answer.
        RegisterDown = "register_down" for [DocumentStatus, PersonRegister, Uniqueness];
        /// The register was not asked, although the evidence relies on it.
        RegisterUnasked = "register_unasked" for [DocumentStatus, PersonRegister, Uniqueness];
        /// The answer of the register is too old, or from the future.
        RegisterStale = "register_stale" for [DocumentStatus, PersonRegister, Uniqueness];
    }
}

reasons! {
    /// Why a check could not be made at all.
    NotSupportedReason {
        /// No part of this installation makes the check.
        NotBuilt = "not_built" for [];
        /// Document, phone or register do not have what it examines.
        NotOffered = "not_offered" for [];
        /// The document has neither key of Chip nor of Active Authentication.
        Cloneable = "cloneable" for [ChipAuth];
        /// The chip is open: it asks for no key.
        OpenChip = "open_chip" for [AccessControl];
        /// The lines were typed, not scanned.
        TypedByHand = "typed_by_hand" for [MrzOptical, MrzVsDg1];
        /// The person comes with a P-code and is in no register.
        PCodeRoute = "p_code_route" for [PersonRegister];
    }
}

reasons! {
    /// Why a check ended before it had a result.
    AbortedReason {
        /// The chip was lost.
        TagLost = "tag_lost" for [];
        /// Secure messaging broke.
        SecureMessaging = "secure_messaging" for [];
        /// Time was up.
        TimeOut = "time_out" for [];
        /// The session ended.
        SessionEnded = "session_ended" for [];
        /// A fault of ours.
        InternalFault = "internal_fault" for [];
    }
}

/// The result of one check. It has no default and no sixth value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CheckResult {
    /// Made, and all is well.
    Successful,
    /// Made, and it is not as it must be.
    Failed(FailedReason),
    /// Made without a decision.
    Undetermined(UndeterminedReason),
    /// Not made: there is nothing to examine, or nothing to examine it with.
    NotSupported(NotSupportedReason),
    /// Ended half-way; never used for a decision.
    Aborted(AbortedReason),
}

/// The value of a result, without its reason.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ResultKind {
    /// See [`CheckResult::Successful`].
    Successful,
    /// See [`CheckResult::Failed`].
    Failed,
    /// See [`CheckResult::Undetermined`].
    Undetermined,
    /// See [`CheckResult::NotSupported`].
    NotSupported,
    /// See [`CheckResult::Aborted`].
    Aborted,
}

impl ResultKind {
    /// The name that R-085 uses.
    pub const fn name(self) -> &'static str {
        match self {
            ResultKind::Successful => "successful",
            ResultKind::Failed => "failed",
            ResultKind::Undetermined => "undetermined",
            ResultKind::NotSupported => "not_supported",
            ResultKind::Aborted => "aborted",
        }
    }
}

impl CheckResult {
    /// The value without its reason.
    pub const fn kind(self) -> ResultKind {
        match self {
            CheckResult::Successful => ResultKind::Successful,
            CheckResult::Failed(_) => ResultKind::Failed,
            CheckResult::Undetermined(_) => ResultKind::Undetermined,
            CheckResult::NotSupported(_) => ResultKind::NotSupported,
            CheckResult::Aborted(_) => ResultKind::Aborted,
        }
    }

    /// The name of the reason; `None` for success, which needs none.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            CheckResult::Successful => None,
            CheckResult::Failed(reason) => Some(reason.name()),
            CheckResult::Undetermined(reason) => Some(reason.name()),
            CheckResult::NotSupported(reason) => Some(reason.name()),
            CheckResult::Aborted(reason) => Some(reason.name()),
        }
    }

    /// Whether `check` can have this result.
    pub fn fits(self, check: Check) -> bool {
        match self {
            CheckResult::Successful => true,
            CheckResult::Failed(reason) => reason.fits(check),
            CheckResult::Undetermined(reason) => reason.fits(check),
            CheckResult::NotSupported(reason) => reason.fits(check),
            CheckResult::Aborted(reason) => reason.fits(check),
        }
    }

    /// Every result that `check` can have.
    pub fn all_of(check: Check) -> Vec<CheckResult> {
        let failed = FailedReason::ALL.iter().map(|&reason| CheckResult::Failed(reason));
        let undetermined = UndeterminedReason::ALL.iter().map(|&reason| CheckResult::Undetermined(reason));
        let not_supported = NotSupportedReason::ALL.iter().map(|&reason| CheckResult::NotSupported(reason));
        let aborted = AbortedReason::ALL.iter().map(|&reason| CheckResult::Aborted(reason));
        std::iter::once(CheckResult::Successful)
            .chain(failed)
            .chain(undetermined)
            .chain(not_supported)
            .chain(aborted)
            .filter(|result| result.fits(check))
            .collect()
    }

    /// Place in the order `successful (2) > undetermined, not_supported (1) > failed (0)` of R-431; an aborted result has none.
    pub const fn order(self) -> Option<u8> {
        match self {
            CheckResult::Successful => Some(2),
            CheckResult::Undetermined(_) | CheckResult::NotSupported(_) => Some(1),
            CheckResult::Failed(_) => Some(0),
            CheckResult::Aborted(_) => None,
        }
    }
}
