//! Revoking, and only then clearing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::response::Response;

use super::CallerToken;
use super::answer::empty;
use super::error::{LoginError, LoginErrorKind};
use crate::claims::registered::TokenClaims;
use crate::guard::JwtGuard;
#[cfg(feature = "sessions")]
use crate::session::Held;
use crate::store::{Revocation, TokenStore};
use crate::verify::Verifier;

/// How long a revocation is kept by a guard that accepts tokens of any lifetime: a hundred years.
const FOR_EVER: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

impl JwtGuard {
    /// Ends the login that the caller's token goes back to: every token of it is revoked, refresh tokens too. A token that
    /// belongs to no login is revoked alone. Then the cookies are cleared: 204. The session of a caller who came by one is
    /// ended, and its cookie cleared.
    ///
    /// Without a [token store](crate::Builder::token_store) nothing can be revoked, and the answer clears the cookies only:
    /// access tokens live until they expire. An anonymous caller has nothing to revoke.
    ///
    /// Browsers keep the pages before the logout in memory, whatever their `Cache-Control`, and the back button shows them.
    /// Lead to a page that loads something with `Clear-Site-Data: "cache"`, as the example `web_login` does: a page goes to
    /// that memory only when the next one is shown, so the answer to the logout itself would say it too early.
    ///
    /// # Errors
    ///
    /// The store does not answer: then nothing is cleared, so that the caller can try again. The guard has neither store nor
    /// cookies.
    pub async fn logout(&self, caller: &impl CallerToken) -> Result<Response, LoginError> {
        #[cfg(feature = "sessions")]
        if let Some(session) = caller.held().and_then(|token| token.0.session().cloned()) {
            return self.end_session(session).await;
        }
        let config = self.config();
        if config.token_store().is_none() && config.cookies.is_none() {
            let message = "a logout needs `.token_store(..)` or `.cookies(..)` on the guard's builder";
            return Err(LoginError::unconfigured(self, message));
        }
        let revocation = caller.held().and_then(|token| self.end_of(token.0.claims()));
        if let (Some(store), Some(revocation)) = (config.token_store(), revocation) {
            self.revoke_in(store, revocation).await?;
        }
        let mut response = empty();
        if let Some(cookies) = &config.cookies {
            cookies.clear_in(response.headers_mut());
        }
        Ok(response)
    }

    /// Ends every login of `subject`: all tokens issued until now are revoked, and all sessions ended. Clears no cookie, since the caller may be
    /// somebody else, such as an administrator.
    ///
    /// Tokens tell the second in which they were issued, so the cut-off is the next one: a login in the same second gets
    /// tokens of the next second.
    ///
    /// # Errors
    ///
    /// The store does not answer, or the guard has none.
    pub async fn logout_everywhere(&self, subject: impl Into<String>) -> Result<(), LoginError> {
        let (config, subject) = (self.config(), subject.into());
        #[cfg(feature = "sessions")]
        if let Some(sessions) = self.sessions() {
            sessions.delete_all(&subject).await.map_err(|error| LoginError::of_session(self, &error))?;
            // Without a store there are sessions alone, or tokens that nothing revokes.
            if config.token_store().is_none() && config.issuing.is_none() {
                return Ok(());
            }
        }
        let now = config.access.now();
        let issued_before = next_second(now).ok_or_else(|| {
            LoginError::new(self, LoginErrorKind::Issue, "the clock of this machine is before 1970", None)
        })?;
        let expires_at = issued_before + longest_life(&config.refresh).max(longest_life(&config.access));
        self.revoke(Revocation::Subject { subject, issued_before, expires_at }).await
    }

    /// Revokes a token, a login, or tokens of a subject.
    ///
    /// # Errors
    ///
    /// The store does not answer, or the guard has none.
    pub async fn revoke(&self, what: Revocation) -> Result<(), LoginError> {
        let Some(store) = self.config().token_store() else {
            let message = "revoking needs `.token_store(..)` on the guard's builder";
            return Err(LoginError::unconfigured(self, message));
        };
        self.revoke_in(store, what).await
    }

    async fn revoke_in(&self, store: &Arc<dyn TokenStore>, what: Revocation) -> Result<(), LoginError> {
        let now = self.config().access.now();
        store.revoke(what, now).await.map_err(|error| LoginError::of_store(self, error))
    }

    #[cfg(feature = "sessions")]
    async fn end_session(
        &self,
        session: Arc<dyn std::any::Any + Send + Sync>,
    ) -> Result<Response, LoginError> {
        let Ok(held) = session.downcast::<Held>() else {
            return Err(LoginError::unconfigured(self, "the session is of another kind"));
        };
        held.sessions.delete(&held.id).await.map_err(|error| LoginError::of_session(self, &error))?;
        let mut response = empty();
        response.headers_mut().append(http::header::SET_COOKIE, held.sessions.clear_cookie());
        Ok(response)
    }

    /// What ends the login of a token, or the token.
    fn end_of(&self, claims: &TokenClaims) -> Option<Revocation> {
        let expires_at = claims.expires_at().to_system();
        match (claims.family(), claims.token_id()) {
            (Some(family), _) => {
                // The newest access token of the login may end later than this token; the store knows its refresh token.
                let access = &self.config().access;
                let expires_at = expires_at.max(access.now() + longest_life(access));
                Some(Revocation::Family { id: family.to_owned(), expires_at })
            }
            (None, Some(id)) => Some(Revocation::Token { id: id.to_owned(), expires_at }),
            // The guard lets no such token in where there is a store.
            (None, None) => None,
        }
    }
}

fn longest_life(verifier: &Verifier) -> Duration {
    let lives = verifier.rules().map(|rules| rules.limits.max_lifetime.unwrap_or(FOR_EVER));
    lives.max().unwrap_or(FOR_EVER)
}

/// The beginning of the second after `now`.
fn next_second(now: SystemTime) -> Option<SystemTime> {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(since.as_secs().checked_add(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_is_after_every_token_of_its_second() {
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        assert_eq!(next_second(at(100_000)), Some(at(101_000)));
        assert_eq!(next_second(at(100_001)), Some(at(101_000)));
        assert_eq!(next_second(at(100_999)), Some(at(101_000)));
        assert_eq!(next_second(at(0) - Duration::from_millis(1)), None);
    }
}
