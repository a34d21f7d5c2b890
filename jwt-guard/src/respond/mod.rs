//! The form of refusals: the one table from failures to answers, the challenge, the body.

mod body;
mod challenge;
pub mod compat;
mod hidden;
mod ready;
mod redirect;
mod refusal;
mod rejection;
mod table;
mod way_back;

pub use crate::error::FailureKind;
pub use body::{ProblemJson, RenderRefusal};
pub(crate) use challenge::Protection;
pub(crate) use hidden::{HandlerState, Hidden};
pub(crate) use redirect::login_redirect;
pub use refusal::Refusal;
pub use rejection::Rejection;
pub use way_back::WayBack;
