//! The mark of a refusal that hides its route, for the router.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use axum::body::HttpBody as _;

use super::Rejection;
use crate::error::FailureKind;

/// In the extensions of an answer: the route hides from this caller. A [`Router`](crate::Router) then answers as for a
/// path without a route; a router of axum sends the answer as it is.
#[derive(Clone)]
pub(crate) struct Hidden {
    /// The state of the handler, for a router without one.
    state: Arc<dyn Any + Send + Sync>,
    has_content: bool,
}

/// In the extensions of a request: the state of a handler that hides, for a refusal by its policy or by itself.
#[derive(Clone)]
pub(crate) struct HandlerState(Arc<dyn Any + Send + Sync>);

impl HandlerState {
    pub(crate) fn new<S: Clone + Send + Sync + 'static>(state: &S) -> Self {
        Self(Arc::new(state.clone()))
    }
}

impl Hidden {
    /// Marks a refusal that hides.
    pub(crate) fn mark(rejection: &mut Rejection, HandlerState(state): &HandlerState) {
        if rejection.kind() == FailureKind::NotFound {
            rejection.change(|response| {
                let has_content =
                    !response.headers().is_empty() || response.body().size_hint().exact() != Some(0);
                response.extensions_mut().insert(Self { state: Arc::clone(state), has_content });
            });
        }
    }

    /// The state of the handler, if it is of this type.
    pub(crate) fn state<S: 'static>(&self) -> Option<&S> {
        self.state.downcast_ref()
    }

    /// Whether the application wrote an answer for hidden routes.
    pub(crate) fn has_content(&self) -> bool {
        self.has_content
    }
}

/// The state belongs to the application.
impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hidden").field("has_content", &self.has_content).finish_non_exhaustive()
    }
}
