//! Prints once, in debug builds, how to see why requests are refused, if no log shows it.

use std::io::Write as _;
use std::sync::Once;

use tracing::Level;

const HINT: &str = "jwt-guard: a request was refused, and the reason is not shown, because no subscriber of `tracing` listens to \
                    the target `jwt_guard`.\n\
                    To see why, add the crate tracing-subscriber and call `tracing_subscriber::fmt().init()` in `main`; with a \
                    filter, allow `jwt_guard=info`, as in RUST_LOG=jwt_guard=info.\n\
                    This is printed once, and by debug builds only.\n";

static PRINTED: Once = Once::new();

/// Prints the hint on stderr once, in a debug build where refusals are not logged.
pub(super) fn print_unless_logged() {
    if cfg!(debug_assertions) && !tracing::enabled!(target: "jwt_guard", Level::INFO) {
        PRINTED.call_once(|| {
            // A closed stderr is not an error of the request.
            let _ = std::io::stderr().write_all(HINT.as_bytes());
        });
    }
}
