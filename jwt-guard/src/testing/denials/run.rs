//! Sends the requests of a test, row by row.

use std::collections::BTreeMap;

use super::super::issuer::TestIssuer;
use super::outcome::RequestOutcome;
use super::person::Person;
use super::report::{self, DenialReport, Hole, Unjudged, place};
use super::requests::{Sender, Sent};
use super::verdict::{Decider, Judgement, RefusalCause, RefusedRequest};
use super::{Denials, target};
use crate::guard::JwtGuard;
use crate::lock::{AccessLock, Callers, Expected};
use crate::policy::Rule;
use crate::router::{AccessRow, AccessTable};
use crate::token::TokenKind;

/// A test that is under way.
pub(super) struct Run {
    pub(super) settings: Denials,
    pub(super) table: AccessTable,
    /// The lock of the application as it is, whose policies and paths the test compares answers with.
    pub(super) own: AccessLock,
    pub(super) sender: Sender,
    /// By the number of the guard.
    pub(super) signers: BTreeMap<u64, Vec<TestIssuer>>,
    /// What was signed.
    pub(super) tokens: BTreeMap<String, String>,
    pub(super) report: DenialReport,
    /// Whether further requests to the route of the moment tell nothing.
    pub(super) is_stuck: bool,
}

/// One method of a row.
pub(super) struct Route<'r> {
    pub(super) row: &'r AccessRow,
    pub(super) method: &'static str,
    pub(super) expected: &'r Expected,
    /// The guard that has decided, which may be one that the table cannot see.
    pub(super) decided: Option<JwtGuard>,
}

impl Run {
    pub(super) fn new(settings: Denials) -> Self {
        let table = settings.app.access_table();
        Self {
            sender: Sender::new(settings.app.clone().into_axum(), settings.time_limit),
            own: AccessLock::of(&table),
            signers: BTreeMap::new(),
            tokens: BTreeMap::new(),
            report: DenialReport::default(),
            is_stuck: false,
            table,
            settings,
        }
    }

    /// Sends all requests.
    pub(super) async fn finish(mut self) -> DenialReport {
        if self.table.rows().is_empty() {
            let (route, reason) = ("the application".to_owned(), "it has no routes".to_owned());
            self.report.unjudged.push(Unjudged { route, place: String::new(), reason, sent: Vec::new() });
        }
        for row in self.table.rows().to_vec() {
            self.row(&row).await;
        }
        self.unknown_path().await;
        self.report.accept(&self.settings.unjudged, &self.settings.excepted);
        DenialReport { requests: self.sender.count(), ..self.report }
    }

    /// The reason of the test to leave a route out.
    pub(super) fn except(&self, route: &str) -> Option<String> {
        let excepted = self.settings.excepted.iter().find(|(known, _)| known == route);
        excepted.map(|(_, reason)| reason.clone())
    }

    async fn row(&mut self, row: &AccessRow) {
        if let Some(why) = self.except(&report::name(row)) {
            return self.report.add_accepted(row, "it was left out", &why);
        }
        let methods = match self.methods(row) {
            Ok(methods) => methods,
            Err(reason) => return self.leave(row, reason),
        };
        let Some(expected) = self.expected(row) else { return };
        let is_open = !matches!(expected.callers, Callers::AccessToken(_) | Callers::RefreshToken);
        if expected.report_only || is_open && row.rule().is_some_and(Rule::is_report_only) {
            let reason = "its policy is report-only, so that every caller is admitted: no request was sent";
            return self.report.add_unjudged(row, None, reason);
        }
        if row.rule().is_some_and(|rule| !rule.checks().is_empty()) {
            let reason = "only the application knows whom its checks refuse; test these by hand";
            self.report.add_unjudged(row, None, reason);
        }
        let is_unguarded = row.rule().is_none() && expected.callers == Callers::Unguarded;
        if is_unguarded {
            self.leave(row, "it is unguarded, so no request is refused");
        } else if is_open && !methods.contains(&"GET") {
            let reason = "it is open by its policy, and was not called, because that may change something";
            self.report.add_accepted(row, reason, row.reason.as_deref().unwrap_or(&expected.policy));
        }
        for method in methods {
            self.is_stuck = false;
            let route = Route { row, method, expected: &expected, decided: None };
            match &expected.callers {
                Callers::Unguarded | Callers::CredentialsIgnored => self.open(&route).await,
                Callers::Anonymous | Callers::AnonymousIfExpired => {
                    self.open(&route).await;
                    self.bad_tokens(&route, TokenKind::Access).await;
                    self.conditions(&route).await;
                }
                Callers::RefreshToken => self.guarded(route, TokenKind::Refresh).await,
                Callers::AccessToken(_) => self.guarded(route, TokenKind::Access).await,
            }
        }
    }

    /// The methods to send to a row whose paths are known.
    fn methods(&self, row: &AccessRow) -> Result<Vec<&'static str>, &'static str> {
        target::path(row, &self.settings.params, &self.table)?;
        target::methods(row, &self.table)
    }

    /// A row that cannot be judged; the application may say why that is right.
    fn leave(&mut self, row: &AccessRow, reason: &str) {
        match (row.rule(), &row.reason) {
            (None, Some(why)) => self.report.add_accepted(row, reason, why),
            _ => self.report.add_unjudged(row, None, reason),
        }
    }

    /// Whom a row must refuse: by the lock, if there is one that lists it.
    fn expected(&mut self, row: &AccessRow) -> Option<Expected> {
        let own = self.own.expected(&row.method, &row.path);
        let Some(lock) = &self.settings.lock else { return own };
        let locked = lock.expected(&row.method, &row.path);
        if locked.is_none() {
            let reason = "the lock does not list it; it was judged by its own policy";
            self.report.add_unjudged(row, None, reason);
        }
        locked.or(own)
    }

    /// A route that needs a token.
    async fn guarded(&mut self, route: Route<'_>, kind: TokenKind) {
        let any = Person::default();
        let nothing = self.refused(&route, RefusalCause::NoToken, Sent::Nothing, "no token", &any).await;
        // Without a guard, no other request is answered otherwise.
        let Some(nothing) = nothing.filter(|nothing| nothing.no_guard().is_none()) else { return };
        let route = &Route { decided: nothing.deciding_guard(), ..route };
        self.refused(route, RefusalCause::NoToken, Sent::OtherScheme, "`Authorization: Basic ..`", &any)
            .await;
        self.bad_tokens(route, kind).await;
        self.conditions(route).await;
    }

    /// Sends a request that must be refused; for `GET`, as `HEAD` too. `None` if the route is stuck.
    pub(super) async fn refused(
        &mut self,
        route: &Route<'_>,
        cause: RefusalCause,
        sent: Sent,
        what: &str,
        person: &Person,
    ) -> Option<RequestOutcome> {
        if self.is_stuck {
            return None;
        }
        let rules: Vec<_> = route.row.rule().into_iter().collect();
        let refused = self.refusal(route, cause, &sent, route.method, person).await;
        let outcome = self.send(route, sent.clone(), person, route.method).await;
        let judgement = outcome.judge(&refused, decider(route, &sent, &rules));
        // What `GET` admits, `HEAD` does too. A handler of its own for `HEAD` has its own policy, which must not admit more.
        if route.method == "GET" && judgement == Judgement::Refused {
            let refused = self.refusal(route, cause, &sent, "HEAD", person).await;
            let outcome = self.send(route, sent.clone(), person, "HEAD").await;
            let own = self.rules_of_head(route.row);
            let rules = if own.is_empty() { &rules } else { &own };
            let judgement = outcome.judge(&refused, decider(route, &sent, rules));
            self.note(route, &refused, &format!("{what}, as HEAD"), judgement);
        }
        self.note(route, &refused, what, judgement);
        Some(outcome)
    }

    /// A route that hides is answered as the same request to a path without a route.
    async fn refusal(
        &mut self,
        route: &Route<'_>,
        cause: RefusalCause,
        sent: &Sent,
        method: &str,
        person: &Person,
    ) -> RefusedRequest {
        let mut hidden = None;
        if route.expected.hides {
            let path = target::absent(route.row, &self.params(person), &self.table);
            hidden = Some(self.sender.send(method, &path, sent.clone()).await.absent());
        }
        RefusedRequest { cause, hidden }
    }

    fn note(&mut self, route: &Route<'_>, refused: &RefusedRequest, what: &str, judgement: Judgement) {
        match judgement {
            Judgement::Refused => {}
            Judgement::Hole(found) => self.hole(route, what, &refused.to_string(), found),
            Judgement::Unjudged(reason) => self.report.add_unjudged(route.row, Some(what), reason),
            Judgement::Stuck(reason) => self.stop(route, what, reason),
        }
    }

    /// Sends no more requests to the route.
    pub(super) fn stop(&mut self, route: &Route<'_>, what: &str, reason: String) {
        self.is_stuck = true;
        self.report.add_unjudged(route.row, Some(what), reason);
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
    ) -> RequestOutcome {
        // Checked before.
        let path = target::path(route.row, &self.params(person), &self.table).unwrap_or_default();
        self.sender.send(method, &path, sent).await
    }

    /// The parameters of the path for this caller.
    fn params(&self, person: &Person) -> BTreeMap<String, String> {
        self.settings.params.clone().into_iter().chain(person.params.clone()).collect()
    }

    pub(super) fn hole(&mut self, route: &Route<'_>, sent: &str, expected: &str, found: String) {
        self.report.add_hole(Hole {
            route: format!("{} {}", route.method, route.row.path),
            place: place(route.row),
            policy: route.expected.policy.clone(),
            sent: vec![sent.to_owned()],
            expected: expected.to_owned(),
            found,
        });
    }
}

fn decider<'r>(route: &'r Route<'_>, sent: &'r Sent, rules: &'r [&'static Rule]) -> Decider<'r> {
    let signer = match sent {
        Sent::Token(guard, ..) => Some(guard),
        Sent::Nothing | Sent::OtherScheme => None,
    };
    Decider { place: &route.row.source.place, rules, signer }
}
