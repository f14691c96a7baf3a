//! How much of a realm file is read before it is refused.

/// Bounds of what [`super::read`] takes in. Every one is checked before memory is spent on what lies beyond it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files of one call together; they stay in memory until the import is done.
    pub total_bytes: u64,
    /// Files of one call.
    pub files: usize,
    /// Realms of one call.
    pub realms: usize,
    /// Users of one realm.
    pub users: u64,
    /// JSON values in a realm's document (all but its users).
    pub document_values: u64,
    /// JSON values in one user.
    pub user_values: u64,
    /// Plain passwords of one realm that the import has to hash.
    pub plain_passwords: u64,
    /// Faults that are told one by one; the rest are counted.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 768 * 1024 * 1024,
            total_bytes: 2 * 1024 * 1024 * 1024,
            files: 100_000,
            realms: 1_000,
            users: 5_000_000,
            document_values: 4_000_000,
            user_values: 20_000,
            plain_passwords: 10_000,
            faults: 1_000,
        }
    }
}
