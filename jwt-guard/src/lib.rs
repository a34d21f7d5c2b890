//! Authorization attributes for axum handlers: JWT verification, access policies, exact refusals.
//!
//! ```
//! use jwt_guard::routing::get;
//! use jwt_guard::{Claims, JwtGuard, Router, Secret};
//!
//! #[jwt_guard::authentication_required]
//! async fn me(claims: Claims) -> String {
//!     format!("hello {}", claims.subject())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{body::Body, extract::Request};
//! use tower::ServiceExt;
//!
//! let guard = JwtGuard::builder()
//!     .secret(Secret::random()) // in production, 32 random bytes from your secret store
//!     .audience("orders")
//!     .build()?;
//! let app = Router::new().route("/me", get(me)).with_guard(guard);
//!
//! let response = app.oneshot(Request::get("/me").body(Body::empty())?).await?;
//! assert_eq!(response.status(), 401);
//! assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="api""#);
//! # Ok(())
//! # }
//! ```
//!
//! # The parts
//!
//! - [`JwtGuard`] is the configuration: keys, rules, locations. [`JwtGuard::builder`] makes one in code, [`Settings`](setup::Settings)
//!   and [`JwtGuard::from_env`] read one. [`TrustedIssuer`] accepts the tokens of other issuers.
//! - The attributes [`anonymous_allowed`], [`authentication_required`] and [`requires`] say who may call a handler.
//! - [`Router`] accepts only handlers with such an attribute, and lists them in its [access
//!   table](Router::access_table).
//! - [`JwtGuard::login`], [`refresh`](JwtGuard::refresh) and [`logout`](JwtGuard::logout) answer with the guard's own
//!   tokens, also in [cookies](cookies::CookieSettings).
//! - [`Claims`], [`Principal`] and [`CurrentUser`] give the caller to a handler.
//!
//! # The way of a request
//!
//! 1. The guard is the first extractor of the handler. It decides before path, query and body are parsed.
//! 2. It finds the token in one of the [configured places](setup::TokenLocation). None is 401, two are 400.
//! 3. It checks length and shape, then the header, strictly (RFC 7515): no `crit`, no encryption, no repeated member.
//! 4. It finds the one key that the token names. Each key is bound to one algorithm (RFC 8725 section 3.1).
//! 5. It checks the signature, and then every claim (RFC 7519, RFC 9068); for a token in a cookie, that no other site
//!    caused the request; and that the token was not revoked.
//! 6. It evaluates the policy, logs the decision on the target `jwt_guard`, and admits the request or refuses it as RFC
//!    6750 says. The log says why, and [`explain`] how to read it.
//!
//! # Where to read on
//!
//! [`guide`] has a chapter for each task: the first hour, identity providers, own tokens, browsers, why a request is refused,
//! testing, production.
//!
//! # Features
//!
//! `aws-lc-rs` (default) and `rust-crypto` choose the crypto backend. One must be on; with both, aws-lc-rs is used.
//! `remote-keys` adds the client that fetches the keys that issuers publish; it needs a tokio runtime with time and IO. Without
//! it, [`Builder::key_fetcher`](setup::Builder::key_fetcher) takes a client of your own.
//! `sessions` adds server-side sessions, in a store of tower-sessions-core 0.15.
//! `utoipa-6` and `aide-0-15` write the policies into the OpenAPI documents of those versions: see the module `openapi`.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable
    )
)]

mod authenticate;
mod base64url;
mod caught;
mod causes;
mod claims;
mod clock;
mod code;
mod config;
pub mod cookies;
mod error;
pub mod explain;
mod extract;
mod guard;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod issue;
mod json;
pub mod keys;
pub mod layer;
mod location;
pub mod login;
mod metadata;
mod opaque;
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
pub mod openapi;
pub mod policy;
mod principal;
mod problems;
mod random;
pub mod respond;
mod router;
mod secret;
#[cfg(feature = "sessions")]
pub mod session;
pub mod setup;
mod shown;
pub mod store;
mod timestamp;
mod token;
mod verify;
#[cfg(test)]
mod warned;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use claims::Claims;
#[cfg(feature = "sessions")]
pub use extract::Session;
pub use extract::{CurrentUser, Guarded, PresentedToken};
pub use guard::JwtGuard;
/// Lets every caller use a handler: without a token, or with a valid one.
///
/// A **bad token is refused with 401**, so that a client learns that its token is broken. `expired = "anonymous"` makes
/// an exception for tokens whose only fault is that they have expired. `reason = ".."` is shown in the access table.
///
/// The handler takes `Option<Claims>` or [`Principal`], not `Claims`: a caller without a token has none.
///
/// **A login needs `credentials = "ignored"`**: tokens and sessions are ignored, so that an expired or revoked token,
/// or one signed by yesterday's key, does not prevent a client from getting a new one. Extractors find no caller there.
/// Where the guard reads cookies or sessions, a request that changes something (any method but `GET`, `HEAD`, `OPTIONS`
/// and `TRACE`) is refused with 403 if its `Origin` or `Sec-Fetch-Site` names another site: such a page could log a
/// person in to another account. Origins that are [trusted](setup::Builder::trusted_origin) are excepted, and a client that
/// sends neither header is admitted.
///
/// ```
/// use jwt_guard::{Claims, anonymous_allowed};
///
/// #[anonymous_allowed(expired = "anonymous", reason = "the shop window")]
/// async fn catalogue(caller: Option<Claims>) -> String {
///     caller.map_or("hello stranger".into(), |claims| format!("hello {}", claims.subject()))
/// }
/// ```
///
/// ```
/// # use jwt_guard::anonymous_allowed;
/// # use axum::http::StatusCode;
/// # fn password_is_right(_: &str) -> bool { true }
/// #[anonymous_allowed(credentials = "ignored", reason = "a login")]
/// async fn login(password: String) -> StatusCode {
///     if password_is_right(&password) { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
/// }
/// ```
///
/// ```compile_fail
/// # use jwt_guard::{Claims, anonymous_allowed};
/// #[anonymous_allowed]
/// async fn catalogue(caller: Claims) {}
/// ```
pub use jwt_guard_macros::anonymous_allowed;

/// Lets callers with a valid token use a handler.
///
/// Takes the conditions and options of [`requires`] too.
///
/// ```
/// use jwt_guard::{Claims, authentication_required};
///
/// #[authentication_required]
/// async fn me(claims: Claims) -> String {
///     claims.subject().to_owned()
/// }
///
/// #[authentication_required(redirect = "/login")]
/// async fn page() {}
/// ```
pub use jwt_guard_macros::authentication_required;

/// Lets callers with a valid token use a handler, if the token meets the conditions.
///
/// | condition | meaning |
/// |---|---|
/// | `scope = "orders:read"` | the token grants the scope; also `scope = path::TO_A_CONSTANT` |
/// | `role = "clerk"` | the token grants the role; also a path to a constant |
/// | `claim("tenant") = "acme"` | the claim is this string, integer or boolean, or a list that contains it; `claim("a", "b")` looks into an object |
/// | `fresh` | the token was issued by a login, not by a refresh |
/// | `all(..)`, `any(..)`, `not(..)` | every one, at least one, not this one. `not(..)` admits a caller without the claim; with a malformed claim, neither a condition on it nor its `not(..)` holds |
/// | `policy = path::Type` | the conditions of a [`Policy`](policy::Policy) |
///
/// Conditions beside each other must all hold.
///
/// | option | meaning |
/// |---|---|
/// | `token = "refresh"` | a refresh token instead of an access token; alone, it is all that is required. Not together with `fresh`: a refresh token is never fresh |
/// | `reason = ".."` | why, for the access table |
/// | `deny_as = "not_found"` | refusals look like a path without a route: under [`Router`], its fallback answers |
/// | `redirect = "/login"` | a browser without a valid token is redirected there with 303; `next` is the way back. That page takes `anonymous_allowed(credentials = "ignored")`: a bad token may have led there |
/// | `crate = ::path` | where this crate is, if not at `::jwt_guard` |
///
/// ```
/// use jwt_guard::requires;
///
/// mod scopes {
///     pub const READ: &str = "orders:read";
/// }
///
/// #[requires(scope = scopes::READ)]
/// async fn list() {}
///
/// #[requires(scope = "orders:write", any(role = "clerk", claim("tenant") = "acme"))]
/// async fn create(body: String) {}
///
/// #[requires(fresh)]
/// async fn change_password() {}
///
/// #[requires(token = "refresh")]
/// async fn refresh() {}
/// ```
///
/// ```compile_fail
/// # use jwt_guard::requires;
/// #[requires(scope = "orders read")] // a scope has no space
/// async fn list() {}
/// ```
///
/// The expansion is a constant beside the handler and one hidden first parameter. Body, return type, generics and other
/// attributes stay as they are. The order among attributes does not matter, except for `axum::debug_handler`, which
/// goes below: above, it would call the handler with the parameters that it saw. In an `impl` block there is no place
/// for the constant: write a [`Policy`](policy::Policy) by hand and take [`Guarded`] as the first parameter.
pub use jwt_guard_macros::requires;
pub use keys::algorithm::Algorithm;
pub use keys::signing::SigningKey;
pub use principal::Principal;
pub use problems::ConfigError;

pub use router::{Router, routing};
pub use secret::Secret;
pub use setup::issuer::TrustedIssuer;
pub use token::TokenSource;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
