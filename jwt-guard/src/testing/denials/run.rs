//! Sends the requests of a test, row by row.

use std::collections::BTreeMap;

use http::StatusCode;

use super::super::defect::Defect;
use super::super::issuer::TestIssuer;
use super::lacking::{self, Person};
use super::report::{DenialReport, Hole, place};
use super::requests::{Sender, Sent, caller};
use super::signers::Signer;
use super::verdict::{Outcome, Refused};
use super::{Denials, target};
use crate::guard::JwtGuard;
use crate::lock::{AccessLock, Callers, Expected};
use crate::policy::Rule;
use crate::router::{AccessRow, AccessTable, RoutePath};
use crate::token::TokenKind;

/// A test that is under way.
pub(super) struct Run {
    pub(super) settings: Denials,
    pub(super) table: AccessTable,
    /// What the application says of itself.
    own: AccessLock,
    pub(super) sender: Sender,
    /// By the number of the guard.
    pub(super) signers: BTreeMap<u64, Vec<Signer>>,
    pub(super) report: DenialReport,
}

/// One method of a row.
pub(super) struct Route<'r> {
    pub(super) row: &'r AccessRow,
    pub(super) method: &'static str,
    expected: &'r Expected,
    /// The guard that has decided, which may be one that the table cannot see.
    pub(super) decided: Option<JwtGuard>,
}

impl Run {
    pub(super) fn new(settings: Denials) -> Self {
        let table = settings.app.access_table();
        Self {
            sender: Sender::new(settings.app.clone().into_axum()),
            own: AccessLock::of(&table),
            signers: BTreeMap::new(),
            report: DenialReport::default(),
            table,
            settings,
        }
    }

    /// Sends all requests.
    pub(super) async fn finish(mut self) -> DenialReport {
        for row in self.table.rows().to_vec() {
            self.row(&row).await;
        }
        self.unknown_path().await;
        DenialReport { requests: self.sender.count(), ..self.report }
    }

    async fn row(&mut self, row: &AccessRow) {
        let route = format!("{} {}", row.method, row.path);
        if let Some((_, reason)) = self.settings.excepted.iter().find(|(known, _)| *known == route) {
            let reason = format!("excepted: {reason}");
            return self.report.add_unjudged(row, reason);
        }
        if let Err(reason) = target::path(row, &self.settings.params) {
            return self.report.add_unjudged(row, reason);
        }
        let own = self.own.expected(&row.method, &row.path);
        let locked = self.settings.lock.as_ref().map(|lock| lock.expected(&row.method, &row.path));
        let expected = match (locked, own) {
            (Some(None), Some(own)) => {
                self.report.add_unjudged(row, "the lock does not list it; it was judged by its own policy");
                own
            }
            (Some(Some(locked)), _) => locked,
            (None, Some(own)) => own,
            (_, None) => return,
        };
        if expected.report_only {
            self.report.add_unjudged(row, "its policy is report-only, so that every caller is admitted");
        }
        for method in target::methods(row, &self.table) {
            let route = Route { row, method, expected: &expected, decided: None };
            match &expected.callers {
                Callers::Unguarded => {
                    self.report.add_unjudged(row, "it is unguarded, and says why in the table");
                    self.open(&route).await;
                }
                Callers::CredentialsIgnored => self.open(&route).await,
                Callers::Anonymous | Callers::AnonymousIfExpired => {
                    self.open(&route).await;
                    self.bad_tokens(&route, TokenKind::Access).await;
                }
                Callers::RefreshToken => self.guarded(route, TokenKind::Refresh).await,
                Callers::AccessToken(_) => self.guarded(route, TokenKind::Access).await,
            }
        }
    }

    /// A route that needs a token.
    async fn guarded(&mut self, route: Route<'_>, kind: TokenKind) {
        let nothing = self
            .refused(&route, Refused::Unauthenticated, Sent::Nothing, "no token", &Person::default())
            .await;
        if nothing.no_guard().is_some() {
            // No other request is answered otherwise.
            return;
        }
        let decided = nothing.notes.iter().rev().find_map(|note| note.guard.clone());
        let route = &Route { decided, ..route };
        self.refused(
            route,
            Refused::Unauthenticated,
            Sent::OtherScheme,
            "`Authorization: Basic ..`",
            &Person::default(),
        )
        .await;
        self.bad_tokens(route, kind).await;
        if let Callers::AccessToken(condition) = &route.expected.callers {
            match lacking::callers(condition, &self.settings.subject) {
                Ok(callers) if callers.lacking.is_empty() => {}
                Ok(callers) => self.lacking_callers(route, &callers).await,
                Err(reason) => self.report.add_unjudged(route.row, reason),
            }
        }
        if route.row.rule().is_some_and(|rule| !rule.checks().is_empty()) {
            self.report.add_unjudged(
                route.row,
                "only the application knows whom its checks refuse; test these by hand",
            );
        }
    }

    async fn bad_tokens(&mut self, route: &Route<'_>, kind: TokenKind) {
        let signers = self.signers_of(route).await;
        if signers.is_empty() {
            let reason = "the test has no key for its guard, so only requests without a token were sent: add `.key(key)` with \
                          one whose other half the guard has";
            return self.report.add_unjudged(route.row, reason);
        }
        for Signer { issuer, .. } in signers {
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
        let caller = caller(issuer, &self.settings.subject, &person);
        match caller.and_then(|caller| caller.broken(kind, defect).map_err(str::to_owned)) {
            Ok(token) => {
                let sent = Sent::Token(issuer.guard().clone(), kind, token);
                let what = format!("{defect}{}", of_issuer(issuer));
                self.refused(route, Refused::InvalidToken, sent, &what, &person).await;
            }
            // Garbage is a defect for every guard, so this one takes no such tokens of the issuer.
            Err(reason) if defect == Defect::Garbage => self.report.add_unjudged(route.row, reason),
            Err(reason) => self.report.add_unsent(issuer.guard(), defect, reason),
        }
    }

    async fn lacking_callers(&mut self, route: &Route<'_>, callers: &lacking::Callers) {
        for Signer { issuer, doubt } in self.signers_of(route).await {
            if let Some(reason) = doubt {
                self.report.add_unjudged(route.row, reason);
                continue;
            }
            if let Some(reason) = self.refusal_of_the_best(route, &issuer, &callers.meeting).await {
                let reason = format!(
                    "its conditions were not judged, because a caller who has all that they ask for is refused too: {reason}{}",
                    of_issuer(&issuer)
                );
                self.report.add_unjudged(route.row, reason);
                continue;
            }
            for lacking in &callers.lacking {
                let what = format!("{}{}", lacking.what, of_issuer(&issuer));
                let token = caller(&issuer, &self.settings.subject, &lacking.person)
                    .and_then(|caller| caller.good().map_err(str::to_owned));
                match token {
                    Ok(token) => {
                        let sent = Sent::Token(issuer.guard().clone(), TokenKind::Access, token);
                        self.refused(route, Refused::Forbidden, sent, &what, &lacking.person).await;
                    }
                    Err(reason) => self.report.add_unjudged(route.row, format!("{what}: {reason}")),
                }
            }
        }
    }

    /// Why a caller who has all that the policy asks for would be refused; then each caller is, whatever it lacks. The guard
    /// is asked, and no request is sent: the handler must not run.
    async fn refusal_of_the_best(
        &self,
        route: &Route<'_>,
        issuer: &TestIssuer,
        meeting: &[Person],
    ) -> Option<String> {
        // With a lock, another policy may be expected than the one that decides.
        let rule = route.row.rule()?;
        let own = self.own.expected(&route.row.method, &route.row.path)?;
        for person in meeting.iter().filter(|_| own.policy == route.expected.policy) {
            let token = caller(issuer, &self.settings.subject, person).ok()?.good().ok()?;
            let admitted = issuer.guard().meets(rule, &token, &person.params).await;
            if let Err(reason) = admitted {
                return Some(reason);
            }
        }
        None
    }

    /// A route that admits callers without a token; it is called only where that changes nothing.
    async fn open(&mut self, route: &Route<'_>) {
        if route.method != "GET" {
            return;
        }
        let outcome = self.send(route, Sent::Nothing, &Person::default(), "GET").await;
        let found = match (outcome.status(), outcome.no_guard()) {
            (Some(status), Some(reason)) => format!("{status}: {reason}"),
            // A check may refuse callers without a token, and a policy that became stricter.
            (Some(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)), _)
                if !outcome.is_denied() =>
            {
                format!("{status}, from a guard that the table does not know")
            }
            (Some(status), _)
                if status.is_success() && matches!(route.row.source.place, RoutePath::Fallback(_)) =>
            {
                format!("{status}: a path without a route is open to everybody, and so is a mistyped one")
            }
            _ => return,
        };
        self.hole(route, "no token", "an answer to everybody; for a path without a route, a failure", found);
    }

    /// Sends a request that must be refused; for `GET`, as `HEAD` too.
    async fn refused(
        &mut self,
        route: &Route<'_>,
        refused: Refused,
        sent: Sent,
        what: &str,
        person: &Person,
    ) -> Outcome {
        let hidden = self.as_hidden(route, &refused, &sent, route.method).await;
        let outcome = self.send(route, sent.clone(), person, route.method).await;
        let fault = outcome.fault(&hidden, route.row.rule());
        // What `GET` admits, `HEAD` does too.
        if route.method == "GET" && fault.is_none() {
            self.refused_as_head(route, &refused, sent, what, person).await;
        }
        self.note(route, &hidden, what, fault, &outcome);
        outcome
    }

    /// A handler of its own for `HEAD` has its own policy, which must not admit more than that of `GET`.
    async fn refused_as_head(
        &mut self,
        route: &Route<'_>,
        refused: &Refused,
        sent: Sent,
        what: &str,
        person: &Person,
    ) {
        let hidden = self.as_hidden(route, refused, &sent, "HEAD").await;
        let outcome = self.send(route, sent, person, "HEAD").await;
        let rules = self.rules_of_head(route.row);
        let fault = match rules.as_slice() {
            [] => outcome.fault(&hidden, route.row.rule()),
            rules => rules.iter().find_map(|rule| outcome.fault(&hidden, Some(rule))),
        };
        self.note(route, &hidden, &format!("{what}, as HEAD"), fault, &outcome);
    }

    /// A route that hides is answered as the same request to a path without a route.
    async fn as_hidden(
        &mut self,
        route: &Route<'_>,
        refused: &Refused,
        sent: &Sent,
        method: &str,
    ) -> Refused {
        if !route.expected.hides {
            return refused.clone();
        }
        self.sender.send_to_unknown_path(method, sent.clone()).await.of_unknown_path()
    }

    fn note(
        &mut self,
        route: &Route<'_>,
        refused: &Refused,
        what: &str,
        fault: Option<String>,
        outcome: &Outcome,
    ) {
        match (fault, outcome.unavailable()) {
            (None, _) => {}
            (Some(_), Some(reason)) => {
                let reason = format!("{what}: the guard cannot decide: {reason}");
                self.report.add_unjudged(route.row, reason);
            }
            (Some(found), None) => self.hole(route, what, &refused.to_string(), found),
        }
    }

    fn rules_of_head(&self, row: &AccessRow) -> Vec<&'static Rule> {
        let same = |other: &&AccessRow| other.path == row.path && other.source.methods.contains(&"HEAD");
        self.table.rows().iter().filter(same).filter_map(AccessRow::rule).collect()
    }

    pub(super) async fn send(
        &mut self,
        route: &Route<'_>,
        sent: Sent,
        person: &Person,
        method: &'static str,
    ) -> Outcome {
        let params = self.settings.params.clone().into_iter().chain(person.params.clone()).collect();
        // Checked before.
        let path = target::path(route.row, &params).unwrap_or_default();
        self.sender.send(method, &path, sent).await
    }

    pub(super) fn hole(&mut self, route: &Route<'_>, sent: &str, expected: &str, found: String) {
        self.report.holes.push(Hole {
            route: format!("{} {}", route.method, route.row.path),
            place: place(route.row),
            policy: route.expected.policy.clone(),
            sent: sent.to_owned(),
            expected: expected.to_owned(),
            found,
        });
    }

    /// A path that no row has, unless one is a fallback.
    async fn unknown_path(&mut self) {
        let is_fallback = |row: &AccessRow| row.source.place == RoutePath::Fallback(String::new());
        if self.table.rows().iter().any(is_fallback) {
            return;
        }
        let status = self.sender.send_to_unknown_path("GET", Sent::Nothing).await.status();
        if let Some(status) = status.filter(StatusCode::is_success) {
            self.report.holes.push(Hole {
                route: format!("GET /{}", target::NO_ROUTE),
                place: "a router of axum, or a layer".to_owned(),
                policy: "not in the table".to_owned(),
                sent: "no token".to_owned(),
                expected: "404, as for a path without a route".to_owned(),
                found: format!("{status}: every path without a route is open to everybody"),
            });
        }
    }
}

/// Names the issuer, where the guard has several.
fn of_issuer(issuer: &TestIssuer) -> String {
    issuer.name_among_others().map_or_else(String::new, |name| format!(", of the issuer `{name}`"))
}
