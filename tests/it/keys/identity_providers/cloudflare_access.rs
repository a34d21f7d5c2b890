//! Cloudflare Access: *Application token*, *Validate JWTs*.

use super::*;

const TEAM: &str = "https://acme.cloudflareaccess.com";
const APP: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const OTHER_APP: &str = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

fn team() -> TrustedIssuer {
    TrustedIssuer::cloudflare_access(TEAM).audience(APP)
}

fn person() -> Value {
    json!({
        "iss": TEAM, "type": "app", "aud": [APP], "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "email": "alice@acme.example", "country": "DE", "iat": NOW, "nbf": NOW, "exp": NOW + 86_400,
        "identity_nonce": "6ei69kawdKzMIAPF", "custom": {"groups": ["clerk"]}
    })
}

fn service_token() -> Value {
    json!({"iss": TEAM, "type": "app", "aud": APP, "sub": "", "common_name": "e367826f93b8d71185e03fe518aff3b4.access",
        "iat": NOW, "exp": NOW + 86_400})
}

#[jwt_guard::authentication_required]
async fn who(caller: Principal) -> String {
    format!("{:?} by {:?}", caller.subject(), caller.client_id())
}

async fn serve(issuer: TrustedIssuer) -> Server {
    let guard = JwtGuard::builder().trust(issuer.key_set(keys())).clock(ManualClock::new()).build().unwrap();
    Server::start(Router::new().route("/", routing::get(who)).with_guard(guard).into_axum()).await
}

#[tokio::test]
async fn an_application_token_of_access_is_of_a_person() {
    let service = Service::of(team()).await;
    service.learns(&person(), "7335d417-61da-459d-899c-0a01c76a2f94 by anonymous:  as ").await;
    let with_groups = Service::of(team().role_claim(["custom", "groups"])).await;
    with_groups.learns(&person(), "7335d417-61da-459d-899c-0a01c76a2f94 by anonymous:  as clerk").await;
}

#[tokio::test]
async fn a_service_token_of_access_needs_machine_callers() {
    let token = signed(&json!({}), &service_token());
    assert_eq!(serve(team()).await.get("/", &token).await.outcome(), Outcome::BAD_TOKEN);
    let server = serve(team().machine_callers()).await;
    let expected = r#"None by Some("e367826f93b8d71185e03fe518aff3b4.access")"#;
    server.get("/", &token).await.is(Outcome::ok(expected));
    let unnamed = changed(&service_token(), json!({"common_name": null}));
    assert_eq!(server.get("/", &signed(&json!({}), &unnamed)).await.outcome(), Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn other_tokens_of_a_team_are_refused() {
    for issuer in [team(), team().machine_callers()] {
        let service = Service::of(issuer).await;
        for kind in [json!("org"), json!("App"), json!(["app"]), Value::Null] {
            service.refuses(&kind.to_string(), &changed(&person(), json!({"type": kind}))).await;
        }
        for aud in [json!([OTHER_APP]), json!(OTHER_APP), json!([]), json!(TEAM), Value::Null] {
            service.refuses(&aud.to_string(), &changed(&person(), json!({"aud": aud}))).await;
            service.refuses(&aud.to_string(), &changed(&service_token(), json!({"aud": aud}))).await;
        }
        let of_saas = format!("{TEAM}/cdn-cgi/access/sso/oidc/9a8b7c6d");
        for iss in ["https://evil.cloudflareaccess.com", &of_saas, "https://acme.cloudflareaccess.com/"] {
            service.refuses(iss, &changed(&person(), json!({"iss": iss}))).await;
        }
    }
}
