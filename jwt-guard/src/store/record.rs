//! What stores and guards tell each other.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::Subject;

/// The parts of a verified token that a revocation can name.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TokenInfo<'a> {
    /// The token's own name (`jti`).
    pub id: Option<&'a str>,
    /// The issuer that gave the subject its name, as the configuration of the guard names it; `None` for one without a
    /// name.
    pub issuer: Option<&'a str>,
    /// Whom the token is about.
    pub subject: &'a str,
    /// The login that the token goes back to (`sid`).
    pub family: Option<&'a str>,
    /// When it was issued (`iat`).
    pub issued_at: Option<SystemTime>,
    /// When it ends (`exp`).
    pub expires_at: SystemTime,
}

impl<'a> TokenInfo<'a> {
    /// The parts that every token has; set the others where there are any.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use jwt_guard::store::TokenInfo;
    ///
    /// let mut token = TokenInfo::new("ada", SystemTime::UNIX_EPOCH);
    /// token.id = Some("a-jti");
    /// ```
    #[must_use]
    pub fn new(subject: &'a str, expires_at: SystemTime) -> Self {
        Self { id: None, issuer: None, subject, family: None, issued_at: None, expires_at }
    }
}

/// Whether a token still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// Nothing is known against it.
    Valid,
    /// It was revoked: by its name, its login or its subject.
    Revoked,
}

/// What to revoke. Every entry is kept until the tokens it is about have ended, and the largest leeway of a guard, five
/// minutes, is over. The later end and the later cut-off count when something is revoked twice.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// One token.
    Token {
        /// Its `jti`.
        id: String,
        /// Its `exp`.
        expires_at: SystemTime,
    },
    /// Every token of one login, which is off the list of living logins in the same step.
    Family {
        /// Its `sid`.
        id: String,
        /// When the last of its access tokens ends, as far as the caller knows; the store knows of those that it was told.
        expires_at: SystemTime,
    },
    /// Every login of a subject that has begun until now, and every other token of it that was issued before a moment or
    /// does not say when.
    Subject {
        /// The subject.
        subject: Subject,
        /// The moment. Clocks differ, so it is later than now by the leeway of the guard.
        issued_before: SystemTime,
        /// When the last of its tokens ends.
        expires_at: SystemTime,
    },
    /// As [`Subject`](Self::Subject), of all subjects of all issuers.
    All {
        /// The moment before which tokens were issued that belong to no login.
        issued_before: SystemTime,
        /// When the last of them ends.
        expires_at: SystemTime,
    },
}

/// A login, with its first refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Family {
    /// The name of the login (`sid`). It ends with the [mark](super::TokenStore::mark) of the store.
    pub id: String,
    /// Whose login it is.
    pub subject: Subject,
    /// The `jti` of the current refresh token.
    pub token: String,
    /// When the last of its access tokens ends.
    pub access_expires_at: SystemTime,
    /// When the last of all its tokens ends.
    pub expires_at: SystemTime,
}

/// Whether a login has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// It lives.
    Living,
    /// All logins of its subject were ended after its name had been marked: it begins anew, with another mark.
    Outrun,
}

/// A token that was issued, for guards that accept no others.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its `jti`.
    pub id: String,
    /// Whom it is about.
    pub subject: Subject,
    /// The login that it belongs to (`sid`), with which it goes.
    pub family: Option<String>,
    /// When it ends.
    pub expires_at: SystemTime,
}

/// A step from one refresh token to the next.
#[derive(Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The name of the login (`sid`).
    pub family: String,
    /// The `jti` of the token that was presented.
    pub presented: String,
    /// The `jti` of the token that takes its place: random, and never used before.
    pub next: String,
    /// When the access token ends that is issued with it.
    pub access_expires_at: SystemTime,
    /// When the later of both ends.
    pub expires_at: SystemTime,
    /// An access token that ends with this step, and when it would have ended.
    pub ends: Option<(String, SystemTime)>,
    /// Where the token is exchanged, such as `POST /refresh`. A token that was replaced is let in there once more, so that its
    /// reuse is found, and nowhere else.
    pub endpoint: Option<String>,
    /// How long the token before the current one may be presented again without revoking the family: a client that
    /// lost the answer asks once more. It is refused all the same.
    pub grace: Duration,
}

/// How a rotation came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The token presented was the current one; now the next one is.
    Fresh,
    /// The token presented was replaced a moment ago, within the grace period. Nothing changed.
    Retried,
    /// The token presented was used before. The family is revoked now.
    Reused,
    /// There is no such login, or it was revoked or is expired.
    Unknown,
}

/// Where a refresh token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshStatus {
    /// It is the current one of a living login.
    Current,
    /// It was replaced a moment ago, within the grace period.
    Retried,
    /// It was replaced before, at this endpoint. The login lives.
    Replaced(Option<String>),
    /// There is no such login, or it was revoked or is expired.
    Unknown,
}

/// Names of tokens and subjects are personal data, and no log needs them.
macro_rules! redacted {
    ($($name:ident $(<$lifetime:lifetime>)?),*) => {
        $(impl fmt::Debug for $name $(<$lifetime>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })*
    };
}

redacted!(TokenInfo<'_>, Revocation, Family, Issued, Rotation);
