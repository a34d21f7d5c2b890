//! Addresses, and the settings of TLS.
//!
//! rustls takes its crypto provider from a setting of the process, and panics if that is missing and the features of
//! the build do not imply exactly one.

use redis::{ConnectionInfo, IntoConnectionInfo, RedisError};

use crate::store::StoreError;
use crate::store::redis::options::RedisOptions;
#[cfg(feature = "store-redis-rustls")]
pub(super) use certificates::Certificates;

pub(super) fn illegal(error: RedisError) -> StoreError {
    StoreError::new("the address of the server is not legal").because(error)
}

/// Without TLS there is no setting, and an address that needs it is an error.
#[cfg(not(feature = "store-redis-rustls"))]
pub(super) fn prepare() {}

#[cfg(not(feature = "store-redis-rustls"))]
pub(super) fn address(url: &str, _options: &RedisOptions) -> Result<ConnectionInfo, StoreError> {
    url.into_connection_info().map_err(illegal)
}

#[cfg(feature = "store-redis-rustls")]
pub(super) use certificates::{address, prepare};

#[cfg(feature = "store-redis-rustls")]
mod certificates {
    use redis::{Client, ClientTlsConfig, ConnectionAddr, TlsCertificates};
    #[cfg(feature = "aws-lc-rs")]
    use rustls::crypto::aws_lc_rs as provider;
    #[cfg(not(feature = "aws-lc-rs"))]
    use rustls::crypto::ring as provider;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ClientConfig, RootCertStore};

    use super::*;
    use crate::secret::Secret;

    /// The client certificate, and the trusted authorities.
    #[derive(Clone, Default)]
    pub(in crate::store::redis) struct Certificates {
        /// A chain of certificates and its key, as PEM.
        pub(in crate::store::redis) client: Option<(Vec<u8>, Secret)>,
        /// As PEM; `None` for those of the system.
        pub(in crate::store::redis) roots: Option<Vec<u8>>,
    }

    /// Installs a provider, unless there is one.
    pub(in crate::store::redis) fn prepare() {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // If another thread was faster, its provider stays.
            drop(provider::default_provider().install_default());
        }
    }

    pub(in crate::store::redis) fn address(
        url: &str,
        options: &RedisOptions,
    ) -> Result<ConnectionInfo, StoreError> {
        let address = url.into_connection_info().map_err(illegal)?;
        let Certificates { client, roots } = &options.certificates;
        if client.is_none() && roots.is_none() {
            return Ok(address);
        }
        if !matches!(address.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(StoreError::new(
                "there are certificates, but the address does not ask for TLS: it must begin with `rediss://`",
            ));
        }
        options.certificates.check()?;
        let client_tls = client.as_ref().map(|(chain, key)| ClientTlsConfig {
            client_cert: chain.clone(),
            client_key: key.expose().to_vec(),
        });
        let certificates = TlsCertificates { client_tls, root_cert: roots.clone() };
        let client = Client::build_with_tls(address, certificates).map_err(illegal)?;
        Ok(client.get_connection_info().clone())
    }

    impl Certificates {
        /// Checks them now, because the client would report mistakes only when it connects, or never.
        fn check(&self) -> Result<(), StoreError> {
            let mut trusted = RootCertStore::empty();
            if let Some(roots) = &self.roots {
                let wrong = "the root certificates are not PEM that has at least one `CERTIFICATE`";
                for root in chain(roots, wrong)? {
                    trusted.add(root).map_err(|error| {
                        StoreError::new("a root certificate is not one of an authority").because(error)
                    })?;
                }
            }
            let Some((certificates, key)) = &self.client else { return Ok(()) };
            let wrong = "the client certificate is not PEM that has at least one `CERTIFICATE`";
            let certificates = chain(certificates, wrong)?;
            let key = PrivateKeyDer::from_pem_slice(key.expose()).map_err(|error| {
                StoreError::new("the key of the client certificate is not PEM that has a `PRIVATE KEY`")
                    .because(error)
            })?;
            let config = ClientConfig::builder().with_root_certificates(trusted);
            config.with_client_auth_cert(certificates, key).map_err(|error| {
                StoreError::new("the client certificate and its key do not belong together").because(error)
            })?;
            Ok(())
        }
    }

    fn chain(pem: &[u8], wrong: &'static str) -> Result<Vec<CertificateDer<'static>>, StoreError> {
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| StoreError::new(wrong).because(error))?;
        if chain.is_empty() { Err(StoreError::new(wrong)) } else { Ok(chain) }
    }
}
