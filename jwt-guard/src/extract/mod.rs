//! The extractors of handlers.
//!
//! | extractor | no token | bad token |
//! |---|---|---|
//! | [`Guarded<P>`] | as the policy says | refused, except expired ones or all if the policy says so |
//! | [`Claims<T>`](crate::Claims) | 401 | 401 |
//! | `Option<Claims<T>>` | `None` | 401 |
//! | [`CurrentUser<U>`] | 401 | 401; so is an unknown user |
//! | `Option<CurrentUser<U>>` | `None` | 401; so is an unknown user |
//! | `Session<T>` of the feature `sessions` | 401; so is a token | 401; so is a session that is over |
//! | [`JwtGuard`](crate::JwtGuard) | the guard of the request | the guard of the request |
//! | [`Principal`](crate::Principal) | anonymous if the policy admits it, else 401 | 401 |
//! | `Option<Principal>` | `None` | 401 |
//! | [`PresentedToken`] | 401; so is a session | 401 |
//!
//! A policy with `expired = "anonymous"` or `enforcement = "report_only"` admits some callers with a bad
//! token. Extractors then find an anonymous caller: an `Option` is `None`, and what needs a caller is 401. A
//! [machine](crate::Principal::is_machine) has no claims and no user: `Claims` and `CurrentUser`, optional
//! too, answer it with 403.

pub(crate) mod check;
mod claims;
mod guard;
mod guarded;
mod presented;
mod principal;
#[cfg(feature = "sessions")]
mod session;
mod user;

pub use guarded::Guarded;
pub use presented::PresentedToken;
#[cfg(feature = "sessions")]
pub use session::Session;
pub use user::CurrentUser;
