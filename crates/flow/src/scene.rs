//! What an authenticator has in hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use identity::{BlackLists, Client, Error, Evidence, Identity, LiveSession, Peer, Realm, User};

use crate::{BoxFuture, Execution, Fields, Flow, FlowState, Refusal};

/// What the flow may ask of the rooms above it.
pub trait Services: Send + Sync {
    /// Lists of passwords that nobody may have.
    fn black_lists(&self) -> &dyn BlackLists;

    /// Sends the link with which a person proves that they read their mail, to go on from this execution. It is queued, and
    /// takes no longer for somebody who exists.
    fn send_reset_link<'a>(&'a self, user: &'a Arc<User>, execution: &'a Execution)
    -> BoxFuture<'a, Result<(), Error>>;
}

/// What the application and the browser bring to a flow.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Whether an older session is not enough (`prompt=login`, `max_age`).
    pub reauthenticate: bool,
    /// Who will probably log in.
    pub login_hint: Option<String>,
    /// Which identity provider to go to.
    pub idp_hint: Option<String>,
    /// Client scopes that the application asks for, by name.
    pub scopes: Vec<String>,
    /// What a followed link proved.
    pub link: Option<Evidence>,
    /// What a client brings at once, where no page can be shown (`password`, `totp`).
    pub given: Fields,
}

/// A request to a flow: what does not change while it is walked.
pub struct Scene<'a> {
    /// The store.
    pub identity: &'a Identity,
    /// The realm.
    pub realm: &'a Arc<Realm>,
    /// The application.
    pub client: Option<&'a Arc<Client>>,
    /// Who asks.
    pub peer: Peer,
    /// The session that the browser has.
    pub session: Option<&'a LiveSession>,
    /// What the request brings.
    pub request: &'a Request,
    /// The rooms above.
    pub services: &'a dyn Services,
}

/// What an authenticator or condition has in hand.
pub struct Context<'a> {
    /// The request.
    pub scene: &'a Scene<'a>,
    /// Where the flow stands.
    pub state: &'a mut FlowState,
    /// The execution that has its turn.
    pub execution: &'a Execution,
    /// Its configuration.
    pub config: &'a BTreeMap<String, String>,
    /// The form whose actions it shows.
    pub form: Option<&'a Flow>,
    /// The flow that it stands in.
    pub parent: &'a Flow,
    /// The whole flow.
    pub top: &'a Flow,
}

impl Context<'_> {
    /// Who it is about, if somebody has said so.
    pub async fn user(&self) -> Result<Option<Arc<User>>, Refusal> {
        match &self.state.user {
            Some(id) => Ok(self.scene.identity.find_user(self.scene.realm, id).await?),
            None => Ok(None),
        }
    }

    /// Somebody is meant. Another than before is not taken: evidence about one must not let in the other (A55).
    pub fn set_user(&mut self, user: &User) -> Result<(), Refusal> {
        match &self.state.user {
            Some(before) if *before != user.id => Err(Refusal::InvalidCredentials),
            _ => {
                self.state.user = Some(user.id.clone());
                Ok(())
            }
        }
    }

    /// Something is proved.
    pub fn prove(&mut self, evidence: Evidence) -> Result<(), Refusal> {
        let Scene { identity, realm, .. } = self.scene;
        let before = self.state.evidence.as_deref().and_then(|text| identity.kept_evidence(realm, text));
        let all = match before {
            Some(before) => before.and(&evidence).map_err(|_| Refusal::InvalidCredentials)?,
            None => evidence,
        };
        if self.state.user.as_ref().is_some_and(|user| user != all.user()) {
            return Err(Refusal::InvalidCredentials);
        }
        self.state.user = Some(all.user().clone());
        self.state.evidence = Some(identity.keep_evidence(realm, &all)?);
        Ok(())
    }

    /// A switch of the configuration.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.config.get(name).map_or(default, |text| text == "true")
    }
}

/// Whether the fields of a form ask to be remembered, where the realm lets them.
pub(crate) fn wants_remembering(realm: &Realm, fields: &Fields) -> bool {
    realm.settings.remember_me && fields.is_on("rememberMe")
}
