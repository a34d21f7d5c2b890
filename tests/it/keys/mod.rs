//! Keys and the issuers that they belong to.

mod identity_providers;
mod issuers;
mod remote;
mod rotation;
