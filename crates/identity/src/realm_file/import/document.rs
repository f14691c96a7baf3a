//! What stays in a noun's document when its parts go into rows.
//!
//! An empty list or object stays where a part was taken from, so that an export knows that the file had the member.

use serde_json::{Map, Value};

/// Takes text out of a document.
pub(super) fn take_text(document: &mut Map<String, Value>, member: &str) -> Option<String> {
    match document.shift_remove(member) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes a truth value out of a document.
pub(super) fn take_flag(document: &mut Map<String, Value>, member: &str) -> Option<bool> {
    document.shift_remove(member).and_then(|value| value.as_bool())
}

/// Takes the objects of a list; an empty list stays.
pub(super) fn take_objects(document: &mut Map<String, Value>, member: &str) -> Vec<Map<String, Value>> {
    let Some(Value::Array(list)) = document.get_mut(member) else { return Vec::new() };
    let items = std::mem::take(list);
    items.into_iter().filter_map(|item| if let Value::Object(item) = item { Some(item) } else { None }).collect()
}

/// Takes the texts of a list; an empty list stays.
pub(super) fn take_texts(document: &mut Map<String, Value>, member: &str) -> Vec<String> {
    let Some(Value::Array(list)) = document.get_mut(member) else { return Vec::new() };
    let items = std::mem::take(list);
    items.into_iter().filter_map(|item| if let Value::String(item) = item { Some(item) } else { None }).collect()
}

/// Takes the lists of an object; an object of those that were empty stays.
pub(super) fn take_lists(document: &mut Map<String, Value>, member: &str) -> Vec<(String, Vec<String>)> {
    let Some(Value::Object(lists)) = document.get_mut(member) else { return Vec::new() };
    let mut taken = Vec::new();
    let mut empty = Map::new();
    for (name, list) in std::mem::take(lists) {
        match list {
            Value::Array(list) if list.is_empty() => {
                empty.insert(name, Value::Array(list));
            }
            Value::Array(list) => {
                let texts =
                    list.into_iter().filter_map(|one| if let Value::String(one) = one { Some(one) } else { None });
                taken.push((name, texts.collect()));
            }
            _ => {}
        }
    }
    *lists = empty;
    taken
}

/// The document as its column holds it.
pub(super) fn column(document: Map<String, Value>) -> sea_orm::Value {
    Value::Object(document).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_shape_stays() {
        let mut document = json!({"roles": ["a"], "clientRoles": {"x": ["r"], "y": []}});
        let members = document.as_object_mut().unwrap();
        assert_eq!(take_texts(members, "roles"), ["a"]);
        assert_eq!(take_lists(members, "clientRoles"), [("x".to_owned(), vec!["r".to_owned()])]);
        assert_eq!(take_texts(members, "absent"), Vec::<String>::new());
        assert_eq!(document, json!({"roles": [], "clientRoles": {"y": []}}));
    }
}
