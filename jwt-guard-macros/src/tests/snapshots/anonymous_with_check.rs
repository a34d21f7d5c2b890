async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList, owns>) {}
const __JwtGuardList: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::anonymous()
    .with_checks(&["owns"])
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::list"),
        ::core::file!(),
        ::core::line!(),
    );
