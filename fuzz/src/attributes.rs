//! The arguments of the attributes: whatever they are, the handler stays, behind a guard; after a mistake its policy is that of
//! the attribute without arguments.
//!
//! The first line is the arguments, and the rest the item; without one, it is a handler.

use jwt_guard_fuzz_macros as macros;
use macros::Expanded;
use proc_macro2::TokenStream;

const HANDLER: &str = "pub async fn list(a: A) -> B { let x = 1; }";
const BODY: &str = "{ let x = 1; }";

/// An attribute, and what its policy begins with.
type Attribute = (fn(TokenStream, TokenStream) -> Expanded, &'static str);

const ATTRIBUTES: [Attribute; 3] = [
    (macros::requires, "Rule::authenticated()"),
    (macros::authentication_required, "Rule::authenticated()"),
    (macros::anonymous_allowed, "Rule::anonymous()"),
];

/// Parsers call themselves for what is nested. The stack is enough for the deepest input of this length.
const LONGEST: usize = 4096;
const STACK: usize = 1 << 28;

pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > LONGEST {
        return;
    }
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, || expand(text)).expect("a thread").join()
    });
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn expand(text: &str) {
    let (arguments, item) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(arguments) = arguments.parse::<TokenStream>() else { return };
    if item.trim().is_empty() {
        ATTRIBUTES.iter().for_each(|attribute| on_handler(attribute, &arguments));
    } else if let Ok(item) = item.parse::<TokenStream>() {
        ATTRIBUTES.iter().for_each(|(expand, _)| on_item(*expand, &arguments, &item));
        on_item(macros::check, &arguments, &item);
    }
}

fn on_handler((expand, rule): &Attribute, arguments: &TokenStream) {
    let handler = HANDLER.parse().expect("a handler");
    let (tokens, errors) = expand(arguments.clone(), handler);
    let text = packed(&tokens);
    assert!(text.contains(&packed(&BODY.parse().expect("a body"))), "{text}");
    assert_eq!(text.matches("Guarded<__JwtGuardList").count(), 1, "{text}");
    assert_eq!(
        text.matches("Rule::authenticated()").count() + text.matches("Rule::anonymous()").count(),
        1,
        "{text}"
    );
    // Only `policy = ..` names other rules, and their names are not ours.
    assert!(text.contains(rule), "{text}");
    let is_bare = [
        "with_requirement",
        "expired_is_anonymous",
        "credentials_ignored",
        "with_token",
        "report_only",
        "with_checks",
    ];
    for error in &errors {
        assert!(!error.to_string().is_empty());
    }
    if !errors.is_empty() {
        for setter in is_bare {
            assert!(!text.contains(&format!(".{setter}(")), "half a policy: {text}");
        }
    }
    syn::parse2::<syn::File>(tokens).unwrap_or_else(|error| panic!("{error}: {text}"));
}

fn on_item(expand: fn(TokenStream, TokenStream) -> Expanded, arguments: &TokenStream, item: &TokenStream) {
    let (tokens, errors) = expand(arguments.clone(), item.clone());
    let (all, own) = (packed(&tokens), packed(item));
    let guards = |text: &str| text.matches("__private::Guarded<").count() + text.matches("SomeCheck").count();
    // Either a function with what was added, or the item as it was, and why.
    assert!(all == own && !errors.is_empty() || guards(&all) > guards(&own), "{all}");
    assert!(all.len() >= own.len(), "{all}");
}

/// The tokens without white space, which their texts do not keep.
fn packed(tokens: &TokenStream) -> String {
    tokens.to_string().split_whitespace().collect()
}
