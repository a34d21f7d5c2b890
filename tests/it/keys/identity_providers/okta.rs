//! Okta: *OpenID Connect & OAuth 2.0 API*, *Customize tokens with a groups claim*.

use super::*;

const SERVER: &str = "https://acme.okta.com/oauth2/default";
const WEB: &str = "nmdP1fcyvdVO11AL7ECm";

fn server() -> TrustedIssuer {
    TrustedIssuer::okta(SERVER).audience("api://default")
}

fn access() -> Value {
    json!({
        "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "iss": SERVER, "aud": "api://default",
        "sub": "alice@acme.example", "iat": NOW, "exp": NOW + 3_600, "cid": WEB, "uid": "00uid4BxXw6I6TV4m0g3",
        "scp": ["openid", "orders:read"], "groups": ["Everyone", "clerk"], "auth_time": NOW - 60
    })
}

fn id() -> Value {
    json!({
        "ver": 1, "sub": "00uid4BxXw6I6TV4m0g3", "iss": SERVER, "aud": WEB, "iat": NOW, "exp": NOW + 3_600,
        "jti": "ID.4eAWJOCMB3SX8XewDfVR", "amr": ["pwd"], "idp": "00o1", "preferred_username": "alice@acme.example",
        "nonce": "n-0S6", "at_hash": "cpqKfdQA5eH891Ff5oJr_Q", "groups": ["Everyone", "clerk"]
    })
}

const ALICE: &str = "alice@acme.example by nmdP1fcyvdVO11AL7ECm: openid orders:read as Everyone clerk";

#[tokio::test]
async fn an_access_token_of_okta_has_scopes_and_groups() {
    let service = Service::of(server()).await;
    service.learns_by(json!({}), &access(), ALICE).await;
    let machine =
        changed(&access(), json!({"sub": WEB, "uid": null, "groups": null, "scp": ["orders:read"]}));
    service.learns(&machine, &format!("{WEB} by {WEB}: orders:read as ")).await;
}

#[tokio::test]
async fn an_id_token_of_okta_is_refused_whatever_its_audience() {
    let service = Service::of(server().audience(WEB)).await;
    service.refuses("an ID token", &id()).await;
    service.refuses("for the API", &changed(&id(), json!({"aud": "api://default"}))).await;
}

#[tokio::test]
async fn a_token_of_another_authorization_server_client_or_api_is_refused() {
    let service = Service::of(server().client(WEB)).await;
    service.learns(&access(), ALICE).await;
    for iss in
        ["https://acme.okta.com", "https://acme.okta.com/oauth2/aus1", "https://evil.okta.com/oauth2/default"]
    {
        service.refuses(iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    service.refuses("another API", &changed(&access(), json!({"aud": "api://billing"}))).await;
    service.refuses("another client", &changed(&access(), json!({"cid": "other"}))).await;
    let of_the_org =
        changed(&access(), json!({"iss": "https://acme.okta.com", "aud": "https://acme.okta.com"}));
    service.refuses_by(json!({"typ": "application/okta-internal-at+jwt"}), "of the org", &of_the_org).await;
    service.refuses_by(json!({"typ": "application/okta-internal-at+jwt"}), "of that type", &access()).await;
}
