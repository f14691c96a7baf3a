//! A client hands over what a person told it: the realm's direct grant flow, in which nothing can be asked back.

use std::sync::Arc;

use identity::{BlackLists, Client, Error, Identity, NoLists, Peer, Proven, Realm, User};

use crate::{
    Binding, BoxFuture, Engine, Execution, Fields, FlowCache, FlowState, Input, Outcome, Refusal, Request, Scene,
    Services,
};

/// Proves a user by what a client brings: `username`, `password`, and `totp` or `otp` where the person has a device.
///
/// # Errors
/// [`Refusal`]. A flow that would have to show a page refuses: nobody sees it.
pub async fn direct_grant(
    engine: &Engine,
    flows: &FlowCache,
    identity: &Identity,
    realm: &Arc<Realm>,
    client: &Arc<Client>,
    given: Fields,
    peer: Peer,
) -> Result<Proven, Refusal> {
    let flow = flows.of(realm).bound(Binding::DirectGrant, Some(client)).map_err(Refusal::Flow)?;
    let mut state = FlowState { username: given.text("username").map(str::to_owned), ..FlowState::default() };
    let request = Request { given, ..Request::default() };
    let scene =
        Scene { identity, realm, client: Some(client), peer, session: None, request: &request, services: &NoPages };
    match engine.run(&scene, &flow, &mut state, Input::Enter).await {
        Outcome::Refused(refusal) => Err(refusal),
        Outcome::Show(_) | Outcome::Stale => Err(Refusal::NotConfigured),
        Outcome::Done => {
            let evidence = state.evidence().and_then(|text| identity.kept_evidence(realm, text));
            let evidence = evidence.ok_or(Refusal::UnknownUser)?;
            let proven = identity.prove_user_with(realm, &evidence).await?;
            let actions = &proven.user().required_actions;
            if actions.is_empty() && state.required_actions.is_empty() {
                return Ok(proven);
            }
            let all = actions.iter().cloned().chain(state.required_actions);
            Err(Refusal::Denied(identity::Denied::ActionRequired {
                user: proven.user().id.clone(),
                actions: all.collect(),
            }))
        }
    }
}

struct NoPages;

impl Services for NoPages {
    fn black_lists(&self) -> &dyn BlackLists {
        &NoLists
    }

    fn send_reset_link<'a>(
        &'a self,
        _user: &'a Arc<User>,
        _execution: &'a Execution,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Err(Error::Refused("nobody would follow the link".to_owned()))))
    }
}
