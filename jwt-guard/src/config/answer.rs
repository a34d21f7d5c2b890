//! The name of a guard, and what its answers say.

/// The settings of the answers, which `setup` has checked.
#[derive(Debug)]
pub(crate) struct Answers {
    /// The name of this guard in access tables.
    pub(crate) name: Option<String>,
    /// The protection space that challenges name (RFC 9110 section 11.5).
    pub(crate) realm: String,
    /// The guard as a protected resource.
    pub(crate) resource: Option<Resource>,
    pub(crate) on_malformed: OnMalformed,
}

/// The answer to malformed credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnMalformed {
    BadRequest,
    /// As for a bad token.
    BadToken,
}

/// The identifier of a service as a protected resource, and the address of its metadata (RFC 9728).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// The resource identifier (section 1.2).
    pub(crate) identifier: String,
    /// The address of the metadata, for challenges.
    pub(crate) metadata_url: String,
    /// The path of the metadata's route.
    pub(crate) metadata_path: String,
}
