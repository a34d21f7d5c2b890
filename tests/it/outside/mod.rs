//! Beyond the extractors: tokens that come otherwise than in a request, refusals of handlers, and what both may see.

mod forbid;
mod presented;
mod refusal_bodies;
mod verify;
