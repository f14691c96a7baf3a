//! Levels of authentication: how strongly somebody has proved who they are, and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The note of a session that keeps the levels its person has reached, as Keycloak names it.
pub const LOA_MAP: &str = "loa-map";

/// Levels of one log-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// The level that the application wants.
    pub requested: Option<i64>,
    /// The level that this log-in has reached.
    pub current: Option<i64>,
    /// When each level was reached last, in unix seconds: this log-in's, and those of the session before it.
    pub reached: BTreeMap<i64, i64>,
}

impl Levels {
    /// Reads the note of a session.
    pub fn from_note(note: Option<&str>) -> Self {
        let reached = note.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { reached, ..Self::default() }
    }

    /// Writes the note of a session; nothing when no level was ever reached.
    pub fn to_note(&self) -> Option<String> {
        if self.reached.is_empty() { None } else { serde_json::to_string(&self.reached).ok() }
    }

    /// Whether a level was reached at most `max_age` seconds before `now`.
    pub fn still_holds(&self, level: i64, max_age: i64, now: i64) -> bool {
        self.reached.get(&level).is_some_and(|at| now.saturating_sub(*at) < max_age)
    }

    /// A level is reached now.
    pub fn reach(&mut self, level: i64, now: i64) {
        self.reached.insert(level, now);
        self.current = Some(self.current.map_or(level, |current| current.max(level)));
    }

    /// A level that was reached before counts for this log-in too.
    pub fn take_over(&mut self, level: i64) {
        self.current = Some(self.current.map_or(level, |current| current.max(level)));
    }

    /// Whether what the application wants is reached.
    pub fn is_enough(&self) -> bool {
        self.requested.is_none_or(|wanted| self.current.is_some_and(|current| current >= wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_holds_for_its_time_and_the_note_survives() {
        let mut levels = Levels { requested: Some(2), ..Levels::default() };
        levels.reach(1, 100);
        assert!(!levels.is_enough());
        levels.reach(2, 110);
        assert!(levels.is_enough());
        let note = levels.to_note().unwrap();
        let kept = Levels::from_note(Some(&note));
        assert!(kept.still_holds(2, 10, 119));
        assert!(!kept.still_holds(2, 10, 120));
        assert!(!kept.still_holds(2, 0, 110), "a greatest age of nothing asks every time");
        assert!(!kept.still_holds(3, 10, 110));
        assert_eq!(kept.current, None, "an older log-in's level is not this one's");
        assert_eq!(Levels::from_note(Some("rubbish")).to_note(), None);
    }
}
