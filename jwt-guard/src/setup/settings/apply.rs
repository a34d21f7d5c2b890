//! From settings to a builder.

use super::{Settings, keys};
use crate::config::AllowList;
use crate::issue::IssuerBuilder;
use crate::location::{Conflict, Credentials};
use crate::setup::{Builder, Carried, Draft, HasAudience, HasKeys};
use crate::verify::EmbeddedKeys;

impl Settings {
    /// A builder with these settings, for what cannot be written in a file.
    ///
    /// Files are read here. What is wrong or missing, `build` says, together with everything else that it finds.
    ///
    /// ```
    /// use jwt_guard::{Secret, Settings};
    /// use jwt_guard::respond::compat::FastApi;
    ///
    /// let mut settings = Settings::default();
    /// settings.secret = Some(Secret::random());
    /// let error = settings.into_builder().refusal_body(FastApi).build().unwrap_err();
    /// assert!(error.to_string().contains("no audience"));
    /// ```
    pub fn into_builder(self) -> Builder<HasKeys, HasAudience> {
        self.carrying(Carried::default())
    }

    /// As [`Settings::into_builder`], with what was found when the settings were read.
    pub(super) fn carrying(mut self, mut carried: Carried) -> Builder<HasKeys, HasAudience> {
        let mut draft = Draft::new();
        draft.own.keys.extend(keys::verifying(&mut self, &mut carried));
        draft.signing_key = keys::signing(&mut self, &mut carried);
        draft.own.algorithms = self.algorithms;
        draft.own.issuers = self.issuer;
        draft.own.audiences = self.audience;
        draft.own.required_claims = self.required_claims;
        draft.own.scope_claims = self.scope_claims;
        draft.own.role_claims = self.role_claims;
        draft.implications.scopes.extend(self.scope_implies);
        draft.implications.roles.extend(self.role_implies);
        draft.max_lifetime = self.max_lifetime.or(draft.max_lifetime);
        draft.max_age = self.max_age;
        replace(&mut draft.own.profile, self.profile);
        replace(&mut draft.leeway, self.leeway);
        replace(&mut draft.max_token_len, self.max_token_len);
        replace(&mut draft.own.subject_claim, self.subject_claim);
        replace(&mut draft.realm, self.realm);
        replace(&mut draft.grace, self.refresh_grace);
        if !self.locations.is_empty() {
            draft.locations = self.locations;
        }
        if self.refuse_embedded_keys {
            draft.embedded_keys = EmbeddedKeys::Refuse;
        }
        if self.prefer_first {
            draft.conflict = Conflict::PreferFirst;
        }
        if self.strip_credentials {
            draft.credentials = Credentials::Strip;
        }
        if self.allow_list {
            draft.allow_list = AllowList::On;
        }
        draft.carried = carried;
        let (access, refresh) = (self.access_lifetime, self.refresh_lifetime);
        let builder = Builder::of(draft);
        if access.is_none() && refresh.is_none() {
            return builder;
        }
        builder.issuing(move |issuer| {
            let issuer = with(issuer, access, IssuerBuilder::access_lifetime);
            with(issuer, refresh, IssuerBuilder::refresh_lifetime)
        })
    }
}

fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn with<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}
