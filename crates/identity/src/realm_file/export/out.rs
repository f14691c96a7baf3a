//! Writing one large JSON object piece by piece, indented for people.

use std::io::{self, Write};

use serde_json::Value;

use crate::Error;

/// An object being written.
pub(super) struct Out<'o> {
    sink: &'o mut (dyn Write + Send),
    bytes: u64,
    members: u64,
    items: u64,
}

fn fault(error: &io::Error) -> Error {
    Error::fault(format!("the export cannot be written: {error}"))
}

impl<'o> Out<'o> {
    pub(super) fn new(sink: &'o mut (dyn Write + Send)) -> Out<'o> {
        Out { sink, bytes: 0, members: 0, items: 0 }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.sink.write_all(bytes).map_err(|error| fault(&error))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn begin(&mut self) -> Result<(), Error> {
        self.put(b"{")
    }

    fn name(&mut self, name: &str) -> Result<(), Error> {
        let comma = if self.members == 0 { "" } else { "," };
        self.members += 1;
        self.put(format!("{comma}\n  {}: ", Value::from(name)).as_bytes())
    }

    pub(super) fn member(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        self.name(name)?;
        self.value(value, "\n  ")
    }

    pub(super) fn begin_list(&mut self, name: &str) -> Result<(), Error> {
        self.name(name)?;
        self.items = 0;
        self.put(b"[")
    }

    pub(super) fn item(&mut self, value: &Value) -> Result<(), Error> {
        let comma = if self.items == 0 { "" } else { "," };
        self.items += 1;
        self.put(format!("{comma}\n    ").as_bytes())?;
        self.value(value, "\n    ")
    }

    pub(super) fn end_list(&mut self) -> Result<(), Error> {
        self.put(if self.items == 0 { b"]" } else { b"\n  ]" })
    }

    /// Ends the object and tells how many bytes it has.
    pub(super) fn end(&mut self) -> Result<u64, Error> {
        self.put(b"\n}\n")?;
        self.sink.flush().map_err(|error| fault(&error))?;
        Ok(self.bytes)
    }

    /// A value indented below its member: JSON text holds no line break but those between its tokens.
    fn value(&mut self, value: &Value, line: &str) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value).map_err(|error| fault(&error.into()))?;
        self.put(text.replace('\n', line).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_pieces_make_one_object() {
        let mut bytes = Vec::new();
        let mut out = Out::new(&mut bytes);
        out.begin().unwrap();
        out.member("a\"b", &json!({"x": "line\nbreak", "y": []})).unwrap();
        out.begin_list("users").unwrap();
        out.item(&json!({"n": 1})).unwrap();
        out.item(&json!({"n": 2})).unwrap();
        out.end_list().unwrap();
        let length = out.end().unwrap();
        assert_eq!(length, bytes.len() as u64);
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, json!({"a\"b": {"x": "line\nbreak", "y": []}, "users": [{"n": 1}, {"n": 2}]}));
    }
}
