//! How two answers differ.

use serde_json::{Map, Value, json};

/// One way in which an answer is another than the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub area: String,
    pub case: String,
    /// Where: `status`, `headers.NAME`, `body.PATH`.
    pub place: String,
    /// As recorded; `None` where there is nothing.
    pub recorded: Option<Value>,
    /// As answered here.
    pub own: Option<Value>,
}

/// Lists of objects are compared by the first of these that tells all of them apart.
const NAMES: [&str; 6] = ["clientId", "alias", "name", "username", "id", "type"];

/// All differences between two normalised answers.
pub fn compare(area: &str, case: &str, recorded: &Value, own: &Value) -> Vec<Difference> {
    let mut walk = Walk { area, case, found: Vec::new() };
    walk.values("status", &recorded["status"], &own["status"]);
    walk.maps("headers", &members(&recorded["headers"]), &members(&own["headers"]));
    let (one, other) = (recorded.get("body"), own.get("body"));
    match (one.and_then(|body| body.get("<html>")), other.and_then(|body| body.get("<html>"))) {
        (Some(one), Some(other)) => walk.pages(one, other, recorded["status"].as_i64() >= Some(400)),
        _ => walk.optional("body", one, other),
    }
    walk.found
}

struct Walk<'a> {
    area: &'a str,
    case: &'a str,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn note(&mut self, place: &str, recorded: Option<&Value>, own: Option<&Value>) {
        self.found.push(Difference {
            area: self.area.to_owned(),
            case: self.case.to_owned(),
            place: place.to_owned(),
            recorded: recorded.cloned(),
            own: own.cloned(),
        });
    }

    fn optional(&mut self, place: &str, recorded: Option<&Value>, own: Option<&Value>) {
        match (recorded, own) {
            (Some(recorded), Some(own)) => self.values(place, recorded, own),
            (None, None) => {}
            _ => self.note(place, recorded, own),
        }
    }

    fn values(&mut self, place: &str, recorded: &Value, own: &Value) {
        match (recorded, own) {
            (Value::Object(recorded), Value::Object(own)) => self.maps(place, recorded, own),
            (Value::Array(one), Value::Array(other)) => match (by_name(one), by_name(other)) {
                (Some(one), Some(other)) => self.maps(&format!("{place}[]"), &one, &other),
                _ if one.len() == other.len() && one.iter().any(|item| item.is_object() || item.is_array()) => {
                    for (at, (one, other)) in one.iter().zip(other).enumerate() {
                        self.values(&format!("{place}[{at}]"), one, other);
                    }
                }
                _ if one != other => self.note(place, Some(recorded), Some(own)),
                _ => {}
            },
            _ if recorded != own => self.note(place, Some(recorded), Some(own)),
            _ => {}
        }
    }

    fn maps(&mut self, place: &str, recorded: &Map<String, Value>, own: &Map<String, Value>) {
        for (name, value) in recorded {
            self.optional(&format!("{place}.{name}"), Some(value), own.get(name));
        }
        for (name, value) in own.iter().filter(|(name, _)| !recorded.contains_key(*name)) {
            self.note(&format!("{place}.{name}"), None, Some(value));
        }
    }

    /// Pages look otherwise here and have words of their own; what is sent back from them is the same, and what a page about an
    /// error says.
    fn pages(&mut self, recorded: &Value, own: &Value, error: bool) {
        self.values("body.forms", &recorded["forms"], &own["forms"]);
        let text = |page: &Value| page["text"].as_str().unwrap_or_default().to_owned();
        let message = text(recorded).rsplit(" | ").next().unwrap_or_default().to_owned();
        if error && !text(own).contains(&message) {
            self.note("body.message", Some(&json!(message)), Some(&json!(text(own))));
        }
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn by_name(items: &[Value]) -> Option<Map<String, Value>> {
    NAMES.iter().find_map(|name| {
        let named: Map<String, Value> = items
            .iter()
            .filter_map(|item| {
                let key = item.get(name)?.as_str().filter(|key| !key.starts_with('<'))?;
                Some((key.to_owned(), item.clone()))
            })
            .collect();
        (!items.is_empty() && named.len() == items.len()).then_some(named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(recorded: &Value, own: &Value) -> Vec<String> {
        compare("a", "c", recorded, own).into_iter().map(|difference| difference.place).collect()
    }

    #[test]
    fn what_is_more_less_or_other_is_found() {
        let recorded = json!({"status": 200, "headers": {"a": "1", "b": "2"}, "body": {"x": [{"name": "n", "v": 1}]}});
        assert!(places(&recorded, &recorded).is_empty());
        let own = json!({"status": 400, "headers": {"a": "1", "c": "3"}, "body": {"x": [{"name": "n", "v": 2}]}});
        assert_eq!(places(&recorded, &own), ["status", "headers.b", "headers.c", "body.x[].n.v"]);
        assert_eq!(places(&recorded, &json!({"status": 200, "headers": recorded["headers"]})), ["body"]);
    }

    #[test]
    fn an_error_page_says_the_same() {
        let page = |text: &str| json!({"status": 400, "body": {"<html>": {"forms": [], "text": text}}});
        assert!(
            places(&page("r | We are sorry... | Invalid Request"), &page("Sorry. Invalid Request. Back")).is_empty()
        );
        assert_eq!(places(&page("r | We are sorry... | Invalid Request"), &page("Oh no")), ["body.message"]);
    }
}
