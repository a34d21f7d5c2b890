//! Every store against a model that remembers everything: random orders of all that begins and ends logins and tokens, with
//! nodes that start, lose their connections, and miss what happens, and a server that is full for a while.

mod reference;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use jwt_guard::store::{
    Begun, Family, Issued, RefreshStatus, Revocation, Rotated, Rotation, StoreLimits, TokenInfo, TokenStatus,
    TokenStore,
};

use super::{LEEWAY, answer, present, until};
use reference::{CutOff, Known, Named, subject};

const SUBJECTS: [&str; 2] = ["ada", "bob"];
const PARTNER: &str = "https://partner.example";

/// Random numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn seconds(&mut self, below: u64) -> Duration {
        Duration::from_secs(1 + self.below(below))
    }

    fn index<T>(&mut self, of: &[T]) -> Option<usize> {
        (!of.is_empty()).then(|| self.below(of.len() as u64) as usize)
    }
}

/// The handles to one store.
pub(super) trait Nodes {
    /// The node that acts comes first; `None` for one that cannot hear of it.
    fn all(&self) -> Vec<Option<&dyn TokenStore>>;

    /// Starts a node anew.
    async fn restart(&mut self);

    /// Breaks connections, or mends them; fills the server, or empties it.
    fn disturb(&mut self) {}

    /// Whether there is no memory for anything new.
    fn is_full(&self) -> bool {
        false
    }

    fn acting(&self) -> &dyn TokenStore {
        self.all()[0].unwrap()
    }
}

struct World {
    start: SystemTime,
    now: SystemTime,
    /// Whether limits may end more than the model knows of.
    limited: bool,
    names: u32,
    logins: Vec<Known>,
    named: Vec<Named>,
    cut_offs: Vec<CutOff>,
    /// Access tokens that found no room on the list of issued ones.
    unlisted: HashSet<String>,
    /// When the last access token would end that a reuse asked for: the revocation of its login lasts so long.
    asked_for: SystemTime,
}

impl World {
    fn new(limited: bool) -> Self {
        // Stores round to milliseconds.
        let since = present().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(since.as_millis() as u64);
        let (logins, named, cut_offs, unlisted) = Default::default();
        Self { start: now, now, limited, names: 0, logins, named, cut_offs, unlisted, asked_for: now }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    async fn step(&mut self, dice: &mut Dice, nodes: &mut impl Nodes) -> String {
        let now = self.now;
        let at = |ends: Duration| now + ends;
        match dice.below(24) {
            0..5 => {
                let (index, [access, refresh]) = (dice.below(2) as usize, [self.name(), self.name()]);
                let id = self.name() + &nodes.acting().login_mark(now).await.unwrap();
                let (access_ends, ends) = (at(dice.seconds(2_000)), at(dice.seconds(20_000)));
                let issued = Issued {
                    id: access.clone(),
                    subject: subject(None, index),
                    family: Some(id.clone()),
                    expires_at: access_ends,
                };
                let listed = nodes.acting().allow(issued, now).await;
                if nodes.is_full() {
                    assert!(listed.is_err());
                    return format!("{id} finds no room");
                }
                listed.unwrap();
                let family = Family {
                    id: id.clone(),
                    subject: subject(None, index),
                    token: refresh.clone(),
                    access_expires_at: access_ends,
                    expires_at: ends,
                };
                let begun = nodes.acting().begin(family, now).await.unwrap();
                if self.limited && begun == Begun::Outrun {
                    // Too many logins and too many revocations: all of the subject has ended.
                    return format!("{id} comes too late");
                }
                assert_eq!(begun, Begun::Living);
                self.logins.push(Known {
                    subject: index,
                    name: id.clone(),
                    refresh: vec![refresh],
                    access: vec![(access, access_ends)],
                    ended: false,
                    ends: ends.max(access_ends),
                });
                format!("{id} begins")
            }
            5..10 => self.refresh(dice, nodes).await,
            10..12 => {
                let Some(index) = dice.index(&self.logins) else { return "nothing".to_owned() };
                let login = &mut self.logins[index];
                let (id, expires_at) = (login.name.clone(), now);
                // By a guard that issues the tokens of the login, by one that only verifies them, or by one that trusts
                // another issuer, which names it.
                let (what, is_ours) = match dice.below(4) {
                    0 | 1 => (Revocation::Family { id, expires_at }, true),
                    2 => (Revocation::FamilyOf { issuer: None, id, expires_at }, true),
                    _ => (Revocation::FamilyOf { issuer: Some(PARTNER.to_owned()), id, expires_at }, false),
                };
                let whose = subject(if is_ours { None } else { Some(PARTNER) }, login.subject);
                let current = login.refresh.last().unwrap();
                let asked = nodes.acting().refresh_status(&login.name, current, Duration::ZERO, now);
                let lives = answer(asked).await.unwrap() == RefreshStatus::Current;
                let ended = nodes.acting().revoke_for_subject(whose, what, now).await;
                assert!(ended.is_ok() || self.limited && !(lives && is_ours), "a logout has room");
                login.ended |= ended.is_ok() && is_ours;
                format!("{} is logged out; by its issuer: {is_ours}", login.name)
            }
            12..16 => {
                let expires_at = at(dice.seconds(2_000));
                let foreign = self.foreign();
                let token = &foreign[dice.index(&foreign).unwrap()];
                let issuer = token.issuer.map(str::to_owned);
                let (what, name, revocation) = match &token.session {
                    Some(session) if dice.below(2) == 0 => {
                        let id = session.clone();
                        ("family", session, Revocation::FamilyOf { issuer, id, expires_at })
                    }
                    _ => {
                        let id = token.id.clone();
                        ("token", &token.id, Revocation::TokenOf { issuer, id, expires_at })
                    }
                };
                let whose = subject(token.issuer, token.subject);
                match nodes.acting().revoke_for_subject(whose, revocation, now).await {
                    Ok(()) => self.named.push(Named {
                        what,
                        issuer: token.issuer,
                        name: name.clone(),
                        ends: expires_at,
                    }),
                    Err(error) => assert!(self.limited, "{error}"),
                }
                format!("the {what} {name} is revoked")
            }
            16..18 => {
                let (issued_before, expires_at) = self.cut(dice);
                let whose = (
                    dice.index(&[(); 2]).map(|from| [None, Some(PARTNER)][from]).unwrap(),
                    dice.below(2) as usize,
                );
                let what =
                    Revocation::Subject { subject: subject(whose.0, whose.1), issued_before, expires_at };
                match nodes.acting().revoke(what, now).await {
                    Ok(()) => {
                        self.cut_offs.push(CutOff {
                            subject: Some(whose),
                            before: issued_before,
                            ends: expires_at,
                        });
                        let ended = self.logins.iter_mut().filter(|login| whose == (None, login.subject));
                        ended.for_each(|login| login.ended = true);
                    }
                    Err(error) => assert!(self.limited, "{error}"),
                }
                format!("all of {whose:?} ends")
            }
            18 => {
                let (issued_before, expires_at) = self.cut(dice);
                nodes.acting().revoke(Revocation::All { issued_before, expires_at }, now).await.unwrap();
                self.cut_offs.push(CutOff { subject: None, before: issued_before, ends: expires_at });
                self.logins.iter_mut().for_each(|login| login.ended = true);
                "all ends".to_owned()
            }
            19..22 => {
                self.now += dice.seconds(900);
                "time passes".to_owned()
            }
            22 => {
                nodes.restart().await;
                "a node starts".to_owned()
            }
            _ => {
                nodes.disturb();
                format!("connections break or are mended; full: {}", nodes.is_full())
            }
        }
    }

    fn cut(&self, dice: &mut Dice) -> (SystemTime, SystemTime) {
        let before = match dice.below(3) {
            0 => self.now - Duration::from_secs(500),
            1 => self.now,
            _ => self.now + Duration::from_secs(30),
        };
        (before, self.now + dice.seconds(2_000))
    }

    async fn refresh(&mut self, dice: &mut Dice, nodes: &impl Nodes) -> String {
        let Some(index) = dice.index(&self.logins) else { return "nothing".to_owned() };
        let (next, access, now) = (self.name(), self.name(), self.now);
        let login = &mut self.logins[index];
        // Usually the current one.
        let turn =
            if dice.below(3) > 0 { login.refresh.len() - 1 } else { dice.index(&login.refresh).unwrap() };
        let presented = login.refresh[turn].clone();
        let (access_ends, ends) = (now + dice.seconds(2_000), now + dice.seconds(20_000));
        let ended = (dice.below(4) == 0).then(|| login.access.last().unwrap().clone());
        let rotation = Rotation {
            family: login.name.clone(),
            presented: presented.clone(),
            next: next.clone(),
            access_expires_at: access_ends,
            expires_at: ends,
            ends: ended.clone(),
            endpoint: None,
            grace: Duration::ZERO,
        };
        let lives = !login.ended && now < login.ends + LEEWAY;
        let is_current = login.refresh.last() == Some(&presented);
        let rotated = nodes.acting().rotate(rotation, now).await;
        let happened = match rotated {
            Err(error) => {
                assert!(self.limited && ended.is_some() && lives && is_current, "{error}");
                return "a refresh found no room".to_owned();
            }
            Ok(Rotated::Fresh) => {
                assert!(lives && is_current, "a dead token was exchanged");
                if let Some((name, ends)) = ended {
                    self.named.push(Named { what: "token", issuer: None, name, ends });
                }
                let issued = Issued {
                    id: access.clone(),
                    subject: subject(None, login.subject),
                    family: Some(login.name.clone()),
                    expires_at: access_ends,
                };
                if nodes.acting().allow(issued, now).await.is_err() {
                    assert!(nodes.is_full());
                    self.unlisted.insert(access.clone());
                }
                login.refresh.push(next);
                login.access.push((access, access_ends));
                login.ends = login.ends.max(ends).max(access_ends);
                Rotated::Fresh
            }
            Ok(other) => {
                let expected = match (lives, is_current) {
                    (true, false) => Rotated::Reused,
                    _ => Rotated::Unknown,
                };
                assert!(
                    other == expected && !(lives && is_current) || self.limited && other == Rotated::Unknown
                );
                login.ended = true;
                if other == Rotated::Reused {
                    self.asked_for = self.asked_for.max(access_ends);
                }
                other
            }
        };
        format!("{} is refreshed: {happened:?}", login.name)
    }

    /// Checks that every node and the model agree on every token.
    async fn agree(&self, nodes: &impl Nodes) {
        let mut tokens = Vec::new();
        let foreign = self.foreign();
        for token in &foreign {
            let facts = (&*token.id, token.issuer, token.subject, token.session.as_deref(), token.issued_at);
            tokens.push((facts, self.judge(token)));
        }
        for login in &self.logins {
            for (id, ends) in &login.access {
                // Guards do not ask about a token after its end plus the leeway.
                if self.now >= *ends + LEEWAY {
                    continue;
                }
                let revoked = login.ended || self.is_named("token", None, Some(id));
                let expected = if revoked { Some(TokenStatus::Revoked) } else { Some(TokenStatus::Valid) };
                let expected = expected.filter(|status| !self.limited || *status == TokenStatus::Revoked);
                let issued_at = Some(self.now + Duration::from_secs(3));
                tokens.push(((id, None, login.subject, Some(&login.name), issued_at), expected));
                let listed = answer(nodes.acting().is_allowed(id, self.now)).await.unwrap();
                let expected = if self.unlisted.contains(id) { Some(TokenStatus::Revoked) } else { expected };
                assert!(expected.is_none_or(|status| status == listed), "{id} of {}: {listed:?}", login.name);
            }
            let lives = !login.ended && self.now < login.ends + LEEWAY;
            for (turn, id) in login.refresh.iter().enumerate() {
                let asked = nodes.acting().refresh_status(&login.name, id, Duration::ZERO, self.now);
                let expected = match lives {
                    false => RefreshStatus::Unknown,
                    true if turn + 1 == login.refresh.len() => RefreshStatus::Current,
                    true => RefreshStatus::Replaced(None),
                };
                let status = answer(asked).await.unwrap();
                let may_be_over = self.limited && status == RefreshStatus::Unknown;
                assert!(status == expected || may_be_over, "{id} of {}: {status:?}", login.name);
            }
        }
        for ((id, issuer, subject, family, issued_at), expected) in tokens {
            let Some(expected) = expected else { continue };
            let mut facts = TokenInfo::new(SUBJECTS[subject], self.now);
            (facts.id, facts.issuer, facts.family, facts.issued_at) = (Some(id), issuer, family, issued_at);
            for (node, store) in nodes.all().into_iter().enumerate() {
                let Some(store) = store else { continue };
                let what = format!("node {node} says that {id} of {family:?} is {expected:?}");
                until(&what, async || match answer(store.token_status(&facts, self.now)).await {
                    // It may not have heard yet of a revocation, and never refuses what is good.
                    Ok(TokenStatus::Revoked) if expected == TokenStatus::Valid => {
                        panic!("{what}: the opposite")
                    }
                    Ok(TokenStatus::Valid)
                        if expected == TokenStatus::Revoked && node == 0 && !self.limited =>
                    {
                        panic!("{what}: the opposite")
                    }
                    Ok(status) => (status == expected).then_some(()),
                    Err(_) => None,
                })
                .await;
            }
        }
    }
}

/// Limits that the sequences reach: of a subject, and of a whole store.
pub(super) fn narrow() -> [StoreLimits; 2] {
    [StoreLimits::new().logins_per_subject(3).revocations_per_subject(3), StoreLimits::new().revocations(8)]
}

/// Plays one sequence. What happened is shown if it fails.
pub(super) async fn play(seed: u64, limited: bool, nodes: &mut impl Nodes) {
    let (mut dice, mut world) = (Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), World::new(limited));
    println!("sequence {seed}");
    for _ in 0..40 {
        println!("  {}", world.step(&mut dice, nodes).await);
        world.agree(nodes).await;
    }
}
