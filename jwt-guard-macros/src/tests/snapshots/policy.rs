async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::refusing_as(
        ::jwt_guard::__private::Rule::refusing_as(
            ::jwt_guard::__private::Rule::authenticated()
                .with_requirement(
                    ::jwt_guard::__private::Requirement::All(const {
                        &[
                            ::jwt_guard::__private::Requirement::Policy(
                                "rules::CanBook",
                                const {
                                    &<rules::CanBook as ::jwt_guard::__private::Policy>::RULE
                                        .shared_requirement()
                                },
                            ),
                            ::jwt_guard::__private::Requirement::Not(const {
                                &::jwt_guard::__private::Requirement::Policy(
                                    "Of<Guest, 2>",
                                    const {
                                        &<Of<Guest, 2> as ::jwt_guard::__private::Policy>::RULE
                                            .shared_requirement()
                                    },
                                )
                            }),
                        ]
                    }),
                ),
            &<rules::CanBook as ::jwt_guard::__private::Policy>::RULE,
        ),
        &<Of<Guest, 2> as ::jwt_guard::__private::Policy>::RULE,
    )
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    )
    .taking_nothing();
