//! JSON text → documents, in one pass over the bytes and within the limits.
//!
//! Users are set aside: a realm's document is read without them, and they are walked one at a time afterwards. What
//! keeps a reader from being stopped by a hostile file: serde_json's own depth limit (128), a budget of values that is
//! charged before a value is kept, and no recursion of ours beyond theirs.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::fault::push_member;

/// Where a text stops being JSON that we take, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) pointer: String,
    pub(crate) reason: String,
}

/// A realm object of a file, without its users.
pub(crate) struct Document {
    pub(crate) members: Map<String, Value>,
    pub(crate) has_users: bool,
}

/// Members that hold users.
pub(crate) const USERS: &str = "users";

enum Step {
    Member(String),
    Item(usize),
}

/// State of one parse: what may still be kept, and, once something failed, the way back up from it.
struct Walk {
    budget: u64,
    limit: u64,
    trail: Vec<Step>,
    broken_by_us: Option<&'static str>,
}

impl Walk {
    fn new(limit: u64) -> Walk {
        Walk { budget: limit, limit, trail: Vec::new(), broken_by_us: None }
    }

    fn charge<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.budget.checked_sub(1) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(self.refuse("holds more values than the limit allows")),
        }
    }

    fn refuse<E: serde::de::Error>(&mut self, reason: &'static str) -> E {
        self.broken_by_us = Some(reason);
        E::custom(reason)
    }

    fn broken(self, error: &serde_json::Error) -> Broken {
        let mut pointer = String::new();
        for step in self.trail.iter().rev() {
            match step {
                Step::Member(name) => push_member(&mut pointer, name),
                Step::Item(index) => {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                }
            }
        }
        let reason = match self.broken_by_us {
            Some(reason) => reason.to_owned(),
            // Only a syntax error's own words are shown: a type error's would repeat a value of the file.
            None if error.is_data() => "has the wrong type here".to_owned(),
            None => format!("is not readable as JSON: {error}"),
        };
        Broken { pointer, reason }
    }
}

struct AnyValue<'w>(&'w mut Walk);

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.charge()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            match items.next_element_seed(AnyValue(self.0)) {
                Ok(Some(item)) => list.push(item),
                Ok(None) => return Ok(Value::Array(list)),
                Err(error) => {
                    self.0.trail.push(Step::Item(list.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            // RFC 8259 section 4 leaves open which of two members of one name counts; here neither does.
            let read = if map.contains_key(&name) {
                Err(self.0.refuse("stands twice in this object"))
            } else {
                members.next_value_seed(AnyValue(self.0))
            };
            match read {
                Ok(value) => map.insert(name, value),
                Err(error) => {
                    self.0.trail.push(Step::Member(name));
                    return Err(error);
                }
            };
        }
        Ok(Value::Object(map))
    }
}

/// A list whose items are looked at one by one, or passed over when there is nobody to look.
struct Items<'w, 'f> {
    walk: &'w mut Walk,
    look: Option<&'f mut dyn FnMut(usize, Value) -> bool>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some(look) = self.look else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let mut index = 0;
        loop {
            self.walk.budget = self.walk.limit;
            match items.next_element_seed(AnyValue(self.walk)) {
                Ok(Some(item)) => {
                    if !look(index, item) {
                        return Err(self.walk.refuse("reading was stopped"));
                    }
                    index += 1;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.walk.trail.push(Step::Item(index));
                    return Err(error);
                }
            }
        }
    }
}

/// Reads the realm objects of a file.
struct Realms<'w> {
    walk: &'w mut Walk,
    most: usize,
    in_list: bool,
}

impl<'de> DeserializeSeed<'de> for Realms<'_> {
    type Value = Vec<Document>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Document>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Realms<'_> {
    type Value = Vec<Document>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a realm or a list of realms")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Document>, A::Error> {
        if self.in_list {
            return Err(A::Error::custom("a list in a list of realms"));
        }
        let mut all = Vec::new();
        loop {
            if all.len() > self.most {
                return Err(self.walk.refuse("holds more realms than the limit allows"));
            }
            match items.next_element_seed(Realms { walk: self.walk, most: self.most, in_list: true }) {
                Ok(Some(one)) => all.extend(one),
                Ok(None) => return Ok(all),
                Err(error) => {
                    self.walk.trail.push(Step::Item(all.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Vec<Document>, A::Error> {
        let mut document = Document { members: Map::new(), has_users: false };
        while let Some(name) = members.next_key::<String>()? {
            let twice = document.members.contains_key(&name) || (name == USERS && document.has_users);
            let read = if twice {
                Err(self.walk.refuse("stands twice in this object"))
            } else if name == USERS {
                document.has_users = true;
                members.next_value_seed(Items { walk: self.walk, look: None }).map(|()| None)
            } else {
                members.next_value_seed(AnyValue(self.walk)).map(Some)
            };
            match read {
                Ok(Some(value)) => {
                    document.members.insert(name, value);
                }
                Ok(None) => {}
                Err(error) => {
                    self.walk.trail.push(Step::Member(name));
                    return Err(error);
                }
            }
        }
        Ok(vec![document])
    }
}

/// The realms of a text: one object or a list of them, each without its users.
pub(crate) fn documents(text: &[u8], values: u64, realms: usize) -> Result<Vec<Document>, Broken> {
    let mut walk = Walk::new(values);
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = Realms { walk: &mut walk, most: realms, in_list: false }.deserialize(&mut json);
    match read.and_then(|all| json.end().map(|()| all)) {
        Ok(all) => Ok(all),
        Err(error) => Err(walk.broken(&error)),
    }
}

/// Finds the list `member` of the realm object (the `element`-th of a list file) and shows its items in order.
struct Hunt<'w, 'f> {
    walk: &'w mut Walk,
    element: Option<usize>,
    member: &'w str,
    look: &'f mut dyn FnMut(usize, Value) -> bool,
}

impl<'de> DeserializeSeed<'de> for Hunt<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Hunt<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let wanted = self.element.take();
        let mut index = 0;
        loop {
            if Some(index) == wanted {
                let inner = Hunt { walk: self.walk, element: None, member: self.member, look: self.look };
                match items.next_element_seed(inner) {
                    Ok(Some(())) => {}
                    Ok(None) => return Ok(()),
                    Err(error) => {
                        self.walk.trail.push(Step::Item(index));
                        return Err(error);
                    }
                }
            } else if items.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == self.member {
                let list = Items { walk: self.walk, look: Some(self.look) };
                if let Err(error) = members.next_value_seed(list) {
                    self.walk.trail.push(Step::Member(name));
                    return Err(error);
                }
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Shows each item of a list member, in the file's order, without keeping any; `look` answers whether to go on.
pub(crate) fn each_item(
    text: &[u8],
    element: Option<usize>,
    member: &str,
    values: u64,
    look: &mut dyn FnMut(usize, Value) -> bool,
) -> Result<(), Broken> {
    let mut walk = Walk::new(values);
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = Hunt { walk: &mut walk, element, member, look }.deserialize(&mut json);
    match read.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(error) => Err(walk.broken(&error)),
    }
}

#[cfg(test)]
mod tests;
