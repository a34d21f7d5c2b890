//! Claims as text, so that they can be wrong in every way.

use std::fmt;

use crate::{AUDIENCE, ISSUER, NOW};

/// The members of a JSON object, each value as JSON text.
///
/// ```
/// # use jwt_guard_tests::Payload;
/// let payload = Payload::good().with("exp", "1e308").with("sub", "");
/// ```
#[derive(Clone, Debug)]
pub struct Payload(Vec<(String, String)>);

impl Payload {
    /// Claims that every guard of the harness accepts.
    #[must_use]
    pub fn good() -> Self {
        Self(Vec::new())
            .with("iss", &format!("\"{ISSUER}\""))
            .with("aud", &format!("\"{AUDIENCE}\""))
            .with("sub", "\"alice\"")
            .with("iat", &(NOW - 5).to_string())
            .with("exp", &(NOW + 600).to_string())
    }

    /// Replaces or adds a member by JSON text; the empty text removes it.
    #[must_use]
    pub fn with(mut self, name: &str, json: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        if json.is_empty() { self } else { self.and(name, json) }
    }

    /// Adds a member, even if there is one of that name.
    #[must_use]
    pub fn and(mut self, name: &str, json: &str) -> Self {
        self.0.push((name.to_owned(), json.to_owned()));
        self
    }
}

/// The JSON text.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            write!(f, "{separator}\"{name}\":{value}")?;
        }
        f.write_str("}")
    }
}
