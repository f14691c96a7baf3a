//! Parts of lists.

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many are left out before it.
    pub first: u64,
    /// How many it has at most; never more than [`Page::MOST`].
    pub max: u64,
}

impl Page {
    /// Nobody gets more at once.
    pub const MOST: u64 = 10_000;

    /// The first items of a list.
    #[must_use]
    pub fn first(max: u64) -> Self {
        Self { first: 0, max }
    }

    pub(crate) fn limit(self) -> u64 {
        self.max.min(Self::MOST)
    }

    /// What of a list in memory is on the page.
    pub fn of<T>(self, list: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        let skipped = usize::try_from(self.first).unwrap_or(usize::MAX);
        let taken = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        list.into_iter().skip(skipped).take(taken)
    }
}
