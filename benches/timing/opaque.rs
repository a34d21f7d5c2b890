//! Values that are compared or looked up as they are: the value against cross-site requests, and the ids of sessions.

use std::sync::Arc;

use axum::response::Response;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::{Request, StatusCode};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginError;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, JwtGuard, Router, SigningKey, anonymous_allowed, authentication_required, routing,
};
use jwt_guard_benches::{AUDIENCE, App, ISSUER};
use tower_service::Service as _;

use crate::pair::{CALLERS, Expected, Guess, Make, Pair, random};

#[anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").cookies().respond().await
}

#[authentication_required]
async fn change() -> &'static str {
    "changed"
}

/// The cookies and the value of one login.
struct Login {
    cookies: String,
    csrf: String,
}

/// A guess at the value that a request repeats beside its cookie.
pub(crate) async fn csrf_values() -> Vec<Pair> {
    let key = SigningKey::secret(Algorithm::Hs256, random::<32>()).expect("a strong secret");
    let guard = JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE);
    let guard = guard.token_store(MemoryStore::new()).cookies(CookieSettings::new());
    let guard = guard.build().expect("a good configuration");
    let mut app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/change", routing::post(change))
        .with_guard(guard);
    let mut logins = Vec::new();
    for _ in 0..CALLERS {
        logins.push(Login::new(&mut app).await);
    }
    let logins: Arc<[Login]> = logins.into();
    let guesses = |guess: Guess| -> Make {
        let logins = Arc::clone(&logins);
        Box::new(move |caller| logins[caller].request(&guess.at(caller, |caller| &logins[caller].csrf)))
    };
    let pair = |near, guess| {
        let logins = Arc::clone(&logins);
        Pair {
            name: "CSRF value",
            classes: [near, "a random one"],
            app: app.clone().into(),
            requests: [guesses(guess), guesses(Guess::Random)],
            status: StatusCode::FORBIDDEN,
            good: Box::new(move |caller| logins[caller].request(&logins[caller].csrf)),
            expected: Expected::Alike,
        }
    };
    vec![
        pair("all but the first byte", Guess::AllBut(0)),
        pair("all but the last byte", Guess::AllBut(15)),
        pair("that of another login", Guess::OfAnother),
    ]
}

impl Login {
    async fn new(app: &mut Router) -> Self {
        let request = Request::post("/login").header(HOST, "api.example").body(axum::body::Body::empty());
        let answer = match app.call(request.expect("a request")).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        assert!(answer.status().is_success(), "a login is {}", answer.status());
        let cookies: Vec<_> = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok()?.split(';').next())
            .collect();
        let csrf = cookies.iter().find_map(|pair| pair.split_once("csrf_access_token="));
        let (_, csrf) = csrf.expect("a value to repeat");
        Self { csrf: csrf.to_owned(), cookies: cookies.join("; ") }
    }

    fn request(&self, csrf: &str) -> Request<()> {
        let request = Request::post("/change").header(HOST, "api.example").header(COOKIE, &self.cookies);
        request.header("x-csrf-token", csrf).body(()).expect("a request")
    }
}

/// A guess at the id of a session; and an id whose session has ended.
pub(crate) async fn session_ids() -> Vec<Pair> {
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).header(SESSION_HEADER).build().expect("good settings");
    let mut living = Vec::new();
    let mut ended = Vec::new();
    for _ in 0..CALLERS {
        for ids in [&mut living, &mut ended] {
            let id = sessions.create(NewSession::new("ada")).await.expect("a session");
            ids.push(id.as_str().to_owned());
        }
    }
    for id in &ended {
        sessions.delete(id).await.expect("the end of a session");
    }
    let (living, ended): (Arc<[String]>, Arc<[String]>) = (living.into(), ended.into());
    let cookie = sessions.cookie_name().to_owned();
    let guard = JwtGuard::builder().sessions(sessions).build().expect("a good configuration");
    let app: App = Router::new().route("/change", routing::get(change)).with_guard(guard).into();

    let request = move |place: Place, id: &str| {
        let request = Request::get("/change");
        let request = match place {
            Place::Cookie => request.header(COOKIE, format!("{cookie}={id}")),
            Place::Header => request.header(SESSION_HEADER, id),
        };
        request.body(()).expect("a request")
    };
    let made = |place: Place, ids: &Arc<[String]>, guess: Option<Guess>| -> Make {
        let (request, ids) = (request.clone(), Arc::clone(ids));
        Box::new(move |caller| match guess {
            Some(guess) => request(place, &guess.at(caller, |caller| &ids[caller])),
            None => request(place, &ids[caller]),
        })
    };
    let pair = |name, place, near, first| Pair {
        name,
        classes: [near, "a random one"],
        app: app.clone(),
        requests: [first, made(place, &living, Some(Guess::Random))],
        status: StatusCode::UNAUTHORIZED,
        good: made(place, &living, None),
        expected: Expected::Alike,
    };
    let near = |place, at| made(place, &living, Some(Guess::AllBut(at)));
    let (first, last) = ("all but the first byte", "all but the last byte");
    let (in_cookie, in_header) = ("session id in a cookie", "session id in a header");
    vec![
        pair(in_cookie, Place::Cookie, first, near(Place::Cookie, 0)),
        pair(in_cookie, Place::Cookie, last, near(Place::Cookie, 31)),
        pair(in_header, Place::Header, first, near(Place::Header, 0)),
        pair(in_header, Place::Header, last, near(Place::Header, 31)),
        Pair {
            expected: Expected::Open,
            ..pair(in_cookie, Place::Cookie, "one that has ended", made(Place::Cookie, &ended, None))
        },
    ]
}

#[derive(Clone, Copy)]
enum Place {
    Cookie,
    Header,
}

const SESSION_HEADER: &str = "x-session-id";
