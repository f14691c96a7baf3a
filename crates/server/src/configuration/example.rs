//! `config example`: a file to begin with.

use std::fmt::Write as _;

use super::keys::{KEYS, Kind};

/// Every setting, commented out, with its default or an example.
pub fn example() -> String {
    let mut out = String::from(
        "# Portreeve's configuration. Every line is the default or an example; take the # away to set it.\n\
         # Each name is also PORTREEVE_<NAME> in the environment, which goes before this file.\n\
         # A secret may stand in a file of its own: <name>_file = \"PATH\".\n",
    );
    for key in KEYS {
        out.push('\n');
        for line in wrapped(key.help) {
            let _ = writeln!(out, "# {line}");
        }
        let shown = key.default.unwrap_or(key.example);
        let _ = match (key.kind, key.default) {
            (Kind::List, _) => writeln!(out, "#{} = [\"{shown}\"]", key.name),
            (Kind::Number, _) => writeln!(out, "#{} = {shown}", key.name),
            (Kind::Secret, None) => writeln!(out, "#{0} = \"{shown}\"   # or {0}_file = \"PATH\"", key.name),
            _ => writeln!(out, "#{} = \"{shown}\"", key.name),
        };
    }
    out
}

/// Breaks a sentence into comment lines of at most 100 characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| !line.is_empty() && line.len() + word.len() >= 100);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
