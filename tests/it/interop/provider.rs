//! An OpenID provider by the npm package `oidc-provider`, and what its clients do.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};

use http::header::{LOCATION, SET_COOKIE};
use jwt_guard::keys::KeySet;
use jwt_guard_tests::{Answer, Request, Server};
use serde_json::Value;

use super::programs::node;

/// How the provider can sign; its resources and some of its clients are called after it.
pub(super) const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

/// What a client gets when it asks for the scope `orders:read`.
pub(super) const GRANTED: &str = "orders:read";

const SECRET: &str = "the-secret-of-every-client-here";
const CALLBACK: &str = "https://app.example/callback";
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running provider. It is killed when the test ends.
pub(super) struct Provider {
    process: Child,
    stderr: ChildStderr,
    issuer: String,
    server: Server,
}

/// What a login brings.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) id: String,
}

/// How often the provider was asked for what guards fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fetches {
    pub(super) discovery: u64,
    pub(super) jwks: u64,
}

impl Provider {
    /// `None`, and a printed reason, if it cannot run on this machine. In CI that is a failure.
    pub(super) fn start() -> Option<Self> {
        let mut command = node("provider.mjs")?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut stderr = process.stderr.take().unwrap();
        let issuer = lines.map_while(Result::ok).find(|line| line.starts_with("http://"));
        let Some(issuer) = issuer else {
            process.wait().unwrap();
            panic!("the provider ended: {}", rest_of(&mut stderr));
        };
        let server = Server::at(issuer["http://".len()..].parse().unwrap());
        Some(Self { process, stderr, issuer, server })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// An access token for the client `machine`, signed by `algorithm`.
    pub(super) async fn machine(&self, algorithm: &str) -> String {
        let resource = resource(algorithm);
        let form = format!(
            "grant_type=client_credentials&client_id=machine&client_secret={SECRET}&scope={GRANTED}&{resource}"
        );
        text(&self.token(&form).await, "access_token")
    }

    /// Alice logs in for `client`, which gets an access token signed by `algorithm`.
    pub(super) async fn log_in(&self, client: &str, algorithm: &str) -> Tokens {
        let resource = resource(algorithm);
        let code = Visit { provider: self, cookies: BTreeMap::new() }.log_in(client, &resource).await;
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}\
             &client_id={client}&client_secret={SECRET}&{resource}"
        );
        let answer = self.token(&form).await;
        Tokens { access: text(&answer, "access_token"), id: text(&answer, "id_token") }
    }

    /// The provider signs with new keys from now on, and publishes the old ones after them, or not at all.
    pub(super) async fn rotate(&self, withdraw: bool) {
        let query = if withdraw { "?withdraw" } else { "" };
        self.json(Request::new("POST", &format!("/test/rotate{query}"))).await;
    }

    pub(super) async fn fetches(&self) -> Fetches {
        let answer = self.json(Request::get("/test/fetches")).await;
        let number = |name: &str| answer[name].as_u64().unwrap();
        Fetches { discovery: number("discovery"), jwks: number("jwks") }
    }

    /// The address of the key set, as the discovery document names it.
    pub(super) async fn jwks_url(&self) -> String {
        let document = self.json(Request::get(DISCOVERY)).await;
        assert_eq!(document["issuer"], self.issuer);
        text(&document, "jwks_uri")
    }

    /// The keys, fetched by hand.
    pub(super) async fn keys(&self) -> KeySet {
        let url = self.jwks_url().await;
        let document = self.json(Request::get(self.path(&url))).await;
        let keys = KeySet::published(&document.to_string(), &[]).unwrap();
        assert!(keys.skipped().is_empty(), "{:?}", keys.skipped());
        keys
    }

    async fn token(&self, form: &str) -> Value {
        self.json(Request::post_form("/token", form)).await
    }

    async fn json(&self, request: Request) -> Value {
        let answer = self.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The provider names itself in its answers as it is called.
    async fn send(&self, request: Request) -> Answer {
        self.server.send(request.host(self.server.address().to_string())).await
    }

    fn path<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(&self.issuer).unwrap_or(url)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if std::thread::panicking() {
            eprintln!("the provider said: {}", rest_of(&mut self.stderr));
        }
    }
}

/// A browser that walks through a login.
struct Visit<'a> {
    provider: &'a Provider,
    cookies: BTreeMap<String, String>,
}

impl Visit<'_> {
    /// The authorization code.
    async fn log_in(mut self, client: &str, resource: &str) -> String {
        let mut page = format!(
            "/auth?client_id={client}&response_type=code&redirect_uri={CALLBACK}&scope=openid+{GRANTED}&{resource}\
             &state=the-state&nonce=the-nonce&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        // The login page, the page that asks for consent, and the steps between them.
        for _ in 0..10 {
            let mut answer = self.send(Request::get(&page)).await;
            if answer.status == 200 {
                let login = answer.body.contains(r#"name="prompt" value="login""#);
                let form = if login { "prompt=login&login=alice&password=any" } else { "prompt=consent" };
                answer = self.send(Request::post_form(&page, form)).await;
            }
            assert_eq!(answer.status, 303, "{page}: {}", answer.body);
            let location = answer.header(LOCATION.as_str()).unwrap();
            if let Some(query) = location.strip_prefix(CALLBACK) {
                let parameter = |name: &str| query[1..].split('&').find_map(|pair| pair.strip_prefix(name));
                assert_eq!(parameter("state="), Some("the-state"), "{query}");
                return parameter("code=").unwrap_or_else(|| panic!("{query}")).to_owned();
            }
            page = self.provider.path(location).to_owned();
        }
        panic!("the login has no end: {page}");
    }

    async fn send(&mut self, request: Request) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let answer = self.provider.send(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }
}

fn resource(algorithm: &str) -> String {
    format!("resource=https://orders.example/{algorithm}")
}

fn text(object: &Value, member: &str) -> String {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}")).to_owned()
}

fn rest_of(stderr: &mut ChildStderr) -> String {
    let mut text = String::new();
    stderr.read_to_string(&mut text).ok();
    text
}
