//! How a refusal looks: the one table from failures to answers, the challenge, the body.

mod body;
mod challenge;
mod hidden;
mod redirect;
mod refusal;
mod rejection;
mod table;
mod way_back;

pub use body::{Detail, Msg, PlainText, ProblemJson, RenderRefusal, StatusDetail};
pub(crate) use challenge::Protection;
pub(crate) use hidden::Hidden;
pub(crate) use redirect::login_redirect;
pub use refusal::Refusal;
pub use rejection::Rejection;
pub use way_back::WayBack;
