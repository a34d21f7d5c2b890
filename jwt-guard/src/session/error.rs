//! The error of sessions.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use tower_sessions_core::session_store;

use crate::random::NoRandomness;

/// A session could not be made, read or ended.
///
/// It is never a verdict on the caller: an unknown id is `None`, and a store that does not answer is this error, which
/// the guard answers with 503. The message contains no session id, no subject and no payload; the store's own error is
/// kept as `source`, with contents of its own.
///
/// ```
/// use jwt_guard::session::{NewSession, SessionErrorKind, Sessions};
/// use tower_sessions_memory_store::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sessions = Sessions::new(MemoryStore::default());
/// let error = sessions.create(NewSession::new("")).await.unwrap_err();
/// assert_eq!(error.kind(), SessionErrorKind::Name);
/// assert_eq!(error.to_string(), "the subject is empty");
/// # }
/// ```
pub struct SessionError {
    kind: SessionErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What a [`SessionError`] is about, for code that answers each kind in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The clock of this machine is before 1970 or after 9999.
    Clock,
    /// The crypto backend could not hash.
    Crypto,
    /// A name is empty or illegal: of the subject, a scope or a role.
    Name,
    /// The payload is not JSON that guards accept, or not of the requested type.
    Payload,
    /// The operating system has no randomness.
    Randomness,
    /// The store has other data in place of the session.
    Record,
    /// The store did not answer, or did not record a change. The state of the session is unknown.
    Store,
}

impl SessionError {
    pub(super) fn new(kind: SessionErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The payload is not JSON, or not of a type. The cause is dropped: it would quote the payload.
    pub(super) fn payload(what: &str, cause: &serde_json::Error) -> Self {
        let class = match cause.classify() {
            serde_json::error::Category::Io => "io",
            serde_json::error::Category::Syntax => "syntax",
            serde_json::error::Category::Data => "data",
            serde_json::error::Category::Eof => "end of text",
        };
        let message = format!("{what} ({class} error at line {} column {})", cause.line(), cause.column());
        Self::new(SessionErrorKind::Payload, message)
    }

    /// The kind of error, to match on.
    pub fn kind(&self) -> SessionErrorKind {
        self.kind
    }
}

impl From<NoRandomness> for SessionError {
    fn from(source: NoRandomness) -> Self {
        Self::new(SessionErrorKind::Randomness, "the session could not be given an id").because(source)
    }
}

impl From<session_store::Error> for SessionError {
    fn from(source: session_store::Error) -> Self {
        Self::new(SessionErrorKind::Store, "the session store could not answer").because(source)
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Without the source, which may quote names that the store was given.
impl fmt::Debug for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionError").field("kind", &self.kind).field("message", &self.message).finish()
    }
}
