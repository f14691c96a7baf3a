//! The realm that the tests log in to, and the people in it (`tests/realms/outside.json`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::clients;
use crate::fixture::RegistryVersion;

pub(crate) const NAME: &str = "outside";
/// The client whose access rules the tests are about.
pub(crate) const REGISTRY: &str = "registry";
/// The same rules, and identity tokens for who asks.
pub(crate) const REGISTRY_IDENTITY: &str = "registry-identity";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl Person {
    pub(crate) fn new(name: &str, password: &str) -> Self {
        Self { name: name.to_owned(), password: password.to_owned() }
    }

    /// The value of an Authorization header.
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.name, self.password)))
    }

    /// The same person with another password.
    pub(crate) fn typing(&self, password: &str) -> Self {
        Self::new(&self.name, password)
    }

    /// One who shows no credentials at all.
    pub(crate) fn nobody() -> Self {
        Self::new("", "")
    }

    pub(crate) fn is_nobody(&self) -> bool {
        self.name.is_empty()
    }
}

/// Whoever's password is their name and `-secret`, as it is for most.
pub(crate) fn person(name: &str) -> Person {
    Person::new(name, &format!("{name}-secret"))
}

/// May do everything, the catalog included.
pub(crate) fn owner() -> Person {
    person("owner")
}

/// Pulls and pushes in `team-a/**`.
pub(crate) fn developer() -> Person {
    person("developer")
}

/// Pulls from `team-a/**`.
pub(crate) fn reader() -> Person {
    person("reader")
}

/// Pulls and deletes in `team-a/**`.
pub(crate) fn cleaner() -> Person {
    person("cleaner")
}

/// Known, but without a right beyond their own home and what is public.
pub(crate) fn outsider() -> Person {
    person("outsider")
}

/// A member of `team-a` for one test alone, so that a wrong password of theirs counts against nobody else.
pub(crate) fn own_person(test: &str, client: &str, version: RegistryVersion) -> Person {
    person(&format!("{test}-{client}-{}", version.name()))
}

/// The tests that count wrong passwords, and so need people of their own.
const WITH_OWN_PEOPLE: [&str; 3] = ["t02", "t02tls", "t03"];

/// The realm file as it stands, with one member of `team-a` for each test that needs one.
pub(crate) fn outside() -> Value {
    let mut realm = plain();
    for test in WITH_OWN_PEOPLE {
        for client in clients::names() {
            for version in RegistryVersion::ALL {
                add_member(&mut realm, &own_person(test, &client, version));
            }
        }
    }
    realm
}

/// The realm file as it stands.
pub(crate) fn plain() -> Value {
    serde_json::from_str(include_str!("../realms/outside.json")).expect("outside.json is JSON")
}

pub(crate) fn add_member(realm: &mut Value, person: &Person) {
    let user = json!({
        "username": person.name, "enabled": true, "groups": ["/team-a"],
        "credentials": [{"type": "password", "value": person.password, "temporary": false}],
    });
    realm["users"].as_array_mut().expect("the realm has users").push(user);
}

/// The entry of a client in a realm file, to be changed.
pub(crate) fn client_mut<'r>(realm: &'r mut Value, id: &str) -> &'r mut Value {
    let clients = realm["clients"].as_array_mut().expect("the realm has clients");
    clients.iter_mut().find(|client| client["clientId"] == id).unwrap_or_else(|| panic!("no client {id}"))
}
