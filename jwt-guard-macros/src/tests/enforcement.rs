//! The messages about policies that are only reported.

use super::expand;
use crate::attribute::Attribute::{self, AnonymousAllowed, AuthenticationRequired, Requires};

fn messages(attribute: Attribute, arguments: &str) -> Vec<String> {
    expand(attribute, arguments, "async fn list() {}").1
}

#[test]
fn a_wrong_enforcement_is_answered_with_the_right_form() {
    const FORM: &str = r#"it is written `enforcement = "report_only"`"#;
    const MEANT: &str = r#"did you mean `enforcement = "report_only"`?"#;
    for (arguments, expected) in [
        ("enforcement", format!("`enforcement` has no value; {FORM}")),
        ("enforcement = false", format!("`enforcement` takes a string, found a bool; {FORM}")),
        (
            r#"enforcement = "off""#,
            format!(r#"`enforcement` knows only "report_only", found "off"; {FORM}"#),
        ),
        ("report_only", format!("unknown key `report_only`; {MEANT}")),
        ("report_only = true", format!("unknown key `report_only`; {MEANT}")),
        ("dry_run = true", format!("unknown key `dry_run`; {MEANT}")),
        (
            r#"any(role = "a", enforcement = "report_only")"#,
            "`enforcement` is about the whole policy; write it beside `any(..)`, not inside".to_owned(),
        ),
        (
            r#"enforcement = "report_only", enforcement = "report_only""#,
            "`enforcement` is given twice; keep one of them".to_owned(),
        ),
        (
            r#"token = "refresh", enforcement = "report_only""#,
            "a handler of refresh tokens exchanges them, so its policy cannot be report-only; remove `enforcement = \
             \"report_only\"`"
                .to_owned(),
        ),
    ] {
        assert_eq!(messages(AuthenticationRequired, arguments), [expected], "{arguments}");
    }
    let anonymous = messages(AnonymousAllowed, r#"enforcement = "report_only""#);
    assert_eq!(
        anonymous,
        [
            "`enforcement` belongs to `#[authentication_required(..)]` and `#[requires(..)]`, not to `#[anonymous_allowed(..)]`"
        ]
    );
}

#[test]
fn requires_with_enforcement_alone_has_no_condition() {
    let found = messages(Requires, r#"enforcement = "report_only""#);
    assert!(found.len() == 1 && found[0].contains("has no condition"), "{found:?}");
    assert_eq!(messages(AuthenticationRequired, r#"enforcement = "report_only""#), [""; 0]);
}
