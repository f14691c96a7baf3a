//! What evaluate and explain are told: who would ask for what, from where, how and when.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use identity::{Client, Error, Realm, User};
use protocol::Portreeve;
use serde::Deserialize;
use serde_json::Value;

use crate::access::Asker;
use crate::rule::condition::CredentialKind;
use crate::scope::{self, Requested};
use crate::settings::DockerClient;
use crate::token::UserFacts;

/// The input's members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// User name or e-mail as at log-in; absent for nobody.
    user: Option<String>,
    /// Scopes, as a client would send them.
    #[serde(default)]
    scope: Vec<String>,
    /// The peer's address; absent: loopback.
    address: Option<IpAddr>,
    /// Kind of credential; absent: a password.
    credential: Option<String>,
    /// Unix seconds; absent: now.
    time: Option<i64>,
}

/// A question, with the person found.
pub(super) struct Question {
    user: Option<Arc<User>>,
    scopes: Vec<String>,
    address: IpAddr,
    credential: Option<CredentialKind>,
    time: i64,
}

impl Question {
    pub(super) async fn read(portreeve: &Portreeve, realm: &Arc<Realm>, input: Value) -> Result<Self, Error> {
        let input: Input = serde_json::from_value(input).map_err(|error| Error::invalid("", error.to_string()))?;
        let user = match &input.user {
            None => None,
            Some(name) => {
                let found = portreeve.identity.find_user_by_login(realm, name).await?;
                Some(found.ok_or(Error::NotFound("user"))?)
            }
        };
        let credential = match input.credential.as_deref() {
            _ if user.is_none() => None,
            None => Some(CredentialKind::Password),
            Some(word) => Some(
                CredentialKind::ALL
                    .into_iter()
                    .find(|kind| kind.word() == word)
                    .ok_or_else(|| Error::invalid("credential", "is no kind of credential"))?,
            ),
        };
        Ok(Self {
            user,
            scopes: input.scope,
            address: input.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            credential,
            time: input.time.unwrap_or_else(|| portreeve.identity.clock().now().seconds()),
        })
    }

    pub(super) fn user(&self) -> Option<&Arc<User>> {
        self.user.as_ref()
    }

    pub(super) fn time(&self) -> i64 {
        self.time
    }

    pub(super) fn requested(&self) -> Result<Requested<'_>, Error> {
        scope::parse(self.scopes.iter().map(String::as_str))
            .map_err(|_| Error::invalid("scope", "holds too many scopes"))
    }

    /// Asks with an asker like the one that a request would make.
    pub(super) fn ask<T>(&self, realm: &Realm, work: impl FnOnce(&Asker<'_>) -> T) -> T {
        let facts = self.user.as_deref().map(|user| UserFacts::new(realm, user));
        work(&Asker {
            person: facts.as_ref().map(UserFacts::person),
            credential: self.credential,
            address: self.address,
            now: self.time,
        })
    }
}

/// The client as this protocol sees it.
pub(super) fn docker_client(client: &Client) -> Result<Arc<DockerClient>, Error> {
    if &*client.protocol != crate::PROTOCOL {
        return Err(Error::Refused("this client belongs to another protocol".into()));
    }
    Ok(client.typed(DockerClient::read))
}
