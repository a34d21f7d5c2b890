/// Updates an order.
#[must_use]
pub async fn update<'a, T: Order, const N: usize>(
    _: ::jwt_guard::__private::Guarded<__JwtGuardUpdate>,
    Path(id): Path<u64>,
    #[cfg(feature = "body")]
    mut body: Json<T>,
    extra: impl FromRequest<()>,
) -> Result<impl IntoResponse + 'a, Error>
where
    T: Send,
{
    #![allow(unused)]
    save(id, body).await?;
    Ok(StatusCode::OK)
}
pub const __JwtGuardUpdate: ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks = ::jwt_guard::__private::Rule::authenticated()
    .with_requirement(
        ::jwt_guard::__private::Requirement::All(const {
            &[
                ::jwt_guard::__private::Requirement::Scope("orders:write"),
                ::jwt_guard::__private::Requirement::Role(
                    ::jwt_guard::__private::role_name(
                        ::jwt_guard::__private::role(roles::CLERK).as_bytes(),
                    ),
                ),
            ]
        }),
    )
    .with_declaration(
        ::core::concat!(::core::module_path!(), "::update"),
        ::core::file!(),
        ::core::line!(),
    );
