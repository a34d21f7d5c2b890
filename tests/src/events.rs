//! What the guard logs.
//!
//! The subscriber is global, so that no other test can turn the guard's events off, and keeps the events of each
//! thread apart. A test with a runtime of one thread sees its own events and no others.
//!
//! Admissions are captured only on a thread that asks for it: without a listener a guard takes a shorter path, which
//! the other tests use.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// One event of the target `jwt_guard`.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The level.
    pub level: Level,
    /// The fields, the message included, as they would be printed.
    pub fields: Vec<(&'static str, String)>,
}

impl Logged {
    /// The text of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}

thread_local! {
    static EVENTS: RefCell<Vec<Logged>> = const { RefCell::new(Vec::new()) };
    static CAPTURES: Cell<bool> = const { Cell::new(false) };
}

/// Starts to collect the events of this thread, without those that came before.
///
/// # Panics
///
/// When another global subscriber is installed.
#[must_use]
pub fn capture() -> Capture {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let subscriber = Registry::default().with(Collect);
        tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of the tests");
    });
    EVENTS.with_borrow_mut(Vec::clear);
    CAPTURES.set(true);
    Capture(())
}

/// Made by [`capture`].
#[derive(Debug)]
pub struct Capture(());

impl Capture {
    /// Takes the events so far.
    #[must_use]
    pub fn take(&self) -> Vec<Logged> {
        EVENTS.take()
    }

    /// Takes the events so far, which must be one, apart from what a refused caller has: that is a second event, for
    /// DEBUG.
    ///
    /// # Panics
    ///
    /// When there are none or several.
    #[must_use]
    #[track_caller]
    pub fn only(&self) -> Logged {
        let mut events = self.take();
        events.retain(|logged| logged.field("message") != Some("what the refused caller has"));
        assert_eq!(events.len(), 1, "{events:#?}");
        events.remove(0)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        CAPTURES.set(false);
    }
}

struct Collect;

impl<S: Subscriber> Layer<S> for Collect {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() < Level::DEBUG || CAPTURES.get()
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "jwt_guard" {
            return;
        }
        let mut fields = Fields(Vec::new());
        event.record(&mut fields);
        let logged = Logged { level: *event.metadata().level(), fields: fields.0 };
        EVENTS.with_borrow_mut(|events| events.push(logged));
    }
}

struct Fields(Vec<(&'static str, String)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }
}
