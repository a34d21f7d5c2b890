async fn r#type(_: ::jwt_guard::__private::Guarded<__JwtGuardType>) {}
const __JwtGuardType: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::type"),
        ::core::file!(),
        ::core::line!(),
    )
    .taking_nothing();
