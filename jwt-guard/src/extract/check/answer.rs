//! What a check answers.

use std::error::Error;
use std::fmt;

use axum::response::Response;

use crate::causes::with_causes;

/// The outcome of a check.
pub enum Checked {
    /// The caller may go on.
    Holds,
    /// The caller may not; with the name of the check.
    DoesNotHold(&'static str),
    /// The check could not be made; with its name, and the reason.
    Failed(&'static str, String),
    /// An extractor of the check refused the request; with its type.
    Rejected(&'static str, Response),
}

/// What the function of a check returns.
#[diagnostic::on_unimplemented(
    message = "a check answers `bool` or `Result<bool, E>`, found `{Self}`",
    label = "not an answer that a check can give",
    note = "`true` admits the caller; `E` is an error, which is logged and answered with 503"
)]
pub trait CheckAnswer {
    /// The outcome of the check with this name.
    fn outcome(self, check: &'static str) -> Checked;
}

impl CheckAnswer for bool {
    fn outcome(self, check: &'static str) -> Checked {
        if self { Checked::Holds } else { Checked::DoesNotHold(check) }
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> CheckAnswer for Result<bool, E> {
    fn outcome(self, check: &'static str) -> Checked {
        match self {
            Ok(answer) => answer.outcome(check),
            Err(error) => Checked::Failed(check, with_causes(&*error.into())),
        }
    }
}

/// The answer of an extractor may quote the request.
impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds => f.write_str("Holds"),
            Self::DoesNotHold(check) => f.debug_tuple("DoesNotHold").field(check).finish(),
            Self::Failed(check, reason) => f.debug_tuple("Failed").field(check).field(reason).finish(),
            Self::Rejected(input, response) => {
                f.debug_tuple("Rejected").field(input).field(&response.status()).finish()
            }
        }
    }
}
