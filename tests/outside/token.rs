//! What stands in a registry token. Its signature is the registry's business here: a registry that was not changed judges it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) length: usize,
}

impl Token {
    #[track_caller]
    pub(crate) fn decode(compact: &str) -> Self {
        let parts: Vec<Value> = compact.split('.').take(2).map(part).collect();
        let [header, claims] = <[Value; 2]>::try_from(parts).unwrap_or_else(|_| panic!("not a JWS: {compact}"));
        Self { header, claims, length: compact.len() }
    }

    /// The token of a token endpoint's answer, which must hold it under both names.
    #[track_caller]
    pub(crate) fn of_answer(answer: &Value) -> Self {
        let token = answer["token"].as_str().unwrap_or_else(|| panic!("no token in {answer}"));
        assert_eq!(answer["access_token"].as_str(), Some(token), "`access_token` is the same token");
        Self::decode(token)
    }

    /// The grant as sorted lines `type:name:action,action`.
    #[track_caller]
    pub(crate) fn access(&self) -> Vec<String> {
        let entries = self.claims["access"].as_array().unwrap_or_else(|| panic!("`access` is a list: {}", self.claims));
        let mut lines: Vec<String> = entries
            .iter()
            .map(|entry| {
                let mut actions: Vec<&str> =
                    entry["actions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                actions.sort_unstable();
                let word = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
                format!("{}:{}:{}", word("type"), word("name"), actions.join(","))
            })
            .collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().unwrap_or_default()
    }
}

#[track_caller]
fn part(text: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|_| panic!("not base64url: {text}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("not JSON: {text}"))
}
