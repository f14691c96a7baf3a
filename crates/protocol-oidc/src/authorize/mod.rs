//! The authorization endpoint: parse once; client and address first, giving the way back; then the checks; then somebody is
//! brought who is logged in.

mod answer;
mod check;
mod redirect;
mod request;
mod response_mode;
mod response_type;
mod source;

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use identity::{Client, Realm};
use protocol::{Begin, ClientInRealm, ClientRefusal, Demands, Details, Entry, InBrowser, Portreeve, Prompts};

use crate::client_auth::Authenticated;
use crate::desk::{Desk, PageError, Trouble};
use crate::door::AuthDoor;
use crate::error::OAuthError;
use crate::hint;
use crate::parameters::Parameters;
use crate::payload::Payload;
use crate::redirect_uri::{self, AllowedUri, Base};
use crate::settings::{OidcClient, Settings};
use crate::{PROTOCOL, Parts, claims_request::ClaimsRequest, event, scope};

pub(crate) use answer::{acr, completed, failed};
pub(crate) use check::Refusal;
pub(crate) use check::is_resource;
use redirect::Redirect;
pub(crate) use redirect::in_query;
pub(crate) use request::{AuthorizationRequest, Kept};
pub(crate) use response_mode::ResponseMode;
pub(crate) use response_type::ResponseType;

/// Why a request ends here.
enum Stop {
    /// With a page.
    Page(Trouble),
    /// With an error for the client.
    Back(Redirect, Refusal),
}

impl<T: Into<Trouble>> From<T> for Stop {
    fn from(trouble: T) -> Self {
        Self::Page(trouble.into())
    }
}

/// A request that may go on to the person.
struct Accepted {
    client: Arc<Client>,
    demands: Demands,
    kept: Kept,
}

/// GET and POST, of the endpoint itself and of Keycloak's two doors beside it.
pub(crate) async fn serve(mut request: InBrowser<AuthDoor>, parts: &Parts, form: &[u8], entry: Entry) -> Response {
    if entry == Entry::Registration {
        request.door.outcome.about(event::REGISTER.failed);
    }
    let mut found = None;
    let mut details = Details::new();
    let result = accept(&mut request, parts, form, entry, &mut found, &mut details).await;
    let InBrowser { door, browser } = request;
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, found.as_ref(), parts);
    match result {
        Ok(accepted) => {
            let way_back = Some(accepted.kept.redirect_uri.clone());
            let payload = match Payload::Authorization(Box::new(accepted.kept)).to_value() {
                Ok(payload) => payload,
                Err(error) => return Trouble::Store(error).end(&desk, door.outcome, details),
            };
            let interaction = Arc::clone(&browser.interaction);
            let begin = Begin {
                portreeve: door.portreeve,
                realm: door.realm,
                client: accepted.client,
                facts: door.facts,
                outcome: door.outcome,
                browser,
                demands: accepted.demands,
                payload,
                way_back,
            };
            interaction.begin(begin).await
        }
        Err(Stop::Page(trouble)) => trouble.end(&desk, door.outcome, details),
        Err(Stop::Back(redirect, refusal)) => send_back(&desk, door.outcome, details, &redirect, &refusal).await,
    }
}

/// Sends an error to the client, and records it.
async fn send_back(
    desk: &Desk<'_>,
    outcome: protocol::Outcome,
    mut details: Details,
    redirect: &Redirect,
    refusal: &Refusal,
) -> Response {
    match redirect.error(desk, refusal).await {
        Ok(response) => {
            details.push(("redirect_uri".into(), protocol::short(redirect.uri().as_str())));
            if !refusal.description.is_empty() {
                details.push(("reason".into(), protocol::short(&refusal.description)));
            }
            outcome.refused(refusal.event, details);
            response
        }
        Err(error) => Trouble::Store(error).end(desk, outcome, details),
    }
}

async fn accept(
    request: &mut InBrowser<AuthDoor>,
    parts: &Parts,
    form: &[u8],
    entry: Entry,
    found: &mut Option<Arc<Client>>,
    details: &mut Details,
) -> Result<Accepted, Stop> {
    let parameters = Parameters::read(form).map_err(|_| PageError::invalid_request("too many parameters"))?;
    let client_id =
        one(&parameters, "client_id").ok_or_else(|| PageError::invalid_request("Missing parameter: client_id"))?;
    request.door.outcome.about_client(client_id);
    let client = &*found.insert(find_client(&request.door.realm, client_id)?);
    let desk = Desk::at(&request.door.portreeve, &request.door.realm, &request.browser, Some(client), parts);
    let oidc = client.typed(OidcClient::read);
    let settings = oidc.settings.as_ref().map_err(|faults| {
        PageError::invalid_request(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>().join(", "))
    })?;
    let (mut asked, pushed) = source::read(&desk, parts, &parameters).await?;
    let max_age = asked.max_age().map_err(|_| PageError::invalid_request("max_age"))?;
    let uri = redirect_address(&desk, client, &parameters, &asked)?;

    let too_long = asked.too_long(check::length::MOST);
    let way = |mode: ResponseMode| Redirect::new(uri.clone(), mode, asked.state.clone());
    let (response_type, mode) =
        check::response_type::check(client, &asked).map_err(|(refusal, mode)| Stop::Back(way(mode), refusal))?;
    details.push(("response_type".into(), response_type.as_str().into()));
    details.push(("response_mode".into(), mode.as_str().into()));
    let checked = check::Checked { client, settings, request: &asked, response_type, pushed, too_long };
    check::all(&checked).map_err(|refusal| Stop::Back(way(mode), refusal))?;
    if let Some(text) = asked.id_token_hint.as_deref()
        && hint::read(&request.door.realm, &desk.issuer(), text).is_none_or(|hint| !hint.is_for(&client.client_id))
    {
        let refusal = Refusal::new("invalid_request", "Invalid parameter: id_token_hint", "invalid_request");
        return Err(Stop::Back(way(mode), refusal));
    }
    let prompt = asked.prompts();
    let entry = if prompt.create && entry == Entry::Browser { Entry::Registration } else { entry };
    entry_is_open(&request.door.realm, entry)?;

    let kept = Kept {
        redirect_uri: uri.as_str().to_owned(),
        pushed,
        at: desk.portreeve.identity.clock().now(),
        request: asked,
    };
    Ok(Accepted { client: Arc::clone(client), demands: demands(client, &kept.request, prompt, max_age, entry), kept })
}

/// The value of a parameter that must be there, and once: what it says decides where errors go.
fn one<'a>(parameters: &'a Parameters<'_>, name: &'a str) -> Option<&'a str> {
    let mut values = parameters.all(name);
    values.next().filter(|value| !value.is_empty() && values.next().is_none())
}

/// RFC 6749 §3.1.2.4, §4.1.2.1: without a client nobody is sent anywhere.
fn find_client(realm: &Realm, client_id: &str) -> Result<Arc<Client>, PageError> {
    match ClientInRealm::find(realm, client_id, PROTOCOL) {
        Ok(client) if client.bearer_only => {
            Err(PageError::new("bearerOnlyMessage", "not_allowed").status(StatusCode::FORBIDDEN))
        }
        Ok(client) => Ok(Arc::clone(client.client())),
        Err(ClientRefusal::Disabled) => Err(PageError::new("clientDisabledMessage", "client_disabled")),
        Err(ClientRefusal::Unknown | ClientRefusal::OtherProtocol) => {
            Err(PageError::new("clientNotFoundMessage", "client_not_found"))
        }
    }
}

/// RFC 6749 §3.1.2.3: where the answer goes. Registered by the client, or nobody goes anywhere.
fn redirect_address(
    desk: &Desk<'_>,
    client: &Client,
    parameters: &Parameters<'_>,
    asked: &AuthorizationRequest,
) -> Result<AllowedUri, PageError> {
    let base = Base::of(desk.portreeve, desk.realm, client);
    let refused = |given: &str| PageError {
        reason: Some(format!("redirect_uri: {given}")),
        ..PageError::parameter("redirect_uri", "invalid_redirect_uri")
    };
    match asked.redirect_uri.as_deref() {
        // A08: two addresses, and nobody knows which one was meant.
        Some(given) if parameters.all("redirect_uri").nth(1).is_some() => Err(refused(given)),
        Some(given) => redirect_uri::allowed(&base, &client.redirect_uris, given).ok_or_else(|| refused(given)),
        // OpenID Connect Core §3.1.2.1 requires it; plain OAuth does without where there is but one.
        None if asked.is_openid() => Err(refused("")),
        None => redirect_uri::only(&base, &client.redirect_uris).ok_or_else(|| refused("")),
    }
}

/// Registration and forgotten credentials are for a realm to allow.
fn entry_is_open(realm: &Realm, entry: Entry) -> Result<(), PageError> {
    match entry {
        Entry::Registration if !realm.settings.registration_allowed => {
            Err(PageError::new("registrationNotAllowedMessage", "registration_disabled"))
        }
        Entry::ResetCredentials if !realm.settings.reset_password_allowed => {
            Err(PageError::new("resetCredentialNotAllowedMessage", "not_allowed"))
        }
        _ => Ok(()),
    }
}

/// What the log-in must satisfy (OpenID Connect Core §3.1.2.1).
fn demands(
    client: &Client,
    asked: &AuthorizationRequest,
    prompt: Prompts,
    max_age: Option<i64>,
    entry: Entry,
) -> Demands {
    let words = |text: &Option<String>| -> Vec<String> {
        text.as_deref().unwrap_or_default().split_ascii_whitespace().take(16).map(str::to_owned).collect()
    };
    let requested = asked.claims.as_deref().and_then(ClaimsRequest::parse);
    // §5.5.1.1: the claim, where it names values, weighs more than the parameter, which is only a wish.
    let (mut acr, mut acr_essential) = (words(&asked.acr_values), false);
    if let Some((values, essential)) = requested.as_ref().and_then(ClaimsRequest::acr)
        && !values.is_empty()
    {
        acr = values.into_iter().map(str::to_owned).collect();
        acr_essential = essential;
    }
    if acr.is_empty() {
        acr = client
            .attribute("default.acr.values")
            .map(|text| text.split("##").map(str::to_owned).collect())
            .unwrap_or_default();
    }
    let wanted = scope::names(asked.scope.as_deref().unwrap_or_default()).unwrap_or_default();
    let optional = client.optional_scopes.iter().filter(|scope| wanted.contains(&&*scope.name));
    // A client may set how old a log-in it takes.
    let usual_age = client.attribute("default.max.age").and_then(|text| text.parse().ok());
    Demands {
        prompt,
        max_age: max_age.or(usual_age),
        acr,
        acr_essential,
        login_hint: asked.login_hint.clone(),
        ui_locales: words(&asked.ui_locales),
        ask_consent: false,
        kc_action: asked.kc_action.clone(),
        idp_hint: asked.kc_idp_hint.clone(),
        consent: client.default_scopes.iter().chain(optional).map(|scope| scope.id.clone()).collect(),
        entry,
    }
}

/// Checks a request that is being pushed, as the browser's will be (RFC 9126 §2.1).
///
/// # Errors
/// In the words in which the browser would have carried it.
pub(crate) fn check_pushed(
    portreeve: &Portreeve,
    realm: &Realm,
    authenticated: &Authenticated,
    settings: &Settings,
    mut asked: AuthorizationRequest,
) -> Result<(), OAuthError> {
    let client = &authenticated.client;
    let refused = |refusal: Refusal| OAuthError::Told {
        error: refusal.error,
        description: refusal.description,
        event: refusal.event,
    };
    let invalid = |description: &str| refused(Refusal::new("invalid_request", description, "invalid_request"));
    if asked.max_age().is_err() {
        return Err(invalid("Invalid parameter: max_age"));
    }
    let base = Base::of(portreeve, realm, client);
    let known = match asked.redirect_uri.as_deref() {
        Some(given) => redirect_uri::allowed(&base, &client.redirect_uris, given).is_some(),
        None => !asked.is_openid() && redirect_uri::only(&base, &client.redirect_uris).is_some(),
    };
    if !known {
        return Err(invalid("Invalid parameter: redirect_uri"));
    }
    let too_long = asked.too_long(check::length::MOST);
    let (response_type, _) = check::response_type::check(client, &asked).map_err(|(refusal, _)| refused(refusal))?;
    let checked = check::Checked { client, settings, request: &asked, response_type, pushed: true, too_long };
    check::all(&checked).map_err(refused)
}
