//! One issuer as it was asked for: its keys, and what its tokens must say.

use super::keys::{KeySource, load};
use super::paths;
use crate::claims::hierarchy::Hierarchies;
use crate::config::error::Problems;
#[cfg(feature = "remote-keys")]
use crate::keys::remote::RemoteKeySettings;
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::verify::{Audience, Clients, Limits, Rules, TokenProfile};

/// The settings of one issuer.
#[derive(Clone, Debug)]
pub(crate) struct IssuerDraft {
    pub(crate) keys: Vec<KeySource>,
    /// Where the keys are published.
    #[cfg(feature = "remote-keys")]
    pub(crate) remote: Option<super::remote::RemoteSource>,
    #[cfg(feature = "remote-keys")]
    pub(crate) remote_settings: Option<RemoteKeySettings>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) issuers: Vec<String>,
    pub(crate) audiences: Vec<String>,
    /// Whether a token without `aud` passes, because another claim says whom it is for.
    pub(crate) may_lack_audience: bool,
    pub(crate) clients: Vec<String>,
    pub(crate) client_claim: String,
    pub(crate) profile: TokenProfile,
    pub(crate) required_claims: Vec<String>,
    pub(crate) claim_values: Vec<(String, String)>,
    pub(crate) subject_claim: String,
    pub(crate) scope_claims: Vec<Vec<String>>,
    pub(crate) role_claims: Vec<Vec<String>>,
}

impl Default for IssuerDraft {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            #[cfg(feature = "remote-keys")]
            remote: None,
            #[cfg(feature = "remote-keys")]
            remote_settings: None,
            algorithms: Vec::new(),
            issuers: Vec::new(),
            audiences: Vec::new(),
            may_lack_audience: false,
            clients: Vec::new(),
            client_claim: "client_id".to_owned(),
            profile: TokenProfile::default(),
            required_claims: Vec::new(),
            claim_values: Vec::new(),
            subject_claim: "sub".to_owned(),
            scope_claims: Vec::new(),
            role_claims: Vec::new(),
        }
    }
}

impl IssuerDraft {
    /// Whether any key is given, or a place where there are some.
    pub(in crate::config) fn has_keys(&self) -> bool {
        #[cfg(feature = "remote-keys")]
        if self.remote.is_some() {
            return true;
        }
        !self.keys.is_empty()
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        for issuer in &self.issuers {
            if issuer.trim().is_empty() || issuer.trim() != issuer {
                problems.setting(format!("the issuer {issuer:?} is empty or has spaces around it; expected the `iss` of the tokens, byte for byte"));
            }
        }
        for audience in self.audiences.iter().filter(|audience| audience.trim().is_empty()) {
            problems.setting(format!("the audience {audience:?} is empty; expected the `aud` of the tokens"));
        }
        for client in self.clients.iter().filter(|client| client.trim().is_empty()) {
            problems.setting(format!(
                "the client {client:?} is empty; expected the name of a client of the issuer"
            ));
        }
        if self.profile == TokenProfile::AccessToken && self.issuers.is_empty() {
            problems.setting(
                "the profile `AccessToken` (RFC 9068) needs an issuer; add `.issuer(\"https://..\")`",
            );
        }
        if let TokenProfile::Typed(name) = &self.profile
            && name.trim().is_empty()
        {
            problems.setting("`TokenProfile::Typed` is empty; expected a `typ` such as `example+jwt`");
        }
        let paths = self.scope_claims.iter().map(|path| ("scope_claim", path));
        for (setter, path) in paths.chain(self.role_claims.iter().map(|path| ("role_claim", path))) {
            if path.is_empty() || path.iter().any(String::is_empty) {
                problems.setting(format!("`{setter}` has an empty path or segment: {path:?}; expected one member name a segment, such as [\"realm_access\", \"roles\"]"));
            }
        }
        for name in self.required_claims.iter().chain(self.claim_values.iter().map(|(name, _)| name)) {
            if name.is_empty() {
                problems.setting(format!("`required_claim` got {name:?}; expected the name of a claim"));
            }
        }
        if self.subject_claim.is_empty() {
            problems
                .setting("`subject_claim` is empty; expected the name of the claim that names the caller");
        }
        if self.client_claim.is_empty() {
            problems.setting("`client_claim` is empty; expected the name of the claim that names the client");
        }
    }

    /// The keys that are given with the configuration; what is wrong with any is noted.
    pub(super) fn fixed_keys(
        &mut self,
        signing: Option<VerifyingKey>,
        problems: &mut Problems,
    ) -> Option<KeySet> {
        let keys = std::mem::take(&mut self.keys);
        load(keys, signing, &self.algorithms, problems)
    }

    pub(super) fn into_rules(self, any_audience: bool, hierarchies: &Hierarchies, limits: &Limits) -> Rules {
        Rules {
            profile: self.profile,
            issuers: self.issuers,
            audience: match (any_audience, self.may_lack_audience) {
                (true, _) => Audience::Any,
                (false, true) => Audience::OneOfOrNone(self.audiences),
                (false, false) => Audience::OneOf(self.audiences),
            },
            clients: Clients { claim: self.client_claim, names: self.clients },
            required_claims: self.required_claims,
            claim_values: self.claim_values,
            subject_claim: self.subject_claim,
            scope_claims: paths(self.scope_claims, &["scope", "scp"]),
            role_claims: paths(self.role_claims, &["roles"]),
            hierarchies: hierarchies.clone(),
            limits: limits.clone(),
        }
    }
}
