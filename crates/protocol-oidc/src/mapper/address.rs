//! The address claim (OpenID Connect Core §5.1.1), put together from attributes.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::config::{IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, line};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};
use crate::person;

/// Members of the claim, the keys that name their attributes, and the attributes where none is named.
const MEMBERS: [(&str, &str, &str); 6] = [
    ("street_address", "user.attribute.street", "street"),
    ("locality", "user.attribute.locality", "locality"),
    ("region", "user.attribute.region", "region"),
    ("postal_code", "user.attribute.postal_code", "postal_code"),
    ("country", "user.attribute.country", "country"),
    ("formatted", "user.attribute.formatted", "formatted"),
];

pub(crate) static KIND: Kind = Kind {
    id: "oidc-address-mapper",
    label: "User Address",
    help: "Writes the claim address from attributes of the user.",
    form: &[
        line("user.attribute.street", "User Attribute Name for Street", "Attribute for street_address."),
        line("user.attribute.locality", "User Attribute Name for Locality", "Attribute for locality."),
        line("user.attribute.region", "User Attribute Name for Region", "Attribute for region."),
        line("user.attribute.postal_code", "User Attribute Name for Postal Code", "Attribute for postal_code."),
        line("user.attribute.country", "User Attribute Name for Country", "Attribute for country."),
        line("user.attribute.formatted", "User Attribute Name for Formatted Address", "Attribute for formatted."),
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

struct Address {
    path: ClaimPath,
    members: Vec<(&'static str, String)>,
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the readers, and others may find no meaning")]
fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    let members = MEMBERS
        .into_iter()
        .map(|(member, key, usual)| (member, config.text(key).unwrap_or(usual).to_owned()))
        .collect();
    Some(Arc::new(Address { path: ClaimPath::parse("address"), members }))
}

impl Address {
    fn value(&self, context: &Context<'_>) -> Option<Value> {
        let members: Map<String, Value> = self
            .members
            .iter()
            .filter_map(|(member, attribute)| {
                let text = person::attribute(context.user, attribute).next()?;
                Some(((*member).to_owned(), Value::from(text)))
            })
            .collect();
        (!members.is_empty()).then_some(Value::Object(members))
    }
}

impl Apply for Address {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(value) = self.value(context) {
            state.claims.put(&self.path, value, Writer::Any);
        }
    }

    fn single(&self, context: &Context<'_>) -> Option<(&str, Value)> {
        Some(("address", self.value(context)?))
    }
}
