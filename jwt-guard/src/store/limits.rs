//! Limits of a store.

/// The limits of a store, in total and for each subject. Logins, issued tokens and revocations have separate budgets,
/// so that a store full of logins still has room for every revocation.
///
/// A full budget refuses new entries, and forgets none. What ends a living login is never refused, nor is the access
/// token that a refresh [ends](crate::setup::Builder::refresh_ends_access): these tokens have as much room again. A full budget of
/// revocations refuses none of a subject that has one already: it replaces both, as beyond the limit of the subject.
///
/// The limits of a subject apply first; of a machine, they are those of its client. Beyond them,
///
/// - the **login** that was refreshed least recently ends, as if it were revoked;
/// - the **issued token** that ends first (if they are [remembered](crate::setup::Builder::allow_list)) is refused from then
///   on;
/// - one **revocation** of everything that the subject has, its living logins too, replaces its revocations. Those of sessions
///   of another issuer stay; one more of these counts for the tokens that the session has by then.
///
/// Logins after that are good at once. A token that belongs to no login of this store, of a machine or of another issuer, is
/// good again if its `iat` is five minutes later: the store does not know when the replaced ones were issued, and a guard may
/// accept an `iat` that is so far ahead.
///
/// Guards that share a store must read the subject of an issuer from the same claim: a revocation that replaces those of a subject
/// counts only where the tokens are of that subject.
///
/// Each of them is a `WARN` in the log. Whatever its limit, a subject has at most a tenth of a budget, and at least one
/// entry.
///
/// ```
/// use jwt_guard::store::{MemoryStore, StoreLimits};
///
/// // A store of 50,000 logins, of which one subject has at most 20.
/// let limits = StoreLimits::new().logins(50_000).logins_per_subject(20);
/// let store = MemoryStore::with_limits(limits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct StoreLimits {
    pub(super) logins: usize,
    pub(super) issued: usize,
    pub(super) revocations: usize,
    logins_per_subject: usize,
    issued_per_subject: usize,
    revocations_per_subject: usize,
}

impl StoreLimits {
    /// The defaults: a million of each, and for each subject 1,000 logins, 10,000 issued tokens and 1,000 revocations.
    pub fn new() -> Self {
        Self {
            logins: 1_000_000,
            issued: 1_000_000,
            revocations: 1_000_000,
            logins_per_subject: 1_000,
            issued_per_subject: 10_000,
            revocations_per_subject: 1_000,
        }
    }

    /// Sets the budgets of living logins, issued tokens and revocations to one number.
    pub fn each(entries: usize) -> Self {
        Self { logins: entries, issued: entries, revocations: entries, ..Self::new() }
    }

    /// The number of logins that live at the same time. A million by default. For a store on a server, the server's
    /// `maxmemory` limits this and the next two.
    pub fn logins(self, logins: usize) -> Self {
        Self { logins, ..self }
    }

    /// The number of remembered issued tokens, for guards that accept no others. A million by default.
    pub fn issued(self, issued: usize) -> Self {
        Self { issued, ..self }
    }

    /// The number of remembered revocations (of tokens, logins and subjects). A million by default.
    pub fn revocations(self, revocations: usize) -> Self {
        Self { revocations, ..self }
    }

    /// The number of living logins of one subject. 1,000 by default: more than the devices of one person, and too few
    /// for one account holder to fill a store.
    pub fn logins_per_subject(self, logins: usize) -> Self {
        Self { logins_per_subject: logins, ..self }
    }

    /// The number of remembered issued tokens of one subject. 10,000 by default: each refresh issues one that lives for
    /// minutes.
    pub fn issued_per_subject(self, issued: usize) -> Self {
        Self { issued_per_subject: issued, ..self }
    }

    /// The number of revocations of single tokens and logins of one subject. 1,000 by default.
    pub fn revocations_per_subject(self, revocations: usize) -> Self {
        Self { revocations_per_subject: revocations, ..self }
    }

    pub(super) fn most_logins(&self) -> usize {
        share(self.logins_per_subject, self.logins)
    }

    pub(super) fn most_issued(&self) -> usize {
        share(self.issued_per_subject, self.issued)
    }

    pub(super) fn most_revocations(&self) -> usize {
        share(self.revocations_per_subject, self.revocations)
    }
}

/// The share of one subject in a budget.
fn share(limit: usize, budget: usize) -> usize {
    limit.min(budget / 10).max(1)
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self::new()
    }
}

/// A login ended because its subject had too many.
pub(super) fn warn_of_logins(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_logins(),
        "a subject has more logins than one may have; the one that was refreshed least recently ends"
    );
}

/// An issued token ended because its subject had too many.
pub(super) fn warn_of_issued(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_issued(),
        "a subject has more issued tokens than the store remembers of one; the one that ends first is refused from now on"
    );
}

/// Everything of a subject ended because it had too many revocations.
pub(super) fn warn_of_revocations(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.most_revocations(),
        "a subject has more revocations than the store remembers of one; all its logins and tokens end"
    );
}

/// Everything of a subject ended because the store has no room for one more revocation.
pub(super) fn warn_of_full_revocations(limits: &StoreLimits) {
    tracing::warn!(
        target: "jwt_guard",
        limit = limits.revocations,
        "the store is full of revocations, and a subject makes its second one; all its logins and tokens end"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_set_by_its_own_method_and_by_no_other() {
        let limits = StoreLimits::new().logins(10).issued(20).revocations(30);
        let budgets = |limits: &StoreLimits| [limits.logins, limits.issued, limits.revocations];
        let shares = |limits: &StoreLimits| {
            [limits.logins_per_subject, limits.issued_per_subject, limits.revocations_per_subject]
        };
        assert_eq!((budgets(&limits), shares(&limits)), ([10, 20, 30], [1_000, 10_000, 1_000]));
        let limits = limits.logins_per_subject(1).issued_per_subject(2).revocations_per_subject(3);
        assert_eq!((budgets(&limits), shares(&limits)), ([10, 20, 30], [1, 2, 3]));
        let again = limits.logins(11).issued(21).revocations(31);
        assert_eq!((budgets(&again), shares(&again)), ([11, 21, 31], [1, 2, 3]));
        assert_eq!(budgets(&StoreLimits::each(7)), [7; 3]);
        assert_eq!(shares(&StoreLimits::each(7)), shares(&StoreLimits::new()));
    }

    #[test]
    fn a_subject_has_its_limit_but_at_most_a_tenth_of_a_budget_and_at_least_one() {
        for (limit, budget, most) in [(5, 60, 5), (5, 50, 5), (5, 49, 4), (5, 9, 1), (0, 60, 1), (5, 0, 1)] {
            let limits = StoreLimits::each(budget);
            let limits =
                limits.logins_per_subject(limit).issued_per_subject(limit).revocations_per_subject(limit);
            let shares = [limits.most_logins(), limits.most_issued(), limits.most_revocations()];
            assert_eq!(shares, [most; 3], "{limit} of {budget}");
        }
    }
}
