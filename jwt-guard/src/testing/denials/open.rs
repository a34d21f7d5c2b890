//! Requests that are not refused: to routes that are open by their policy, and to paths without a route.

use http::StatusCode;

use super::outcome::RequestEnd;
use super::person::Person;
use super::report::{Accepted, Hole};
use super::requests::Sent;
use super::run::{Route, Run};
use super::target;
use crate::router::{AccessRow, RoutePath};

/// The paths without a route, as the table has them.
const NO_ROUTE: &str = "ANY /* (no route)";

/// Where what answers them may be.
const OUTSIDE: &str = "a router of axum, or a layer";

impl Run {
    /// A route that admits callers without a token; it is called only where that changes nothing.
    pub(super) async fn open(&mut self, route: &Route<'_>) {
        const WHAT: &str = "no token";

        if route.method != "GET" {
            return;
        }
        let outcome = self.send(route, Sent::Nothing, &Person::default(), "GET").await;
        if let Some(reason) = outcome.stuck(&route.row.source.place) {
            return self.stop(route, WHAT, reason);
        }
        let is_fallback = matches!(route.row.source.place, RoutePath::Fallback(_));
        if matches!(outcome.ended, RequestEnd::Panicked) {
            return self.report.add_unjudged(route.row, Some(WHAT), "its handler panicked");
        }
        let found = match (outcome.status(), outcome.no_guard()) {
            (Some(status), Some(reason)) => format!("{status}: {reason}"),
            // A check may refuse callers without a token, and a policy that became stricter.
            (Some(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)), _)
                if outcome.denied().is_none() =>
            {
                format!("{status}, from a guard that the table does not know")
            }
            (Some(status), _) if status.is_success() && is_fallback => {
                format!("{status}: a path without a route is open to every caller, and so is a mistyped one")
            }
            _ => return,
        };
        self.hole(route, WHAT, "an answer to every caller; for a path without a route, a failure", found);
    }

    /// A path that no row has, unless one is a fallback.
    pub(super) async fn unknown_path(&mut self) {
        let is_fallback = |row: &AccessRow| row.source.place == RoutePath::Fallback(String::new());
        if self.table.rows().iter().any(is_fallback) {
            return;
        }
        if let Some(why) = self.except(NO_ROUTE) {
            let (route, place) = (NO_ROUTE.to_owned(), OUTSIDE.to_owned());
            let reason = "it was left out".to_owned();
            return self.report.accepted.push(Accepted { route, place, reason, why });
        }
        let outcome = self.sender.send("GET", &target::below("", &self.table), Sent::Nothing).await;
        let is_of_table = |row: &AccessRow| {
            let nest = match &row.source.place {
                RoutePath::Route(path) => return Some(path) == outcome.matched.as_ref(),
                RoutePath::Below(path) => path,
                RoutePath::Fallback(_) | RoutePath::Unlisted(_) => return false,
            };
            outcome.matched.as_ref().is_some_and(|matched| matched.starts_with(nest))
        };
        let Some(status) = outcome.status().filter(StatusCode::is_success) else { return };
        // A route for every path was judged by its row.
        if self.table.rows().iter().any(is_of_table) {
            return;
        }
        self.report.add_hole(Hole {
            route: NO_ROUTE.to_owned(),
            place: OUTSIDE.to_owned(),
            policy: "not in the table".to_owned(),
            sent: vec!["no token".to_owned()],
            expected: "404, as for a path without a route".to_owned(),
            found: format!("{status}: every path without a route is open to every caller"),
        });
    }
}
