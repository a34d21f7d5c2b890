//! The page to go back to after a login: a browser takes it as a page of this origin, also after a proxy has resolved escapes.

use jwt_guard::respond::WayBack;
use url::Url;

pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(page) = WayBack::new(text) else { return };
    assert_eq!(page.as_str(), text);
    assert_eq!(WayBack::new(page.as_str()), Some(page.clone()));
    let json = serde_json::Value::from(text);
    assert_eq!(serde_json::from_value::<WayBack>(json).expect("it never fails"), page);
    let base = Url::parse("https://app.example/login").expect("a URL");
    let mut seen = text.to_owned();
    // A proxy may resolve escapes more than once.
    for _ in 0..3 {
        let target =
            base.join(&seen).unwrap_or_else(|error| panic!("a browser cannot read {seen:?}: {error}"));
        assert_eq!(target.origin(), base.origin(), "{seen:?}");
        assert_eq!((target.username(), target.password()), ("", None));
        let (path, rest) = seen.split_at(seen.find(['?', '#']).unwrap_or(seen.len()));
        let Some(resolved) = resolved(path) else { return };
        seen = format!("{resolved}{rest}");
    }
}

/// The path with its escapes resolved; `None` if it is not text any more.
fn resolved(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.filter(|_| byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        // `from_str_radix` takes a sign.
        let escaped = escaped.filter(|_| bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit));
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).ok()
}
