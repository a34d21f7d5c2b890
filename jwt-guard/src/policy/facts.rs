//! What a decision reads beside the caller.

use super::login::DecisionTime;
use super::path::PathFacts;

/// The facts of one decision. What a policy asks of an absent one is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) path: Option<PathFacts<'a>>,
    pub(crate) moment: Option<DecisionTime>,
}
