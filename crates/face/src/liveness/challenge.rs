//! The challenge: what the screen shows and what the person does, drawn by the server (R-137).
//!
//! Twelve colours of 500 ms and two movements of the head at drawn moments. Neighbouring colours differ, and each of red, green and
//! blue is on in four to eight colours, so that the answer can be told from daylight. How much that leaves to chance is computed in
//! [`super::entropy`].
//!
//! Light that changes may harm people with photosensitive epilepsy. WCAG 2.2 success criterion 2.3.1 allows three flashes in a second;
//! a flash is a pair of opposing changes. Two changes in a second are one flash at most, of any colour, saturated red included.
//!
//! On the wire: a canonical CBOR array `[1, id (16 bytes), session (32 bytes), issued (ms since 1970), slot (ms), colours (12 bytes, bit
//! 2 red, bit 1 green, bit 0 blue), [[movement, slot], [movement, slot]]]`. The page shows full and zero sRGB values only, and goes on
//! showing the last colour until [`Challenge::duration_millis`].
//!
//! What it does not protect against: use of one stored challenge twice by two processes. [`OpenChallenge`] can be used once in a
//! process; the store must hand a challenge out once, by deleting it in the same transaction.

use ciborium::Value;
use rand_core::CryptoRng;
use zeroize::Zeroize;

use super::UnixMillis;

/// Colours in a challenge.
pub const SLOTS: usize = 12;
/// How long each is shown, in milliseconds.
pub const SLOT_MILLIS: u32 = 500;
/// How long the last colour stays after its time, for the last movement to be made.
pub const TAIL_MILLIS: u32 = 2_000;
/// How long a challenge may be answered after it was issued (R-137).
pub const LIFETIME_MILLIS: u64 = 60_000;
/// The slots at whose beginning the first movement may be asked for.
pub const FIRST_CUES: [u8; 3] = [2, 3, 4];
/// The slots at whose beginning the second movement may be asked for.
pub const SECOND_CUES: [u8; 3] = [9, 10, 11];
/// In how many slots each of red, green and blue is on.
pub(crate) const ON: std::ops::RangeInclusive<usize> = 4..=8;

const VERSION: u64 = 1;
/// No challenge is longer on the wire.
const LONGEST: usize = 128;
/// Six of ten sequences are admissible; a generator that does not give one in so many draws is broken.
const DRAWS: usize = 1_000;

/// A colour of the screen: red, green and blue each full or off.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Colour(u8);

impl Colour {
    /// How many there are.
    pub const COUNT: u8 = 8;

    /// The colour with this number (bit 2 red, bit 1 green, bit 0 blue), below 8.
    pub const fn new(bits: u8) -> Option<Self> {
        if bits < Self::COUNT { Some(Self(bits)) } else { None }
    }

    /// Its number.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The light of the screen, red, green, blue: 0 or 1, linear.
    pub fn light(self) -> [f64; 3] {
        [2, 1, 0].map(|bit| f64::from(self.0 >> bit & 1))
    }

    /// WCAG relative luminance, 0 to 1.
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.light();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// A movement of the head. Left and right are the person's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Movement {
    /// Turn the head to the own left and back. In a picture that is not mirrored the nose moves to the right.
    TurnLeft,
    /// Turn the head to the own right and back.
    TurnRight,
    /// Come closer to the camera and go back.
    Closer,
}

impl Movement {
    /// All, in the order of their numbers on the wire.
    pub const ALL: [Movement; 3] = [Movement::TurnLeft, Movement::TurnRight, Movement::Closer];

    fn number(self) -> u8 {
        match self {
            Movement::TurnLeft => 0,
            Movement::TurnRight => 1,
            Movement::Closer => 2,
        }
    }
}

/// A movement and the slot at whose beginning it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cue {
    /// What is asked for.
    pub movement: Movement,
    /// From the beginning of which slot on.
    pub slot: u8,
}

impl Cue {
    /// When it is asked for, in milliseconds after the first colour appeared.
    pub fn at_millis(self) -> u32 {
        u32::from(self.slot) * SLOT_MILLIS
    }
}

/// A challenge as it was drawn: for the store and for the page that plays it.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    id: [u8; 16],
    session: [u8; 32],
    issued: UnixMillis,
    colours: [Colour; SLOTS],
    cues: [Cue; 2],
}

/// A challenge from the store that nobody has answered yet. It is used up by the evaluation: it cannot be copied.
///
/// ```compile_fail
/// fn twice(challenge: face::liveness::challenge::OpenChallenge) -> face::liveness::challenge::OpenChallenge {
///     challenge.clone()
/// }
/// ```
pub struct OpenChallenge(Challenge);

/// Why a challenge cannot be drawn or opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChallengeError {
    /// The random generator repeats itself.
    #[error("the random generator gives no admissible challenge")]
    Randomness,
    /// The bytes are not those of a challenge in canonical form.
    #[error("these bytes are not a challenge")]
    Malformed,
    /// It was issued to another session.
    #[error("the challenge belongs to another session")]
    OtherSession,
}

impl Challenge {
    /// Draws a challenge for a session, whose `session` is an unpredictable number of 32 bytes. Every admissible challenge is equally
    /// likely.
    pub fn draw(
        session: [u8; 32],
        now: UnixMillis,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, ChallengeError> {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        for _ in 0..DRAWS {
            let mut bytes = [0; SLOTS];
            rng.fill_bytes(&mut bytes);
            let colours = bytes.map(|byte| Colour(byte & 7));
            if !admissible(&colours) {
                bytes.zeroize();
                continue;
            }
            let first = below(3, rng)?;
            let second = (first + 1 + below(2, rng)?) % 3;
            let cues = [
                Cue { movement: Movement::ALL[first], slot: FIRST_CUES[below(3, rng)?] },
                Cue { movement: Movement::ALL[second], slot: SECOND_CUES[below(3, rng)?] },
            ];
            return Ok(Self { id, session, issued: now, colours, cues });
        }
        Err(ChallengeError::Randomness)
    }

    /// The number that the capture repeats.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The session that it was issued to.
    pub fn session(&self) -> [u8; 32] {
        self.session
    }

    /// When it was issued.
    pub fn issued(&self) -> UnixMillis {
        self.issued
    }

    /// The last moment at which an answer may be complete.
    pub fn expires(&self) -> UnixMillis {
        self.issued.plus(LIFETIME_MILLIS)
    }

    /// The colours in their order.
    pub fn colours(&self) -> &[Colour; SLOTS] {
        &self.colours
    }

    /// The movements in their order: two different ones, so that at least one is a turn.
    pub fn cues(&self) -> &[Cue; 2] {
        &self.cues
    }

    /// How long it takes to answer, in milliseconds.
    pub fn duration_millis(&self) -> u32 {
        SLOT_MILLIS * 12 + TAIL_MILLIS
    }

    /// The slot that is on the screen `millis` after the first colour appeared; nothing before and after the twelve slots.
    pub fn slot_at(&self, millis: f64) -> Option<usize> {
        (0..SLOTS).rev().find(|slot| millis >= slot_start(*slot)).filter(|_| millis < slot_start(SLOTS))
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let cue = |cue: &Cue| Value::Array(vec![cue.movement.number().into(), cue.slot.into()]);
        let value = Value::Array(vec![
            VERSION.into(),
            Value::Bytes(self.id.to_vec()),
            Value::Bytes(self.session.to_vec()),
            self.issued.0.into(),
            SLOT_MILLIS.into(),
            Value::Bytes(self.colours.iter().map(|colour| colour.0).collect()),
            Value::Array(self.cues.iter().map(cue).collect()),
        ]);
        let mut bytes = Vec::new();
        // Writing to memory does not fail; if it did, nothing could be read back.
        if ciborium::into_writer(&value, &mut bytes).is_err() {
            bytes.clear();
        }
        bytes
    }

    /// Reads canonical bytes; anything that [`Challenge::draw`] could not have made is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChallengeError> {
        if bytes.len() > LONGEST {
            return Err(ChallengeError::Malformed);
        }
        let value: Value = ciborium::de::from_reader_with_recursion_limit(bytes, 8)
            .map_err(|_| ChallengeError::Malformed)?;
        Self::from_value(&value)
            .filter(|challenge| challenge.to_bytes() == bytes)
            .ok_or(ChallengeError::Malformed)
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [_, id, session, issued, _, colours, cues] = value.as_array()?.as_slice() else { return None };
        let colours: [u8; SLOTS] = colours.as_bytes()?.as_slice().try_into().ok()?;
        let mut read = [Colour(0); SLOTS];
        for (colour, bits) in read.iter_mut().zip(colours) {
            *colour = Colour::new(bits)?;
        }
        let [first, second] = cues.as_array()?.as_slice() else { return None };
        let cues = [read_cue(first, FIRST_CUES)?, read_cue(second, SECOND_CUES)?];
        (admissible(&read) && cues[0].movement != cues[1].movement).then_some(())?;
        Some(Self {
            id: id.as_bytes()?.as_slice().try_into().ok()?,
            session: session.as_bytes()?.as_slice().try_into().ok()?,
            issued: UnixMillis(issued.as_integer()?.try_into().ok()?),
            colours: read,
            cues,
        })
    }
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge(<redacted>)")
    }
}

impl OpenChallenge {
    /// Opens a challenge that the store has just handed out and deleted, for the session that answers. Whether it is too old is a
    /// finding of the evaluation.
    pub fn from_stored(bytes: &[u8], session: &[u8; 32]) -> Result<Self, ChallengeError> {
        let challenge = Challenge::from_bytes(bytes)?;
        if challenge.session == *session { Ok(Self(challenge)) } else { Err(ChallengeError::OtherSession) }
    }

    /// What was drawn.
    pub fn challenge(&self) -> &Challenge {
        &self.0
    }
}

impl std::fmt::Debug for OpenChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenChallenge(<redacted>)")
    }
}

/// When a slot begins, in milliseconds.
pub(crate) fn slot_start(slot: usize) -> f64 {
    super::statistics::count(slot) * f64::from(SLOT_MILLIS)
}

/// Whether a sequence may be drawn.
fn admissible(colours: &[Colour; SLOTS]) -> bool {
    let changes = colours.windows(2).all(|pair| pair[0] != pair[1]);
    changes
        && (0..3).all(|bit| ON.contains(&colours.iter().filter(|colour| colour.0 >> bit & 1 == 1).count()))
}

fn read_cue(value: &Value, slots: [u8; 3]) -> Option<Cue> {
    let [movement, slot] = value.as_array()?.as_slice() else { return None };
    let movement: usize = movement.as_integer()?.try_into().ok()?;
    let slot: u8 = slot.as_integer()?.try_into().ok()?;
    slots.contains(&slot).then_some(Cue { movement: *Movement::ALL.get(movement)?, slot })
}

/// A number below `bound` (at most 16), every one equally likely.
fn below(bound: u8, rng: &mut (impl CryptoRng + ?Sized)) -> Result<usize, ChallengeError> {
    let limit = u8::MAX - u8::MAX % bound;
    for _ in 0..DRAWS {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        if byte[0] < limit {
            return Ok(usize::from(byte[0] % bound));
        }
    }
    Err(ChallengeError::Randomness)
}
