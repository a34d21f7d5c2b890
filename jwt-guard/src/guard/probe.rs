//! What a guard decided about a request, for a test that looks on. Without the feature `testing` nothing is
//! noted, and with it nothing is decided otherwise.

pub(super) use noting::note;
#[cfg(feature = "testing")]
pub(crate) use noting::{Denial, Noted, Probe, Verdict};

#[cfg(feature = "testing")]
mod noting {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};

    use http::Request;

    use super::super::JwtGuard;
    use super::super::admit::decide;
    use super::super::event::Occasion;
    use crate::authenticate::{Wanted, authenticate_token};
    use crate::code::RefusalCode;
    use crate::error::{AuthError, FailureKind};
    use crate::policy::path::PathParams;
    use crate::policy::{Declaration, Rule};
    use crate::token::TokenKind;

    /// Travels with a request. The type is private, so that only tests of this crate's making have one.
    #[derive(Clone, Debug)]
    pub(crate) struct Probe(Arc<Mutex<Vec<Noted>>>);

    /// Whether there was a probe in this process. Without one no request is searched for it.
    static ANY: AtomicBool = AtomicBool::new(false);

    impl Default for Probe {
        fn default() -> Self {
            ANY.store(true, Ordering::Relaxed);
            Self(Arc::default())
        }
    }

    /// One decision.
    #[derive(Clone, Debug)]
    pub(crate) struct Noted {
        pub(crate) policy: String,
        declaration: Option<Declaration>,
        pub(crate) guard: Option<JwtGuard>,
        pub(crate) verdict: Verdict,
    }

    #[derive(Clone, Debug)]
    pub(crate) enum Verdict {
        Admitted,
        Denied(Denial),
    }

    /// Why a request is refused, as the log has it.
    #[derive(Clone, Debug)]
    pub(crate) struct Denial {
        pub(crate) kind: FailureKind,
        pub(crate) code: RefusalCode,
        pub(crate) reason: String,
    }

    impl Denial {
        fn of(error: &AuthError) -> Self {
            Self { kind: error.kind(), code: error.code(), reason: error.to_string() }
        }
    }

    impl Probe {
        /// The decisions so far, in their order.
        pub(crate) fn notes(&self) -> Vec<Noted> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    impl Noted {
        /// Whether it is a decision by this policy.
        pub(crate) fn is_by(&self, rule: &Rule) -> bool {
            self.declaration == rule.declaration() && self.policy == rule.to_string()
        }
    }

    impl JwtGuard {
        /// Whether the conditions of a policy admit the caller of a token at a path with these parameters;
        /// without its checks, and without a request. Nothing is logged.
        ///
        /// # Errors
        ///
        /// Why it would not.
        pub(crate) async fn meets(
            &self,
            rule: &'static Rule,
            kind: TokenKind,
            token: &str,
            params: &BTreeMap<String, String>,
        ) -> Result<(), Denial> {
            let wanted = match kind {
                TokenKind::Access => Wanted::Access,
                TokenKind::Refresh => Wanted::Refresh(String::new()),
            };
            let caller = authenticate_token(self.config(), token.as_bytes(), wanted).await;
            let (mut request, ()) = Request::new(()).into_parts();
            let params = params.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into()));
            request.extensions.insert(PathParams::Read(params.collect()));
            let facts = self.facts(rule, caller.as_ref().ok(), Some(&request));
            let facts = facts.map_err(|error| Denial::of(&error))?;
            let decided = decide(&caller, rule, self.scope_hierarchy(), facts);
            decided.map(drop).map_err(|error| Denial::of(&error))
        }
    }

    pub(in crate::guard) fn note(rule: &Rule, error: Option<&AuthError>, occasion: Occasion<'_>) {
        if !ANY.load(Ordering::Relaxed) {
            return;
        }
        let Some(request) = occasion.request() else { return };
        let Some(Probe(notes)) = request.extensions.get::<Probe>() else { return };
        let verdict = error.map_or(Verdict::Admitted, |error| Verdict::Denied(Denial::of(error)));
        notes.lock().unwrap_or_else(PoisonError::into_inner).push(Noted {
            policy: rule.to_string(),
            declaration: rule.declaration(),
            guard: JwtGuard::of(&request.extensions).cloned(),
            verdict,
        });
    }
}

#[cfg(not(feature = "testing"))]
mod noting {
    use super::super::event::Occasion;
    use crate::error::AuthError;
    use crate::policy::Rule;

    pub(in crate::guard) fn note(_: &Rule, _: Option<&AuthError>, _: Occasion<'_>) {}
}
