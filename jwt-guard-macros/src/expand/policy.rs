//! The constant of a policy.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;

use super::condition;
use crate::attribute::Attribute;
use crate::crate_path::CratePath;
use crate::model::{Access, Enforcement, Params, Policy, Refusal};
use crate::validate::display_path;

impl Policy {
    /// Replaces a policy with mistakes. It never runs, because the mistakes stop the compilation.
    pub(super) fn fallback(attribute: Attribute, crate_path: CratePath) -> Self {
        let access = match attribute {
            Attribute::AnonymousAllowed => Access::Anonymous,
            Attribute::AuthenticationRequired | Attribute::Requires => Access::Authenticated,
        };
        Self {
            access,
            conditions: Vec::new(),
            checks: Vec::new(),
            refusal: Refusal::Answer,
            enforcement: Enforcement::Enforced,
            reason: None,
            crate_path,
        }
    }
}

/// ```text
/// ::jwt_guard::__private::Rule::authenticated()
///     .with_requirement(..)
///     .with_deny_as(::jwt_guard::__private::DenyAs::NotFound)
///     .report_only()
///     .with_checks(&["owns_order"])
///     .with_reason("..")
///     .with_declaration(
///         ::core::concat!(::core::module_path!(), "::update"),
///         ::core::file!(),
///         ::core::line!(),
///     )
///     .taking_nothing()
/// ```
pub(super) fn rule(policy: &Policy, handler: &Ident, params: Params) -> TokenStream {
    let Policy { access, conditions, checks, refusal, enforcement, reason, crate_path } = policy;
    let span = Span::mixed_site();
    let private = crate_path.private();
    let access = match access {
        Access::Anonymous => quote_spanned!(span=> anonymous()),
        Access::AnonymousIfExpired => quote_spanned!(span=> anonymous().expired_is_anonymous()),
        Access::AnyoneUnseen => quote_spanned!(span=> anonymous().credentials_ignored()),
        Access::Authenticated => quote_spanned!(span=> authenticated()),
        Access::AuthenticatedToRefresh => {
            quote_spanned!(span=> authenticated().with_token(#private::TokenKind::Refresh))
        }
    };
    let requiring = (!conditions.is_empty()).then(|| {
        let all = condition::all(conditions, crate_path);
        quote_spanned!(span=> .with_requirement(#all))
    });
    let refusal = match refusal {
        Refusal::Answer => None,
        Refusal::NotFound => Some(quote_spanned!(span=> .with_deny_as(#private::DenyAs::NotFound))),
        Refusal::Redirect(path) => Some(quote_spanned!(span=> .with_redirect(#path))),
    };
    let report_only =
        (*enforcement == Enforcement::ReportOnly).then(|| quote_spanned!(span=> .report_only()));
    let rule = condition::policies(conditions).into_iter().fold(
        quote_spanned!(span=> #private::Rule::#access #requiring #refusal #report_only),
        |rule, policy| condition::refusing_as(&rule, policy, crate_path),
    );
    let names = checks.iter().map(display_path);
    let checks = (!checks.is_empty()).then(|| quote_spanned!(span=> .with_checks(&[#(#names),*])));
    let reason = reason.as_ref().map(|text| quote_spanned!(span=> .with_reason(#text)));
    let name = format!("::{}", handler.unraw());
    let nothing = (params == Params::None).then(|| quote_spanned!(span=> .taking_nothing()));
    quote_spanned! {span=>
        #rule #checks #reason.with_declaration(
            ::core::concat!(::core::module_path!(), #name),
            ::core::file!(),
            ::core::line!(),
        ) #nothing
    }
}
