//! What a policy reads beside the caller: the path of the request, and the time.

use http::request::Parts;

use super::JwtGuard;
use super::event::Occasion;
use crate::caught::{Panicked, caught};
use crate::config::Config;
use crate::error::AuthError;
use crate::policy::Rule;
use crate::policy::facts::Facts;
use crate::policy::login::DecisionTime;
use crate::policy::path::{PathFacts, PathMisfit, PathParams};
use crate::principal::Principal;

impl JwtGuard {
    /// What `rule` reads beside `caller`; nothing for a policy that does not ask.
    ///
    /// # Errors
    ///
    /// The path does not have the parameters that the policy asks for, or the clock fails.
    pub(super) fn facts<'r>(
        &self,
        rule: &'static Rule,
        caller: Option<&'r Principal>,
        request: Option<&'r Parts>,
    ) -> Result<Facts<'r>, AuthError> {
        let mut facts = Facts::default();
        if rule.reads().path {
            let params = request.and_then(|request| request.extensions.get::<PathParams>());
            let params = params.ok_or(AuthError::Path(PathMisfit::NoRequest))?;
            let params = params.fit(rule.requirement()).map_err(AuthError::Path)?;
            let person = caller.and_then(|caller| self.config().person(caller));
            facts.path = Some(PathFacts::new(params, person));
        }
        if rule.reads().clock && caller.is_some() {
            let moment = moment(self.config());
            moment.as_ref().err().inspect(|error| self.count_panic(error));
            facts.moment = Some(moment?);
        }
        Ok(facts)
    }
}

/// The time of a decision. The application may have brought its own clock.
fn moment(config: &Config) -> Result<DecisionTime, AuthError> {
    let now = caught(|| config.access.date()).map_err(|Panicked| AuthError::Panic)?;
    Ok(DecisionTime { now: now.map_err(AuthError::Token)?, leeway: config.leeway() })
}

/// What `rule` saw when it was decided, for the log. The time is read again.
pub(super) fn noted_facts<'r>(rule: &Rule, occasion: Occasion<'r>, caller: &'r Principal) -> Facts<'r> {
    let config = occasion.config();
    let params = occasion.request().and_then(|request| request.extensions.get::<PathParams>());
    let person = || config.and_then(|config| config.person(caller));
    let path = params.map(|params| PathFacts::new(params, person()));
    let moment = config.filter(|_| rule.reads().clock).and_then(|config| moment(config).ok());
    Facts { path, moment }
}
