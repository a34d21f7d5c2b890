//! Opaque credentials: texts without readable contents, such as the id of a session. A resolver finds the caller of
//! one.
//!
//! Each kind has a folder, with a type that implements [`Resolve`]; its setter in `setup` adds the resolver to the
//! draft. Server-side sessions are the first. `location` finds the credential, `authenticate` calls the first resolver
//! that recognises it, and the rest is as for a token: user, policy, log.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;

use crate::claims::names::NameSet;
use crate::code::RefusalCode;
use crate::location::TokenLocation;
use crate::principal::SessionData;
use crate::token::TokenSource;

/// Resolves one kind of opaque credential.
pub(crate) trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// The locations of its credentials, beside those of tokens.
    fn locations(&self) -> Vec<TokenLocation>;

    /// Whether a text from one of the guard's locations is one of its credentials.
    fn is_for(&self, text: &[u8], source: TokenSource) -> bool;

    /// The caller of a credential.
    fn resolve<'a>(&'a self, credential: &'a str) -> Resolving<'a>;

    /// As [`resolve`](Self::resolve), for a logout: this does not count as a use, and a replaced credential ends
    /// nothing.
    fn examine<'a>(&'a self, credential: &'a str) -> Resolving<'a> {
        self.resolve(credential)
    }

    /// What the log says of a credential that does not stand for a caller, or not any more.
    fn unknown(&self) -> &'static DeadCredential;

    /// The cookie of its credentials: the name, and the `Set-Cookie` value that clears it.
    fn cleared_cookie(&self) -> Option<(&str, HeaderValue)> {
        None
    }
}

/// The result of resolving a credential; an error says why it failed.
pub(crate) type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Resolved, String>> + Send + 'a>>;

/// The meaning of a credential.
#[cfg_attr(not(feature = "sessions"), expect(dead_code, reason = "without the feature there is no resolver"))]
pub(crate) enum Resolved {
    Caller(OpaqueCaller),
    /// None any more: another credential replaced it, and the client may have that already.
    Replaced(&'static DeadCredential),
    Nothing,
}

/// Why a credential does not stand for a caller, in the words of its kind.
#[derive(Debug)]
pub(crate) struct DeadCredential {
    pub(crate) code: RefusalCode,
    pub(crate) reason: &'static str,
}

/// The caller of a credential.
pub(crate) struct OpaqueCaller {
    /// The JSON object of a token's claims.
    pub(crate) claims: String,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    /// Whether the login was recent.
    pub(crate) is_fresh: bool,
    /// The session, if the credential is a session id.
    pub(crate) session: Option<Arc<SessionData>>,
}
