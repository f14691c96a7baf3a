//! Values as a mapper's configuration wants them written.

use serde_json::Value;

/// Deepest JSON that a mapper writes.
const MAX_DEPTH: usize = 32;

/// As what a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonType {
    /// A string.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// JSON as it stands.
    Json,
}

impl JsonType {
    /// The type of this label.
    pub(crate) fn named(label: Option<&str>) -> Self {
        match label {
            Some("long" | "int") => Self::Number,
            Some("boolean") => Self::Flag,
            Some("JSON") => Self::Json,
            _ => Self::Text,
        }
    }

    /// A text as this type; `None` where it is no such value, and then there is no claim.
    pub(crate) fn write(self, text: &str) -> Option<Value> {
        match self {
            Self::Text => Some(Value::from(text)),
            Self::Number => text.trim().parse::<i64>().ok().map(Value::from),
            Self::Flag => Some(Value::from(text.trim().eq_ignore_ascii_case("true"))),
            Self::Json => serde_json::from_str(text).ok().filter(|value| depth(value) <= MAX_DEPTH),
        }
    }

    /// One text, or the list of all of them.
    pub(crate) fn write_all<'t>(self, texts: impl IntoIterator<Item = &'t str>, multivalued: bool) -> Option<Value> {
        let mut texts = texts.into_iter();
        if multivalued {
            let all: Vec<Value> = texts.filter_map(|text| self.write(text)).collect();
            (!all.is_empty()).then_some(Value::Array(all))
        } else {
            self.write(texts.next()?)
        }
    }
}

fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(all) => all.iter().map(depth).max().unwrap_or(0),
        Value::Object(all) => all.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_becomes_what_the_label_says_or_nothing() {
        for (label, text, value) in [
            (None, "7", Some(json!("7"))),
            (Some("String"), "x", Some(json!("x"))),
            (Some("long"), "7", Some(json!(7))),
            (Some("int"), "seven", None),
            (Some("boolean"), "TRUE", Some(json!(true))),
            (Some("boolean"), "yes", Some(json!(false))),
            (Some("JSON"), "{\"a\":[1]}", Some(json!({"a": [1]}))),
            (Some("JSON"), "{", None),
        ] {
            assert_eq!(JsonType::named(label).write(text), value, "{label:?} {text}");
        }
        let deep = "[".repeat(100) + &"]".repeat(100);
        assert_eq!(JsonType::Json.write(&deep), None);
    }

    #[test]
    fn several_values_are_a_list_only_where_that_is_wanted() {
        assert_eq!(JsonType::Number.write_all(["1", "x", "2"], true), Some(json!([1, 2])));
        assert_eq!(JsonType::Text.write_all(["a", "b"], false), Some(json!("a")));
        assert_eq!(JsonType::Text.write_all([], true), None);
    }
}
