//! Policies as security requirements of OpenAPI.
//!
//! A policy is a constant and does not know its guard. So it is first written with [`ACCESS`] or [`REFRESH`] in place
//! of a scheme, and [`expand`] inserts the schemes of the guard. A marker that remains is an undefined scheme, which
//! every validator refuses.

use std::collections::BTreeMap;

use super::schemes::{Alternative, AskedNames, Schemes};
use crate::policy::vocabulary::NameKind;
use crate::policy::{Credentials, DenyAs, Needs, Rule};
use crate::token::TokenKind;

/// A security requirement object: all of these schemes, each with names.
pub(crate) type SchemeScopes = BTreeMap<String, Vec<String>>;

/// Stands for every location of an access token; its names are scopes.
pub(crate) const ACCESS: &str = "jwt_guard";

/// Stands for every location of a refresh token.
pub(crate) const REFRESH: &str = "jwt_guard_refresh";

/// Beside one of the other markers: the roles.
pub(crate) const ROLES: &str = "jwt_guard_roles";

/// Beside one of the other markers: the route is hidden.
pub(crate) const HIDDEN: &str = "jwt_guard_hidden";

/// Beside one of the other markers: the policy is report-only.
pub(crate) const REPORTED: &str = "jwt_guard_reported";

/// The alternatives of a policy. An empty alternative means *optional*; an empty list means that credentials are
/// ignored.
pub(crate) fn requirements(rule: &Rule, needs: &Needs) -> Vec<SchemeScopes> {
    let marker = match needs.token() {
        TokenKind::Access => ACCESS,
        TokenKind::Refresh => REFRESH,
    };
    let owned = |names: &[&'static str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut found: Vec<SchemeScopes> = Vec::new();
    for way in needs.ways() {
        let mut requirement = SchemeScopes::from([(marker.to_owned(), owned(way.scopes()))]);
        if !way.roles().is_empty() {
            requirement.insert(ROLES.to_owned(), owned(way.roles()));
        }
        if rule.is_report_only() {
            requirement.insert(REPORTED.to_owned(), Vec::new());
        }
        if rule.deny_as() == DenyAs::NotFound {
            requirement.insert(HIDDEN.to_owned(), Vec::new());
        }
        push_new(&mut found, requirement);
    }
    match needs.credentials() {
        Credentials::Required => found,
        Credentials::Optional => std::iter::once(SchemeScopes::new()).chain(found).collect(),
        Credentials::Ignored => Vec::new(),
    }
}

/// Replaces the markers by the schemes of a guard.
pub(crate) fn expand(requirements: &[SchemeScopes], schemes: &Schemes, method: &str) -> Vec<SchemeScopes> {
    let mut found = Vec::new();
    for requirement in requirements {
        let Some((token, scopes)) = marked(requirement) else {
            push_new(&mut found, requirement.clone());
            continue;
        };
        let roles = requirement.get(ROLES).map(Vec::as_slice).unwrap_or_default();
        let others = requirement.iter().filter(|(name, _)| !is_marker(name));
        let others: SchemeScopes = others.map(|(name, names)| (name.clone(), names.clone())).collect();
        for alternative in schemes.alternatives(token) {
            let mut one = others.clone();
            one.extend(filled(alternative, scopes, roles, method));
            push_new(&mut found, one);
        }
    }
    found
}

/// Whether the requirement still has a marker.
pub(crate) fn marked(requirement: &SchemeScopes) -> Option<(TokenKind, &[String])> {
    let scopes = |marker: &str| requirement.get(marker).map(Vec::as_slice);
    let access = scopes(ACCESS).map(|scopes| (TokenKind::Access, scopes));
    access.or_else(|| scopes(REFRESH).map(|scopes| (TokenKind::Refresh, scopes)))
}

/// Notes the names of a requirement that still has its marker.
pub(crate) fn asked(requirement: &SchemeScopes, known: &mut AskedNames) {
    let Some((_, scopes)) = marked(requirement) else { return };
    let roles = requirement.get(ROLES).map(Vec::as_slice).unwrap_or_default();
    let scopes = scopes.iter().map(|name| (NameKind::Scope, name.clone()));
    let roles = roles.iter().map(|name| (NameKind::Role, name.clone()));
    known.extend(scopes.chain(roles));
}

fn is_marker(name: &str) -> bool {
    matches!(name, ACCESS | REFRESH | ROLES | HIDDEN | REPORTED)
}

fn filled(
    alternative: &Alternative,
    scopes: &[String],
    roles: &[String],
    method: &str,
) -> impl Iterator<Item = (String, Vec<String>)> {
    let names = match alternative.takes_roles {
        // "For other security scheme types, the array MAY contain a list of role names which are required for the
        // execution" (OpenAPI 3.1 section 4.8.30).
        true => scopes.iter().chain(roles).cloned().collect(),
        false => scopes.to_vec(),
    };
    let csrf = alternative.csrf.clone().filter(|_| changes_something(method));
    let csrf = csrf.map(|scheme| (scheme, Vec::new()));
    std::iter::once((alternative.scheme.clone(), names)).chain(csrf)
}

/// Methods that are protected against pages of other sites.
pub(crate) fn changes_something(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

fn push_new(found: &mut Vec<SchemeScopes>, requirement: SchemeScopes) {
    if !found.contains(&requirement) {
        found.push(requirement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookies::CookieSettings;
    use crate::location::TokenLocation;
    use crate::policy::{Requirement as Condition, Scopes, Term};
    use crate::{Algorithm, JwtGuard, Secret, SigningKey};

    fn written(rule: &Rule) -> Vec<SchemeScopes> {
        requirements(rule, &Needs::of(rule))
    }

    fn shown(requirements: &[SchemeScopes]) -> String {
        serde_json::to_string(requirements).unwrap()
    }

    const BOTH: Rule = Rule::authenticated()
        .with_requirement(Condition::Any(&[Condition::Scope("orders:read"), Condition::Role("clerk")]));

    #[test]
    fn a_policy_is_written_with_markers() {
        assert_eq!(
            shown(&written(&BOTH)),
            r#"[{"jwt_guard":[],"jwt_guard_roles":["clerk"]},{"jwt_guard":["orders:read"]}]"#
        );
        assert_eq!(shown(&written(&Rule::anonymous())), r#"[{},{"jwt_guard":[]}]"#);
        let refresh = Rule::authenticated().with_token(TokenKind::Refresh);
        assert_eq!(shown(&written(&refresh)), r#"[{"jwt_guard_refresh":[]}]"#);
        let hidden = Rule::authenticated().with_deny_as(DenyAs::NotFound);
        assert_eq!(shown(&written(&hidden)), r#"[{"jwt_guard":[],"jwt_guard_hidden":[]}]"#);
    }

    #[test]
    fn a_policy_that_is_only_reported_asks_for_no_token() {
        let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
        let tried = Rule::authenticated().with_requirement(Condition::Scope("orders:read")).report_only();
        let expanded = expand(&written(&tried), &guard.openapi(), "GET");
        assert_eq!(shown(&expanded), r#"[{},{"bearer":["orders:read"]}]"#);
    }

    #[test]
    fn a_bearer_guard_takes_scopes_and_roles_as_names() {
        let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
        let expanded = expand(&written(&BOTH), &guard.openapi(), "GET");
        assert_eq!(shown(&expanded), r#"[{"bearer":["clerk"]},{"bearer":["orders:read"]}]"#);
    }

    #[test]
    fn oauth2_names_scopes_only_and_stands_beside_bearer() {
        let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
        let expanded = expand(&written(&BOTH), &guard.openapi().token_url("/login"), "GET");
        assert_eq!(
            shown(&expanded),
            r#"[{"oauth2":[]},{"bearer":["clerk"]},{"oauth2":["orders:read"]},{"bearer":["orders:read"]}]"#
        );
    }

    #[test]
    fn a_cookie_goes_with_its_csrf_header_where_something_changes() {
        let guard = JwtGuard::builder()
            .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap())
            .audience("orders")
            .locations([TokenLocation::header("X-Api-Key")])
            .cookies(CookieSettings::new())
            .build()
            .unwrap();
        let rule = written(&Rule::authenticated());
        assert_eq!(
            shown(&expand(&rule, &guard.openapi(), "POST")),
            r#"[{"X-Api-Key":[]},{"X-CSRF-Token":[],"__Host-access_token":[]}]"#
        );
        assert_eq!(
            shown(&expand(&rule, &guard.openapi(), "GET")),
            r#"[{"X-Api-Key":[]},{"__Host-access_token":[]}]"#
        );
        let refresh = written(&Rule::authenticated().with_token(TokenKind::Refresh));
        assert_eq!(
            shown(&expand(&refresh, &guard.openapi(), "POST")),
            r#"[{"refresh_X-Api-Key":[]},{"X-CSRF-Token":[],"__Host-refresh_token":[]}]"#
        );
    }

    #[test]
    fn a_name_is_described_at_the_schemes_of_access_tokens_alone() {
        struct Scope;
        impl Scopes for Scope {
            const TERMS: &'static [Term] = &[Term::new("a").with_description("A.")];
        }
        let builder = JwtGuard::builder().secret(Secret::random()).audience("orders").scopes::<Scope>();
        let schemes = builder.build().unwrap().openapi();
        let access = Rule::authenticated().with_requirement(Condition::Scope("a"));
        let refresh = Rule::authenticated().with_token(TokenKind::Refresh);
        let mut names = AskedNames::default();
        for rule in [access, refresh] {
            written(&rule).iter().for_each(|requirement| asked(requirement, &mut names));
        }
        let found: Vec<_> = schemes.defined(&names).map(|scheme| (scheme.name, scheme.description)).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            found,
            [
                (text("bearer"), text("An access token, in the header `Authorization`.\n\n- `a`: A.")),
                (text("refresh_bearer"), text("A refresh token, in the header `Authorization`.")),
            ]
        );
    }

    #[test]
    fn what_the_application_asks_for_beside_the_policy_stays() {
        let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
        let both = SchemeScopes::from([(ACCESS.to_owned(), vec![]), ("mtls".to_owned(), vec![])]);
        let other = SchemeScopes::from([("other".to_owned(), vec![])]);
        let expanded = expand(&[both, other], &guard.openapi(), "GET");
        assert_eq!(shown(&expanded), r#"[{"bearer":[],"mtls":[]},{"other":[]}]"#);
    }
}
