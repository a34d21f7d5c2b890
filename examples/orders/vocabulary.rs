//! The words of policies: what each is for, and what each implies.

jwt_guard::scopes! {
    /// What the token of a customer allows.
    pub(crate) enum Scope {
        /// See one's own orders.
        Read = "orders:read",
        /// Cancel one's own orders.
        Write = "orders:write",
    }
}

jwt_guard::roles! {
    /// Who works in a shop.
    pub(crate) enum Role {
        /// Sees the orders of the shop.
        Clerk = "clerk",
        /// Gives money back.
        Manager = "manager" implies Clerk,
    }
}
