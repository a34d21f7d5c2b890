//! GitHub Actions: *OpenID Connect reference*.

use super::*;

const DEPLOY: &str = "https://deploy.acme.example";

fn workflows(names: &[&str]) -> TrustedIssuer {
    TrustedIssuer::github_actions(names.iter().copied()).audience(DEPLOY)
}

fn workflow() -> Value {
    json!({
        "iss": "https://token.actions.githubusercontent.com", "aud": DEPLOY, "jti": "example-id",
        "sub": "repo:acme/shop:environment:production", "repository": "acme/shop", "repository_id": "74",
        "repository_owner": "acme", "repository_owner_id": "65", "ref": "refs/heads/main", "ref_type": "branch",
        "sha": "example-sha", "environment": "production", "event_name": "push", "workflow": "deploy",
        "job_workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main", "actor": "alice", "actor_id": "12",
        "repository_visibility": "private", "runner_environment": "github-hosted", "run_id": "1", "run_number": "10",
        "run_attempt": "2", "iat": NOW, "nbf": NOW - 600, "exp": NOW + 900
    })
}

/// The token of a workflow of this repository.
fn of(repository: &str) -> Value {
    let owner = repository.split('/').next().unwrap();
    changed(
        &workflow(),
        json!({"repository": repository, "repository_owner": owner, "repository_owner_id": "66",
        "sub": format!("repo:{repository}:environment:production")}),
    )
}

const SHOP: &str = "repo:acme/shop:environment:production by anonymous:  as ";

#[tokio::test]
async fn a_workflow_of_a_named_repository_is_admitted_and_of_no_other() {
    let service = Service::of(workflows(&["acme/shop", "acme/lib"])).await;
    service.learns(&workflow(), SHOP).await;
    service.learns(&of("acme/lib"), "repo:acme/lib:environment:production by anonymous:  as ").await;
    for repository in ["acme/docs", "evil/shop", "acme/shop2", "Acme/shop", "acme/shop/x", "acme"] {
        service.refuses(repository, &of(repository)).await;
    }
    let in_another_claim = json!({"repository": "evil/x", "repository_owner": "acme", "workflow": "acme/shop", "ref": "acme/shop"});
    service.refuses("in another claim", &changed(&workflow(), in_another_claim)).await;
    for value in [Value::Null, json!(["acme/shop"]), json!("")] {
        service.refuses(&value.to_string(), &changed(&workflow(), json!({"repository": value}))).await;
    }
}

#[tokio::test]
async fn a_workflow_of_a_named_owner_is_admitted_and_of_no_other() {
    let service = Service::of(workflows(&["acme"])).await;
    service.learns(&workflow(), SHOP).await;
    service.learns(&of("acme/docs"), "repo:acme/docs:environment:production by anonymous:  as ").await;
    for repository in ["evil/shop", "acme2/shop", "acme-evil/shop", "ACME/shop"] {
        service.refuses(repository, &of(repository)).await;
    }
}

#[tokio::test]
async fn the_number_of_an_owner_tells_it_from_a_later_one_of_the_same_name() {
    let service = Service::of(workflows(&["acme"]).claim_value("repository_owner_id", "65")).await;
    service.learns(&workflow(), SHOP).await;
    service.refuses("a later owner", &of("acme/shop")).await;
}

#[tokio::test]
async fn a_token_of_a_workflow_for_another_service_is_refused() {
    let service = Service::of(workflows(&["acme/shop"])).await;
    for aud in ["https://github.com/acme", "sts.amazonaws.com", "sigstore", "https://deploy.acme.example/"] {
        service.refuses(aud, &changed(&workflow(), json!({"aud": aud}))).await;
    }
    for iss in [
        "https://token.actions.githubusercontent.com/acme",
        "https://github.acme.example/_services/token",
        "https://vstoken.actions.githubusercontent.com",
    ] {
        service.refuses(iss, &changed(&workflow(), json!({"iss": iss}))).await;
    }
}
