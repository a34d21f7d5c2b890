//! Revokes first, and clears cookies afterwards.

use std::time::{Duration, SystemTime};

use axum::response::Response;
use http::header::SET_COOKIE;

use super::EndsLogin;
use super::answer::empty;
use super::caught::caught_login;
use super::endings::ANOTHER_GUARD;
use super::error::{LoginError, LoginErrorKind};
use super::sealed::Clears;
use crate::guard::{JwtGuard, LogoutSite};
use crate::store::{Revocation, Subject};
use crate::timestamp::later;
use crate::token::{TokenKind, TokenSource};

impl JwtGuard {
    /// Ends the login of [`LoginCredentials`](super::LoginCredentials), or of a caller: it revokes every token of it,
    /// refresh tokens too. A token without a login is revoked alone, and a session is ended. Then it clears the cookies
    /// and answers 204.
    ///
    /// A logout must work with any credentials that a browser still has, so its handler has `credentials = "ignored"`
    /// and takes [`LoginCredentials`](super::LoginCredentials). Another site may have caused a request with cookies, so
    /// for a valid cookie the request must prove the opposite, whatever its method:
    ///
    /// | of the cookies | the request | answer |
    /// |---|---|---|
    /// | none, or all are dead | from this site, or from a client that does not say | 204, all cleared |
    /// | a revoked token of a login that lives | repeats its CSRF value | 204, the login revoked, all cleared |
    /// | a good access or refresh token | repeats the CSRF value of each good one | 204, the login revoked, all cleared |
    /// | a good refresh token that was replaced by a later one | repeats its CSRF value | 204, the login revoked, all cleared |
    /// | a good token | does not repeat its CSRF value | 403, nothing revoked, nothing cleared |
    /// | a good session, or an id that it had before a rotation | says that it is from this site | 204, the session ended, all cleared |
    /// | a good session | does not say | 403, nothing ended, nothing cleared |
    /// | whatever they are | `Origin` or `Sec-Fetch-Site` names another site | 403, nothing revoked, nothing cleared |
    /// | whatever they are | a store does not answer, or the key of a token could not be fetched | 503, nothing cleared |
    ///
    /// If both kinds of token are valid, send the header `X-CSRF-Token` twice, or once with both values and a comma
    /// between them; a form has the field twice. A token in a header proves by itself that no other site sent it. *All
    /// cleared* means all cookies that this guard sets: both tokens, their CSRF values, and the session.
    ///
    /// A revoked token counts as dead, but its login may live: a refresh or an operator may have ended that token
    /// alone, or a server may have lost the revocation. A token whose key is unknown is dead, unless the key may be a
    /// new one of an issuer that cannot be asked now. Where the keys are given with the configuration, give a new one
    /// to all nodes before one signs with it.
    ///
    /// A [`Principal`](crate::Principal) or [`Claims`](crate::Claims) ends the login of that one token, or that session, for
    /// services whose clients send headers; then it clears the cookies of that kind, tokens or session. It does
    /// not end the login of a browser whose access token has expired: the handler refuses that, or takes it for anonymous and
    /// clears the cookies. A guard that reads cookies answers 403 to a caller who did not come by a header if `Origin` or
    /// `Sec-Fetch-Site` names another site, and with `GET`, if the caller came by a cookie, unless the request says that it is
    /// from this site. A header ends its own login whatever the site, and from another site no cookie is cleared. For all that
    /// the guard must be a parameter of the handler: another one does not know the request.
    ///
    /// Of [tenants](crate::tenants), each of the [`LoginCredentials`](super::LoginCredentials) is ended by the guard of its own
    /// tenant, in the store of that guard; the cookies are those of this guard. A tenant that is built again is another guard,
    /// which does not end a caller of the earlier one: a connection that outlives its request keeps its guard beside its
    /// caller, and logs out with that.
    ///
    /// Without a [token store](crate::setup::Builder::token_store) nothing can be revoked: the answer clears the cookies only, and
    /// copies of their tokens live until they expire. A valid token in a header is 500, and one in a cookie too if the guard also
    /// reads tokens in cookies that it does not set.
    ///
    /// An anonymous caller has nothing to revoke if the request has no credential, or one that is over; the login of a
    /// revoked token goes on. Where it has one that may live (two unequal cookies, a session id that was replaced a
    /// moment ago, something behind the first token of a guard with
    /// [`prefer_first`](crate::setup::Builder::prefer_first)), the answer is the refusal of that, and nothing is
    /// cleared. Where no credential was looked at (`credentials = "ignored"`), it is 500: take
    /// [`LoginCredentials`](super::LoginCredentials).
    ///
    /// A browser applies answers in the order in which they arrive. If a refresh is under way at the same time, its
    /// answer may come after that of the logout and set cookies again. Their login is revoked in the store, so they are
    /// refused; without a store the access token among them is valid until it expires. The answer that refuses a dead
    /// refresh token clears its cookie, and may in turn clear one that a login has set in the meantime: the browser then
    /// has to log in again. Let a page wait for its refresh before it sends a logout or a login.
    ///
    /// Browsers keep the pages before the logout in memory, whatever their `Cache-Control`, and the back button shows
    /// them. Redirect to a page that loads something with `Clear-Site-Data: "cache"`, as the example `web_login` does.
    /// A page enters that memory only when the next one is shown, so the header on the answer to the logout itself
    /// would come too early.
    ///
    /// # Errors
    ///
    /// The request may come from another site: 403. The store does not answer: 503, and nothing is cleared, so that the
    /// caller can try again. The guard has neither store nor cookies nor sessions, no store can revoke a token whose cookie is
    /// not cleared, or another guard has verified the caller or read the request: 500, and nothing is ended. An anonymous caller may
    /// have a credential that lives: 400, 401, 403 or 500, as above.
    pub async fn logout(&self, credentials: &impl EndsLogin) -> Result<Response, LoginError> {
        caught_login(self, self.end_logins(credentials)).await
    }

    async fn end_logins(&self, credentials: &impl EndsLogin) -> Result<Response, LoginError> {
        if credentials.read_by().is_some_and(|guard| guard.id() != self.id()) {
            return Err(LoginError::unconfigured(self, ANOTHER_GUARD));
        }
        let ends = credentials.ends().map_err(|reason| LoginError::of_site(self, reason.0))?;
        let config = self.config();
        let clears_all = credentials.clears() == Clears::Everything;
        let mut site = LogoutSite::Ours;
        if !clears_all {
            let source = ends.first().map(|end| end.ended.source());
            site = self.site_of_logout(source).map_err(|reason| LoginError::of_site(self, reason))?;
            if ends.is_empty()
                && let Some(overlooked) = self.overlooked()
            {
                return Err(LoginError::of_overlooked(self, overlooked));
            }
        }
        let by_session = ends.iter().any(|end| end.ended.source() == TokenSource::Session);
        // An anonymous caller of a guard with sessions alone can only have the cookie of one that is over.
        let is_over = ends.is_empty() && config.cookies.is_none();
        let has_sessions = by_session || ((clears_all || is_over) && !config.resolvers.is_empty());
        if ends.is_empty() && config.token_store().is_none() && config.cookies.is_none() && !has_sessions {
            let message = "a logout needs `.token_store(..)` or `.cookies(..)` on the guard's builder";
            return Err(LoginError::unconfigured(self, message));
        }
        // All are known before the first is ended: a 204 says that each of them is over.
        for ending in self.endings(&ends)? {
            ending.end(self).await?;
        }
        let mut response = empty();
        if site == LogoutSite::ByHeader {
            return Ok(response);
        }
        if let Some(cookies) = config.cookies.as_ref().filter(|_| clears_all || !by_session) {
            cookies.clear_in(TokenKind::Access, response.headers_mut());
            cookies.clear_in(TokenKind::Refresh, response.headers_mut());
        }
        if has_sessions {
            for (_, cleared) in config.resolvers.iter().filter_map(|resolver| resolver.cleared_cookie()) {
                response.headers_mut().append(SET_COOKIE, cleared);
            }
        }
        Ok(response)
    }

    /// Ends every login of `subject`: revokes all its tokens (those of a login by name, others by the time of their
    /// issue) and ends all its sessions. Clears no cookie, because the caller may be another person, such as an
    /// administrator.
    ///
    /// A plain name is a subject of this guard's own issuer; for one of a trusted issuer there is
    /// [`Subject::of_issuer`](crate::store::Subject::of_issuer). A machine is a client of its issuer:
    /// `Subject::of_issuer(..)` and [`as_client`](crate::store::Subject::as_client). A login that begins afterwards is valid at once, on
    /// every node. A token without a login in the store, such as one of another issuer, only has a time of issue, by a
    /// clock that may be ahead: such tokens are refused if they were issued before this call plus the leeway of the
    /// guard.
    ///
    /// # Errors
    ///
    /// The store does not answer; the guard accepts tokens but has no store to revoke them (its sessions are ended all
    /// the same); or several issuers are trusted, none is the guard's own, and the subject names none of them.
    pub async fn logout_everywhere(&self, subject: impl Into<Subject>) -> Result<(), LoginError> {
        caught_login(self, self.end_subject(subject.into())).await
    }

    async fn end_subject(&self, subject: Subject) -> Result<(), LoginError> {
        let config = self.config();
        let subject_of_store = config.whose(&subject);
        #[cfg(feature = "sessions")]
        if let Some(sessions) = self.sessions()
            && !subject.is_client()
            && (subject.issuer().is_none() || subject_of_store == config.whose(&subject.name().into()))
        {
            let ended = sessions.delete_all(subject.name()).await;
            ended.map_err(|error| LoginError::of_session(self, &error))?;
        }
        if config.accepts_no_token() {
            return Ok(());
        }
        let Some(subject) = subject_of_store else {
            let message = "the subject names no issuer of the guard, which trusts several and has no keys of its own: use \
                           `Subject::of_issuer` with a name from the configuration";
            return Err(LoginError::unconfigured(self, message));
        };
        let (issued_before, expires_at) = self.cut_off()?;
        self.revoke(Revocation::Subject { subject, issued_before, expires_at }).await
    }

    /// Ends every login of all subjects: after a leak of the key or of the user table, when it is unknown whose tokens
    /// are in wrong hands. It revokes every token of every accepted issuer, with or without a time of issue, and ends
    /// every session. New logins are valid at once. Tokens of other issuers are treated as by
    /// [`logout_everywhere`](Self::logout_everywhere), and tokens without a time of issue are refused for the lifetime
    /// of the longest token. The reason goes to the log, as `WARN`.
    ///
    /// A leaked key can still sign: remove it from the configuration too. Other guards that share the store, such as those of
    /// [tenants](crate::tenants), are logged out with this one.
    ///
    /// # Errors
    ///
    /// The store does not answer; or the guard accepts tokens but has no store to revoke them (its sessions are ended
    /// all the same).
    pub async fn logout_everybody(&self, reason: impl Into<String>) -> Result<(), LoginError> {
        tracing::warn!(target: "jwt_guard", reason = ?reason.into(), "every login and every session is ended");
        caught_login(self, self.end_everybody()).await
    }

    async fn end_everybody(&self) -> Result<(), LoginError> {
        #[cfg(feature = "sessions")]
        if let Some(sessions) = self.sessions() {
            sessions.delete_everybody().await.map_err(|error| LoginError::of_session(self, &error))?;
        }
        if self.config().accepts_no_token() {
            return Ok(());
        }
        let (issued_before, expires_at) = self.cut_off()?;
        self.revoke(Revocation::All { issued_before, expires_at }).await
    }

    /// Revokes a token, a login, all tokens of a subject, or all tokens.
    ///
    /// A guard may name anything in its store: [`Revocation::All`] ends the tokens of other guards that share it too.
    ///
    /// # Errors
    ///
    /// The store does not answer, or the guard has no store.
    pub async fn revoke(&self, what: Revocation) -> Result<(), LoginError> {
        let Some(store) = self.config().token_store() else {
            let message = "the guard accepts tokens and has no store that could revoke them: they live until they expire; \
                           add `.token_store(..)` to the guard's builder";
            return Err(LoginError::unconfigured(self, message));
        };
        let revoked = async {
            let revoked = store.revoke(what, self.config().access.now()).await;
            revoked.map_err(|error| LoginError::of_store(self, error))
        };
        caught_login(self, revoked).await
    }

    /// The moment before which issued tokens are revoked, and when the last of them ends.
    fn cut_off(&self) -> Result<(SystemTime, SystemTime), LoginError> {
        let config = self.config();
        let latest = later(config.access.now(), config.leeway());
        let before = next_second(latest).ok_or_else(|| {
            LoginError::new(self, LoginErrorKind::Issue, "the clock of this machine is before 1970", None)
        })?;
        Ok((before, later(before, config.longest_life(TokenKind::Access))))
    }
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
