//! Firebase Authentication.

use super::preset;
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;

const TENANT: [&str; 2] = ["firebase", "tenant"];

impl TrustedIssuer {
    /// A project of Firebase Authentication or Identity Platform, by its id: `acme-shop`. The credential of a Firebase
    /// application for its own servers is the ID token of its user.
    ///
    /// ```json
    /// {
    ///   "iss": "https://securetoken.google.com/acme-shop", "aud": "acme-shop", "auth_time": 1800000000,
    ///   "user_id": "2P6xO1yTzNVhX2dX6hJzqk3b0a53", "sub": "2P6xO1yTzNVhX2dX6hJzqk3b0a53",
    ///   "iat": 1800000000, "exp": 1800003600, "email": "alice@example.com", "email_verified": true,
    ///   "firebase": {"identities": {"email": ["alice@example.com"]}, "sign_in_provider": "password"}
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `iss` and `aud` | the project, both required: one key signs the tokens of **all** projects |
    /// | `auth_time` and `firebase` | required |
    /// | `firebase.tenant` | refused, unless it is that of [`firebase_tenant`](Self::firebase_tenant) |
    /// | `roles` | roles, where the Admin SDK sets this custom claim |
    ///
    /// *Verify ID Tokens* («Verify ID tokens using a third-party JWT library») has the rules for `alg`,
    /// `aud`, `iss`, `sub` and `auth_time`. Nothing is to be configured for `aud`. The keys are found by the
    /// issuer's discovery document; that page names the same keys as certificates.
    ///
    /// - A session cookie (`session.firebase.google.com`), an App Check token and a custom token have other issuers, and are
    ///   refused.
    /// - Users who have signed in anonymously are callers too. Their `firebase.sign_in_provider` is `anonymous`: leave
    ///   them out with `not(claim("firebase", "sign_in_provider") = "anonymous")`.
    /// - Every visitor may sign up in most projects, so `authentication_required` alone admits all of them.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let number = JwtGuard::builder().trust(TrustedIssuer::firebase("415104041262"));
    /// assert!(number.build().unwrap_err().to_string().contains("expected its id"));
    /// ```
    pub fn firebase(project: impl Into<String>) -> Self {
        let project = project.into();
        let mut draft = preset(format!("https://securetoken.google.com/{project}"), &[], &[&["roles"]])
            .for_audience(&project);
        draft.algorithms = vec![Algorithm::Rs256];
        draft.required_claims = vec!["auth_time".to_owned(), "firebase".to_owned()];
        draft.require_absence(&TENANT, None, "TrustedIssuer::firebase_tenant(..)");
        if !is_project(&project) {
            draft.problems.push(format!(
                "found the Firebase project {project:?}; expected its id as in the settings of the project, \
                 such as `acme-shop`, and not its name or number"
            ));
        }
        Self(draft)
    }

    /// Accepts the users of this tenant of an Identity Platform project, and no others: for a guard of
    /// [`firebase`](Self::firebase).
    ///
    /// Tenants of a project share its issuer and audience, and a user id is unique only within its tenant
    /// (*Identity Platform multi-tenancy*). So without this call the tokens of tenants are refused, and with
    /// it those of users without a tenant. A further call replaces the tenant.
    pub fn firebase_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.0.require_value(&TENANT, [tenant.into()], "TrustedIssuer::firebase_tenant(..)");
        self
    }
}

/// 6 to 30 lower-case letters, digits and hyphens, beginning with a letter (*Creating and managing projects*).
fn is_project(id: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (6..=30).contains(&id.len())
        && id.bytes().all(is_legal)
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
}
