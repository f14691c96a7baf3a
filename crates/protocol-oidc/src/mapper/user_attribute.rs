//! An attribute of the user.

use std::sync::Arc;

use serde_json::Value;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, MULTIVALUED, flag, line,
};
use super::kind::Absent;
use super::value::JsonType;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};
use crate::person;

pub(crate) static KIND: Kind = Kind {
    id: "oidc-usermodel-attribute-mapper",
    label: "User Attribute",
    help: "Writes an attribute of the user, or a field of the profile by its attribute's name (firstName).",
    form: &[
        line("user.attribute", "User Attribute", "Name of the attribute."),
        CLAIM_NAME,
        JSON_TYPE,
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
        MULTIVALUED,
        flag("aggregate.attrs", "Aggregate attribute values", "Add the values of the user's groups.", "false"),
    ],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::Usual,
    read,
};

struct UserAttribute {
    attribute: String,
    path: ClaimPath,
    name: String,
    json_type: JsonType,
    multivalued: bool,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(UserAttribute {
        attribute: config.text("user.attribute")?.to_owned(),
        path: config.path()?,
        name: config.text("claim.name")?.to_owned(),
        json_type: config.json_type(),
        multivalued: config.flag("multivalued"),
    }))
}

impl UserAttribute {
    fn value(&self, context: &Context<'_>) -> Option<Value> {
        self.json_type.write_all(person::attribute(context.user, &self.attribute), self.multivalued)
    }
}

impl Apply for UserAttribute {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(value) = self.value(context) {
            state.claims.put(&self.path, value, Writer::Any);
        }
    }

    fn single(&self, context: &Context<'_>) -> Option<(&str, Value)> {
        Some((&self.name, self.value(context)?))
    }
}
