//! Service accounts of Kubernetes: *Managing Service Accounts*.

use super::*;

const CLUSTER: &str = "https://kubernetes.default.svc.cluster.local";
const BILLING: &str = "system:serviceaccount:shop:billing by anonymous:  as ";

fn cluster() -> TrustedIssuer {
    TrustedIssuer::kubernetes(CLUSTER).audience("orders")
}

fn pod() -> Value {
    json!({
        "iss": CLUSTER, "aud": ["orders"], "jti": "ea28ed49-2e11-4280-9ec5-bc3d1d84661a",
        "sub": "system:serviceaccount:shop:billing", "iat": NOW, "nbf": NOW, "exp": NOW + 3_600,
        "kubernetes.io": {"namespace": "shop", "node": {"name": "node-1", "uid": "646e7c5e"},
            "pod": {"name": "billing-0", "uid": "5e0bd49b"}, "serviceaccount": {"name": "billing", "uid": "14ee3fa4"}}
    })
}

/// The token of a pod of another namespace.
fn of(namespace: &str) -> Value {
    changed(
        &pod(),
        json!({"sub": format!("system:serviceaccount:{namespace}:billing"),
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": "billing", "uid": "24ee3fa4"}}}),
    )
}

#[tokio::test]
async fn a_projected_token_of_a_pod_is_admitted() {
    let service = Service::of(cluster()).await;
    service.learns_by(json!({}), &pod(), BILLING).await;
    service.learns(&of("tools"), "system:serviceaccount:tools:billing by anonymous:  as ").await;
}

#[tokio::test]
async fn the_namespaces_that_are_named_are_admitted_and_no_others() {
    let service = Service::of(cluster().kubernetes_namespace("shop").kubernetes_namespace("billing")).await;
    service.learns(&pod(), BILLING).await;
    service.learns(&of("billing"), "system:serviceaccount:billing:billing by anonymous:  as ").await;
    for namespace in ["tools", "shop-evil", "Shop", ""] {
        service.refuses(namespace, &of(namespace)).await;
    }
    for object in [
        json!({"pod": {"namespace": "shop"}}),
        json!("shop"),
        json!(["shop"]),
        json!({"namespace": ["shop"]}),
    ] {
        service.refuses(&object.to_string(), &changed(&pod(), json!({"kubernetes.io": object}))).await;
    }
    let flat =
        json!({"kubernetes.io": null, "kubernetes.io.namespace": "shop", "kubernetes.io/namespace": "shop"});
    service.refuses("a claim with a dot in its name", &changed(&pod(), flat)).await;
}

#[tokio::test]
async fn other_tokens_of_service_accounts_are_refused() {
    let service = Service::of(cluster()).await;
    let for_api = json!({"aud": [CLUSTER, "https://kubernetes.default.svc"], "exp": NOW + 31_536_000});
    service.refuses("the token for the API server", &changed(&pod(), for_api)).await;
    service.refuses("another audience", &changed(&pod(), json!({"aud": ["vault"]}))).await;
    let legacy = json!({
        "iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "shop",
        "kubernetes.io/serviceaccount/secret.name": "billing-token-pnj77",
        "kubernetes.io/serviceaccount/service-account.name": "billing", "sub": "system:serviceaccount:shop:billing"
    });
    service.refuses("the token of a secret", &legacy).await;
    let as_if_bound =
        changed(&legacy, json!({"iss": CLUSTER, "aud": ["orders"], "iat": NOW, "exp": NOW + 3_600}));
    service.refuses("the same, bound", &as_if_bound).await;
    for iss in ["https://oidc.eks.eu-central-1.amazonaws.com/id/A1", "https://kubernetes.default.svc"] {
        service.refuses(iss, &changed(&pod(), json!({"iss": iss}))).await;
    }
}
