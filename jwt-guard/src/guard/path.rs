//! The path of a request, for policies with conditions on it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use super::JwtGuard;
use super::event::Occasion;
use crate::error::AuthError;
use crate::policy::Rule;
use crate::policy::path::{PathFacts, PathMisfit, PathParams};
use crate::principal::Principal;

/// Keeps the parameters of the path in the extensions, where decision and log find them. Out of line, because few policies
/// ask for them.
#[inline(never)]
pub(super) fn note_params(request: &mut Parts) {
    let read = {
        let read = pin!(<RawPathParams as FromRequestParts<()>>::from_request_parts(request, &()));
        // The extractor of axum has nothing to wait for.
        read.poll(&mut Context::from_waker(Waker::noop()))
    };
    let params = match read {
        Poll::Ready(Ok(params)) => {
            PathParams::Read(params.iter().map(|(name, value)| (name.into(), value.into())).collect())
        }
        Poll::Ready(Err(RawPathParamsRejection::InvalidUtf8InPathParam(_))) => PathParams::NotUtf8,
        // No route was matched.
        Poll::Ready(Err(_)) | Poll::Pending => PathParams::Read(Vec::new()),
    };
    request.extensions.insert(params);
}

/// What the conditions of a policy saw of the path when it was decided, for the log.
pub(super) fn noted_facts<'r>(occasion: Occasion<'r>, caller: &'r Principal) -> Option<PathFacts<'r>> {
    let params = occasion.request()?.extensions.get::<PathParams>()?;
    Some(PathFacts::new(params, occasion.config().and_then(|config| config.person(caller))))
}

impl JwtGuard {
    /// What the conditions of `rule` see of the path; nothing for a policy that does not ask.
    ///
    /// # Errors
    ///
    /// The path does not have the parameters that the policy asks for.
    pub(super) fn path_facts<'r>(
        &self,
        rule: &'static Rule,
        caller: Option<&'r Principal>,
        request: Option<&'r Parts>,
    ) -> Result<Option<PathFacts<'r>>, AuthError> {
        if !rule.reads_path() {
            return Ok(None);
        }
        let params = request.and_then(|request| request.extensions.get::<PathParams>());
        let params = params.ok_or(AuthError::Path(PathMisfit::NoRequest))?;
        let params = params.fit(rule.requirement()).map_err(AuthError::Path)?;
        Ok(Some(PathFacts::new(params, caller.and_then(|caller| self.config().person(caller)))))
    }
}
