//! Breaks what the guard and its stores need while callers use them, and judges the answers: the identity provider,
//! Redis (one server, and a cluster of six), the disk, and clocks that differ.
//!
//! # How to run it
//!
//! `cargo bench -p jwt-guard-benches --bench faults` runs all rows, one after the other, in about 15 minutes. The
//! names of the first two columns choose a part:
//!
//! - `-- disk` or `-- "a cluster of six"`: the rows of one kind;
//! - `-- disk full`: one row;
//! - `-- full`: the row of this name, of each kind that has one;
//! - `-- --smoke`, or `BENCH_SMOKE=1`: the first row of each kind, in about a minute, without a verdict.
//!
//! It runs on Linux. Redis, the cluster and the clocks need `redis-server`, or the program that `REDIS_SERVER` names;
//! the disk, and a server whose clock is moved, need the C compiler `cc`. A row whose program is missing is `skipped`,
//! and the last line names it. The run fails if a row fails, and, with `CI` set, if one is skipped.
//!
//! # What it starts, and what it breaks
//!
//! - **identity provider**: a task that answers as one, and a guard that fetches its keys. It answers wrongly, slowly
//!   or not at all for 25 minutes by the clock of the guard, which the bench moves by hand; in the middle it publishes
//!   one more key. The row `500 for 75 minutes` lasts for 75, with the first key only.
//! - **Redis**: one server, and two nodes of the application, each with a wire of its own to the server. The server is
//!   killed, stopped, slowed, filled, emptied, started with old data, or made to refuse changes; the wires are cut, or
//!   lose answers. That lasts for 4 seconds, or for 15 where the name of the row says so.
//! - **a cluster of six**: three primaries, each with a replica, and two nodes. What is broken is the *owner*, which
//!   is the primary with the keys of the store, or another primary. That lasts until the replica takes over, for one
//!   that hangs 4 seconds more, and for 4 seconds where none takes over.
//! - **disk**: one node in a process of its own, with a `FileStore`. A library that is loaded before the C library
//!   makes writes fail, wait, or be left out, for up to 4 seconds. Two rows kill the process under load and start it
//!   again, three times. Every row kills it after the load, and starts one more with the same file.
//! - **clocks**: one server of Redis, and two nodes whose clocks differ from that of the server by 60 seconds all the
//!   time. Two rows let the tokens expire.
//!
//! The nodes, but for those of the disk, are tasks of the bench.
//!
//! # The load
//!
//! 600 logins are made first. Then nine callers at each node make requests, with a pause of a millisecond between two,
//! from 1.5 seconds before the fault until 1.5 seconds after all works again: two come with good access tokens, two
//! log in and log out at once or keep the login (one in four), one refreshes, one logs out, one comes with access
//! tokens after their logout, one forges tokens, and one comes with refresh tokens that were replaced, which ends
//! their logins. Every second logout sends both tokens to a handler for browsers, the others the access token. A
//! refresh or a logout that is 503 is repeated. In the rows of clocks, one more caller logs out everywhere and in
//! again.
//!
//! Then the nodes that run are asked for every login that has ended and for every one that lives; two nodes are asked
//! 11 seconds after the last logout, when both must know of it. In the end a node that starts after the fault is asked
//! for both. It refreshes the logins that live, which it can only if the store has them. Of those that were refreshed
//! before, every second one meets its replaced refresh token first, and must be over then.
//!
//! The identity provider has six callers with new tokens: three sign with its key, three with a key that must never be
//! used. In the row `500 for 75 minutes`, one caller asks at each step of the clock. The rows in which tokens expire
//! have no load: they make logins, end three in four, move the clocks, and ask the two nodes and a new one.
//!
//! # How it judges
//!
//! A row fails if
//!
//! - a token is admitted that must not be, or something that was acknowledged is lost, unless the row takes away what
//!   holds it;
//! - the fault did nothing;
//! - a request is answered with another status than it may have, or a connection breaks, except where the process is
//!   killed;
//! - a check of a good token is 503, unless a server was silent for 6 seconds or more, the process is killed, or the
//!   keys have been held for an hour;
//! - a logout is 503 to the end, or all does not work again within 30 seconds;
//! - a demand of this row is not met, such as which requests must be 503 meanwhile, which must not, and how many
//!   logins a repeated refresh may end. They are in the function that measures it.
//!
//! While the fault lasts, a token that has ended may be 503 in place of 401: it is not admitted. When all works again
//! it must be 401.
//!
//! # The columns
//!
//! - **met**: how often the fault was met: faulty answers, broken connections, answers that took 150 ms or more,
//!   refused commands, keys that were lost, servers whose role changed, calls of the disk, processes that were killed,
//!   or nodes whose clock differs.
//! - **answers/s**: requests of the callers in a second, which shows how much load there was.
//! - **logouts**: logins whose end was acknowledged, by a logout or by the refusal of a replaced refresh token.
//! - **wrong admissions**: of forged tokens; of access tokens after their end was acknowledged, by that node at once,
//!   by another one 11 seconds later; and of replaced refresh tokens, which were exchanged.
//! - **acknowledged and lost**: logins, refreshes and ends of logins that a new node does not know, and good access
//!   tokens that any node refused. *Not promised* counts what was acknowledged while what held it kept nothing; it
//!   fails no row.
//! - **ended by a repeated refresh**: logins that ended because a refresh was done, its answer was 503, and the caller
//!   sent the same refresh token again.
//! - **503: checks, logins, refreshes, logouts**: checks are requests with a good access token; refreshes include
//!   those with a replaced token. For the identity provider, checks only. Where the process is killed, connections
//!   that broke count as well.
//! - **longest s without: admission, login**: the longest time in which one caller got none, or waited for one.
//! - **works again after s**: from the end of the fault until each node logs in, refreshes, admits and logs out. For
//!   the identity provider, by the clock of the guard, until a token of the key is admitted that it published
//!   meanwhile; after 75 minutes, one of its first key. Empty where that key must be in use before the fault ends, and
//!   for clocks, which stay as they are.
//! - the last one: PASS, FAIL with the reasons, or skipped.

mod app;
mod clocks;
mod cluster;
mod disk;
mod found;
mod load;
mod provider;
mod redis;
mod servers;

use std::env;
use std::process::ExitCode;

use found::Found;
use jwt_guard_benches::{Asked, Effort, choose_backend};
use tokio::runtime;

/// The kinds of faults.
const KINDS: [(&str, &[&str]); 5] = [
    ("identity provider", &provider::NAMES),
    ("Redis", &redis::NAMES),
    ("a cluster of six", &cluster::NAMES),
    ("disk", &disk::NAMES),
    ("clocks", &clocks::NAMES),
];

fn main() -> ExitCode {
    choose_backend();
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if let Some((file, port)) = disk::meant() {
        runtime.block_on(disk::serve_until_the_end_of_input(&file, port));
        return ExitCode::SUCCESS;
    }
    let effort = Effort::from_env();
    println!("{}", Found::head());
    let (mut met, mut rows, mut skipped) = (true, 0, Vec::new());
    let asked = Asked::from_args(&[&KINDS.map(|(kind, _)| kind), &KINDS.map(|(_, names)| names).concat()]);
    for (kind, names) in KINDS.into_iter().filter(|(kind, _)| asked.covers(kind)) {
        let number = if effort.judges() { names.len() } else { 1 };
        for name in names.iter().filter(|name| asked.covers(name)).take(number) {
            match runtime.block_on(measure(kind, name)) {
                Some(is_met) => met &= is_met,
                None => skipped.push(format!("{kind}, {name}")),
            }
            rows += 1;
        }
    }
    assert!(rows > 0, "no row of that kind has that name");
    println!("\nfaults: {}", effort.verdict(met));
    if !skipped.is_empty() {
        println!("faults: NOT RUN: {}", skipped.join("; "));
    }
    // Where a program is missing that a row needs, only CI must have it.
    let is_whole = skipped.is_empty() || env::var_os("CI").is_none();
    if (met || !effort.judges()) && is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures, prints one row, and says whether it is as it must be; `None` without a program that it needs.
async fn measure(kind: &str, name: &str) -> Option<bool> {
    let found = match kind {
        "identity provider" => provider::measure(name).await,
        "Redis" => redis::measure(name).await,
        "a cluster of six" => cluster::measure(name).await,
        "disk" => disk::measure(name).await,
        _ => clocks::measure(name).await,
    };
    let Some(mut found) = found else {
        println!("| {kind} | {name} | | | | | | | | | | skipped |");
        return None;
    };
    let met = found.judge();
    println!("| {kind} | {name} | {}", found.row());
    Some(met)
}
