//! The guard's own tokens: issuing and revocation.

use std::sync::Arc;
use std::time::Duration;

use super::token_rules::TokenRules;
use super::{Builder, HasKeys};
use crate::config::{AllowList, IssuerChanges, Issuing, RevocationCheck, RevocationSource};
use crate::issue::{IssueError, IssuerBuilder, LONGEST_GRACE, TokenIssuer};
use crate::keys::SigningKey;
use crate::problems::Problems;
use crate::store::{RevocationStore, TokenStore};
use crate::token::GuardNumber;
use crate::verify::{Audience, ClaimPath, Rules};

/// The settings of this file.
#[derive(Debug)]
pub(super) struct OwnTokens {
    pub(super) signing_key: Option<SigningKey>,
    issuer_changes: IssuerChanges,
    revocation: Option<RevocationSource>,
    token_store: Option<Arc<dyn TokenStore>>,
    allow_list: AllowList,
    grace: Duration,
    /// Whether a refresh ends the access token before it.
    refresh_ends_access: bool,
}

impl Default for OwnTokens {
    fn default() -> Self {
        Self {
            signing_key: None,
            issuer_changes: IssuerChanges::default(),
            revocation: None,
            token_store: None,
            allow_list: AllowList::Off,
            grace: Duration::ZERO,
            refresh_ends_access: false,
        }
    }
}

/// The guard's own tokens.
impl<K, A> Builder<K, A> {
    /// Issues tokens, signed with this key: [`JwtGuard::issuer`](crate::JwtGuard::issuer) and
    /// [`JwtGuard::login`](crate::JwtGuard::login) need it. The guard accepts tokens of the key; add older keys beside
    /// it until the last of their tokens has expired.
    pub fn signing_key(mut self, key: SigningKey) -> Builder<HasKeys, A> {
        self.draft.own_tokens.signing_key = Some(key);
        self.into_state()
    }

    /// Changes the issuer: lifetimes, client, limits. Issuer name, audience, clock and subject claim are those of the
    /// guard. Calls accumulate.
    ///
    /// ```
    /// use std::time::Duration;
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    ///
    /// let guard = JwtGuard::builder()
    ///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
    ///     .audience("orders")
    ///     .issuing(|issuer| issuer.access_lifetime(Duration::from_secs(300)))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn issuing(mut self, change: impl FnOnce(IssuerBuilder) -> IssuerBuilder + Send + 'static) -> Self {
        self.draft.own_tokens.issuer_changes.0 = Some(match self.draft.own_tokens.issuer_changes.0.take() {
            Some(earlier) => Box::new(move |issuer| change(earlier(issuer))),
            None => Box::new(change),
        });
        self
    }

    /// Remembers revocations and refresh tokens in `store`, and asks it about every token. Then a token without `jti` is
    /// refused, and while the store does not answer, every request is 503.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.draft.own_tokens.token_store = Some(Arc::new(store));
        self
    }

    /// Asks `store`, which may be a closure, about every token; for guards that do not issue tokens themselves. Then a
    /// token without `jti` is refused.
    pub fn revocation(mut self, store: impl RevocationStore) -> Self {
        self.draft.own_tokens.revocation = Some(RevocationSource(Arc::new(store)));
        self
    }

    /// Accepts only tokens that the token store knows to have been issued.
    ///
    /// The list knows a token by its id, and ids are unique for one issuer. So it is the list of the guard's
    /// own issuer, or of the only one that it trusts: tokens of every other issuer are refused. A guard that
    /// trusts several and has no keys of its own cannot have a list.
    pub fn allow_list(mut self) -> Self {
        self.draft.own_tokens.allow_list = AllowList::On;
        self
    }

    /// Ends the access token together with its refresh token: after a refresh only the new pair is valid. Off by
    /// default, because requests with the old one may be on their way, and would be refused.
    ///
    /// Then each refresh adds a revocation, which counts for the [limits](crate::store::StoreLimits) of the store: a user who
    /// refreshes more often than that, while the ended tokens would be valid, is logged out on all devices.
    pub fn refresh_ends_access(mut self) -> Self {
        self.draft.own_tokens.refresh_ends_access = true;
        self
    }

    /// Lets a client repeat a refresh whose answer it lost, for this long: the repeated token is refused, but the login
    /// lives on. None by default, one minute at most; without it any reuse revokes the whole login.
    pub fn refresh_grace(mut self, grace: Duration) -> Self {
        self.draft.own_tokens.grace = grace;
        self
    }
}

impl OwnTokens {
    /// Whether only tokens on the list of issued tokens are accepted.
    pub(super) fn has_allow_list(&self) -> bool {
        self.allow_list == AllowList::On
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        if self.revocation.is_some() && self.token_store.is_some() {
            problems.setting(
                "both `revocation` and `token_store` are set; a token store is asked for revocations too",
            );
        }
        if self.allow_list == AllowList::On && self.token_store.is_none() {
            problems.setting("`allow_list` needs a `token_store` that remembers what was issued");
        }
        if self.issuer_changes.0.is_some() && self.signing_key.is_none() {
            problems.setting("`issuing` or the lifetime of issued tokens is set without a key to sign with");
        }
        if self.grace > LONGEST_GRACE {
            problems.setting(format!(
                "a refresh grace of {:?} is too much; at most one minute, and none is the default",
                self.grace
            ));
        }
    }

    /// The check of revocation.
    pub(super) fn revocation(&self) -> Option<RevocationCheck> {
        match (&self.revocation, &self.token_store) {
            (Some(RevocationSource(store)), _) => Some(RevocationCheck::Revoked(Arc::clone(store))),
            (None, Some(store)) => Some(RevocationCheck::Own(Arc::clone(store), self.allow_list)),
            (None, None) => None,
        }
    }

    /// The settings of issuing, if there is a signing key.
    pub(super) fn issuing(
        self,
        own: &Rules,
        rules: &TokenRules,
        guard: GuardNumber,
        problems: &mut Problems,
    ) -> Option<Issuing> {
        let issuer = issuer(self.signing_key?, own, rules, self.issuer_changes, guard);
        Some(Issuing {
            issuer: issuer.map_err(|error| problems.setting(error.to_string())).ok()?,
            store: self.token_store,
            allow_list: self.allow_list,
            grace: self.grace,
            refresh_ends_access: self.refresh_ends_access,
        })
    }
}

/// The issuer of the guard, whose tokens the guard accepts.
fn issuer(
    key: SigningKey,
    rules: &Rules,
    TokenRules { max_token_len, clock, .. }: &TokenRules,
    settings: IssuerChanges,
    guard: GuardNumber,
) -> Result<TokenIssuer, IssueError> {
    let mut builder = TokenIssuer::builder(key).clock(Arc::clone(clock));
    if let Some(bytes) = *max_token_len {
        builder = builder.max_token_len(bytes);
    }
    if rules.subject_claim != "sub" {
        builder = builder.subject_claim(rules.subject_claim.clone());
    }
    if let Some(name) = rules.issuers.first() {
        builder = builder.issuer(name.clone());
    }
    if let Audience::OneOf(audiences) = &rules.audience {
        builder = audiences.iter().fold(builder, |builder, name| builder.audience(name.clone()));
    }
    if let Some(longest) = rules.limits.max_lifetime {
        builder = builder.longest_access_lifetime(longest);
    }
    let owned = |paths: &[ClaimPath]| paths.iter().map(|path| path.0.clone()).collect();
    builder = builder.read_from(owned(&rules.scope_claims), owned(&rules.role_claims));
    let builder = match settings.0 {
        Some(change) => change(builder),
        None => builder,
    };
    builder.known_as(rules.issuers.clone(), guard).build()
}
