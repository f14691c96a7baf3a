//! One file of recorded answers.

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

/// The answers of one area, in the order in which they were given.
#[derive(Deserialize)]
pub struct Recording {
    pub area: String,
    pub cases: Vec<Case>,
}

/// One request and its answer.
#[derive(Clone, Deserialize)]
pub struct Case {
    #[serde(rename = "case")]
    pub name: String,
    pub request: Request,
    pub response: Value,
}

/// A request as it was sent, with placeholders for what no other server would understand.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, Value)>,
    pub headers: std::collections::BTreeMap<String, String>,
    pub form: Option<Vec<(String, Value)>>,
    pub json: Option<Value>,
}

impl Recording {
    pub fn read(area: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("recorded/{area}.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[track_caller]
    pub fn case(&self, name: &str) -> Case {
        let case = self.cases.iter().find(|case| case.name == name);
        case.unwrap_or_else(|| panic!("{}: no case {name:?}", self.area)).clone()
    }
}
