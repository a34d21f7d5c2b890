#[allow(clippy::too_many_arguments, reason = "the access policy is not one of them")]
async fn list(
    _: ::jwt_guard::__private::Guarded<__JwtGuardList>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    );
