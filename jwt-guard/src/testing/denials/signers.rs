//! Who signs the tokens for the guard of a route.

use http::Extensions;

use super::super::issuer::TestIssuer;
use super::lacking::Person;
use super::requests::{Sent, caller};
use super::run::{Route, Run};
use crate::guard::JwtGuard;
use crate::token::TokenKind;

/// An issuer of tokens for a guard.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) issuer: TestIssuer,
    /// Why its tokens say nothing of conditions.
    pub(super) doubt: Option<String>,
}

impl Run {
    /// The issuers of tokens for the guard that decides about a route.
    pub(super) async fn signers_of(&mut self, route: &Route<'_>) -> Vec<Signer> {
        let guard = match route.decided.as_ref().or(route.row.source.guard.as_ref()) {
            Some(guard) => guard.configured(),
            None => match self.deciding_guard(route).await {
                Some(guard) => guard,
                None => return Vec::new(),
            },
        };
        if let Some(signers) = self.signers.get(&guard.id()) {
            return signers.clone();
        }
        let given = self.settings.keys.iter().filter_map(|key| TestIssuer::find(&guard, key.clone()));
        let mut signers: Vec<Signer> = Vec::new();
        for issuer in TestIssuer::own(&guard).into_iter().chain(given) {
            // The own key may be given too.
            if !signers.iter().any(|known| known.issuer.is_same(&issuer)) {
                let doubt = self.doubt(&issuer).await;
                signers.push(Signer { issuer, doubt });
            }
        }
        self.signers.insert(guard.id(), signers.clone());
        signers
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
