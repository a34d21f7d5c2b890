//! Clerk.

use super::address::origin_problem;
use super::{client_in, preset};
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;
use crate::setup::remote::RemoteSource;
use crate::verify::{ClaimPath, RequiredValue};

/// The `cat` of session tokens, and the one of instances that do not distinguish their tokens.
const CATEGORIES: [&str; 2] = ["cl_B7d4PD111AAA", "cl_I7d4PD111III"];

impl TrustedIssuer {
    /// An instance of Clerk, by its Frontend API URL: `https://clerk.acme.example`, or `https://NAME.clerk.accounts.dev` in
    /// development. The credential is the session token of a user.
    ///
    /// ```json
    /// {
    ///   "iss": "https://clerk.acme.example", "azp": "https://app.acme.example", "sub": "user_2GIpXOEpVyJw51rkZn9Kmnc6Sxr",
    ///   "sid": "sess_2GbDB4enNdCa5vS1zpC3Xzg9tK9", "sts": "active", "fva": [7, -1], "v": 2, "jti": "a1b2c3d4",
    ///   "iat": 1800000000, "nbf": 1799999990, "exp": 1800000060, "pla": "u:free", "fea": "u:reports",
    ///   "o": {"id": "org_2aB", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `sid` | required: tokens of machines and of most JWT templates have none |
    /// | `azp`, the origin of the application | the client, and required |
    /// | `sts` | `active`, or absent: the session of a user who still has tasks to do is `pending`, and refused |
    /// | `cat` in the header | that of session tokens, or absent |
    /// | `o.rol` | roles, only with [`clerk_organization`](Self::clerk_organization) |
    ///
    /// *Session tokens*, version 2, lists these claims; the categories are those of Clerk's own
    /// `@clerk/backend`. The keys are at `/.well-known/jwks.json` of the Frontend API. Version 1, which is
    /// deprecated, is accepted too, without organizations.
    ///
    /// A session token has no `aud`. Name each origin of your application by
    /// [`client_as_audience`](Self::client_as_audience): a token that another application of the instance got
    /// has another `azp`. If the session token is customized and has an `aud`, set
    /// [`audience`](Self::audience) instead. ID tokens that Clerk issues as an identity provider have their
    /// client there, and are refused.
    ///
    /// ```
    /// # use jwt_guard::keys::KeySet;
    /// # use jwt_guard::{ConfigError, JwtGuard, TrustedIssuer};
    /// fn guard(keys: KeySet) -> Result<JwtGuard, ConfigError> {
    ///     let clerk = TrustedIssuer::clerk("https://clerk.acme.example").client_as_audience("https://app.acme.example");
    ///     JwtGuard::builder().trust(clerk.key_set(keys)).build()
    /// }
    ///
    /// let of_any_client = JwtGuard::builder().trust(TrustedIssuer::clerk("https://clerk.acme.example"));
    /// assert!(of_any_client.build().unwrap_err().to_string().contains("`.client_as_audience("));
    /// ```
    pub fn clerk(frontend_api: impl Into<String>) -> Self {
        let issuer = frontend_api.into();
        let problem = origin_problem(&issuer, "https://HOST");
        let mut draft = preset(issuer.clone(), &[], &[]);
        draft.defaults.keys = Some(RemoteSource::Jwks(format!("{issuer}/.well-known/jwks.json")));
        draft.algorithms = vec![Algorithm::Rs256];
        draft.clients = client_in(&["azp"]);
        draft.required_claims = vec!["sid".to_owned()];
        draft.require_absence(&["sts"], Some("active"), "TrustedIssuer::clerk(..)");
        draft.header_values = vec![RequiredValue {
            path: ClaimPath(vec!["cat".to_owned()]),
            values: CATEGORIES.map(str::to_owned).into(),
            may_be_absent: true,
            setting: "TrustedIssuer::clerk(..)",
        }];
        draft.problems.extend(problem);
        Self(draft)
    }

    /// Accepts the sessions in which this organization of Clerk is the active one, by its id, and reads `o.rol` as their
    /// role. A further call replaces the organization.
    ///
    /// Without it no role is read: every user who may create an organization is the `admin` of that one. It
    /// counts as a call of [`role_claim`](Self::role_claim).
    pub fn clerk_organization(mut self, id: impl Into<String>) -> Self {
        self.0.require_value(&["o", "id"], [id.into()], "TrustedIssuer::clerk_organization(..)");
        self.0.role_claims.retain(|path| path != &["o", "rol"]);
        self.role_claim(["o", "rol"])
    }
}
