//! The operations on a document of any library.

use std::collections::BTreeSet;

use super::answers::DocumentedAnswer;
use super::schemes::Scheme;
use super::security::SchemeScopes;
use crate::router::document::Operation;

/// Method and path of an operation in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub path: String,
    /// In capital letters.
    pub method: &'static str,
}

/// The methods that an OpenAPI 3.1 document has operations for.
pub(crate) const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// The field of a path item for one of [`METHODS`], borrowed as the last argument says. The libraries have different
/// types of path items with the same fields.
macro_rules! field_of_method {
    ($item:expr, $method:expr, $($borrow:tt)+) => {
        match $method {
            "GET" => $($borrow)+ $item.get,
            "PUT" => $($borrow)+ $item.put,
            "POST" => $($borrow)+ $item.post,
            "DELETE" => $($borrow)+ $item.delete,
            "OPTIONS" => $($borrow)+ $item.options,
            "HEAD" => $($borrow)+ $item.head,
            "PATCH" => $($borrow)+ $item.patch,
            _ => $($borrow)+ $item.trace,
        }
    };
}
pub(crate) use field_of_method;

/// A document of a library. Implementations write and decide nothing.
pub trait Write {
    /// An operation object.
    type Operation: WriteOperation;

    /// Whether an operation can have `security: []`. If not, it omits `security`.
    const SAYS_EMPTY: bool;

    /// Every operation of the document.
    fn everywhere(&self) -> Vec<At>;

    /// The operation at this place.
    fn operation(&mut self, at: &At) -> Option<&mut Self::Operation>;

    /// Adds an operation of a router, with its schemas. `false` if another library made it.
    fn add(&mut self, at: &At, operation: &Operation) -> bool;

    /// Removes an operation.
    fn remove(&mut self, at: &At);

    /// Defines a security scheme. `false` if another one has its name.
    fn define(&mut self, scheme: &Scheme) -> bool;

    /// The names of all security schemes.
    fn defined(&self) -> BTreeSet<String>;

    /// The document-wide `security`.
    fn security(&self) -> Vec<SchemeScopes>;

    /// Repairs what the library leaves invalid, and adds what it keeps elsewhere.
    fn finish(&mut self);
}

/// An operation of a library.
pub trait WriteOperation {
    /// Its `security`, if it has any.
    fn security(&self) -> Option<Vec<SchemeScopes>>;

    /// Replaces its `security`.
    fn secure(&mut self, requirements: &[SchemeScopes]);

    /// Adds a response; if the application has described that status, only the header.
    fn answer(&mut self, answer: &DocumentedAnswer);

    /// Adds a paragraph to the description, unless it is there already.
    fn describe(&mut self, note: &str);

    /// Whether it has a policy of this crate.
    fn has_policy(&self) -> bool;

    /// Writes the policy to `x-access-policy`.
    fn name_policy(&mut self, policy: &str);
}

/// The field of an operation for the policy.
pub(crate) const POLICY: &str = "x-access-policy";

/// A description with one more paragraph.
pub(crate) fn with_paragraph(description: Option<&str>, note: &str) -> String {
    match description.filter(|text| !text.is_empty()) {
        Some(text) if text.contains(note) => text.to_owned(),
        Some(text) => format!("{text}\n\n{note}"),
        None => note.to_owned(),
    }
}

/// The path of a route in the form of OpenAPI: a wildcard is an ordinary parameter.
pub(crate) fn documented_path(route: &str) -> String {
    route.replace("{*", "{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_added_once_and_below_what_is_there() {
        for (before, after) in [
            (None, "Access: `a`"),
            (Some(""), "Access: `a`"),
            (Some("All orders."), "All orders.\n\nAccess: `a`"),
            (Some("All orders.\n\nAccess: `a`"), "All orders.\n\nAccess: `a`"),
        ] {
            assert_eq!(with_paragraph(before, "Access: `a`"), after, "{before:?}");
        }
    }

    #[test]
    fn a_wildcard_is_documented_as_a_parameter() {
        assert_eq!(documented_path("/files/{kind}/{*rest}"), "/files/{kind}/{rest}");
    }
}
