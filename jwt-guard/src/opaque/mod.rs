//! Opaque credentials: texts that say nothing by themselves, such as the id of a session. A resolver says whose they are.
//!
//! Each kind is a folder of its own, with a type that implements [`Resolve`]; its setter in `setup` adds the resolver to the
//! draft. Server-side sessions are the first. `location` finds the credential, `authenticate` asks the first resolver that the
//! credential is for, and all that follows is as for a token: user, policy, log.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
#[cfg(feature = "sessions")]
use std::sync::Arc;

use http::HeaderValue;

use crate::claims::names::NameSet;
use crate::location::TokenLocation;
#[cfg(feature = "sessions")]
use crate::principal::SessionData;
use crate::token::TokenSource;

/// Knows whose the credentials of one kind are.
pub(crate) trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// Where requests carry its credentials, beside the places of tokens.
    fn locations(&self) -> Vec<TokenLocation>;

    /// Whether a text that was found in one of the guard's places is one of its credentials.
    fn is_for(&self, text: &[u8], source: TokenSource) -> bool;

    /// The caller that a credential stands for.
    fn resolve<'a>(&'a self, credential: &'a str) -> Resolving<'a>;

    /// As [`resolve`](Self::resolve), for a logout: not a use of the credential, and one that was replaced ends nothing.
    fn examine<'a>(&'a self, credential: &'a str) -> Resolving<'a> {
        self.resolve(credential)
    }

    /// The cookie of its credentials that this service sets: its name, and the value of `Set-Cookie` that clears it.
    fn cleared_cookie(&self) -> Option<(&str, HeaderValue)> {
        None
    }
}

/// The answer to a credential; an error says why it cannot be told.
pub(crate) type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Resolved, String>> + Send + 'a>>;

/// What a credential stands for.
#[cfg_attr(not(feature = "sessions"), expect(dead_code, reason = "without the feature there is no resolver"))]
pub(crate) enum Resolved {
    Caller(OpaqueCaller),
    /// Nothing any more: another credential took its place, and the client may have it already.
    Replaced,
    Nothing,
}

/// The caller that a credential stands for.
pub(crate) struct OpaqueCaller {
    /// The JSON object of a token's claims.
    pub(crate) claims: String,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    /// Whether the caller logged in a short time ago.
    pub(crate) is_fresh: bool,
    /// The session, where the credential is the id of one.
    #[cfg(feature = "sessions")]
    pub(crate) session: Option<Arc<SessionData>>,
}
