//! What stores and guards tell each other.

use std::fmt;
use std::time::{Duration, SystemTime};

/// The parts of a verified token that a revocation can name.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TokenFacts<'a> {
    /// The token's own name (`jti`).
    pub id: Option<&'a str>,
    /// Whom the token is about.
    pub subject: &'a str,
    /// The login that the token goes back to (`sid`).
    pub family: Option<&'a str>,
    /// When it was issued (`iat`).
    pub issued_at: Option<SystemTime>,
    /// When it ends (`exp`).
    pub expires_at: SystemTime,
}

impl<'a> TokenFacts<'a> {
    /// The parts that every token has; set the others where there are any.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use jwt_guard::store::TokenFacts;
    ///
    /// let mut token = TokenFacts::new("ada", SystemTime::UNIX_EPOCH);
    /// token.id = Some("a-jti");
    /// ```
    #[must_use]
    pub fn new(subject: &'a str, expires_at: SystemTime) -> Self {
        Self { id: None, subject, family: None, issued_at: None, expires_at }
    }
}

/// Whether a token still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known against it.
    Good,
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
    /// Every token of one login.
    Family {
        /// Its `sid`.
        id: String,
        /// When the last of its tokens ends.
        expires_at: SystemTime,
    },
    /// Every token of a subject that was issued before a moment.
    Subject {
        /// The subject.
        subject: String,
        /// The moment.
        issued_before: SystemTime,
        /// When the last of its tokens ends.
        expires_at: SystemTime,
    },
}

/// A login, with its first refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Family {
    /// The name of the login (`sid`).
    pub id: String,
    /// The `jti` of the current refresh token.
    pub token: String,
    /// When that token ends.
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
    /// When the next token ends, or an access token that is issued with it, if that is later.
    pub expires_at: SystemTime,
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

redacted!(TokenFacts<'_>, Revocation, Family, Rotation);
