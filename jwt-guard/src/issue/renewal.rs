//! Replaces one pair of tokens by the next, with a store that remembers the current refresh token of a login.
//!
//! Both functions sign first and tell the store afterwards, so a token that cannot be signed does not end a login. The
//! client gets the tokens only after the store has acknowledged them.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::TokenIssuer;
use super::contents::{IssueReason, LoginDetails, Renew, Sibling, date};
use super::error::{IssueError, IssueErrorKind};
use super::issued::{IssuedToken, TokenPair};
use super::new_token::{AccessAndRefresh, AccessOnly, NewToken};
use crate::claims::{Claims, ClaimsSource};
use crate::random;
use crate::store::{Begun, Family, Issued, Rotated, Rotation, Subject, TokenStore};
use crate::token::TokenKind;

/// How often a login restarts after a concurrent cut-off of its subject. More cut-offs in so short a time do not
/// happen.
const ATTEMPTS: usize = 8;

/// A minute is far more than a client needs for a retry.
pub(crate) const LONGEST_GRACE: Duration = Duration::from_secs(60);

impl NewToken<AccessOnly> {
    /// The token alone, as a login that cannot be refreshed.
    pub(crate) async fn sign_for(mut self, store: &dyn TokenStore) -> Result<IssuedToken, IssueError> {
        let chosen = self.contents.family.take();
        for _ in 0..ATTEMPTS {
            let now = self.issuer.settings().clock.now();
            self.contents.family = Some(family(chosen.as_deref(), store, now).await?);
            let token = self.sign_once()?;
            let subject = self.subject();
            allow(self.allow_listed, &subject, &token, store, now).await?;
            if store.begin(login(subject, &token, token.expires_at()), now).await? == Begun::Living {
                return Ok(token);
            }
        }
        Err(outrun())
    }
}

impl NewToken<AccessAndRefresh> {
    /// Signs both tokens; the refresh token is the first of its login in `store`. The login begins after every cut-off
    /// of its subject, so its tokens are valid at once.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign), and [`IssueErrorKind::Store`] if the store does not answer.
    pub async fn begin(self, store: &dyn TokenStore) -> Result<TokenPair, IssueError> {
        self.begin_if(store, |_| Ok(())).await
    }

    /// As [`begin`](Self::begin), if `check` accepts the pair. Otherwise the store knows nothing of the login.
    pub(crate) async fn begin_if(
        mut self,
        store: &dyn TokenStore,
        check: impl Fn(&TokenPair) -> Result<(), IssueError>,
    ) -> Result<TokenPair, IssueError> {
        let chosen = self.contents.family.take();
        for _ in 0..ATTEMPTS {
            let now = self.issuer.settings().clock.now();
            self.contents.family = Some(family(chosen.as_deref(), store, now).await?);
            let pair = self.sign_both()?;
            check(&pair)?;
            let subject = self.subject();
            allow(self.allow_listed, &subject, pair.access(), store, now).await?;
            let begun = store.begin(login(subject, pair.refresh(), pair.access().expires_at()), now).await?;
            if begun == Begun::Living {
                return Ok(pair);
            }
        }
        Err(outrun())
    }
}

impl<K> NewToken<K> {
    /// The subject of the tokens, as accepting guards name it.
    fn subject(&self) -> Subject {
        let name = self.contents.subject.as_str();
        match self.issuer.settings().subjects_of() {
            Some(issuer) => Subject::of_issuer(issuer, name),
            None => name.into(),
        }
    }
}

/// The name of a new login in `store`.
async fn family(chosen: Option<&str>, store: &dyn TokenStore, now: SystemTime) -> Result<String, IssueError> {
    match chosen {
        Some(name) => Ok(name.to_owned()),
        None => Ok(random::id()? + &store.login_mark(now).await?),
    }
}

fn login(subject: Subject, token: &IssuedToken, access_expires_at: SystemTime) -> Family {
    Family {
        id: token.family().unwrap_or_default().to_owned(),
        subject,
        token: token.id().to_owned(),
        access_expires_at,
        expires_at: token.expires_at().max(access_expires_at),
    }
}

impl TokenIssuer {
    /// Starts the exchange of a verified refresh token for the next pair.
    ///
    /// `refresh` are the claims of a token that a guard has accepted as a refresh token. The next pair has the contents
    /// of the login's first pair: subject, scopes, roles, audience, client, claims and requested lifetimes.
    ///
    /// # Errors
    ///
    /// [`IssueErrorKind::RefreshMisused`] if these are not the claims of a refresh token of this issuer. An access
    /// token is refused whatever it says, and so is a token of another issuer that the guard accepts, and one that another guard
    /// has accepted, if this is the issuer of a guard.
    pub fn renew<T>(&self, refresh: &Claims<T>) -> Result<Renewal, IssueError> {
        self.renew_verified(refresh.claims_source())
    }

    /// As [`renew`](Self::renew), for the claims of a verifier.
    pub(crate) fn renew_verified(&self, refresh: &dyn ClaimsSource) -> Result<Renewal, IssueError> {
        let token = refresh.claims();
        let is_of_guard = |by| self.settings().guard.is_none_or(|guard| guard == by);
        let is_refresh = refresh
            .verified_as()
            .is_some_and(|verified| verified.kind == TokenKind::Refresh && is_of_guard(verified.by));
        if !is_refresh || !self.settings().is_named(token.issuer()) {
            return Err(IssueError::new(
                IssueErrorKind::RefreshMisused,
                "the token was not accepted as a refresh token by the guard of this issuer: the handler needs `token = \"refresh\"` \
                 and the guard of its request, as the parameter `JwtGuard` gives it",
            ));
        }
        let presented = serde_json::from_str(token.payload()).ok();
        let (Some(id), Some(subject), Some(Payload { sid, auth_time, acr, amr, client_id, renew })) =
            (token.token_id(), token.subject(), presented)
        else {
            return Err(IssueError::new(
                IssueErrorKind::RefreshMisused,
                "the token is not a refresh token of this issuer: it lacks a subject, `jti`, `sid` or `renew`",
            ));
        };
        let Renew { begun, scope, roles, aud, claims, access_lifetime, refresh_lifetime, access } = renew;
        let mut next = NewToken::new(self.clone(), subject.to_owned())
            .scopes(scope.split(' ').filter(|scope| !scope.is_empty()))
            .roles(roles);
        // The settings may have changed since the token was signed.
        if let Some(error) = claims.keys().find_map(|name| self.settings().check_claim(name).err()) {
            return Err(IssueError::new(
                IssueErrorKind::RefreshMisused,
                "the refresh token has a claim that only the issuer may set: the caller has to log in again",
            )
            .because(error));
        }
        let contents = &mut next.contents;
        contents.audience = aud;
        contents.custom = claims;
        contents.client_id = client_id;
        contents.access_lifetime = access_lifetime.map(Duration::from_secs);
        contents.refresh_lifetime = refresh_lifetime.map(Duration::from_secs);
        let endpoint = refresh.endpoint().map(str::to_owned);
        let presented = Presented {
            id: id.to_owned(),
            family: sid,
            login: LoginDetails { auth_time, acr, amr },
            begun,
            access,
            endpoint,
        };
        Ok(Renewal { next, presented, grace: Duration::ZERO })
    }
}

/// The exchange of a refresh token for the next pair, from [`TokenIssuer::renew`].
#[must_use = "nothing is renewed until the token is rotated"]
pub struct Renewal {
    next: NewToken<AccessAndRefresh>,
    presented: Presented,
    grace: Duration,
}

/// The relevant claims of the token that was presented.
struct Presented {
    id: String,
    family: String,
    /// How the person logged in, once for all tokens of the login.
    login: LoginDetails,
    begun: u64,
    /// The access token that was issued with it, if it is named.
    access: Option<Sibling>,
    /// The endpoint to which it was presented.
    endpoint: Option<String>,
}

/// The claims of a refresh token beside those of every token.
#[derive(Deserialize)]
struct Payload {
    sid: String,
    #[serde(default)]
    auth_time: Option<u64>,
    #[serde(default)]
    acr: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default)]
    client_id: Option<String>,
    renew: Renew,
}

impl Renewal {
    /// How long the previous refresh token may be used again without revoking the login: a client that lost the answer
    /// retries and is refused, but stays logged in. Zero by default: every reuse revokes. One minute at most, because a
    /// thief has the same time.
    pub fn grace(mut self, grace: Duration) -> Self {
        if grace > LONGEST_GRACE {
            let message = format!("a grace of {grace:?} is too much; at most one minute is allowed");
            self.next.note(Err(IssueError::new(IssueErrorKind::Lifetime, message)));
        }
        self.grace = grace;
        self
    }

    /// Changes the contents of the next pair, for example after looking up the roles of the caller again.
    ///
    /// The tokens stay in their login, are not fresh, and say of the login what its first tokens said (`auth_time`, `acr`,
    /// `amr`), whatever `change` says.
    pub fn change(
        mut self,
        change: impl FnOnce(NewToken<AccessAndRefresh>) -> NewToken<AccessAndRefresh>,
    ) -> Self {
        self.next = change(self.next);
        self
    }

    /// Signs the next pair, after the store has replaced the refresh token that was presented. Of any number of
    /// concurrent calls with one token, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// The [`grace`](Self::grace) is longer than a minute; the token was used before, which revokes the whole login
    /// ([`IssueErrorKind::RefreshReused`]), or was used a moment ago
    /// ([`RefreshRetried`](IssueErrorKind::RefreshRetried)); the login is unknown, revoked or expired
    /// ([`RefreshUnknown`](IssueErrorKind::RefreshUnknown)), or older than the issuer allows
    /// ([`RefreshExpired`](IssueErrorKind::RefreshExpired)); the store does not answer
    /// ([`Store`](IssueErrorKind::Store)); or as [`NewToken::<AccessAndRefresh>::sign`](NewToken::sign).
    pub async fn rotate(self, store: &dyn TokenStore) -> Result<TokenPair, IssueError> {
        self.rotate_if(store, |_| Ok(())).await
    }

    /// As [`rotate`](Self::rotate), if `check` accepts the next pair. Otherwise the token that was presented stays the current
    /// one.
    pub(crate) async fn rotate_if(
        self,
        store: &dyn TokenStore,
        check: impl FnOnce(&TokenPair) -> Result<(), IssueError>,
    ) -> Result<TokenPair, IssueError> {
        let Self { mut next, presented, grace } = self;
        let now = next.issuer.settings().clock.now();
        next.contents.family = Some(presented.family.clone());
        next.contents.origin = IssueReason::Renewal { begun: presented.begun };
        next.contents.login = presented.login;
        let pair = next.sign_both()?;
        check(&pair)?;
        let (access, refresh) = (pair.access(), pair.refresh());
        allow(next.allow_listed, &next.subject(), access, store, now).await?;
        let ended = presented.access.filter(|_| next.contents.ends_access);
        let rotation = Rotation {
            family: presented.family,
            presented: presented.id,
            next: refresh.id().to_owned(),
            access_expires_at: access.expires_at(),
            expires_at: refresh.expires_at().max(access.expires_at()),
            ends: ended.map(|access| Ok::<_, IssueError>((access.jti, date(access.exp)?))).transpose()?,
            endpoint: presented.endpoint,
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

/// Listed tokens that are never issued do no harm; without the list first, a client could get tokens that no guard
/// accepts. Refresh tokens are not listed: their login knows the current one.
async fn allow(
    listed: bool,
    subject: &Subject,
    token: &IssuedToken,
    store: &dyn TokenStore,
    now: SystemTime,
) -> Result<(), IssueError> {
    if listed {
        let issued = Issued {
            id: token.id().to_owned(),
            subject: subject.clone(),
            family: token.family().map(str::to_owned),
            expires_at: token.expires_at(),
        };
        store.allow(issued, now).await?;
    }
    Ok(())
}

fn outrun() -> IssueError {
    IssueError::new(
        IssueErrorKind::Store,
        "all logins of the subject are ended again and again: try once more",
    )
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
