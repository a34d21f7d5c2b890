//! Every order of a handful of critical sections, of the real [`Holder`].
//!
//! Requests, fetches and the timer affect each other only in critical sections of one lock, and by one swap inside it;
//! in between they only wait. So concurrency can only change the order of these sections, and this test runs every
//! order. (loom would need models of `arc-swap` and of tokio's channel, and would then try the same orders.)

use std::cell::RefCell;

use super::super::document::Delivered;
use super::super::holder::Holder;
use super::super::schedule::{Cause, FetchDecision, FetchLimits, Jitter};
use super::*;
use crate::keys::Algorithm;

const LIMITS: FetchLimits = FetchLimits { fresh: secs(600), hard: secs(3600), cooldown: secs(30) };

/// The participants, and the progress of each.
#[derive(Clone, Debug)]
enum Actor {
    /// A request whose token names a key: it asks, waits for the fetch, and looks again.
    Asks(&'static str),
    Waits(&'static str, u64),
    Looks(&'static str),
    /// A running fetch, with what was published when it read.
    Reads(u64),
    Lands(u64, bool),
    /// The issuer replaces the old key by a new one.
    Rotates,
    /// Time passes.
    Passes(Duration),
    /// The timer asks.
    Ticks,
    Done,
}

struct World {
    holder: Holder,
    now: Duration,
    /// Whether the issuer publishes the new key instead of the old one.
    rotated: bool,
    actors: Vec<Actor>,
    under_way: u32,
    /// When fetches for tokens started.
    for_tokens: Vec<Duration>,
    /// The last generation that a reader saw.
    seen: u64,
}

impl World {
    fn new(actors: &[Actor]) -> Self {
        Self {
            holder: Holder::new(LIMITS),
            now: secs(0),
            rotated: false,
            actors: actors.to_vec(),
            under_way: 0,
            for_tokens: Vec::new(),
            seen: 0,
        }
    }

    fn can_move(&self, index: usize) -> bool {
        match self.actors[index] {
            Actor::Done => false,
            // A fetch ends within five seconds; the steps of time are longer.
            Actor::Passes(_) => self.under_way == 0,
            Actor::Waits(_, number) => *self.holder.ended().borrow() >= number,
            _ => true,
        }
    }

    fn step(&mut self, index: usize, keys: &[VerifyingKey; 2]) {
        self.actors[index] = match self.actors[index].clone() {
            Actor::Asks(name) => match self.holder.ask(Cause::Token, self.now) {
                FetchDecision::Start(number) => {
                    if let Some(last) = self.for_tokens.last() {
                        assert!(
                            self.now - *last >= LIMITS.cooldown,
                            "two fetches for tokens in one cooldown"
                        );
                    }
                    self.for_tokens.push(self.now);
                    self.take_off(number);
                    Actor::Waits(name, number)
                }
                FetchDecision::Join(number) => {
                    assert_eq!(self.under_way, 1, "a task joined a fetch that is not under way");
                    Actor::Waits(name, number)
                }
                FetchDecision::No => Actor::Done,
            },
            Actor::Waits(name, _) => Actor::Looks(name),
            Actor::Looks(name) => {
                let held = self.look().expect("a fetch has brought keys");
                let lately = self.holder.state().schedule.age(self.now).unwrap() < LIMITS.cooldown;
                assert_eq!(
                    self.holder.is_missing(name, secs(0), self.now),
                    !held.contains(&name) && lately,
                    "what is held is not missing, and what is not, is for one cooldown"
                );
                Actor::Done
            }
            Actor::Reads(number) => Actor::Lands(number, self.rotated),
            Actor::Lands(number, rotated) => {
                let delivered = Delivered::Keys {
                    keys: vec![keys[usize::from(rotated)].clone()],
                    skipped: Vec::new(),
                    etag: None,
                    max_age: None,
                };
                let from = Address::parse(URL, &PlainHttp::default()).unwrap();
                self.holder.end(number, Ok((from, delivered)), self.now, None, Jitter::new(0));
                self.under_way -= 1;
                assert_eq!(self.look().unwrap(), [["old", "new"][usize::from(rotated)]]);
                Actor::Done
            }
            Actor::Rotates => {
                self.rotated = true;
                Actor::Done
            }
            Actor::Passes(time) => {
                self.now += time;
                Actor::Done
            }
            Actor::Ticks => {
                if let FetchDecision::Start(number) = self.holder.ask(Cause::Timer, self.now) {
                    self.take_off(number);
                }
                Actor::Done
            }
            Actor::Done => Actor::Done,
        };
        self.look();
    }

    fn take_off(&mut self, number: u64) {
        self.under_way += 1;
        assert_eq!(self.under_way, 1, "two fetches at once");
        self.actors.push(Actor::Reads(number));
    }

    /// A reader must see one whole set, and never an older one than before.
    fn look(&mut self) -> Option<Vec<&'static str>> {
        let current = self.holder.current(self.now)?;
        assert!(current.number() >= self.seen, "the keys went back");
        self.seen = current.number();
        let ids: Vec<_> =
            current.keys().iter().map(|key| if key.id() == Some("old") { "old" } else { "new" }).collect();
        assert_eq!(ids.len(), 1, "a mixed set");
        Some(ids)
    }
}

/// Runs every order, and returns how many there are. `check` sees each final state.
fn every_order(actors: &[Actor], check: impl Fn(&World)) -> u64 {
    let keys = ["old", "new"].map(|id| {
        let jwk = if id == "old" { A } else { B };
        VerifyingKey::jwk(jwk, &[Algorithm::Es256, Algorithm::Es384]).unwrap().with_id(id)
    });
    // The choice at each step, and the number of choices.
    let choices: RefCell<Vec<(usize, usize)>> = RefCell::default();
    let mut orders = 0;
    loop {
        let mut world = World::new(actors);
        for depth in 0.. {
            let movable: Vec<_> = (0..world.actors.len()).filter(|index| world.can_move(*index)).collect();
            if movable.is_empty() {
                break;
            }
            let mut choices = choices.borrow_mut();
            if depth == choices.len() {
                choices.push((0, movable.len()));
            }
            let (chosen, of) = choices[depth];
            assert_eq!(of, movable.len(), "the same choices lead to the same state");
            world.step(movable[chosen], &keys);
        }
        let stuck: Vec<_> = world.actors.iter().filter(|actor| !matches!(actor, Actor::Done)).collect();
        assert!(stuck.is_empty(), "these wait for ever: {stuck:?}");
        check(&world);
        orders += 1;
        let mut choices = choices.borrow_mut();
        while choices.last().is_some_and(|(chosen, of)| chosen + 1 == *of) {
            choices.pop();
        }
        match choices.last_mut() {
            Some((chosen, _)) => *chosen += 1,
            None => return orders,
        }
    }
}

#[test]
fn in_every_order_three_requests_share_one_fetch() {
    let actors = [Actor::Asks("old"), Actor::Asks("old"), Actor::Asks("new")];
    let orders = every_order(&actors, |world| assert_eq!(world.for_tokens.len(), 1));
    assert!(orders > 500, "{orders}");
}

#[test]
fn in_every_order_a_rotation_is_seen_once_the_cooldown_has_passed() {
    let actors = [Actor::Asks("old"), Actor::Rotates, Actor::Passes(secs(30)), Actor::Asks("new")];
    let orders = every_order(&actors, |world| assert!((1..=2).contains(&world.for_tokens.len())));
    assert!(orders > 1000, "{orders}");
}

#[test]
fn in_every_order_the_timer_and_requests_do_not_fetch_at_once() {
    let actors = [Actor::Asks("old"), Actor::Passes(secs(450)), Actor::Ticks, Actor::Asks("new")];
    let orders = every_order(&actors, |world| assert!(world.for_tokens.len() <= 2));
    assert!(orders > 500, "{orders}");
}
