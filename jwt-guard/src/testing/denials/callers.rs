//! Requests with a token: bad ones, and good ones of callers who do not meet the conditions.

use super::super::defect::Defect;
use super::super::issuer::TestIssuer;
use super::lacking::{self, Lacking};
use super::person::Person;
use super::requests::{Sent, caller};
use super::run::{Route, Run};
use super::verdict::RefusalCause;
use crate::code::RefusalCode;
use crate::guard::Denial;
use crate::lock::{Callers, Condition};
use crate::token::TokenKind;

impl Run {
    /// A token with each defect.
    pub(super) async fn bad_tokens(&mut self, route: &Route<'_>, kind: TokenKind) {
        if self.is_stuck {
            return;
        }
        let signers = self.signers_of(route).await;
        if signers.is_empty() {
            let reason = "the test has no key for its guard, so only requests without a token were sent: add \
                          `.key(key)` with one whose other half the guard has";
            return self.report.add_unjudged(route.row, None, reason);
        }
        for issuer in signers {
            for defect in Defect::ALL {
                if defect == Defect::Expired && matches!(route.expected.callers, Callers::AnonymousIfExpired)
                {
                    continue;
                }
                self.bad_token(route, kind, &issuer, defect).await;
            }
        }
    }

    async fn bad_token(&mut self, route: &Route<'_>, kind: TokenKind, issuer: &TestIssuer, defect: Defect) {
        let person = Person::default();
        match self.token(issuer, kind, &person, Some(defect)) {
            Ok(token) => {
                let sent = Sent::Token(issuer.guard().clone(), kind, token);
                let what = format!("{defect}{}", of_issuer(issuer));
                self.refused(route, RefusalCause::Defect(defect), sent, &what, &person).await;
            }
            // Garbage is a defect for every guard, so this one takes no such tokens of the issuer.
            Err(reason) if defect == Defect::Garbage => self.report.add_unjudged(route.row, None, reason),
            Err(reason) => self.report.add_unsent(issuer.guard(), defect, reason),
        }
    }

    /// Good tokens: who has all that the policy asks for gets in, and who lacks one thing does not.
    pub(super) async fn conditions(&mut self, route: &Route<'_>) {
        if self.is_stuck {
            return;
        }
        let own = self.own.expected(&route.row.method, &route.row.path).map(|own| own.callers);
        let own_condition = match &own {
            Some(Callers::AccessToken(condition)) => Some(condition),
            _ => None,
        };
        let best = match (own_condition, &own) {
            (Some(condition), _) => self.callers(condition, None).map(|callers| callers.meeting),
            (None, Some(Callers::Unguarded | Callers::CredentialsIgnored) | None) => Ok(Vec::new()),
            (None, Some(_)) => Ok(vec![Person::default()]),
        };
        let lacking = match &route.expected.callers {
            Callers::AccessToken(condition) => {
                self.callers(condition, own_condition).map(|callers| callers.lacking)
            }
            _ => Ok(Vec::new()),
        };
        let (best, lacking) = match (best, lacking) {
            (Ok(best), Ok(lacking)) => (best, lacking),
            (Err(reason), _) | (_, Err(reason)) => {
                return self.report.add_unjudged(route.row, None, reason);
            }
        };
        for issuer in self.signers_of(route).await {
            match self.refusal_of_the_best(route, &issuer, &best).await {
                None => self.lacking_callers(route, &issuer, &lacking).await,
                Some(reason) => {
                    let reason = format!(
                        "a caller who has all that it asks for is refused too, so that its conditions were \
                         not judged{}: {reason}",
                        of_issuer(&issuer)
                    );
                    self.report.add_unjudged(route.row, None, reason);
                }
            }
        }
    }

    fn callers(
        &self,
        condition: &Condition,
        own: Option<&Condition>,
    ) -> Result<lacking::LackingCallers, String> {
        lacking::callers(condition, own, &self.settings.subject, &self.settings.params)
    }

    async fn lacking_callers(&mut self, route: &Route<'_>, issuer: &TestIssuer, callers: &[Lacking]) {
        for lacking in callers {
            let what = format!("{}{}", lacking.what, of_issuer(issuer));
            match self.token(issuer, TokenKind::Access, &lacking.person, None) {
                Ok(token) => {
                    let sent = Sent::Token(issuer.guard().clone(), TokenKind::Access, token);
                    self.refused(route, RefusalCause::Conditions, sent, &what, &lacking.person).await;
                }
                Err(reason) => self.report.add_unjudged(route.row, Some(&what), reason),
            }
        }
    }

    /// Why a caller who has all that the policy asks for would be refused; then each caller is, whatever it lacks. The guard
    /// is asked, and no request is sent: the handler must not run.
    async fn refusal_of_the_best(
        &mut self,
        route: &Route<'_>,
        issuer: &TestIssuer,
        best: &[Person],
    ) -> Option<String> {
        let rule = route.row.rule()?;
        for person in best {
            let token = match self.token(issuer, rule.token(), person, None) {
                Ok(token) => token,
                Err(reason) => return Some(reason),
            };
            match issuer.guard().meets(rule, rule.token(), &token, &person.params).await {
                Ok(()) => {}
                // The store knows only refresh tokens of a login, so none is better than this one.
                Err(Denial { code: RefusalCode::Revoked, .. }) if rule.token() == TokenKind::Refresh => {}
                Err(Denial { code: RefusalCode::UnknownUser, reason, .. }) => {
                    return Some(format!(
                        "{reason}: name a caller whom the application knows by `.subject(..)`"
                    ));
                }
                Err(Denial { code, reason, .. }) => {
                    return Some(format!("{reason} (`{}`)", code.as_str()));
                }
            }
        }
        None
    }

    /// A token of this person, signed once for all routes: a signature by RSA takes a millisecond.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn token(
        &mut self,
        issuer: &TestIssuer,
        kind: TokenKind,
        person: &Person,
        defect: Option<Defect>,
    ) -> Result<String, String> {
        let what = format!("{} {} {kind:?} {person:?} {defect:?}", issuer.guard().id(), of_issuer(issuer));
        if let Some(token) = self.tokens.get(&what) {
            return Ok(token.clone());
        }
        let caller = caller(issuer, &self.settings.subject, person)?;
        let token = match defect {
            Some(defect) => caller.broken(kind, defect)?,
            None => caller.good(kind)?,
        };
        // In a minute it is valid.
        if defect != Some(Defect::NotYetValid) {
            self.tokens.insert(what, token.clone());
        }
        Ok(token)
    }
}

/// Names the issuer, where the guard has several.
fn of_issuer(issuer: &TestIssuer) -> String {
    issuer.name_among_others().map_or_else(String::new, |name| format!(", of the issuer `{name}`"))
}
