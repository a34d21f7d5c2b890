//! Which cryptography TLS uses.
//!
//! rustls takes it from a setting of the process, and panics if nobody has made it and the features of the build leave
//! more or less than one choice.

#[cfg(all(feature = "store-redis-rustls", feature = "aws-lc-rs"))]
use rustls::crypto::aws_lc_rs as provider;
#[cfg(all(feature = "store-redis-rustls", not(feature = "aws-lc-rs")))]
use rustls::crypto::ring as provider;

/// Makes the choice, if nobody has.
#[cfg(feature = "store-redis-rustls")]
pub(super) fn prepare() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // If another thread was faster, its choice stands.
        drop(provider::default_provider().install_default());
    }
}

/// Without TLS there is nothing to choose, and an address that asks for it is an error.
#[cfg(not(feature = "store-redis-rustls"))]
pub(super) fn prepare() {}
