async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[
                ::jwt_guard::__private::Requirement::Claim(
                    &["tenant"],
                    ::jwt_guard::__private::ClaimValue::Text("acme"),
                ),
                ::jwt_guard::__private::Requirement::Claim(
                    &["realm", "level"],
                    ::jwt_guard::__private::ClaimValue::Integer(-3i64),
                ),
                ::jwt_guard::__private::Requirement::Claim(
                    &["verified"],
                    ::jwt_guard::__private::ClaimValue::Bool(true),
                ),
                ::jwt_guard::__private::Requirement::Claim(
                    &["n"],
                    ::jwt_guard::__private::ClaimValue::Integer(16i64),
                ),
            ]
        }),
    )
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    )
    .taking_nothing();
