//! The page where a person brings a device's code (RFC 8628 §3.3), at `/realms/{realm}/device`.

use std::sync::Arc;

use axum::response::Response;
use identity::{Client, Error};
use protocol::{Begin, ClientInRealm, Demands, Details, Entry as LogIn, InBrowser, Page, Prompts};

use super::returned::Device;
use super::{Entry, State, USER_CODE_KIND, typed, user_secret};
use crate::desk::{self, Desk, Trouble};
use crate::door::DeviceDoor;
use crate::parameters::Parameters;
use crate::payload::Payload;
use crate::{PROTOCOL, Parts, scope};

/// Name of the field, as Keycloak's pages have it.
const FIELD: &str = "device_user_code";

/// GET: asks for the code. One in the address fills the field and no more: whoever sent the link may be the thief (§5.4).
pub(crate) async fn get(request: InBrowser<DeviceDoor>, parts: &Parts, query: &[u8]) -> Response {
    let InBrowser { door, browser } = request;
    let parameters = Parameters::read(query).unwrap_or_default();
    let code = parameters.given("user_code").filter(|code| typed(code).is_some()).unwrap_or_default();
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, None, parts);
    let response = ask(&desk, code, None);
    door.outcome.served();
    response
}

fn ask(desk: &Desk<'_>, code: &str, fault: Option<&str>) -> Response {
    let action = desk.issuer().join("device");
    let mut response = desk.show(&[], &Page::DeviceCode { action: &action, code, fault });
    desk::keep_from_caches(&mut response);
    response
}

/// Why a code is not taken.
enum Refused {
    Code,
    Store(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// POST: the code. The person logs in for the device's client, and is always asked whether they agree: the device may be
/// somebody else's (§5.4, A53).
pub(crate) async fn post(request: InBrowser<DeviceDoor>, parts: &Parts, form: &[u8]) -> Response {
    let InBrowser { mut door, browser } = request;
    let parameters = Parameters::read(form).unwrap_or_default();
    let given = parameters.given(FIELD).or_else(|| parameters.given("user_code")).unwrap_or_default();
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, None, parts);
    match take(&desk, given).await {
        Ok((client, user_code, entry)) => {
            door.outcome.about_client(&client.client_id);
            let payload = match Payload::Device(Device { user_code }).to_value() {
                Ok(payload) => payload,
                Err(error) => return Trouble::Store(error).end(&desk, door.outcome, Details::new()),
            };
            let interaction = Arc::clone(&browser.interaction);
            let demands = demands(&client, &entry);
            let begin = Begin {
                portreeve: door.portreeve,
                realm: door.realm,
                client,
                facts: door.facts,
                outcome: door.outcome,
                browser,
                demands,
                payload,
                way_back: None,
            };
            interaction.begin(begin).await
        }
        Err(Refused::Code) => {
            let response = ask(&desk, "", Some("oauth2DeviceInvalidUserCodeMessage"));
            door.outcome.refused("invalid_oauth2_user_code", Details::new());
            response
        }
        Err(Refused::Store(error)) => Trouble::Store(error).end(&desk, door.outcome, Details::new()),
    }
}

/// The request behind a code that nobody has answered.
async fn take(desk: &Desk<'_>, given: &str) -> Result<(Arc<Client>, String, Entry), Refused> {
    let code = typed(given).ok_or(Refused::Code)?;
    let identity = &desk.portreeve.identity;
    let secret = user_secret(desk.realm, &code);
    let ticket = identity.find_ticket(desk.realm, USER_CODE_KIND, &secret).await?.ok_or(Refused::Code)?;
    let entry: Entry = serde_json::from_value(ticket.payload.as_ref().clone()).map_err(|_| Refused::Code)?;
    // Somebody who gives up half-way may begin again; an answer is final.
    if entry.state != State::Open {
        return Err(Refused::Code);
    }
    let client = ClientInRealm::find(desk.realm, &entry.client_id, PROTOCOL).map_err(|_| Refused::Code)?;
    Ok((Arc::clone(client.client()), code, entry))
}

fn demands(client: &Client, entry: &Entry) -> Demands {
    let wanted = scope::names(&entry.scope).unwrap_or_default();
    let optional = client.optional_scopes.iter().filter(|scope| wanted.contains(&&*scope.name));
    Demands {
        prompt: Prompts { consent: true, ..Prompts::default() },
        ask_consent: true,
        consent: client.default_scopes.iter().chain(optional).map(|scope| scope.id.clone()).collect(),
        entry: LogIn::Browser,
        ..Demands::default()
    }
}
