//! Which rules compile, and how they are displayed.

use super::*;
use crate::policy::ClaimValue;

#[test]
fn a_rule_reads_as_its_attribute() {
    assert_eq!(Rule::anonymous().to_string(), "anonymous_allowed");
    assert_eq!(
        Rule::anonymous().expired_is_anonymous().to_string(),
        "anonymous_allowed(expired = \"anonymous\")"
    );
    assert_eq!(
        Rule::anonymous().credentials_ignored().to_string(),
        "anonymous_allowed(credentials = \"ignored\")"
    );
    assert_eq!(Rule::authenticated().to_string(), "authentication_required");
    let rule = Rule::authenticated().with_requirement(Requirement::All(&[Requirement::Scope("a")]));
    assert_eq!(rule.to_string(), "requires(scope = \"a\")");
    let refresh = Rule::authenticated().with_token(TokenKind::Refresh);
    assert_eq!(refresh.to_string(), "authentication_required(token = \"refresh\")");
}

#[test]
fn a_redirect_stays_on_the_same_origin() {
    for path in ["", "login", "//evil.example", "/\\evil.example", "/a b", "https://evil.example"] {
        assert!(std::panic::catch_unwind(|| Rule::authenticated().with_redirect(path)).is_err(), "{path}");
    }
    assert_eq!(Rule::authenticated().with_redirect("/login").redirect(), Some("/login"));
}

#[test]
fn conditions_and_anonymous_callers_exclude_each_other() {
    let conditions = || Rule::anonymous().with_requirement(Requirement::Scope("a"));
    assert!(std::panic::catch_unwind(conditions).is_err());
    assert!(std::panic::catch_unwind(|| Rule::authenticated().expired_is_anonymous()).is_err());
    assert!(std::panic::catch_unwind(|| Rule::anonymous().shared_requirement()).is_err());
    let refresh = || Rule::authenticated().with_token(TokenKind::Refresh).shared_requirement();
    assert!(std::panic::catch_unwind(refresh).is_err());
}

fn refuses(make: impl FnOnce() -> Rule + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(make).is_err()
}

#[test]
fn a_refresh_token_is_asked_for_nothing_else() {
    const NOT: Requirement = Requirement::Not(&Requirement::Role("banned"));
    assert!(refuses(|| Rule::authenticated().with_requirement(NOT).with_token(TokenKind::Refresh)));
    assert!(refuses(|| Rule::authenticated().with_token(TokenKind::Refresh).with_requirement(NOT)));
    let nothing =
        Rule::authenticated().with_token(TokenKind::Refresh).with_requirement(Requirement::All(&[]));
    assert_eq!(nothing.token(), TokenKind::Refresh);
}

#[test]
fn conditions_are_given_once() {
    let once = || Rule::authenticated().with_requirement(Requirement::Scope("a"));
    assert!(refuses(move || once().with_requirement(Requirement::Scope("b"))));
    assert_eq!(once().requirement(), &Requirement::Scope("a"));
}

/// Another spelling of the same value is another text, which would pass.
#[test]
fn a_condition_on_the_path_cannot_stand_below_not() {
    const OWNER: Requirement = Requirement::Owner("user");
    const TENANT: Requirement = Requirement::PathClaim("tenant", &["tenant"]);
    const NESTED: Requirement =
        Requirement::Any(&[Requirement::Role("a"), Requirement::All(&[Requirement::Policy("P", &OWNER)])]);
    for illegal in [
        Requirement::Not(&OWNER),
        Requirement::Not(&TENANT),
        Requirement::Not(&NESTED),
        Requirement::Not(&Requirement::Not(&OWNER)),
        Requirement::All(&[Requirement::Fresh, Requirement::Policy("P", &Requirement::Not(&TENANT))]),
    ] {
        assert!(refuses(move || Rule::authenticated().with_requirement(illegal)), "{illegal}");
    }
    let beside = Requirement::All(&[NESTED, TENANT, Requirement::Not(&Requirement::Role("b"))]);
    assert_eq!(Rule::authenticated().with_requirement(beside).requirement(), &beside);
}

#[test]
fn conditions_name_what_a_token_can_have() {
    for illegal in [
        Requirement::Role("suspended "),
        Requirement::Role("\u{a0}suspended"),
        Requirement::Role(""),
        Requirement::Scope("a b"),
        Requirement::Claim(&[], ClaimValue::Bool(true)),
        Requirement::Claim(&["a", ""], ClaimValue::Bool(true)),
        Requirement::Claim(&["a "], ClaimValue::Bool(true)),
        Requirement::Claim(&["a"], ClaimValue::Text(" b")),
        Requirement::All(&[Requirement::Scope("a"), Requirement::Not(&Requirement::Role("b "))]),
        Requirement::Any(&[Requirement::Policy("P", &Requirement::Role("b "))]),
    ] {
        assert!(refuses(move || Rule::authenticated().with_requirement(illegal)), "{illegal:?}");
    }
    let legal =
        Requirement::Any(&[Requirement::Role("a b"), Requirement::Claim(&["a b"], ClaimValue::Text(""))]);
    assert_eq!(Rule::authenticated().with_requirement(legal).requirement(), &legal);
}

#[test]
fn a_rule_refuses_as_the_policies_that_it_includes() {
    const HIDDEN: Rule = Rule::authenticated().with_deny_as(DenyAs::NotFound);
    const LOGIN: Rule = Rule::authenticated().with_redirect("/login");
    const OTHER: Rule = Rule::authenticated().with_redirect("/login2");
    let rule = Rule::authenticated;
    assert_eq!(rule().refusing_as(&HIDDEN).refusing_as(&HIDDEN).deny_as(), DenyAs::NotFound);
    assert_eq!(rule().refusing_as(&LOGIN).refusing_as(&rule()).redirect(), Some("/login"));
    assert_eq!(rule().with_redirect("/login").refusing_as(&LOGIN).redirect(), Some("/login"));
    assert_eq!(HIDDEN.refusing_as(&HIDDEN).deny_as(), DenyAs::NotFound);
    assert_eq!(rule().refusing_as(&rule()).deny_as(), DenyAs::Refusal);
    for (one, other) in [(HIDDEN, LOGIN), (LOGIN, HIDDEN), (LOGIN, OTHER), (OTHER, LOGIN)] {
        assert!(refuses(move || one.refusing_as(&other)), "{one:?} {other:?}");
        assert!(refuses(move || rule().refusing_as(&one).refusing_as(&other)), "{one:?} {other:?}");
    }
}

#[test]
fn a_hidden_route_does_not_redirect() {
    assert!(refuses(|| Rule::authenticated().with_deny_as(DenyAs::NotFound).with_redirect("/login")));
    assert!(refuses(|| Rule::authenticated().with_redirect("/login").with_deny_as(DenyAs::NotFound)));
}

#[test]
fn ignored_credentials_go_with_nothing_that_looks_at_them() {
    let ignored = || Rule::anonymous().credentials_ignored();
    assert_eq!(ignored().credentials_ignored().access(), Access::CredentialsIgnored);
    assert!(refuses(|| Rule::authenticated().credentials_ignored()));
    assert!(refuses(|| Rule::anonymous().expired_is_anonymous().credentials_ignored()));
    assert!(refuses(move || ignored().expired_is_anonymous()));
    assert!(refuses(move || ignored().with_requirement(Requirement::Scope("a"))));
    assert!(refuses(move || ignored().with_token(TokenKind::Refresh)));
    assert!(refuses(move || {
        let _ = ignored().shared_requirement();
        ignored()
    }));
}

#[test]
fn a_handler_makes_as_many_checks_as_its_policy_names() {
    const TWO: Rule = Rule::authenticated().with_checks(&["a", "b"]);
    TWO.names_checks(2);
    Rule::authenticated().names_checks(0);
    for (rule, made) in [(TWO, 0), (TWO, 1), (TWO, 3), (Rule::authenticated(), 1)] {
        assert!(std::panic::catch_unwind(|| rule.names_checks(made)).is_err(), "{rule}: {made}");
    }
    assert!(std::panic::catch_unwind(|| TWO.shared_requirement()).is_err(), "its checks would be lost");
}

/// A name stands in the access lock and the log as it is.
#[test]
fn a_check_is_named_by_the_path_of_a_function() {
    const ILLEGAL: [&[&str]; 9] = [
        &[""],
        &["a", ""],
        &["a\nlock GET /b"],
        &["a b"],
        &["a)"],
        &["a#"],
        &["a\u{202e}"],
        &["größe"],
        &["a\", b"],
    ];
    for names in ILLEGAL {
        assert!(std::panic::catch_unwind(|| Rule::authenticated().with_checks(names)).is_err(), "{names:?}");
    }
    const LEGAL: &[&str] = &["owns_order", "::rules::r#type::is_open2", "self::A", "r#match"];
    assert_eq!(Rule::authenticated().with_checks(LEGAL).checks(), LEGAL);
}

#[test]
fn checks_are_shown_behind_the_conditions() {
    const SCOPE: Requirement = Requirement::Scope("a");
    for (rule, shown) in [
        (Rule::authenticated(), "requires(check = c, check = d)"),
        (Rule::authenticated().with_requirement(SCOPE), r#"requires(scope = "a", check = c, check = d)"#),
        (Rule::anonymous(), "anonymous_allowed(check = c, check = d)"),
        (
            Rule::anonymous().expired_is_anonymous(),
            r#"anonymous_allowed(expired = "anonymous", check = c, check = d)"#,
        ),
        (
            Rule::authenticated().with_token(TokenKind::Refresh),
            r#"authentication_required(token = "refresh", check = c, check = d)"#,
        ),
    ] {
        assert_eq!(rule.with_checks(&["c", "d"]).to_string(), shown);
    }
}

#[test]
fn a_rule_that_is_only_reported_is_one_for_authenticated_callers_and_is_not_shared_by_an_enforced_one() {
    const TRIED: Rule = Rule::authenticated().with_requirement(Requirement::Scope("a")).report_only();
    const ENFORCED: Rule = Rule::authenticated();
    assert_eq!(
        (TRIED.enforcement(), ENFORCED.enforcement()),
        (Enforcement::ReportOnly, Enforcement::Enforced)
    );
    assert_eq!(TRIED.to_string(), r#"requires(scope = "a", enforcement = "report_only")"#);
    let bare = ENFORCED.report_only();
    assert_eq!(bare.to_string(), r#"authentication_required(enforcement = "report_only")"#);
    assert!(bare.refusing_as(&TRIED).is_report_only() && bare.refusing_as(&ENFORCED).is_report_only());
    for illegal in [
        || ENFORCED.refusing_as(&TRIED),
        || Rule::anonymous().report_only(),
        || Rule::authenticated().with_token(TokenKind::Refresh).report_only(),
        || Rule::authenticated().report_only().with_token(TokenKind::Refresh),
    ] {
        assert!(refuses(illegal));
    }
}
