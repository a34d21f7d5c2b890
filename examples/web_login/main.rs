//! Pages for people: a login form, an account behind it, forms that other sites cannot send, a logout. No scripts.
//!
//! | what a person sees | what does it |
//! |---|---|
//! | the account leads to the login, and the login back | `redirect = "/login"`, and `WayBack` |
//! | a login that lasts some minutes | `guard.login(..).cookies()`, and the lifetimes of `issuing(..)` |
//! | "Stay logged in" | `token = "refresh"` and `guard.refresh(..)` |
//! | a form of another site changes nothing | `SameSite=Lax`, `Origin`, and `csrf_form_field(..)` |
//! | a dead cookie stops neither login nor logout | `credentials = "ignored"`, and `LoginCredentials` |
//! | the back button shows nothing after the logout | `guard.logout(..)`, `Cache-Control: no-store`, and [`goodbye`] |
//!
//! `cargo run --example web_login` serves it on port 3000 (or `PORT`): open `http://localhost:3000`, as `ada` with the
//! password `secret`. `SESSION_SECONDS=20` lets a login end soon. The cookies are `Secure`, as they should be: Chromium
//! and Firefox accept them from `http://localhost` too, because that connection cannot be tapped.

mod pages;

use std::env;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::respond::{Refusal, WayBack};
use jwt_guard::routing::{get, post};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, SigningKey, anonymous_allowed, authentication_required,
    requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use pages::{CSRF_FIELD, csrf_field, escaped, login_page, page, problem_page};
use serde::Deserialize;

#[derive(Clone)]
struct Site {
    account: Arc<Mutex<Account>>,
}

/// The database of this example: one account.
struct Account {
    balance: u32,
    transfers: Vec<Transfer>,
}

#[derive(Deserialize)]
struct Transfer {
    to: String,
    amount: NonZeroU32,
}

impl Site {
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// The open pages.

#[anonymous_allowed(expired = "anonymous", reason = "the front page")]
async fn front(caller: Option<Claims>) -> Response {
    let name = caller.as_ref().map_or("stranger", |claims| claims.subject());
    page(
        "Welcome",
        &format!(
            r#"<p>Hello, {}.</p>
<p><a href="/account">Your account</a></p>"#,
            escaped(name)
        ),
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Way {
    next: String,
}

#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie may have led here")]
async fn login_form(Query(way): Query<Way>) -> Response {
    login_page(&way.next, "")
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

impl Credentials {
    /// The only user of this example. A real service compares with a hash, such as Argon2.
    fn are_right(&self) -> bool {
        self.name == "ada" && self.password == "secret"
    }
}

/// The guard looks at no cookie, but at where the form comes from: else another site could log a person in to an account of
/// its own, and read there what the person enters.
#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie must not stop a login")]
async fn log_in(guard: JwtGuard, Form(given): Form<Credentials>) -> Result<Response, LoginError> {
    if !given.are_right() {
        let page = login_page(&given.next, "<p class=problem>Unknown name, or wrong password.</p>");
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    }
    // The page that was asked for, if it is one of this site.
    let target = WayBack::new(&given.next).map_or_else(|| "/account".to_owned(), |page| page.to_string());
    let login = guard.login(given.name).cookies().status(StatusCode::SEE_OTHER);
    Ok(leading_to(&target, login.respond().await?))
}

// What a login opens.

#[authentication_required(redirect = "/login")]
async fn account(State(site): State<Site>, caller: Claims, headers: HeaderMap) -> Response {
    let account = site.account();
    let transfers: String = account
        .transfers
        .iter()
        .map(|done| format!("<li>{} to {}</li>\n", done.amount, escaped(&done.to)))
        .collect();
    let (token, renewal) = (csrf_field(&headers, "access"), csrf_field(&headers, "refresh"));
    page(
        "Your account",
        &format!(
            r#"<p>Logged in as <b>{name}</b>. Balance: <b id=balance>{balance}</b></p>
<ul>
{transfers}</ul>
<form method=post action="/transfer">{token}
<label>To <input name=to required></label>
<label>Amount <input name=amount type=number min=1 required></label>
<button id=transfer>Transfer</button>
</form>
<form method=post action="/renew">{renewal}<button id=renew>Stay logged in</button></form>
<form method=post action="/logout">{token}{renewal}<button id=logout>Log out</button></form>"#,
            name = escaped(caller.subject()),
            balance = account.balance,
        ),
    )
}

#[authentication_required(redirect = "/login")]
async fn transfer(State(site): State<Site>, Form(transfer): Form<Transfer>) -> Response {
    let mut account = site.account();
    match account.balance.checked_sub(transfer.amount.get()) {
        Some(rest) => {
            account.balance = rest;
            account.transfers.push(transfer);
            Redirect::to("/account").into_response()
        }
        None => (StatusCode::CONFLICT, problem_page("the balance is too low")).into_response(),
    }
}

/// The time begins anew, with other tokens.
#[requires(token = "refresh", redirect = "/login")]
async fn renew(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    let refresh = guard.refresh(&caller).cookies().status(StatusCode::SEE_OTHER);
    Ok(leading_to("/account", refresh.respond().await?))
}

/// Ends what is good of the cookies, whose values the form repeats, and clears them all.
#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie must not stop a logout")]
async fn log_out(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    let mut response = guard.logout(&credentials).await?;
    *response.status_mut() = StatusCode::SEE_OTHER;
    Ok(leading_to("/goodbye", response))
}

/// Browsers keep the last pages in memory, `no-store` or not, and the back button shows them without asking the server.
/// They forget them when they are told to; but a page goes there only when the next one is shown, so it is too late for
/// the answers to the logout itself to say it. What this page loads does.
#[anonymous_allowed(credentials = "ignored", reason = "the page after the logout")]
async fn goodbye() -> Response {
    page(
        "Goodbye",
        r#"<link rel=stylesheet href="/forget.css">
<p>You are logged out. <a href="/login">Log in</a></p>"#,
    )
}

async fn forget() -> impl IntoResponse {
    let forget = HeaderName::from_static("clear-site-data");
    [(forget, r#""cache""#), (CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "no-store")]
}

fn leading_to(path: &str, mut response: Response) -> Response {
    // Paths are ASCII here; one that is not leads nowhere.
    if let Ok(path) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

fn app(guard: JwtGuard) -> Router {
    let open = axum::Router::new().route("/forget.css", axum::routing::get(forget));
    Router::new()
        .route("/", get(front))
        .route("/login", get(login_form).post(log_in))
        .route("/goodbye", get(goodbye))
        .route("/account", get(account))
        .route("/transfer", post(transfer))
        .route("/renew", post(renew))
        .route("/logout", post(log_out))
        .layer(guard.csrf_form_field(CSRF_FIELD))
        .with_guard(guard)
        .unguarded("a stylesheet", open)
        .with_state(Site { account: Arc::new(Mutex::new(Account { balance: 100, transfers: Vec::new() })) })
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    let seconds = env::var("SESSION_SECONDS").unwrap_or_else(|_| "600".to_owned());
    let lifetime = Duration::from_secs(seconds.parse()?);
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;

    let guard = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, secret)?)
        .audience("web_login")
        .cookies(CookieSettings::new())
        .token_store(MemoryStore::new())
        .issuing(move |issuer| issuer.access_lifetime(lifetime).refresh_lifetime(lifetime))
        // One machine has one clock.
        .leeway(Duration::ZERO)
        .refusal_body(|refusal: &Refusal| problem_page(refusal.detail()))
        .build()?;
    let app = app(guard);

    let listener = listen().await?;
    println!("Open http://localhost:{} in a browser.\n", listener.local_addr()?.port());
    print_tour(&app.access_table(), &listener, TOUR)?;
    axum::serve(listener, app).await?;
    Ok(())
}

const TOUR: &str = r#"
# 303: a person is led to the login, which knows the way back
curl -i http://localhost:3000/account -H 'Accept: text/html'
#> location: /login?next=/account

# 200: the form
curl -i 'http://localhost:3000/login?next=/account'
#> ..<input type=hidden name=next value="/account">

# 401: a wrong password
curl -i http://localhost:3000/login -d 'name=ada&password=guess'
#> <p class=problem>Unknown name, or wrong password.</p>

# 303: a login never leads to another site
curl -i http://localhost:3000/login -d 'name=ada&password=secret&next=//evil.example'
#> location: /account

# 303: the login sets cookies
curl -i -c cookies.txt http://localhost:3000/login -d 'name=ada&password=secret&next=/account'
#> location: /account
#> set-cookie: __Host-access_token=..; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=..
#> set-cookie: csrf_access_token=$CSRF; SameSite=Lax; Secure; Path=/; Max-Age=..
#> set-cookie: csrf_refresh_token=$RENEWAL; ..

# 200: they open the account, which no cache keeps
curl -i -b cookies.txt http://localhost:3000/account
#> cache-control: no-store
#> <p>Logged in as <b>ada</b>. Balance: <b id=balance>100</b></p>

# 403: a form that another site made up lacks the value
curl -i -b cookies.txt http://localhost:3000/transfer -d 'to=Mallory&amount=100'
#> ..the request may come from another site..

# 403: and if it had it, the browser says where the form comes from
curl -i -b cookies.txt http://localhost:3000/transfer -H 'Origin: https://evil.example' -d "to=Mallory&amount=100&csrf_token=$CSRF"
#> ..the request may come from another site..

# 303: the form of this site
curl -i -b cookies.txt http://localhost:3000/transfer -d "to=Bob&amount=30&csrf_token=$CSRF"
#> location: /account

# 409: there is not so much
curl -i -b cookies.txt http://localhost:3000/transfer -d "to=Bob&amount=71&csrf_token=$CSRF"
#> ..the balance is too low..

# 303: staying logged in
curl -i -b cookies.txt -c cookies.txt http://localhost:3000/renew -d "csrf_token=$RENEWAL"
#> location: /account
#> set-cookie: csrf_access_token=$CSRF; ..
#> set-cookie: csrf_refresh_token=$RENEWAL; ..

# 403: a logout repeats the value of each good cookie
curl -i -b cookies.txt http://localhost:3000/logout -d "csrf_token=$CSRF"
#> ..the request may come from another site..

# 303: the logout
curl -i -b cookies.txt -c cookies.txt http://localhost:3000/logout -d "csrf_token=$CSRF&csrf_token=$RENEWAL"
#> location: /goodbye
#> set-cookie: __Host-access_token=; ..

# 200: the browser forgets the pages that it holds for the back button
curl -i http://localhost:3000/forget.css
#> clear-site-data: "cache"

# 303: and nothing is open any more
curl -i -b cookies.txt http://localhost:3000/account -H 'Accept: text/html'
#> location: /login?next=/account
"#;
