//! Parses the signature of the handler, and keeps its body as it is.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Visibility};

use crate::model::Handler;

/// The item that was found instead of a function.
#[derive(Debug)]
pub(crate) struct NotAHandler {
    pub(crate) span: Span,
    pub(crate) found: String,
}

/// Parses a function with any body: half-typed code must not remove the policy.
pub(crate) fn handler(item: TokenStream) -> Result<Handler, NotAHandler> {
    let read = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let signature = input.fork().parse::<Signature>();
        let after_visibility = input.cursor().token_stream();
        let found = match signature {
            Ok(_) => Ok(Handler { attributes, visibility, signature: input.parse()?, body: input.parse()? }),
            Err(error) => {
                input.parse::<TokenStream>()?;
                Err(not_a_handler(after_visibility, &error))
            }
        };
        Ok(found)
    };
    read.parse2(item)
        .unwrap_or_else(|error| Err(NotAHandler { span: error.span(), found: error.to_string() }))
}

/// Names the kind of item by its keyword.
fn not_a_handler(item: TokenStream, error: &syn::Error) -> NotAHandler {
    let keyword = item.into_iter().find_map(|token| {
        let TokenTree::Ident(ident) = token else {
            return None;
        };
        let found = match ident.to_string().as_str() {
            "const" => "a constant",
            "enum" => "an enum",
            "extern" => "an `extern` item",
            "fn" => "a function whose signature cannot be read",
            "impl" => "an `impl` block",
            "let" => "a statement",
            "macro_rules" => "a macro",
            "mod" => "a module",
            "static" => "a static",
            "struct" => "a struct",
            "trait" => "a trait",
            "type" => "a type alias",
            "union" => "a union",
            "use" => "an import",
            _ => return None,
        };
        Some(NotAHandler { span: ident.span(), found: found.to_owned() })
    });
    keyword.unwrap_or_else(|| NotAHandler { span: error.span(), found: "something else".to_owned() })
}
