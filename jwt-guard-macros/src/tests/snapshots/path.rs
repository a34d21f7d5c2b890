async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[
                ::jwt_guard::__private::Requirement::Any(const {
                    &[
                        ::jwt_guard::__private::Requirement::Owner("user_id"),
                        ::jwt_guard::__private::Requirement::PathClaim(
                            "tenant",
                            &["org", "id"],
                        ),
                    ]
                }),
            ]
        }),
    )
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    )
    .taking_nothing();
