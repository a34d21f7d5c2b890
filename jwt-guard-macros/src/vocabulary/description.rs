//! The description of a name: the first paragraph of its documentation.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The paragraph as one line; `None` without documentation, or if a macro makes it, such as `include_str!`.
pub(super) fn description(attributes: &[Attribute]) -> Option<String> {
    let parts = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(without_stars(&text.value())),
            _ => None,
        },
        _ => None,
    });
    let text = parts.collect::<Vec<_>>().join("\n");
    let lines =
        text.lines().map(str::trim).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    (!paragraph.is_empty()).then_some(paragraph)
}

/// The text of one comment. In a block, each line after the first may begin with a star.
fn without_stars(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let has_stars = rest.iter().map(|line| line.trim()).all(|line| line.is_empty() || line.starts_with('*'));
    let bare = |line: &&str| match line.trim_start().strip_prefix('*') {
        Some(bare) if has_stars => bare.to_owned(),
        _ => (*line).to_owned(),
    };
    std::iter::once(first.to_owned()).chain(rest.iter().map(bare)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse::Parser as _;

    #[test]
    fn the_first_paragraph_of_any_form_is_one_line_without_stars() {
        for (written, found) in [
            ("/// See\n/// orders.\n///\n/// At length.", Some("See orders.")),
            ("/** See orders. */", Some("See orders.")),
            ("/**\n * See\n * orders.\n *\n * At length.\n */", Some("See orders.")),
            ("/** See\n    orders. */", Some("See orders.")),
            ("/** See\n    * orders and\n    **all** */", Some("See orders and *all**")),
            ("/// * See orders.", Some("* See orders.")),
            ("#[doc = \"See orders.\"]", Some("See orders.")),
            ("#[doc = include_str!(\"x.md\")]", None),
            ("#[doc(hidden)]", None),
            ("///", None),
        ] {
            let attributes = Attribute::parse_outer.parse_str(written).unwrap();
            assert_eq!(description(&attributes).as_deref(), found, "{written}");
        }
    }
}
