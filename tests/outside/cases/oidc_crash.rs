//! F01, for people: the server is killed while five hundred clients log in and renew their tokens, again and again.
//!
//! What was answered before must hold afterwards: a refresh token that was given and not used works, once; a code or refresh token that
//! was used never works again.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::Duration;

use serde_json::{Value, json};

use super::Cases;
use crate::fixture::wait::until;
use crate::fixture::{Database, Server, ServerOptions};
use crate::http::{self, Request, Response, decode_pairs, encode_pairs};
use crate::oidc::{Page, realm};
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.add("f01_kill_amid_log_ins_and_refreshes::sqlite", |world| kill_again_and_again(world, &Database::Sqlite));
    cases.add("f01_kill_amid_log_ins_and_refreshes::postgres", |world| {
        kill_again_and_again(world, &Database::postgres(&world.tools, "outside_people_crash"));
    });
}

const REALM: &str = realm::NAME;
const CLIENTS: usize = 500;
/// Log-ins acknowledged in a round before the server is killed: early, in the middle of it, and late.
const MOMENTS: [usize; 3] = [20, 150, 400];
const STACK: usize = 256 * 1024;
const PEOPLE: usize = 20;

/// What the clients were told.
#[derive(Default)]
struct Known {
    /// Refresh tokens that were given and not shown again.
    fresh: Vec<String>,
    /// Codes and refresh tokens whose use was answered.
    used: Vec<Spent>,
    /// Codes and refresh tokens that were shown, and the answer never came: used or not, but not twice.
    unsure: Vec<Spent>,
    answers: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

/// What works once.
#[derive(Clone, Debug)]
enum Spent {
    Code(String),
    Refresh(String),
}

struct Crowd<'s> {
    server: &'s Server,
    over: AtomicBool,
    known: Mutex<Known>,
}

fn kill_again_and_again(world: &World, database: &Database) {
    let mut options = ServerOptions::with_realms(vec![people()]);
    options.postgres = database.url();
    options.log_level = "warn";
    options.environment = vec![("PORTREEVE_MAX_CONNECTIONS_PER_ADDRESS".to_owned(), "4096".to_owned())];
    let server = world.own_server(&options);
    // A realm's keys are made when they are asked for first.
    assert_eq!(http::get(server.address(), &format!("/realms/{REALM}/protocol/openid-connect/certs")).status, 200);
    let mut known = Known::default();
    for moment in MOMENTS {
        known = one_round(&server, database, world, moment, known);
    }
    let _ = writeln!(
        std::io::stderr(),
        "{database:?}: {} kills amid {CLIENTS} clients; {} refresh tokens held, {} codes and tokens spent, {} unsure; answers {:?}",
        MOMENTS.len(),
        known.fresh.len(),
        known.used.len(),
        known.unsure.len(),
        known.answers,
    );
}

fn one_round(server: &Server, database: &Database, world: &World, moment: usize, before: Known) -> Known {
    let so_far = before.answers.get("logged in").copied().unwrap_or_default();
    let crowd = Crowd { server, over: AtomicBool::new(false), known: Mutex::new(before) };
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let crowd = &crowd;
            let client = Builder::new().stack_size(STACK).spawn_scoped(scope, move || crowd.live(number));
            client.expect("a thread starts");
        }
        let closing = Closing(&crowd.over);
        until("the moment to kill", Duration::from_mins(3), || {
            (crowd.count("logged in") >= so_far + moment && crowd.count("renewed") > 0).then_some(())
        });
        server.kill();
        drop(closing);
    });
    let known = crowd.known.into_inner().expect("whole");
    assert_eq!(known.wrong, Vec::<String>::new());
    database.check(&world.tools, server);
    server.start_again();
    known.must_hold(server, moment == MOMENTS[MOMENTS.len() - 1])
}

/// Sends everybody home when it is dropped.
struct Closing<'c>(&'c AtomicBool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Crowd<'_> {
    fn count(&self, what: &str) -> usize {
        self.known.lock().expect("whole").answers.get(what).copied().unwrap_or_default()
    }

    fn note(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().expect("whole"));
    }

    /// Logs in, renews, and logs in again, until everybody is sent home or the server is gone.
    fn live(&self, number: usize) {
        while !self.over.load(Ordering::SeqCst) {
            let Some(code) = self.log_in(number) else { continue };
            let redeemed = self.spend(Spent::Code(code), "logged in");
            let Some(first) = redeemed else { continue };
            // Half of the tokens are kept, to be tried after the kill; the others are renewed once.
            if number.is_multiple_of(2) {
                self.note(|known| known.fresh.push(first));
            } else if let Some(second) = self.spend(Spent::Refresh(first), "renewed") {
                self.note(|known| known.fresh.push(second));
            }
        }
    }

    /// A code, unless the server is gone or too busy.
    fn log_in(&self, number: usize) -> Option<String> {
        let name = format!("person-{}", number % PEOPLE);
        let answer = authorize(self.server, &name).ok()?;
        match answer.status {
            302 => Some(code_of(&answer)),
            503 => {
                self.note(|known| *known.answers.entry("told to come again").or_default() += 1);
                None
            }
            status => {
                self.note(|known| known.wrong.push(format!("log-in of {name}: {status} {}", answer.text())));
                None
            }
        }
    }

    /// Shows a code or refresh token; gives the refresh token that it brings.
    fn spend(&self, spent: Spent, what: &'static str) -> Option<String> {
        let Ok(answer) = show(self.server, &spent) else {
            self.note(|known| known.unsure.push(spent));
            return None;
        };
        let mut given = None;
        self.note(|known| match answer.status {
            200 => {
                given = answer.json()["refresh_token"].as_str().map(str::to_owned);
                known.used.push(spent);
                *known.answers.entry(what).or_default() += 1;
            }
            503 => {
                known.unsure.push(spent);
                *known.answers.entry("told to come again").or_default() += 1;
            }
            status => known.wrong.push(format!("{what}: {status} {}", answer.text())),
        });
        given
    }
}

impl Known {
    /// After the restart: what was given works, what was used does not.
    fn must_hold(mut self, server: &Server, last: bool) -> Self {
        let (mut worked, mut refused) = (0, 0);
        for spent in std::mem::take(&mut self.unsure) {
            let answer = show(server, &spent).expect("the server answers");
            match answer.status {
                // It was not used before; now it is.
                200 => worked += 1,
                400 => refused += 1,
                status => panic!("{spent:?}: {status} {}", answer.text()),
            }
            let again = show(server, &spent).expect("the server answers");
            assert_eq!(again.status, 400, "{spent:?} worked twice: {}", again.text());
        }
        for token in std::mem::take(&mut self.fresh) {
            let spent = Spent::Refresh(token);
            let answer = show(server, &spent).expect("the server answers");
            assert_eq!(answer.status, 200, "an acknowledged token is lost: {spent:?} {}", answer.text());
            self.fresh.push(answer.json()["refresh_token"].as_str().expect("a refresh token").to_owned());
            self.used.push(spent);
        }
        // What was used and is shown again ends its session, and with it the tokens that are held: so this comes last.
        for spent in self.used.iter().filter(|_| last) {
            let answer = show(server, spent).expect("the server answers");
            assert_eq!(answer.status, 400, "{spent:?} worked twice: {}", answer.text());
        }
        *self.answers.entry("unanswered, then worked once").or_default() += worked;
        *self.answers.entry("unanswered, then refused").or_default() += refused;
        self
    }
}

/// A log-in from the first page to the code, by a browser that has never been here.
fn authorize(server: &Server, name: &str) -> std::io::Result<Response> {
    let query = encode_pairs(&[
        ("client_id", "web"),
        ("redirect_uri", realm::BACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    let first = Request::new("GET", &format!("/realms/{REALM}/protocol/openid-connect/auth?{query}"));
    let page = http::send(server.address(), &first)?;
    let Some(form) = Page::of(&page).form("kc-form-login") else { return Ok(page) };
    let cookies: Vec<&str> = page
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .filter_map(|(_, line)| line.split(';').next())
        .collect();
    let target = form.action.strip_prefix(server.public_url()).unwrap_or(&form.action);
    let mut request = Request::new("POST", target)
        .with("Content-Type", "application/x-www-form-urlencoded")
        .with("Cookie", &cookies.join("; "));
    request.body = encode_pairs(&[("username", name), ("password", &format!("{name}-secret"))]).into_bytes();
    http::send(server.address(), &request)
}

fn code_of(answer: &Response) -> String {
    let location = answer.header("location").unwrap_or_default();
    let (_, query) = location.split_once('?').unwrap_or_default();
    let code = decode_pairs(query).into_iter().find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code in {location}")).1
}

/// Shows a code or refresh token to the token endpoint.
fn show(server: &Server, spent: &Spent) -> std::io::Result<Response> {
    let mut form = vec![("client_id", "web"), ("client_secret", "web-secret")];
    match spent {
        Spent::Code(code) => {
            form.extend([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", realm::BACK)]);
        }
        Spent::Refresh(token) => form.extend([("grant_type", "refresh_token"), ("refresh_token", token)]),
    }
    let mut request = Request::new("POST", &format!("/realms/{REALM}/protocol/openid-connect/token"))
        .with("Content-Type", "application/x-www-form-urlencoded");
    request.body = encode_pairs(&form).into_bytes();
    http::send(server.address(), &request)
}

/// A realm in which refresh tokens work once.
fn people() -> Value {
    let users: Vec<Value> = (0..PEOPLE).map(|number| realm::user(&format!("person-{number}"), &json!([]))).collect();
    json!({
        "realm": REALM, "enabled": true, "sslRequired": "none", "revokeRefreshToken": true, "refreshTokenMaxReuse": 0,
        "eventsEnabled": true, "eventsExpiration": 86400,
        "clients": [{"clientId": "web", "protocol": "openid-connect", "enabled": true, "secret": "web-secret",
            "redirectUris": [realm::BACK], "standardFlowEnabled": true}],
        "users": users,
    })
}
