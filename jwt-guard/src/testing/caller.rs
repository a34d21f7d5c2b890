//! A caller that a test makes up.

use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use http::{HeaderName, HeaderValue, Request};
use serde::Serialize;

use super::carry;
use super::claims::CallerFacts;
use super::defect::Defect;
use super::issuer::TestIssuer;
use crate::token::TokenKind;

/// Who calls in a test: a person or a machine, with what their token grants. Made by
/// [`TestIssuer::caller`](super::TestIssuer::caller).
///
/// ```
/// use axum::http::Request;
/// use jwt_guard::testing::TestIssuer;
/// use jwt_guard::{Algorithm, Claims, JwtGuard, Principal, Router, Secret, SigningKey, requires, routing::get};
/// use tower::ServiceExt as _;
///
/// #[requires(scope = "orders:read")]
/// async fn orders(caller: Principal) -> String {
///     format!("the orders of {}", caller.subject().unwrap_or_default())
/// }
///
/// /// What the handlers of an application share.
/// fn tenant(claims: &Claims) -> Option<&str> {
///     claims.get("tenant")?.as_str()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
/// let ada = TestIssuer::of(&guard).caller("ada").scopes(["orders:read"]).claim("tenant", "acme");
///
/// // A request to the whole application.
/// let app = Router::new().route("/orders", get(orders)).with_guard(guard);
/// assert_eq!(app.clone().oneshot(ada.get("/orders")).await?.status(), 200);
/// let stranger = ada.clone().scopes([""; 0]);
/// assert_eq!(app.oneshot(stranger.get("/orders")).await?.status(), 403);
///
/// // A handler, called as the function that it is; and a function with a caller among its parameters.
/// assert_eq!(orders(ada.extract().await?, ada.extract().await?).await, "the orders of ada");
/// assert_eq!(tenant(&ada.extract().await?), Some("acme"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a caller does nothing until it calls"]
pub struct TestCaller {
    issuer: TestIssuer,
    facts: CallerFacts,
}

impl TestCaller {
    pub(super) fn new(issuer: TestIssuer, facts: CallerFacts) -> Self {
        Self { issuer, facts }
    }

    /// The scopes, replacing those of an earlier call. None by default.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.facts.scopes = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        self
    }

    /// The roles, replacing those of an earlier call. None by default.
    pub fn roles<S: AsRef<str>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.facts.roles = roles.into_iter().map(|role| role.as_ref().to_owned()).collect();
        self
    }

    /// Sets a claim, in place of what the guard asks for if it has that name. `Value::Null` counts as absent.
    ///
    /// # Panics
    ///
    /// If the value is not JSON.
    #[track_caller]
    pub fn claim(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.claim_at([name], value)
    }

    /// Sets a claim within others, each segment one member name: `["realm", "name"]` for `{"realm": {"name": ..}}`.
    ///
    /// # Panics
    ///
    /// If the value is not JSON.
    #[track_caller]
    pub fn claim_at<S: Into<String>>(
        mut self,
        path: impl IntoIterator<Item = S>,
        value: impl Serialize,
    ) -> Self {
        let value = match serde_json::to_value(value) {
            Ok(value) => value,
            Err(error) => panic!("a claim must be JSON: {error}"),
        };
        self.facts.claims.push((path.into_iter().map(Into::into).collect(), value));
        self
    }

    /// The caller has just logged in, for the condition `fresh`.
    pub fn fresh(mut self) -> Self {
        self.facts.fresh = true;
        self
    }

    /// How long ago the person logged in (`auth_time`), for the condition `max_age`. Not said by default. The class of
    /// the login is a claim: `.claim("acr", "gold")`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use jwt_guard::testing::TestIssuer;
    /// # use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, requires, routing::get};
    /// # use tower::ServiceExt as _;
    ///
    /// #[requires(max_age = "10m")]
    /// async fn vault() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
    /// let ada = TestIssuer::of(&guard).caller("ada");
    /// let app = Router::new().route("/vault", get(vault)).with_guard(guard);
    /// for (minutes, status) in [(5, 200), (15, 401)] {
    ///     let ada = ada.clone().login_age(Duration::from_secs(60 * minutes));
    ///     assert_eq!(app.clone().oneshot(ada.get("/vault")).await?.status(), status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn login_age(mut self, age: Duration) -> Self {
        self.facts.login_age = Some(age);
        self
    }

    /// How long the token lives. Five minutes by default, or less where the guard wants that.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.facts.lifetime = Some(lifetime);
        self
    }

    /// A good access token, signed anew at each call.
    ///
    /// # Panics
    ///
    /// If the guard reads no scopes or roles and the caller has some, or does not believe its issuer about fresh
    /// logins.
    #[must_use]
    #[track_caller]
    pub fn token(&self) -> String {
        match self.good(TokenKind::Access) {
            Ok(token) => token,
            Err(reason) => {
                panic!("the guard `{}` cannot know such a caller: {reason}", self.issuer.guard().name())
            }
        }
    }

    /// A token with one defect, and good but for it. `None` if it would not be a defect for this guard, which has said
    /// so in its configuration: one without an issuer accepts tokens of any.
    ///
    /// ```
    /// use jwt_guard::explain::Check;
    /// use jwt_guard::testing::{Defect, TestIssuer};
    /// # use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
    /// let expired = TestIssuer::of(&guard).caller("ada").broken_token(Defect::Expired).ok_or("not a defect")?;
    /// assert_eq!(guard.explain(&expired).failure().map(|(check, _)| check), Some(Check::Expiry));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn broken_token(&self, defect: Defect) -> Option<String> {
        self.broken(TokenKind::Access, defect).ok()
    }

    /// The header of a request with a good token, in the first place where the guard looks for one: by default
    /// `Authorization: Bearer ..`. For tools such as axum-test, whose `add_header` takes both.
    ///
    /// # Panics
    ///
    /// As [`token`](Self::token); and if that place is not one header: a cookie goes with others.
    #[must_use]
    #[track_caller]
    pub fn header(&self) -> (HeaderName, HeaderValue) {
        let (parts, ()) = self.attach_to(Request::new(())).into_parts();
        let mut headers = parts.headers.into_iter();
        match (headers.next(), headers.next()) {
            (Some((Some(name), value)), None) => (name, value),
            _ => {
                panic!("the guard does not look for its token in one header first; take `attach_to(request)`")
            }
        }
    }

    /// The request with a good token, in the first place where the guard looks for one. With a cookie goes what a
    /// browser sends for a page of this site.
    ///
    /// # Panics
    ///
    /// As [`token`](Self::token).
    #[must_use]
    #[track_caller]
    pub fn attach_to<B>(&self, request: Request<B>) -> Request<B> {
        let guard = self.issuer.guard();
        let (mut parts, body) = request.into_parts();
        let csrf = carry::csrf(guard);
        let token = match &csrf {
            Some(_) => self.clone().claim("csrf", carry::CSRF_VALUE).token(),
            None => self.token(),
        };
        carry::attach(guard, TokenKind::Access, &token, &mut parts);
        Request::from_parts(parts, body)
    }

    /// A `GET` request with a good token.
    ///
    /// # Panics
    ///
    /// As [`token`](Self::token); and if `path` is not a path.
    #[must_use]
    #[track_caller]
    pub fn get(&self, path: &str) -> Request<Body> {
        match Request::get(path).body(Body::empty()) {
            Ok(request) => self.attach_to(request),
            Err(error) => panic!("{path:?} is not the path of a request: {error}"),
        }
    }

    /// What an extractor makes of a request of this caller: `Claims`, `Claims<T>`, `Principal`, `CurrentUser<U>`, or
    /// the [`Guarded`](crate::extract::Guarded) of a handler.
    ///
    /// The token is signed, and the guard verifies it: a `Principal` is proof in a test too. The request is `GET /` and
    /// no route has matched it, so a policy that reads the path refuses it; send a request to the application instead.
    ///
    /// # Errors
    ///
    /// The refusal, as the application would answer.
    pub async fn extract<E: FromRequestParts<()>>(&self) -> Result<E, E::Rejection> {
        let (mut parts, ()) = self.attach_to(Request::new(())).into_parts();
        self.issuer.guard().provide(&mut parts.extensions);
        E::from_request_parts(&mut parts, &()).await
    }

    /// A good token of this kind.
    ///
    /// # Errors
    ///
    /// What the guard does not read.
    pub(super) fn good(&self, kind: TokenKind) -> Result<String, &'static str> {
        Ok(self.issuer.draft(kind, &self.facts)?.signed(self.issuer.key()))
    }

    /// A token of this kind with one defect.
    ///
    /// # Errors
    ///
    /// Why it would not be one.
    pub(super) fn broken(&self, kind: TokenKind, defect: Defect) -> Result<String, &'static str> {
        defect.token(&self.issuer, kind, &self.facts)
    }
}
