//! One hot token, sent by as many threads as there are: what the guard costs must not grow with them.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use axum::routing::get;
use http::Request;
use http::header::AUTHORIZATION;
use jwt_guard::{authentication_required, routing};
use jwt_guard_benches::{AccessClaims, App, Effort, SIGNERS, answer, stay_on_core, thread_time};
use tokio::runtime;

/// A count that two threads write costs three times as much. A request writes several more than those of its token.
const LIMIT: f64 = 1.5;

/// Enough for the threads to run at the same time.
const REQUESTS: usize = 4096;

async fn bare() -> &'static str {
    "ok"
}

#[authentication_required]
async fn guarded() -> &'static str {
    "ok"
}

/// Prints the cost on one thread and on two, and says whether the second is within bounds.
pub(crate) fn measure(effort: Effort) -> bool {
    let [_, _, signer, _] = &SIGNERS;
    let token = signer.sign(&AccessClaims::good());
    // Routers of their own, and the guard of the process: threads of one router, or below one layer, share the count of
    // a handle too.
    signer.guard().build().expect("a good configuration").install().expect("the first guard");
    let floors: [App; 2] = [(); 2].map(|()| axum::Router::new().route("/", get(bare)).into());
    let guardeds: [App; 2] =
        [(); 2].map(|()| jwt_guard::Router::new().route("/", routing::get(guarded)).into());
    let mut costs = Vec::new();
    for threads in [1, 2] {
        let (mut floor, mut guarded) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds() {
            floor.push(sample(&floors[..threads], &token));
            guarded.push(sample(&guardeds[..threads], &token));
        }
        let [floor, guarded] = [floor, guarded].map(|mut samples| {
            samples.sort_by(f64::total_cmp);
            samples[samples.len() / 2]
        });
        costs.push(guarded - floor);
        println!(
            "\none hot {} token, {threads} thread(s): bare {floor:.0} ns, guarded {guarded:.0} ns, guard {:.0} ns",
            signer.name,
            guarded - floor
        );
    }
    let ratio = costs[1] / costs[0];
    println!("two threads cost {ratio:.2} times as much as one, at most {LIMIT}");
    ratio <= LIMIT
}

/// CPU nanoseconds of one request, one thread for each router.
fn sample(apps: &[App], token: &str) -> f64 {
    let together = Barrier::new(apps.len());
    thread::scope(|scope| {
        let running: Vec<_> = apps
            .iter()
            .enumerate()
            .map(|(core, app)| {
                let (mut app, together) = (app.clone(), &together);
                scope.spawn(move || {
                    stay_on_core(core);
                    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
                    let request = || {
                        let request = Request::get("/").header(AUTHORIZATION, format!("Bearer {token}"));
                        request.body(Body::empty()).expect("a request")
                    };
                    // The first few settle where the token is found.
                    for _ in 0..8 {
                        runtime.block_on(answer(&mut app, request()));
                    }
                    let requests: Vec<_> = (0..REQUESTS).map(|_| request()).collect();
                    together.wait();
                    let start = thread_time();
                    runtime.block_on(async {
                        for request in requests {
                            answer(&mut app, request).await;
                        }
                    });
                    thread_time().saturating_sub(start)
                })
            })
            .collect();
        let times = running.into_iter().map(|thread| thread.join().unwrap_or_default());
        times.sum::<Duration>().as_secs_f64() * 1e9 / (apps.len() * REQUESTS) as f64
    })
}
