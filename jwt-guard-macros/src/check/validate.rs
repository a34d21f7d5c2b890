//! The rules for the function below `#[check]`.

use proc_macro2::Ident;
use quote::quote;
use syn::{FnArg, ReturnType, Type};

use crate::errors::ErrorSink;
use crate::model::Handler;
use crate::validate::{display_path, last_segment};

/// What the expansion needs of a legal function.
pub(super) struct Function<'a> {
    pub(super) inputs: Vec<&'a Type>,
    pub(super) answer: &'a Type,
}

/// Extractors of axum that read the body.
const OF_BODY: [&str; 9] =
    ["Body", "Bytes", "Form", "Json", "Multipart", "Protobuf", "RawForm", "Request", "String"];

/// The function if it can be a check, or a report of everything that speaks against it.
pub(super) fn function<'a>(handler: &'a Handler, errors: &mut ErrorSink) -> Option<Function<'a>> {
    let mut found = ErrorSink::new();
    let signature = &handler.signature;
    let name = &signature.ident;
    if let Some(receiver) = signature.receiver() {
        found.push(receiver, format!("a check takes no `self`; {}", legal_form(name)));
    }
    if signature.asyncness.is_none() {
        found.push(signature.fn_token, format!("a check is `async`; {}", legal_form(name)));
    }
    let (constness, safety, abi) = (&signature.constness, &signature.safety, &signature.abi);
    let surplus = quote!(#constness #safety #abi);
    if !surplus.is_empty() {
        found.push(surplus, format!("a check is a plain `async` function; {}", legal_form(name)));
    }
    if let Some(parameter) = signature.generics.params.first() {
        found.push(
            parameter,
            format!(
                "a check has no generic parameters, because its policy names it without; {}",
                legal_form(name)
            ),
        );
    }
    if handler.body.clone().into_iter().next().is_some_and(|token| token.to_string() == ";") {
        found.push(name, format!("a check has a body; {}", legal_form(name)));
    }
    let answer = match &signature.output {
        ReturnType::Type(_, answer) => Some(&**answer),
        ReturnType::Default => {
            found.push(name, format!("a check answers `bool` or `Result<bool, E>`; {}", legal_form(name)));
            None
        }
    };
    let inputs: Vec<_> = signature.inputs.iter().filter_map(|input| parameter(input, &mut found)).collect();
    let legal = found.is_empty();
    errors.append(found);
    answer.filter(|_| legal).map(|answer| Function { inputs, answer })
}

/// The type of a parameter.
fn parameter<'a>(input: &'a FnArg, errors: &mut ErrorSink) -> Option<&'a Type> {
    let FnArg::Typed(input) = input else { return None };
    let ty = &*input.ty;
    if let Some(attribute) = input.attrs.first() {
        errors.push(
            attribute,
            "a parameter of a check has no attributes; write `#[cfg(..)]` above the whole function",
        );
    } else if let Type::ImplTrait(_) = ty {
        errors.push(ty, "a check takes extractors by their type, such as `State<Db>`, not by `impl`");
    } else if let Some(reader) =
        last_segment(ty).filter(|segment| OF_BODY.iter().any(|name| segment.ident == name))
    {
        let reader = display_path(reader);
        errors.push(
            ty,
            format!(
                "a check cannot take `{reader}`: it runs before the body is read, which belongs to the \
                 handler; take what the path, the query, the headers and the state have, or refuse in the \
                 handler by `JwtGuard::forbid`"
            ),
        );
    } else {
        return Some(ty);
    }
    None
}

fn legal_form(name: &Ident) -> String {
    format!("write a free function `#[jwt_guard::check] async fn {name}(..) -> bool {{ .. }}`")
}
