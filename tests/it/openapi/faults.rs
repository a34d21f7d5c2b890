//! What only one side knows, and what is not defined, is found.

use jwt_guard::openapi::{DocumentError, DocumentOptions};
use jwt_guard::routing::get;
use jwt_guard::{JwtGuard, Router, Secret, anonymous_allowed, authentication_required, routes};
use jwt_guard_tests::{AUDIENCE, hs256};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};

#[utoipa::path(get, path = "/me", responses((status = OK)))]
#[authentication_required]
async fn me() {}

#[utoipa::path(get, path = "/ghost", responses((status = OK)))]
#[authentication_required]
async fn ghost() {}

#[authentication_required]
async fn undocumented() {}

#[anonymous_allowed]
async fn open() {}

#[derive(OpenApi)]
#[openapi(paths(me, ghost))]
struct Listed;

fn problems(found: Result<(), DocumentError>) -> Vec<String> {
    found.expect_err("a fault was planted").problems().to_vec()
}

fn listed() -> utoipa::openapi::OpenApi {
    Listed::openapi()
}

#[test]
fn a_list_of_paths_gets_its_policies_from_the_table() {
    let router: Router = Router::new().route("/me", get(me)).route("/ghost", get(ghost)).with_guard(hs256());
    let mut document = listed();
    router.access_table().document(&mut document).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document["paths"]["/ghost"]["get"]["security"], serde_json::json!([{ "bearer": [] }]));
}

#[test]
fn both_sides_are_told_what_the_other_does_not_know() {
    let router: Router =
        Router::new().route("/me", get(me)).route("/hidden-from-you", get(undocumented)).with_guard(hs256());
    let found = problems(router.access_table().document(&mut listed()));
    let [documented, served] = &found[..] else { panic!("{found:#?}") };
    assert!(documented.starts_with("GET /ghost is documented and not served"), "{documented}");
    assert!(served.starts_with("GET /hidden-from-you is served and not documented"), "{served}");
}

#[test]
fn exceptions_are_named_by_their_paths() {
    let router: Router =
        Router::new().route("/me", get(me)).route("/internal", get(undocumented)).with_guard(hs256());
    let options = DocumentOptions::new().undocumented("/internal").elsewhere("/ghost");
    router.access_table().document_with(&options, &mut listed()).unwrap();
    let others = DocumentOptions::new().undocumented("/intern").elsewhere("/ghos");
    assert_eq!(problems(router.access_table().document_with(&others, &mut listed())).len(), 2);
}

#[test]
fn another_method_of_a_path_that_is_served_is_not_served() {
    let router: Router =
        Router::new().route("/me", jwt_guard::routing::post(me)).routes(routes!(ghost)).with_guard(hs256());
    let found = problems(router.access_table().document(&mut listed()));
    let [documented, served] = &found[..] else { panic!("{found:#?}") };
    assert!(documented.starts_with("GET /me is documented and not served"), "{documented}");
    assert!(served.starts_with("POST /me is served and not documented"), "{served}");
}

#[test]
fn an_undefined_scheme_is_found() {
    let router: Router = Router::new().routes(routes!(me)).with_guard(hs256());
    let mut document = listed();
    document.paths.paths.remove("/ghost");
    document.security = Some(vec![SecurityRequirement::new("BearerAuth", [""; 0])]);
    let found = problems(router.access_table().document(&mut document));
    assert_eq!(
        found,
        [
            "the document asks for the security scheme `BearerAuth`, which is not defined: define it, or take it out"
        ]
    );
}

#[test]
fn a_marker_that_is_left_is_an_undefined_scheme() {
    let router: Router = Router::new().routes(routes!(me)).with_guard(hs256());
    let mut document = listed();
    let ghost = document.paths.paths.get_mut("/ghost").and_then(|item| item.get.as_mut()).unwrap();
    ghost.security = Some(vec![SecurityRequirement::new("jwt_guard", [""; 0])]);
    let options = DocumentOptions::new().elsewhere("/ghost");
    let found = problems(router.access_table().document_with(&options, &mut document));
    assert!(found[0].starts_with("GET /ghost asks for the security scheme `jwt_guard`"), "{found:?}");
}

#[test]
fn two_schemes_of_one_name_are_found() {
    let router: Router = Router::new().routes(routes!(me)).with_guard(hs256());
    let mut document = listed();
    document.paths.paths.remove("/ghost");
    let theirs = SecurityScheme::Http(Http::new(HttpAuthScheme::Basic));
    document.components.get_or_insert_default().add_security_scheme("bearer", theirs);
    let found = problems(router.access_table().document(&mut document));
    assert!(found[0].starts_with("two security schemes are called `bearer`"), "{found:?}");
}

#[test]
fn a_name_for_a_scheme_that_the_guard_has_not_is_found() {
    let guard = JwtGuard::builder()
        .secret(Secret::random())
        .audience(AUDIENCE)
        .locations([jwt_guard::setup::TokenLocation::header("X-Api-Key")])
        .build()
        .unwrap();
    let router: Router = Router::new().routes(routes!(me)).with_guard(guard.clone());
    let mut document = listed();
    document.paths.paths.remove("/ghost");
    let options =
        DocumentOptions::new().schemes(guard.openapi().name("bearer", "BearerToken").token_url("/login"));
    let found = problems(router.access_table().document_with(&options, &mut document));
    assert_eq!(
        found,
        [
            "the guard has no scheme `bearer` to name, describe or get tokens for; it has `X-Api-Key`, `refresh_X-Api-Key`"
        ]
    );
}

#[test]
fn a_route_without_a_guard_is_found() {
    let router: Router = Router::new().routes(routes!(me));
    let mut document = listed();
    document.paths.paths.remove("/ghost");
    let found = problems(router.access_table().document(&mut document));
    assert!(found.iter().any(|problem| problem.starts_with("no guard is known for GET /me")), "{found:?}");
    let named = DocumentOptions::new().schemes(hs256().openapi());
    let mut document = listed();
    document.paths.paths.remove("/ghost");
    router.access_table().document_with(&named, &mut document).unwrap();
}

#[test]
fn a_document_of_the_other_library_is_found() {
    let router: Router = Router::new().routes(routes!(me)).with_guard(hs256());
    let found = problems(router.access_table().document(&mut aide::openapi::OpenApi::default()));
    assert!(found.iter().any(|problem| problem.contains("documented by another library")), "{found:?}");
}

#[test]
fn what_is_unguarded_need_not_be_documented() {
    let pages = axum::Router::new().route("/docs", axum::routing::get(|| async {}));
    let router: Router =
        Router::new().routes(routes!(me, ghost)).unguarded("documentation", pages).with_guard(hs256());
    router.access_table().document(&mut listed()).unwrap();
    let open: Router = Router::new().routes(routes!(me, ghost)).route("/open", get(open)).with_guard(hs256());
    assert_eq!(problems(open.access_table().document(&mut listed())).len(), 1);
}
