//! Every setting goes through its setter of the builder.

use std::time::Duration;

use super::{Settings, bearer, keys, table};
use crate::issue::IssuerBuilder;
use crate::setup::{Builder, HasAudience, HasKeys, ImportReport};

impl Settings {
    /// As [`Settings::into_builder`], with the problems of reading the settings. Every setting goes through its setter.
    pub(super) fn into_builder_with(mut self, mut report: ImportReport) -> Builder<HasKeys, HasAudience> {
        let builder = Builder::imported();
        let builder = with(builder, keys::verifying(&mut self, &mut report), Builder::with_key);
        let builder = with(builder, keys::signing(&mut self, &mut report), Builder::signing_key);
        report.names_key |= !self.trust.is_empty();
        let mut trusted = Vec::new();
        for issuer in self.trust {
            match issuer.into_issuer() {
                Ok(issuer) => trusted.push(issuer),
                Err(problem) => report.problems.setting(problem),
            }
        }
        let builder = trusted.into_iter().fold(builder, Builder::trust);
        if self.oidc_issuer.is_some() && self.jwks_url.is_some() {
            report.problems.setting("`oidc_issuer` and `jwks_url` are set; keep one of them: the first finds the address of the keys");
        }
        let builder = with(builder, self.jwks_url, Builder::jwks_url);
        let builder = with(builder, self.oidc_issuer, Builder::oidc_issuer);
        let builder = with(builder, self.metadata_url, Builder::metadata_url);
        let fetching = bearer::settings(self.bearer_file, self.bearer_origins);
        let fetching = fetching.unwrap_or_else(|problem| {
            report.problems.setting(problem);
            None
        });
        let builder = with(builder, fetching, Builder::remote_keys);
        let builder = builder.import(report).algorithms(self.algorithms);
        let builder = self.issuer.into_iter().fold(builder, Builder::issuer);
        let builder = self.audience.into_iter().fold(builder, Builder::audience);
        let builder = self.required_claims.into_iter().fold(builder, Builder::required_claim);
        let builder = with(builder, self.profile, Builder::profile);
        let builder = with(builder, self.leeway, Builder::leeway);
        let builder = with(builder, self.max_lifetime, Builder::max_lifetime);
        let builder = with(builder, self.max_token_age, Builder::max_token_age);
        let builder = when(builder, self.refuse_embedded_keys, Builder::refuse_embedded_keys);
        let builder = with(builder, self.max_token_len, Builder::max_token_len);
        let builder = with(builder, self.subject_claim, Builder::subject_claim);
        let builder = self.scope_claims.into_iter().fold(builder, Builder::scope_claim);
        let builder = self.role_claims.into_iter().fold(builder, Builder::role_claim);
        let builder = self.role_object_claims.into_iter().fold(builder, Builder::role_object_claim);
        let objects = table::rows(self.role_object_claims_in);
        let builder = objects
            .fold(builder, |builder, (organization, path)| builder.role_object_claim_in(path, organization));
        let builder = when(builder, self.machine_callers, Builder::machine_callers);
        let implies =
            |builder: Builder<_, _>, (name, implied)| builder.scope_implies::<String>(name, implied);
        let builder = self.scope_implies.into_iter().fold(builder, implies);
        let implies = |builder: Builder<_, _>, (name, implied)| builder.role_implies::<String>(name, implied);
        let builder = self.role_implies.into_iter().fold(builder, implies);
        let locations = Some(self.locations).filter(|locations| !locations.is_empty());
        let builder = with(builder, locations, Builder::locations);
        let builder = when(builder, self.prefer_first, Builder::prefer_first);
        let builder = when(builder, self.strip_credentials, Builder::strip_credentials);
        let builder = with(builder, self.cookies, Builder::cookies);
        let builder = self.trusted_origins.into_iter().fold(builder, Builder::trusted_origin);
        let builder = with(builder, self.token_cache, Builder::token_cache);
        let builder = when(builder, self.token_401_for_malformed, Builder::token_401_for_malformed);
        let builder = with(builder, self.name, Builder::name);
        let builder = with(builder, self.resource, Builder::resource);
        let builder = with(builder, self.realm, Builder::realm);
        let issuing =
            |builder: Builder<_, _>, set: fn(IssuerBuilder, Duration) -> IssuerBuilder, lifetime| {
                builder.issuing(move |issuer| set(issuer, lifetime))
            };
        let builder = with(builder, self.access_lifetime, |builder, lifetime| {
            issuing(builder, IssuerBuilder::access_lifetime, lifetime)
        });
        let builder = with(builder, self.refresh_lifetime, |builder, lifetime| {
            issuing(builder, IssuerBuilder::refresh_lifetime, lifetime)
        });
        let builder = with(builder, self.refresh_grace, Builder::refresh_grace);
        let builder = when(builder, self.refresh_ends_access, Builder::refresh_ends_access);
        when(builder, self.allow_list, Builder::allow_list)
    }
}

/// Calls the setter of a present value.
pub(super) fn with<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

/// Calls the setter of an enabled switch.
pub(super) fn when<B>(builder: B, is_on: bool, set: impl FnOnce(B) -> B) -> B {
    if is_on { set(builder) } else { builder }
}
