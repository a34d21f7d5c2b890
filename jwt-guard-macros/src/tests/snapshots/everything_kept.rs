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
#[doc(hidden)]
#[non_exhaustive]
pub struct __JwtGuardUpdate;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardUpdate {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::authenticated()
        .with_requirement(
            ::jwt_guard::__private::Requirement::All(const {
                &[
                    ::jwt_guard::__private::Requirement::Scope("orders:write"),
                    ::jwt_guard::__private::Requirement::Role(
                        ::jwt_guard::__private::check_name(roles::CLERK),
                    ),
                ]
            }),
        )
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::update"),
            ::core::file!(),
            ::core::line!(),
        );
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardUpdate as ::jwt_guard::__private::Policy>::RULE;
