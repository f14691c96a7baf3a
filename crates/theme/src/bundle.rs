//! A theme's messages in all its languages.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::properties;
use crate::{Locale, Message, ThemeError};

/// Messages by language and key. A theme's own lie over its parent's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bundles {
    languages: BTreeMap<Locale, HashMap<Box<str>, Arc<Message>>>,
}

impl Bundles {
    /// Reads a `.properties` file into a language; what it says replaces what was there.
    pub(crate) fn read(&mut self, locale: Locale, file: &Path, text: &str) -> Result<(), ThemeError> {
        let pairs = properties::parse(text)
            .map_err(|fault| ThemeError::new(file, format!("line {}: {}", fault.line, fault.reason)))?;
        let language = self.languages.entry(locale).or_default();
        for (key, value) in pairs {
            language.insert(key.into(), Arc::new(Message::parse(&value)));
        }
        Ok(())
    }

    pub(crate) fn find(&self, locale: &Locale, key: &str) -> Option<&Message> {
        self.languages.get(locale)?.get(key).map(AsRef::as_ref)
    }

    /// Whether there is a bundle for a language.
    pub(crate) fn speaks(&self, locale: &Locale) -> bool {
        self.languages.contains_key(locale)
    }

    /// Every language that there is a bundle for.
    pub(crate) fn locales(&self) -> impl Iterator<Item = &Locale> {
        self.languages.keys()
    }

    #[cfg(test)]
    pub(crate) fn language(&self, locale: &Locale) -> &HashMap<Box<str>, Arc<Message>> {
        &self.languages[locale]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::{self, BUNDLES};
    use crate::look::Kind;
    use crate::{Locale, Message};

    #[test]
    fn every_language_has_every_message_with_the_same_placeholders() {
        let bundles = base::look(Kind::Login).unwrap().bundles;
        let of = |locale: &Locale| -> BTreeMap<String, Message> {
            let language = bundles.language(locale);
            language.iter().map(|(key, message)| (key.to_string(), Message::clone(message))).collect()
        };
        let english = of(&Locale::english());
        assert!(english.len() > 200, "the bundle is read at all");
        assert_eq!(bundles.locales().count(), BUNDLES.len());
        for locale in bundles.locales() {
            let messages = of(locale);
            let keys: Vec<&String> = messages.keys().collect();
            assert_eq!(keys, english.keys().collect::<Vec<_>>(), "{locale}");
            for (key, message) in &messages {
                assert_eq!(message.placeholders(), english[key].placeholders(), "{locale} {key}");
                let words = message.format::<&str>(&[]);
                assert!(!words.trim().is_empty() && !words.contains(['<', '>']), "{locale} {key}: {words}");
            }
        }
    }

    #[test]
    fn translations_are_translations() {
        let bundles = base::look(Kind::Login).unwrap().bundles;
        let english = bundles.language(&Locale::english());
        for locale in bundles.locales().filter(|locale| **locale != Locale::english()) {
            let messages = bundles.language(locale);
            let same = messages.iter().filter(|(key, message)| english[*key] == **message).count();
            assert!(same < english.len() / 10, "{locale}: {same} messages are English");
        }
    }
}
