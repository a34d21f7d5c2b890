//! Finds extractors of the body where a check is written: the compiler would find them where the handler is routed.
//!
//! `(&&Input::<T>(..)).tag()` finds the method of the outermost reference first: that of a type which reads the body.

use std::marker::PhantomData;

use axum::extract::FromRequest;

/// The type of a parameter.
#[derive(Debug)]
pub struct Input<T>(pub PhantomData<fn() -> T>);

/// Reads the body.
#[derive(Debug)]
pub struct Body;

/// Reads the head of the request alone, or the compiler does not know yet.
#[derive(Debug)]
pub struct Head;

/// For types that read the body.
pub trait OfBody {
    /// Says so.
    fn tag(&self) -> Body {
        Body
    }
}

/// For all others.
pub trait OfHead {
    /// Says so.
    fn tag(&self) -> Head {
        Head
    }
}

impl<T: FromRequest<()>> OfBody for &Input<T> {}

impl<T> OfHead for Input<T> {}

/// No type implements it, so that the compiler prints this message for a type that reads the body.
#[diagnostic::on_unimplemented(
    message = "a check cannot take `{Self}`",
    label = "reads the body, which belongs to the handler",
    note = "a check runs before the body is read; it takes whatever implements `FromRequestParts`"
)]
pub trait LeavesTheBodyAlone {}

impl Body {
    /// Refuses the type.
    pub fn of<T: LeavesTheBodyAlone>(self, _: &Input<T>) {}
}

impl Head {
    /// Takes the type.
    pub fn of<T>(self, _: &Input<T>) {}
}
