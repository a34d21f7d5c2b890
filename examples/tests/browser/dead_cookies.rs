//! Cookies that can never be good again, in a real browser: the four ways in which that comes about.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{Html, IntoResponse, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::routing::{get, post};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, Claims, JwtGuard, Principal, Router, Secret, SigningKey, anonymous_allowed};
use tokio::runtime::Runtime;

use super::chromium::Browser;
use super::support::Result;

#[anonymous_allowed]
async fn open(caller: Principal) -> String {
    format!("open to {}", caller.subject().unwrap_or("anonymous"))
}

#[anonymous_allowed(credentials = "ignored")]
async fn ignoring() -> &'static str {
    "open to every caller"
}

#[anonymous_allowed(credentials = "ignored")]
async fn forms() -> Html<&'static str> {
    Html(
        "<form method=post action=/login><button id=login>in</button></form>\
         <form method=post action=/logout><button id=logout>out</button></form>",
    )
}

#[anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> std::result::Result<Response, LoginError> {
    guard.login("ada").cookies().status(StatusCode::OK).body("you are in").respond().await
}

#[anonymous_allowed(credentials = "ignored")]
async fn log_out(
    guard: JwtGuard,
    credentials: LoginCredentials,
) -> std::result::Result<Response, LoginError> {
    let ended = guard.logout(&credentials).await?;
    let page = ([(CONTENT_TYPE, "text/plain")], "you are out");
    let mut response = page.into_response();
    response.headers_mut().extend(ended.into_parts().0.headers);
    response.headers_mut().remove(LOCATION);
    Ok(response)
}

/// A server at `localhost`, whose cookies those at other ports share: to the browser it is the same one after a restart.
struct Server {
    origin: String,
    guard: JwtGuard,
    runtime: Runtime,
}

impl Server {
    fn start(guard: JwtGuard) -> Result<Self> {
        let runtime = Runtime::new()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        let app = Router::new()
            .route("/open", get(open))
            .route("/ignoring", get(ignoring))
            .route("/", get(forms))
            .route("/login", post(log_in))
            .route("/logout", post(log_out))
            .with_guard(guard.clone())
            .into_axum();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, app).await
        });
        Ok(Self { origin, guard, runtime })
    }

    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn text(&self, browser: &mut Browser, path: &str) -> Result<String> {
        browser.open(&self.page(path))?;
        browser.text()
    }

    fn click(&self, browser: &mut Browser, id: &str) -> Result<String> {
        browser.open(&self.page("/"))?;
        browser.click(id)?;
        browser.text()
    }
}

/// What a guard is made of.
struct Settings {
    key: SigningKey,
    store: MemoryStore,
    user_is_there: Arc<AtomicBool>,
}

impl Settings {
    fn new() -> Result<Self> {
        let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
        Ok(Self { key, store: MemoryStore::new(), user_is_there: Arc::new(AtomicBool::new(true)) })
    }

    fn serve(&self) -> Result<Server> {
        let there = Arc::clone(&self.user_is_there);
        let load = move |_: Claims| {
            let user = there.load(Ordering::SeqCst).then_some(());
            async move { Ok::<_, io::Error>(user) }
        };
        let guard = JwtGuard::builder()
            .signing_key(self.key.clone())
            .audience("dead_cookies")
            .cookies(CookieSettings::new())
            .token_store(self.store.clone())
            .allow_list()
            .load_user(load)
            .build()?;
        Server::start(guard)
    }
}

/// Makes the cookies of a browser that is logged in dead, and says where it goes from there.
type Kill = fn(Settings, Server) -> Result<(Settings, Server)>;

fn another_secret(settings: Settings, _: Server) -> Result<(Settings, Server)> {
    let settings = Settings { key: Settings::new()?.key, ..settings };
    let server = settings.serve()?;
    Ok((settings, server))
}

fn logout_on_another_device(settings: Settings, server: Server) -> Result<(Settings, Server)> {
    server.runtime.block_on(server.guard.logout_everywhere("ada"))?;
    Ok((settings, server))
}

fn a_restart_that_forgets_the_allow_list(settings: Settings, _: Server) -> Result<(Settings, Server)> {
    let settings = Settings { store: MemoryStore::new(), ..settings };
    let server = settings.serve()?;
    Ok((settings, server))
}

fn a_user_who_is_deleted(settings: Settings, server: Server) -> Result<(Settings, Server)> {
    settings.user_is_there.store(false, Ordering::SeqCst);
    Ok((settings, server))
}

/// Has a browser log in, kills its cookies, and does something.
fn with_dead_cookies(act: impl Fn(&mut Browser, &Settings, &Server) -> Result<()>) -> Result<()> {
    let kinds: [Kill; 4] = [
        another_secret,
        logout_on_another_device,
        a_restart_that_forgets_the_allow_list,
        a_user_who_is_deleted,
    ];
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    for kill in kinds {
        let settings = Settings::new()?;
        let server = settings.serve()?;
        assert!(server.click(&mut browser, "login")?.contains("you are in"));
        assert_eq!(server.text(&mut browser, "/open")?, "open to ada");
        let (settings, server) = kill(settings, server)?;
        act(&mut browser, &settings, &server)?;
    }
    Ok(())
}

#[test]
fn an_open_page_is_refused_once() -> Result<()> {
    with_dead_cookies(|browser, _, server| {
        assert!(server.text(browser, "/open")?.contains("the token is not valid"));
        assert_eq!(server.text(browser, "/open")?, "open to anonymous");
        Ok(())
    })
}

#[test]
fn a_page_that_ignores_credentials_is_open_at_once() -> Result<()> {
    with_dead_cookies(|browser, _, server| {
        assert_eq!(server.text(browser, "/ignoring")?, "open to every caller");
        Ok(())
    })
}

#[test]
fn a_login_works_at_the_first_try() -> Result<()> {
    with_dead_cookies(|browser, settings, server| {
        // Who was deleted signs up again.
        settings.user_is_there.store(true, Ordering::SeqCst);
        assert!(server.click(browser, "login")?.contains("you are in"));
        assert_eq!(server.text(browser, "/open")?, "open to ada");
        Ok(())
    })
}

#[test]
fn a_logout_works_at_the_first_try() -> Result<()> {
    with_dead_cookies(|browser, _, server| {
        assert_eq!(server.click(browser, "logout")?, "you are out");
        assert!(browser.cookies(&server.page("/"))?.is_empty());
        assert_eq!(server.text(browser, "/open")?, "open to anonymous");
        Ok(())
    })
}
