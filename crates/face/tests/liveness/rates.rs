//! How often somebody passes who does not know the challenge.

use face::liveness::challenge::Challenge;
use face::liveness::entropy::effective_bits;
use face::liveness::finding::{Finding, FreshnessReason, PadReason};
use face::liveness::policy::Policy;
use rand_chacha::ChaCha8Rng;

use super::simulation::{Scene, Sending, act, draw, judge, person, rng, scene};

const ROUNDS: u32 = 10_000;

/// The chance of `least` or more successes in `rounds` tries of chance `p`.
fn tail(rounds: u32, p: f64, least: u32) -> f64 {
    let mut term = (f64::from(rounds) * (1.0 - p).ln()).exp();
    let mut below = 0.0;
    for k in 0..least {
        below += term;
        term *= f64::from(rounds - k) / f64::from(k + 1) * p / (1.0 - p);
    }
    1.0 - below
}

/// Of ten thousand answers to other challenges.
struct Counts {
    /// All four findings are successful.
    accepted: u32,
    /// The colours alone are taken for right.
    colours: u32,
    /// They are found to answer another challenge.
    stale: u32,
}

fn count(policy: &Policy, rng: &mut ChaCha8Rng, answered: impl Fn(&mut ChaCha8Rng) -> Challenge) -> Counts {
    let mut counts = Counts { accepted: 0, colours: 0, stale: 0 };
    for _ in 0..ROUNDS {
        let (played, issued) = (answered(rng), draw(rng));
        let still = Scene { spacing: 66.0, noise: 0.0, points: 0.003, ..scene(rng) };
        let shots = act(&played, person(rng), still, rng);
        let mut sending = Sending::honest(&issued, &shots);
        sending.policy = policy.clone();
        let shots: Vec<_> = shots
            .into_iter()
            .map(|mut shot| {
                // The attacker's page says what was asked for.
                shot.slot = issued.slot_at(shot.at).and_then(|slot| u8::try_from(slot).ok());
                shot
            })
            .collect();
        let found = judge(&issued, &shots, &sending);
        counts.accepted += u32::from(found.passed.is_some());
        counts.colours += u32::from(found.light.is_some_and(|light| light.answers(policy)));
        counts.stale += u32::from(found.freshness == Finding::Failed(FreshnessReason::OtherChallenge));
        assert!(found.passed.is_some() || found.pad.reason() != Some(PadReason::FlatSurface));
    }
    counts
}

#[test]
fn ten_thousand_replays_of_one_old_answer_are_accepted_at_most_at_the_promised_rate() {
    let mut rng = rng(21);
    let old = draw(&mut rng);
    let Counts { accepted, stale, .. } = count(&Policy::default(), &mut rng, |_| old.clone());
    let promised = 2_f64.powf(-effective_bits(&Policy::default()));
    println!("replays: {accepted} of {ROUNDS} accepted, {stale} named stale, promised {promised:.1e}");
    assert!(tail(ROUNDS, promised, accepted) > 1e-3, "{accepted} accepted");
    assert!(stale > ROUNDS * 9 / 10, "only {stale} were found to answer another challenge");
}

#[test]
fn ten_thousand_guesses_are_accepted_at_most_at_the_promised_rate() {
    let mut rng = rng(22);
    let Counts { accepted, stale, .. } = count(&Policy::default(), &mut rng, draw);
    let promised = 2_f64.powf(-effective_bits(&Policy::default()));
    println!("guesses: {accepted} of {ROUNDS} accepted, {stale} named stale, promised {promised:.1e}");
    assert!(tail(ROUNDS, promised, accepted) > 1e-3, "{accepted} accepted");
    assert!(stale > ROUNDS * 9 / 10, "only {stale} were found to answer another challenge");
}

#[test]
fn the_promise_holds_too_where_limits_are_so_loose_that_guesses_do_pass() {
    // The same bound where it can be seen to be one: seven wrong slots of twelve, no correlation asked for.
    let loose = Policy {
        wrong_slots: 7,
        other_slots: 12,
        correlation_each: -1.0,
        correlation_mean: -1.0,
        contrast: -1.0,
        ..Policy::default()
    };
    let mut rng = rng(23);
    let Counts { colours, .. } = count(&loose, &mut rng, draw);
    // Without the six pairs of movements.
    let promised = 6.0 * 2_f64.powf(-effective_bits(&loose));
    println!("loose guesses: colours of {colours} in {ROUNDS} taken for right, promised {promised:.1e}");
    assert!(promised < 0.2, "the bound would say nothing: {promised}");
    assert!(colours > 0, "the limits are not loose");
    assert!(tail(ROUNDS, promised, colours) > 1e-3, "{colours}, promised {promised}");
}

#[test]
fn the_tail_of_the_binomial_distribution_is_right() {
    assert!((tail(10, 0.5, 0) - 1.0).abs() < 1e-12);
    assert!((tail(10, 0.5, 10) - 1.0 / 1024.0).abs() < 1e-12);
    assert!((tail(3, 0.2, 1) - (1.0 - 0.512)).abs() < 1e-12);
}
