//! The messages about conditions on the login.

use super::expand;
use crate::attribute::Attribute::Requires;

fn messages(arguments: &str) -> Vec<String> {
    expand(Requires, arguments, "async fn list() {}").1
}

/// Each mistake has one message.
fn assert_messages(cases: &[(&str, &str)], form: &str) {
    for (arguments, expected) in cases {
        assert_eq!(messages(arguments), [expected.replace("FORM", form)], "{arguments}");
    }
}

#[test]
fn a_wrong_age_of_a_login_is_answered_with_the_right_form() {
    let cases = [
        ("max_age", "`max_age` has no value; FORM"),
        ("max_age = 10", "`max_age` takes a string, found an integer; FORM"),
        ("max_age = TEN", "`max_age` takes a string, found a path; FORM"),
        (r#"max_age("10m")"#, "expected `=` after `max_age`, found parentheses; FORM"),
        (r#"max_age = "10""#, r#""10" has no unit; write `"10s"` for seconds or `"10m"` for minutes; FORM"#),
        (r#"max_age = "10x""#, r#""x" is not a unit; a duration has `s`, `m`, `h` or `d`; FORM"#),
        (r#"max_age = "10 m""#, r#"a duration has no spaces; write `"10m"`; FORM"#),
        (r#"max_age = "10m ""#, r#"a duration has no spaces; write `"10m"`; FORM"#),
        (
            r#"max_age = "1h30m""#,
            r#""1h30m" is not one whole number with one unit, as `"90m"` for an hour and a half; FORM"#,
        ),
        (
            r#"max_age = "1.5h""#,
            r#""1.5h" is not one whole number with one unit, as `"90m"` for an hour and a half; FORM"#,
        ),
        (r#"max_age = """#, "a duration is empty; FORM"),
        (
            r#"max_age = "-5m""#,
            r#""-5m" is not a duration, a number with the unit `s`, `m`, `h` or `d`; FORM"#,
        ),
        (
            r#"max_age = "0s""#,
            "a login cannot be younger than 0 s; for a token that the login itself issued write `fresh`",
        ),
        (r#"max_age = "366d""#, r#""366d" is more than 365 days, the longest time since a login; FORM"#),
        (
            r#"max_age = "99999999999999999999d""#,
            r#""99999999999999999999d" is more than 365 days, the longest time since a login; FORM"#,
        ),
        (r#"max_age <= "10m""#, "`max_age` is a limit already, found `<=`; FORM"),
        (
            r#"max_age = "10m", max_age = "5m""#,
            "`max_age` is written twice; remove one of them, or correct it",
        ),
        (r#"maxage = "10m""#, r#"unknown key `maxage`; did you mean `max_age = "10m"`?"#),
    ];
    assert_messages(&cases, r#"it is written `max_age = "10m"`"#);
}

#[test]
fn a_wrong_acr_is_answered_with_the_right_form() {
    let cases = [
        ("acr", "`acr` has no value; FORM"),
        ("acr = 2", "`acr` takes a string, a path to a constant, or a list of these, found an integer; FORM"),
        (r#"acr("gold")"#, "expected `=` after `acr`, found parentheses; FORM"),
        (r#"acr = """#, r#"a value of `acr` is empty; write one such as `acr = "urn:example:mfa"`"#),
        (r#"acr = [""]"#, r#"a value of `acr` is empty; write one such as `acr = "urn:example:mfa"`"#),
        ("acr = []", "`acr` lists no value; FORM"),
        (
            r#"acr = "gold silver""#,
            r#"a value of `acr` has no spaces; for one of several write a list: `acr = ["gold", "silver"]`"#,
        ),
        (r#"acr = ["gold "]"#, r#"a value of `acr` has no spaces; write `"gold"`"#),
        (
            r#"acr = ["gold", 2]"#,
            r#"`acr` lists strings or paths to constants, found an integer; it is written `acr = ["a", "b"]`"#,
        ),
        (r#"acr = ["gold", "gold"]"#, r#""gold" is listed twice; remove one of them, or correct it"#),
        (
            "acr = [levels::GOLD, levels :: GOLD]",
            "levels::GOLD is listed twice; remove one of them, or correct it",
        ),
        (
            r#"acr = "gold\"""#,
            "'\"' is not allowed in a value of `acr`; it takes ASCII letters, digits and punctuation except `\"` and `\\`, \
             so that a challenge can name it",
        ),
        (
            r#"any(acr = "a", acr = "b")"#,
            r#"`acr` is written twice; for one of several values write a list, as in `acr = ["a", "b"]`"#,
        ),
        (
            r#"acr = "a", acr = "b""#,
            r#"`acr` is written twice; for one of several values write a list, as in `acr = ["a", "b"]`"#,
        ),
        (
            r#"acr = "a" || acr = "b""#,
            r#"`||` is not used here; for one of several values write `acr = ["a", "b"]`"#,
        ),
        (r#"acr = "a" | "b""#, r#"`|` is not used here; for one of several values write `acr = ["a", "b"]`"#),
        (r#"mfa = "a""#, r#"unknown key `mfa`; did you mean `acr = "urn:example:mfa"`?"#),
    ];
    assert_messages(&cases, r#"it is written `acr = "urn:example:mfa"`"#);
    assert_eq!(messages(r#"any(all(acr = "a", max_age = "5m"), acr = "b"), acr = ["a", B,]"#), [""; 0]);
}

#[test]
fn a_condition_on_the_login_cannot_stand_below_not() {
    let refused = |name: &str| {
        format!(
            "`{name}` cannot stand below `not(..)`, which would ask for an older or a weaker login; let a function decide, \
             as in `check = may_approve`"
        )
    };
    for (arguments, names) in [
        (r#"not(max_age = "10m")"#, &["max_age"][..]),
        (r#"not(any(acr = "0", role = "a"))"#, &["acr"]),
        (r#"not(all(acr = ["0", "1"], max_age = "1h"))"#, &["acr", "max_age"]),
    ] {
        let expected: Vec<_> = names.iter().map(|name| refused(name)).collect();
        assert_eq!(messages(arguments), expected, "{arguments}");
    }
    for (arguments, operator, name) in
        [(r#"max_age != "10m""#, "!=", "max_age"), (r#"!acr = "a""#, "!", "acr")]
    {
        let expected = format!("`{operator}` is not used here; {}", refused(name));
        assert_eq!(messages(arguments), [expected], "{arguments}");
    }
}
