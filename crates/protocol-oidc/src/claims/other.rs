//! Claims that have no place of their own.

use serde_json::{Map, Value};

/// More claims than any mapper set writes; what is beyond is left out.
const MOST: usize = 512;

/// Claims by name, in the order in which they came.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct OtherClaims(Vec<(String, Value)>);

impl OtherClaims {
    /// Writes a value below a path, making the objects on the way.
    pub(crate) fn put(&mut self, path: &[String], value: Value) {
        let Some((first, rest)) = path.split_first() else { return };
        let known = self.0.iter().position(|(name, _)| name == first);
        let index = match known {
            Some(index) => index,
            None if self.0.len() >= MOST => return,
            None => {
                self.0.push((first.clone(), Value::Null));
                self.0.len() - 1
            }
        };
        if let Some((_, slot)) = self.0.get_mut(index) {
            place(slot, rest, value);
        }
    }

    /// The value of a name.
    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// In Keycloak's order, which is that of a Java hash map: by bucket, then as they came. JSON gives no order, but tools
    /// that compare or cut tokens by text exist.
    pub(crate) fn ordered(&self) -> Vec<(&str, &Value)> {
        let mut all: Vec<(&str, &Value)> = self.0.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let mut buckets: u32 = 16;
        // The table doubles when it is three quarters full.
        while all.len() as u64 * 4 > u64::from(buckets) * 3 {
            buckets *= 2;
        }
        all.sort_by_key(|(name, _)| bucket(name, buckets));
        all
    }
}

fn place(slot: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *slot = value;
        return;
    };
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Some(members) = slot.as_object_mut() {
        place(members.entry(first.as_str()).or_insert(Value::Null), rest, value);
    }
}

fn bucket(name: &str, buckets: u32) -> u32 {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    (hash ^ (hash >> 16)) & (buckets - 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(segments: &[&str]) -> Vec<String> {
        segments.iter().map(|segment| (*segment).to_owned()).collect()
    }

    #[test]
    fn nested_claims_share_their_objects_and_a_later_value_wins() {
        let mut claims = OtherClaims::default();
        claims.put(&path(&["dept", "name"]), json!("lab"));
        claims.put(&path(&["dept", "floor"]), json!(3));
        claims.put(&path(&["dept", "name"]), json!("library"));
        assert_eq!(claims.get("dept"), Some(&json!({"name": "library", "floor": 3})));
        claims.put(&path(&["dept"]), json!("none"));
        claims.put(&path(&["dept", "name"]), json!("x"));
        assert_eq!(claims.get("dept"), Some(&json!({"name": "x"})));
    }

    #[test]
    fn the_order_is_that_of_a_recorded_token() {
        let mut claims = OtherClaims::default();
        // Two of them share a bucket: there the order in which they came counts.
        for name in ["clientAddress", "client_id", "preferred_username", "clientHost", "email_verified"] {
            claims.put(&path(&[name]), json!(1));
        }
        let names: Vec<&str> = claims.ordered().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["clientHost", "email_verified", "preferred_username", "clientAddress", "client_id"]);
    }
}
