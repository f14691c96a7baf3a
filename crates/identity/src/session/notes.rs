//! What whoever opened a session wants to know again: short texts by name.

use std::{collections::BTreeMap, fmt};

use crate::Error;

/// Longest notes of one session, names and texts together.
const MOST_BYTES: usize = 32 * 1024;

/// Texts by name, packed: there are many sessions in memory, and a map for each would be most of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Name, text, name, text …, in order of the names, with nothing between.
    packed: Box<str>,
    /// Where each of those ends.
    ends: Box<[u32]>,
}

impl Notes {
    /// The note of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// All notes, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut begin = 0;
        let mut piece = move |end: u32| {
            let end = end as usize;
            let piece = self.packed.get(begin..end).unwrap_or_default();
            begin = end;
            piece
        };
        self.ends.chunks_exact(2).filter_map(move |ends| match ends {
            [name, text] => Some((piece(*name), piece(*text))),
            _ => None,
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len() / 2
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// These notes with one more, or with another text in its place.
    #[must_use]
    pub fn with(&self, name: &str, text: &str) -> Self {
        self.iter().chain([(name, text)]).collect()
    }

    /// What the texts take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.packed.len()
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.packed.len() > MOST_BYTES {
            return Err(Error::invalid("notes", "at most 32 KiB"));
        }
        Ok(())
    }

    /// As a row has them: a JSON object.
    pub(super) fn to_json(&self) -> String {
        let all: BTreeMap<&str, &str> = self.iter().collect();
        serde_json::to_string(&all).unwrap_or_else(|_| "{}".to_owned())
    }

    pub(super) fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        if json == "{}" {
            return Ok(Self::default());
        }
        Ok(serde_json::from_str::<BTreeMap<String, String>>(json)?.into_iter().collect())
    }
}

impl<N: AsRef<str>, T: AsRef<str>> FromIterator<(N, T)> for Notes {
    /// Of two notes of one name, the later stays.
    fn from_iter<I: IntoIterator<Item = (N, T)>>(notes: I) -> Self {
        let given: Vec<(N, T)> = notes.into_iter().collect();
        let sorted: BTreeMap<&str, &str> = given.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect();
        let mut packed = String::new();
        let mut ends = Vec::with_capacity(sorted.len() * 2);
        for (name, text) in sorted {
            for piece in [name, text] {
                packed.push_str(piece);
                ends.push(u32::try_from(packed.len()).unwrap_or(u32::MAX));
            }
        }
        Self { packed: packed.into(), ends: ends.into() }
    }
}

impl From<BTreeMap<String, String>> for Notes {
    fn from(notes: BTreeMap<String, String>) -> Self {
        notes.into_iter().collect()
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What they say may be about a person.
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn notes_are_found_by_name_and_the_last_of_a_name_stays() {
        let notes: Notes =
            [("scope", "openid"), ("nonce", "n"), ("scope", "openid profile"), ("empty", "")].into_iter().collect();
        assert_eq!(notes.len(), 3);
        assert_eq!(notes.get("scope"), Some("openid profile"));
        assert_eq!(notes.get("empty"), Some(""));
        assert_eq!(notes.get("absent"), None);
        assert_eq!(notes.with("nonce", "m").get("nonce"), Some("m"));
        assert_eq!(format!("{notes:?}"), r#"["empty", "nonce", "scope"]"#);
    }

    proptest! {
        #[test]
        fn any_map_survives_packing_and_json(map: BTreeMap<String, String>) {
            let notes = Notes::from(map.clone());
            let unpacked: BTreeMap<String, String> = notes.iter().map(|(n, t)| (n.to_owned(), t.to_owned())).collect();
            prop_assert_eq!(&unpacked, &map);
            prop_assert_eq!(Notes::from_json(&notes.to_json()).unwrap(), notes);
        }
    }
}
