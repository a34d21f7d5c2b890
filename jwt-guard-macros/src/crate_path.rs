//! The path to the runtime crate: `::jwt_guard`, or the value of `crate = path`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Path;

use crate::errors::ErrorSink;

/// An absolute path to the runtime crate.
#[derive(Debug, Default)]
pub(crate) enum CratePath {
    #[default]
    Default,
    Explicit(Path),
}

impl CratePath {
    /// Takes an absolute path; a relative one is refused with its correction, because the expansion may be in another
    /// module than the one the path was written for.
    pub(crate) fn validate(path: Path, errors: &mut ErrorSink) -> Option<Self> {
        let first = path.segments.first()?.ident.to_string();
        if path.leading_colon.is_some() || matches!(first.as_str(), "crate" | "$crate") {
            return Some(Self::Explicit(path));
        }
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let message = match first.as_str() {
            "self" | "super" => {
                let rest: Vec<_> = segments
                    .iter()
                    .filter(|name| !matches!(name.as_str(), "self" | "super"))
                    .cloned()
                    .collect();
                let rest = if rest.is_empty() { "path::to::jwt_guard".to_owned() } else { rest.join("::") };
                format!("the path to the crate must not be relative; start it at the root: `crate::{rest}`")
            }
            _ => {
                let path = segments.join("::");
                format!(
                    "the path to the crate must be absolute; write `::{path}` for a dependency, or \
                     `crate::{path}` for a module of this crate"
                )
            }
        };
        errors.push(path, message);
        None
    }

    /// The module that expansions use.
    ///
    /// ```text
    /// ::jwt_guard::__private
    /// ```
    pub(crate) fn private(&self) -> TokenStream {
        self.private_at(Span::mixed_site())
    }

    /// The same module, with a span that the compiler underlines when the item behind it is wrong.
    pub(crate) fn private_at(&self, place: Span) -> TokenStream {
        match self {
            Self::Default => quote_spanned!(place=> ::jwt_guard::__private),
            Self::Explicit(path) => quote_spanned!(place=> #path::__private),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validate(path: &str) -> Result<String, String> {
        let mut errors = ErrorSink::new();
        let path = syn::parse_str(path).map_err(|error| error.to_string());
        let found = path.map(|path| CratePath::validate(path, &mut errors));
        match (found?, errors.finish().first()) {
            (Some(path), None) => Ok(path.private().to_string()),
            (_, Some(error)) => Err(error.to_string()),
            (None, None) => Err("a mistake without a message".to_owned()),
        }
    }

    #[test]
    fn absolute_paths_are_taken() {
        assert_eq!(validate("::renamed"), Ok(":: renamed :: __private".to_owned()));
        assert_eq!(validate("crate::inner::guard"), Ok("crate :: inner :: guard :: __private".to_owned()));
    }

    #[test]
    fn relative_paths_are_corrected() {
        for (path, correction) in [
            ("renamed", "`::renamed`"),
            ("inner::guard", "`crate::inner::guard`"),
            ("self::guard", "`crate::guard`"),
            ("super::super::guard", "`crate::guard`"),
            ("super", "`crate::path::to::jwt_guard`"),
        ] {
            let message = validate(path);
            assert!(message.as_ref().is_err_and(|text| text.contains(correction)), "{path}: {message:?}");
        }
    }
}
