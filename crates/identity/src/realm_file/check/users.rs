//! Checks of users, one at a time: only names and ids of those seen are kept.

use std::collections::HashSet;
use std::path::Path;

use crypto::secret::Secret;
use serde_json::{Map, Value};

use super::credentials::{self, Sort};
use super::names::{Names, objects, text, texts};
use super::place::Place;
use crate::realm_file::fault::{At, Faults, quoted};
use crate::realm_file::limits::Limits;
use crate::realm_file::placeholder::{self, Environment};
use crate::realm_file::user_form::{plain_password, settle_user};
use crate::realm_file::{Facts, PlainPassword, RealmFile};

/// How many users a remark names.
const NAMED: usize = 20;

pub(super) fn check(
    realm: &mut RealmFile,
    names: &Names,
    limits: &Limits,
    environment: Environment<'_>,
    faults: &mut Faults,
) {
    let mut seen = Seen {
        usernames: HashSet::new(),
        emails: HashSet::new(),
        ids: HashSet::new(),
        credential_ids: HashSet::new(),
        service_accounts: HashSet::new(),
        duplicate_emails: realm.document.get("duplicateEmailsAllowed") == Some(&Value::Bool(true)),
        environment,
        limits,
    };
    let lists = realm.users.clone();
    for list in &lists {
        let root = At::Root;
        let element = root.item(list.element.unwrap_or_default());
        let base = if list.element.is_some() { element } else { root };
        let at = base.member("users");
        let walked = list.each(limits.user_values, &mut |index, user| {
            let at = at.item(index);
            let ordinal = realm.facts.users;
            realm.facts.users += 1;
            if realm.facts.users > limits.users {
                faults.add(&list.file, &at, format!("more than {} users", limits.users));
                return false;
            }
            let Value::Object(mut user) = user else {
                faults.add(&list.file, &at, "must be an object");
                return true;
            };
            settle_user(&mut user, &list.file, &at, faults);
            seen.user(&mut realm.facts, ordinal, &user, names, &list.file, &at, faults);
            true
        });
        if let Err(fault) = walked
            && realm.facts.users <= limits.users
        {
            faults.push(fault);
        }
    }
    // Keycloak makes the user of a service account where a file has none.
    for client in objects(&realm.document, "clients") {
        let has_account = client.get("serviceAccountsEnabled") == Some(&Value::Bool(true));
        if let (true, Some(id)) = (has_account, text(client, "clientId"))
            && !seen.service_accounts.contains(id)
            && !seen.usernames.contains(&account_name(id))
        {
            realm.facts.missing_accounts.push(id.to_owned());
        }
    }
}

/// The name of the user that stands for a client.
pub(crate) fn account_name(client: &str) -> String {
    format!("service-account-{}", client.to_lowercase())
}

struct Seen<'s> {
    usernames: HashSet<String>,
    emails: HashSet<String>,
    ids: HashSet<String>,
    credential_ids: HashSet<String>,
    service_accounts: HashSet<String>,
    duplicate_emails: bool,
    environment: Environment<'s>,
    limits: &'s Limits,
}

impl Seen<'_> {
    #[allow(clippy::too_many_arguments, reason = "one call; a struct for it would say nothing")]
    fn user(
        &mut self,
        facts: &mut Facts,
        ordinal: u64,
        user: &Map<String, Value>,
        names: &Names,
        file: &Path,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        let mut place = Place { file, names, faults };
        let place = &mut place;
        if let Some(name) = place.name(user, "username", at)
            && !self.usernames.insert(name.to_lowercase())
        {
            place.fault(&at.member("username"), format!("{} stands twice", quoted(name)));
        }
        place.unique_id(user, "id", &mut self.ids, at);
        self.email(place, user, at);
        place.realm_roles(user, "realmRoles", at);
        place.client_roles(user, "clientRoles", at);
        let groups = at.member("groups");
        for (index, path) in texts(user, "groups").enumerate() {
            if !names.groups.contains(path) {
                place.fault(&groups.item(index), format!("there is no group {}", quoted(path)));
            }
        }
        if let Some(Value::Object(attributes)) = user.get("attributes") {
            for name in attributes.keys().filter(|name| name.is_empty() || name.contains('\0')) {
                place.fault(&at.member("attributes").member(name), "is no usable name of an attribute");
            }
        }
        if let Some(client) = text(user, "serviceAccountClientId") {
            if !names.clients.contains(client) {
                place.fault(&at.member("serviceAccountClientId"), format!("there is no client {}", quoted(client)));
            } else if !self.service_accounts.insert(client.to_owned()) {
                let reason = format!("client {} has another service account user", quoted(client));
                place.fault(&at.member("serviceAccountClientId"), reason);
            }
        }
        if text(user, "federationLink").is_some_and(|link| !link.is_empty()) {
            facts.federated_users += 1;
        }
        self.credentials(place, facts, ordinal, user, at);
    }

    fn email(&mut self, place: &mut Place<'_>, user: &Map<String, Value>, at: &At<'_>) {
        let Some(email) = text(user, "email").filter(|email| !email.is_empty()) else { return };
        if email.len() > 255 || email.chars().any(char::is_control) {
            place.fault(&at.member("email"), "is no usable e-mail address");
        } else if !self.duplicate_emails && !self.emails.insert(email.to_lowercase()) {
            place.fault(&at.member("email"), format!("{} stands twice", quoted(email)));
        }
    }

    fn credentials(
        &mut self,
        place: &mut Place<'_>,
        facts: &mut Facts,
        ordinal: u64,
        user: &Map<String, Value>,
        at: &At<'_>,
    ) {
        let at = at.member("credentials");
        let mut second_factor = false;
        let mut password = false;
        for (index, credential) in objects(user, "credentials").enumerate() {
            let at = at.item(index);
            place.unique_id(credential, "id", &mut self.credential_ids, &at);
            facts.credentials += 1;
            match credentials::check(place, credential, &at) {
                Sort::Password => password = true,
                Sort::ForeignPassword => facts.foreign_passwords += 1,
                Sort::SecondFactor => second_factor = true,
                Sort::Other => {}
            }
            if let Some(plain) = plain_password(credential) {
                if facts.plain.len() as u64 >= self.limits.plain_passwords {
                    place.fault(&at.member("value"), "more passwords in the clear than the limit allows");
                    return;
                }
                let value = placeholder::replaced(plain, self.environment).unwrap_or_else(|| plain.to_owned());
                let temporary = credential.get("temporary") == Some(&Value::Bool(true));
                facts.plain.push(PlainPassword {
                    user: ordinal,
                    credential: index,
                    value: Secret::from(value),
                    temporary,
                });
            }
        }
        if second_factor && password {
            facts.second_factor_users += 1;
            if facts.second_factor_names.len() < NAMED
                && let Some(name) = text(user, "username")
            {
                facts.second_factor_names.push(name.to_owned());
            }
        }
    }
}
