//! Evaluate: what a token would say, without making one.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{BoxFuture, Issuer, Operation, Permission, Portreeve};
use serde_json::{Value, json};

use super::input::{Question, docker_client};
use crate::access;
use crate::claims::{BACKDATE, Claims, TYPE};

/// The operation.
pub(super) struct Evaluate;

impl Operation for Evaluate {
    fn id(&self) -> &'static str {
        "evaluate"
    }

    fn help(&self) -> &'static str {
        "The claims that a token for this user and these scopes would hold, and what would be denied."
    }

    fn permission(&self) -> Permission {
        Permission::ViewClientAndUsers
    }

    fn run<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
        input: Value,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            let docker = docker_client(client)?;
            let settings = docker.settings.as_ref().map_err(|faults| Error::Invalid(faults.clone()))?;
            let question = Question::read(portreeve, realm, input).await?;
            let requested = question.requested()?;
            let decision = question.ask(realm, |asker| access::decide(&requested.entries, &docker.rules, asker));
            let answered = question.user().is_some() || !decision.granted.is_empty();
            let issuer = Issuer::of(portreeve, realm);
            let claims = Claims {
                jti: "",
                exp: question.time() + settings.lifespan(realm),
                nbf: question.time() - BACKDATE,
                iat: question.time(),
                iss: issuer.as_str(),
                aud: &client.client_id,
                sub: settings.subject(question.user().map(|user| &**user)),
                typ: TYPE,
                azp: &client.client_id,
                access: &decision.granted,
            };
            Ok(json!({
                "granted": decision.granted,
                "denied": decision.denied,
                "malformed": requested.malformed,
                // Who shows nothing and gets nothing gets a challenge instead of a token.
                "claims": if answered { json!(claims) } else { Value::Null },
            }))
        })
    }
}
