//! The types that stores and guards exchange.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::Subject;
use super::subject::with_key as name_of;

/// The parts of a verified token that a revocation can name.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TokenInfo<'a> {
    /// The id of the token (`jti`).
    pub id: Option<&'a str>,
    /// The issuer of the subject, by the name in the configuration of the guard; `None` for an issuer without a name.
    pub issuer: Option<&'a str>,
    /// The subject of the token; `None` for a machine, which no revocation of a person covers.
    pub subject: Option<&'a str>,
    /// The client of the token (`client_id`). Of a machine it takes the place of the subject.
    pub client: Option<&'a str>,
    /// The login that the token descends from (`sid`).
    pub family: Option<&'a str>,
    /// When it was issued (`iat`).
    pub issued_at: Option<SystemTime>,
    /// When it ends (`exp`).
    pub expires_at: SystemTime,
}

impl<'a> TokenInfo<'a> {
    /// The parts that the token of a person has; set the others if there are any.
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
        let subject = Some(subject);
        Self { id: None, issuer: None, subject, client: None, family: None, issued_at: None, expires_at }
    }
}

/// Whether a token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// The token is not revoked.
    Valid,
    /// The token was revoked: by its id, its login or its subject.
    Revoked,
}

/// What to revoke. Every entry is kept until five minutes (the largest leeway of a guard) after its tokens have
/// expired. If something is revoked twice, the later end and the later cut-off count.
///
/// The ids of tokens and logins are unique for one issuer only: another one can issue a token with any id. So a logout with a
/// token of an issuer that is not the guard's own revokes by issuer and id ([`TokenOf`](Self::TokenOf),
/// [`FamilyOf`](Self::FamilyOf)): guards that share a store cannot end each other's tokens.
///
/// A store of your own answers a variant that it does not know with an error: a logout must not succeed and revoke nothing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// One token, of every issuer that has issued one with this id.
    Token {
        /// Its `jti`.
        id: String,
        /// Its `exp`.
        expires_at: SystemTime,
    },
    /// One token of one issuer.
    TokenOf {
        /// Its issuer, as in [`TokenInfo::issuer`].
        issuer: Option<String>,
        /// Its `jti`.
        id: String,
        /// Its `exp`.
        expires_at: SystemTime,
    },
    /// Every token of one login, of every issuer with a login of this name. The login leaves the list of living logins in the
    /// same step.
    Family {
        /// Its `sid`.
        id: String,
        /// When the last of its access tokens ends, as far as the caller knows; the store may know of a later one.
        expires_at: SystemTime,
    },
    /// Every token of one login at one issuer that is not the guard's own. If a login of this name lives in the store,
    /// and its subject is of this issuer, all of it ends, as by [`Family`](Self::Family): another guard with this store
    /// issued its tokens.
    FamilyOf {
        /// The issuer, as in [`TokenInfo::issuer`].
        issuer: Option<String>,
        /// Its `sid`.
        id: String,
        /// When the last of its access tokens ends, as far as the caller knows.
        expires_at: SystemTime,
    },
    /// Every login of a subject that has begun until now, and every other token of it that was issued before a moment
    /// or has no `iat`.
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
        /// The moment before which tokens without a login are revoked.
        issued_before: SystemTime,
        /// When the last of them ends.
        expires_at: SystemTime,
    },
}

impl Revocation {
    /// The same with one name in place of issuer and id, which no other issuer's token has.
    pub(super) fn by_name(self) -> Self {
        match self {
            Self::TokenOf { issuer, id, expires_at } => {
                Self::Token { id: name_of(issuer.as_deref(), &id, str::to_owned), expires_at }
            }
            Self::FamilyOf { issuer, id, expires_at } => {
                Self::Family { id: name_of(issuer.as_deref(), &id, str::to_owned), expires_at }
            }
            Self::Token { .. } | Self::Family { .. } | Self::Subject { .. } | Self::All { .. } => self,
        }
    }

    /// Whether the other one is of the same. Then this one has the later end.
    pub(crate) fn joins(&mut self, other: &Self) -> bool {
        let (mut one, mut other) = (self.clone(), other.clone());
        let later = (*one.end_mut()).max(*other.end_mut());
        (*one.end_mut(), *other.end_mut()) = (later, later);
        let is_same = one == other;
        if is_same {
            *self = one;
        }
        is_same
    }

    fn end_mut(&mut self) -> &mut SystemTime {
        match self {
            Self::Token { expires_at, .. }
            | Self::TokenOf { expires_at, .. }
            | Self::Family { expires_at, .. }
            | Self::FamilyOf { expires_at, .. }
            | Self::Subject { expires_at, .. }
            | Self::All { expires_at, .. } => expires_at,
        }
    }
}

/// A login, with its first refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Family {
    /// The name of the login (`sid`). It ends with the [mark](super::TokenStore::login_mark) of the store.
    pub id: String,
    /// The subject of the login.
    pub subject: Subject,
    /// The `jti` of the current refresh token.
    pub token: String,
    /// When the last of its access tokens ends.
    pub access_expires_at: SystemTime,
    /// When the last of all its tokens ends.
    pub expires_at: SystemTime,
}

/// The answer of [`TokenStore::begin`](super::TokenStore::begin): whether a login has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// The login has begun.
    Living,
    /// All logins of its subject were ended after its name was marked: the caller must begin again, with a new mark.
    Outrun,
}

/// An issued token, for guards that accept no others.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its `jti`.
    pub id: String,
    /// Its subject.
    pub subject: Subject,
    /// Its login (`sid`), with which it ends.
    pub family: Option<String>,
    /// When it ends.
    pub expires_at: SystemTime,
}

/// The exchange of one refresh token for the next.
#[derive(Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The name of the login (`sid`).
    pub family: String,
    /// The `jti` of the presented token.
    pub presented: String,
    /// The `jti` of the next token: random, and never used before.
    pub next: String,
    /// When the access token that is issued with it ends.
    pub access_expires_at: SystemTime,
    /// When the later of both ends.
    pub expires_at: SystemTime,
    /// An access token that ends with this exchange, and its original end.
    pub ends: Option<(String, SystemTime)>,
    /// The endpoint of the exchange, such as `POST /refresh`. Only there is the replaced token admitted once more, so
    /// that its reuse is detected.
    pub endpoint: Option<String>,
    /// How long the previous token may be presented again without revoking the login, because a client that lost the
    /// answer retries. It is refused all the same.
    pub grace: Duration,
}

/// The result of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The current token was presented, and has been replaced by the next one.
    Fresh,
    /// The presented token was replaced a moment ago, within the grace period. Nothing changed.
    Retried,
    /// The presented token was used before. The login has been revoked.
    Reused,
    /// There is no such login, or it was revoked or is expired.
    Unknown,
}

/// The standing of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshStatus {
    /// The current one of a living login.
    Current,
    /// Replaced a moment ago, within the grace period.
    Retried,
    /// Replaced before, at this endpoint. The login lives.
    Replaced(Option<String>),
    /// There is no such login, or it was revoked or is expired.
    Unknown,
}

/// Ids of tokens and names of subjects are personal data, and logs do not need them.
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn two_revocations_of_one_token_are_one_with_the_later_end() {
        let token = |id: &str, seconds: u64| Revocation::Token {
            id: id.to_owned(),
            expires_at: UNIX_EPOCH + Duration::from_secs(seconds),
        };
        for (one, other) in [(5, 9), (9, 5), (9, 9)] {
            let mut known = token("a", one);
            assert!(known.joins(&token("a", other)));
            assert!(known == token("a", 9));
        }
        let login =
            Revocation::Family { id: "a".to_owned(), expires_at: UNIX_EPOCH + Duration::from_secs(9) };
        for other in [token("b", 9), login] {
            let mut known = token("a", 5);
            assert!(!known.joins(&other));
            assert!(known == token("a", 5));
        }
    }
}
