//! The messages of the attributes. The goldens in `ui-tests` prove their places.

use super::expand;
use crate::attribute::Attribute::{self, AnonymousAllowed, AuthenticationRequired, Requires};

fn messages(attribute: Attribute, arguments: &str) -> Vec<String> {
    expand(attribute, arguments, "async fn list() {}").1
}

#[test]
fn all_mistakes_of_one_attribute_are_reported_at_once() {
    let arguments = r#"scpoe = "a", role = 3, any(), scope = "a b", reason = "", reason = "x", redirect = "login",
        claim() = 1, not(role = "a", role = "b"), crate = self::x, 7, deny_as = "404", frobnicate"#;
    assert_eq!(messages(Requires, arguments).len(), 13);
    let item = "fn list(&self) {}";
    let (_, messages) = expand(Requires, "scpoe = \"a\"", item);
    assert_eq!(messages.len(), 3, "one for the key, two for the handler: {messages:?}");
}

#[test]
fn a_missing_comma_is_one_mistake() {
    let found = messages(Requires, r#"scope = "a" role = "b""#);
    assert_eq!(found, ["expected `,` before `role`"]);
}

#[test]
fn operators_of_rust_are_answered_with_what_is_written_instead() {
    for (arguments, expected) in [
        (
            r#"scope = "a" || role = "b""#,
            r#"`||` is not used here; for one of several write `any(scope = "a", role = "b")`"#,
        ),
        (
            r#"scope = "a" | "b""#,
            r#"`|` is not used here; for one of several write `any(scope = "a", scope = "b")`"#,
        ),
        (
            r#"role = A || role = B || fresh"#,
            r#"`||` is not used here; for one of several write `any(role = A, role = B, fresh)`"#,
        ),
        (
            r#"not(scope = "a" || scope = "b")"#,
            r#"`||` is not used here; for one of several write `any(scope = "a", scope = "b")`"#,
        ),
        (
            r#"scope = "a" && role = "b""#,
            r#"`&&` is not used here; what must hold together stands side by side: write `scope = "a", role = "b"`"#,
        ),
        (r#"!role = "guest""#, r#"`!` is not used here; write `not(role = "guest")`"#),
        (r#"!fresh"#, r#"`!` is not used here; write `not(fresh)`"#),
        (r#"scope == "a""#, r#"`==` has one `=` here; it is written `scope = "orders:read"`"#),
        (r#"claim("level") == 3"#, r#"`==` has one `=` here; it is written `claim("tenant") = "acme"`"#),
        (r#"role != "guest""#, r#"`!=` is not used here; write `not(role = "clerk")`"#),
    ] {
        assert_eq!(messages(Requires, arguments), [expected], "{arguments}");
    }
    for operator in [">=", "<=", ">", "<"] {
        let found = messages(Requires, &format!("claim(\"level\") {operator} 3"));
        let start = format!("`claim` asks for equality only, found `{operator}`");
        assert!(found.len() == 1 && found[0].starts_with(&start), "{found:?}");
        assert!(found[0].ends_with("which refuses by `JwtGuard::forbid`"), "{found:?}");
    }
    // A mistake of the next argument is reported too.
    assert_eq!(messages(Requires, r#"scope = "a" || role = "b", scpo = "c""#).len(), 2);
    assert_eq!(messages(Requires, "scope = scopes::").len(), 1);
}

#[test]
fn a_condition_on_the_path_is_written_in_one_way() {
    let form = r#"it is written `path("tenant") = claim("tenant")`"#;
    for (arguments, expected) in [
        (r#"path("a") = "b""#, format!("`path` takes a claim of the token, found a string; {form}")),
        (
            r#"path(a) = claim("b")"#,
            format!("`path` names one parameter of the path by a string, found `a`; {form}"),
        ),
        (
            r#"path() = claim("b")"#,
            format!("`path` names one parameter of the path by a string, found nothing; {form}"),
        ),
        (
            r#"path("a", "b") = claim("c")"#,
            format!("`path` names one parameter of the path by a string, found 3 tokens; {form}"),
        ),
        (r#"path("a")"#, format!("`path` has no value; {form}")),
        (r#"path("a") = claim"#, format!("`path` needs parentheses; {form}")),
        (r#"path("a") = claim()"#, format!("`claim` names no claim; {form}")),
        (
            r#"path("a") = claim(b)"#,
            format!("a claim is named by strings, one for each level, found a path; {form}"),
        ),
        (r#"path = "a""#, format!("expected parentheses after `path`, found `=`; {form}")),
        (r#"path("") = claim("b")"#, format!("the name of a path parameter is empty; {form}")),
        (
            r#"path("/orders/{tenant}") = claim("b")"#,
            "a path parameter is named as between its braces, without them; write `\"tenant\"`".to_owned(),
        ),
        (r#"claim("a") = path("b")"#, r#"the path stands first; write `path("b") = claim(..)`"#.to_owned()),
        (
            r#"owner = "{user_id}""#,
            "a path parameter is named as between its braces, without them; write `\"user_id\"`".to_owned(),
        ),
        (
            r#"owner = user_id"#,
            r#"`owner` takes a string, found a path; it is written `owner = "user_id"`"#.to_owned(),
        ),
        (r#"owner"#, r#"`owner` has no value; it is written `owner = "user_id"`"#.to_owned()),
    ] {
        assert_eq!(messages(Requires, arguments), [expected], "{arguments}");
    }
}

#[test]
fn the_subject_of_a_path_is_its_owner() {
    let expected =
        r#"`claim("sub")` may name a machine, or a person of another issuer; write `owner = "user"`"#;
    for arguments in [r#"path("user") = claim("sub")"#, r#"any(fresh, path("user") = claim("sub"))"#] {
        assert_eq!(messages(Requires, arguments), [expected], "{arguments}");
    }
    assert_eq!(messages(Requires, r#"path("user") = claim("act", "sub"), claim("sub") = "a""#), [""; 0]);
}

#[test]
fn a_condition_on_the_path_cannot_stand_below_not() {
    let refused = |name: &str| {
        format!(
            "`{name}` cannot stand below `not(..)`, where another spelling of the same value would pass, such as `07` for \
             `7`; let a function decide, as in `check = may_approve`"
        )
    };
    for (arguments, names) in [
        (r#"not(owner = "a")"#, &["owner"][..]),
        (r#"not(path("a") = claim("b"))"#, &["path"]),
        (r#"not(not(owner = "a"))"#, &["owner"]),
        (
            r#"scope = "a", any(role = "b", not(all(any(owner = "a", path("a") = claim("b")), fresh)))"#,
            &["owner", "path"],
        ),
    ] {
        let expected: Vec<_> = names.iter().map(|name| refused(name)).collect();
        assert_eq!(messages(Requires, arguments), expected, "{arguments}");
    }
    for (arguments, operator, name) in [
        (r#"owner != "a""#, "!=", "owner"),
        (r#"!owner = "a""#, "!", "owner"),
        (r#"!path("a") = claim("b")"#, "!", "path"),
    ] {
        let expected = format!("`{operator}` is not used here; {}", refused(name));
        assert_eq!(messages(Requires, arguments), [expected], "{arguments}");
    }
    assert_eq!(messages(Requires, r#"any(owner = "a", not(scope = "b")), not(fresh)"#), [""; 0]);
}

#[test]
fn a_condition_that_is_written_twice_is_a_mistake_on_its_own_level_only() {
    assert_eq!(messages(Requires, r#"any(scope = "a", role = "b"), any(scope = "a", role = "c")"#), [""; 0]);
    for twice in [
        r#"scope = "a", scope = "a""#,
        r#"any(scope = "a", scope = "a")"#,
        "policy = a::P, policy = a :: P",
        r#"claim("a") = 1, claim("a") = 0x1"#,
        r#"not(role = "a"), not(role = "a")"#,
        "fresh, fresh",
        r#"owner = "a", owner = "a""#,
        r#"path("a") = claim("b"), path("a") = claim("b")"#,
        "any(not(fresh), not(fresh))",
    ] {
        let found = messages(Requires, twice);
        assert_eq!(found.len(), 1, "{twice}: {found:?}");
        assert!(found.iter().all(|message| message.contains("is written twice")), "{found:?}");
    }
}

#[test]
fn requires_without_a_condition_names_the_attribute_for_that() {
    for arguments in ["", r#"reason = "x""#] {
        let found = messages(Requires, arguments);
        assert!(found.iter().any(|message| message.contains("#[authentication_required]")), "{found:?}");
    }
    // An unreadable condition is reported by itself.
    assert_eq!(messages(Requires, "scope").len(), 1);
    assert_eq!(messages(AuthenticationRequired, "").len(), 0);
}

#[test]
fn conditions_on_anonymous_callers_name_requires() {
    for arguments in
        [r#"scope = "a""#, r#"any(scope = "a", role = "b")"#, "policy = P", r#"claim("a") = 1"#, "fresh"]
    {
        let found = messages(AnonymousAllowed, arguments);
        assert_eq!(found.len(), 1, "{arguments}: {found:?}");
        assert!(found.iter().all(|message| message.contains("#[requires(")), "{found:?}");
    }
}

#[test]
fn fresh_is_a_word_of_its_own() {
    for arguments in ["fresh", "fresh,", r#"fresh, scope = "a""#, "any(fresh, not(fresh))"] {
        assert_eq!(messages(Requires, arguments), [""; 0], "{arguments}");
    }
    for (arguments, message) in [
        ("fresh = true", "`fresh` takes no value, found `true`; it is written `fresh`"),
        ("fresh = \"yes\"", "`fresh` takes no value, found `\"yes\"`; it is written `fresh`"),
        // Words that mean the opposite of the condition that they resemble.
        ("fresh = false", "`fresh` takes no value, found `false`; its opposite is written `not(fresh)`"),
        ("any(fresh=false)", "`fresh` takes no value, found `false`; its opposite is written `not(fresh)`"),
        ("fresh =", "`fresh` takes no value; it is written `fresh`"),
        ("fresh()", "`fresh` takes no parentheses; it is written `fresh`"),
        ("fresh(true) = 3", "`fresh` takes no parentheses; it is written `fresh`"),
        ("fresh: true", "expected `,` after `fresh`, found `:`; it is written `fresh`"),
        ("fresh true", "expected `,` after `fresh`, found `true`; it is written `fresh`"),
        ("fresh role = \"a\"", "expected `,` before `role`"),
    ] {
        assert_eq!(messages(Requires, arguments), [message], "{arguments}");
        assert_eq!(messages(Requires, &format!("{arguments}, scpoe")).len(), 2, "{arguments}");
    }
}

#[test]
fn a_refresh_token_is_a_demand_of_its_own() {
    for attribute in [AuthenticationRequired, Requires] {
        for arguments in [r#"token = "refresh""#, r#"token = "refresh", deny_as = "not_found", reason = "r""#]
        {
            assert_eq!(messages(attribute, arguments), [""; 0], "{arguments}");
        }
        for wrong in [
            "token",
            "token = refresh",
            r#"token = "access""#,
            r#"token = "Refresh""#,
            r#"token = "refresh", token = "refresh""#,
        ] {
            assert_eq!(messages(attribute, wrong).len(), 1, "{wrong}");
        }
    }
    assert_eq!(messages(AnonymousAllowed, r#"token = "refresh""#).len(), 1);
}

#[test]
fn nothing_else_is_asked_of_a_refresh_token() {
    for (arguments, mistakes) in [
        (r#"token = "refresh", fresh"#, &["fresh"][..]),
        (r#"not(role = "banned"), token = "refresh""#, &["not"]),
        (r#"scope = "a", token = "refresh", role = "b", claim("c") = 1"#, &["scope", "role", "claim"]),
        (r#"any(all(fresh, role = "a"), not(fresh)), token = "refresh", policy = P"#, &["any", "policy"]),
        // A wrong value does not cause a second message about the conditions.
        (r#"token = "access", fresh"#, &[]),
    ] {
        let found = messages(Requires, arguments);
        let of_conditions: Vec<_> =
            found.iter().filter(|message| message.contains("carries no scopes")).collect();
        assert_eq!(of_conditions.len(), mistakes.len(), "{arguments}: {found:?}");
        for (message, name) in of_conditions.iter().zip(mistakes) {
            assert!(message.contains(&format!("`{name}` cannot be asked")), "{message}");
        }
    }
}

#[test]
fn literals_have_no_white_space_at_their_ends() {
    for (arguments, fix) in [
        (r#"not(role = "suspended ")"#, r#"`role = "suspended"`"#),
        ("role = \"\u{a0}clerk\"", r#"`role = "clerk"`"#),
        (r#"claim("tenant ") = "acme""#, r#"`"tenant"`"#),
        (r#"claim("a", " b") = 1"#, r#"`"b"`"#),
        (r#"claim("tenant") = " acme""#, r#"`"acme"`"#),
    ] {
        let found = messages(Requires, arguments);
        assert!(found.len() == 1 && found[0].contains(fix), "{arguments}: {found:?}");
    }
    assert!(messages(Requires, r#"role = "Site Admin", claim("a b") = "c d", claim("e") = """#).is_empty());
}

#[test]
fn ignored_credentials_go_with_nothing_that_looks_at_them() {
    for arguments in
        [r#"credentials = "ignored""#, r#"credentials = "ignored", reason = "a login", crate = ::renamed"#]
    {
        assert_eq!(messages(AnonymousAllowed, arguments), [""; 0], "{arguments}");
    }
    for (wrong, word) in [
        (r#"credentials = "ignored", expired = "anonymous""#, "keep one of them"),
        (r#"expired = "anonymous", credentials = "ignored""#, "keep one of them"),
        (r#"credentials = "ignored", credentials = "ignored""#, "given twice"),
        (r#"credentials = "ignore""#, "knows only \"ignored\""),
        (r#"credentials = "Ignored""#, "knows only \"ignored\""),
        (r#"credentials = """#, "knows only \"ignored\""),
        ("credentials = ignored", "takes a string"),
        ("credentials = true", "takes a string"),
        ("credentials", "has no value"),
        ("credentials =", "has no value"),
        ("credentials(ignored)", "expected `=`"),
        (r#"credential = "ignored""#, "did you mean `credentials = \"ignored\"`"),
        (r#"credentails = "ignored""#, "did you mean `credentials = \"ignored\"`"),
        (r#"bad_token = "anonymous""#, "did you mean `credentials = \"ignored\"`"),
        (r#"credentials = "ignored", scope = "a""#, "#[requires("),
        (r#"credentials = "ignored", fresh"#, "#[requires("),
        (r#"credentials = "ignored", any(role = "a", role = "b")"#, "#[requires("),
        (r#"credentials = "ignored", token = "refresh""#, "belongs to"),
        (r#"credentials = "ignored", redirect = "/login""#, "belongs to"),
    ] {
        let found = messages(AnonymousAllowed, wrong);
        assert!(found.len() == 1 && found.iter().all(|message| message.contains(word)), "{wrong}: {found:?}");
    }
    for attribute in [AuthenticationRequired, Requires] {
        let found = messages(attribute, r#"scope = "a", credentials = "ignored""#);
        assert!(
            found.len() == 1 && found.iter().all(|message| message.contains("anonymous_allowed")),
            "{found:?}"
        );
    }
}

#[test]
fn what_needs_a_caller_stands_on_no_handler_that_may_have_none() {
    for extractor in ["Claims", "jwt_guard::Claims<Mine>", "CurrentUser<User>", "Session<Basket>"] {
        for (arguments, word) in [
            ("", "write `Option<"),
            (r#"expired = "anonymous""#, "write `Option<"),
            (r#"credentials = "ignored""#, "looks at no token and no session"),
        ] {
            let bare = format!("async fn list(a: A, caller: {extractor}) {{}}");
            let (_, found) = expand(AnonymousAllowed, arguments, &bare);
            assert!(
                found.len() == 1 && found.iter().all(|message| message.contains(word)),
                "{bare}: {found:?}"
            );
            let optional = format!("async fn list(a: A, caller: Option<{extractor}>) {{}}");
            assert_eq!(expand(AnonymousAllowed, arguments, &optional).1, [""; 0], "{optional}");
        }
    }
    // The session of another crate, and a type of the application.
    for other in ["Session", "CurrentUser"] {
        let (_, found) = expand(AnonymousAllowed, "", &format!("async fn list(caller: {other}) {{}}"));
        assert_eq!(found, [""; 0], "{other}");
    }
}

#[test]
fn messages_are_one_line_without_a_full_stop() {
    let arguments = r#"scpoe = "a", role = 3, any(), scope = "a b", reason = "", redirect = "login", claim() = 1, crate = a,
        deny_as = "404", expired = "anonymous", frobnicate, "x", x::Y, = , scope("a"), all = 1, claim("") = 1.5,
        fresh = true, fresh(), token = "access", token, scope ="#;
    for message in messages(Requires, arguments) {
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
        assert!(!message.starts_with(|letter: char| letter.is_ascii_uppercase()), "{message}");
    }
}
