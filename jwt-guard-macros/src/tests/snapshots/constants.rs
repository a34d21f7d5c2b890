async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[
                ::jwt_guard::__private::Requirement::Scope(
                    ::jwt_guard::__private::scope_name(
                        ::jwt_guard::__private::scope(scopes::READ).as_bytes(),
                    ),
                ),
                ::jwt_guard::__private::Requirement::Role(
                    ::jwt_guard::__private::role_name(
                        ::jwt_guard::__private::role(<Staff as Team>::ROLE).as_bytes(),
                    ),
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
