//! The answers of a guard, as OpenAPI responses.

use crate::policy::{Credentials, DenyAs, Needs, Rule, Way};

/// A response object: an answer of the guard instead of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentedAnswer {
    pub status: u16,
    pub description: &'static str,
    /// Its header, with a description.
    pub header: Option<(&'static str, &'static str)>,
}

const CHALLENGE: Option<(&str, &str)> =
    Some(("WWW-Authenticate", "Which token is asked for (RFC 6750 section 3)."));

const MALFORMED: DocumentedAnswer = DocumentedAnswer {
    status: 400,
    description: "The request carries more than one token, or none that can be told.",
    header: CHALLENGE,
};

const UNAVAILABLE: DocumentedAnswer = DocumentedAnswer {
    status: 503,
    description: "Tokens cannot be checked at the moment.",
    header: Some(("Retry-After", "After how many seconds to try again.")),
};

/// For requests whose token came in a cookie.
pub(crate) const CROSS_SITE: DocumentedAnswer = DocumentedAnswer {
    status: 403,
    description: "The request may come from another site: it does not repeat the value for CSRF, or names \
                  another origin.",
    header: CHALLENGE,
};

/// The answers of a guard to requests that a policy refuses.
pub(crate) fn answers(rule: &Rule, needs: &Needs) -> Vec<DocumentedAnswer> {
    if rule.is_report_only() {
        return vec![UNAVAILABLE];
    }
    let forbidden = "The caller lacks what this operation needs.";
    let forbidden = DocumentedAnswer { status: 403, description: forbidden, header: CHALLENGE };
    let forbidden = needs.may_forbid().then_some(forbidden);
    if needs.credentials() == Credentials::Ignored {
        return forbidden.into_iter().collect();
    }
    if rule.deny_as() == DenyAs::NotFound {
        let hidden = "The route does not exist, or is hidden from the caller.";
        return vec![DocumentedAnswer { status: 404, description: hidden, header: None }, UNAVAILABLE];
    }
    let unauthenticated = match needs.credentials() {
        Credentials::Optional => "The token that was sent is not accepted. None is needed.",
        _ if needs.ways().iter().any(Way::asks_for_a_login) => {
            "No token was sent, or one that is not accepted, or one of a login that is too old or too weak \
             (RFC 9470)."
        }
        _ => "No token was sent, or one that is not accepted.",
    };
    let unauthenticated = DocumentedAnswer { status: 401, description: unauthenticated, header: CHALLENGE };
    let description = if needs.ways().iter().any(Way::asks_for_a_login) {
        "A browser without a token that is accepted, or with one of a login that is too old or too weak, is \
         sent to the login."
    } else {
        "A browser without a token that is accepted is sent to the login."
    };
    let login = DocumentedAnswer {
        status: 303,
        description,
        header: Some(("Location", "The address of the login, with the way back.")),
    };
    let login = rule.redirect().map(|_| login);
    login.into_iter().chain([MALFORMED, unauthenticated]).chain(forbidden).chain([UNAVAILABLE]).collect()
}

/// The part of the policy that `security` cannot express, as its attribute; `None` if it consists of scopes only.
pub(crate) fn note(rule: &Rule, needs: &Needs) -> Option<String> {
    let scopes_only = needs.ways().iter().all(|way| way.roles().is_empty() && !way.asks_for_a_login());
    let as_usual =
        matches!(rule.access(), crate::policy::Access::Authenticated | crate::policy::Access::Anonymous);
    let as_usual = as_usual && !rule.is_report_only();
    (!(scopes_only && needs.is_complete() && as_usual)).then(|| format!("Access: `{rule}`"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::{ClaimValue, Requirement};

    fn statuses(rule: &Rule) -> Vec<u16> {
        answers(rule, &Needs::of(rule)).iter().map(|answer| answer.status).collect()
    }

    fn noted(rule: &Rule) -> Option<String> {
        note(rule, &Needs::of(rule))
    }

    #[test]
    fn a_policy_lists_the_statuses_that_it_can_cause() {
        let required = Rule::authenticated();
        assert_eq!(statuses(&Rule::anonymous()), [400, 401, 503]);
        assert_eq!(statuses(&required), [400, 401, 503]);
        assert_eq!(statuses(&required.with_requirement(Requirement::Fresh)), [400, 401, 503]);
        assert_eq!(statuses(&required.with_requirement(Requirement::Acr(&["gold"]))), [400, 401, 503]);
        assert_eq!(statuses(&required.with_requirement(Requirement::Scope("a"))), [400, 401, 403, 503]);
        assert_eq!(statuses(&required.with_redirect("/login")), [303, 400, 401, 503]);
        assert_eq!(statuses(&required.with_requirement(Requirement::Owner("user"))), [400, 401, 403, 503]);
        assert_eq!(statuses(&required.with_checks(&["owns_order"])), [400, 401, 403, 503]);
        assert_eq!(statuses(&Rule::anonymous().with_checks(&["is_open"])), [400, 401, 403, 503]);
        let login = Rule::anonymous().credentials_ignored();
        assert_eq!(statuses(&login), [0; 0]);
        assert_eq!(statuses(&login.with_checks(&["is_open"])), [403]);
    }

    #[test]
    fn a_policy_that_is_only_reported_lists_no_refusal() {
        let tried = Rule::authenticated().with_requirement(Requirement::Scope("a")).report_only();
        assert_eq!(statuses(&tried), [503]);
        assert_eq!(statuses(&tried.with_deny_as(DenyAs::NotFound)), [503]);
        assert_eq!(statuses(&tried.with_redirect("/login")), [503]);
        let said = r#"Access: `requires(scope = "a", enforcement = "report_only")`"#;
        assert_eq!(noted(&tried).as_deref(), Some(said));
    }

    #[test]
    fn a_hidden_route_lists_neither_401_nor_403() {
        let hidden =
            Rule::authenticated().with_requirement(Requirement::Scope("a")).with_deny_as(DenyAs::NotFound);
        assert_eq!(statuses(&hidden), [404, 503]);
    }

    #[test]
    fn an_outage_has_no_challenge_and_every_other_refusal_has_one() {
        let rule = Rule::authenticated().with_requirement(Requirement::Scope("a"));
        for answer in answers(&rule, &Needs::of(&rule)) {
            let header = answer.header.map(|(name, _)| name);
            assert_eq!(header, Some(if answer.status == 503 { "Retry-After" } else { "WWW-Authenticate" }));
        }
    }

    #[test]
    fn what_security_cannot_say_is_said_in_words() {
        let with = |requirement| noted(&Rule::authenticated().with_requirement(requirement));
        assert_eq!(with(Requirement::Scope("a")), None);
        assert_eq!(with(Requirement::Fresh).as_deref(), Some("Access: `requires(fresh)`"));
        let age = Requirement::MaxAge(Duration::from_secs(600));
        assert_eq!(with(age).as_deref(), Some(r#"Access: `requires(max_age = "10m")`"#));
        let acr = with(Requirement::Acr(&["gold", "silver"]));
        assert_eq!(acr.as_deref(), Some(r#"Access: `requires(acr = ["gold", "silver"])`"#));
        assert_eq!(with(Requirement::Role("a")).as_deref(), Some(r#"Access: `requires(role = "a")`"#));
        let claim = Requirement::Claim(&["tenant"], ClaimValue::Text("acme"));
        assert_eq!(with(claim).as_deref(), Some(r#"Access: `requires(claim("tenant") = "acme")`"#));
        assert_eq!(
            with(Requirement::Owner("user")).as_deref(),
            Some(r#"Access: `requires(owner = "user")`"#)
        );
        let path = Requirement::PathClaim("tenant", &["org", "id"]);
        let said = r#"Access: `requires(path("tenant") = claim("org", "id"))`"#;
        assert_eq!(with(path).as_deref(), Some(said));
        let checked =
            Rule::authenticated().with_requirement(Requirement::Scope("a")).with_checks(&["owns_order"]);
        assert_eq!(
            noted(&checked).as_deref(),
            Some(r#"Access: `requires(scope = "a", check = owns_order)`"#)
        );
        assert_eq!(noted(&Rule::anonymous().with_reason("the shop window")), None);
        let softened = noted(&Rule::anonymous().expired_is_anonymous()).unwrap();
        assert_eq!(softened, r#"Access: `anonymous_allowed(expired = "anonymous")`"#);
    }

    #[test]
    fn a_401_and_the_way_to_the_login_say_what_is_wrong_with_a_token() {
        let described = |rule: &Rule, status| {
            let answers = answers(rule, &Needs::of(rule));
            answers.into_iter().find(|answer| answer.status == status).unwrap().description
        };
        const STRONG: Rule = Rule::authenticated().with_requirement(Requirement::Acr(&["gold"]));
        for (rule, said) in [
            (Rule::anonymous(), "The token that was sent is not accepted. None is needed."),
            (Rule::authenticated(), "No token was sent, or one that is not accepted."),
            (
                STRONG,
                "No token was sent, or one that is not accepted, or one of a login that is too old or too \
                 weak (RFC 9470).",
            ),
        ] {
            assert_eq!(described(&rule, 401), said);
        }
        let to_login = |rule: Rule| described(&rule.with_redirect("/login"), 303);
        assert_eq!(
            to_login(Rule::authenticated()),
            "A browser without a token that is accepted is sent to the login."
        );
        assert!(to_login(STRONG).contains("or with one of a login that is too old or too weak"));
    }
}
