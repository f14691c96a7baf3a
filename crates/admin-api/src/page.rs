//! Which part of a list is asked for.

use admin::{Refusal, Words};
use http::StatusCode;

/// Nobody gets more entries in one answer.
const HARD_MAX: u64 = 10_000;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Entries to pass over.
    pub first: u64,
    /// Entries at most.
    pub max: u64,
}

impl Page {
    /// Reads `first` and `max`. Keycloak: a negative `max` asks for everything, a negative `first` for the beginning.
    pub(crate) fn of(first: Option<&str>, max: Option<&str>, default_max: Option<u64>) -> Result<Self, Refusal> {
        let number = |text: &str| {
            // What is no number leads nowhere: Keycloak's path and query parameters are typed alike.
            text.parse::<i64>()
                .map_err(|_| Refusal::status(StatusCode::NOT_FOUND, Words::Error("HTTP 404 Not Found".into())))
        };
        let first = first.map(number).transpose()?.unwrap_or_default().max(0) as u64;
        let max = match max.map(number).transpose()? {
            Some(max) if max < 0 => HARD_MAX,
            Some(max) => max as u64,
            None => default_max.unwrap_or(HARD_MAX),
        };
        Ok(Self { first, max: max.min(HARD_MAX) })
    }

    /// That part of a list that is in memory.
    pub fn cut<T>(self, list: impl IntoIterator<Item = T>) -> Vec<T> {
        let skip = usize::try_from(self.first).unwrap_or(usize::MAX);
        list.into_iter().skip(skip).take(self.max as usize).collect()
    }
}

impl From<Page> for identity::Page {
    fn from(page: Page) -> Self {
        Self { first: page.first, max: page.max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a80_no_page_is_larger_than_the_bound() {
        for max in ["-1", "-9223372036854775808", "1000000000000"] {
            assert_eq!(Page::of(None, Some(max), None).unwrap(), Page { first: 0, max: HARD_MAX }, "{max}");
        }
        assert_eq!(Page::of(Some("1000000000000"), None, Some(100)).unwrap().cut(0..5), Vec::<i32>::new());
        assert_eq!(Page::of(Some("-5"), Some("2"), None).unwrap().cut(0..5), vec![0, 1]);
        assert_eq!(Page::of(None, Some("0"), None).unwrap().cut(0..5), Vec::<i32>::new());
        for nonsense in ["x", "1;drop", "99999999999999999999999"] {
            assert!(Page::of(None, Some(nonsense), None).is_err(), "{nonsense}");
        }
    }
}
