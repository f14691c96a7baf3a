//! Components as a tree by type, and as the flat list that administration shows.

use serde_json::{Map, Value, json};

use super::KEYS;
use crate::flow::text;

pub(super) type Object = Map<String, Value>;

/// What generated keys keep besides their settings: it is nobody's to read or write here.
const KEY_MATERIAL: [&str; 10] = [
    "privateKey",
    "certificate",
    "secret",
    "kid",
    "ecdsaPrivateKey",
    "ecdsaPublicKey",
    "eddsaPrivateKey",
    "eddsaPublicKey",
    "ecdhPrivateKey",
    "ecdhPublicKey",
];

/// All components with their parent and type.
pub(super) fn flat(components: &Object, parent: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for (kind, list) in components {
        for component in list.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let mut one = component.clone();
            let below = one.shift_remove("subComponents");
            let id = one.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            one.insert("providerType".to_owned(), json!(kind));
            one.insert("parentId".to_owned(), json!(parent));
            one.entry("config").or_insert_with(|| json!({}));
            if kind == KEYS
                && one.get("providerId").and_then(Value::as_str).is_some_and(|id| id.ends_with("-generated"))
            {
                hide_material(&mut one);
            }
            all.push(Value::Object(one));
            if let Some(Value::Object(below)) = below {
                all.extend(flat(&below, &id));
            }
        }
    }
    all
}

fn hide_material(component: &mut Object) {
    if let Some(Value::Object(config)) = component.get_mut("config") {
        config.retain(|name, _| !KEY_MATERIAL.contains(&name.as_str()));
    }
}

/// The component of this id, wherever in the tree, to be changed.
pub(super) fn find_mut<'t>(components: &'t mut Object, id: &str) -> Option<&'t mut Object> {
    for list in components.values_mut() {
        for component in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            if component.get("id").and_then(Value::as_str) == Some(id) {
                return Some(component);
            }
            if let Some(Value::Object(below)) = component.get_mut("subComponents")
                && let Some(found) = find_mut(below, id)
            {
                return Some(found);
            }
        }
    }
    None
}

/// Takes the component of this id out of the tree, with all below it.
pub(super) fn take(components: &mut Object, id: &str) -> bool {
    for list in components.values_mut().filter_map(Value::as_array_mut) {
        let before = list.len();
        list.retain(|component| text(component, "id") != id);
        if list.len() < before {
            return true;
        }
        for component in list.iter_mut() {
            if let Some(Value::Object(below)) = component.get_mut("subComponents")
                && take(below, id)
            {
                return true;
            }
        }
    }
    false
}

/// Puts a component below the realm, or below another component.
pub(super) fn put(components: &mut Object, parent: Option<&str>, kind: &str, component: Value) -> bool {
    let place = match parent {
        None => components,
        Some(parent) => {
            let Some(parent) = find_mut(components, parent) else { return false };
            match parent.entry("subComponents").or_insert_with(|| json!({})) {
                Value::Object(below) => below,
                _ => return false,
            }
        }
    };
    match place.entry(kind).or_insert_with(|| json!([])) {
        Value::Array(list) => {
            list.push(component);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_flattened_changed_and_pruned() {
        let mut tree = json!({"storage": [{"id": "ldap", "name": "l", "providerId": "ldap", "subComponents": {
            "mapper": [{"id": "m", "name": "m", "providerId": "x", "config": {"a": ["1"]}}]}}]});
        let tree = tree.as_object_mut().unwrap();
        let all = flat(tree, "realm");
        assert_eq!(all.len(), 2);
        assert_eq!((text(&all[1], "parentId"), text(&all[1], "providerType")), ("ldap", "mapper"));
        assert!(all[0].get("subComponents").is_none());
        find_mut(tree, "m").unwrap().insert("name".to_owned(), json!("n"));
        assert!(
            put(tree, Some("ldap"), "mapper", json!({"id": "o"})) && !put(tree, Some("nobody"), "mapper", json!({}))
        );
        assert!(take(tree, "m") && !take(tree, "m"));
        assert_eq!(flat(tree, "realm").len(), 2);
    }
}
