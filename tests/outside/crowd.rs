//! A crowd of clients that ask for tokens without a pause, and what each of them was told.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{Builder, Scope};

use crate::fixture::Server;
use crate::http::{self, Request};
use crate::realm::Person;

/// How many clients ask at the same time.
pub(crate) const CLIENTS: usize = 1000;
/// One client in so many logs in with a password; the others use what the first were given.
const LOG_IN: usize = 3;
const STACK: usize = 256 * 1024;

/// An identity token that a client was given.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) user: String,
    pub(crate) token: String,
}

pub(crate) struct Crowd<'w> {
    server: &'w Server,
    realm: &'w str,
    service: &'w str,
    /// Whose tokens stay.
    people: Vec<Person>,
    /// Whose tokens are revoked while the crowd asks.
    victims: Vec<Person>,
    over: AtomicBool,
    given: Mutex<Vec<Given>>,
    count: AtomicUsize,
    revocations: AtomicUsize,
    answers: Mutex<BTreeMap<&'static str, usize>>,
    wrong: Mutex<Vec<String>>,
}

impl<'w> Crowd<'w> {
    /// `given` is what earlier crowds were given and still holds.
    pub(crate) fn new(
        server: &'w Server,
        (realm, service): (&'w str, &'w str),
        people: Vec<Person>,
        victims: Vec<Person>,
        given: Vec<Given>,
    ) -> Self {
        Self {
            server,
            realm,
            service,
            people,
            victims,
            over: AtomicBool::new(false),
            count: AtomicUsize::new(0),
            revocations: AtomicUsize::new(0),
            given: Mutex::new(given),
            answers: Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    /// Sends everybody off.
    pub(crate) fn start<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        for number in 0..CLIENTS {
            let client = Builder::new().stack_size(STACK).spawn_scoped(scope, move || self.ask_on(number));
            client.expect("a thread starts");
        }
    }

    /// Sends everybody home when it is dropped: a test that fails in the middle must not wait for them for ever.
    pub(crate) fn until_dropped(&self) -> Closing<'_> {
        Closing(&self.over)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// How many tokens this crowd was given so far.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// One of the victims has lost their tokens.
    pub(crate) fn note_revocation(&self) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn revocations(&self) -> usize {
        self.revocations.load(Ordering::SeqCst)
    }

    /// Every token that was given, of earlier crowds too.
    pub(crate) fn given(&self) -> Vec<Given> {
        self.given.lock().expect("whole").clone()
    }

    /// How many requests were answered, by what they asked for and how.
    pub(crate) fn answers(&self) -> BTreeMap<&'static str, usize> {
        self.answers.lock().expect("whole").clone()
    }

    /// Answers that nobody should have got.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.wrong.lock().expect("whole").clone()
    }

    fn ask_on(&self, number: usize) {
        let mut turn = number;
        while !self.is_over() {
            if number.is_multiple_of(LOG_IN) {
                self.log_in(turn);
            } else {
                self.use_token(turn);
            }
            turn += CLIENTS / 3 + 1;
        }
    }

    fn log_in(&self, turn: usize) {
        let everybody = self.people.len() + self.victims.len();
        let at = (turn / LOG_IN) % everybody;
        let victim = at >= self.people.len();
        let person = self.people.iter().chain(&self.victims).nth(at).expect("within both lists");
        let target = format!(
            "/realms/{}/protocol/docker-v2/auth?service={}&client_id=docker&offline_token=true",
            self.realm, self.service
        );
        let request = Request::new("GET", &target).with("Authorization", &person.basic());
        let Ok(answer) = http::send(self.server.address(), &request) else { return };
        match answer.status {
            200 => {
                let token = answer.json()["refresh_token"].as_str().expect("an identity token").to_owned();
                self.given.lock().expect("whole").push(Given { user: person.name.clone(), token });
                self.count.fetch_add(1, Ordering::SeqCst);
                self.note("logged in");
            }
            401 if victim => self.note("old password refused"),
            503 => self.note("told to come again"),
            status => self.complain(&format!("log-in of {}: {status} {}", person.name, answer.text())),
        }
    }

    fn use_token(&self, turn: usize) {
        let given = {
            let given = self.given.lock().expect("whole");
            given.get(turn % given.len().max(1)).cloned()
        };
        let Some(given) = given else {
            std::thread::yield_now();
            return;
        };
        let Ok(answer) = refresh(self.server, self.realm, self.service, &given.token) else { return };
        match answer.status {
            200 => self.note("token used"),
            401 if self.victims.iter().any(|victim| victim.name == given.user) => self.note("revoked token refused"),
            503 => self.note("told to come again"),
            status => self.complain(&format!("token of {}: {status} {}", given.user, answer.text())),
        }
    }

    fn note(&self, what: &'static str) {
        *self.answers.lock().expect("whole").entry(what).or_default() += 1;
    }

    fn complain(&self, what: &str) {
        self.wrong.lock().expect("whole").push(what.to_owned());
    }
}

pub(crate) struct Closing<'c>(&'c AtomicBool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks for a registry token with an identity token.
pub(crate) fn refresh(server: &Server, realm: &str, service: &str, token: &str) -> std::io::Result<http::Response> {
    let mut request = Request::new("POST", &format!("/realms/{realm}/protocol/docker-v2/auth"))
        .with("Content-Type", "application/x-www-form-urlencoded");
    let form = [
        ("grant_type", "refresh_token"),
        ("service", service),
        ("client_id", "docker"),
        ("refresh_token", token),
        ("scope", "repository:team-a/app:pull"),
    ];
    request.body = http::encode_pairs(&form).into_bytes();
    http::send(server.address(), &request)
}
