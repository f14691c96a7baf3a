//! The clients whose roles the token tells: they are whom it is for.

use std::sync::Arc;

use super::config::{IN_ACCESS, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-audience-resolve-mapper",
    label: "Audience Resolve",
    help: "Adds every other client of which the user has a role to the audience.",
    form: &[IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: 30,
    able: Targets::ACCESS,
    absent: Absent::OnForAccess,
    read: |_: Config<'_>| Some(Arc::new(AudienceResolve)),
};

struct AudienceResolve;

impl Apply for AudienceResolve {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        for (client, roles) in &state.roles.clients {
            if client != context.client_id && !roles.is_empty() {
                state.claims.aud.add(client.clone());
            }
        }
    }
}
