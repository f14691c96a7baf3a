//! JSON bodies, read as Keycloak reads them: an unknown member is refused with its place, a wrong type with its name.

use admin::{Refusal, Words};
use bytes::Bytes;
use http::StatusCode;
use identity::Representation;
use serde_json::{Map, Value};

/// Members of one object that are looked at; more are refused.
const MAX_MEMBERS: usize = 100_000;

/// The body as one representation.
pub(crate) fn object(body: &Bytes, kind: Representation) -> Result<Map<String, Value>, Refusal> {
    match any(body)? {
        Value::Object(document) => settled(document, kind, body),
        _ => Err(unreadable()),
    }
}

/// The body as a list of representations.
pub(crate) fn list(body: &Bytes, kind: Representation) -> Result<Vec<Map<String, Value>>, Refusal> {
    let Value::Array(items) = any(body)? else { return Err(unreadable()) };
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(document) => settled(document, kind, body),
            _ => Err(unreadable()),
        })
        .collect()
}

/// The body as any JSON; null where it is empty.
pub(crate) fn any(body: &Bytes) -> Result<Value, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| unreadable())
}

fn unreadable() -> Refusal {
    Refusal::described("invalid_request", "Cannot parse the JSON")
}

/// Checks members by name and type.
fn settled(
    mut document: Map<String, Value>,
    kind: Representation,
    body: &Bytes,
) -> Result<Map<String, Value>, Refusal> {
    if document.len() > MAX_MEMBERS {
        return Err(unreadable());
    }
    if let Some(member) = document.keys().find(|member| !kind.knows(member)) {
        return Err(unknown(member, kind, body));
    }
    match kind.settle(&mut document) {
        Ok(()) => Ok(document),
        Err(faults) => {
            let first = faults.into_iter().next();
            let place = first.map(|fault| format!("{}: {}", fault.field, fault.reason)).unwrap_or_default();
            Err(Refusal::error(format!("Invalid json representation for {}. {place}", kind.name)))
        }
    }
}

fn unknown(member: &str, kind: Representation, body: &Bytes) -> Refusal {
    let (line, column) = place(body, member).unwrap_or((1, 1));
    let shown: String = member.chars().take(120).collect();
    let words = format!(
        "Invalid json representation for {}. Unrecognized field \"{shown}\" at line {line} column {column}.",
        kind.name
    );
    Refusal::status(StatusCode::BAD_REQUEST, Words::Error(words.into()))
}

/// Where Keycloak's reader stands when it meets the first member of this name: behind a number or word, behind the first
/// character of all else.
fn place(body: &[u8], member: &str) -> Option<(usize, usize)> {
    let quoted = Value::from(member).to_string();
    let mut from = 0;
    loop {
        let found = from + find(body.get(from..)?, quoted.as_bytes())?;
        let rest = skip_blanks(body, found + quoted.len());
        if body.get(rest) != Some(&b':') {
            from = found + 1;
            continue;
        }
        let value = skip_blanks(body, rest + 1);
        let end = match body.get(value)? {
            b'"' | b'{' | b'[' => value + 1,
            _ => {
                let tail = body.get(value..)?;
                value
                    + tail
                        .iter()
                        .take_while(|byte| !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace())
                        .count()
            }
        };
        let before = body.get(..end)?;
        let line = before.split(|byte| *byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        return Some((line, end - start + 1));
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len().max(1)).position(|window| window == wanted)
}

fn skip_blanks(body: &[u8], from: usize) -> usize {
    from + body.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str, kind: Representation) -> String {
        match object(&Bytes::copy_from_slice(body.as_bytes()), kind) {
            Err(Refusal::Told(StatusCode::BAD_REQUEST, Words::Error(words))) => words.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_unknown_member_is_told_with_its_place_as_recorded() {
        assert_eq!(
            refused(r#"{"frobnicate": 1}"#, Representation::REALM),
            "Invalid json representation for RealmRepresentation. Unrecognized field \"frobnicate\" at line 1 column 17."
        );
        assert!(
            refused(r#"{"username": "dan", "frobnicate": 1}"#, Representation::USER).ends_with("at line 1 column 36.")
        );
    }

    #[test]
    fn a72_wrong_types_are_refused_and_scalars_are_settled() {
        assert!(refused(r#"{"clientId": {}}"#, Representation::CLIENT).contains("clientId"));
        let body = Bytes::from_static(br#"{"enabled": "true", "name": null, "attributes": {"a": 1}}"#);
        let read = object(&body, Representation::CLIENT).unwrap();
        assert_eq!(Value::Object(read), serde_json::json!({"enabled": true, "attributes": {"a": "1"}}));
    }

    #[test]
    fn what_is_no_json_is_refused_without_its_words() {
        for body in ["{", "[]", "nul", "\"x\"", "{\"a\":\u{0}}"] {
            let refused = object(&Bytes::copy_from_slice(body.as_bytes()), Representation::CLIENT);
            assert!(matches!(refused, Err(Refusal::Told(StatusCode::BAD_REQUEST, Words::Described(..)))), "{body}");
        }
    }
}
