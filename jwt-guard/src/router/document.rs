//! The document of a handler, kept beside its row so that nesting moves both.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// An operation of an OpenAPI document, in the types of its library. Only `openapi` reads it.
#[derive(Clone)]
#[cfg_attr(
    not(any(feature = "aide-0-15", feature = "utoipa-6")),
    expect(dead_code, unreachable_pub, reason = "only documents look inside")
)]
pub struct Operation(Arc<dyn Any + Send + Sync>);

#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
impl Operation {
    pub(crate) fn new(operation: impl Any + Send + Sync) -> Self {
        Self(Arc::new(operation))
    }

    /// The operation, if it is of this type.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Operation").finish_non_exhaustive()
    }
}
