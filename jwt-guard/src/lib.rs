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
//! It is for axum 0.8, and needs Rust 1.90 or later.
//!
//! # The parts
//!
//! - [`JwtGuard`] is the configuration: keys, rules, locations. [`JwtGuard::builder`] makes one in code, [`Settings`](setup::Settings)
//!   and [`JwtGuard::from_env`] read one. [`TrustedIssuer`] accepts the tokens of other issuers.
//! - The attributes [`anonymous_allowed`], [`authentication_required`] and [`requires`] say who may call a handler, in the words of
//!   [`scopes!`] and [`roles!`].
//! - [`Router`] accepts only handlers with such an attribute, and lists them in its [access
//!   table](Router::access_table).
//! - [`JwtGuard::login`], [`refresh`](JwtGuard::refresh) and [`logout`](JwtGuard::logout) answer with the guard's own
//!   tokens, also in [cookies](cookies::CookieSettings).
//! - [`Claims`], [`Principal`] and [`CurrentUser`](extract::CurrentUser) give the caller to a handler.
//!
//! # The way of a request
//!
//! 1. The guard is the first extractor of the handler. It decides before the other parameters are parsed and the
//!    body is read.
//! 2. It finds the token in one of the [configured places](setup::TokenLocation). None is 401, unless the policy admits anonymous
//!    callers; two are 400.
//! 3. It checks length and shape, then the header, strictly (RFC 7515): no `crit`, no encryption, no repeated member.
//! 4. It finds the one key that the token names. Each key is bound to one algorithm (RFC 8725 section 3.1).
//! 5. It checks the signature, and then every claim (RFC 7519, RFC 9068); for a token in a cookie, that no other site
//!    caused the request; and that the token was not revoked.
//! 6. It evaluates the policy and asks its [checks](check), logs the decision on the target `jwt_guard`, and admits the
//!    request or refuses it as RFC 6750 says. The log says why, and [`explain`] how to read it.
//!
//! # Where to read on
//!
//! [`guide`] has a chapter for each task: the first hour, identity providers, own tokens, browsers, why a request is refused,
//! testing, production.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `aws-lc-rs` (default), `rust-crypto` | the crypto backend. One must be on; with both, aws-lc-rs is used |
//! | `remote-keys` | the client that fetches the keys that issuers publish; it needs a tokio runtime with time and IO. Without it, [`Builder::key_fetcher`](setup::Builder::key_fetcher) takes a client of your own |
//! | `sessions` | sessions on the server, in a store of tower-sessions-core 0.15 |
//! | `store-file`, `store-redis` | [stores](store) of logins and revocations that survive a restart: one file, or a server of Redis or Valkey; `store-redis-rustls` adds TLS |
//! | `testing` | [tests](testing) of applications: tokens of made-up callers, a clock, a provider on loopback, and for each route the callers whom it must refuse; for `[dev-dependencies]` |
//! | `utoipa-6`, `aide-0-15` | write the policies into the OpenAPI documents of those versions: see the module `openapi` |
//!
//! No feature changes a decision about a token or a caller. With `rust-crypto` alone, RSA keys have at most 4096 bits instead of
//! 8192, and none are generated.
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
pub mod extract;
mod guard;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod issue;
mod json;
pub mod keys;
pub mod layer;
mod location;
pub mod lock;
pub mod login;
mod metadata;
mod nearest;
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
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod timing;
mod token;
mod verify;
#[cfg(test)]
mod warned;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use claims::Claims;
pub use guard::JwtGuard;
#[doc(inline)]
pub use jwt_guard_macros::anonymous_allowed;

#[doc(inline)]
pub use jwt_guard_macros::authentication_required;

#[doc(inline)]
pub use jwt_guard_macros::check;

#[doc(inline)]
pub use jwt_guard_macros::requires;

#[doc(inline)]
pub use jwt_guard_macros::roles;

#[doc(inline)]
pub use jwt_guard_macros::scopes;
pub use keys::algorithm::Algorithm;
pub use keys::signing::SigningKey;
pub use principal::Principal;
pub use problems::ConfigError;

pub use router::{Router, routing};
pub use secret::Secret;
pub use setup::issuer::TrustedIssuer;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the macros, whose documentation is beside their code: an editor shows it above a handler.
#[cfg(doctest)]
#[doc = include_str!("../../jwt-guard-macros/docs/anonymous_allowed.md")]
#[doc = include_str!("../../jwt-guard-macros/docs/authentication_required.md")]
#[doc = include_str!("../../jwt-guard-macros/docs/check.md")]
#[doc = include_str!("../../jwt-guard-macros/docs/requires.md")]
#[doc = include_str!("../../jwt-guard-macros/docs/roles.md")]
#[doc = include_str!("../../jwt-guard-macros/docs/scopes.md")]
struct Attributes;
