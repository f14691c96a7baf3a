//! Claims that the authorization request asked for one by one (OpenID Connect Core §5.5).

use std::sync::Arc;

use super::config::{IN_ID, IN_USER_INFO};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State, Target};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-claims-param-token-mapper",
    label: "Claims parameter Token",
    help: "Writes the claims that the parameter claims of the authorization request asked for.",
    form: &[IN_ID, IN_USER_INFO],
    // After all others, whose claims it adds to.
    priority: 60,
    able: Targets::ID_AND_USER_INFO,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(ClaimsParameter)),
};

struct ClaimsParameter;

impl Apply for ClaimsParameter {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        add_requested(context, state);
    }
}

/// Adds what was asked for and the client may have, from whichever scope it is in.
pub(crate) fn add_requested<'a>(context: &Context<'a>, state: &mut State<'a>) {
    let Some(requested) = context.requested else { return };
    let wanted = |name: &str| match context.target {
        Target::UserInfo => requested.in_user_info(name),
        _ => requested.in_id_token(name),
    };
    for source in context.sources {
        if let Some((name, value)) = source.single(context)
            && wanted(name)
        {
            state.claims.put(&ClaimPath::parse(name), value, Writer::Any);
        }
    }
}
