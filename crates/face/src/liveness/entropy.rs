//! How many bits of chance a challenge holds, counted, not claimed (R-137 asks for 20).
//!
//! Two figures. [`drawn_bits`] is the logarithm of the number of challenges that can be drawn; all are equally likely.
//! [`effective_bits`] bounds what somebody can do who does not know the challenge and commits to an answer of colours and movements:
//! the evaluation tolerates some wrong colours, a lag, and any moment of a movement inside its window, so that one answer serves
//! several challenges.
//!
//! What it does not say: anything about answers that are made after the challenge is known.

use super::challenge::{Colour, FIRST_CUES, ON, SECOND_CUES, SLOTS};
use super::policy::Policy;

/// Sequences of colours that can be drawn.
pub fn colour_sequences() -> u64 {
    // ways[colour][red][green][blue]: sequences that end in the colour, by how often each channel was on.
    const SIDE: usize = SLOTS + 1;
    let at = |colour: usize, on: [usize; 3]| ((colour * SIDE + on[0]) * SIDE + on[1]) * SIDE + on[2];
    let colours = usize::from(Colour::COUNT);
    let bits = |colour: usize| [colour >> 2 & 1, colour >> 1 & 1, colour & 1];
    let mut ways = vec![0_u64; colours * SIDE * SIDE * SIDE];
    for colour in 0..colours {
        ways[at(colour, bits(colour))] = 1;
    }
    for slot in 1..SLOTS {
        let mut next = vec![0_u64; ways.len()];
        for (red, green, blue) in triples(slot) {
            let all: u64 = (0..colours).map(|colour| ways[at(colour, [red, green, blue])]).sum();
            for colour in 0..colours {
                let [r, g, b] = bits(colour);
                next[at(colour, [red + r, green + g, blue + b])] +=
                    all - ways[at(colour, [red, green, blue])];
            }
        }
        ways = next;
    }
    triples(SLOTS)
        .filter(|(red, green, blue)| [red, green, blue].iter().all(|on| ON.contains(*on)))
        .map(|(red, green, blue)| {
            (0..colours).map(|colour| ways[at(colour, [red, green, blue])]).sum::<u64>()
        })
        .sum()
}

fn triples(most: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..=most).flat_map(move |a| (0..=most).flat_map(move |b| (0..=most).map(move |c| (a, b, c))))
}

/// The logarithm to base 2 of the number of challenges that can be drawn.
pub fn drawn_bits() -> f64 {
    let moments = FIRST_CUES.len() * SECOND_CUES.len();
    log2(colour_sequences()) + log2(MOVEMENT_PAIRS) + log2(moments as u64)
}

/// Ordered pairs of two different movements.
const MOVEMENT_PAIRS: u64 = 6;

/// At most 2 to the minus this is the chance of an answer of colours and movements that was made without knowing the challenge.
///
/// A sequence of colours is accepted for every challenge that differs from it in at most [`Policy::wrong_slots`] slots, and may be shifted
/// by as many whole slots as the window of the lag allows. The moments of the movements are not counted at all.
pub fn effective_bits(policy: &Policy) -> f64 {
    let others = u64::from(Colour::COUNT) - 1;
    let mut tolerated = 0_u64;
    let mut ball = 1_u64;
    for wrong in 0..=policy.wrong_slots.min(SLOTS) as u64 {
        tolerated += ball;
        ball = ball * (SLOTS as u64 - wrong) / (wrong + 1) * others;
    }
    let window = policy.longest_lag_millis.saturating_sub(policy.shortest_lag_millis);
    let shifts = u64::from(window.div_ceil(super::challenge::SLOT_MILLIS)) + 1;
    log2(colour_sequences()) - log2(tolerated) - log2(shifts) + log2(MOVEMENT_PAIRS)
}

/// Numbers here are below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of challenges are below 2^53")]
fn log2(count: u64) -> f64 {
    (count as f64).log2()
}
