//! Zitadel, whose roles are an object: *Claims*, «urn:zitadel:iam:org:project:roles».

use super::*;

const ISSUER: &str = "https://acme.zitadel.cloud";
const ROLES: &str = "urn:zitadel:iam:org:project:roles";
const OURS: &str = "163840776835432705";
const THEIRS: &str = "263840776835432706";

fn zitadel() -> TrustedIssuer {
    TrustedIssuer::new(ISSUER).audience("2024")
}

fn access() -> Value {
    json!({
        "iss": ISSUER, "sub": "170848145649959169", "aud": ["2023@shop", "2024"], "client_id": "2023@shop", "jti": "1",
        "iat": NOW, "exp": NOW + 43_200, ROLES: {"admin": {OURS: "acme.zitadel.cloud"}, "clerk": {THEIRS: "other.zitadel.cloud"}}
    })
}

fn caller_as(roles: &str) -> String {
    format!("170848145649959169 by 2023@shop:  as {roles}")
}

#[tokio::test]
async fn roles_that_are_members_of_an_object_are_read_where_the_claim_is_named_as_such() {
    let anywhere = Service::of(zitadel().role_object_claim([ROLES])).await;
    anywhere.learns(&access(), &caller_as("admin clerk")).await;
    let here = Service::of(zitadel().role_object_claim_in([ROLES], OURS)).await;
    here.learns(&access(), &caller_as("admin")).await;
    let there = Service::of(zitadel().role_object_claim_in([ROLES], THEIRS)).await;
    there.learns(&access(), &caller_as("clerk")).await;
    let beside = zitadel().role_object_claim_in([ROLES], OURS).role_claim(["roles"]);
    let beside = Service::of(beside).await;
    beside.learns(&changed(&access(), json!({"roles": ["reader"]})), &caller_as("admin reader")).await;
}

#[tokio::test]
async fn an_object_that_is_not_named_as_one_gives_no_role() {
    for issuer in
        [zitadel(), zitadel().role_claim([ROLES]), zitadel().role_object_claim([ROLES, "admin", OURS])]
    {
        Service::of(issuer).await.learns(&access(), &caller_as("")).await;
    }
    let named = Service::of(zitadel().role_object_claim_in([ROLES], OURS)).await;
    for other in [
        json!({ROLES: null, "roles": ["admin"], "groups": {"admin": {OURS: "a"}}}),
        json!({ROLES: ["admin"]}),
        json!({ROLES: "admin"}),
        json!({ROLES: {"admin": OURS}}),
        json!({ROLES: {"admin": true}}),
        json!({ROLES: {"admin": [OURS]}}),
        json!({ROLES: {"admin": {OURS: false}}}),
        json!({ROLES: {"admin": {"263840776835432706": OURS}}}),
        json!({ROLES: {OURS: {"admin": "acme.zitadel.cloud"}}}),
    ] {
        named.learns(&changed(&access(), other), &caller_as("")).await;
    }
}

/// A condition that forbids a role does not hold for a caller whose roles cannot be read.
#[tokio::test]
async fn an_unreadable_object_of_roles_is_not_the_absence_of_a_role() {
    #[jwt_guard::requires(not(role = "guest"))]
    async fn members() -> &'static str {
        "members"
    }
    let issuer = zitadel().role_object_claim([ROLES]).key_set(keys());
    let guard = JwtGuard::builder().trust(issuer).clock(ManualClock::new()).build().unwrap();
    let router = Router::new().route("/", routing::get(members)).with_guard(guard);
    let server = Server::start(router.into_axum()).await;
    for (roles, status) in [
        (json!({"admin": {OURS: "a"}}), 200),
        (json!({"guest": false}), 200),
        (json!({"guest": {OURS: "a"}}), 403),
        (json!(["guest"]), 403),
        (json!({"guest": 1}), 403),
    ] {
        let token = signed(&json!({"typ": "JWT"}), &changed(&access(), json!({ROLES: roles})));
        assert_eq!(server.get("/", &token).await.status, status, "{roles}");
    }
}

#[test]
fn a_guard_that_signs_tokens_reads_no_object_and_paths_are_whole() {
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, jwt_guard::Secret::random()).unwrap();
    let own = JwtGuard::builder().signing_key(key).audience("orders").role_object_claim([ROLES]);
    assert!(own.build().unwrap_err().to_string().contains("lists of roles"));
    for (issuer, words) in [
        (zitadel().role_object_claim([""; 0]), "role_object_claim"),
        (zitadel().role_object_claim(["a", ""]), "role_object_claim"),
        (zitadel().role_object_claim_in([ROLES], ""), "empty organization"),
    ] {
        let error = JwtGuard::builder().trust(issuer.key_set(keys())).build().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

const PROJECT: &str = "2024";

fn preset() -> TrustedIssuer {
    TrustedIssuer::zitadel(ISSUER).audience(PROJECT)
}

fn of_project(project: &str) -> String {
    format!("urn:zitadel:iam:org:project:{project}:roles")
}

/// What its library puts into an access token, with roles of one project.
fn preset_access() -> Value {
    let roles = json!({"admin": {OURS: "acme.zitadel.cloud"}, "clerk": {THEIRS: "other.zitadel.cloud"}});
    let mut token = changed(&access(), json!({"nbf": NOW}));
    token[of_project(PROJECT)] = roles;
    token
}

#[tokio::test]
async fn the_preset_of_zitadel_reads_roles_of_one_project_in_one_organization() {
    Service::of(preset()).await.learns(&preset_access(), &caller_as("")).await;
    let ours = Service::of(preset().zitadel_roles(PROJECT, OURS)).await;
    ours.learns(&preset_access(), &caller_as("admin")).await;
    let mut other = changed(&preset_access(), json!({(of_project(PROJECT)): null}));
    other[of_project("2025")] = json!({"admin": {OURS: "acme.zitadel.cloud"}});
    ours.learns(&other, &caller_as("")).await;
}

#[tokio::test]
async fn an_id_token_of_zitadel_is_refused_although_its_audience_is_the_same() {
    let service = Service::of(preset().zitadel_roles(PROJECT, OURS)).await;
    let own = json!({"azp": "2023@shop", "jti": null, "nbf": null, "auth_time": NOW - 60, "amr": ["pwd"], "sid": "V1_1",
        "nonce": "n-0S6", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"});
    let id = changed(&preset_access(), own);
    service.refuses("an ID token", &id).await;
    service.refuses("with `jti` and `nbf`", &changed(&id, json!({"jti": "1", "nbf": NOW}))).await;
    service.refuses("without `azp`", &changed(&id, json!({"azp": null}))).await;
    for claim in ["jti", "nbf", "client_id"] {
        service.refuses(claim, &changed(&preset_access(), json!({claim: null}))).await;
    }
}

#[tokio::test]
async fn a_token_of_another_instance_or_project_of_zitadel_is_refused() {
    let service = Service::of(preset()).await;
    for iss in ["https://evil.zitadel.cloud", "https://acme.zitadel.cloud/", "http://acme.zitadel.cloud"] {
        service.refuses(iss, &changed(&preset_access(), json!({"iss": iss}))).await;
    }
    service
        .refuses("another project", &changed(&preset_access(), json!({"aud": ["2023@shop", "2025"]})))
        .await;
    // The assertion by which a user of services asks for a token; its own key signs it.
    let assertion = json!({"iss": "170848145649959169", "sub": "170848145649959169", "aud": ISSUER, "iat": NOW, "exp": NOW + 60});
    service.refuses("an assertion", &assertion).await;
}
