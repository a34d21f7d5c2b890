//! Turns what was parsed into what is legal. Every rule that a well-formed argument can still break is here.

mod condition;
mod handler;
mod login;
mod names;
mod settings;

use proc_macro2::Span;

use crate::attribute::Attribute;
use crate::crate_path::CratePath;
use crate::errors::ErrorSink;
use crate::model::{Access, Arguments, Enforcement, ParsedSetting, Policy, Refusal, SettingValue};

pub(crate) use condition::display_path;
pub(crate) use handler::{Expansion, handler, last_segment};
pub(crate) use names::is_scope_letter;
use settings::{Setting, Settings};

/// Turns arguments into a policy; `None` if anything in them is wrong.
///
/// `here` is the span of the whole attribute; `complete` says that every argument could be parsed.
pub(crate) fn policy(
    attribute: Attribute,
    here: Span,
    arguments: Arguments,
    complete: bool,
    errors: &mut ErrorSink,
) -> Option<Policy> {
    let mut found = ErrorSink::new();
    let Arguments { conditions, settings } = arguments;
    // `token = ".."` is a condition too, so `requires` may stand with it alone.
    let demands = !conditions.is_empty()
        || settings
            .iter()
            .any(|setting| matches!(setting.value, SettingValue::Token(_) | SettingValue::Check(_)));
    if attribute == Attribute::Requires && !demands && complete {
        found.push_at(
            here,
            "`#[requires(..)]` has no condition; write `#[authentication_required]` when a valid token is \
             enough, or a condition such as `#[requires(scope = \"orders:read\")]`",
        );
    }
    let asked: Vec<_> = conditions.iter().map(|condition| condition.ident.clone()).collect();
    let conditions = condition::list(conditions, &mut found);
    let Settings { checks, credentials, deny_as, enforcement, expired, crate_path, reason, redirect, token } =
        settings::settings(settings, &mut found);
    for condition in asked.iter().filter(|_| token.is_some()) {
        found.push(
            condition,
            format!(
                "a refresh token carries no scopes, roles and claims, so `{condition}` cannot be asked of \
                 it; remove it here, and write it on the handlers that take access tokens"
            ),
        );
    }
    let is_refresh = token.is_some();
    let enforcement = enforcement_of(enforcement, token, &mut found);
    let refusal = match (deny_as, redirect) {
        (None, None) => Refusal::Answer,
        (Some(_), None) => Refusal::NotFound,
        (None, Some(redirect)) => Refusal::Redirect(redirect.value),
        (Some(deny_as), Some(redirect)) => {
            let second = deny_as.later(redirect);
            found.push(
                second,
                "`deny_as = \"not_found\"` hides the route and `redirect = \"..\"` shows it; keep one of them",
            );
            Refusal::Answer
        }
    };
    let access = match attribute {
        Attribute::AnonymousAllowed => anonymous(credentials, expired, &mut found),
        Attribute::AuthenticationRequired | Attribute::Requires if is_refresh => {
            Access::AuthenticatedToRefresh
        }
        Attribute::AuthenticationRequired | Attribute::Requires => Access::Authenticated,
    };
    let legal = found.is_empty() && complete;
    errors.append(found);
    let reason = reason.map(|reason| reason.value);
    let crate_path = crate_path.unwrap_or_default();
    legal.then_some(Policy {
        access,
        conditions: conditions.unwrap_or_default(),
        checks,
        refusal,
        enforcement,
        reason,
        crate_path,
    })
}

fn enforcement_of(
    report_only: Option<Setting<()>>,
    token: Option<Setting<()>>,
    found: &mut ErrorSink,
) -> Enforcement {
    match (report_only, token) {
        (None, _) => Enforcement::Enforced,
        (Some(_), None) => Enforcement::ReportOnly,
        (Some(report_only), Some(token)) => {
            found.push(
                report_only.later(token),
                "a handler of refresh tokens exchanges them, so its policy cannot be report-only; remove \
                 `enforcement = \"report_only\"`",
            );
            Enforcement::ReportOnly
        }
    }
}

/// Which anonymous callers are admitted, and how their tokens are treated.
fn anonymous(
    credentials: Option<Setting<()>>,
    expired: Option<Setting<()>>,
    found: &mut ErrorSink,
) -> Access {
    match (credentials, expired) {
        (None, None) => Access::Anonymous,
        (None, Some(_)) => Access::AnonymousIfExpired,
        (Some(_), None) => Access::AnyoneUnseen,
        (Some(credentials), Some(expired)) => {
            found.push(
                credentials.later(expired),
                "`credentials = \"ignored\"` looks at no token and `expired = \"anonymous\"` looks at each; \
                 keep one of them",
            );
            Access::AnyoneUnseen
        }
    }
}

/// The path to the runtime crate, for the fallback of a policy that is wrong elsewhere.
pub(crate) fn crate_path_alone(settings: &[ParsedSetting]) -> CratePath {
    let mut ignored = ErrorSink::new();
    let path = settings.iter().find_map(|setting| match &setting.value {
        SettingValue::Crate(path) => Some(path.clone()),
        _ => None,
    });
    let path = path.and_then(|path| CratePath::validate(path, &mut ignored));
    let _reported_by_validation = ignored.finish();
    path.unwrap_or_default()
}
