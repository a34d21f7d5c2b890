//! The mark of a refusal that hides its route, for the router.

use std::any::Any;
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::response::{IntoResponse as _, Response};
    use http::StatusCode;
    use http::header::CONTENT_TYPE;

    use super::*;

    /// What the mark says of an answer for hidden routes.
    fn marked(response: Response) -> bool {
        let mut rejection = Rejection::written(FailureKind::NotFound, response);
        Hidden::mark(&mut rejection, &HandlerState::new(&7_u8));
        let response = rejection.into_response();
        let hidden = response.extensions().get::<Hidden>().expect("a mark");
        assert_eq!((hidden.state::<u8>(), hidden.state::<u16>()), (Some(&7), None));
        hidden.has_content()
    }

    #[test]
    fn an_answer_for_hidden_routes_is_the_applications_own_by_a_header_or_by_its_body() {
        assert!(!marked(StatusCode::NOT_FOUND.into_response()));
        assert!(!marked(Response::new(Body::from(""))));
        assert!(marked(Response::new(Body::from("nothing here"))));
        assert!(marked([(CONTENT_TYPE, "text/html")].into_response()));
        // Of unknown length.
        assert!(marked(Response::new(Body::from_stream(Body::empty().into_data_stream()))));
    }

    #[test]
    fn another_refusal_bears_no_mark() {
        let refused = StatusCode::FORBIDDEN.into_response();
        let mut rejection = Rejection::written(FailureKind::Forbidden, refused);
        Hidden::mark(&mut rejection, &HandlerState::new(&()));
        assert!(rejection.into_response().extensions().get::<Hidden>().is_none());
    }
}
