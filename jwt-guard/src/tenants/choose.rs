//! Which guard decides about a token: by the issuer that it names, unverified.

use std::panic::Location;

use http::request::Parts;

use super::Tenants;
use crate::caught::caught_while;
use crate::error::AuthError;
use crate::explain::Explanation;
use crate::guard::JwtGuard;
use crate::location::FoundCredential;
use crate::policy::{Access, Rule};
use crate::principal::Principal;
use crate::respond::Refusal;
use crate::token::{TokenKind, TokenSource};

/// The longest issuer that is looked up. It is a key of what is remembered, so it bounds the memory.
const LONGEST_ISSUER: usize = 1024;

/// The policy of a token outside of a request.
const RULE: &Rule = &Rule::authenticated();

impl Tenants {
    /// The guard that decides about the credentials of a request.
    ///
    /// # Errors
    ///
    /// The token names an issuer that is not a tenant, or the resolver does not answer.
    pub(super) async fn choose(&self, request: &Parts, kind: TokenKind) -> Result<JwtGuard, AuthError> {
        let locations = self.0.default.config().locations(kind);
        match locations.find(&JwtGuard::seen(request)) {
            Ok(FoundCredential::Token(token, source)) => self.choose_for(token, source, kind).await,
            // The default guard refuses two tokens and malformed ones, as it does alone.
            Ok(FoundCredential::Nothing | FoundCredential::OtherScheme) | Err(_) => {
                Ok(self.0.default.clone())
            }
        }
    }

    /// The guard that decides about one credential.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub(super) async fn choose_for(
        &self,
        token: &[u8],
        source: TokenSource,
        kind: TokenKind,
    ) -> Result<JwtGuard, AuthError> {
        let choosing = async {
            match self.foreign_issuer(token, source, kind) {
                None => Ok(self.0.default.clone()),
                // A database may fail for a name with control characters, or have a row without a name; no issuer is such.
                Some(issuer)
                    if issuer.trim().is_empty()
                        || issuer.len() > LONGEST_ISSUER
                        || issuer.contains(char::is_control) =>
                {
                    Err(AuthError::UnknownTenant)
                }
                Some(issuer) => self.of_issuer(&issuer).await,
            }
        };
        // The clock is application code.
        caught_while(choosing).await.unwrap_or(Err(AuthError::Panic))
    }

    /// The issuer of a token that is not for the default guard.
    fn foreign_issuer(&self, token: &[u8], source: TokenSource, kind: TokenKind) -> Option<String> {
        let config = self.0.default.config();
        if config.resolver_of(token, source, kind).is_some() {
            return None;
        }
        let issuer = config.verifier(kind).unverified_issuer(token)?;
        let mut rules =
            config.verifier(TokenKind::Access).rules().chain(config.verifier(TokenKind::Refresh).rules());
        let is_own = rules.any(|rules| rules.has_issuer(&issuer));
        (!is_own).then_some(issuer)
    }
}

/// # Outside of a request
impl Tenants {
    /// The guard that decides about a token which did not come in the head of a request: to verify it, to
    /// [load its user](JwtGuard::user_of), or to [explain](JwtGuard::explain) why it is refused.
    ///
    /// # Errors
    ///
    /// What a request with this token would be told: 401 if its issuer is not a tenant, 503 if the resolver does not answer.
    /// The refusal is logged.
    pub async fn guard_of(&self, token: &str) -> Result<JwtGuard, Refusal> {
        self.guard_by(token, RULE).await
    }

    /// Verifies an access token with the guard of its tenant: as [`JwtGuard::verify`], for the first message of a WebSocket,
    /// for `connection_init` of GraphQL, for a message of a queue.
    ///
    /// # Errors
    ///
    /// As [`guard_of`](Self::guard_of) and [`JwtGuard::verify`].
    pub async fn verify(&self, token: &str) -> Result<Principal, Refusal> {
        self.verify_by(token, RULE).await
    }

    /// Verifies a token with the guard of its tenant, and evaluates `policy` for its caller: as [`JwtGuard::verify_by`].
    ///
    /// # Errors
    ///
    /// As [`guard_of`](Self::guard_of) and [`JwtGuard::verify_by`].
    #[track_caller]
    pub fn verify_by(
        &self,
        token: &str,
        policy: &'static Rule,
    ) -> impl Future<Output = Result<Principal, Refusal>> + Send {
        let called = Location::caller();
        async move { self.guard_by(token, policy).await?.verify_at(token, policy, called).await }
    }

    /// Explains a token with the guard of its tenant: as [`JwtGuard::explain`]. The resolver may be asked.
    ///
    /// # Errors
    ///
    /// As [`guard_of`](Self::guard_of).
    pub async fn explain(&self, token: &str) -> Result<Explanation, Refusal> {
        Ok(self.guard_of(token).await?.explain(token))
    }

    async fn guard_by(&self, token: &str, policy: &'static Rule) -> Result<JwtGuard, Refusal> {
        let default = &self.0.default;
        if policy.access() == Access::CredentialsIgnored {
            return Ok(default.clone());
        }
        let chosen = self.choose_for(token.as_bytes(), TokenSource::OutsideRequest, policy.token()).await;
        match chosen {
            // The default guard does not know the token either, and reports that.
            Err(error) if policy.reports(&error) => Ok(default.clone()),
            chosen => chosen.map_err(|error| default.refuse_outside(token, policy, &error)),
        }
    }
}
