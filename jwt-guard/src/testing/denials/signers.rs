//! Who signs the tokens for the guard of a route.

use http::Extensions;

use super::super::issuer::TestIssuer;
use super::lacking::Person;
use super::requests::{Sent, caller};
use super::run::{Route, Run};
use crate::guard::JwtGuard;
use crate::token::TokenKind;

impl Run {
    /// The issuer of tokens for the guard of a route, which is the one that decides.
    pub(super) async fn issuer_of(&mut self, route: &Route<'_>) -> Option<TestIssuer> {
        let guard = match &route.row.source.guard {
            Some(guard) => guard.configured(),
            None => self.deciding_guard(route).await?,
        };
        if !self.issuers.contains_key(&guard.id()) {
            let mut given = self.settings.keys.iter().filter_map(|key| TestIssuer::find(&guard, key.clone()));
            let issuer = TestIssuer::own(&guard).or_else(|| given.next());
            let doubt = match &issuer {
                Some(issuer) => self.doubt(issuer).await,
                None => None,
            };
            self.issuers.insert(guard.id(), (issuer, doubt));
        }
        let issuer = self.issuers.get(&guard.id()).and_then(|(issuer, _)| issuer.clone());
        if issuer.is_none() {
            let reason = format!(
                "the test has no key for the guard `{}`, so only requests without a token were sent: add \
                 `.key(key)` with one whose other half the guard has",
                guard.name()
            );
            self.report.add_unjudged(route.row, reason);
        }
        issuer
    }

    /// Why conditions cannot be judged: if a good token is refused, so is every other.
    async fn doubt(&self, issuer: &TestIssuer) -> Option<String> {
        let token = caller(issuer, &self.settings.subject, &Person::default()).ok()?.good().ok()?;
        let refusal = issuer.guard().verify(&token).await.err()?;
        Some(format!(
            "its conditions were not judged, because the guard `{}` refuses a good token of `{}` with {}: name a caller whom the \
             application knows by `.subject(..)`",
            issuer.guard().name(),
            self.settings.subject,
            refusal.status()
        ))
    }

    /// The guard that decides about a route of which the table does not know it: an installed one, or one of layers that are
    /// composed.
    async fn deciding_guard(&mut self, route: &Route<'_>) -> Option<JwtGuard> {
        let in_table = self.table.rows().iter().find_map(|row| row.source.guard.as_ref());
        let installed = Extensions::new();
        let Some(any) = in_table.or_else(|| JwtGuard::of(&installed)).cloned() else {
            self.report.add_unjudged(
                route.row,
                "no guard is known that could decide: add `.with_guard(guard)` to the router",
            );
            return None;
        };
        let sent = Sent::Token(any, TokenKind::Access, "garbage".to_owned());
        let outcome = self.send(route, sent, &Person::default(), route.method).await;
        if let Some(reason) = outcome.no_guard() {
            self.hole(route, "garbage in place of a token", "a decision of a guard", reason.to_owned());
            return None;
        }
        let decided = outcome.notes.iter().rev().find_map(|note| note.guard.as_ref());
        if decided.is_none() {
            self.report.add_unjudged(route.row, "no guard decides about a token that is garbage");
        }
        decided.map(JwtGuard::configured)
    }
}
