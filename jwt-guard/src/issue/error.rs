//! The error of issuing a token.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::cookies::TooLongForCookie;
use crate::keys::backend::CannotSign;
use crate::random::NoRandomness;
use crate::store::StoreError;

/// A token could not be issued, or an issuer not be built.
///
/// The message says what was found and what was expected. It contains no token, no key and no value of a claim.
///
/// ```
/// use jwt_guard::issue::IssueErrorKind;
/// use jwt_guard::issue::TokenIssuer;
/// use jwt_guard::{Algorithm, Secret, SigningKey};
///
/// let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// let issuer = TokenIssuer::builder(key).audience("orders").build()?;
/// let error = issuer.access("alice").claim("sub", "root").sign().unwrap_err();
/// assert_eq!(error.kind(), IssueErrorKind::Claim);
/// assert!(error.to_string().contains("`sub`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct IssueError {
    kind: IssueErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Why no token was issued.
///
/// The kinds that begin with `Refresh` are verdicts on the refresh token that was presented; all others are faults of
/// this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssueErrorKind {
    /// A claim was given that the issuer sets itself, or that is not JSON that guards accept.
    Claim,
    /// The clock of this machine is before 1970 or after 9999.
    Clock,
    /// A lifetime is shorter than a second or longer than allowed.
    Lifetime,
    /// A name is empty or illegal: of a subject, scope, role, audience, issuer, client, family or key.
    Name,
    /// The operating system has no randomness.
    Randomness,
    /// The login is older than [`absolute_lifetime`](super::IssuerBuilder::absolute_lifetime) allows.
    RefreshExpired,
    /// The token presented is not a refresh token of this issuer.
    RefreshMisused,
    /// The refresh token was replaced a moment ago, and the client is about to receive the new one. Nothing was
    /// revoked.
    RefreshRetried,
    /// The refresh token was used before. Every token of the login is revoked now.
    RefreshReused,
    /// The login is unknown, was revoked, or has expired.
    RefreshUnknown,
    /// The crypto backend could not sign.
    Signing,
    /// The token store did not answer. There is no verdict on the token that was presented.
    Store,
    /// The token would be longer than guards read.
    TooLong,
}

impl IssueError {
    pub(super) fn new(kind: IssueErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of error, to match on.
    pub fn kind(&self) -> IssueErrorKind {
        self.kind
    }
}

impl From<CannotSign> for IssueError {
    fn from(source: CannotSign) -> Self {
        Self::new(IssueErrorKind::Signing, "the token could not be signed").because(source)
    }
}

impl From<NoRandomness> for IssueError {
    fn from(source: NoRandomness) -> Self {
        Self::new(IssueErrorKind::Randomness, "the token could not be given a name").because(source)
    }
}

impl From<StoreError> for IssueError {
    fn from(source: StoreError) -> Self {
        Self::new(IssueErrorKind::Store, "the token store could not answer").because(source)
    }
}

impl From<TooLongForCookie> for IssueError {
    fn from(source: TooLongForCookie) -> Self {
        Self::new(IssueErrorKind::TooLong, "the token does not fit into a cookie").because(source)
    }
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for IssueError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueError").field("kind", &self.kind).field("message", &self.message).finish()
    }
}
