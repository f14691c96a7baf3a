//! Dates of a question: a day, or a moment.

use identity::Timestamp;

use crate::Refusal;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A date as Keycloak takes it: `yyyy-MM-dd`, or milliseconds since 1970. A day is its beginning (UTC), or its end if `until`.
///
/// # Errors
/// 400 for anything else.
pub fn date(name: &str, text: &str, until: bool) -> Result<Timestamp, Refusal> {
    let wrong =
        || Refusal::error(format!("Invalid value for '{name}', expected format is yyyy-MM-dd or an Epoch timestamp"));
    if let Some(day) = day(text) {
        let start = day.checked_mul(DAY).ok_or_else(wrong)?;
        return Ok(Timestamp(if until { start + DAY - 1 } else { start }));
    }
    text.parse::<i64>().map(Timestamp).map_err(|_| wrong())
}

/// Days since 1970 of a date of the Gregorian calendar.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<i64>().ok()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month).ok()?.checked_sub(1)?;
    if parts.next().is_some() || year < 1 || day < 1 || day > *lengths.get(month)? {
        return None;
    }
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    let of_year: i64 = lengths.iter().take(month).sum();
    // 1 January 1970 is day 719,162 since 1 January of the year 1.
    Some(before * 365 + leap_days + of_year + day - 1 - 719_162)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_read() {
        assert_eq!(date("dateFrom", "1970-01-01", false).unwrap(), Timestamp(0));
        assert_eq!(date("dateTo", "1970-01-01", true).unwrap(), Timestamp(DAY - 1));
        assert_eq!(date("dateFrom", "2024-02-29", false).unwrap(), Timestamp(1_709_164_800_000));
        assert_eq!(date("dateFrom", "2027-01-15", false).unwrap().0 % DAY, 0);
        assert_eq!(date("dateFrom", "1700000000000", false).unwrap(), Timestamp(1_700_000_000_000));
        for wrong in ["yesterday", "2023-02-29", "2023-13-01", "2023-00-01", "2023-1-1", "2023-01-01-01", ""] {
            assert!(date("dateFrom", wrong, false).is_err(), "{wrong}");
        }
    }
}
