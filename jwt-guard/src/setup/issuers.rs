//! Compiles the issuers of a guard: each has its own keys, audience and name.

use super::build::Draft;

use crate::claims::hierarchy::Hierarchies;
use crate::config::Home;
use crate::keys::{IssuerKeys, SigningKey};
use crate::problems::Problems;
use crate::verify::{IssuerRules, Rules};

/// The compiled issuers.
pub(super) struct Issuers {
    /// The rules for the guard's own tokens.
    pub(super) own: Rules,
    /// The issuers of accepted access tokens. None for a guard for sessions only.
    pub(super) access: Vec<IssuerRules>,
    /// The issuers of accepted refresh tokens: this guard, if it has keys.
    pub(super) refresh: Vec<IssuerRules>,
    pub(super) home: Home,
    /// Those of `access` whose subjects are not users of the guard.
    pub(super) strangers: Vec<usize>,
}

/// `a`, `b`.
fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Draft {
    /// Checks the issuers and loads their keys.
    pub(super) fn issuers(&mut self, hierarchies: &Hierarchies, problems: &mut Problems) -> Issuers {
        let limits = self.token_rules.limits.clone();
        let any_audience = self.accepts_any_audience();
        self.check_issuers(problems);
        let mut own = std::mem::take(&mut self.own);
        let trusted = std::mem::take(&mut self.trusted);
        let audiences = own.audiences.clone();
        let signing = self.own_tokens.signing_key.as_ref().map(SigningKey::verifying_key);
        let (mut access, mut refresh) = (Vec::new(), Vec::new());
        let fixed =
            if !own.keys.is_empty() || signing.is_some() { own.fixed_keys(signing, problems) } else { None };
        let remote = self.remote_keys(&own, problems);
        let rules = own.into_rules(any_audience, hierarchies, &limits);
        if let Some(keys) = fixed {
            refresh.push(IssuerRules {
                keys: IssuerKeys::fixed(keys.clone()),
                rules: rules.for_refresh_tokens(),
            });
            access.push(IssuerRules { keys: IssuerKeys::fixed(keys), rules: rules.clone() });
        }
        access.extend(remote.map(|keys| IssuerRules { keys, rules: rules.clone() }));
        let has_own = !access.is_empty();
        let is_alone = !has_own && trusted.len() == 1;
        let mut strangers = Vec::new();
        for mut issuer in trusted {
            if issuer.audiences.is_empty() {
                issuer.audiences.clone_from(&audiences);
            }
            let fixed = if issuer.keys.is_empty() { None } else { issuer.fixed_keys(None, problems) };
            if !issuer.same_users && !is_alone {
                strangers.push(access.len());
            }
            let keys = fixed.map(IssuerKeys::fixed).or_else(|| self.remote_keys(&issuer, problems));
            access.extend(
                keys.map(|keys| IssuerRules { keys, rules: issuer.into_rules(false, hierarchies, &limits) }),
            );
        }
        let home = match access.len() {
            0 => Home::Nowhere,
            1 => Home::First,
            _ if has_own => Home::First,
            _ => Home::Unclear,
        };
        Issuers { own: rules, access, refresh, home, strangers }
    }

    fn check_issuers(&self, problems: &mut Problems) {
        let own = self.own.has_keys() || self.own_tokens.signing_key.is_some();
        if self.own.is_remote() && self.own_tokens.signing_key.is_some() {
            problems.setting(
                "the guard signs tokens in the name of an issuer whose keys are fetched; give that issuer to \
                 `.trust(TrustedIssuer::oidc(..))`, and the guard a name of its own with `.issuer(..)`",
            );
        }
        if self.own_tokens.signing_key.is_some() && !self.own.role_objects.is_empty() {
            problems.setting(
                "the guard signs tokens with lists of roles, and reads roles from an object; trust the \
                 issuer of that object by `.trust(TrustedIssuer::new(..).role_object_claim(..))`",
            );
        }
        // Trusted issuers and sessions need none, so the type of the builder does not prove it.
        let needs_audience = own && !(self.trusted.is_empty() && self.resolvers.is_empty());
        if needs_audience && self.own.audiences.is_empty() && !self.accepts_any_audience() {
            problems.setting(
                "the guard has a key of its own, and no audience for the tokens of that key, which would all be refused: \
                 add `.audience(\"..\")`",
            );
        }
        if self.trusted.is_empty() {
            return;
        }
        for issuer in &self.trusted {
            issuer.check(problems);
            let name = issuer.issuers.first().map(String::as_str).unwrap_or_default();
            if !issuer.has_keys() {
                problems.setting(format!(
                    "no key for the issuer {name:?}: add `.key(..)`, `.key_set(..)` or where its keys are \
                     published"
                ));
            }
            let audiences = if issuer.audiences.is_empty() { &self.own.audiences } else { &issuer.audiences };
            if issuer.defaults.is_cluster
                && audiences.iter().any(|audience| issuer.issuers.contains(audience))
            {
                problems.setting(format!(
                    "the audience {name:?} is that of the API server of the cluster, for which every pod has \
                     a token; expected a name of this service, which callers ask for with a projected volume"
                ));
            }
            let has_audience = !issuer.audiences.is_empty() || issuer.may_lack_audience();
            if !has_audience && self.own.audiences.is_empty() {
                problems.setting(format!(
                    "no audience for the issuer {name:?}: add `.audience(\"..\")` with the `aud` of its \
                     tokens; if they have none and name the client instead, `.client_as_audience(\"..\")` \
                     with each client whose tokens may be sent here"
                ));
            }
            if issuer.may_lack_audience() && issuer.clients.names.is_empty() {
                problems.setting(format!(
                    "the tokens of the issuer {name:?} need not have an audience: add `.client(\"..\")` with \
                     each client whose tokens may be sent here, or `.audience(\"..\")` if all tokens name \
                     this service"
                ));
            }
        }
        if own && self.own.issuers.is_empty() {
            problems.setting(
                "the guard has a key of its own and trusts other issuers, so tokens must say whose they are: \
                 add `.issuer(\"..\")` for its own",
            );
        }
        if !own && !self.own.issuers.is_empty() {
            problems.setting(
                "`issuer` is set without a key; the name of a trusted issuer goes into `TrustedIssuer::new`",
            );
        }
        let idle = if own { Vec::new() } else { self.own.changed_rules() };
        if !idle.is_empty() {
            problems.setting(format!(
                "{} on the builder: for tokens of the guard's own keys, and it has none; set what is meant on each \
                 `TrustedIssuer`, in settings in the tables of `trust`",
                listed(&idle)
            ));
        }
        if !own && self.trusted.len() > 1 && self.own_tokens.has_allow_list() {
            problems.setting(
                "`allow_list` is a list of the tokens of one issuer, and the guard trusts several without \
                 keys of its own: leave it out, or have a guard for each issuer (`Tenants`)",
            );
        }
        if own && self.own_tokens.has_allow_list() {
            tracing::warn!(
                target: "jwt_guard",
                "with `allow_list` only tokens of the guard's own issuer are accepted: those of the issuers \
                 that it trusts are all refused"
            );
        }
        if self.accepts_any_audience() {
            problems.setting("`any_audience` does not go with trusted issuers; give each its audience");
        }
        let all: Vec<&String> =
            self.trusted.iter().chain(own.then_some(&self.own)).flat_map(|issuer| &issuer.issuers).collect();
        for (index, name) in all.iter().enumerate() {
            if all.iter().take(index).any(|earlier| earlier == name) {
                problems.setting(format!(
                    "the issuer {name:?} is named twice; all its keys and settings go into one"
                ));
            }
        }
    }
}
