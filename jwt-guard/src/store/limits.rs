//! How much a store remembers.

/// How much a store remembers, in all and of one subject. Logins, issued tokens and revocations have budgets of their own:
/// logins that fill a store leave it room for every revocation.
///
/// A budget that is full refuses more, and forgets nothing. What one subject has beyond its own limit does not come that
/// far:
///
/// - of its **logins** the one that was refreshed least recently ends, as if it were revoked;
/// - of its **issued tokens**, where those are [remembered](crate::Builder::allow_list), the one that ends first is refused
///   from then on;
/// - its **revocations** are replaced by one that ends everything the subject has, its living logins too.
///
/// Each of the three is a `WARN` in the log. No subject may have more than a tenth of a budget, whatever the limit says.
///
/// ```
/// use jwt_guard::store::{MemoryStore, StoreLimits};
///
/// // A store of 50,000 logins, of which one subject has at most 20.
/// let limits = StoreLimits::new().logins(50_000).logins_of_one(20);
/// let store = MemoryStore::with_limits(limits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct StoreLimits {
    pub(super) logins: usize,
    pub(super) issued: usize,
    pub(super) revocations: usize,
    logins_of_one: usize,
    issued_of_one: usize,
    revocations_of_one: usize,
}

impl StoreLimits {
    /// A million of each, and of one subject 1,000 logins, 10,000 issued tokens and 1,000 revocations.
    pub fn new() -> Self {
        Self {
            logins: 1_000_000,
            issued: 1_000_000,
            revocations: 1_000_000,
            logins_of_one: 1_000,
            issued_of_one: 10_000,
            revocations_of_one: 1_000,
        }
    }

    /// So many living logins, so many issued tokens and so many revocations.
    pub fn each(entries: usize) -> Self {
        Self { logins: entries, issued: entries, revocations: entries, ..Self::new() }
    }

    /// How many logins live at the same time. A million by default. A store on a server leaves this to the server's own
    /// `maxmemory`, and the next two as well.
    pub fn logins(self, logins: usize) -> Self {
        Self { logins, ..self }
    }

    /// How many issued tokens are remembered, for guards that accept no others. A million by default.
    pub fn issued(self, issued: usize) -> Self {
        Self { issued, ..self }
    }

    /// How many revoked tokens, logins and subjects are remembered. A million by default.
    pub fn revocations(self, revocations: usize) -> Self {
        Self { revocations, ..self }
    }

    /// How many logins of one subject live at the same time. 1,000 by default: more than anybody has devices, and few
    /// enough that no account holder fills a store.
    pub fn logins_of_one(self, logins: usize) -> Self {
        Self { logins_of_one: logins, ..self }
    }

    /// How many issued tokens of one subject are remembered. 10,000 by default: each refresh issues one that lives for
    /// minutes.
    pub fn issued_of_one(self, issued: usize) -> Self {
        Self { issued_of_one: issued, ..self }
    }

    /// How many revoked tokens and logins of one subject are remembered one by one. 1,000 by default.
    pub fn revocations_of_one(self, revocations: usize) -> Self {
        Self { revocations_of_one: revocations, ..self }
    }

    pub(super) fn most_logins(&self) -> usize {
        share(self.logins_of_one, self.logins)
    }

    pub(super) fn most_issued(&self) -> usize {
        share(self.issued_of_one, self.issued)
    }

    pub(super) fn most_revocations(&self) -> usize {
        share(self.revocations_of_one, self.revocations)
    }
}

/// What one subject may have of a budget.
fn share(limit: usize, budget: usize) -> usize {
    limit.min(budget / 10).max(1)
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self::new()
    }
}

/// A login ended because its subject has too many.
pub(super) fn warn_of_logins(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_logins(),
        "a subject has more logins than one may have; the one that was refreshed least recently ends"
    );
}

/// An issued token ended because its subject has too many.
pub(super) fn warn_of_issued(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_issued(),
        "a subject has more issued tokens than the store remembers of one; the one that ends first is refused from now on"
    );
}

/// All that a subject has ended because its revocations are too many.
pub(super) fn warn_of_revocations(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_revocations(),
        "a subject has more revocations than the store remembers of one; all its logins and tokens end"
    );
}
