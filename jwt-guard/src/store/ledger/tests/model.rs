//! Compares the ledger with a model that remembers everything and searches all of it.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;
use crate::store::{Begun, Family, RefreshStatus, Rotated, Rotation};

const SUBJECTS: [&str; 2] = ["ada", "bob"];

/// An operation on a store; numbers choose among the existing objects.
#[derive(Clone, Debug)]
enum Step {
    Begin {
        subject: usize,
        life: u64,
    },
    Refresh {
        login: usize,
        token: usize,
        life: u64,
    },
    /// By a guard that issues its tokens, by one that only verifies them, or by another issuer, which ends nothing.
    EndLogin {
        login: usize,
        by: usize,
    },
    EndSubject {
        subject: usize,
    },
    EndAll,
    Wait {
        seconds: u64,
    },
    /// A restart from what was written.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..2_usize, 1..2_000_u64).prop_map(|(subject, life)| Step::Begin { subject, life }),
        6 => (0..8_usize, 0..4_usize, 1..2_000_u64)
            .prop_map(|(login, token, life)| Step::Refresh { login, token, life }),
        2 => (0..8_usize, 0..3_usize).prop_map(|(login, by)| Step::EndLogin { login, by }),
        1 => (0..2_usize).prop_map(|subject| Step::EndSubject { subject }),
        1 => Just(Step::EndAll),
        3 => (0..900_u64).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..40)
}

/// A login, and all of its tokens.
struct Known {
    subject: usize,
    name: String,
    /// Refresh tokens in their order, and access tokens with their ends.
    refresh: Vec<String>,
    access: Vec<(String, u64)>,
    ended: bool,
    /// When the last of its tokens ends.
    ends: u64,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Checks that ledger and model agree on every token.
fn agree(ledger: &Ledger, logins: &[Known], now: u64) -> Result<(), TestCaseError> {
    let moment = Timestamp::floor(at(now));
    for login in logins {
        for (id, end) in &login.access {
            // Guards do not ask about a token after its end plus the leeway.
            if now < end + Timestamp::LEEWAY.as_secs() {
                let subject = SUBJECTS[login.subject];
                let facts = TokenInfo {
                    id: Some(id),
                    family: Some(&login.name),
                    issued_at: Some(at(now + 3)),
                    ..TokenInfo::new(subject, at(*end))
                };
                let expected = if login.ended { TokenStatus::Revoked } else { TokenStatus::Valid };
                prop_assert_eq!(ledger.token_status(&facts, at(now)), expected);
                let listed = if login.ended { TokenStatus::Revoked } else { TokenStatus::Valid };
                prop_assert_eq!(ledger.is_allowed(id, at(now)), listed);
            }
        }
        let lives = !login.ended && now < login.ends + Timestamp::LEEWAY.as_secs();
        for (index, id) in login.refresh.iter().enumerate() {
            let status = ledger.refresh_status(&login.name, id, Duration::ZERO, moment);
            let expected = match lives {
                false => RefreshStatus::Unknown,
                true if index + 1 == login.refresh.len() => RefreshStatus::Current,
                true => RefreshStatus::Replaced(None),
            };
            prop_assert_eq!(status, expected);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_judges_every_token_as_a_model_does_that_forgets_nothing(steps in steps()) {
        let mut ledger = Ledger::journaled(StoreLimits::new());
        ledger.set_line().unwrap();
        let mut written = Vec::new();
        let (mut logins, mut now, mut names) = (Vec::<Known>::new(), 1_000_u64, 0_u32);
        let mut name = || { names += 1; names.to_string() };
        for step in steps {
            let moment = Timestamp::floor(at(now));
            match step {
                Step::Begin { subject, life } => {
                    let id = format!("{}{}", name(), ledger.mark().unwrap());
                    let (refresh, access) = (name(), name());
                    // Either may end first.
                    let (access_ends, ends) = (now + life, now + 2_000 - life);
                    let issued = Issued {
                        id: access.clone(),
                        subject: SUBJECTS[subject].into(),
                        family: Some(id.clone()),
                        expires_at: at(access_ends),
                    };
                    ledger.allow(issued, moment).unwrap();
                    let family = Family {
                        id: id.clone(),
                        subject: SUBJECTS[subject].into(),
                        token: refresh.clone(),
                        access_expires_at: at(access_ends),
                        expires_at: at(ends.max(access_ends)),
                    };
                    prop_assert_eq!(ledger.begin(family, moment).unwrap(), Begun::Living);
                    logins.push(Known {
                        subject,
                        name: id,
                        refresh: vec![refresh],
                        access: vec![(access, access_ends)],
                        ended: false,
                        ends: ends.max(access_ends),
                    });
                }
                Step::Refresh { login, token, life } => {
                    let count = logins.len();
                    let Some(login) = logins.get_mut(login % count.max(1)) else { continue };
                    let presented = login.refresh[token % login.refresh.len()].clone();
                    let (next, access) = (name(), name());
                    let ends = now + life;
                    let rotation = Rotation {
                        family: login.name.clone(),
                        presented: presented.clone(),
                        next: next.clone(),
                        access_expires_at: at(ends),
                        expires_at: at(ends),
                        ends: None,
                        endpoint: None,
                        grace: Duration::ZERO,
                    };
                    let expected = if login.ended || now >= login.ends + Timestamp::LEEWAY.as_secs() {
                        Rotated::Unknown
                    } else if login.refresh.last() == Some(&presented) {
                        Rotated::Fresh
                    } else {
                        Rotated::Reused
                    };
                    prop_assert_eq!(ledger.rotate(rotation, moment).unwrap(), expected);
                    match expected {
                        Rotated::Fresh => {
                            let issued = Issued {
                                id: access.clone(),
                                subject: SUBJECTS[login.subject].into(),
                                family: Some(login.name.clone()),
                                expires_at: at(ends),
                            };
                            ledger.allow(issued, moment).unwrap();
                            login.refresh.push(next);
                            login.access.push((access, ends));
                            login.ends = login.ends.max(ends);
                        }
                        Rotated::Reused => login.ended = true,
                        _ => {}
                    }
                }
                Step::EndLogin { login, by } => {
                    let count = logins.len();
                    let Some(login) = logins.get_mut(login % count.max(1)) else { continue };
                    let last = login.access.iter().map(|(_, end)| *end).max().unwrap();
                    let (id, expires_at) = (login.name.clone(), at(last));
                    let issuer = (by == 2).then(|| "another".to_owned());
                    let what = match by {
                        0 => Revocation::Family { id, expires_at },
                        _ => Revocation::FamilyOf { issuer, id, expires_at },
                    };
                    ledger.revoke(what, Some(&SUBJECTS[login.subject].into()), moment).unwrap();
                    login.ended |= by < 2;
                }
                Step::EndSubject { subject } => {
                    let what = Revocation::Subject {
                        subject: SUBJECTS[subject].into(),
                        issued_before: at(now),
                        expires_at: at(now + 2_000),
                    };
                    ledger.revoke(what, None, moment).unwrap();
                    logins.iter_mut().filter(|login| login.subject == subject).for_each(|login| login.ended = true);
                }
                Step::EndAll => {
                    let what = Revocation::All { issued_before: at(now), expires_at: at(now + 2_000) };
                    ledger.revoke(what, None, moment).unwrap();
                    logins.iter_mut().for_each(|login| login.ended = true);
                }
                Step::Wait { seconds } => now += seconds,
                Step::Restart => {
                    let mut read = Ledger::journaled(StoreLimits::new());
                    written.extend(ledger.take_changes());
                    for change in &written {
                        match change {
                            journal::Change::Entry(kind, name, Some(entry)) => {
                                read.restore(*kind, name, entry.clone());
                            }
                            journal::Change::Entry(kind, name, None) => {
                                drop(read.table_mut(*kind).remove(name));
                            }
                            journal::Change::Cleared(kind) => {
                                drop(read.table_mut(*kind).clear_but(|_| false));
                            }
                        }
                    }
                    ledger = read;
                }
            }
            agree(&ledger, &logins, now)?;
        }
    }
}
