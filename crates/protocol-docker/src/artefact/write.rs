//! Texts in the notations of the files, so that no name in a realm can change what a file means.

use std::borrow::Cow;

/// A YAML scalar: plain where nothing else could be read in it, else quoted as JSON, which YAML takes.
pub(crate) fn yaml(text: &str) -> Cow<'_, str> {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'%'))
        && !text.ends_with(':')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if plain { Cow::Borrowed(text) } else { Cow::Owned(json(text)) }
}

/// A JSON (and TOML basic) string.
pub(crate) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A word for a POSIX shell: bare where that is the same, else in single quotes.
pub(crate) fn shell(text: &str) -> Cow<'_, str> {
    let bare = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'%' | b'@' | b'=' | b'+' | b',')
    };
    if !text.is_empty() && text.bytes().all(bare) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        assert_eq!(yaml("https://id.example/realms/r"), "https://id.example/realms/r");
        assert_eq!(yaml("reg.example:5000"), "reg.example:5000");
        for odd in ["", "true", "No", "12", "a: b", "a #b", "x:", "a\nb", "- a", "\"", "*a", "ü"] {
            assert!(yaml(odd).starts_with('"'), "{odd}");
        }
        assert_eq!(shell("https://a/b:1"), "https://a/b:1");
        assert_eq!(shell("it's $x"), "'it'\\''s $x'");
        assert_eq!(shell(""), "''");
        assert_eq!(json("a\"b\n"), "\"a\\\"b\\n\"");
    }
}
