//! A claim with a fixed value.

use std::sync::Arc;

use serde_json::Value;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, line,
};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-hardcoded-claim-mapper",
    label: "Hardcoded claim",
    help: "Writes the same value for everybody.",
    form: &[
        CLAIM_NAME,
        line("claim.value", "Claim value", "The value."),
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

struct HardcodedClaim {
    path: ClaimPath,
    value: Value,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    let value = config.json_type().write(config.text("claim.value")?)?;
    Some(Arc::new(HardcodedClaim { path: config.path()?, value }))
}

impl Apply for HardcodedClaim {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        state.claims.put(&self.path, self.value.clone(), Writer::Any);
    }
}
