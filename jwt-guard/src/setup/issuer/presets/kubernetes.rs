//! Service accounts of Kubernetes.

use super::address::problem;
use super::preset;
use crate::setup::TrustedIssuer;

const NAMESPACE: [&str; 2] = ["kubernetes.io", "namespace"];

impl TrustedIssuer {
    /// Pods of a Kubernetes cluster, by its service account issuer: the `issuer` in the answer of
    /// `kubectl get --raw /.well-known/openid-configuration`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://kubernetes.default.svc.cluster.local", "aud": ["orders"], "jti": "ea28ed49-2e11-4280-9ec5-bc3d1d84661a",
    ///   "sub": "system:serviceaccount:shop:billing", "iat": 1800000000, "nbf": 1800000000, "exp": 1800003600,
    ///   "kubernetes.io": {
    ///     "namespace": "shop", "node": {"name": "node-1", "uid": "646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1"},
    ///     "pod": {"name": "billing-0", "uid": "5e0bd49b-f040-43b0-99b7-22765a53f7f3"},
    ///     "serviceaccount": {"name": "billing", "uid": "14ee3fa4-a7e2-420f-9f9a-dbc4507c3798"}
    ///   }
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `kubernetes.io` | required: the older tokens of secrets have no such object |
    /// | `kubernetes.io.namespace` | required with [`kubernetes_namespace`](Self::kubernetes_namespace) |
    /// | `sub` | the caller: `system:serviceaccount:NAMESPACE:NAME` |
    ///
    /// *Managing Service Accounts* lists these claims («Bound service account tokens»). There are no scopes and no roles.
    ///
    /// - The [`audience`](Self::audience) is a name of this service. A caller's pod mounts a projected volume with
    ///   `serviceAccountToken: {audience: orders, expirationSeconds: 3600}`. The audience may not be the issuer: that is
    ///   the token for the API server, which every pod has, which lives for up to a year, and which should not be sent elsewhere.
    /// - Every pod of the cluster may ask for any audience. So name the namespaces that may call, or decide by the subject.
    /// - Tokens are checked here, and not with the API server: one stays good for its lifetime when its pod is gone. Choose a short
    ///   `expirationSeconds`; 600 is the least.
    /// - The keys are found by discovery, which the API server answers to authenticated clients only
    ///   (`system:service-account-issuer-discovery`): give it this pod's token by
    ///   [`RemoteKeySettings::bearer_file`](crate::keys::remote::RemoteKeySettings::bearer_file), and its certificate by
    ///   `root_certificate`. Its document may name the keys at an address that a pod does not reach: then set
    ///   [`jwks_url`](Self::jwks_url).
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let issuer = "https://kubernetes.default.svc.cluster.local";
    /// let api = JwtGuard::builder().trust(TrustedIssuer::kubernetes(issuer).audience(issuer));
    /// assert!(api.build().unwrap_err().to_string().contains("the API server"));
    /// ```
    pub fn kubernetes(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = problem(&issuer, "https://HOST", |_| true);
        let mut draft = preset(issuer, &[], &[]);
        draft.defaults.is_cluster = true;
        draft.required_claims = vec!["kubernetes.io".to_owned()];
        draft.problems.extend(problem);
        Self(draft)
    }

    /// Accepts service accounts of this namespace of the cluster only. May be called for several.
    pub fn kubernetes_namespace(mut self, namespace: impl Into<String>) -> Self {
        let known = self.0.claim_values.iter().find(|known| known.path.0 == NAMESPACE);
        let mut namespaces = known.map(|known| known.values.clone()).unwrap_or_default();
        namespaces.push(namespace.into());
        self.0.require_value(&NAMESPACE, namespaces, "TrustedIssuer::kubernetes_namespace(..)");
        self
    }
}
