//! Roles of clients.

use std::sync::Arc;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, MULTIVALUED, line,
};
use super::kind::Absent;
use super::realm_role::names;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

/// Stands for each client's name in the claim's.
const CLIENT: &str = "${client_id}";

pub(crate) static KIND: Kind = Kind {
    id: "oidc-usermodel-client-role-mapper",
    label: "User Client Role",
    help: "Writes the user's roles of one client, or of each client that the client may see.",
    form: &[
        line("usermodel.clientRoleMapping.clientId", "Client ID", "The client; empty: every client."),
        line("usermodel.clientRoleMapping.rolePrefix", "Client Role prefix", "Put before each role's name."),
        MULTIVALUED,
        CLAIM_NAME,
        JSON_TYPE,
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 40,
    able: Targets::ALL,
    absent: Absent::Usual,
    read,
};

struct ClientRole {
    claim: String,
    /// The whole path, where it does not depend on the client.
    path: Option<ClaimPath>,
    /// `resource_access.${client_id}.roles`, by far the most frequent.
    usual: bool,
    client: Option<String>,
    prefix: String,
    multivalued: bool,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    let claim = config.text("claim.name")?.to_owned();
    config.path()?;
    let prefix = config.text("usermodel.clientRoleMapping.rolePrefix").unwrap_or_default().to_owned();
    Some(Arc::new(ClientRole {
        path: (!claim.contains(CLIENT)).then(|| ClaimPath::parse(&claim)),
        usual: claim == "resource_access.${client_id}.roles" && prefix.is_empty(),
        claim,
        client: config.text("usermodel.clientRoleMapping.clientId").map(str::to_owned),
        prefix,
        multivalued: config.switch("multivalued").unwrap_or(true),
    }))
}

impl Apply for ClientRole {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        for (client, roles) in &state.roles.clients {
            if roles.is_empty() || self.client.as_deref().is_some_and(|wanted| wanted != client) {
                continue;
            }
            if self.usual && state.claims.resource_access.iter().all(|(known, _)| known != client) {
                state.claims.resource_access.push((client.clone(), roles.clone()));
                continue;
            }
            let Some(value) = names(roles, &self.prefix, self.multivalued) else { continue };
            if let Some(path) = &self.path {
                state.claims.put(path, value, Writer::Roles);
            } else {
                // A dot in a client's name is part of the name.
                let claim = self.claim.replace(CLIENT, &client.replace('.', "\\."));
                state.claims.put(&ClaimPath::parse(&claim), value, Writer::Roles);
            }
        }
    }
}
