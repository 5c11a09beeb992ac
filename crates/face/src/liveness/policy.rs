//! The limits of the evaluation, each with its reason. They are the project's own and stand for what simulations at the level of
//! observations showed (`tests/liveness`); none of them was measured on people yet.

use super::injection::Signal;

/// The limits.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    // Light.
    /// Least frames with a measured face during the colours: two for each colour.
    pub fewest_lit_frames: usize,
    /// Shortest delay between a colour and its sight, in milliseconds. A page may stamp a frame late by one frame.
    pub shortest_lag_millis: u32,
    /// Longest delay: display, exposure, camera pipeline. Longer ones belong to no phone; each further slot gives guesses one more try.
    pub longest_lag_millis: u32,
    /// Least correlation of each of red, green and blue with the emitted sequence. A guess gives 0 with a deviation of 0.3.
    pub correlation_each: f64,
    /// Least mean correlation of the three.
    pub correlation_mean: f64,
    /// Most colours read wrong. One of twelve leaves 28 bits (see [`super::entropy::effective_bits`]). With two, one in fifty of the
    /// answers whose second half was spliced in from an old one would pass for light.
    pub wrong_slots: usize,
    /// Colours read wrong from on which it is another sequence, not a poor sight of this one. A guess gets ten of twelve wrong.
    pub other_slots: usize,
    /// Least light of the screen on the skin as part of all light on it. At 2 %, 8-bit pictures still resolve it over a patch.
    pub contrast: f64,
    /// Changes of light as part of all light from which on something else than this challenge shines: another video.
    pub other_light: f64,
    /// Mean linear light of skin from which on weak contrast is put down to daylight, not to a screen that is too dark.
    pub bright: f64,
    /// Least deviation between forehead, cheeks and nose of the logarithm of (light of the screen / light of the room). A plane has the
    /// same light everywhere; its printed shades fall out of the quotient. Noise of a plane gives 0.02, rendered people gave 0.03 to
    /// 0.13, and rendered glossy photographs 0.09 to 0.13: a weak sign, that finds matt prints only, and counts only where no parallax was
    /// measured.
    pub shading: f64,
    /// Least light of the room on skin, linear, for the quotient to mean something. In a darker room shading is not judged.
    pub shading_light: f64,

    // Pose.
    /// Least movement of the nose against the eyes, in inter-eye distances, that counts as a turn: about 13 degrees. A rendered person
    /// who turned as asked reached 0.16 to 0.35 by the detector's points.
    pub turn: f64,
    /// Least growth of the face that counts as coming closer.
    pub closer: f64,
    /// Part of a full movement up to which a head is at rest.
    pub rest: f64,
    /// Part of the way that a movement may go back before its turning point.
    pub reversal: f64,
    /// Shortest time of reaction, in milliseconds: sooner is chance or foreknowledge.
    pub reaction_millis: f64,
    /// How long a movement may take after it was asked for, in milliseconds.
    pub movement_millis: f64,
    /// How long before a movement is asked for the head must be at rest, in milliseconds.
    pub rest_millis: f64,

    // Depth.
    /// Least distance of the nose from where a plane would have it, in inter-eye distances, at the turning point of a turn. Rendered
    /// photographs gave 0.02 to 0.05 by the detector's points, rendered people 0.19 and more.
    pub parallax: f64,
    /// Change of the proportion of width to height, as the median of five frames, from which on a picture counts as tilted, to be judged
    /// as a plane. The detector's points alone change it by 0.08 now and then.
    pub tilt: f64,

    // Continuity.
    /// Score against the compared frame below which a frame that is not turned shows somebody else. Two rendered persons had 0.23
    /// under one light; frames of one person in one session have far more.
    pub other_person: f32,
    /// Score below which it is not clear who is in the frame.
    pub unclear_person: f32,
    /// Part of frames that may be unclear or without a face.
    pub unclear_part: f64,
    /// Frames that show somebody else, one after the other, that make a second person.
    pub other_run: usize,
    /// How far a face may move between two frames, in inter-eye distances, at once.
    pub jump: f64,
    /// How much farther for each second between the frames.
    pub jump_per_second: f64,

    // Time.
    /// Fewest frames in a second.
    pub frames_per_second: f64,
    /// Longest gap between two frames, in milliseconds. In a longer one a colour would pass unseen.
    pub gap_millis: f64,
    /// How far the phone's clock may be behind ours, in milliseconds, before a capture counts as older than its challenge.
    pub clock_millis: u64,
    /// Frames come at the latest when the challenge was issued plus this, in milliseconds.
    pub lifetime_millis: u64,
    /// How much sooner than possible a frame may arrive, in milliseconds: rounding of two clocks.
    pub early_millis: f64,

    // Binding.
    /// Whether the root must be signed by the key of an attested app.
    pub require_signed_root: bool,

    // Injection.
    /// Combined score from which on a capture counts as injected.
    pub injected: f64,
    /// Combined score from which on it is not clear.
    pub suspicious: f64,
    /// Whether the fake device of a browser under test is allowed. For the demonstration only.
    pub allow_fake_device: bool,
    /// Whether the frames are encoded by a browser or an app of ours, which use the tables of annex K. Then other tables are a sign.
    pub expect_annex_k: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fewest_lit_frames: 24,
            shortest_lag_millis: 0,
            longest_lag_millis: 450,
            correlation_each: 0.6,
            correlation_mean: 0.7,
            wrong_slots: 1,
            other_slots: 4,
            contrast: 0.02,
            other_light: 0.06,
            bright: 0.1,
            shading: 0.04,
            shading_light: 0.01,
            turn: 0.13,
            closer: 0.18,
            rest: 0.6,
            reversal: 0.4,
            reaction_millis: 120.0,
            movement_millis: 2_500.0,
            rest_millis: 300.0,
            parallax: 0.08,
            tilt: 0.1,
            other_person: 0.3,
            unclear_person: 0.3,
            unclear_part: 0.2,
            other_run: 3,
            jump: 0.35,
            jump_per_second: 4.0,
            frames_per_second: 8.0,
            gap_millis: 450.0,
            clock_millis: 120_000,
            lifetime_millis: super::challenge::LIFETIME_MILLIS,
            early_millis: 50.0,
            require_signed_root: true,
            injected: 0.7,
            suspicious: 0.45,
            allow_fake_device: false,
            expect_annex_k: true,
        }
    }
}

impl Policy {
    /// For the demonstration with a browser's fake camera and without an app: never for real identities.
    pub fn demonstration() -> Self {
        Self { require_signed_root: false, allow_fake_device: true, ..Self::default() }
    }
}

/// How much a sign of injection weighs, 0 to 1. The weights are opinions: no set of attacks was there to fit them to.
pub const fn weight(signal: Signal) -> f64 {
    match signal {
        // Sensor noise never repeats; a stalled pipeline may give one frame twice, which the score allows for.
        Signal::ExactRepeats | Signal::VirtualCamera => 0.9,
        Signal::NearRepeats => 0.8,
        Signal::SoftwareEncoder => 0.75,
        // Our page and app use one encoder at one quality. Strong compression smooths noise away, and browsers round times: what
        // follows is suspicion only.
        Signal::EncoderChanges | Signal::FrozenNoise => 0.6,
        Signal::SizeDiffers => 0.4,
        Signal::TooRegular | Signal::Bursts | Signal::NoExposureResponse => 0.3,
        Signal::NoLabel => 0.2,
    }
}
