//! The names of claims to which a guard gives a meaning: one list for all who must not let others set them.

/// The claim of a refresh token that holds what its successors say.
pub(crate) const RENEW: &str = "renew";

/// Names whose claims the issuer sets itself (RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 7800). `typ` belongs to the
/// header, and some services look for it among the claims.
pub(crate) const SET_BY_ISSUER: [&str; 20] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sid",
    "scope",
    "scp",
    "roles",
    "fresh",
    "auth_time",
    "acr",
    "amr",
    "client_id",
    "typ",
    "cnf",
    "csrf",
    RENEW,
];
