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

/// How many of the answers to one challenge pass for another.
fn accepted(
    policy: &Policy,
    rng: &mut ChaCha8Rng,
    answered: impl Fn(&mut ChaCha8Rng) -> Challenge,
) -> (u32, u32) {
    let (mut accepted, mut stale) = (0, 0);
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
        accepted += u32::from(found.passed.is_some());
        stale += u32::from(found.freshness == Finding::Failed(FreshnessReason::OtherChallenge));
        assert!(found.passed.is_some() || found.pad.reason() != Some(PadReason::FlatSurface));
    }
    (accepted, stale)
}

#[test]
fn ten_thousand_replays_of_one_old_answer_are_accepted_at_most_at_the_promised_rate() {
    let mut rng = rng(21);
    let old = draw(&mut rng);
    let (accepted, stale) = accepted(&Policy::default(), &mut rng, |_| old.clone());
    let promised = 2_f64.powf(-effective_bits(&Policy::default()));
    println!("replays: {accepted} of {ROUNDS} accepted, {stale} named stale, promised {promised:.1e}");
    assert!(tail(ROUNDS, promised, accepted) > 1e-3, "{accepted} accepted");
    assert!(stale > ROUNDS * 9 / 10, "only {stale} were found to answer another challenge");
}

#[test]
fn ten_thousand_guesses_are_accepted_at_most_at_the_promised_rate() {
    let mut rng = rng(22);
    let (accepted, stale) = accepted(&Policy::default(), &mut rng, draw);
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
        correlation_each: -1.0,
        correlation_mean: -1.0,
        contrast: -1.0,
        ..Policy::default()
    };
    let mut rng = rng(23);
    let (accepted, _) = accepted(&loose, &mut rng, draw);
    let promised = 2_f64.powf(-effective_bits(&loose));
    println!("loose guesses: {accepted} of {ROUNDS} accepted, promised {promised:.1e}");
    assert!(promised < 0.05, "the bound would say nothing: {promised}");
    assert!(tail(ROUNDS, promised, accepted) > 1e-3, "{accepted} accepted, promised {promised}");
}

#[test]
fn the_tail_of_the_binomial_distribution_is_right() {
    assert!((tail(10, 0.5, 0) - 1.0).abs() < 1e-12);
    assert!((tail(10, 0.5, 10) - 1.0 / 1024.0).abs() < 1e-12);
    assert!((tail(3, 0.2, 1) - (1.0 - 0.512)).abs() < 1e-12);
}
