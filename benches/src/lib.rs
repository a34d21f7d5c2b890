//! The rig of the benches: contenders, the clock they are measured with, keys and tokens.
//!
//! 1. A contender is a router, axum's or ours, called in process with requests that were built before; the body of its answer
//!    is read to the end.
//! 2. All contenders of a table answer in turn, in an order that rotates from round to round, so that the load of a
//!    shared machine falls on all of them.
//! 3. Time is the CPU time of the thread. *Quiet* is the lowest decile of the rounds, which the load of others
//!    disturbs least; the median stands beside it.
//! 4. The cost of a guard is the quiet time above that of the floor: a bare handler, called with the same request.

mod asked;
mod measure;
mod served;
mod tokens;
mod wire;

pub use asked::Asked;
pub use measure::{App, Contender, Cost, Effort, answer, measure, stay_on_core, thread_time, zipf};
pub use served::{Served, wait_for_the_end_of_input};
pub use tokens::{AUDIENCE, AccessClaims, ISSUER, KEY_ID, SIGNERS, Signer, choose_backend};
pub use wire::Wire;
