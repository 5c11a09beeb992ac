//! What the registers answered: results with references, never their data.

use jiff::Timestamp;

use crate::check::Check;
use crate::evidence::Activation;
use crate::result::CheckResult;

/// One answer of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegisterAnswer {
    result: CheckResult,
    answered_at: Timestamp,
}

/// What registers are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// C29: whether the document is reported lost or stolen.
    DocumentStatus,
    /// C30: whether the person is alive and named so.
    Person,
    /// C31: whether the person has an identity already.
    Uniqueness,
}

impl Question {
    /// All questions.
    pub const ALL: [Question; 3] = [Question::DocumentStatus, Question::Person, Question::Uniqueness];

    /// The check that the answer belongs to.
    pub const fn check(self) -> Check {
        match self {
            Question::DocumentStatus => Check::DocumentStatus,
            Question::Person => Check::PersonRegister,
            Question::Uniqueness => Check::Uniqueness,
        }
    }

    /// The question that belongs to `check`, if registers are asked for it.
    pub fn of(check: Check) -> Option<Question> {
        Question::ALL.into_iter().find(|question| question.check() == check)
    }
}

/// The answers, and what else the registers and the registry of identities know. A question without an answer counts as
/// `undetermined (register_unasked)`; a register that does not exist for a document answers `not_supported`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegisterAnswers {
    answers: [Option<RegisterAnswer>; 3],
    /// An authoritative source confirmed the document itself; High needs it.
    pub document_confirmed: bool,
    /// The channel over which this identity is to be activated.
    pub activation: Activation,
    /// How many identities this document has given within a year, this one not counted.
    pub identities_this_year: u32,
}

/// An answer that its question cannot have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a register cannot answer {} with {} ({})", .question.check().id(), .result.kind().name(), .result.reason().unwrap_or("no reason"))]
pub struct RegisterError {
    /// The question.
    pub question: Question,
    /// The answer.
    pub result: CheckResult,
}

impl RegisterAnswers {
    /// No register was asked, and nothing is known.
    pub const UNASKED: RegisterAnswers = RegisterAnswers {
        answers: [None; 3],
        document_confirmed: false,
        activation: Activation::None,
        identities_this_year: u32::MAX,
    };

    /// Takes the answer to one question; a later answer replaces an earlier one.
    ///
    /// # Errors
    /// The reason of the result belongs to other checks.
    pub fn answer(
        &mut self,
        question: Question,
        result: CheckResult,
        answered_at: Timestamp,
    ) -> Result<(), RegisterError> {
        if !result.fits(question.check()) {
            return Err(RegisterError { question, result });
        }
        self.answers[question as usize] = Some(RegisterAnswer { result, answered_at });
        Ok(())
    }

    /// The answer to one question.
    pub fn get(&self, question: Question) -> Option<RegisterAnswer> {
        self.answers[question as usize]
    }
}

impl RegisterAnswer {
    /// What came out.
    pub fn result(self) -> CheckResult {
        self.result
    }

    /// When the register answered.
    pub fn answered_at(self) -> Timestamp {
        self.answered_at
    }
}
