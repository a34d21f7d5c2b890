//! Documents the extractors of this crate for aide. Only the policy adds something.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;

use super::super::document::describe;
use super::super::security::requirements;
use super::super::write::WriteOperation as _;
use crate::claims::Claims;
use crate::extract::{CurrentUser, Guarded};
use crate::guard::JwtGuard;
use crate::login::LoginCredentials;
use crate::policy::{AnyCheck, Needs, Policy};
use crate::principal::Principal;

impl<P: Policy, C: AnyCheck> OperationInput for Guarded<P, C> {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let rule = const { &P::RULE };
        let needs = Needs::of(rule);
        operation.secure(&requirements(rule, &needs));
        describe(operation, rule, &needs);
    }
}

impl<T> OperationInput for Claims<T> {}
impl OperationInput for JwtGuard {}
impl OperationInput for LoginCredentials {}
impl<U> OperationInput for CurrentUser<U> {}
impl OperationInput for Principal {}
#[cfg(feature = "sessions")]
impl<T> OperationInput for crate::extract::Session<T> {}
