//! `${NAME}` and `${NAME:default}` in a realm file, taken from the environment as Keycloak takes them.
//!
//! A name that the environment does not hold, and that has no default, stays as it is: `${role_offline-access}` is a
//! message key. In users only a plain password's value is looked at: users choose their own names and attributes, and
//! must not be able to read the server's environment through an export and an import.

use serde_json::{Map, Value};

/// Looks up one variable of the environment.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The text with its placeholders replaced, or `None` when there is nothing to replace.
pub(crate) fn replaced(text: &str, environment: Environment<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some((before, tail)) = rest.split_once("${") {
        out.push_str(before);
        let found = tail.split_once('}').and_then(|(inside, after)| Some((lookup(inside, environment)?, after)));
        if let Some((value, after)) = found {
            out.push_str(&value);
            rest = after;
            changed = true;
        } else {
            out.push_str("${");
            rest = tail;
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

fn lookup(inside: &str, environment: Environment<'_>) -> Option<String> {
    let (names, default) = match inside.split_once(':') {
        Some((names, default)) => (names, Some(default)),
        None => (inside, None),
    };
    // A name that no environment can hold is not asked for: std refuses it with a panic on some systems.
    let usable = |name: &&str| !name.is_empty() && !name.contains(['=', '\0']);
    names.split(',').filter(usable).find_map(environment).or_else(|| default.map(str::to_owned))
}

/// Replaces the placeholders in every text of a document.
pub(crate) fn replace_all(members: &mut Map<String, Value>, environment: Environment<'_>) {
    for value in members.values_mut() {
        replace_in(value, environment);
    }
}

fn replace_in(value: &mut Value, environment: Environment<'_>) {
    match value {
        Value::String(text) => {
            if let Some(new) = replaced(text, environment) {
                *text = new;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_in(item, environment)),
        Value::Object(members) => replace_all(members, environment),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        (name == "HOST").then(|| "example.org".to_owned())
    }

    #[test]
    fn known_names_and_defaults_are_replaced_and_the_rest_stays() {
        let cases = [
            ("${HOST}", Some("example.org")),
            ("https://${HOST}/${HOST}", Some("https://example.org/example.org")),
            ("${PORT:8080}", Some("8080")),
            ("${NONE,HOST}", Some("example.org")),
            ("${role_x} ${HOST}", Some("${role_x} example.org")),
            ("${role_x}", None),
            ("${", None),
            ("${}", None),
            ("${a=b}", None),
            ("plain", None),
        ];
        for (text, expected) in cases {
            assert_eq!(replaced(text, &environment).as_deref(), expected, "{text}");
        }
    }
}
