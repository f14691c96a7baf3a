//! A protocol that asks for a logged-in person and says who it was. That it comes in without a change to any other crate is part
//! of what is tested.

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use identity::{FieldFault, MapperSeed, NewTicket, Notes, WithTicket};
use protocol::{
    ApiState, Artefact, Begin, BoxFuture, BrowserState, ClientInRealm, ClientSettings, Completed, Demands, Door,
    DoorRefusal, Entry, EventKind, EventKinds, Failed, FormField, InBrowser, InRealm, LoginReturn, MapperKind, Plugin,
    Prompts,
};
use serde_json::json;
use std::collections::HashMap;

pub const ID: &str = "knock";

pub struct Knock;

impl Door for Knock {
    const PROTOCOL: &'static str = ID;
    const KINDS: EventKinds = EventKinds { refused: "LOGIN_ERROR", fault: "LOGIN_ERROR" };

    fn refuse(_refusal: &DoorRefusal) -> Response {
        StatusCode::FORBIDDEN.into_response()
    }
}

impl Plugin for Knock {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Knock"
    }
    fn api(&self) -> Router<ApiState> {
        Router::new()
    }
    fn browser(&self) -> Router<BrowserState> {
        Router::new().route("/auth", get(auth))
    }
    fn login_return(&self) -> Option<&dyn LoginReturn> {
        Some(self)
    }
    fn client_form(&self) -> &'static [FormField] {
        &[]
    }
    fn check_client(&self, _settings: &ClientSettings<'_>) -> Vec<FieldFault> {
        Vec::new()
    }
    fn client_birth(&self) -> Vec<MapperSeed> {
        Vec::new()
    }
    fn mappers(&self) -> &'static [&'static dyn MapperKind] {
        &[]
    }
    fn artefacts(&self) -> &'static [&'static dyn Artefact] {
        &[]
    }
    fn event_kinds(&self) -> &'static [EventKind] {
        &[]
    }
}

async fn auth(request: InBrowser<Knock>, Query(query): Query<HashMap<String, String>>) -> Response {
    let InBrowser { door, browser } = request;
    let InRealm { portreeve, realm, facts, outcome, .. } = door;
    let client = ClientInRealm::find(&realm, &query["client_id"], ID).unwrap();
    let prompt = query.get("prompt").map_or("", String::as_str);
    let demands = Demands {
        prompt: Prompts {
            none: prompt == "none",
            login: prompt == "login",
            consent: prompt == "consent",
            ..Prompts::default()
        },
        max_age: query.get("max_age").map(|text| text.parse().unwrap()),
        acr: query.get("acr").map(|text| text.split(' ').map(str::to_owned).collect()).unwrap_or_default(),
        acr_essential: query.contains_key("essential"),
        kc_action: query.get("kc_action").cloned(),
        entry: if query.contains_key("register") { Entry::Registration } else { Entry::Browser },
        ..Demands::default()
    };
    let way_back = Some("https://app.example/cb".to_owned());
    let payload = json!({ "redirect_uri": "https://app.example/cb", "state": query.get("state") });
    let interaction = browser.interaction.clone();
    let client = client.client().clone();
    interaction.begin(Begin { portreeve, realm, client, facts, outcome, browser, demands, payload, way_back }).await
}

impl LoginReturn for Knock {
    fn completed(&self, completed: Completed) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            let ticket = NewTicket::new(&completed.realm, "knock.code");
            let joined = completed.session.open(Notes::default(), Some(WithTicket(ticket, "knock"))).await.unwrap();
            assert!(joined.secret.is_some(), "the code is made in the commit that opens the session");
            let session = joined.session.session();
            let state = completed.payload["state"].as_str().unwrap_or_default().to_owned();
            let action = completed.action.map(|(alias, status)| format!("{alias}:{}", status.word()));
            let to = format!(
                "https://app.example/cb?user={}&session={}&fresh={}&level={}&state={state}&auth_time={}&action={}",
                joined.session.user().username,
                session.id,
                completed.fresh,
                completed.level.map(|level| level.to_string()).unwrap_or_default(),
                session.notes.get(protocol::AUTH_TIME).unwrap_or_default(),
                action.unwrap_or_default(),
            );
            completed.outcome.succeeded("LOGIN", Vec::new());
            (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        })
    }

    fn failed(&self, failed: Failed) -> BoxFuture<'_, Response> {
        let to = format!("https://app.example/cb?error={:?}", failed.reason);
        failed.outcome.refused(failed.error, Vec::new());
        Box::pin(std::future::ready((StatusCode::FOUND, [(header::LOCATION, to)]).into_response()))
    }
}
