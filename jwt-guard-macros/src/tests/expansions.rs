//! One test for each legal form.

use super::{assert_snapshot, expand, identifiers};
use crate::attribute::Attribute::{AnonymousAllowed, AuthenticationRequired, Requires};

const HANDLER: &str = "async fn list() {}";

#[test]
fn a_handler_keeps_everything_that_its_author_wrote() {
    assert_snapshot(
        "everything_kept",
        Requires,
        r#"scope = "orders:write", role = roles::CLERK"#,
        r#"
        /// Updates an order.
        #[must_use]
        pub async fn update<'a, T: Order, const N: usize>(
            Path(id): Path<u64>,
            #[cfg(feature = "body")] mut body: Json<T>,
            extra: impl FromRequest<()>,
        ) -> Result<impl IntoResponse + 'a, Error>
        where
            T: Send,
        {
            #![allow(unused)]
            save(id, body).await?;
            Ok(StatusCode::OK)
        }
        "#,
    );
}

#[test]
fn anonymous_allowed() {
    assert_snapshot("anonymous", AnonymousAllowed, "", "async fn list(caller: Option<Claims>) {}");
}

#[test]
fn anonymous_allowed_for_expired_tokens() {
    assert_snapshot(
        "anonymous_if_expired",
        AnonymousAllowed,
        r#"expired = "anonymous", reason = "a shop window""#,
        HANDLER,
    );
}

#[test]
fn anonymous_allowed_without_a_look_at_credentials() {
    assert_snapshot("credentials_ignored", AnonymousAllowed, r#"credentials = "ignored""#, HANDLER);
}

#[test]
fn authentication_required() {
    assert_snapshot("authentication", AuthenticationRequired, "", HANDLER);
}

#[test]
fn authentication_required_takes_conditions() {
    assert_snapshot("authentication_with_condition", AuthenticationRequired, r#"scope = "a""#, HANDLER);
}

#[test]
fn names_as_constants_are_checked_by_the_compiler() {
    assert_snapshot("constants", Requires, "scope = scopes::READ, role = <Staff as Team>::ROLE", HANDLER);
}

#[test]
fn claims_of_each_type() {
    let arguments = r#"claim("tenant") = "acme", claim("realm", "level") = -3, claim("verified") = true, claim("n") = 0x10"#;
    assert_snapshot("claims", Requires, arguments, HANDLER);
}

#[test]
fn a_policy_that_is_only_reported() {
    let arguments = r#"scope = "orders:read", policy = rules::Shared, enforcement = "report_only", deny_as = "not_found""#;
    assert_snapshot("report_only", Requires, arguments, HANDLER);
}

#[test]
fn conditions_on_the_login() {
    let arguments = r#"max_age = "10m", any(acr = "gold", all(acr = ["silver", levels::BRONZE]))"#;
    assert_snapshot("login", Requires, arguments, HANDLER);
}

#[test]
fn conditions_on_the_path() {
    let arguments = r#"any(owner = "user_id", path("tenant") = claim("org", "id"))"#;
    assert_snapshot("path", Requires, arguments, HANDLER);
}

#[test]
fn checks_are_asked_in_their_order() {
    assert_snapshot(
        "checks",
        Requires,
        r#"scope = "a", check = owns, check = rules::is_open, check = c"#,
        HANDLER,
    );
    assert_snapshot("anonymous_with_check", AnonymousAllowed, "check = owns", HANDLER);
}

#[test]
fn conditions_nest() {
    let arguments =
        r#"any(all(scope = "a", role = "b"), not(any(scope = "c", claim("d") = 1))), scope = "e""#;
    assert_snapshot("nesting", Requires, arguments, HANDLER);
}

#[test]
fn policies_by_type() {
    assert_snapshot("policy", Requires, "policy = rules::CanBook, not(policy = Of<Guest, 2>)", HANDLER);
}

#[test]
fn fresh_is_a_condition_like_others() {
    assert_snapshot("fresh", Requires, r#"scope = "a", fresh, any(not(fresh), role = "b")"#, HANDLER);
}

#[test]
fn a_refresh_token_instead_of_an_access_token() {
    assert_snapshot("refresh_token", Requires, r#"token = "refresh""#, HANDLER);
    let arguments = r#"token = "refresh", deny_as = "not_found""#;
    assert_snapshot("hidden_refresh_token", AuthenticationRequired, arguments, HANDLER);
}

#[test]
fn settings_of_refusal() {
    assert_snapshot("deny_as", Requires, r#"scope = "a", deny_as = "not_found", reason = "secret""#, HANDLER);
    assert_snapshot("redirect", AuthenticationRequired, r#"redirect = "/login""#, HANDLER);
}

#[test]
fn the_hidden_type_is_as_visible_as_the_handler() {
    for (name, visibility) in
        [("visible_in_crate", "pub(crate)"), ("visible_in_path", "pub(in crate::orders)")]
    {
        assert_snapshot(name, AuthenticationRequired, "", &format!("{visibility} async fn list() {{}}"));
    }
}

#[test]
fn the_hidden_type_is_compiled_when_the_handler_is() {
    let item = r#"
        #[cfg(feature = "a")]
        #[cfg_attr(test, cfg(unix), doc = "..")]
        #[cfg_attr(test, doc = "..")]
        async fn list() {}
    "#;
    assert_snapshot("compile_conditions", AuthenticationRequired, "", item);
}

#[test]
fn a_raw_identifier_is_shown_without_its_prefix() {
    assert_snapshot("raw_identifier", AuthenticationRequired, "", "async fn r#type() {}");
}

#[test]
fn the_hidden_parameter_does_not_count_for_clippy() {
    let item = "async fn list(a: A, b: B, c: C, d: D, e: E, f: F, g: G) {}";
    assert_snapshot("seven_extractors", AuthenticationRequired, "", item);
}

#[test]
fn another_crate_path_replaces_the_default_everywhere() {
    let arguments = r#"scope = "a", role = ROLE, any(claim("b") = 1, policy = P), not(scope = S), fresh,
        deny_as = "not_found", reason = "r", crate = ::renamed"#;
    let cases = [
        (Requires, arguments.to_owned()),
        (AuthenticationRequired, r#"redirect = "/login", crate = crate::renamed"#.to_owned()),
        (Requires, r#"token = "refresh", crate = ::renamed"#.to_owned()),
        (AnonymousAllowed, r#"expired = "anonymous", crate = ::renamed::deep"#.to_owned()),
        (AnonymousAllowed, r#"credentials = "ignored", crate = ::renamed"#.to_owned()),
        // With a mistake elsewhere, too.
        (Requires, "scopee, crate = ::renamed".to_owned()),
    ];
    for (attribute, arguments) in cases {
        let (tokens, _) = expand(attribute, &arguments, HANDLER);
        let identifiers = identifiers(tokens);
        assert!(identifiers.contains(&"renamed".to_owned()), "{arguments}");
        assert!(!identifiers.contains(&"jwt_guard".to_owned()), "{arguments}");
    }
}
