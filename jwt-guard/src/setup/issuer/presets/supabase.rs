//! Supabase Auth.

use super::address::origin_problem;
use super::preset;
use crate::setup::TrustedIssuer;
use crate::setup::remote::RemoteSource;

/// The audience and the role of signed-in users.
const USER: &str = "authenticated";

impl TrustedIssuer {
    /// A project of Supabase, by its URL: `https://PROJECT.supabase.co`, its custom domain, or the URL of a
    /// self-hosted one. The issuer is `URL/auth/v1`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://abcdefghijklmnopqrst.supabase.co/auth/v1", "aud": "authenticated", "role": "authenticated",
    ///   "sub": "123e4567-e89b-12d3-a456-426614174000", "session_id": "987fcdeb-51a2-43d1-9f12-345678901234",
    ///   "iat": 1800000000, "exp": 1800003600, "email": "alice@example.com", "phone": "", "aal": "aal1",
    ///   "amr": [{"method": "password", "timestamp": 1800000000}], "is_anonymous": false,
    ///   "app_metadata": {"provider": "email", "providers": ["email"]}, "user_metadata": {}
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `aud: authenticated` | required: ID tokens have their client there, the anonymous key has nothing |
    /// | `role: authenticated` | required, so a service key is refused |
    /// | `session_id` | required |
    /// | `client_id` | refused, unless [`supabase_oauth_clients`](Self::supabase_oauth_clients) accepts it |
    /// | `user_role` | roles, where a custom access token hook sets it as *Custom Claims & RBAC* shows |
    ///
    /// *JWT Claims Reference* lists these claims. Nothing is to be configured for `aud`. The keys are at
    /// `/auth/v1/.well-known/jwks.json` (*JWT Signing Keys*), which has those of asymmetric algorithms only:
    /// a project with the legacy JWT secret gives it by [`key`](Self::key) as an HS256 key, and then
    /// everything that knows the secret can sign.
    ///
    /// - The caller can write `user_metadata`: never read roles there. `.role_claim(["app_metadata", "roles"])` is set by
    ///   servers only.
    /// - Users who have signed in anonymously are callers too. Leave them out with `claim("is_anonymous") = false`.
    /// - A second factor is `claim("aal") = "aal2"`.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let issuer = JwtGuard::builder().trust(TrustedIssuer::supabase("https://abc.supabase.co/auth/v1"));
    /// assert!(issuer.build().unwrap_err().to_string().contains("`https://PROJECT.supabase.co`"));
    /// ```
    pub fn supabase(project_url: impl Into<String>) -> Self {
        let url = project_url.into();
        let problem = origin_problem(&url, "https://PROJECT.supabase.co");
        let issuer = format!("{url}/auth/v1");
        let mut draft = preset(issuer.clone(), &[], &[&["user_role"]]).for_audience(USER);
        draft.defaults.keys = Some(RemoteSource::Jwks(format!("{issuer}/.well-known/jwks.json")));
        draft.required_claims = vec!["session_id".to_owned()];
        draft.require_value(&["role"], [USER.to_owned()], "TrustedIssuer::supabase(..)");
        draft.require_absence(&["client_id"], None, "TrustedIssuer::supabase_oauth_clients()");
        draft.problems.extend(problem);
        Self(draft)
    }

    /// Accepts tokens that a user granted to an OAuth client of the project too, such as an application of another company.
    ///
    /// Off by default: the scopes that a user consents to are not in the token, and «do not control access»
    /// (*Token Security*). Then decide by [`Claims::client_id`](crate::Claims::client_id), or name the
    /// clients by [`client`](Self::client), which refuses the application's own users in turn.
    pub fn supabase_oauth_clients(mut self) -> Self {
        self.0.claim_values.retain(|known| known.path.0 != ["client_id"]);
        self
    }
}
