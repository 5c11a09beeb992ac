//! Challenges: chance, safety of the eyes, wire form.

use face::liveness::UnixMillis;
use face::liveness::challenge::{Challenge, ChallengeError, OpenChallenge, SLOT_MILLIS, SLOTS};
use face::liveness::entropy::{colour_sequences, drawn_bits, effective_bits};
use face::liveness::policy::Policy;
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};

use super::simulation::{NOW, draw, rng};

#[test]
fn a_challenge_holds_more_than_twenty_bits_even_after_every_tolerance() {
    let (drawn, effective) = (drawn_bits(), effective_bits(&Policy::default()));
    println!("drawn {drawn:.2} bits, effective {effective:.2} bits");
    assert!(drawn > 35.0, "{drawn}");
    assert!(effective >= 20.0, "{effective}");
    assert!(effective < drawn - 5.0, "the tolerances cost something");
}

#[test]
fn the_count_of_sequences_agrees_with_how_often_a_free_draw_is_admissible() {
    // Of all 8^12 sequences, a sample of even ones counted by the rule itself, written anew.
    let mut rng = rng(11);
    let (mut admissible, rounds) = (0_u32, 200_000_u32);
    for _ in 0..rounds {
        let mut colours = [0_u8; SLOTS];
        rand_core::Rng::fill_bytes(&mut rng, &mut colours);
        let changes = colours.windows(2).all(|pair| pair[0] & 7 != pair[1] & 7);
        let even =
            [1, 2, 4].iter().all(|bit| (4..=8).contains(&colours.iter().filter(|c| *c & bit != 0).count()));
        admissible += u32::from(changes && even);
    }
    let sampled = f64::from(admissible) / f64::from(rounds);
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let counted = colour_sequences() as f64 / 8_f64.powi(12);
    let deviation = (counted * (1.0 - counted) / f64::from(rounds)).sqrt();
    assert!((sampled - counted).abs() < 5.0 * deviation, "{sampled} against {counted}");
}

#[test]
fn the_screen_never_flashes_more_than_three_times_in_a_second() {
    let mut rng = rng(12);
    for _ in 0..200 {
        let challenge = draw(&mut rng);
        // Opposing changes of relative luminance or of saturated red, WCAG 2.2: at most one change at each slot.
        let changes: Vec<u32> = (1..SLOTS)
            .filter(|slot| challenge.colours()[*slot] != challenge.colours()[slot - 1])
            .map(|slot| u32::try_from(slot).unwrap() * SLOT_MILLIS)
            .collect();
        for start in &changes {
            let within = changes.iter().filter(|at| (*start..start + 1000).contains(*at)).count();
            assert!(within / 2 <= 3, "{within} changes in a second");
        }
    }
}

#[test]
fn a_stored_challenge_opens_for_its_own_session_only() {
    let challenge = draw(&mut rng(13));
    let bytes = challenge.to_bytes();
    assert!(bytes.len() <= 96, "{} bytes", bytes.len());
    assert!(OpenChallenge::from_stored(&bytes, &challenge.session()).is_ok());
    let mut other = challenge.session();
    other[31] ^= 1;
    assert_eq!(OpenChallenge::from_stored(&bytes, &other).err(), Some(ChallengeError::OtherSession));
    assert_eq!(challenge.expires(), NOW.plus(60_000));
}

/// A generator that is broken.
struct Constant(u8);

impl TryRng for Constant {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from(self.0))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.0))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Constant {}

#[test]
fn a_broken_generator_gives_an_error_and_no_endless_loop() {
    for byte in [0, 5, 255] {
        let drawn = Challenge::draw([1; 32], NOW, &mut Constant(byte));
        assert_eq!(drawn.err(), Some(ChallengeError::Randomness));
    }
}

proptest! {
    #[test]
    fn a_challenge_is_read_as_it_was_written_and_in_no_other_form(seed in any::<u64>(), at in any::<u64>()) {
        let challenge = Challenge::draw([7; 32], UnixMillis(at), &mut rng(seed)).unwrap();
        let bytes = challenge.to_bytes();
        let read = Challenge::from_bytes(&bytes).unwrap();
        prop_assert!(read == challenge && read.to_bytes() == bytes);
        for length in 0..bytes.len() {
            prop_assert!(Challenge::from_bytes(&bytes[..length]).is_err());
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        prop_assert!(Challenge::from_bytes(&longer).is_err());
        // The same array with a length in two bytes instead of one.
        let wide = [&[0x98, 0x07], &bytes[1..]].concat();
        prop_assert!(Challenge::from_bytes(&wide).is_err());
    }

    #[test]
    fn a_changed_challenge_is_refused_or_another_admissible_one(seed in any::<u64>(), at in any::<usize>(), bit in 0..8_u32) {
        let challenge = draw(&mut rng(seed));
        let mut bytes = challenge.to_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(read) = Challenge::from_bytes(&bytes) {
            prop_assert!(read != challenge);
            prop_assert!(read.to_bytes() == bytes);
        }
    }
}
