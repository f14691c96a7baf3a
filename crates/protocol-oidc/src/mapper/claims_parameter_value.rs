//! The value of a claim as the authorization request asked for it.

use std::sync::Arc;

use super::config::{IN_ID, line};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-claims-param-value-idtoken-mapper",
    label: "Claims parameter with value ID Token",
    help: "Writes into the id token the value that the parameter claims gave for a claim.",
    form: &[line("claim.name", "Claim name", "Name of the claim."), IN_ID],
    priority: 0,
    able: Targets::ID,
    absent: Absent::Usual,
    read,
};

struct ClaimsParameterValue {
    name: String,
    path: ClaimPath,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(ClaimsParameterValue { name: config.text("claim.name")?.to_owned(), path: config.path()? }))
}

impl Apply for ClaimsParameterValue {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(value) = context.requested.and_then(|requested| requested.value_in_id_token(&self.name)) {
            state.claims.put(&self.path, value.clone(), Writer::Any);
        }
    }
}
