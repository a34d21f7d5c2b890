//! What a file of the catalogue may say. An unknown member is an error.

use std::collections::BTreeMap;
use std::fs;

use jwt_guard_tests::sources;
use serde::Deserialize;
use toml::Table;

use super::token::TokenSpec;

/// The directory of the data, from the workspace.
pub(super) const DIRECTORY: &str = "tests/catalogue";

/// All themes, and the guards that their cases name.
pub(super) struct Catalogue {
    pub(super) guards: BTreeMap<String, GuardSpec>,
    pub(super) themes: Vec<Theme>,
}

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Theme {
    /// The name of the file, and the first part of every id in it.
    #[serde(skip)]
    pub(super) name: String,
    pub(super) title: String,
    pub(super) about: String,
    #[serde(rename = "case")]
    pub(super) cases: Vec<Case>,
}

/// One requirement, and the requests that prove it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) id: String,
    /// One sentence.
    pub(super) requirement: String,
    /// Who asks for it: `RFC 7519: 4.1.4`.
    pub(super) source: Vec<String>,
    /// Why it is not sent.
    pub(super) skip: Option<String>,
    /// The name of a guard.
    #[serde(default = "usual_guard")]
    pub(super) guard: String,
    /// Settings that replace those of the guard.
    #[serde(default)]
    pub(super) settings: Table,
    /// Settings that the guard has not here.
    #[serde(default)]
    pub(super) without_settings: Vec<String>,
    /// Keys in place of those of the guard.
    pub(super) keys: Option<Vec<String>>,
    /// Seconds since 1970; that of the harness by default.
    pub(super) now: Option<u64>,
    /// What an identity provider answers, by path.
    #[serde(default)]
    pub(super) provider: BTreeMap<String, ReplySpec>,
    /// The token that a request carries, unless it says otherwise.
    pub(super) token: Option<TokenSpec>,
    /// Further tokens, by name.
    #[serde(default)]
    pub(super) tokens: BTreeMap<String, TokenSpec>,
    #[serde(default)]
    pub(super) request: RequestSpec,
    pub(super) expect: Option<Expect>,
    /// Several requests, one after the other, in place of `request` and `expect`.
    #[serde(default, rename = "step")]
    pub(super) steps: Vec<Step>,
}

fn usual_guard() -> String {
    "orders".to_owned()
}

/// A guard: settings as an application writes them, and what takes code.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardSpec {
    pub(super) about: String,
    /// Keys of the harness by the names of their algorithms, as `ES256` or `ES256 as its-kid`.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// What `jwt_guard::setup::Settings` reads.
    #[serde(default)]
    pub(super) settings: Table,
    /// What is behind `danger()`.
    #[serde(default)]
    pub(super) danger: Danger,
    /// Whose bodies refusals have: `fastapi`, `flask`, `litestar` or `starlette`.
    pub(super) refusal_body: Option<String>,
    /// Whether tokens are kept in a store.
    #[serde(default)]
    pub(super) store: bool,
    /// Whether it has sessions.
    #[serde(default)]
    pub(super) sessions: bool,
}

/// Weakenings, each with its reason.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Danger {
    pub(super) any_audience: Option<String>,
    pub(super) unlimited_lifetime: Option<String>,
    pub(super) loopback_http: Option<String>,
    /// The name of the parameter.
    pub(super) query_parameter: Option<String>,
}

/// An answer of the identity provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplySpec {
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: Vec<[String; 2]>,
    #[serde(default)]
    pub(super) body: String,
    /// The body in hexadecimal, where it is not text.
    pub(super) body_hex: Option<String>,
}

const fn ok() -> u16 {
    200
}

/// A request; `GET /me` with the token after `Bearer` by default.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RequestSpec {
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    /// Every header, in their order; then the token is where they say.
    pub(super) headers: Option<Vec<[String; 2]>>,
    pub(super) json: Option<String>,
    pub(super) form: Option<String>,
    /// Whether it is the handshake of a WebSocket.
    pub(super) websocket: bool,
}

/// A request of several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Seconds for which the clock is moved before it.
    #[serde(default)]
    pub(super) after: u64,
    /// Answers of the identity provider that change before it.
    #[serde(default)]
    pub(super) provider: BTreeMap<String, ReplySpec>,
    /// Whether it is sent once only, because it changes something.
    #[serde(default)]
    pub(super) once: bool,
    #[serde(default)]
    pub(super) request: RequestSpec,
    pub(super) expect: Expect,
    /// What is kept of the answer, by name: `json:access_token`, `cookie:NAME`, `header:NAME`.
    #[serde(default)]
    pub(super) save: BTreeMap<String, String>,
}

/// What must come back.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expect {
    /// Words of the error with which the guard is refused at its start.
    pub(super) start_error: Option<String>,
    pub(super) status: Option<u16>,
    /// The whole body of a 200: who calls, as the handler sees it.
    pub(super) caller: Option<String>,
    /// `error` of the challenge.
    pub(super) error: Option<String>,
    /// Further parameters of the challenge, beside `realm` and `error`.
    pub(super) challenge: BTreeMap<String, String>,
    /// The code of the refusal, which the log has and no client sees.
    pub(super) code: Option<String>,
    /// Whether the handler ran; by default it did if the status is 2xx, or 101.
    pub(super) ran: Option<bool>,
    /// Headers of the answer; the empty text for one that must be absent.
    pub(super) headers: BTreeMap<String, String>,
    /// Texts in the lines of headers, as `set-cookie: name=`.
    pub(super) headers_have: Vec<String>,
    /// The whole body of a refusal that is not one of the fixed ones.
    pub(super) body: Option<String>,
    /// Texts in the body.
    pub(super) body_has: Vec<String>,
    /// Texts that are not in the body and not in a header.
    pub(super) lacks: Vec<String>,
    /// The answer is that to the same request for this path, in every byte but its date.
    pub(super) same_as: Option<String>,
    /// Every path for which the identity provider was asked since the case began, and how often: cold and warm together.
    pub(super) fetches: Option<BTreeMap<String, usize>>,
}

impl Catalogue {
    pub(super) fn read() -> Self {
        let mut names: Vec<_> = fs::read_dir(sources::workspace().join(DIRECTORY))
            .unwrap()
            .filter_map(|entry| {
                entry.unwrap().file_name().into_string().unwrap().strip_suffix(".toml").map(str::to_owned)
            })
            .collect();
        names.sort();
        let text = |name: &str| sources::read(&format!("{DIRECTORY}/{name}.toml"));
        let guards = toml::from_str(&text("guards")).unwrap_or_else(|error| panic!("guards.toml: {error}"));
        let themes =
            names.iter().filter(|name| *name != "guards").map(|name| Theme::parse(name, &text(name)));
        Self { guards, themes: themes.collect() }
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = &Case> {
        self.themes.iter().flat_map(|theme| &theme.cases)
    }
}

impl Theme {
    pub(super) fn parse(name: &str, text: &str) -> Self {
        let theme: Self = toml::from_str(text).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
        Self { name: name.to_owned(), ..theme }
    }
}

impl Case {
    /// What must come back, request by request.
    pub(super) fn expects(&self) -> impl Iterator<Item = &Expect> {
        self.expect.iter().chain(self.steps.iter().map(|step| &step.expect))
    }
}
