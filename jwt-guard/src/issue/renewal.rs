//! From one pair of tokens to the next, with a store that remembers which refresh token of a login counts.
//!
//! Both ways sign first and tell the store then: a token that could not be signed costs nobody a login. The client
//! learns of the tokens only when the store has acknowledged them.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::TokenIssuer;
use super::contents::{Origin, Renew};
use super::error::{IssueError, IssueErrorKind};
use super::issued::{IssuedToken, TokenPair};
use super::new_token::{Access, NewToken, Pair};
use crate::claims::Claims;
use crate::claims::registered::TokenClaims;
use crate::store::{Family, Rotated, Rotation, TokenStore};

impl NewToken<Access> {
    /// The token, which belongs to no login: as [`NewToken::<Pair>::begin`] without a refresh token.
    pub(crate) async fn sign_for(mut self, store: &dyn TokenStore) -> Result<IssuedToken, IssueError> {
        let now = self.issuer.settings().clock.now();
        self.contents.not_before = store.revoked_before(&self.contents.subject, now).await?;
        let listed = self.allow_listed;
        let token = self.sign()?;
        allow(listed, [&token], store, now).await?;
        Ok(token)
    }
}

impl NewToken<Pair> {
    /// Both tokens, the refresh token being the first of its login in `store`.
    ///
    /// Where tokens of the subject issued before some moment are revoked, the new ones are issued at that moment, even
    /// if it is still to come.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign), and [`IssueErrorKind::Store`] if the store does not answer.
    pub async fn begin(mut self, store: &dyn TokenStore) -> Result<TokenPair, IssueError> {
        let now = self.issuer.settings().clock.now();
        self.contents.not_before = store.revoked_before(&self.contents.subject, now).await?;
        let pair = self.sign_both()?;
        allow(self.allow_listed, [pair.access(), pair.refresh()], store, now).await?;
        let refresh = pair.refresh();
        let family = Family {
            id: refresh.family().unwrap_or_default().to_owned(),
            token: refresh.id().to_owned(),
            expires_at: refresh.expires_at(),
        };
        store.begin(family, now).await?;
        Ok(pair)
    }
}

impl TokenIssuer {
    /// Begins the step from a verified refresh token to the next pair.
    ///
    /// `refresh` are the claims of a token that a guard has accepted as a refresh token. The next pair says what the
    /// first one of the login said: subject, scopes, roles, audience, client, claims and lifetimes that were asked for.
    ///
    /// # Errors
    ///
    /// [`IssueErrorKind::RefreshMisused`] if these are not the claims of a refresh token of this issuer.
    pub fn renew<T>(&self, refresh: &Claims<T>) -> Result<Renewal, IssueError> {
        self.renewal(refresh.subject(), refresh.token_id(), refresh.raw())
    }

    /// As [`renew`](Self::renew), of the claims that a verifier hands on.
    pub(crate) fn renew_verified(&self, refresh: &TokenClaims) -> Result<Renewal, IssueError> {
        self.renewal(refresh.subject(), refresh.token_id(), refresh.payload())
    }

    fn renewal(&self, subject: &str, id: Option<&str>, payload: &str) -> Result<Renewal, IssueError> {
        let presented = serde_json::from_str(payload).ok();
        let (Some(id), Some(Payload { sid, iat, auth_time, client_id, renew })) = (id, presented) else {
            return Err(IssueError::new(
                IssueErrorKind::RefreshMisused,
                "the token is no refresh token of this issuer: it lacks `jti`, `sid`, `iat` or `renew`",
            ));
        };
        let Renew { begun, scope, roles, aud, claims, access_lifetime, refresh_lifetime } = renew;
        let mut next = NewToken::new(self.clone(), subject.to_owned())
            .scopes(scope.split(' ').filter(|scope| !scope.is_empty()))
            .roles(roles);
        let contents = &mut next.contents;
        contents.audience = aud;
        contents.custom = claims;
        contents.client_id = client_id;
        contents.access_lifetime = access_lifetime.map(Duration::from_secs);
        contents.refresh_lifetime = refresh_lifetime.map(Duration::from_secs);
        let presented = Presented { id: id.to_owned(), family: sid, issued_at: iat, auth_time, begun };
        Ok(Renewal { next, presented, grace: Duration::ZERO })
    }
}

/// The step from a refresh token to the next pair, begun by [`TokenIssuer::renew`].
#[must_use = "nothing is renewed until the token is rotated"]
pub struct Renewal {
    next: NewToken<Pair>,
    presented: Presented,
    grace: Duration,
}

/// What counts of the token that was presented.
struct Presented {
    id: String,
    family: String,
    issued_at: u64,
    auth_time: Option<u64>,
    begun: u64,
}

/// What a refresh token says beside the claims that every token has.
#[derive(Deserialize)]
struct Payload {
    sid: String,
    iat: u64,
    #[serde(default)]
    auth_time: Option<u64>,
    #[serde(default)]
    client_id: Option<String>,
    renew: Renew,
}

impl Renewal {
    /// How long the refresh token before the current one may come again without revoking the login: a client that lost
    /// the answer asks once more, and is refused, but stays logged in. Zero by default: every repetition revokes.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Changes what the next pair says, for example after the roles of the caller were looked up again.
    ///
    /// The tokens stay in their login, and are not fresh, whatever `change` says.
    pub fn change(mut self, change: impl FnOnce(NewToken<Pair>) -> NewToken<Pair>) -> Self {
        self.next = change(self.next);
        self
    }

    /// The next pair, after the store has put its refresh token in the place of the one that was presented. Of any
    /// number of concurrent calls with one token, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// The token was used before and the whole login is revoked now ([`IssueErrorKind::RefreshReused`]), or was used a
    /// moment ago ([`RefreshRetried`](IssueErrorKind::RefreshRetried)); the login is unknown, revoked or expired
    /// ([`RefreshUnknown`](IssueErrorKind::RefreshUnknown)), or older than the issuer allows
    /// ([`RefreshExpired`](IssueErrorKind::RefreshExpired)); the store does not answer
    /// ([`Store`](IssueErrorKind::Store)); or as [`NewToken::<Pair>::sign`](NewToken::sign).
    pub async fn rotate(self, store: &dyn TokenStore) -> Result<TokenPair, IssueError> {
        let Self { mut next, presented, grace } = self;
        let now = next.issuer.settings().clock.now();
        let cut_off = store.revoked_before(&next.contents.subject, now).await?;
        if cut_off.is_some_and(|cut_off| presented.issued_before(cut_off)) {
            return Err(unknown());
        }
        next.contents.not_before = cut_off;
        next.contents.family = Some(presented.family.clone());
        next.contents.origin = Origin::Renewal { auth_time: presented.auth_time, begun: presented.begun };
        let pair = next.sign_both()?;
        allow(next.allow_listed, [pair.access(), pair.refresh()], store, now).await?;
        let rotation = Rotation {
            family: presented.family,
            presented: presented.id,
            next: pair.refresh().id().to_owned(),
            expires_at: pair.refresh().expires_at(),
            grace,
        };
        match store.rotate(rotation, now).await? {
            Rotated::Fresh => Ok(pair),
            Rotated::Retried => Err(IssueError::new(
                IssueErrorKind::RefreshRetried,
                "the refresh token was replaced a moment ago: use the one that replaced it",
            )),
            Rotated::Reused => Err(IssueError::new(
                IssueErrorKind::RefreshReused,
                "the refresh token was used before: all tokens of its login are revoked",
            )),
            Rotated::Unknown => Err(unknown()),
        }
    }
}

impl Presented {
    fn issued_before(&self, cut_off: SystemTime) -> bool {
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(self.issued_at))
            .is_none_or(|issued_at| issued_at < cut_off)
    }
}

/// Names of tokens that are on the list and never handed out do no harm; the other way round a client would hold tokens
/// that nobody accepts.
async fn allow<const N: usize>(
    listed: bool,
    tokens: [&IssuedToken; N],
    store: &dyn TokenStore,
    now: SystemTime,
) -> Result<(), IssueError> {
    if listed {
        for token in tokens {
            store.allow(token.id().to_owned(), token.expires_at(), now).await?;
        }
    }
    Ok(())
}

fn unknown() -> IssueError {
    IssueError::new(
        IssueErrorKind::RefreshUnknown,
        "the login of the refresh token is unknown, was revoked, or has expired",
    )
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renewal(..)")
    }
}
