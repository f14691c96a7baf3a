//! Sends recorded requests again.

use std::collections::BTreeSet;

use axum::{body::Body, http::Method};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Difference, Jar, Recording, difference::compare, html::Page, normal::Normal, recording::Case};
use crate::harness::{Answer, PUBLIC_URL, World};

/// One area, as it is played.
pub struct Player<'w> {
    pub world: &'w World,
    recording: Recording,
    normal: Normal,
    played: BTreeSet<String>,
    found: Vec<Difference>,
}

/// Values for placeholders, by the name of the parameter or header.
pub type Bound<'a> = &'a [(&'a str, &'a str)];

type Shape = fn(&Value) -> Value;

impl<'w> Player<'w> {
    pub fn new(world: &'w World, area: &str) -> Self {
        let recording = Recording::read(area);
        Self { world, recording, normal: Normal::new(), played: BTreeSet::new(), found: Vec::new() }
    }

    /// Plays every case up to this one that was not played yet. None of them may need a value.
    pub async fn through(&mut self, last: &str) -> Answer {
        let end = self.recording.cases.iter().position(|case| case.name == last).unwrap_or_else(|| panic!("{last}?"));
        let names: Vec<String> = self.recording.cases[..=end].iter().map(|case| case.name.clone()).collect();
        let mut answer = None;
        for name in names {
            if !self.played.contains(&name) {
                answer = Some(self.play(&name, &[]).await);
            }
        }
        answer.expect("something was left to play")
    }

    pub async fn play(&mut self, name: &str, bound: Bound<'_>) -> Answer {
        self.send(name, None, bound, None).await
    }

    /// Of the answer's body only what `shape` makes of it is compared.
    pub async fn play_shaped(&mut self, name: &str, bound: Bound<'_>, shape: Shape) -> Answer {
        self.send(name, None, bound, Some(shape)).await
    }

    /// In a browser.
    pub async fn browse(&mut self, jar: &mut Jar, name: &str, bound: Bound<'_>) -> Answer {
        self.send(name, Some(jar), bound, None).await
    }

    async fn send(&mut self, name: &str, jar: Option<&mut Jar>, bound: Bound<'_>, shape: Option<Shape>) -> Answer {
        let case = self.recording.case(name);
        let asked = Asked::of(&case, bound);
        let answer = asked.send(self.world, jar).await;
        self.keep(&case, &self.normal.answer(&answer, shape));
        answer
    }

    /// Sends a page's form with what was filled in.
    pub async fn submit(&mut self, jar: &mut Jar, page: &Answer, name: &str) -> Answer {
        let case = self.recording.case(name);
        let filled = case.request.form.iter().flatten().filter_map(|(name, value)| Some((&**name, value.as_str()?)));
        let filled: Vec<(&str, &str)> = filled.filter(|(name, _)| !matches!(*name, "code" | "session_code")).collect();
        let answer = submit(self.world, jar, page, &filled).await;
        self.keep(&case, &self.normal.answer(&answer, None));
        answer
    }

    /// A fact worked out from answers.
    pub fn note(&mut self, name: &str, value: &Value, keep_order: bool) {
        let case = self.recording.case(name);
        let body = self.normal.body("", &json!({ "value": value }), keep_order);
        self.keep(&case, &json!({"status": 200, "headers": {}, "body": body}));
    }

    /// Some members of a JSON answer that is had in another way here.
    pub fn note_part(&mut self, name: &str, members: &[&str], own: &Value) {
        let mut case = self.recording.case(name);
        let body = &case.response["body"];
        let part: Value = members.iter().map(|name| ((*name).to_owned(), body[*name].clone())).collect();
        case.response = json!({"status": 200, "headers": {}, "body": part});
        let own = self.normal.body("", own, false);
        self.keep(&case, &json!({"status": 200, "headers": {}, "body": own}));
    }

    /// Events, of which Keycloak tells a list.
    pub fn note_events(&mut self, name: &str, events: &Value) {
        let mut case = self.recording.case(name);
        case.response["body"] = super::answered::by_name(&case.response["body"]["value"]);
        let body = self.normal.body("", events, false);
        self.keep(&case, &json!({"status": 200, "headers": {}, "body": body}));
    }

    fn keep(&mut self, case: &Case, own: &Value) {
        assert!(self.played.insert(case.name.clone()), "{} is played twice", case.name);
        self.found.extend(compare(&self.recording.area, &case.name, &case.response, own));
    }

    /// Fails if a case was not played, or something differs that may not.
    #[track_caller]
    pub fn finish(self) {
        let left: Vec<&str> =
            self.recording.cases.iter().map(|case| &*case.name).filter(|name| !self.played.contains(*name)).collect();
        assert!(left.is_empty(), "not played: {left:?}");
        self.finish_some();
    }

    /// The same where only some cases are about this protocol.
    #[track_caller]
    pub fn finish_some(self) {
        super::table::check(&self.recording.area, &self.found);
    }
}

/// A request that can be sent.
pub struct Asked {
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: Method::GET, target: target.into(), headers: Vec::new(), body: String::new() }
    }

    pub fn post(target: impl Into<String>, form: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Self { method: Method::POST, target: target.into(), headers: vec![form_type()], body }
    }

    fn of(case: &Case, bound: Bound<'_>) -> Self {
        let request = &case.request;
        let value = |name: &str, value: &Value| {
            let bound = bound.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            bound.unwrap_or_else(|| match value.as_str() {
                Some(text) if !text.starts_with('<') => text.to_owned(),
                _ => panic!("{}: what is {name}?", case.name),
            })
        };
        let pairs = |pairs: &[(String, Value)]| {
            let mut out = form_urlencoded::Serializer::new(String::new());
            for (name, given) in pairs {
                match given {
                    Value::Array(all) => all.iter().for_each(|one| {
                        out.append_pair(name, one.as_str().expect("text"));
                    }),
                    one => {
                        out.append_pair(name, &value(name, one));
                    }
                }
            }
            out.finish()
        };
        let mut target = request.path.replace("<base>", "");
        if !request.query.is_empty() {
            target = format!("{target}?{}", pairs(&request.query));
        }
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, text) in &request.headers {
            let own = bound.iter().find(|(known, _)| known == name).map(|(_, value)| (*value).to_owned());
            headers.push((name.clone(), own.unwrap_or_else(|| header(&case.name, text))));
        }
        let body = match (&request.form, &request.json) {
            (Some(form), _) => {
                headers.push(form_type());
                pairs(form)
            }
            (None, Some(json)) => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                json.to_string()
            }
            (None, None) => String::new(),
        };
        Self { method: request.method.parse().expect("a method"), target, headers, body }
    }

    pub async fn send(self, world: &World, jar: Option<&mut Jar>) -> Answer {
        let mut caller = world.anonymous().from("127.0.0.1");
        for (name, value) in &self.headers {
            caller = caller.header(name, value);
        }
        if let Some(line) = jar.as_deref().map(Jar::line).filter(|line| !line.is_empty()) {
            caller = caller.header("cookie", &line);
        }
        let target = self.target.strip_prefix(PUBLIC_URL).unwrap_or(&self.target);
        let answer = caller.send(self.method, target, Body::from(self.body)).await;
        if let Some(jar) = jar {
            jar.take(&answer);
        }
        answer
    }
}

fn form_type() -> (String, String) {
    ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())
}

/// Credentials of a client stand in a recording without the secret, which is `NAME-secret`.
fn header(case: &str, text: &str) -> String {
    if let Some(client) = text.strip_prefix("Basic <base64 of ").and_then(|rest| rest.strip_suffix(":…>")) {
        return basic(client, &format!("{client}-secret"));
    }
    assert!(!text.contains('<'), "{case}: {text}");
    text.to_owned()
}

pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Sends the first form of a page, with its hidden fields and what was filled in.
pub async fn submit(world: &World, jar: &mut Jar, page: &Answer, filled: &[(&str, &str)]) -> Answer {
    let read = Page::read(&page.text());
    let form = read.forms.first().unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
    let hidden = form.inputs.iter().filter(|input| input.kind == "hidden").map(|input| (&*input.name, &*input.value));
    let mut fields: Vec<(&str, &str)> =
        hidden.filter(|(name, _)| filled.iter().all(|(known, _)| known != name)).collect();
    fields.extend(filled);
    Asked::post(&form.action, &fields).send(world, Some(jar)).await
}

/// Follows an answer while it leads elsewhere on this server.
pub async fn follow(world: &World, jar: &mut Jar, mut answer: Answer) -> Answer {
    while answer.header("location").starts_with(PUBLIC_URL) {
        let target = answer.header("location").to_owned();
        answer = Asked::get(target).send(world, Some(jar)).await;
    }
    answer
}
