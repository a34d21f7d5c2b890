//! Says in one attribute who may call an axum handler.
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
mod claims;
mod clock;
mod config;
mod error;
mod extract;
mod guard;
mod json;
mod keys;
mod layer;
mod location;
pub mod policy;
mod principal;
mod random;
pub mod respond;
mod router;
mod secret;
mod token;
mod verify;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use claims::Claims;
pub use claims::names::Names;
pub use clock::{Clock, SystemClock};
pub use config::ConfigError;
pub use error::FailureKind;
pub use extract::{Guarded, Rejection};
pub use guard::{
    AlreadyInstalled, Builder, Danger, HasAudience, HasKeys, JwtGuard, WantsAudience, WantsKeys,
};
pub use jwt_guard_macros::{anonymous_allowed, authentication_required, requires};
pub use keys::{Algorithm, KeyError, KeyErrorKind, KeySet, VerifyingKey};
pub use layer::{
    GuardLayer, GuardService, RequireAuthentication, RequireAuthenticationService, ResponseFuture,
};
pub use location::TokenLocation;
pub use principal::Principal;
pub use router::{AccessRow, AccessTable, Router, routing};
pub use secret::Secret;
pub use token::TokenSource;
pub use verify::TokenProfile;
