//! Zitadel.

use super::address::origin_problem;
use super::{client_in, preset};
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// An instance of Zitadel, by its domain: `https://acme.zitadel.cloud`, or a custom or self-hosted one.
    ///
    /// ```json
    /// {
    ///   "iss": "https://acme.zitadel.cloud", "sub": "170848145649959169", "client_id": "170849228103319809@shop",
    ///   "aud": ["170849228103319809@shop", "170846741734424833"], "jti": "V2_170850000000000000-at_170850000000000001",
    ///   "iat": 1800000000, "nbf": 1800000000, "exp": 1800043200,
    ///   "urn:zitadel:iam:org:project:170846741734424833:roles": {"clerk": {"163840776835432705": "acme.zitadel.cloud"}}
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `jti` and `nbf` | required: ID tokens have neither |
    /// | `azp` | refused: ID tokens name their client there, and access tokens do not |
    /// | `client_id` | the client, and required |
    /// | `scope` | scopes, where an action puts it in: Zitadel does not |
    /// | `urn:zitadel:iam:org:project:PROJECT:roles` | roles, only with [`zitadel_roles`](Self::zitadel_roles) |
    ///
    /// *Claims in ZITADEL* lists these claims; what distinguishes both tokens, which have **the same
    /// audience**, is taken from its library `zitadel/oidc` (`NewAccessTokenClaims`, `NewIDTokenClaims`).
    /// That page names `azp` for access tokens too; the library does not set it.
    ///
    /// - In the application, set *Auth Token Type* to JWT: the default is an opaque token, which is refused.
    /// - The [`audience`](Self::audience) is the id of the project of this API. A client of another project asks for
    ///   the scope `urn:zitadel:iam:org:project:id:PROJECT:aud`.
    /// - Roles are in the token after *Assert Roles on Authentication* of the project, or with the scope
    ///   `urn:zitadel:iam:org:projects:roles`.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let console = JwtGuard::builder().trust(TrustedIssuer::zitadel("https://acme.zitadel.cloud/ui").audience("17"));
    /// assert!(console.build().unwrap_err().to_string().contains("`https://HOST`"));
    /// ```
    pub fn zitadel(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = origin_problem(&issuer, "https://HOST");
        let mut draft = preset(issuer, &[&["scope"]], &[]);
        draft.clients = client_in(&["client_id"]);
        draft.required_claims = vec!["jti".to_owned(), "nbf".to_owned()];
        draft.require_absence(&["azp"], None, "TrustedIssuer::zitadel(..)");
        draft.problems.extend(problem);
        Self(draft)
    }

    /// Reads the roles of one project that are granted in one organization of Zitadel, both by their ids.
    ///
    /// Without it no role is read. A project may be granted to other organizations, whose managers give its
    /// roles to their own users: a role of one organization is not that of another. It counts as a call of
    /// [`role_claim`](Self::role_claim).
    pub fn zitadel_roles(mut self, project: impl Into<String>, organization: impl Into<String>) -> Self {
        let project = project.into();
        if project.is_empty() || !project.bytes().all(|byte| byte.is_ascii_digit()) {
            self.0.problems.push(format!(
                "found the project {project:?} of Zitadel; expected its id, which has digits only, as the \
                 page of the project shows it"
            ));
        }
        self.role_object_claim_in([format!("urn:zitadel:iam:org:project:{project}:roles")], organization)
    }
}
