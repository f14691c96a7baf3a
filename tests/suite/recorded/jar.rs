//! What a browser keeps between requests.

use std::collections::BTreeMap;

use axum::http::header;

use crate::harness::Answer;

/// Cookies by name.
#[derive(Default, Clone)]
pub struct Jar(BTreeMap<String, String>);

impl Jar {
    /// The value of the `Cookie` header.
    pub fn line(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn take(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("plain characters");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.trim_matches('"').is_empty() || line.to_ascii_lowercase().contains("max-age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.trim_matches('"').to_owned());
            }
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
