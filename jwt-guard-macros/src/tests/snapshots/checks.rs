async fn list(
    _: ::jwt_guard::__private::Guarded<__JwtGuardList, (owns, (rules::is_open, c))>,
) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[::jwt_guard::__private::Requirement::Scope("a")]
        }),
    )
    .with_checks(&["owns", "rules::is_open", "c"])
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    );
