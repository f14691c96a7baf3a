//! Taking a user's place.

use http::{HeaderMap, StatusCode};
use identity::{Denied, Error, NewSession, Notes};
use protocol::Issuer;
use serde_json::{Value, json};

use crate::{Happened, Impersonate, Permit, Refusal, Resource, Words};

/// What Keycloak notes of whoever takes a user's place; mappers of tokens know the names.
const IMPERSONATOR_ID: &str = "IMPERSONATOR_ID";
const IMPERSONATOR_USERNAME: &str = "IMPERSONATOR_USERNAME";

/// Opens a session of a user for the caller's browser. Answers where to go, and the headers that carry the session.
///
/// # Errors
/// 404; 403 for who manages more than the caller (A74); 400 for a user who is disabled or stands for a client.
pub async fn impersonate(permit: &Permit<Impersonate>, id: &str) -> Result<(Value, HeaderMap), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let (realm, identity, portreeve) = (permit.realm(), permit.identity(), permit.portreeve());
    let refused = |words: &'static str| Refusal::status(StatusCode::BAD_REQUEST, Words::Message(words.into()));
    if !user.enabled {
        return Err(refused("User is disabled"));
    }
    if user.service_account_client.is_some() {
        return Err(refused("User is a service account"));
    }
    let doors = portreeve.letters().ok_or_else(|| refused("Nobody is served here"))?;
    let proven = match identity.prove_impersonated(realm, &user.id).await {
        Ok(proven) => proven,
        Err(Denied::Fault(error)) => return Err(error.into()),
        Err(Denied::Busy { retry_after_seconds }) => return Err(Error::Busy { retry_after_seconds }.into()),
        Err(_) => return Err(refused("User is disabled")),
    };
    let caller = permit.caller();
    let admin = &caller.bearer().user;
    let notes = Notes::default()
        .with(IMPERSONATOR_ID, admin.id.as_str())
        .with(IMPERSONATOR_USERNAME, &admin.username)
        .with(protocol::AUTH_TIME, &identity.clock().now().seconds().to_string());
    let new = NewSession { address: Some(caller.address()), notes, ..NewSession::default() };
    let (session, _) = identity.open_session(realm, &proven, new).await?;
    let live = identity.live_session(realm, &session.id, false, None).await?;
    let live = live.ok_or_else(|| Refusal::from(Error::fault("a session that was just opened is over")))?;
    let headers = doors.session_cookies(portreeve, realm, &live)?;
    let happened = Happened::action(Resource::User, format!("users/{}/impersonation", user.id));
    permit.change().await?.commit(happened).await?;
    let same = caller.bearer().realm.id == realm.id;
    let redirect = Issuer::of(portreeve, realm).join("account");
    Ok((json!({ "sameRealm": same, "redirect": redirect }), headers))
}
