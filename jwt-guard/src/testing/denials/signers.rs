//! Who signs the tokens for the guard of a route.

use http::Extensions;

use super::super::issuer::TestIssuer;
use super::person::Person;
use super::requests::Sent;
use super::run::{Route, Run};
use crate::guard::JwtGuard;
use crate::token::TokenKind;

impl Run {
    /// The issuers of tokens for the guard that decides about a route.
    pub(super) async fn signers_of(&mut self, route: &Route<'_>) -> Vec<TestIssuer> {
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
        let mut signers: Vec<TestIssuer> = Vec::new();
        for issuer in TestIssuer::own(&guard).into_iter().chain(given) {
            // The own key may be given too.
            if !signers.iter().any(|known| known.is_same(&issuer)) {
                signers.push(issuer);
            }
        }
        self.signers.insert(guard.id(), signers.clone());
        signers
    }

    /// The guard that decides about a route of which the table does not know it: an installed one, or one of layers that are
    /// composed.
    async fn deciding_guard(&mut self, route: &Route<'_>) -> Option<JwtGuard> {
        let in_table = self.table.rows().iter().find_map(|row| row.source.guard.as_ref());
        let installed = Extensions::new();
        let Some(any) = in_table.or_else(|| JwtGuard::of(&installed)).cloned() else {
            self.report.add_unjudged(
                route.row,
                None,
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
        let decided = outcome.deciding_guard();
        if decided.is_none() {
            self.report.add_unjudged(route.row, None, "no guard decides about a token that is garbage");
        }
        decided.map(|guard| guard.configured())
    }
}
