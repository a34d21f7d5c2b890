//! Building a guard: settings by code, by a file and by the environment, checked together.

mod carried;
mod draft;
mod hierarchy;
mod implications;
mod issuer;
mod own_tokens;
#[cfg(feature = "remote-keys")]
mod remote;
mod resource;
#[cfg(feature = "sessions")]
mod sessions;
mod settings;
mod typestate;
mod users;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use self::carried::Carried;
use self::draft::{ANY_AUDIENCE, Draft, KeySource};
use self::implications::Implications;
pub use self::issuer::TrustedIssuer;
pub use self::settings::Settings;
use self::typestate::{AudienceGiven, KeysGiven};
pub use self::typestate::{HasAudience, HasKeys, WantsAudience, WantsKeys};
use crate::clock::Clock;
use crate::cookies::CookieSettings;
use crate::guard::JwtGuard;
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::location::{Conflict, Credentials, Place, TokenLocation};
use crate::problems::ConfigError;
use crate::respond::{ProblemJson, RenderRefusal};
use crate::secret::Secret;
use crate::verify::{EmbeddedKeys, TokenCache, TokenProfile};

/// Collects the configuration of a guard; [`JwtGuard::builder`] starts one.
///
/// Keys and audience must be given before [`build`](Builder::build) exists. Nothing is checked until then, so that
/// all mistakes are named at once.
#[must_use = "a builder protects nothing until it is built"]
pub struct Builder<K, A> {
    pub(super) draft: Draft,
    renderer: Box<dyn RenderRefusal>,
    state: PhantomData<fn() -> (K, A)>,
}

impl JwtGuard {
    /// Starts a configuration. Two decisions are mandatory: [a key](Builder::secret) and [an
    /// audience](Builder::audience); every other setting has a default.
    pub fn builder() -> Builder<WantsKeys, WantsAudience> {
        Builder::new()
    }
}

impl Builder<WantsKeys, WantsAudience> {
    pub(super) fn new() -> Self {
        Self { draft: Draft::new(), renderer: Box::new(ProblemJson), state: PhantomData }
    }
}

impl Builder<HasKeys, HasAudience> {
    /// A builder of settings from outside: whether they name keys and an audience is checked when it is built.
    pub(super) fn of(draft: Draft) -> Self {
        Self { draft, renderer: Box::new(ProblemJson), state: PhantomData }
    }
}

/// Keys. Each call adds one; a token chooses among them by its `kid`, and each verifies with its own algorithm only. Where
/// tokens name a key, give it that id, by [`Builder::key`] and [`VerifyingKey::with_id`]: a key without one is for tokens that
/// name none, and a public key for those that name its thumbprint.
impl<K, A> Builder<K, A> {
    /// Adds a shared secret for HS256: at least 32 random bytes (RFC 7518 section 3.2), not a password.
    pub fn secret(self, secret: impl Into<Secret>) -> Builder<HasKeys, A> {
        self.secret_for(Algorithm::Hs256, secret)
    }

    /// Adds a shared secret for HS256, HS384 or HS512: at least 32, 48 or 64 random bytes.
    pub fn secret_for(self, algorithm: Algorithm, secret: impl Into<Secret>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Secret(algorithm, secret.into()))
    }

    /// Adds a public key in PEM: `PUBLIC KEY`, or `RSA PUBLIC KEY`.
    pub fn pem(self, algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Pem(algorithm, pem.as_ref().to_vec()))
    }

    /// Adds a public key in DER: SubjectPublicKeyInfo, or PKCS#1 for RSA.
    pub fn der(self, algorithm: Algorithm, der: impl AsRef<[u8]>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Der(algorithm, der.as_ref().to_vec()))
    }

    /// Adds a JSON Web Key (RFC 7517). An RSA or symmetric key without `alg` needs
    /// [`algorithms`](Builder::algorithms) to name the one it is for.
    pub fn jwk(self, json: impl Into<String>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Jwk(json.into()))
    }

    /// Adds every usable key of a JSON Web Key set. Keys for other purposes are passed over; none usable is an
    /// error that says why for each.
    pub fn jwk_set(self, json: impl Into<String>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::JwkSet(json.into()))
    }

    /// Adds a key that was loaded before.
    pub fn key(self, key: VerifyingKey) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Loaded(key))
    }

    /// Adds a set of keys that was loaded before.
    pub fn key_set(self, keys: KeySet) -> Builder<HasKeys, A> {
        self.with_key(KeySource::LoadedSet(keys))
    }

    /// Allows these algorithms only. By default each key allows the one it is bound to; the list is needed where a
    /// JWK does not say which.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.draft.own.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Accepts the tokens of another issuer too, or of others alone. Each has its own keys, audience and claims; settings
    /// of the request, the clock and the limits are the guard's. May be called for several.
    pub fn trust(mut self, issuer: TrustedIssuer) -> Builder<HasKeys, HasAudience> {
        self.draft.trusted.push(issuer.0);
        self.into_state()
    }

    fn with_key(mut self, key: KeySource) -> Builder<HasKeys, A> {
        self.draft.own.keys.push(key);
        self.into_state()
    }

    pub(super) fn into_state<K2, A2>(self) -> Builder<K2, A2> {
        Builder { draft: self.draft, renderer: self.renderer, state: PhantomData }
    }
}

/// What a token must say.
impl<K, A> Builder<K, A> {
    /// Accepts tokens for this audience: `aud` must be it, or a list that contains it, byte for byte. May be called
    /// for several; one must match.
    pub fn audience(mut self, audience: impl Into<String>) -> Builder<K, HasAudience> {
        self.draft.own.audiences.push(audience.into());
        self.into_state()
    }

    /// Accepts tokens of this issuer only: `iss` must be there and equal it, byte for byte. May be called for
    /// several names of the one issuer that owns the keys. Without it any `iss` is accepted: the key alone tells.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.draft.own.issuers.push(issuer.into());
        self
    }

    /// Requires a claim to be there and not null, beside `exp`, `aud` and the subject, which always are required.
    pub fn required_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.required_claims.push(name.into());
        self
    }

    /// Accepts one kind of token; [`TokenProfile::Classic`] by default.
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.draft.own.profile = profile;
        self
    }

    /// Allows clocks to differ by this much in `exp`, `nbf` and `iat`: 30 seconds by default, 5 minutes at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.draft.leeway = leeway;
        self
    }

    /// Refuses tokens whose time from `iat` to `exp` is longer than this: 24 hours by default, 366 days at most. No limit at
    /// all is behind [`danger`](Self::danger).
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.draft.max_lifetime = Some(lifetime);
        self
    }

    /// Refuses tokens that were issued longer ago than this, whatever their `exp`; then `iat` is required. Off by
    /// default.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.draft.max_age = Some(age);
        self
    }

    /// Refuses tokens that carry a key or the address of one in their header (`jwk`, `jku`, `x5u`, `x5c`). By
    /// default such members are ignored; they are never used.
    pub fn refuse_embedded_keys(mut self) -> Self {
        self.draft.embedded_keys = EmbeddedKeys::Refuse;
        self
    }

    /// Refuses tokens longer than this many bytes before anything else is done: 8192 by default, 16384 at most.
    pub fn max_token_len(mut self, bytes: usize) -> Self {
        self.draft.max_token_len = bytes;
        self
    }

    /// Reads the caller's identity from another claim than `sub`. The claim must be a string that is not empty.
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.subject_claim = name.into();
        self
    }

    /// Reads scopes from the claim at this path, each segment one member name: a list of strings, or one string of
    /// names separated by spaces. May be called for several. `scope` and `scp` by default, which a first call
    /// replaces.
    pub fn scope_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.draft.own.scope_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Reads roles from the claim at this path, such as `["realm_access", "roles"]`: a list of strings, or one
    /// string that is one role. May be called for several. `roles` by default, which a first call replaces.
    pub fn role_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.draft.own.role_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Says which verified tokens are remembered: by default those with asymmetric signatures, for a minute.
    pub fn token_cache(mut self, cache: TokenCache) -> Self {
        self.draft.token_cache = cache;
        self
    }

    /// Takes the time from `clock` instead of the system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.draft.clock = Arc::new(clock);
        self
    }
}

/// The request and the answer.
impl<K, A> Builder<K, A> {
    /// Looks for tokens in these places, in this order; `Authorization: Bearer` alone by default.
    pub fn locations(mut self, locations: impl IntoIterator<Item = TokenLocation>) -> Self {
        self.draft.locations = locations.into_iter().collect();
        self
    }

    /// Sets tokens in cookies where [`Login::cookies`](crate::login::Login::cookies) asks for it, and reads them: access tokens
    /// from their cookie, after all other locations, and refresh tokens from theirs where a policy asks for one.
    ///
    /// A request that may change something must then repeat the `csrf` claim of its token, also on open routes: a browser
    /// sends the cookies of an earlier login with the form of the next one. A token in a header is exempt; a request with
    /// both carries two tokens, and is 400 unless [`prefer_first`](Self::prefer_first) is set.
    pub fn cookies(mut self, settings: CookieSettings) -> Self {
        self.draft.cookies = Some(settings);
        self
    }

    /// Lets pages of this origin, such as `https://app.example`, use tokens in cookies for more than reading. By default
    /// only pages of the host that the request was sent to may. Behind a proxy that changes `Host`, name your own origin.
    pub fn trusted_origin(mut self, origin: impl Into<String>) -> Self {
        self.draft.trusted_origins.push(origin.into());
        self
    }

    /// Takes the token of the first location that holds one, where a request carries several. By default that is
    /// 400 (RFC 6750 section 2). A bad token is never rescued by a later one.
    pub fn prefer_first(mut self) -> Self {
        self.draft.conflict = Conflict::PreferFirst;
        self
    }

    /// Removes the token from a request that was let in, so that no handler, proxy or log behind the guard sees it.
    /// `Claims` and `Principal` work as before. `OriginalUri` keeps the address as it came, and another guard in an inner
    /// layer finds no token.
    pub fn strip_credentials(mut self) -> Self {
        self.draft.credentials = Credentials::Strip;
        self
    }

    /// Names the guard in [access tables](crate::Router::access_table), where a program has several; by default it is called
    /// by its realm. Clients are not told the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.draft.name = Some(name.into());
        self
    }

    /// Names the protection space in challenges; `api` by default.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.draft.realm = realm.into();
        self
    }

    /// Writes the body of refusals; [`ProblemJson`] by default.
    pub fn refusal_body(mut self, renderer: impl RenderRefusal) -> Self {
        self.renderer = Box::new(renderer);
        self
    }

    /// Opens the door to settings that weaken the guard, so that a search for `danger` finds every use.
    pub fn danger(self) -> Danger<K, A> {
        Danger(self)
    }

    /// Checks the configuration as a whole, loads the keys and tries the crypto backend.
    ///
    /// Where the crate jsonwebtoken has no process-wide `CryptoProvider`, because two of its backends are compiled in, this
    /// installs the one of the guard, so that the application's own calls of jsonwebtoken go on to work. An application
    /// that wants another one installs it before.
    ///
    /// # Errors
    ///
    /// Every problem, not the first: each key that cannot be used and each setting that makes no sense, with the
    /// fix.
    pub fn build(self) -> Result<JwtGuard, ConfigError>
    where
        K: KeysGiven,
        A: AudienceGiven,
    {
        Ok(JwtGuard::new(self.draft.finish()?, self.renderer))
    }
}

/// Settings that weaken a guard. Each says what must then protect you.
#[must_use = "pass through one of the methods to go on"]
pub struct Danger<K, A>(Builder<K, A>);

impl<K, A> Danger<K, A> {
    /// Accepts tokens for any audience, or for none. Then a token that another service of the same issuer received
    /// is accepted here: only do this where the issuer issues for this service alone. The reason is for the reader
    /// of the code, and must not be empty.
    pub fn any_audience(mut self, reason: impl Into<String>) -> Builder<K, HasAudience> {
        self.0.draft.excuses.push((ANY_AUDIENCE, reason.into()));
        self.0.into_state()
    }

    /// Accepts tokens of any lifetime. Then a stolen token may be good for years: only do this where tokens can be
    /// revoked.
    pub fn unlimited_lifetime(mut self, reason: impl Into<String>) -> Builder<K, A> {
        self.0.draft.max_lifetime = None;
        self.0.draft.excuses.push(("unlimited_lifetime", reason.into()));
        self.0
    }

    /// Reads the token from a query parameter too, after all other locations. Addresses end up in logs, histories
    /// and `Referer` headers: only do this for clients that cannot set a header, with tokens that live for seconds,
    /// and answer with `Cache-Control: private` (RFC 6750 section 2.3).
    pub fn query_parameter(mut self, name: impl Into<String>) -> Builder<K, A> {
        self.0.draft.query.push(TokenLocation(Place::Query { name: name.into() }));
        self.0
    }
}

impl<K, A> fmt::Debug for Builder<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("draft", &self.draft).finish_non_exhaustive()
    }
}

impl<K, A> fmt::Debug for Danger<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Danger").field(&self.0.draft).finish()
    }
}
