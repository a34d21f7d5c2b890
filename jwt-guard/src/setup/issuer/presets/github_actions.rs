//! GitHub Actions.

use super::preset;
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;

const SETTING: &str = "TrustedIssuer::github_actions(..)";

impl TrustedIssuer {
    /// Workflows of GitHub Actions on `github.com`, of these repositories, `OWNER/NAME`, or of all repositories of these owners,
    /// `OWNER`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://token.actions.githubusercontent.com", "aud": "https://deploy.acme.example",
    ///   "sub": "repo:acme/shop:environment:production", "jti": "example-id",
    ///   "repository": "acme/shop", "repository_id": "74", "repository_owner": "acme", "repository_owner_id": "65",
    ///   "ref": "refs/heads/main", "ref_type": "branch", "sha": "example-sha", "environment": "production",
    ///   "event_name": "push", "workflow": "deploy", "job_workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main",
    ///   "actor": "alice", "actor_id": "12", "repository_visibility": "private", "runner_environment": "github-hosted",
    ///   "run_id": "1", "run_number": "10", "run_attempt": "2",
    ///   "iat": 1800000000, "nbf": 1799999400, "exp": 1800000900
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `repository`, or `repository_owner` | required: one of those given here |
    /// | `sub` | the caller; its form can be customized |
    ///
    /// *OpenID Connect reference* lists these claims. One issuer and its keys sign for **every** workflow of GitHub, and each may
    /// ask for any `aud`: so an audience alone admits every workflow of GitHub. There are no scopes and no roles.
    ///
    /// - The [`audience`](Self::audience) is a name of this service, which the workflow asks for:
    ///   `core.getIDToken("https://deploy.acme.example")`. The default, `https://github.com/OWNER`, is shared by all
    ///   services that the owner's workflows call.
    /// - Names are compared byte by byte, as GitHub writes them. Another person may register the name of a deleted owner: pin the
    ///   number too, by `.claim_value("repository_owner_id", "65")`.
    /// - A repository is not a branch: a person who may push any branch may run a workflow. Require what was reviewed:
    ///   `claim("ref") = "refs/heads/main"`, or `claim("environment") = "production"` with protection rules.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let all = JwtGuard::builder().trust(TrustedIssuer::github_actions::<&str>([]).audience("deploy"));
    /// assert!(all.build().unwrap_err().to_string().contains("admits all workflows of GitHub"));
    /// ```
    pub fn github_actions<S: Into<String>>(repositories: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = repositories.into_iter().map(Into::into).collect();
        let mut draft = preset("https://token.actions.githubusercontent.com".to_owned(), &[], &[]);
        draft.algorithms = vec![Algorithm::Rs256];
        let are_owners = names.iter().all(|name| !name.contains('/'));
        if names.is_empty() {
            draft.problems.push(
                "found no repository for GitHub Actions, which admits all workflows of GitHub; expected \
                 `OWNER/NAME`, or `OWNER`"
                    .to_owned(),
            );
        } else if !are_owners && !names.iter().all(|name| name.contains('/')) {
            draft.problems.push(format!(
                "found owners and repositories of GitHub Actions in one list, {names:?}; expected either, as \
                 an owner includes its repositories"
            ));
        }
        draft.problems.extend(names.iter().filter(|name| !is_name(name)).map(|name| {
            format!(
                "found {name:?} for GitHub Actions; expected `OWNER/NAME` or `OWNER`, such as `acme/shop`"
            )
        }));
        draft.require_value(&[if are_owners { "repository_owner" } else { "repository" }], names, SETTING);
        Self(draft)
    }
}

/// `OWNER` or `OWNER/NAME`.
fn is_name(name: &str) -> bool {
    let is = |text: &str, others: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
    };
    let (owner, repository) = name.split_once('/').map_or((name, None), |(owner, name)| (owner, Some(name)));
    // Managed users have an underscore.
    is(owner, b"-_") && repository.is_none_or(|name| is(name, b"-_."))
}
