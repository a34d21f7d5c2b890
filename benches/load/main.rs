//! What a guard leaves of a server's throughput: one handler without a guard, and guarded with HS256 and ES256, with
//! the cache of verified tokens and without, under the load of 64 keep-alive connections over loopback.
//!
//! `cargo bench -p jwt-guard-benches --bench load`; with `-- --smoke` or `BENCH_SMOKE=1` one second, which judges
//! no number.
//!
//! Each variant is served by a process of its own, so that its CPU time is known. Client and server share the cores of
//! the machine: the throughput says what both can do, the CPU time per request what the guard costs the server. The
//! variants are loaded in turn, and compared within a turn, so that the load of others falls on all of them. Each turn
//! starts the processes anew: how one lies in memory moves its speed by more than one per cent, for as long as it runs.

mod client;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use jwt_guard_benches::{AccessClaims, Effort, choose_backend};
use server::{PATH, Server, Variant};

/// The least that a handler guarded with the cache may serve, as a part of what it serves without a guard. All its
/// callers have sent their token before.
const TARGET: f64 = 0.97;

/// What one variant did in one round.
struct Round {
    /// Requests per second.
    throughput: f64,
    /// Seconds of the server's CPU time per request.
    cpu: f64,
}

fn main() -> ExitCode {
    choose_backend();
    if let Some(variant) = server::meant() {
        server::serve_until_the_client_ends(variant);
        return ExitCode::SUCCESS;
    }
    let effort = Effort::from_env();
    let (rounds, length) =
        if effort.judges() { (50, Duration::from_millis(500)) } else { (1, Duration::from_millis(200)) };
    let variants = Variant::all();
    let requests: Vec<Vec<String>> = variants.iter().map(|variant| requests(*variant)).collect();
    let mut results: Vec<Vec<Round>> = variants.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..variants.len() {
            let index = (round + turn) % variants.len();
            let server = Server::start(variants[index]);
            load(&server, &requests[index], length / 5);
            results[index].push(load(&server, &requests[index], length));
        }
    }
    let met = print(&variants, &results);
    println!("\nload: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn load(server: &Server, requests: &[String], length: Duration) -> Round {
    let before = server.cpu_time();
    let (answers, elapsed) = client::load(server.port(), requests, length);
    let cpu = server.cpu_time().saturating_sub(before);
    Round { throughput: answers as f64 / elapsed.as_secs_f64(), cpu: cpu.as_secs_f64() / answers as f64 }
}

/// One request for each connection, each of a user of its own.
fn requests(variant: Variant) -> Vec<String> {
    (0..client::CONNECTIONS)
        .map(|user| {
            let subject = format!("user-{user}");
            let claims = AccessClaims { sub: subject, jti: format!("token-{user}"), ..AccessClaims::good() };
            format!(
                "GET {} HTTP/1.1\r\nhost: localhost\r\nuser-agent: load\r\naccept: */*\r\nauthorization: Bearer {}\r\n\r\n",
                PATH,
                variant.signer().sign(&claims)
            )
        })
        .collect()
}

/// Prints the table, and says whether the target is met.
fn print(variants: &[Variant], results: &[Vec<Round>]) -> bool {
    println!(
        "{} keep-alive connections over loopback; rounds of each variant, in turn: {}\n",
        client::CONNECTIONS,
        results.first().map_or(0, Vec::len)
    );
    println!(
        "{:16} {:>9} {:>9} {:>9} {:>13} {:>9}  throughput, as a part of that without a guard",
        "guard", "req/s", "least", "most", "CPU us/req", "CPU ratio"
    );
    let mut met = true;
    for (variant, rounds) in variants.iter().zip(results) {
        let open = variants.iter().position(|other| other.name() == variant.open().name());
        let open = open.and_then(|index| results.get(index)).map_or(&[][..], Vec::as_slice);
        let throughputs = || rounds.iter().map(|round| round.throughput);
        // Of neighbours in time, for the load of others comes and goes.
        let pairs = || rounds.iter().zip(open);
        let ratio = middle(pairs().map(|(round, open)| round.throughput / open.throughput));
        let cpu_ratio = middle(pairs().map(|(round, open)| round.cpu / open.cpu));
        let verdict = if variant.is_judged() {
            met &= ratio >= TARGET;
            format!(" >= {TARGET} {}", if ratio >= TARGET { "PASS" } else { "FAIL" })
        } else {
            String::new()
        };
        println!(
            "{:16} {:9.0} {:9.0} {:9.0} {:13.2} {:9.2}  {ratio:.3}{verdict}",
            variant.name(),
            median(throughputs()),
            throughputs().fold(f64::INFINITY, f64::min),
            throughputs().fold(0.0, f64::max),
            median(rounds.iter().map(|round| round.cpu)) * 1e6,
            cpu_ratio,
        );
    }
    met
}

/// The mean of the middle half: no outlier counts, and of the rest every one.
fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    let quarter = values.len() / 4;
    let half = values.get(quarter..values.len() - quarter).unwrap_or_default();
    half.iter().sum::<f64>() / half.len() as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
