//! For unit tests: what is logged as a warning on this thread.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// What `act` returns, and the warnings of this crate meanwhile, each with its fields.
pub(crate) fn warnings<T>(act: impl FnOnce() -> T) -> (T, Vec<String>) {
    LazyLock::force(&ANOTHER);
    let texts = Arc::new(Mutex::new(Vec::new()));
    let done = tracing::subscriber::with_default(Collect(Arc::clone(&texts)), act);
    let texts = texts.lock().unwrap().drain(..).collect();
    (done, texts)
}

/// While there is only one collector, `tracing` asks the thread that meets an event first whether to keep it; the thread of
/// another test, which collects nothing, would switch the event off for all.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Collect(Arc::default())));

struct Collect(Arc<Mutex<Vec<String>>>);

struct WarnedText(String);

impl Visit for WarnedText {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Collect {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "jwt_guard" && *metadata.level() == Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = WarnedText(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
