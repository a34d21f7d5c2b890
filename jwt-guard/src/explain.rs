//! Why a request or a token is refused.
//!
//! Every refusal is one line of the log, target `jwt_guard`, with the fields `code` (a [`RefusalCode`]),
//! `reason`, `expected`, `found`, `setting` (the method of the builder that would change the outcome),
//! `handler` and `policy`. A program sees the lines with a subscriber of `tracing`, such as
//! `tracing_subscriber::fmt().init()`; with a filter, `jwt_guard=info`.
//!
//! | level | what is shown |
//! |---|---|
//! | `ERROR` | this service fails: a store, the keys of an issuer, a check, a missing guard, a panic |
//! | `WARN` | the claims do not fit the type of a handler; what a policy that is report-only would refuse |
//! | `INFO` | refusals: settings, and of the token `iss`, `aud`, `alg`, `typ`, `kid`, `jti`, the client and dates, each escaped and at most 64 characters long |
//! | `DEBUG` | admissions; and the scopes and roles of callers |
//!
//! No level has a subject, another claim or the token. The field `token` is a fingerprint: it is the same for
//! one token while the process lives, and means nothing outside of it.
//!
//! [`JwtGuard::explain`](crate::JwtGuard::explain) shows all checks of one token.

pub use crate::code::RefusalCode;
pub use crate::verify::{Check, Checked, Explanation, Failure, Outcome};
