//! What was found while something was broken, and whether it is as it must be.

use std::time::Duration;

/// The longest time that recovery may take.
const MOST: Duration = Duration::from_secs(30);

/// The kinds of requests that may be 503.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Requests with a good access token.
    Check,
    Login,
    Refresh,
    Logout,
}

/// One row. What is `None` was not measured.
#[derive(Default)]
pub(crate) struct Found {
    /// How often the fault was met: a row whose fault did nothing says nothing.
    pub(crate) met: u64,
    /// Answers that took long during the fault, which is how some faults are met.
    pub(crate) delayed: u64,
    /// Answers a second.
    pub(crate) rate: f64,
    /// Admissions of tokens that were forged, or whose logout was acknowledged.
    pub(crate) wrong: u64,
    /// Logins, refreshes and logouts that were acknowledged, and then forgotten.
    pub(crate) lost: u64,
    /// Those of them that were acknowledged while what held them could not keep anything, whatever it said.
    pub(crate) not_promised: u64,
    /// Logins that ended because a refresh was repeated whose first answer was 503.
    pub(crate) repeated: Option<u64>,
    pub(crate) logouts: Option<usize>,
    /// 503, by kind.
    pub(crate) unavailable: [Option<u64>; 4],
    /// The same, of each node.
    pub(crate) at_node: [[u64; 4]; 2],
    /// Answers that no request may have, and connections that broke.
    pub(crate) odd: u64,
    /// The longest time without an admission, and without a login.
    pub(crate) gaps: [Option<Duration>; 2],
    /// From the end of the fault until everything works.
    pub(crate) back: Option<Back>,
    /// What else is not as it must be.
    pub(crate) problems: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Back {
    After(Duration),
    Never,
}

impl Found {
    /// Notes what is not as it must be, once.
    pub(crate) fn require(&mut self, is_so: bool, otherwise: &str) {
        if !is_so && !self.problems.iter().any(|known| known == otherwise) {
            self.problems.push(otherwise.to_owned());
        }
    }

    /// No more logins may have ended by a repeated refresh than there were refreshes that a server may have done although
    /// their answer was 503.
    pub(crate) fn require_repeatable(&mut self, most: u64) {
        self.require(self.repeated.is_none_or(|ended| ended <= most), "repeated refreshes ended logins");
    }

    /// Logins, refreshes and logouts go on all the time.
    pub(crate) fn require_changes(&mut self) {
        let kinds = [Kind::Login, Kind::Refresh, Kind::Logout];
        self.require(kinds.into_iter().all(|kind| self.count_of(kind) == 0), "changes were 503");
    }

    pub(crate) fn count_of(&self, kind: Kind) -> u64 {
        self.unavailable[kind as usize].unwrap_or(0)
    }

    /// The last demands, which are those of every row. Whether all are met.
    pub(crate) fn judge(&mut self) -> bool {
        let odd = format!("{} other answers", self.odd);
        self.require(self.met > 0, "the fault was not met");
        self.require(self.logouts != Some(0), "no logout was acknowledged");
        self.require(self.odd == 0, &odd);
        let is_back = self.back.is_none_or(|back| matches!(back, Back::After(after) if after <= MOST));
        self.require(is_back, "it does not work again");
        self.wrong == 0 && self.lost == 0 && self.problems.is_empty()
    }

    /// The head of the table.
    pub(crate) fn head() -> &'static str {
        "| what fails | how | met | answers/s | logouts | wrong admissions | acknowledged and lost \
         | ended by a repeated refresh | 503: checks, logins, refreshes, logouts | longest s without: admission, login \
         | works again after s | |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    }

    /// The row, after it was judged.
    pub(crate) fn row(&self) -> String {
        let lost = match (self.lost, self.not_promised) {
            (lost, 0) => lost.to_string(),
            (0, not_promised) => format!("{not_promised} not promised"),
            (lost, not_promised) => format!("{lost}, and {not_promised} not promised"),
        };
        let back = match self.back {
            None => String::new(),
            Some(Back::After(after)) => format!("{:.2}", after.as_secs_f64()),
            Some(Back::Never) => "never".to_owned(),
        };
        let cells = [
            self.met.to_string(),
            format!("{:.0}", self.rate),
            shown(self.logouts),
            self.wrong.to_string(),
            lost,
            shown(self.repeated),
            joined(self.unavailable.map(shown)),
            joined(self.gaps.map(|gap| shown(gap.map(|gap| format!("{:.2}", gap.as_secs_f64()))))),
            back,
        ];
        let verdict = match (self.wrong == 0 && self.lost == 0, self.problems.join("; ")) {
            (true, problems) if problems.is_empty() => "PASS".to_owned(),
            (_, problems) if problems.is_empty() => "FAIL".to_owned(),
            (_, problems) => format!("FAIL: {problems}"),
        };
        let cell = |cell: String| if cell.is_empty() { "| ".to_owned() } else { format!("{cell} | ") };
        format!("{}{verdict} |", cells.map(cell).concat())
    }
}

fn shown(what: Option<impl ToString>) -> String {
    what.map(|what| what.to_string()).unwrap_or_default()
}

/// Nothing for what was not measured.
fn joined<const N: usize>(cells: [String; N]) -> String {
    cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(", ")
}
