//! Findings about claims. Values are shown of `iss`, `aud` and the client only, of other claims the type.

use super::super::contents::kind_of;
use super::super::rules::{Audience, RequiredValue, Rules};
use super::{Judged, one_of};
use crate::json::{At, Json};
use crate::shown::{Finding, list, quoted};

const MACHINES: &str = ".machine_callers()";

impl Judged<'_> {
    pub(super) fn malformed_claim(&self, name: &str) -> Finding {
        let value = self.contents.claim(name);
        let kind = value.map_or("none", kind_of);
        match name {
            "exp" if self.contents.date("exp").is_some() => {
                Finding::new("`exp` after `iat`", "an earlier `exp`")
            }
            "exp" | "nbf" | "iat" => {
                let expected = "a number of seconds since 1970, before the year 10000";
                match value {
                    Some(Json::Unsigned(number)) => {
                        Finding::new(expected, format!("{number}: perhaps milliseconds"))
                    }
                    _ => Finding::new(expected, kind),
                }
            }
            "aud" => Finding::new("a string, or a list of strings", kind),
            _ if self.may_be_of_machine(name) => {
                let found = if kind == "a string" { "an empty string" } else { kind };
                Finding::new("a string that is not empty", format!("{found}, and a client")).by(MACHINES)
            }
            _ if kind == "a string" => Finding::new("a string that is not empty", "an empty string"),
            _ => Finding::new("a string", kind),
        }
    }

    pub(super) fn missing_claim(&self, name: &str) -> Finding {
        let found = match self.contents.claim(name) {
            None => format!("no `{name}`"),
            Some(value) => kind_of(value).to_owned(),
        };
        let Some(rules) = self.rules() else { return Finding::new(format!("the claim `{name}`"), found) };
        if self.may_be_of_machine(name) {
            let expected = format!("the claim `{name}`, which names the caller");
            return Finding::new(expected, format!("{found}, and a client")).by(MACHINES);
        }
        let (expected, setting) = needed(name, rules);
        Finding { setting: setting.map(Into::into), ..Finding::new(expected, found) }
    }

    /// Whether the subject is missing in a token that names a client.
    fn may_be_of_machine(&self, name: &str) -> bool {
        let Some(rules) = self.rules().filter(|rules| name == rules.subject_claim && !rules.machine_callers)
        else {
            return false;
        };
        let text = |name: &str| self.contents.claim(name).and_then(|value| value.as_text());
        let is_empty = match self.contents.claim(name) {
            None | Some(Json::Null) => true,
            Some(value) => value.as_text() == Some(""),
        };
        is_empty
            && rules.clients.claims.iter().any(|claim| text(claim).is_some_and(|client| !client.is_empty()))
    }

    pub(super) fn wrong_issuer(&self) -> Finding {
        let issuers = self.verifier.rules().flat_map(|rules| &rules.issuers);
        let names: Vec<_> = issuers.cloned().collect();
        let value = self.contents.claim("iss");
        let found = self.contents.public("iss", value);
        let text = value.and_then(|value| value.as_text()).unwrap_or_default();
        let bare = |name: &str| name.trim_end_matches('/').to_owned();
        let found = if names.iter().any(|name| bare(name) == bare(text)) {
            format!("{found}: it differs by the `/` at its end")
        } else if text.starts_with("https://sts.windows.net/") {
            let found =
                format!("{found}: Entra's version 1 (`requestedAccessTokenVersion` of the app registration)");
            return Finding::new(one_of(&names), found).by("TrustedIssuer::entra_v1(..)");
        } else {
            found
        };
        Finding::new(one_of(&names), found).by(".issuer(..)")
    }

    pub(super) fn wrong_audience(&self) -> Finding {
        let expected = match self.rules().map(|rules| &rules.audience) {
            Some(Audience::OneOfOrNone(names)) if names.is_empty() => {
                "no `aud`, because clients stand for it".to_owned()
            }
            Some(Audience::OneOf(names) | Audience::OneOfOrNone(names)) => one_of(names),
            Some(Audience::Any) | None => return Finding::default(),
        };
        let found = list(self.contents.audience());
        let found = if found.is_empty() { "an empty list".to_owned() } else { found };
        Finding::new(expected, found).by(".audience(..)")
    }

    pub(super) fn wrong_client(&self) -> Finding {
        let Some(rules) = self.rules() else { return Finding::default() };
        let claims = &rules.clients.claims;
        let texts = claims.iter().filter_map(|name| Some((name, self.contents.claim(name)?.as_text()?)));
        let named: Vec<_> =
            texts.map(|(name, text)| format!("`{name}` {}", quoted(self.contents.open(text)))).collect();
        let expected = match &*rules.clients.names {
            [] => "one client in all claims that name it".to_owned(),
            names => one_of(names),
        };
        Finding::new(expected, named.join(", ")).by("TrustedIssuer::client(..)")
    }

    pub(super) fn wrong_value(&self, name: &str) -> Finding {
        let mut required = self.rules().into_iter().flat_map(|rules| &rules.claim_values);
        let Some(required) = required.find(|required| required.name() == name) else {
            return Finding::default();
        };
        let found = match self.contents.payload.at(&required.path.0) {
            At::Value(Json::Text(_)) if required.values.is_empty() => "a string",
            At::Value(Json::Text(_)) => "another string",
            At::Value(other) => kind_of(other),
            At::Absent => "none",
            At::NoObject => "a part of the path that is not an object",
        };
        Finding::new(value_of(required), found).by(required.setting)
    }
}

/// The values of a claim that are accepted.
pub(super) fn value_of(required: &RequiredValue) -> String {
    match (&*required.values, required.may_be_absent) {
        ([], _) => "none".to_owned(),
        (values, true) => format!("{}, or none", one_of(values)),
        (values, false) => one_of(values),
    }
}

/// Why a claim is needed, and the setting that asks for it.
fn needed(name: &str, rules: &Rules) -> (String, Option<&'static str>) {
    let claim = format!("the claim `{name}`");
    if name == "exp" {
        return (claim, None);
    }
    if name == "aud" && !matches!(rules.audience, Audience::Any) {
        let (Audience::OneOf(names) | Audience::OneOfOrNone(names)) = &rules.audience else {
            return (claim, None);
        };
        if names.is_empty() {
            let clients = one_of(&rules.clients.as_audience);
            return (format!("{claim}, or a client that stands for it: {clients}"), None);
        }
        return (format!("{claim}: {}", one_of(names)), None);
    }
    if name == "iss" && !rules.issuers.is_empty() {
        return (format!("{claim}: {}", one_of(&rules.issuers)), Some(".issuer(..)"));
    }
    if name == rules.subject_claim {
        return (format!("{claim}, which names the caller"), Some(".subject_claim(..)"));
    }
    if rules.profile.required_claims().contains(&name) {
        return (format!("{claim}, by RFC 9068"), Some(".profile(..)"));
    }
    if rules.required_claims.iter().any(|known| known == name) {
        return (claim, Some(".required_claim(..)"));
    }
    if let Some(required) = rules.claim_values.iter().find(|required| required.name() == name) {
        return (format!("{claim}: {}", value_of(required)), Some(required.setting));
    }
    match name {
        "iat" => (format!("{claim}, for the age of the token"), Some(".max_token_age(..)")),
        "jti" => (format!("{claim}, by which tokens are revoked"), Some(".revocation(..)")),
        _ if rules.clients.claims.iter().any(|known| known == name) => {
            (format!("{claim}: {}", one_of(&rules.clients.names)), Some("TrustedIssuer::client(..)"))
        }
        _ => (claim, None),
    }
}
