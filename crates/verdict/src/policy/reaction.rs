//! The small language in which a policy says how it reacts to a result.
//!
//! ```text
//! reaction   = "tolerated"  |  "cap" LEVEL  |  action
//!            |  ("tolerated" | "cap" LEVEL) "if" condition { "and" condition } ", else" action
//! action     = [ attempt ", then" ] end [ "and flag" ]
//! attempt    = "retry" NUMBER STEP  |  "step_up" NUMBER WAY  |  "pending" HOURS "h"
//! end        = "review"  |  "citizen_service"  |  "stop"  |  "stop_alert"
//! condition  = CHECK ID (that check is successful)  |  set_k  |  ca_or_aa  |  never_publishes  |  letter_activation
//! ```
//!
//! There is no number that weighs one check against another: a score cannot be written down (R-433).

use crate::check::Check;
use crate::engine::{Step, Way};
use crate::level::Level;

/// How a policy reacts to a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// The process goes on.
    Tolerated,
    /// The process goes on, and reaches no higher level than this.
    Cap(Level),
    /// The process ends or waits.
    Act(Action),
    /// A grant if all conditions hold, otherwise the action.
    Conditional {
        /// What must hold.
        conditions: Vec<Condition>,
        /// What is granted then.
        grant: Grant,
        /// What happens otherwise.
        otherwise: Action,
    },
}

/// What a condition can give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// The process goes on.
    Tolerated,
    /// The process goes on, and reaches no higher level than this.
    Cap(Level),
}

/// Something to try first, and how it ends when the tries are used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Action {
    /// What to try first.
    pub attempt: Option<Attempt>,
    /// How it ends.
    pub end: End,
    /// Whether the end is marked for the fraud desk.
    pub flag: bool,
}

/// Something to try first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attempt {
    /// The same step again, so many times.
    Retry(u8, Step),
    /// Another way, so many times.
    StepUp(u8, Way),
    /// Waiting, up to so many hours after the process began.
    Pending(u16),
}

/// How a process ends without acceptance, the hardest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// A human looks at it.
    Review,
    /// The remote route cannot decide.
    CitizenService,
    /// A rule forbids it.
    Stop,
    /// A strong sign of forgery, injection or a stolen document.
    StopAlert,
}

/// What a grant may depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Another check is successful.
    Successful(Check),
    /// Set K of the policy is met: the compensations for a chip without a key.
    SetK,
    /// The chip proved itself by Chip or Active Authentication, not by the mapping of PACE.
    CaOrAa,
    /// The policy lists the state as one that never publishes revocations.
    NeverPublishes,
    /// The identity is activated by a letter to the address in the register.
    LetterActivation,
}

/// A text that is no reaction.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReactionError {
    /// A part that the language does not have.
    #[error("{0:?} is no part of a reaction")]
    Unknown(String),
    /// A number is missing or out of range.
    #[error("{0:?} is no number from 1 to 99")]
    Number(String),
    /// A condition without ", else".
    #[error("a condition needs \", else\" and what happens then")]
    NoElse,
}

impl Reaction {
    /// Takes a text as a reaction.
    ///
    /// # Errors
    /// It does not belong to the language.
    pub fn parse(text: &str) -> Result<Reaction, ReactionError> {
        if let Some((grant, rest)) = text.split_once(" if ") {
            let (conditions, otherwise) = rest.split_once(", else ").ok_or(ReactionError::NoElse)?;
            return Ok(Reaction::Conditional {
                conditions: conditions.split(" and ").map(Condition::parse).collect::<Result<_, _>>()?,
                grant: Grant::parse(grant)?.ok_or_else(|| unknown(grant))?,
                otherwise: Action::parse(otherwise)?,
            });
        }
        Ok(match Grant::parse(text)? {
            Some(Grant::Tolerated) => Reaction::Tolerated,
            Some(Grant::Cap(level)) => Reaction::Cap(level),
            None => Reaction::Act(Action::parse(text)?),
        })
    }

    /// The least that it comes to when every try is used up: an end, or `None` if the process can go on.
    pub(crate) fn mildest(&self) -> Option<End> {
        match self {
            Reaction::Tolerated | Reaction::Cap(_) | Reaction::Conditional { .. } => None,
            Reaction::Act(action) => Some(action.end),
        }
    }

    /// The most that it comes to.
    pub(crate) fn hardest(&self) -> Option<End> {
        match self {
            Reaction::Tolerated | Reaction::Cap(_) => None,
            Reaction::Act(action) | Reaction::Conditional { otherwise: action, .. } => Some(action.end),
        }
    }

    /// What it grants, if it can grant anything.
    pub(crate) fn grant(&self) -> Option<Grant> {
        match self {
            Reaction::Tolerated => Some(Grant::Tolerated),
            Reaction::Cap(level) => Some(Grant::Cap(*level)),
            Reaction::Conditional { grant, .. } => Some(*grant),
            Reaction::Act(_) => None,
        }
    }

    /// On what its grant depends.
    pub(crate) fn conditions(&self) -> &[Condition] {
        match self {
            Reaction::Conditional { conditions, .. } => conditions,
            Reaction::Tolerated | Reaction::Cap(_) | Reaction::Act(_) => &[],
        }
    }
}

fn unknown(text: &str) -> ReactionError {
    ReactionError::Unknown(text.to_owned())
}

fn number<T: TryFrom<u16>>(text: &str) -> Result<T, ReactionError> {
    let error = || ReactionError::Number(text.to_owned());
    let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u16>().ok().filter(|&number| digits && number > 0).ok_or_else(error)?;
    T::try_from(number).map_err(|_| error())
}

impl Grant {
    fn parse(text: &str) -> Result<Option<Grant>, ReactionError> {
        match (text, text.strip_prefix("cap ")) {
            ("tolerated", _) => Ok(Some(Grant::Tolerated)),
            (_, Some(level)) => match Level::from_name(level) {
                Some(level) => Ok(Some(Grant::Cap(level))),
                None => Err(unknown(text)),
            },
            _ => Ok(None),
        }
    }
}

impl Action {
    fn parse(text: &str) -> Result<Action, ReactionError> {
        let (attempt, end) = match text.split_once(", then ") {
            Some((attempt, end)) => (Some(Attempt::parse(attempt)?), end),
            None => (None, text),
        };
        let (end, flag) = match end.strip_suffix(" and flag") {
            Some(end) => (end, true),
            None => (end, false),
        };
        Ok(Action { attempt, end: End::parse(end)?, flag })
    }
}

impl Attempt {
    fn parse(text: &str) -> Result<Attempt, ReactionError> {
        let words: Vec<&str> = text.split(' ').collect();
        match words.as_slice() {
            ["retry", times, step] => {
                Ok(Attempt::Retry(number(times)?, Step::from_name(step).ok_or_else(|| unknown(step))?))
            }
            ["step_up", times, way] => {
                Ok(Attempt::StepUp(number(times)?, Way::from_name(way).ok_or_else(|| unknown(way))?))
            }
            ["pending", hours] => {
                Ok(Attempt::Pending(number(hours.strip_suffix('h').ok_or_else(|| unknown(hours))?)?))
            }
            _ => Err(unknown(text)),
        }
    }
}

impl End {
    /// The name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            End::Review => "review",
            End::CitizenService => "citizen_service",
            End::Stop => "stop",
            End::StopAlert => "stop_alert",
        }
    }

    fn parse(text: &str) -> Result<End, ReactionError> {
        [End::Review, End::CitizenService, End::Stop, End::StopAlert]
            .into_iter()
            .find(|end| end.name() == text)
            .ok_or_else(|| unknown(text))
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Condition, ReactionError> {
        match text {
            "set_k" => Ok(Condition::SetK),
            "ca_or_aa" => Ok(Condition::CaOrAa),
            "never_publishes" => Ok(Condition::NeverPublishes),
            "letter_activation" => Ok(Condition::LetterActivation),
            _ => Check::from_id(text).map(Condition::Successful).ok_or_else(|| unknown(text)),
        }
    }
}
