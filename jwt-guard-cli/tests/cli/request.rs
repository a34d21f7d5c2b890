//! From a key to an answer: `keygen`, `token`, and a request over loopback to a server that is guarded by the same
//! settings.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use jwt_guard::routing::get;
use jwt_guard::setup::Settings;
use jwt_guard::{Claims, Router, authentication_required, requires};
use serde_json::json;

use crate::process::Folder;

#[requires(scope = "orders:read")]
async fn orders(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

#[authentication_required]
async fn me() {}

/// The settings of the folder, with the whole name of its key: the server does not run there.
fn settings(folder: &Folder) -> Settings {
    let settings = json!({
        "issuer": "https://orders.example",
        "audience": ["orders"],
        "signing_key_file": folder.path("key.pem"),
        "signing_algorithm": "EdDSA",
    });
    serde_json::from_value(settings).unwrap()
}

async fn serve(settings: Settings) -> SocketAddr {
    let guard = settings.into_builder().build().unwrap();
    let app = Router::new().route("/orders", get(orders)).route("/me", get(me)).with_guard(guard.clone());
    let app = app.into_axum().merge(guard.jwks_route("/jwks.json"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// What `curl -H "Authorization: Bearer $(jwt-guard token ..)"` sends: the output without its line end.
fn status(address: SocketAddr, path: &str, output: &str) -> String {
    let token = output.trim_end_matches('\n');
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_command_is_answered_with_200_and_without_the_scope_with_403() {
    let folder = Folder::with_settings("request");
    let address = serve(settings(&folder)).await;
    let token =
        |more: &str| folder.run(&format!("token ada --settings guard.toml {more}")).is_done().to_owned();
    assert_eq!(status(address, "/orders", &token("--scope orders:read")), "200");
    assert_eq!(status(address, "/orders", &token("")), "403");
    assert_eq!(status(address, "/orders", "x"), "401");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_are_answered_with_200_on_the_first_day_and_on_the_second() {
    let readme = include_str!("../../../README.md");
    let (_, block) = readme.split_once("```sh\nexport ").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let block = format!("export {block}");
    assert!(block.contains("\n# 200, while `cargo run` runs in another terminal"), "{block}");

    // The server has another port, so curl only says what it would send.
    let folder = Folder::new("readme");
    std::fs::create_dir(folder.path("bin")).unwrap();
    folder.write("bin/curl", "#!/bin/sh\nprintf '%s\\n' \"$@\" > request\n");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path("bin/curl"), executable).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_jwt-guard"), folder.path("bin/jwt-guard")).unwrap();
    let run = || {
        let mut shell = std::process::Command::new("/bin/sh");
        shell.current_dir(folder.path("")).env_clear().env("PATH", folder.path("bin"));
        assert!(shell.args(["-c", &block]).output().unwrap().status.success());
        let request = folder.read("request");
        let lines: Vec<_> = request.lines().collect();
        let [_, "http://localhost:3000/me", "-H", header] = lines.as_slice() else { panic!("{request}") };
        header.strip_prefix("Authorization: Bearer ").unwrap().to_owned()
    };
    let first = run();

    let variables = block.lines().next().unwrap().split(' ').filter_map(|variable| variable.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut settings = Settings::from_vars(variables).unwrap();
    settings.signing_key_file = settings.signing_key_file.map(|file| folder.path(file.to_str().unwrap()));
    let address = serve(settings).await;
    assert_eq!(status(address, "/me", &first), "200");
    // The key is there, and stays.
    assert_eq!(status(address, "/me", &run()), "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_a_service_publishes_verify_its_tokens() {
    let folder = Folder::with_settings("published");
    let address = serve(settings(&folder)).await;
    folder.write("token", folder.run("token ada --settings guard.toml").is_done());
    let from = |issuer: &str| {
        folder.run(&format!(
            "explain token --jwks-url http://{address}/jwks.json --issuer {issuer} --audience orders --loopback-http --json"
        ))
    };
    let run = from("https://orders.example");
    assert_eq!((run.status, &run.json()["accepted"]), (0, &json!(true)), "{}", run.stdout);
    let run = from("https://other.example");
    assert_eq!((run.status, &run.json()["accepted"]), (1, &json!(false)), "{}", run.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_is_asked_for_its_keys_by_its_name() {
    let folder = Folder::with_settings("oidc");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = settings(&folder);
    settings.issuer = vec![issuer.clone()];
    let guard = settings.into_builder().build().unwrap();
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    let document = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/jwks.json") }).to_string();
    let document = axum::routing::get(async || ([("content-type", "application/json")], document));
    let app = guard.jwks_route("/jwks.json").route("/.well-known/openid-configuration", document);
    tokio::spawn(async { axum::serve(listener, app).await });

    let verify = |arguments: &str| {
        folder.run_on(&format!("verify --oidc-issuer {issuer} {arguments} --loopback-http"), token.as_str())
    };
    verify("--audience orders").is_done();
    verify("--audience bills").is(1);
}
