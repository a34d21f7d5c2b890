//! What the guard logs.
//!
//! The subscriber is global, so that no other test can turn the guard's events off, and keeps the events of each
//! thread apart. A test with a runtime of one thread sees its own events and no others.

use std::cell::RefCell;
use std::fmt;
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
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

    /// Takes the events so far, which must be one.
    ///
    /// # Panics
    ///
    /// When there are none or several.
    #[must_use]
    #[track_caller]
    pub fn only(&self) -> Logged {
        let mut events = self.take();
        assert_eq!(events.len(), 1, "{events:#?}");
        events.remove(0)
    }
}

struct Collect;

impl<S: Subscriber> Layer<S> for Collect {
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
