//! Tokens for each preset of a provider: the guard accepts the good one, and finds every defect.

use jwt_guard::keys::GeneratedKey;
use jwt_guard::testing::{Defect, Denials, ManualClock, TestIssuer};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, SigningKey, TrustedIssuer, routing};
use jwt_guard::{authentication_required, requires};
use serde_json::{Value, json};

/// The presets and what each reads: scopes, roles.
fn presets() -> Vec<(&'static str, TrustedIssuer, bool, bool)> {
    let api = "https://api.example";
    vec![
        ("keycloak", TrustedIssuer::keycloak("https://id.example/realms/shop").audience(api), true, true),
        (
            "keycloak client",
            TrustedIssuer::keycloak("https://id.example/realms/shop")
                .audience(api)
                .keycloak_client_roles("orders"),
            true,
            true,
        ),
        ("entra", TrustedIssuer::entra("aaaabbbb-0000-cccc-1111-dddd2222eeee").audience(api), true, true),
        (
            "entra_v1",
            TrustedIssuer::entra_v1("aaaabbbb-0000-cccc-1111-dddd2222eeee").audience(api),
            true,
            true,
        ),
        ("auth0", TrustedIssuer::auth0("acme.eu.auth0.com").audience(api), true, false),
        ("cognito", TrustedIssuer::cognito("eu-central-1_AbCdEf123").client("web"), true, true),
        ("okta", TrustedIssuer::okta("https://acme.okta.com/oauth2/default").audience(api), true, true),
        ("zitadel", TrustedIssuer::zitadel("https://acme.zitadel.cloud").audience("1638407768"), true, false),
        (
            "zitadel organization",
            TrustedIssuer::zitadel("https://acme.zitadel.cloud")
                .audience("1638407768")
                .role_object_claim_in(["urn:zitadel:iam:org:project:roles"], "1638407768"),
            true,
            true,
        ),
        (
            "authentik",
            TrustedIssuer::authentik("https://id.example/application/o/orders/").audience(api),
            true,
            true,
        ),
        ("firebase", TrustedIssuer::firebase("acme-shop"), false, true),
        ("firebase tenant", TrustedIssuer::firebase("acme-shop").firebase_tenant("acme-1"), false, true),
        (
            "clerk",
            TrustedIssuer::clerk("https://clerk.acme.example").client_as_audience("https://app.example"),
            false,
            false,
        ),
        (
            "clerk organization",
            TrustedIssuer::clerk("https://clerk.acme.example")
                .client_as_audience("https://app.example")
                .clerk_organization("org_2aB"),
            false,
            true,
        ),
        ("supabase", TrustedIssuer::supabase("https://abcdefghijklmnopqrst.supabase.co"), false, true),
        (
            "cloudflare",
            TrustedIssuer::cloudflare_access("https://acme.cloudflareaccess.com").audience("32eafc76"),
            false,
            false,
        ),
        ("github", TrustedIssuer::github_actions(["acme/shop"]).audience(api), false, false),
        (
            "kubernetes",
            TrustedIssuer::kubernetes("https://oidc.example/id/1").audience(api).kubernetes_namespace("shop"),
            false,
            false,
        ),
        ("rfc9068", TrustedIssuer::rfc9068("https://as.example").audience(api), true, true),
    ]
}

fn key() -> SigningKey {
    SigningKey::pem(Algorithm::Rs256, include_str!("../../fixtures/keys/rsa-2048.private.pem")).unwrap()
}

fn issuer(trusted: TrustedIssuer) -> TestIssuer {
    let guard =
        JwtGuard::builder().trust(trusted.key(key().verifying_key())).clock(ManualClock::new()).build();
    TestIssuer::with_key(&guard.unwrap(), key())
}

#[tokio::test]
async fn a_guard_with_a_preset_accepts_the_tokens_of_its_test_issuer() {
    for (name, trusted, reads_scopes, reads_roles) in presets() {
        let issuer = issuer(trusted);
        let mut ada = issuer.caller("ada");
        if reads_scopes {
            ada = ada.scopes(["orders:read", "orders:write"]);
        }
        if reads_roles {
            ada = ada.roles(["clerk"]);
        }
        let found = issuer.guard().verify(&ada.token()).await;
        let Ok(found) = found else { panic!("{name}: {}", issuer.guard().explain(&ada.token())) };
        assert_eq!(found.subject(), Some("ada"), "{name}");
        assert_eq!(found.scopes().contains("orders:write"), reads_scopes, "{name}");
        assert_eq!(found.roles().contains("clerk"), reads_roles, "{name}");
    }
}

#[authentication_required]
async fn open() {}

#[requires(scope = "orders:read")]
async fn reader() {}

#[requires(role = "clerk", not(role = "intern"))]
async fn clerk() {}

#[tokio::test]
async fn every_denial_of_a_guard_with_a_preset_is_judged() {
    for (name, trusted, reads_scopes, reads_roles) in presets() {
        let mut app = Router::new().route("/", routing::get(open));
        if reads_scopes {
            app = app.route("/reader", routing::get(reader));
        }
        if reads_roles {
            app = app.route("/clerk", routing::get(clerk));
        }
        let app = app.with_guard(issuer(trusted).guard().clone());
        let report = Denials::of(app).key(key()).check().await;
        assert!(report.holes.is_empty() && report.unjudged.is_empty(), "{name}: {report}");
    }
}

#[tokio::test]
async fn a_guard_with_a_preset_finds_every_defect() {
    for (name, trusted, ..) in presets() {
        let issuer = issuer(trusted);
        for defect in Defect::ALL {
            let Some(token) = issuer.caller("ada").broken_token(defect) else {
                let makes_keys = GeneratedKey::new(Algorithm::Rs256).is_ok();
                assert!(defect == Defect::OtherKey && !makes_keys, "{name}: {defect:?} is not a defect");
                continue;
            };
            let explanation = issuer.guard().explain(&token);
            assert!(!explanation.is_accepted(), "{name}: {defect:?}: {explanation}");
        }
    }
}

#[tokio::test]
async fn a_machine_has_a_client_and_no_subject() {
    let machines = TrustedIssuer::rfc9068("https://as.example").audience("orders").machine_callers();
    let issuer = issuer(machines);
    let caller =
        issuer.guard().verify(&issuer.machine("billing").scopes(["orders:read"]).token()).await.unwrap();
    assert_eq!((caller.is_machine(), caller.subject(), caller.client_id()), (true, None, Some("billing")));
}

#[tokio::test]
async fn tokens_have_the_claims_that_a_preset_asks_for() {
    for (name, claims) in [
        ("keycloak", json!({"typ": "Bearer", "realm_access": {"roles": ["clerk"]}, "scope": "orders:read"})),
        ("keycloak client", json!({"resource_access": {"orders": {"roles": ["clerk"]}}})),
        ("entra", json!({"ver": "2.0", "scp": "orders:read", "roles": ["clerk"]})),
        ("cognito", json!({"token_use": "access", "client_id": "web", "cognito:groups": ["clerk"]})),
        (
            "zitadel organization",
            json!({"urn:zitadel:iam:org:project:roles": {"clerk": {"1638407768": true}}}),
        ),
        ("clerk organization", json!({"azp": "https://app.example", "o": {"id": "org_2aB"}, "aud": null})),
        ("firebase tenant", json!({"firebase": {"tenant": "acme-1"}, "aud": "acme-shop"})),
        ("kubernetes", json!({"kubernetes.io": {"namespace": "shop"}})),
    ] {
        let (_, trusted, reads_scopes, reads_roles) =
            presets().into_iter().find(|preset| preset.0 == name).unwrap();
        let mut ada = issuer(trusted).caller("ada");
        if reads_scopes {
            ada = ada.scopes(["orders:read"]);
        }
        if reads_roles {
            ada = ada.roles(["clerk"]);
        }
        let found: Claims = ada.extract().await.unwrap();
        let found: Value = serde_json::from_str(found.raw()).unwrap();
        for (claim, expected) in claims.as_object().unwrap() {
            let differs = match (&found[claim], expected) {
                // Others may stand beside.
                (Value::Object(found), Value::Object(expected)) => {
                    expected.iter().any(|(name, value)| found.get(name) != Some(value))
                }
                (found, expected) => found != expected,
            };
            assert!(!differs, "{name}: {claim}: {found}");
        }
    }
}
