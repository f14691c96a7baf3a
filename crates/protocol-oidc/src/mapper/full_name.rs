//! First and last name as one.

use std::sync::Arc;

use serde_json::Value;

use super::config::{IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-full-name-mapper",
    label: "User's full name",
    help: "Writes the first and last name, with a space between, as the claim name.",
    form: &[IN_ID, IN_ACCESS, IN_LIGHTWEIGHT, IN_USER_INFO, IN_INTROSPECTION],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(FullName { path: ClaimPath::parse("name") })),
};

struct FullName {
    path: ClaimPath,
}

fn value(context: &Context<'_>) -> Option<Value> {
    let names = [&context.user.first_name, &context.user.last_name];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| Value::from(names.join(" ")))
}

impl Apply for FullName {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(value) = value(context) {
            state.claims.put(&self.path, value, Writer::Any);
        }
    }

    fn single(&self, context: &Context<'_>) -> Option<(&str, Value)> {
        Some(("name", value(context)?))
    }
}
