//! A built-in field of the user.

use std::sync::Arc;

use serde_json::Value;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, line,
};
use super::kind::Absent;
use super::value::JsonType;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};
use crate::person;

pub(crate) static KIND: Kind = Kind {
    id: "oidc-usermodel-property-mapper",
    label: "User Property",
    help: "Writes a built-in field of the user: username, email, emailVerified, firstName, lastName, id, enabled.",
    form: &[
        line("user.attribute", "Property", "Name of the field."),
        CLAIM_NAME,
        JSON_TYPE,
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::Usual,
    read,
};

struct UserProperty {
    property: String,
    path: ClaimPath,
    name: String,
    json_type: JsonType,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(UserProperty {
        property: config.text("user.attribute")?.to_owned(),
        path: config.path()?,
        name: config.text("claim.name")?.to_owned(),
        json_type: config.json_type(),
    }))
}

impl UserProperty {
    fn value(&self, context: &Context<'_>) -> Option<Value> {
        self.json_type.write(&person::property(context.user, &self.property)?)
    }
}

impl Apply for UserProperty {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(value) = self.value(context) {
            state.claims.put(&self.path, value, Writer::Any);
        }
    }

    fn single(&self, context: &Context<'_>) -> Option<(&str, Value)> {
        Some((&self.name, self.value(context)?))
    }
}
