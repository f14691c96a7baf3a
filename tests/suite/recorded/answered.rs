//! Reading answers: codes, tokens, events.

use identity::{Event, EventQuery};
use serde_json::{Map, Value, json};

use super::{Jar, player::Asked, player::submit, realm};
use crate::harness::{Answer, World};

/// A parameter that an answer sends the browser back with.
pub fn parameter(answer: &Answer, name: &str) -> Option<String> {
    let location = answer.header("location");
    let (_, rest) = location.split_once(['?', '#'])?;
    form_urlencoded::parse(rest.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// A member of a JSON answer.
#[track_caller]
pub fn member(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", answer.text())).to_owned()
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// A log-in of alice by the form, for a code.
pub async fn ask_code(world: &World, client: &str, scope: &str, more: &[(&str, &str)]) -> (Jar, Answer) {
    let mut jar = Jar::default();
    let mut query = vec![
        ("client_id", client),
        ("redirect_uri", realm::BACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
    ];
    query.extend(more);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let page = Asked::get(format!("{}/auth?{query}", realm::BASE)).send(world, Some(&mut jar)).await;
    let fields = [("username", "alice"), ("password", "alice-password")];
    let answer = submit(world, &mut jar, &page, &fields).await;
    (jar, answer)
}

/// The code of such a log-in.
pub async fn code(world: &World, client: &str, scope: &str, more: &[(&str, &str)]) -> String {
    let (_, answer) = ask_code(world, client, scope, more).await;
    parameter(&answer, "code").unwrap_or_else(|| panic!("no code: {} {}", answer.status, answer.text()))
}

/// A form sent to the token endpoint.
pub async fn token(world: &World, form: &[(&str, &str)]) -> Answer {
    Asked::post(format!("{}/token", realm::BASE), form).send(world, None).await
}

/// Alice's password sent by `web`.
pub async fn password(world: &World, scope: Option<&str>) -> Answer {
    let mut form = vec![
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", "alice-password"),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    token(world, &form).await.expect(200)
}

/// A code redeemed by `web`.
pub async fn redeem(world: &World, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", realm::BACK),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ];
    token(world, &form).await.expect(200)
}

/// Members in the order in which they stand.
pub fn order(value: &Value) -> Value {
    value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

/// Members, sorted.
pub fn sorted(value: &Value) -> Value {
    let mut names: Vec<String> = value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default();
    names.sort_unstable();
    json!(names)
}

/// The newest event of each kind that Keycloak stores and of each error, under names that tell them apart, as Keycloak's admin
/// REST tells them.
pub async fn events(world: &World, wanted: impl Fn(&str) -> bool) -> Value {
    world.identity.flush_events().await;
    let realm = world.realm(realm::REALM).await;
    let query = EventQuery { limit: 300, ..EventQuery::default() };
    let events = world.identity.events(&realm, query).await.expect("the events are read");
    let mut newest: Map<String, Value> = Map::new();
    for event in events.iter().filter(|event| wanted(&event.kind)) {
        let told = represented(event);
        newest.entry(event_name(&told)).or_insert(told);
    }
    Value::Object(newest)
}

/// What an event is known by.
fn event_name(event: &Value) -> String {
    let part = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
    format!("{} {}", part("type"), part("error"))
}

/// A recorded list of events under the same names.
pub fn by_name(recorded: &Value) -> Value {
    recorded
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| (event_name(event), event.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn represented(event: &Event) -> Value {
    let mut out = Map::new();
    // Ours alone: the line of the log that the event belongs to.
    let details = event.details.iter().filter(|(name, _)| name != "request_id");
    let details: Map<String, Value> = details.map(|(name, value)| (name.to_string(), json!(value))).collect();
    let uuid = "00000000-0000-0000-0000-000000000000";
    let members = [
        ("clientId", event.client.as_ref().map(|client| json!(client))),
        ("details", Some(Value::Object(details)).filter(|details| *details != json!({}))),
        ("error", event.error.as_ref().map(|error| json!(error))),
        ("id", Some(json!(uuid))),
        ("ipAddress", event.address.map(|address| json!(address.to_string()))),
        ("realmId", Some(json!(uuid))),
        ("sessionId", event.session.as_ref().map(|session| json!(session))),
        ("time", Some(json!(event.time.0))),
        ("type", Some(json!(event.kind))),
        ("userId", event.user.as_ref().map(|user| json!(user.to_string()))),
    ];
    out.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Value::Object(out)
}
