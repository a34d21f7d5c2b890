//! One scenario with one algorithm: all contenders answer in turn.

use jwt_guard_benches::{Contender, Cost, Effort, Signer};

use crate::contenders::{self, Role};
use crate::preflight::{Answer, Entrant};
use crate::scenario::Scenario;
use crate::tokens::Mint;

/// What every contender costs.
pub struct Table {
    pub algorithm: &'static str,
    pub scenario: Scenario,
    /// One for each line of [`contenders::ALL`]; `None` cannot do the algorithm.
    pub costs: Vec<Option<Cost>>,
    /// What each answers.
    pub answers: Vec<Option<Answer>>,
}

impl Table {
    /// The time that counts: the quiet one. In the Zipf mix the median, because there the quiet rounds are those in which a
    /// cache missed least.
    fn time(&self, cost: &Cost) -> f64 {
        if self.scenario == Scenario::Zipf { cost.median } else { cost.quiet }
    }

    fn time_of(&self, role: Role) -> f64 {
        let found = contenders::ALL.iter().zip(&self.costs).find(|(contender, _)| contender.role == role);
        found.and_then(|(_, cost)| cost.as_ref()).map_or(f64::NAN, |cost| self.time(cost))
    }

    /// What the guard adds to a request.
    pub fn guard(&self, cost: &Cost) -> f64 {
        self.time(cost) - self.time_of(Role::Floor)
    }

    /// The cost as a multiple of that of the extractor written by hand: of the guard alone, or where it refuses, of the
    /// whole request. A refusal does less than the handler of the floor, so there is nothing to subtract.
    pub fn ratio(&self, cost: &Cost) -> f64 {
        let by_hand = self.time_of(Role::ByHand);
        if self.scenario.admits() {
            self.guard(cost) / (by_hand - self.time_of(Role::Floor))
        } else {
            self.time(cost) / by_hand
        }
    }

    /// Our whole request as a multiple of the fastest rival's, and who that is.
    pub fn against_the_fastest(&self, ours: &Cost) -> (f64, &'static str) {
        let rivals = contenders::ALL.iter().zip(&self.costs).filter(|(contender, _)| contender.is_rival());
        rivals
            .filter_map(|(rival, cost)| Some((self.time(ours) / self.time(cost.as_ref()?), rival.name)))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .expect("a rival")
    }
}

pub fn run(signer: &Signer, scenario: Scenario, entrants: &[Option<Entrant>], effort: Effort) -> Table {
    let shared = scenario.requests(Mint::new(signer, None), effort);
    let mut running: Vec<Contender> = entrants
        .iter()
        .flatten()
        .map(|entrant| {
            let requests = match entrant.contender.layout {
                Some(layout) => scenario.requests(Mint::new(signer, Some(layout)), effort),
                None => shared.clone(),
            };
            let name = entrant.contender.name;
            let status = entrant.answer(scenario).status;
            let contender = Contender::with_requests(name, entrant.router.clone(), requests, status);
            if scenario == Scenario::Unique { contender.each_once() } else { contender }
        })
        .collect();
    let mut costs = jwt_guard_benches::measure(&mut running, effort).into_iter();
    let costs = entrants.iter().map(|entrant| entrant.as_ref().and_then(|_| costs.next())).collect();
    let answers = entrants.iter().map(|entrant| entrant.as_ref().map(|it| it.answer(scenario))).collect();
    Table { algorithm: signer.name, scenario, costs, answers }
}
