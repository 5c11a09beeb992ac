//! What the evaluation finds: five-valued, with typed reasons, and what the person can do.

/// What came of one check. `R` says why it is anything else than successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a check that nobody looks at protects nobody"]
pub enum Finding<R> {
    /// Made, and all is well.
    Successful,
    /// Made, and it is not as it must be.
    Failed(R),
    /// Made without a decision.
    Undetermined(R),
    /// Not made: there is nothing to examine it with.
    NotSupported(R),
    /// Ended half-way; never to be used for a decision.
    Aborted(R),
}

impl<R: Copy> Finding<R> {
    /// Whether the check was made and all is well.
    pub const fn is_successful(&self) -> bool {
        matches!(self, Finding::Successful)
    }

    /// Whether it is a failure.
    pub const fn is_failed(&self) -> bool {
        matches!(self, Finding::Failed(_))
    }

    /// Why it is not successful.
    pub const fn reason(&self) -> Option<R> {
        match self {
            Finding::Successful => None,
            Finding::Failed(reason)
            | Finding::Undetermined(reason)
            | Finding::NotSupported(reason)
            | Finding::Aborted(reason) => Some(*reason),
        }
    }

    /// This finding, or the other if this is successful; a failure of the other goes before everything that is none.
    pub fn and(self, other: Self) -> Self {
        if self.is_successful() || (other.is_failed() && !self.is_failed()) { other } else { self }
    }
}

/// Why presentation attack detection is not successful (C24; ISO/IEC 30107-3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PadReason {
    /// The face moves like a plane: a picture. All but certain.
    FlatSurface,
    /// The light of the screen falls on it as on a plane, and no depth was measured. Suspected.
    FlatReflection,
    /// The skin shows another sequence of colours. Suspected: a recording on a screen, or injected.
    OtherColours,
    /// Other movements were made than were asked for. Suspected.
    OtherMovement,
    /// The screen's light cannot be seen in the light of the place. Undetermined.
    TooBright,
    /// There is little light, and none of the screen. Undetermined.
    NoReflection,
    /// A movement was not made, or not far enough, in its time. Undetermined.
    MovementMissing,
    /// The head was not at rest before a movement was asked for. Undetermined.
    NotAtRest,
    /// A movement went back and forth. Undetermined.
    MovementUnsteady,
    /// The passive networks see a picture of a face. Suspected.
    LooksLikePicture,
    /// The passive networks are not sure. Undetermined.
    LooksUnclear,
    /// Too few frames with a face that can be measured. Undetermined.
    FaceLost,
    /// More than one face. Undetermined.
    SeveralFaces,
    /// The observations are not those of the capture. Aborted.
    ObservationsMissing,
}

impl PadReason {
    /// Whether a failure for this reason is all but certain to be an attack.
    pub const fn is_strong(self) -> bool {
        matches!(self, PadReason::FlatSurface)
    }
}

/// Why injection attack detection is not successful (C25; CEN/TS 18099).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IadReason {
    /// The combined score is beyond the limit.
    Injected,
    /// The combined score is in between. Undetermined.
    Suspicious,
    /// The observations are not those of the capture. Aborted.
    ObservationsMissing,
}

/// Why freshness is not successful (C26; ).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FreshnessReason {
    /// The answer came after the challenge had expired.
    Late,
    /// The capture is older than the challenge, by the phone's clock.
    BeforeChallenge,
    /// A frame arrived before it can have been captured.
    ArrivedTooEarly,
    /// The capture ends before all was shown, or goes on for too long.
    WrongLength,
    /// The frames show the answer to another challenge.
    OtherChallenge,
    /// Nothing is known about when the frames arrived, or too few frames, or gaps in between. Undetermined.
    TimesMissing,
    /// The frames do not show clearly enough which challenge they answer. Undetermined.
    AnswerUnclear,
}

/// Why binding is not successful (the face's part of C27; ).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BindingReason {
    /// The capture names another session.
    OtherSession,
    /// The capture names another challenge.
    OtherChallenge,
    /// The signature of the app is over another root.
    OtherRoot,
    /// The policy asks for a signature of the app, and there is none. Undetermined.
    NotSigned,
    /// A second person appears.
    OtherPerson,
    /// The face jumps from one frame to the next: a cut.
    FaceJumps,
    /// It is not clear enough that all frames show one person. Undetermined.
    PersonUnclear,
    /// The frame for the comparison is none of those that passed. Aborted.
    ComparedFrameNotPassed,
    /// The hashes of the frames do not chain.
    ChainBroken,
    /// There is no capture that can be looked at. Aborted.
    NoCapture,
    /// The page says that it showed another slot than the time of the frame says.
    SlotsDiffer,
}

/// What the person can do to succeed at the next try.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instruction {
    /// Go where it is darker, out of the sun.
    DarkerPlace,
    /// Make the screen brighter and come closer to it.
    BrighterScreen,
    /// Turn the head further.
    TurnFurther,
    /// Come closer when asked.
    ComeCloser,
    /// Hold still until a movement is asked for.
    HoldStill,
    /// Move slowly, and only the head.
    MoveSlowly,
    /// Be alone in the picture.
    OnlyYou,
    /// Keep the whole face in the picture.
    StayInPicture,
    /// Close other programs and try again: the camera is too slow.
    SlowCamera,
    /// Answer at once, with the phone's own camera.
    OwnCamera,
}
