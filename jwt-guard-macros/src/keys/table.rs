//! The table of the argument keys. A new key is a row here, a [`ConditionKey`] or [`SettingKey`], the reading
//! of its value in `parse`, and its meaning in `validate` and `expand`.

use super::{ConditionKey, Key, KeyId, SettingKey};
use crate::attribute::Attribute::{self, AnonymousAllowed, AuthenticationRequired, Requires};

const CONDITIONAL: &[Attribute] = &[AuthenticationRequired, Requires];
const EVERY: &[Attribute] = &[AnonymousAllowed, AuthenticationRequired, Requires];

pub(super) const KEYS: &[Key] = &[
    Key {
        id: KeyId::Condition(ConditionKey::Scope),
        name: "scope",
        form: "scope = \"orders:read\"",
        on: CONDITIONAL,
        synonyms: &["scopes", "scp", "permission", "permissions", "authority", "authorities"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Role),
        name: "role",
        form: "role = \"clerk\"",
        on: CONDITIONAL,
        synonyms: &["roles", "group", "groups"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Claim),
        name: "claim",
        form: "claim(\"tenant\") = \"acme\"",
        on: CONDITIONAL,
        synonyms: &["claims"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Owner),
        name: "owner",
        form: "owner = \"user_id\"",
        on: CONDITIONAL,
        synonyms: &["owns", "owned_by", "owner_id", "subject", "sub"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Path),
        name: "path",
        form: "path(\"tenant\") = claim(\"tenant\")",
        on: CONDITIONAL,
        synonyms: &["param", "parameter", "path_param", "path_parameter"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Fresh),
        name: "fresh",
        form: "fresh",
        on: CONDITIONAL,
        synonyms: &["freshness", "is_fresh", "fresh_login", "fresh_token", "recent"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::MaxAge),
        name: "max_age",
        form: "max_age = \"10m\"",
        on: CONDITIONAL,
        synonyms: &["age", "login_age", "max_login_age", "max_auth_age", "auth_time", "within"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Acr),
        name: "acr",
        form: "acr = \"urn:example:mfa\"",
        on: CONDITIONAL,
        synonyms: &["acr_value", "acr_values", "amr", "mfa", "aal", "loa", "step_up"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::All),
        name: "all",
        form: "all(scope = \"orders:read\", role = \"clerk\")",
        on: CONDITIONAL,
        synonyms: &["and", "all_of", "every"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Any),
        name: "any",
        form: "any(role = \"clerk\", role = \"manager\")",
        on: CONDITIONAL,
        synonyms: &["or", "any_of", "one_of", "some"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Not),
        name: "not",
        form: "not(role = \"guest\")",
        on: CONDITIONAL,
        synonyms: &["none", "none_of", "unless", "except"],
    },
    Key {
        id: KeyId::Condition(ConditionKey::Policy),
        name: "policy",
        form: "policy = policies::CanBook",
        on: CONDITIONAL,
        synonyms: &["policies", "rule", "guard", "guards"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Check),
        name: "check",
        form: "check = owns_order",
        on: EVERY,
        synonyms: &["checks", "predicate", "condition", "custom", "when"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Token),
        name: "token",
        form: "token = \"refresh\"",
        on: CONDITIONAL,
        synonyms: &["refresh", "refresh_token", "token_type", "token_kind", "type", "typ", "kind"],
    },
    Key {
        id: KeyId::Setting(SettingKey::DenyAs),
        name: "deny_as",
        form: "deny_as = \"not_found\"",
        on: CONDITIONAL,
        synonyms: &["status", "status_code", "deny", "deny_with", "hide"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Enforcement),
        name: "enforcement",
        form: "enforcement = \"report_only\"",
        on: CONDITIONAL,
        synonyms: &[
            "enforce",
            "enforced",
            "report_only",
            "report",
            "dry_run",
            "audit",
            "mode",
            "log_only",
            "warn",
        ],
    },
    Key {
        id: KeyId::Setting(SettingKey::Redirect),
        name: "redirect",
        form: "redirect = \"/login\"",
        on: CONDITIONAL,
        synonyms: &["redirect_to", "login", "login_url"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Expired),
        name: "expired",
        form: "expired = \"anonymous\"",
        on: &[AnonymousAllowed],
        synonyms: &["expire", "expires", "allow_expired", "on_expired"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Credentials),
        name: "credentials",
        form: "credentials = \"ignored\"",
        on: &[AnonymousAllowed],
        synonyms: &["credential", "ignore", "ignored", "ignore_credentials", "bad_token", "cookies"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Reason),
        name: "reason",
        form: "reason = \"why the policy is as it is\"",
        on: EVERY,
        synonyms: &["because", "why", "description", "comment"],
    },
    Key {
        id: KeyId::Setting(SettingKey::Crate),
        name: "crate",
        form: "crate = ::path::to::jwt_guard",
        on: EVERY,
        synonyms: &["krate", "crate_path", "crate_name", "crate_root"],
    },
];
