//! Signs a [`NewToken`]: one access token, one refresh token, or both.

use std::time::Duration;

use super::contents::TokenContents;
use super::error::IssueError;
use super::issued::{IssuedToken, TokenPair};
use super::new_token::{AccessAndRefresh, AccessOnly, NewToken, RefreshOnly};
use crate::random;

impl NewToken<AccessOnly> {
    /// How long the token lives, instead of the issuer's [`access_lifetime`](super::IssuerBuilder::access_lifetime).
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.set_access_lifetime(lifetime);
        self
    }

    /// The id of the token (`jti`) instead of a random one. It must be unique among all tokens of the issuer: a revocation,
    /// and the list of issued tokens, know a token by its id.
    pub fn token_id(mut self, id: impl Into<String>) -> Self {
        self.set_access_id(id.into());
        self
    }

    /// The token.
    ///
    /// # Errors
    ///
    /// The first illegal value of a setter; a claim nested more than 32 levels deep; a token that is too long; no
    /// randomness; a clock before 1970 or after 9999; or a backend that cannot sign.
    pub fn sign(mut self) -> Result<IssuedToken, IssueError> {
        self.sign_once()
    }

    pub(super) fn sign_once(&mut self) -> Result<IssuedToken, IssueError> {
        self.checked()?;
        let settings = self.issuer.settings();
        self.contents.access(settings, TokenContents::moment(settings)?)
    }
}

impl NewToken<RefreshOnly> {
    /// How long the token lives, instead of the issuer's [`refresh_lifetime`](super::IssuerBuilder::refresh_lifetime).
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.set_refresh_lifetime(lifetime);
        self
    }

    /// Signs the token. A store must learn of it by [`TokenStore::begin`](crate::store::TokenStore::begin) before it
    /// can be used.
    ///
    /// # Errors
    ///
    /// As [`NewToken::<AccessOnly>::sign`](NewToken::sign).
    pub fn sign(mut self) -> Result<IssuedToken, IssueError> {
        self.in_family()?;
        let settings = self.issuer.settings();
        self.contents.refresh(settings, TokenContents::moment(settings)?, None)
    }
}

impl NewToken<AccessAndRefresh> {
    /// The lifetime of the access token, and of every one that replaces it.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.set_access_lifetime(lifetime);
        self
    }

    /// The lifetime of the refresh token, and of every one that replaces it.
    pub fn refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.set_refresh_lifetime(lifetime);
        self
    }

    /// The id of the access token (`jti`) instead of a random one. It must be unique among all tokens of the
    /// issuer: a revocation, and the list of issued tokens, know a token by its id. Renewed tokens have
    /// random ids again, unless [`Renewal::change`](super::Renewal::change) sets one; the id of the refresh
    /// token is always random.
    pub fn token_id(mut self, id: impl Into<String>) -> Self {
        self.set_access_id(id.into());
        self
    }

    /// Makes [`begin`](Self::begin) and [`Renewal::rotate`](super::Renewal::rotate) add the access token to the list of
    /// issued tokens, for guards that accept no others. Refresh tokens need no list: their login knows the current one. Off by
    /// default.
    pub fn allow_listed(mut self) -> Self {
        self.allow_listed = true;
        self
    }

    /// Makes [`Renewal::rotate`](super::Renewal::rotate) end the access token that was issued with the refresh token:
    /// after a refresh only the new one is valid. By default the old one lives until it expires, because requests with
    /// it may be on their way.
    pub fn refresh_ends_access(mut self) -> Self {
        self.contents.ends_access = true;
        self
    }

    /// Signs both tokens, of one login at one moment. No store learns of them: use [`begin`](Self::begin) if the
    /// refresh token is to be rotated.
    ///
    /// # Errors
    ///
    /// As [`NewToken::<AccessOnly>::sign`](NewToken::sign).
    pub fn sign(mut self) -> Result<TokenPair, IssueError> {
        self.sign_both()
    }

    /// The access token alone.
    pub(crate) fn without_refresh(self) -> NewToken<AccessOnly> {
        self.into_kind()
    }

    pub(super) fn sign_both(&mut self) -> Result<TokenPair, IssueError> {
        self.in_family()?;
        let (settings, contents) = (self.issuer.settings(), &self.contents);
        let at = TokenContents::moment(settings)?;
        let access = contents.access(settings, at)?;
        let refresh = contents.refresh(settings, at, Some(&access))?;
        Ok(TokenPair { access, refresh })
    }
}

impl<K> NewToken<K> {
    fn set_access_lifetime(&mut self, lifetime: Duration) {
        self.note(self.issuer.settings().access.check(lifetime));
        self.contents.access_lifetime = Some(lifetime);
    }

    fn set_refresh_lifetime(&mut self, lifetime: Duration) {
        self.note(self.issuer.settings().refresh.check(lifetime));
        self.contents.refresh_lifetime = Some(lifetime);
    }

    /// Checks that every setter got a legal value.
    fn checked(&mut self) -> Result<(), IssueError> {
        self.problem.take().map_or(Ok(()), Err)
    }

    /// As [`checked`](Self::checked), with a family: a new one if none was named.
    fn in_family(&mut self) -> Result<(), IssueError> {
        self.checked()?;
        if self.contents.family.is_none() {
            self.contents.family = Some(random::id()?);
        }
        Ok(())
    }
}
