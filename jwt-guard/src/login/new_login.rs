//! Answers a login with tokens.

use std::fmt;

use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::Serialize;

use super::answer::{Delivery, TokenAnswer, Tokens};
use super::caught::caught_login;
use super::error::LoginError;
use crate::config::{AllowList, Issuing};
use crate::guard::JwtGuard;
use crate::issue::{AccessAndRefresh, IssueError, NewToken};
use crate::location::Conflict;

impl JwtGuard {
    /// Starts the answer to a login: the application has just authenticated `subject`, by a password or otherwise.
    ///
    /// The access token is fresh. Where the guard has a [token store](crate::setup::Builder::token_store), a refresh token
    /// goes with it, and both belong to a login that can be refreshed and revoked. Without a store there is no refresh
    /// token, because its reuse could not be detected.
    pub fn login(&self, subject: impl Into<String>) -> Login {
        let token = self.issuer().map(|issuer| issuer.pair(subject));
        Login { guard: self.clone(), token, answer: TokenAnswer::new(Delivery::Json) }
    }
}

/// The answer to a login, from [`JwtGuard::login`].
///
/// | form | tokens | without [`body`](Self::body) | with it |
/// |---|---|---|---|
/// | [`json`](Self::json), the default | in the body, as RFC 6749 section 5.1 says | 200 | its members beside the tokens |
/// | [`header`](Self::header) | the access token in `Authorization`; no refresh token | 204, empty | 200, JSON |
/// | [`cookies`](Self::cookies) | in cookies, with those for CSRF beside them | 204, empty | 200, JSON |
/// | [`cookies_and_json`](Self::cookies_and_json) | in cookies, and the access token in the body too | 200 | its members beside the token |
///
/// ```
/// # use jwt_guard::cookies::CookieSettings;
/// # use jwt_guard::login::LoginError;
/// # use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = JwtGuard::builder()
///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
///     .audience("shop")
///     .cookies(CookieSettings::new())
///     .build()?;
/// let response = guard.login("ada").roles(["clerk"]).cookies().respond().await?;
/// assert_eq!(response.status(), 204);
/// assert_eq!(response.headers()["cache-control"], "no-store");
/// assert!(response.headers()["set-cookie"].to_str()?.starts_with("__Host-access_token="));
/// # Ok(())
/// # }
/// ```
#[must_use = "the login does not happen until `respond` is awaited"]
pub struct Login {
    guard: JwtGuard,
    /// `None` where the guard issues no tokens.
    token: Option<NewToken<AccessAndRefresh>>,
    answer: TokenAnswer,
}

impl Login {
    /// The scopes of the access token, and of those that replace it. None by default.
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.change(|token| token.scopes(scopes))
    }

    /// The roles of the access token, and of those that replace it. None by default.
    pub fn roles<S: AsRef<str>>(self, roles: impl IntoIterator<Item = S>) -> Self {
        self.change(|token| token.roles(roles))
    }

    /// The services that the access token is for, instead of the guard's.
    pub fn audience<S: Into<String>>(self, audience: impl IntoIterator<Item = S>) -> Self {
        self.change(|token| token.audience(audience))
    }

    /// Sets a custom claim. Those that the issuer sets cannot be overwritten:
    /// [`NewToken::claim`](crate::issue::NewToken::claim) lists them.
    pub fn claim(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.change(|token| token.claim(name, value))
    }

    /// Sets custom claims from a type that serialises as an object.
    pub fn claims(self, claims: impl Serialize) -> Self {
        self.change(|token| token.claims(claims))
    }

    /// How strongly the person logged in (`acr`), for `acr = ".."` of a policy. None by default.
    pub fn acr(self, acr: impl Into<String>) -> Self {
        self.change(|token| token.acr(acr))
    }

    /// By which methods the person logged in (`amr`). None by default.
    pub fn amr<S: Into<String>>(self, methods: impl IntoIterator<Item = S>) -> Self {
        self.change(|token| token.amr(methods))
    }

    /// Changes the tokens in other ways, such as lifetimes and client. They are always fresh.
    pub fn change(
        mut self,
        change: impl FnOnce(NewToken<AccessAndRefresh>) -> NewToken<AccessAndRefresh>,
    ) -> Self {
        self.token = self.token.map(change);
        self
    }

    /// Answers with the tokens as JSON. The default.
    pub fn json(mut self) -> Self {
        self.answer.form = Delivery::Json;
        self
    }

    /// Answers with the access token in the header `Authorization`, as Litestar does. The header has no place for a
    /// refresh token, so none is issued, and the access token is a login of its own.
    pub fn header(mut self) -> Self {
        self.answer.form = Delivery::Header;
        self
    }

    /// Answers with the tokens in cookies; the guard needs [`cookies`](crate::setup::Builder::cookies). If it
    /// has sessions too, the cookie of a session is cleared, because a request with both is refused; not with
    /// [`prefer_first`](crate::setup::Builder::prefer_first).
    pub fn cookies(mut self) -> Self {
        self.answer.form = Delivery::Cookies;
        self
    }

    /// Answers with the tokens in cookies, and with the access token in the body too, for a page that sends it to other
    /// services in a header. Then a script that an attacker gets into the page can read the access token. The refresh
    /// token is in its cookie only.
    pub fn cookies_and_json(mut self) -> Self {
        self.answer.form = Delivery::CookiesAndJson;
        self
    }

    /// The status of the answer, instead of 200, or of 204 without a body.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.answer.status = Some(status);
        self
    }

    /// A body, as JSON. Beside tokens in the body it must be an object, whose members are added to theirs.
    ///
    /// For another body, such as a page, replace that of the response.
    pub fn body(mut self, body: impl Serialize) -> Self {
        self.answer.set_body(body);
        self
    }

    /// Issues the tokens, tells the store, and writes the response.
    ///
    /// # Errors
    ///
    /// The guard has no signing key, or no cookie settings although cookies were requested; a setter got an illegal
    /// value; a token is too long for a cookie; the store does not answer. Then no login begins.
    pub async fn respond(self) -> Result<Response, LoginError> {
        caught_login(&self.guard.clone(), self.begin()).await
    }

    async fn begin(self) -> Result<Response, LoginError> {
        let Self { guard, token, mut answer } = self;
        answer.check(&guard)?;
        let (Some(token), Some(issuing)) = (token, &guard.config().issuing) else {
            let message = "a login needs `.signing_key(..)` on the guard's builder";
            return Err(LoginError::unconfigured(&guard, message));
        };
        let tokens = issue(&guard, token, issuing, answer.form).await;
        let tokens = tokens.map_err(|error| LoginError::of_issue(&guard, error))?;
        let sets_cookies = answer.form.has_cookies();
        let mut response = answer.write(&guard, &tokens)?;
        if sets_cookies && guard.config().locations.conflict == Conflict::Refuse {
            // Two credentials in one request are refused, so the session of an earlier login must go.
            let resolvers = guard.config().resolvers.iter();
            for (_, cleared) in resolvers.filter_map(|resolver| resolver.cleared_cookie()) {
                response.headers_mut().append(SET_COOKIE, cleared);
            }
        }
        Ok(response)
    }
}

async fn issue(
    guard: &JwtGuard,
    token: NewToken<AccessAndRefresh>,
    issuing: &Issuing,
    form: Delivery,
) -> Result<Tokens, IssueError> {
    let token = prepare(token.fresh(), issuing, form);
    match (&issuing.store, form) {
        (Some(store), Delivery::Json | Delivery::Cookies | Delivery::CookiesAndJson) => {
            // A login whose tokens the client cannot keep must not begin.
            token.begin_if(&**store, |pair| form.fits(guard, pair)).await.map(Into::into)
        }
        (Some(store), Delivery::Header) => token.without_refresh().sign_for(&**store).await.map(Into::into),
        (None, _) => token.without_refresh().sign().map(Into::into),
    }
}

/// Adds what the configuration and the form of the answer require of every pair of tokens.
pub(super) fn prepare(
    token: NewToken<AccessAndRefresh>,
    issuing: &Issuing,
    form: Delivery,
) -> NewToken<AccessAndRefresh> {
    let token = if form.has_cookies() { token.csrf() } else { token };
    let token = if issuing.refresh_ends_access { token.refresh_ends_access() } else { token };
    match issuing.allow_list {
        AllowList::On => token.allow_listed(),
        AllowList::Off => token,
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("answer", &self.answer).finish_non_exhaustive()
    }
}
