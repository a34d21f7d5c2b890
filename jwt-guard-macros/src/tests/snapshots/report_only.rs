async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::refusing_as(
        ::jwt_guard::__private::Rule::authenticated()
            .with_requirement(
                ::jwt_guard::__private::Requirement::All(const {
                    &[
                        ::jwt_guard::__private::Requirement::Scope("orders:read"),
                        ::jwt_guard::__private::Requirement::Policy(
                            "rules::Shared",
                            const {
                                &<rules::Shared as ::jwt_guard::__private::Policy>::RULE
                                    .shared_requirement()
                            },
                        ),
                    ]
                }),
            )
            .with_deny_as(::jwt_guard::__private::DenyAs::NotFound)
            .report_only(),
        &<rules::Shared as ::jwt_guard::__private::Policy>::RULE,
    )
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    )
    .taking_nothing();
