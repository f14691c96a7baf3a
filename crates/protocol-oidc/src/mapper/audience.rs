//! A further audience.

use std::sync::Arc;

use super::config::{IN_ACCESS, IN_INTROSPECTION, IN_LIGHTWEIGHT, flag, line};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-audience-mapper",
    label: "Audience",
    help: "Adds a client, or any text, to the audience.",
    form: &[
        line("included.client.audience", "Included Client Audience", "The clientId of a client."),
        line("included.custom.audience", "Included Custom Audience", "Any text, where no client is named."),
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        flag("id.token.claim", "Add to ID token", "Add it to the audience of id tokens.", "false"),
        IN_INTROSPECTION,
    ],
    priority: 0,
    able: Targets::TOKENS,
    absent: Absent::Usual,
    read,
};

struct Audience {
    audience: String,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    let audience = config.text("included.client.audience").or_else(|| config.text("included.custom.audience"))?;
    Some(Arc::new(Audience { audience: audience.to_owned() }))
}

impl Apply for Audience {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        state.claims.aud.add(self.audience.clone());
    }
}
