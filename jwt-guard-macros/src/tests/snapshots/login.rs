async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[
                ::jwt_guard::__private::Requirement::MaxAge(
                    ::jwt_guard::__private::Duration::from_secs(600u64),
                ),
                ::jwt_guard::__private::Requirement::Any(const {
                    &[
                        ::jwt_guard::__private::Requirement::Acr(const { &["gold"] }),
                        ::jwt_guard::__private::Requirement::All(const {
                            &[
                                ::jwt_guard::__private::Requirement::Acr(const {
                                    &[
                                        "silver",
                                        ::jwt_guard::__private::check_acr(
                                            ::jwt_guard::__private::text(levels::BRONZE),
                                        ),
                                    ]
                                }),
                            ]
                        }),
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
