//! The settings of one issuer: its keys, and the rules for its tokens.

mod presets;
mod trusted;

pub use self::trusted::TrustedIssuer;
use super::keys::{KeySource, load};
use super::remote::RemoteSource;
use crate::claims::hierarchy::Hierarchies;
use crate::keys::remote::RemoteKeySettings;
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::problems::Problems;
use crate::verify::{
    Audience, ClaimPath, Clients, DateLimits, LoginClaims, RequiredValue, RoleObject, Rules, TokenProfile,
};

/// The settings of one issuer.
#[derive(Clone, Debug)]
pub(in crate::setup) struct IssuerDraft {
    pub(in crate::setup) keys: Vec<KeySource>,
    /// The address of published keys.
    pub(in crate::setup) remote: Option<RemoteSource>,
    /// Where the document with that address is, if the issuer's name does not say it.
    pub(in crate::setup) metadata_url: Option<String>,
    pub(in crate::setup) remote_settings: Option<RemoteKeySettings>,
    pub(in crate::setup) algorithms: Vec<Algorithm>,
    pub(in crate::setup) issuers: Vec<String>,
    pub(in crate::setup) audiences: Vec<String>,
    /// Whether a preset accepts a token without `aud`, unless its audience is configured.
    pub(in crate::setup) may_lack_audience: bool,
    pub(in crate::setup) clients: Clients,
    pub(in crate::setup) profile: TokenProfile,
    pub(in crate::setup) required_claims: Vec<String>,
    pub(in crate::setup) claim_values: Vec<RequiredValue>,
    pub(in crate::setup) header_values: Vec<RequiredValue>,
    pub(in crate::setup) subject_claim: String,
    /// Whether tokens that name a client and no subject are accepted.
    pub(in crate::setup) machine_callers: bool,
    pub(in crate::setup) scope_claims: Vec<Vec<String>>,
    pub(in crate::setup) role_claims: Vec<Vec<String>>,
    pub(in crate::setup) role_objects: Vec<RoleObject>,
    pub(in crate::setup) login_claims: LoginClaims,
    /// Whether the guard's user loader knows its subjects.
    pub(in crate::setup) same_users: bool,
    /// The defaults.
    pub(in crate::setup) defaults: IssuerDefaults,
    /// The invalid argument of a preset.
    pub(in crate::setup) problems: Vec<String>,
}

/// The defaults of an issuer.
#[derive(Clone, Debug)]
pub(in crate::setup) struct IssuerDefaults {
    /// The paths of the claims with scopes.
    pub(in crate::setup) scopes: &'static [&'static [&'static str]],
    /// The paths of the claims with roles.
    pub(in crate::setup) roles: &'static [&'static [&'static str]],
    /// Where its keys are published.
    pub(in crate::setup) keys: Option<RemoteSource>,
    /// Where the document of a preset is, if not where the issuer's name says.
    pub(in crate::setup) metadata_url: Option<String>,
    /// Whether it is a Kubernetes cluster, whose own name is the audience of its API server.
    pub(in crate::setup) is_cluster: bool,
}

impl Default for IssuerDefaults {
    fn default() -> Self {
        Self {
            scopes: &[&["scope"], &["scp"]],
            roles: &[&["roles"]],
            keys: None,
            metadata_url: None,
            is_cluster: false,
        }
    }
}

impl Default for IssuerDraft {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            remote: None,
            metadata_url: None,
            remote_settings: None,
            algorithms: Vec::new(),
            issuers: Vec::new(),
            audiences: Vec::new(),
            may_lack_audience: false,
            clients: Clients::default(),
            profile: TokenProfile::default(),
            required_claims: Vec::new(),
            claim_values: Vec::new(),
            header_values: Vec::new(),
            subject_claim: "sub".to_owned(),
            machine_callers: false,
            scope_claims: Vec::new(),
            role_claims: Vec::new(),
            role_objects: Vec::new(),
            login_claims: LoginClaims::PassedOver,
            same_users: false,
            defaults: IssuerDefaults::default(),
            problems: Vec::new(),
        }
    }
}

impl IssuerDraft {
    /// Whether there is a key, or an address of keys.
    pub(super) fn has_keys(&self) -> bool {
        self.is_remote() || !self.keys.is_empty()
    }

    /// Whether there is an address of keys.
    pub(super) fn is_remote(&self) -> bool {
        self.remote.is_some() || self.metadata_url.is_some() || self.defaults.keys.is_some()
    }

    /// Where keys are published: as configured, or as usual for a preset whose argument is valid.
    pub(super) fn source(&self) -> Option<&RemoteSource> {
        self.remote.as_ref().or(self.defaults.keys.as_ref().filter(|_| self.problems.is_empty()))
    }

    /// Where the document with that address is, if the issuer's name does not say it.
    pub(super) fn metadata_url(&self) -> Option<&str> {
        self.metadata_url.as_deref().or(self
            .defaults
            .metadata_url
            .as_deref()
            .filter(|_| self.remote.is_none() && self.problems.is_empty()))
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        self.problems.iter().for_each(|problem| problems.setting(problem));
        if (self.remote.is_some() || self.metadata_url.is_some()) && !self.keys.is_empty() {
            problems.setting(
                "an issuer has keys of its configuration and keys that are fetched; keep one of them, or \
                 make two issuers",
            );
        }
        if self.metadata_url.is_some() && matches!(self.remote, Some(RemoteSource::Jwks(_))) {
            problems.setting(
                "both `jwks_url` and `metadata_url` are set; keep the one that says where the keys are",
            );
        }
        if self.metadata_url.is_some() && self.issuers.is_empty() {
            problems.setting(
                "`metadata_url` is set without the name that the document must repeat; add `.issuer(\"..\")` \
                 with the `iss` of the tokens, byte for byte",
            );
        }
        // What a preset makes of an invalid argument says nothing new.
        let is_legal = self.problems.is_empty();
        for issuer in self.issuers.iter().filter(|_| is_legal) {
            if issuer.trim().is_empty() || issuer.trim() != issuer {
                problems.setting(format!(
                    "the issuer {issuer:?} is empty or has spaces around it; expected the `iss` of the \
                     tokens, byte for byte"
                ));
            }
        }
        for audience in self.audiences.iter().filter(|audience| is_legal && audience.trim().is_empty()) {
            problems.setting(format!("the audience {audience:?} is empty; expected the `aud` of the tokens"));
        }
        for client in self.clients.names.iter().filter(|client| client.trim().is_empty()) {
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
        if self.profile.accepts_refresh_tokens() {
            problems.setting(
                "the profile accepts tokens of the type `rt+jwt`, which is that of refresh tokens, as access \
                 tokens; expected the `typ` of access tokens, such as `at+jwt`",
            );
        }
        let paths = self.scope_claims.iter().map(|path| ("scope_claim", path));
        let paths = paths.chain(self.role_claims.iter().map(|path| ("role_claim", path)));
        let objects = self.role_objects.iter().map(|object| ("role_object_claim", &object.path.0));
        for (setter, path) in paths.chain(objects) {
            if path.is_empty() || path.iter().any(String::is_empty) {
                problems.setting(format!(
                    "`{setter}` has an empty path or segment: {path:?}; expected one member name a segment, \
                     such as [\"realm_access\", \"roles\"]"
                ));
            }
        }
        if self.role_objects.iter().any(|object| object.organization.as_deref() == Some("")) {
            problems.setting(
                "`role_object_claim_in` got an empty organization; expected its id as the claim has it, such \
                 as `163840776835432705`",
            );
        }
        let values = self.claim_values.iter().flat_map(|required| &required.path.0);
        for name in self.required_claims.iter().chain(values) {
            if name.is_empty() {
                problems.setting(
                    "`required_claim` or `claim_value` got an empty name; expected the name of a claim",
                );
            }
        }
        let has_empty = |known: &&RequiredValue| known.values.iter().any(|value| value.trim().is_empty());
        for required in self.claim_values.iter().filter(|_| is_legal).filter(has_empty) {
            problems.setting(format!(
                "`{}` got an empty value for `{}`; expected the text that tokens have there",
                required.setting,
                required.path.0.join(".")
            ));
        }
        if self.subject_claim.is_empty() {
            problems
                .setting("`subject_claim` is empty; expected the name of the claim that names the caller");
        }
        if self.clients.claims.iter().any(String::is_empty) {
            problems.setting("`client_claim` is empty; expected the name of the claim that names the client");
        }
    }

    /// The settings of the rules for tokens that differ from the defaults. An audience is not one of them: trusted issuers
    /// have that of the guard, unless they have their own.
    pub(super) fn changed_rules(&self) -> Vec<&'static str> {
        let changes = [
            ("algorithms", !self.algorithms.is_empty()),
            ("required_claim", !self.required_claims.is_empty()),
            ("profile", self.profile != TokenProfile::default()),
            ("subject_claim", self.subject_claim != "sub"),
            ("machine_callers", self.machine_callers),
            ("scope_claim", !self.scope_claims.is_empty()),
            ("role_claim", !self.role_claims.is_empty()),
            ("role_object_claim", !self.role_objects.is_empty()),
        ];
        changes.into_iter().filter(|(_, is_changed)| *is_changed).map(|(name, _)| name).collect()
    }

    /// Whether the client may stand for the audience.
    pub(super) fn may_lack_audience(&self) -> bool {
        self.may_lack_audience || !self.clients.as_audience.is_empty()
    }

    /// Sets the audience that all tokens for one recipient have.
    fn for_audience(mut self, audience: &str) -> Self {
        self.audiences = vec![audience.to_owned()];
        self
    }

    /// Requires the claim at this path to be one of these values, instead of what was required of it before.
    fn require_value(
        &mut self,
        path: &[&str],
        values: impl IntoIterator<Item = String>,
        setting: &'static str,
    ) {
        let path = ClaimPath(path.iter().map(|&name| name.to_owned()).collect());
        self.claim_values.retain(|known| known.path != path);
        let values = values.into_iter().collect();
        self.claim_values.push(RequiredValue { path, values, may_be_absent: false, setting });
    }

    /// Requires the claim at this path to be absent, or to have this value.
    fn require_absence(&mut self, path: &[&str], or: Option<&str>, setting: &'static str) {
        self.require_value(path, or.map(str::to_owned), setting);
        self.claim_values.iter_mut().rev().take(1).for_each(|required| required.may_be_absent = true);
    }

    pub(super) fn add_role_object<S: Into<String>>(
        &mut self,
        path: impl IntoIterator<Item = S>,
        organization: Option<String>,
    ) {
        let path = ClaimPath(path.into_iter().map(Into::into).collect());
        self.role_objects.push(RoleObject { path, organization });
    }

    /// Loads the keys of the configuration, and records the problems.
    pub(super) fn fixed_keys(
        &mut self,
        signing: Option<VerifyingKey>,
        problems: &mut Problems,
    ) -> Option<KeySet> {
        let keys = std::mem::take(&mut self.keys);
        load(keys, signing, &self.algorithms, problems)
    }

    pub(super) fn into_rules(
        self,
        any_audience: bool,
        hierarchies: &Hierarchies,
        limits: &DateLimits,
    ) -> Rules {
        let may_lack_audience = self.may_lack_audience();
        let mut clients = self.clients;
        if self.may_lack_audience {
            clients.as_audience.clear();
        }
        Rules {
            profile: self.profile,
            issuers: self.issuers,
            audience: match (any_audience, may_lack_audience) {
                (true, _) => Audience::Any,
                (false, true) => Audience::OneOfOrNone(self.audiences),
                (false, false) => Audience::OneOf(self.audiences),
            },
            clients,
            required_claims: self.required_claims,
            claim_values: self.claim_values,
            header_values: self.header_values,
            subject_claim: self.subject_claim,
            machine_callers: self.machine_callers,
            scope_claims: paths(self.scope_claims, self.defaults.scopes),
            role_claims: if self.role_objects.is_empty() {
                paths(self.role_claims, self.defaults.roles)
            } else {
                paths(self.role_claims, &[])
            },
            role_objects: self.role_objects,
            hierarchies: hierarchies.clone(),
            login_claims: self.login_claims,
            limits: limits.clone(),
        }
    }
}

/// The configured paths, or the defaults.
fn paths(configured: Vec<Vec<String>>, usual: &[&[&str]]) -> Vec<ClaimPath> {
    if configured.is_empty() {
        let owned = |path: &&[&str]| ClaimPath(path.iter().map(|&name| name.to_owned()).collect());
        usual.iter().map(owned).collect()
    } else {
        configured.into_iter().map(ClaimPath).collect()
    }
}
