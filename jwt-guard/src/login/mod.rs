//! Answers of services that issue their own tokens: logins, refreshes, logouts, and public keys.
//!
//! ```
//! use axum::response::Response;
//! use jwt_guard::login::{LoginCredentials, LoginError};
//! use jwt_guard::policy::{Policy, Rule};
//! use jwt_guard::routing::post;
//! use jwt_guard::store::MemoryStore;
//! use jwt_guard::policy::TokenKind;
//! use jwt_guard::{Algorithm, JwtGuard, Principal, Router, Secret, SigningKey, extract::Guarded};
//!
//! # fn password_is_right(_: &str) -> bool { true }
//! #[jwt_guard::anonymous_allowed(credentials = "ignored")] // a dead token must not stop a login
//! async fn login(guard: JwtGuard, name: String) -> Result<Response, LoginError> {
//!     assert!(password_is_right(&name)); // yours
//!     guard.login(name).scopes(["orders:read"]).respond().await
//! }
//!
//! struct ByRefreshToken;
//!
//! impl Policy for ByRefreshToken {
//!     const RULE: Rule = Rule::authenticated().with_token(TokenKind::Refresh);
//! }
//!
//! async fn refresh(
//!     _: Guarded<ByRefreshToken>,
//!     guard: JwtGuard,
//!     caller: Principal,
//! ) -> Result<Response, LoginError> {
//!     guard.refresh(&caller).respond().await
//! }
//!
//! #[jwt_guard::anonymous_allowed(credentials = "ignored")] // a dead token must not stop a logout
//! async fn logout(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
//!     guard.logout(&credentials).await
//! }
//!
//! let guard = JwtGuard::builder()
//!     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?) // in production, 32 random bytes from your secret store
//!     .audience("orders")
//!     .token_store(MemoryStore::new())
//!     .build()?;
//! let app: Router = Router::new()
//!     .route("/login", post(login))
//!     .route("/refresh", post(refresh))
//!     .route("/logout", post(logout))
//!     .with_guard(guard);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The answer of a login, a refresh or a logout carries `Cache-Control: no-store` and `Pragma: no-cache` (RFC 6749 section 5.1),
//! and a [`LoginError`] the former. Public keys may be kept for a quarter of an hour.

mod answer;
mod caught;
mod credentials;
mod endings;
mod error;
mod form;
mod jwks;
mod logout;
mod new_login;
mod refresh;

pub use credentials::{Credential, LoginCredentials};
pub use error::{LoginError, LoginErrorKind};
#[cfg(feature = "testing")]
pub(crate) use form::fields as form_fields;
pub use form::{CsrfFormField, CsrfFormFieldService};
pub use new_login::Login;
pub use refresh::Refresh;

use crate::claims::Claims;
use crate::guard::JwtGuard;
use crate::issue::TokenIssuer;
use crate::principal::Principal;

impl JwtGuard {
    /// The issuer of tokens that this guard accepts. `None` without a [`signing_key`](crate::setup::Builder::signing_key).
    ///
    /// Most services want [`login`](Self::login) instead, which also tells the token store.
    pub fn issuer(&self) -> Option<&TokenIssuer> {
        self.config().issuing.as_ref().map(|issuing| &issuing.issuer)
    }
}

/// The verified token of a caller: a [`Principal`] or [`Claims`].
pub trait CallerToken: sealed::Held {}

impl CallerToken for Principal {}

impl sealed::Held for Principal {
    fn held(&self) -> Option<sealed::Token<'_>> {
        Some(sealed::Token(&**self.identity()?, self.authenticated_by()?))
    }
}

impl<T> CallerToken for Claims<T> {}

impl<T> sealed::Held for Claims<T> {
    fn held(&self) -> Option<sealed::Token<'_>> {
        Some(sealed::Token(self.claims_source(), self.source()))
    }
}

/// What [`JwtGuard::logout`] can end: [`LoginCredentials`], or the verified token of a caller.
pub trait EndsLogin: sealed::Ends {}

impl<C: CallerToken> EndsLogin for C {}

impl<C: CallerToken> sealed::Ends for C {
    fn ends(&self) -> Result<Vec<sealed::End<'_>>, sealed::OtherSite> {
        let ended = self.held().map(sealed::Ended::Token);
        Ok(ended.into_iter().map(|ended| sealed::End { ended, guard: None }).collect())
    }

    fn clears(&self) -> sealed::Clears {
        sealed::Clears::OfCaller
    }
}

/// Only verified tokens can be refreshed or logged out.
mod sealed {
    use std::fmt;

    use crate::claims::ClaimsSource;
    use crate::cookies::csrf::CrossSite;
    use crate::guard::JwtGuard;
    use crate::token::TokenSource;

    pub trait Held {
        /// `None` for an anonymous caller.
        fn held(&self) -> Option<Token<'_>>;
    }

    pub trait Ends {
        /// The guard that has read the request; `None` if each credential knows its own.
        fn read_by(&self) -> Option<&JwtGuard> {
            None
        }

        /// Every token and session to end, or the reason why the request may not end them.
        fn ends(&self) -> Result<Vec<End<'_>>, OtherSite>;

        fn clears(&self) -> Clears;
    }

    /// What a logout ends, with the guard that knows it; `None` for the guard of the logout.
    #[derive(Debug)]
    pub struct End<'t> {
        pub(super) ended: Ended<'t>,
        pub(super) guard: Option<&'t JwtGuard>,
    }

    /// A login or a session.
    #[derive(Debug)]
    pub(super) enum Ended<'t> {
        /// The login of a token, or the session that its claims are of.
        Token(Token<'t>),
        /// The session with this current or former id.
        #[cfg(feature = "sessions")]
        Session(&'t str),
    }

    impl Ended<'_> {
        /// The place of the credential in the request.
        pub(super) fn source(&self) -> TokenSource {
            match self {
                Self::Token(token) => token.1,
                #[cfg(feature = "sessions")]
                Self::Session(_) => TokenSource::Session,
            }
        }
    }

    /// Another site may have sent the request.
    #[derive(Debug)]
    pub struct OtherSite(pub(super) CrossSite);

    /// The cookies to clear.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Clears {
        /// Those of the caller's kind of credential: tokens, or a session.
        OfCaller,
        Everything,
    }

    /// The claims of a token, and its place in the request.
    pub struct Token<'t>(pub(super) &'t dyn ClaimsSource, pub(super) TokenSource);

    impl fmt::Debug for Token<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Token(..)")
        }
    }
}
