//! The cookie is as strict as browsers allow.

use super::*;
use crate::cookies::SameSite;
use crate::session::SessionCookie;

fn cookies(change: impl FnOnce(SessionCookie) -> SessionCookie) -> (String, String, String) {
    let sessions = Sessions::builder(Shelf::new()).cookie(change(SessionCookie::new())).build().unwrap();
    let id = SessionId::draw().unwrap();
    let set = sessions.set_cookie(&id);
    assert!(set.is_sensitive());
    let set = set.to_str().unwrap().replace(id.as_str(), "<id>");
    (sessions.cookie_name().to_owned(), set, sessions.clear_cookie().to_str().unwrap().to_owned())
}

#[test]
fn the_default_is_strict() {
    let (name, set, clear) = cookies(|cookie| cookie);
    assert_eq!(name, "__Host-session");
    assert_eq!(set, "__Host-session=<id>; HttpOnly; SameSite=Lax; Secure; Path=/");
    assert_eq!(
        clear,
        "__Host-session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    );
}

#[test]
fn settings_are_written() {
    let (name, set, _) = cookies(|cookie| {
        cookie.name("shop").same_site(SameSite::Strict).max_age(Duration::from_millis(90_500))
    });
    assert_eq!(name, "shop");
    assert_eq!(set, "shop=<id>; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=90");
}

#[test]
fn plain_http_has_neither_secure_nor_the_prefix_that_needs_it() {
    for name in ["__Host-session", "__Secure-session", "__hOsT-session", "session"] {
        for cookie in [
            SessionCookie::new().name(name).for_plain_http_development(),
            SessionCookie::new().for_plain_http_development().name(name),
        ] {
            let (name, set, clear) = cookies(|_| cookie);
            assert_eq!(name, "session");
            assert_eq!(set, "session=<id>; HttpOnly; SameSite=Lax; Path=/");
            assert!(clear.starts_with("session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0;"), "{clear}");
        }
    }
}

#[test]
fn a_session_that_every_site_could_use_is_refused() {
    let cookie = SessionCookie::new().same_site(SameSite::None);
    let error = Sessions::builder(Shelf::new()).cookie(cookie).build().unwrap_err();
    assert!(error.to_string().contains("SameSite=None"), "{error}");
}
