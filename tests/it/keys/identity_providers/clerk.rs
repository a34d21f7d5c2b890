//! Clerk: *Session tokens*, version 2, and the categories of tokens in `@clerk/backend`.

use super::*;

const APP: &str = "https://app.acme.example";
const ALICE: &str = "user_2GIpXOEpVyJw51rkZn9Kmnc6Sxr by https://app.acme.example:  as ";

fn instance() -> TrustedIssuer {
    TrustedIssuer::clerk("https://clerk.acme.example").client_as_audience(APP)
}

fn session() -> Value {
    json!({
        "iss": "https://clerk.acme.example", "azp": APP, "sub": "user_2GIpXOEpVyJw51rkZn9Kmnc6Sxr",
        "sid": "sess_2GbDB4enNdCa5vS1zpC3Xzg9tK9", "sts": "active", "fva": [7, -1], "v": 2, "jti": "a1b2c3d4",
        "iat": NOW, "nbf": NOW - 10, "exp": NOW + 60, "pla": "u:free", "fea": "u:reports",
        "o": {"id": "org_acme", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}
    })
}

#[tokio::test]
async fn a_session_token_of_clerk_is_for_the_origins_that_are_named() {
    let service = Service::of(instance()).await;
    service.learns(&session(), ALICE).await;
    for cat in ["cl_B7d4PD111AAA", "cl_I7d4PD111III"] {
        service.learns_by(json!({"typ": "JWT", "cat": cat}), &session(), ALICE).await;
    }
    service.learns(&changed(&session(), json!({"sts": null, "v": null, "o": null})), ALICE).await;
    for azp in [json!("https://evil.example"), json!("https://app.acme.example:8443"), json!(""), Value::Null]
    {
        service.refuses(&azp.to_string(), &changed(&session(), json!({"azp": azp}))).await;
    }
}

#[tokio::test]
async fn other_tokens_that_clerk_signs_with_the_key_of_an_instance_are_refused() {
    let service = Service::of(instance()).await;
    for cat in [json!("cl_B7d4PD222AAA"), json!("cl_B7d4PD333AAA"), json!(""), json!(["cl_B7d4PD111AAA"])] {
        service.refuses_by(json!({"typ": "JWT", "cat": cat}), &cat.to_string(), &session()).await;
    }
    let template =
        changed(&session(), json!({"sid": null, "sts": null, "fva": null, "v": null, "role": "admin"}));
    service.refuses("a JWT template", &template).await;
    service.refuses("a template for a database", &changed(&template, json!({"aud": "authenticated"}))).await;
    let machine = json!({"iss": "https://clerk.acme.example", "sub": "mch_2GbD", "jti": "mt_2GbD", "aud": ["mch_3Hce"],
        "scopes": "mch_3Hce", "iat": NOW, "exp": NOW + 60});
    service.refuses("a machine", &machine).await;
    let id = changed(
        &session(),
        json!({"aud": "client_2GbD", "nonce": "n-0S6", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}),
    );
    service.refuses("an ID token", &id).await;
    let oauth = json!({"iss": "https://clerk.acme.example", "sub": "user_2GIp", "client_id": "client_2GbD", "scope": "profile",
        "jti": "oat_2GbD", "iat": NOW, "nbf": NOW, "exp": NOW + 60});
    service.refuses_by(json!({"typ": "at+jwt"}), "an access token of an OAuth application", &oauth).await;
    for status in [json!("pending"), json!("revoked"), json!(""), json!(true)] {
        service.refuses(&status.to_string(), &changed(&session(), json!({"sts": status}))).await;
    }
    for iss in
        ["https://clerk.evil.example", "https://clerk.acme.example/", "https://acme.clerk.accounts.dev"]
    {
        service.refuses(iss, &changed(&session(), json!({"iss": iss}))).await;
    }
}

#[tokio::test]
async fn a_role_of_clerk_counts_in_the_organization_that_is_named_only() {
    let acme = Service::of(instance().clerk_organization("org_acme")).await;
    acme.learns(&session(), &format!("{ALICE}admin")).await;
    for other in [
        json!({"o": {"id": "org_own", "slg": "acme", "rol": "admin"}}),
        json!({"o": {"slg": "acme", "rol": "admin"}}),
        json!({"o": null, "org_id": "org_acme", "org_role": "org:admin"}),
        json!({"o": "org_acme"}),
    ] {
        acme.refuses(&other.to_string(), &changed(&session(), other.clone())).await;
    }
}
