//! The outcome of every check of one token: what a verification did, for people and tools.

use std::fmt;

use serde::Serialize;

use super::steps::{Check, Entered, Steps as _};
use super::{Verifier, VerifyError};
use crate::caught::caught;
use crate::code::RefusalCode;
use crate::principal::Identity;

/// Why a token is accepted or refused: every check with its outcome, by
/// [`JwtGuard::explain`](crate::JwtGuard::explain).
///
/// It is for logs, commands and tests: it has no caller, and no answer for a client. As the log, it shows of a token
/// `iss`, `aud`, `alg`, `typ`, `kid`, the client and dates, but never the subject, other claims or the token itself.
/// `Display` writes a line for each check, and `Serialize` makes an object of `accepted` and `checks` of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    accepted: bool,
    checks: Vec<Checked>,
}

/// One check with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    check: Check,
    #[serde(flatten)]
    outcome: Outcome,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was made, and found nothing wrong.
    Passed,
    /// It refuses the token.
    Failed(Failure),
    /// The guard has no rule for it, so every well-formed value passes: without `.issuer(..)` every `iss`.
    NotConfigured,
    /// An earlier one had refused the token.
    NotReached,
}

/// Why a check refuses a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    code: RefusalCode,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
}

impl Explanation {
    /// Whether the token passes every check.
    pub fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// The checks: those that were made in their order, then the others.
    pub fn checks(&self) -> &[Checked] {
        &self.checks
    }

    /// The check that refuses the token, and why.
    pub fn failure(&self) -> Option<(Check, &Failure)> {
        self.checks.iter().find_map(|checked| match &checked.outcome {
            Outcome::Failed(failure) => Some((checked.check, failure)),
            Outcome::Passed | Outcome::NotConfigured | Outcome::NotReached => None,
        })
    }

    /// The code of the refusal.
    pub fn code(&self) -> Option<RefusalCode> {
        self.failure().map(|(_, failure)| failure.code)
    }
}

impl Checked {
    /// The check.
    pub fn check(&self) -> Check {
        self.check
    }

    /// Its outcome.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl Failure {
    /// The code, as the log has it.
    pub fn code(&self) -> RefusalCode {
        self.code
    }

    /// The reason, in a sentence.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What was expected.
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// What was found, escaped and cut.
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// The method of the builder that would change the outcome, if there is one.
    pub fn setting(&self) -> Option<&str> {
        self.setting.as_deref()
    }
}

impl Verifier {
    /// Verifies a token as for a request, and notes every check; `revocable` is the last one. Nothing is remembered, and no
    /// key fetched.
    pub(crate) fn explain(
        &self,
        token: &[u8],
        revocable: impl FnOnce(&Identity) -> Result<(), VerifyError>,
    ) -> Explanation {
        let mut made = Entered::default();
        let verdict = caught(|| {
            let verified = self.verify_anew(token, None, &mut made)?;
            made.enter(Check::Revocable);
            revocable(verified.identity())
        });
        let failure = match verdict {
            Ok(Ok(())) => None,
            Ok(Err(reason)) => Some(self.failure(token, &reason)),
            Err(_) => Some(Failure {
                code: RefusalCode::Panicked,
                reason: "the verification panicked".to_owned(),
                expected: None,
                found: None,
                setting: None,
            }),
        };
        Explanation::of(&made, failure)
    }

    fn failure(&self, token: &[u8], reason: &VerifyError) -> Failure {
        let finding = self.report(token, reason).finding;
        Failure {
            code: reason.code(),
            reason: reason.to_string(),
            expected: finding.expected,
            found: finding.found,
            setting: finding.setting.map(Into::into),
        }
    }
}

impl Explanation {
    /// The checks that were made have passed, but for the last one if there is a failure.
    fn of(Entered(made): &Entered, failure: Option<Failure>) -> Self {
        let last = made.last().map(|(check, _)| *check);
        let accepted = failure.is_none();
        let mut failure = failure;
        let mut checks: Vec<Checked> = Vec::new();
        for check in made.iter().map(|(check, _)| *check).chain(Check::ALL.iter().copied()) {
            if checks.iter().any(|known| known.check == check) {
                continue;
            }
            let outcome = match failure.take_if(|_| Some(check) == last) {
                Some(failure) => Outcome::Failed(failure),
                None => match made.iter().rfind(|(entered, _)| *entered == check) {
                    Some((_, true)) => Outcome::Passed,
                    Some((_, false)) => Outcome::NotConfigured,
                    None => Outcome::NotReached,
                },
            };
            checks.push(Checked { check, outcome });
        }
        Self { accepted, checks }
    }
}

/// A line for each check, and what is not checked here.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Checked { check, outcome } in &self.checks {
            match outcome {
                Outcome::Passed => writeln!(f, "passed       {check}")?,
                Outcome::Failed(failure) => writeln!(f, "FAILED       {check}: {failure}")?,
                Outcome::NotConfigured => writeln!(f, "no rule      {check}")?,
                Outcome::NotReached => writeln!(f, "not reached  {check}")?,
            }
        }
        f.write_str("not checked: revocation, the user, the origin of a cookie, the policy of a handler")
    }
}

/// The code, the reason, and what was expected and found, on one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, reason, expected, found, setting } = self;
        write!(f, "{reason}")?;
        for (name, text) in [("expected", expected), ("found", found), ("setting", setting)] {
            if let Some(text) = text {
                write!(f, "; {name} {text}")?;
            }
        }
        write!(f, " [{code}]")
    }
}
