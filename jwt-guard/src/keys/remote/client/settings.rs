//! The settings that only this client obeys: a proxy, and the token for servers that publish keys to known clients.

use std::path::{Path, PathBuf};

use super::RemoteKeySettings;
use super::bearer::Bearer;
use super::proxy::Proxy;
use crate::secret::Secret;

#[derive(Clone, Default)]
pub(in crate::keys::remote) struct ClientSettings {
    /// A URL, which may have a password.
    proxy: Option<Secret>,
    pub(super) bearer: Option<Bearer>,
}

impl ClientSettings {
    pub(in crate::keys::remote) fn problems(&self) -> impl Iterator<Item = String> {
        self.proxy().err().into_iter().chain(self.bearer.iter().flat_map(Bearer::problems))
    }

    pub(in crate::keys::remote) fn are_set(&self) -> bool {
        self.proxy.is_some() || self.bearer.is_some()
    }

    pub(super) fn proxy(&self) -> Result<Option<Proxy>, String> {
        self.proxy.as_ref().map(Proxy::parse).transpose()
    }
}

impl RemoteKeySettings {
    /// Fetches through this proxy: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`, whose login goes to the proxy only (RFC
    /// 7617). None by default, whatever `HTTPS_PROXY` and the like say: give their value here to use it.
    ///
    /// Addresses with https go through it by `CONNECT` (RFC 9110 section 9.3.6), so the proxy sees the host and not what is
    /// said. Addresses without TLS, which `danger()` allows inside a private network, are asked directly.
    ///
    /// ```
    /// use jwt_guard::keys::remote::RemoteKeySettings;
    ///
    /// let settings = RemoteKeySettings::new().proxy("http://proxy.corp:3128");
    /// assert!(settings.problems().is_empty());
    ///
    /// let socks = RemoteKeySettings::new().proxy("socks5://proxy.corp:1080");
    /// assert!(socks.problems()[0].contains("`http://HOST:PORT`"));
    /// ```
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.client.proxy = Some(url.into());
        self
    }

    /// Sends the token in this file as `Authorization: Bearer`, to these origins only: for servers that publish keys to known
    /// clients, such as the API server of Kubernetes. The file is read at each fetch, because such tokens rotate.
    ///
    /// An origin is `https://HOST` or `https://HOST:PORT`, compared whole. Every other address, such as a `jwks_uri` elsewhere,
    /// is asked without the token, and no redirect is followed.
    ///
    /// ```
    /// use jwt_guard::keys::remote::RemoteKeySettings;
    ///
    /// let token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    /// let settings = RemoteKeySettings::new().bearer_file(token, ["https://kubernetes.default.svc"]);
    /// assert!(settings.problems().is_empty());
    ///
    /// let anywhere = RemoteKeySettings::new().bearer_file(token, ["*"]);
    /// assert!(anywhere.problems()[0].contains("expected `https://HOST`"));
    /// ```
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or holds no token, fails the fetch: see
    /// [`KeyStatus::last_error`](crate::keys::remote::KeyStatus::last_error).
    #[must_use]
    pub fn bearer_file<O: Into<String>>(
        mut self,
        file: impl AsRef<Path>,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.client.bearer = Some(Bearer::new(file, origins));
        self
    }

    /// As [`bearer_file`](Self::bearer_file), of a settings file.
    pub(crate) fn with_bearer_file(file: PathBuf, origins: Vec<String>) -> Result<Self, String> {
        Ok(Self::new().bearer_file(file, origins))
    }
}
