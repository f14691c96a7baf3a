//! When an access rule counts: from which networks, at which hours, with which credentials.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::{Offset, TimeZone};

/// How the asker proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// A password alone.
    Password,
    /// A password with a one-time code after it.
    PasswordAndOtp,
    /// The stored token that `docker login` got.
    IdentityToken,
    /// A token that a person made for a tool.
    PersonalToken,
    /// The secret of a machine account.
    Robot,
    /// An access token of this server or of a trusted issuer.
    AccessToken,
}

impl CredentialKind {
    /// Every kind that a rule may name.
    pub const ALL: [CredentialKind; 6] = [
        CredentialKind::Password,
        CredentialKind::PasswordAndOtp,
        CredentialKind::IdentityToken,
        CredentialKind::PersonalToken,
        CredentialKind::Robot,
        CredentialKind::AccessToken,
    ];

    /// The word in rules and events.
    pub fn word(self) -> &'static str {
        match self {
            CredentialKind::Password => "password",
            CredentialKind::PasswordAndOtp => "password-otp",
            CredentialKind::IdentityToken => "identity-token",
            CredentialKind::PersonalToken => "personal-token",
            CredentialKind::Robot => "robot",
            CredentialKind::AccessToken => "access-token",
        }
    }

    /// A rule for passwords also takes the stronger kind.
    fn satisfies(self, wanted: CredentialKind) -> bool {
        self == wanted || (self == CredentialKind::PasswordAndOtp && wanted == CredentialKind::Password)
    }
}

/// Conditions of a rule; all that are named must hold.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// The asker's address must lie in one of these; empty: anywhere.
    pub networks: Vec<IpNet>,
    /// Now must lie in one of these; empty: always.
    pub hours: Vec<Window>,
    /// The credential must be one of these; empty: any, none too.
    pub credentials: Vec<CredentialKind>,
}

impl Conditions {
    /// Whether all named conditions hold; `now` is in Unix seconds.
    pub fn hold(&self, address: IpAddr, now: i64, credential: Option<CredentialKind>) -> bool {
        let address = address.to_canonical();
        (self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address)))
            && (self.credentials.is_empty()
                || credential.is_some_and(|kind| self.credentials.iter().any(|wanted| kind.satisfies(*wanted))))
            && (self.hours.is_empty() || self.hours.iter().any(|window| window.contains(now)))
    }
}

/// `networks`: comma-separated networks in CIDR form or single addresses.
pub fn parse_networks(text: &str) -> Option<Vec<IpNet>> {
    text.split(',')
        .map(str::trim)
        .map(|item| item.parse::<IpNet>().ok().or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from)))
        .collect()
}

/// `credentials`: comma-separated kinds.
pub fn parse_credentials(text: &str) -> Option<Vec<CredentialKind>> {
    text.split(',')
        .map(str::trim)
        .map(|item| CredentialKind::ALL.into_iter().find(|kind| kind.word() == item))
        .collect()
}

/// A time window of some days of the week.
#[derive(Debug, Clone)]
pub struct Window {
    /// One flag for each day, Monday first.
    days: [bool; 7],
    /// Minutes after midnight; the end is not part of it.
    from: u16,
    to: u16,
    zone: TimeZone,
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTES_A_DAY: u16 = 24 * 60;

/// `hours`: windows separated by semicolons, each `[DAYS] HH:MM-HH:MM [ZONE]`. DAYS is `Mon-Fri` or `Mon,Wed`; ZONE is
/// a name such as `Europe/Berlin`, an offset such as `+02:00`, or UTC when absent. An end before its start lies in
/// the next day.
pub fn parse_hours(text: &str) -> Option<Vec<Window>> {
    text.split(';').map(|window| Window::parse(window.trim())).collect()
}

impl Window {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().peekable();
        let mut days = [true; 7];
        if words.peek().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_uppercase())) {
            days = parse_days(words.next()?)?;
        }
        let (from, to) = words.next()?.split_once('-')?;
        let (from, to) = (parse_time(from)?, parse_time(to)?);
        let zone = match words.next() {
            None | Some("UTC") => TimeZone::UTC,
            Some(name) => parse_offset(name).or_else(|| TimeZone::get(name).ok())?,
        };
        (words.next().is_none() && from != to && from < MINUTES_A_DAY).then_some(Window { days, from, to, zone })
    }

    fn contains(&self, now: i64) -> bool {
        let Ok(moment) = Timestamp::from_second(now) else { return false };
        let local = moment.to_zoned(self.zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
        let today = local.weekday();
        if self.from < self.to {
            self.on(today) && (self.from..self.to).contains(&minute)
        } else {
            (self.on(today) && minute >= self.from) || (self.on(today.previous()) && minute < self.to)
        }
    }

    fn on(&self, day: Weekday) -> bool {
        usize::try_from(day.to_monday_zero_offset())
            .ok()
            .and_then(|index| self.days.get(index))
            .copied()
            .unwrap_or(false)
    }
}

fn day_index(word: &str) -> Option<usize> {
    DAYS.iter().position(|day| *day == word)
}

fn parse_days(text: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for item in text.split(',') {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let (mut day, last) = (day_index(first)?, day_index(last)?);
        loop {
            *days.get_mut(day)? = true;
            if day == last {
                break;
            }
            day = (day + 1) % 7;
        }
    }
    Some(days)
}

fn parse_time(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse::<u16>().ok()).flatten()
    };
    let minutes = number(hour)? * 60 + Some(number(minute)?).filter(|m| *m < 60)?;
    (minutes <= MINUTES_A_DAY).then_some(minutes)
}

fn parse_offset(text: &str) -> Option<TimeZone> {
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let minutes = i32::from(parse_time(rest)?);
    Offset::from_seconds(sign * minutes * 60).ok().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn inside(hours: &str, moment: &str) -> bool {
        let conditions = Conditions { hours: parse_hours(hours).unwrap(), ..Conditions::default() };
        conditions.hold(IpAddr::from([127, 0, 0, 1]), at(moment), None)
    }

    #[test]
    fn t44_networks_hold_addresses_of_both_families() {
        let conditions = Conditions {
            networks: parse_networks("10.0.0.0/8, 2001:db8::/32,192.0.2.7").unwrap(),
            ..Conditions::default()
        };
        let from = |address: &str| conditions.hold(address.parse().unwrap(), 0, None);
        assert!(from("10.255.0.1"));
        assert!(from("::ffff:10.1.2.3"), "an IPv4 address in IPv6 clothes is the same host");
        assert!(from("2001:db8::1"));
        assert!(from("192.0.2.7"));
        assert!(!from("192.0.2.8"));
        assert!(!from("11.0.0.1"));
        assert!(!from("::1"));
        for bad in ["", "10.0.0.0/33", "10.0.0.0/8,", "host", "10.0.0.0/8 10.1.0.0/16"] {
            assert!(parse_networks(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn hours_are_read_in_their_zone_and_follow_its_summer_time() {
        // 2026-11-25 is a Wednesday; Berlin is UTC+1 in winter and UTC+2 in summer.
        assert!(inside("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-25T07:00:00Z"));
        assert!(!inside("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-25T06:59:59Z"));
        assert!(inside("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-07-01T06:00:00Z"));
        assert!(!inside("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-28T12:00:00Z"));
        assert!(inside("08:00-09:00", "2026-11-25T08:59:59Z"));
        assert!(!inside("08:00-09:00", "2026-11-25T09:00:00Z"));
        assert!(inside("08:00-09:00 -05:30", "2026-11-25T13:30:00Z"));
        assert!(inside("Sat,Sun 00:00-24:00;12:00-13:00 UTC", "2026-11-25T12:30:00Z"));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_began() {
        assert!(inside("Fri 22:00-06:00", "2026-11-27T23:00:00Z"));
        assert!(inside("Fri 22:00-06:00", "2026-11-28T05:59:00Z"));
        assert!(!inside("Fri 22:00-06:00", "2026-11-27T05:00:00Z"));
        assert!(!inside("Fri 22:00-06:00", "2026-11-28T22:30:00Z"));
    }

    #[test]
    fn windows_that_say_nothing_clear_are_refused() {
        for bad in [
            "",
            "8:00-9:00",
            "08:00",
            "08:00-08:00",
            "25:00-26:00",
            "08:60-09:00",
            "Mo 08:00-09:00",
            "08:00-09:00 Mars/Base",
            "08:00-09:00 UTC x",
            "24:00-08:00",
            "08:00-09:00;",
            "Mon-Foo 08:00-09:00",
        ] {
            assert!(parse_hours(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_credential_condition_never_holds_for_nobody() {
        let conditions =
            Conditions { credentials: parse_credentials("password, identity-token").unwrap(), ..Conditions::default() };
        let with = |kind| conditions.hold(IpAddr::from([127, 0, 0, 1]), 0, kind);
        assert!(with(Some(CredentialKind::Password)));
        assert!(with(Some(CredentialKind::PasswordAndOtp)));
        assert!(with(Some(CredentialKind::IdentityToken)));
        assert!(!with(Some(CredentialKind::Robot)));
        assert!(!with(None));
        assert!(parse_credentials("passwords").is_none());
        assert!(parse_credentials("").is_none());
    }
}
