//! A token before it is signed.

use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use super::contents::{self, IssueReason, TokenContents};
use super::error::{IssueError, IssueErrorKind};
use super::{TokenIssuer, names};
use crate::claims::names::NameSet;

/// A token before it is signed, from [`TokenIssuer::access`], [`refresh`](TokenIssuer::refresh) or
/// [`pair`](TokenIssuer::pair).
///
/// An illegal value of a setter is an error when the token is signed; nothing is dropped silently.
///
/// ```
/// use std::time::Duration;
/// # use jwt_guard::issue::TokenIssuer;
/// # use jwt_guard::{Algorithm, Secret, SigningKey};
/// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// # let issuer = TokenIssuer::builder(key).audience("orders").build()?;
///
/// let token = issuer
///     .access("alice")
///     .scopes(["orders:read"])
///     .roles(["clerk"])
///     .claim("tenant", "acme")
///     .lifetime(Duration::from_secs(60))
///     .sign()?;
/// assert_eq!(token.expires_in(), Duration::from_secs(60));
///
/// let error = issuer.access("alice").scopes(["orders read"]).sign().unwrap_err();
/// assert!(error.to_string().contains("RFC 6749"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a token does nothing until it is signed"]
pub struct NewToken<K = AccessOnly> {
    pub(super) issuer: TokenIssuer,
    pub(super) contents: TokenContents,
    pub(super) allow_listed: bool,
    pub(super) problem: Option<IssueError>,
    kind: PhantomData<fn() -> K>,
}

/// A [`NewToken`] that becomes an access token.
#[derive(Debug)]
pub enum AccessOnly {}

/// A [`NewToken`] that becomes a refresh token.
#[derive(Debug)]
pub enum RefreshOnly {}

/// A [`NewToken`] that becomes an access token and the refresh token that renews it.
#[derive(Debug)]
pub enum AccessAndRefresh {}

impl<K> NewToken<K> {
    pub(super) fn new(issuer: TokenIssuer, subject: String) -> Self {
        let problem = names::check_name("subject", &subject).err();
        let contents = TokenContents::new(subject);
        Self { issuer, contents, allow_listed: false, problem, kind: PhantomData }
    }

    /// The scopes that the access token grants (`scope`), replacing those of an earlier call. None by default.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.contents.scopes = NameSet::none();
        for scope in scopes {
            self.note(names::check_scope(scope.as_ref()));
            self.contents.scopes.insert(scope.as_ref());
        }
        self
    }

    /// The roles that the access token grants (`roles`, RFC 9068 section 2.2.3.1), replacing those of an earlier call.
    /// None by default.
    pub fn roles<S: AsRef<str>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.contents.roles = NameSet::none();
        for role in roles {
            self.note(names::check_role(role.as_ref()));
            self.contents.roles.insert(role.as_ref());
        }
        self
    }

    /// The services that the access token is for (`aud`), instead of the issuer's. A refresh token stays with the
    /// issuer's own audience, because it is presented there.
    pub fn audience<S: Into<String>>(mut self, audience: impl IntoIterator<Item = S>) -> Self {
        let audience: Vec<String> = audience.into_iter().map(Into::into).collect();
        if audience.is_empty() {
            self.note(names::check_name("audience", ""));
        }
        for name in &audience {
            self.note(names::check_name("audience", name));
        }
        self.contents.audience = Some(audience);
        self
    }

    /// Sets a custom claim. The last value of a name counts.
    ///
    /// The claims that the issuer sets cannot be overwritten: `iss`, `sub`, `aud`, `exp`, `nbf`, `iat`,
    /// `jti`, `sid`, `scope`, `scp`, `roles`, `fresh`, `auth_time`, `acr`, `amr`, `client_id`, `typ`, `cnf`,
    /// `csrf`, `renew`, and the claims from which the guard reads subject, scopes and roles.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => self.put(name.into(), value),
            Err(error) => self.note(Err(no_json("the claim is not JSON").because(error))),
        }
        self
    }

    /// Sets custom claims from a type that serialises as an object. As [`claim`](Self::claim) for each of its members.
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        match serde_json::to_value(claims) {
            Ok(Value::Object(members)) => members.into_iter().for_each(|(name, value)| self.put(name, value)),
            Ok(_) => self.note(Err(no_json("the claims are not a JSON object: expected a struct or a map"))),
            Err(error) => self.note(Err(no_json("the claims are not a JSON object").because(error))),
        }
        self
    }

    /// Marks the token as issued by a login: the caller has just been authenticated. Sets `auth_time`, and `fresh` in
    /// the access token. Tokens are not fresh by default, and renewed ones never are.
    pub fn fresh(mut self) -> Self {
        self.contents.origin = IssueReason::Login;
        self
    }

    /// When the person logged in (`auth_time`), if that was not just now: at an identity provider whose
    /// session is older, for example. `max_age = ".."` of a policy asks for it. By default the time of the
    /// signature for a [fresh](Self::fresh) token, and nothing for others. A refresh does not change it.
    pub fn auth_time(mut self, time: SystemTime) -> Self {
        match contents::seconds(time) {
            Ok(seconds) => self.contents.login.auth_time = Some(seconds),
            Err(error) => self.note(Err(error)),
        }
        self
    }

    /// How strongly the person logged in (`acr`), for `acr = ".."` of a policy. None by default. A refresh does not change
    /// it.
    ///
    /// ```
    /// # use jwt_guard::issue::TokenIssuer;
    /// # use jwt_guard::{Algorithm, Secret, SigningKey};
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let issuer = TokenIssuer::builder(key).audience("orders").build()?;
    /// assert!(issuer.access("alice").fresh().acr("urn:example:mfa").amr(["pwd", "otp"]).sign().is_ok());
    /// assert!(issuer.access("alice").acr("two words").sign().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        let acr = acr.into();
        self.note(names::check_acr(&acr));
        self.contents.login.acr = Some(acr);
        self
    }

    /// By which methods the person logged in (`amr`, RFC 8176), replacing those of an earlier call. None by default. A
    /// refresh does not change them.
    pub fn amr<S: Into<String>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        self.contents.login.amr = methods.into_iter().map(Into::into).collect();
        let checked =
            self.contents.login.amr.iter().try_for_each(|name| names::check_name("method of a login", name));
        self.note(checked);
        self
    }

    /// The login that the token belongs to (`sid`). By default a refresh token starts a new login, and an access token
    /// has none.
    ///
    /// A name of your own does not contain the epoch in which the login began, as the names of a
    /// [store](crate::store::TokenStore::login_mark) do. When all logins of its subject end, its access tokens are judged by
    /// the time of their issue; so new ones are refused too for the leeway of the guards. A store that ends the login
    /// by name remembers that for the lifetime of the access tokens that it knows of.
    ///
    /// A login belongs to one subject: give no token of another subject its name. A logout everywhere of the login's
    /// subject does not end such a token, and takes the place of an earlier logout, which did.
    pub fn family(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.note(names::check_name("id of the family", &id));
        self.contents.family = Some(id);
        self
    }

    /// The client that the token is issued to (`client_id`), instead of the issuer's default.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.note(names::check_name("client id", &id));
        self.contents.client_id = Some(id);
        self
    }

    /// Adds a parameter to the header of every token, for services that look for one, such as an API gateway. It proves
    /// no more than a claim, and guards ignore it.
    ///
    /// The parameters of signatures, encryption and protocols cannot be set: `alg`, `typ`, `kid`, `crit`, `cty`, `jwk`, `jku`,
    /// `x5u`, `x5c`, `x5t`, `x5t#S256`, `b64`, `enc`, `zip`, `nonce`, `url`, and those of key agreement (RFC 7515 section 4.1,
    /// RFC 7516 section 4.1, RFC 7518, RFC 7797, RFC 8555, RFC 9449). Renewed tokens have no such parameter, unless
    /// [`Renewal::change`](super::Renewal::change) sets it again.
    ///
    /// ```
    /// # use jwt_guard::issue::TokenIssuer;
    /// # use jwt_guard::{Algorithm, Secret, SigningKey};
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let issuer = TokenIssuer::builder(key).audience("orders").build()?;
    /// assert!(issuer.access("alice").header("tenant", "acme").sign().is_ok());
    /// assert!(issuer.access("alice").header("alg", "none").sign().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        self.note(names::check_parameter(&name));
        match serde_json::to_value(value) {
            Ok(value) => drop(self.contents.header.insert(name, value)),
            Err(error) => self.note(Err(no_json("the parameter of the header is not JSON").because(error))),
        }
        self
    }

    /// Gives every token a random `csrf` claim, for tokens that travel in cookies:
    /// [`IssuedToken::csrf`](super::IssuedToken::csrf) has the value. None by default.
    pub fn csrf(mut self) -> Self {
        self.contents.csrf = true;
        self
    }

    pub(super) fn set_access_id(&mut self, id: String) {
        self.note(names::check_name("id of the token", &id));
        self.contents.access_id = Some(id);
    }

    pub(super) fn into_kind<K2>(self) -> NewToken<K2> {
        let Self { issuer, contents, allow_listed, problem, kind: _ } = self;
        NewToken { issuer, contents, allow_listed, problem, kind: PhantomData }
    }

    /// Keeps the first problem, which may have caused the others.
    pub(super) fn note(&mut self, result: Result<(), IssueError>) {
        if let Err(problem) = result {
            self.problem.get_or_insert(problem);
        }
    }

    fn put(&mut self, name: String, value: Value) {
        self.note(self.issuer.settings().check_claim(&name));
        self.contents.custom.insert(name, value);
    }
}

fn no_json(message: &'static str) -> IssueError {
    IssueError::new(IssueErrorKind::Claim, message)
}

impl<K> fmt::Debug for NewToken<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewToken(..)")
    }
}
