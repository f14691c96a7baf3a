//! Users of a file → rows, a batch at a time.

use std::collections::{HashMap, HashSet};

use crypto::password::PasswordHash;
use crypto::random::uuid;
use serde_json::{Map, Value, json};

use super::Stock;
use super::document::{column, take_flag, take_lists, take_objects, take_text, take_texts};
use super::realm_rows::{Directory, place};
use crate::credential;
use crate::insert::Rows;
use crate::realm_file::check::names::text;
use crate::realm_file::user_form::{CredentialParts, plain_password};
use crate::user::name_key;

const USER: &[&str] = &[
    "id",
    "realm_id",
    "username",
    "email",
    "first_name",
    "last_name",
    "first_name_key",
    "last_name_key",
    "enabled",
    "created_at",
    "service_account_client_id",
    "not_before",
    "required_actions",
    "version",
    "document",
    "position",
];
const ATTRIBUTE: &[&str] = &["user_id", "name", "value", "position"];
const ROLE: &[&str] = &["user_id", "role_id", "position"];
const MEMBER: &[&str] = &["user_id", "group_id", "position"];
const IDENTITY: &[&str] =
    &["user_id", "provider", "realm_id", "provider_user_id", "provider_username", "document", "position"];
const CREDENTIAL: &[&str] = &[
    "id",
    "user_id",
    "realm_id",
    "kind",
    "label",
    "created_at",
    "position",
    "credential_data",
    "sealed",
    "algorithm",
    "used_step",
    "document",
];

const CONSENT: &[&str] = &["user_id", "client_id", "scopes", "created_at", "updated_at"];

/// Keycloak's action for a password that has to be changed at once.
const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";

/// Rows of some users.
pub(super) struct Batch {
    pub(super) users: u64,
    /// In the order in which foreign keys let them be inserted.
    pub(super) tables: [Rows; 7],
    /// Ids of users and credentials that the file gave: they may be taken already.
    pub(super) user_ids: Vec<String>,
    pub(super) credential_ids: Vec<String>,
}

/// Passwords that were in the clear, hashed, by user and credential.
pub(super) type Hashes = HashMap<(u64, usize), Hashed>;

/// A password hashed for the import.
pub(super) struct Hashed {
    pub(super) hash: PasswordHash,
    pub(super) temporary: bool,
}

/// Makes rows of users, one after the other.
pub(super) struct UserRows {
    stock: Stock,
    realm: String,
    directory: Directory,
    hashes: Hashes,
    next: u64,
    batch: Batch,
}

impl Batch {
    fn new() -> Batch {
        Batch {
            users: 0,
            tables: [
                Rows::new("realm_user", USER),
                Rows::new("user_attribute", ATTRIBUTE),
                Rows::new("user_role", ROLE),
                Rows::new("user_group_member", MEMBER),
                Rows::new("federated_identity", IDENTITY),
                Rows::new("credential", CREDENTIAL),
                Rows::new("user_consent", CONSENT),
            ],
            user_ids: Vec::new(),
            credential_ids: Vec::new(),
        }
    }
}

/// Takes the links that can be rows; a link that names no provider or nobody there, or a provider twice, stays as it is.
fn take_identities(user: &mut Map<String, Value>) -> Vec<Map<String, Value>> {
    let Some(Value::Array(list)) = user.get_mut("federatedIdentities") else { return Vec::new() };
    let mut seen = HashSet::new();
    let mut taken = Vec::new();
    for item in std::mem::take(list) {
        match item {
            Value::Object(link)
                if link.get("userId").is_some_and(Value::is_string)
                    && text(&link, "identityProvider").is_some_and(|provider| seen.insert(provider.to_owned())) =>
            {
                taken.push(link);
            }
            other => list.push(other),
        }
    }
    taken
}

impl UserRows {
    pub(super) fn new(stock: Stock, realm: String, directory: Directory, hashes: Hashes) -> UserRows {
        UserRows { stock, realm, directory, hashes, next: 0, batch: Batch::new() }
    }

    /// How many users wait in the batch.
    pub(super) fn waiting(&self) -> u64 {
        self.batch.users
    }

    /// The batch so far; a new one begins.
    pub(super) fn take(&mut self) -> Batch {
        std::mem::replace(&mut self.batch, Batch::new())
    }

    /// Adds a settled user.
    pub(super) fn add(&mut self, mut user: Map<String, Value>) {
        let ordinal = self.next;
        self.next += 1;
        self.batch.users += 1;
        let id = match take_text(&mut user, "id") {
            Some(id) => {
                self.batch.user_ids.push(id.clone());
                id
            }
            None => uuid(self.stock.random()).to_string(),
        };
        let mut actions = take_texts(&mut user, "requiredActions");
        user.shift_remove("requiredActions");
        let credentials = take_objects(&mut user, "credentials");
        let attributes = take_lists(&mut user, "attributes");
        let identities = take_identities(&mut user);
        let roles = self.roles(&mut user);
        let groups = self.groups(&mut user);
        let username = take_text(&mut user, "username").unwrap_or_default().to_lowercase();
        // A user without an address may share "none" with others; an empty text could not.
        let email = take_text(&mut user, "email").filter(|email| !email.is_empty()).map(|email| email.to_lowercase());
        let (first, last) = (take_text(&mut user, "firstName"), take_text(&mut user, "lastName"));
        let enabled = take_flag(&mut user, "enabled").unwrap_or(false);
        let number = |user: &mut Map<String, Value>, member: &str| user.shift_remove(member).and_then(|v| v.as_i64());
        let created = number(&mut user, "createdTimestamp").unwrap_or(self.stock.now().0);
        let not_before = number(&mut user, "notBefore").unwrap_or(0);
        let service_account = take_text(&mut user, "serviceAccountClientId")
            .and_then(|client| self.directory.clients.get(&client).cloned());
        for (position, credential) in credentials.into_iter().enumerate() {
            self.credential(credential, (ordinal, position), &id, &mut actions);
        }
        let consents = take_objects(&mut user, "clientConsents");
        self.consents(&id, consents);
        let [users, attribute_rows, role_rows, member_rows, identity_rows, _, _] = &mut self.batch.tables;
        for (name, values) in attributes {
            for (position, value) in values.into_iter().enumerate() {
                attribute_rows.push([id.clone().into(), name.clone().into(), value.into(), place(position)]);
            }
        }
        for (position, role) in roles.into_iter().enumerate() {
            role_rows.push([id.clone().into(), role.into(), place(position)]);
        }
        for (position, group) in groups.into_iter().enumerate() {
            member_rows.push([id.clone().into(), group.into(), place(position)]);
        }
        for (position, mut link) in identities.into_iter().enumerate() {
            let mut text = |member: &str| take_text(&mut link, member);
            let (Some(provider), Some(user)) = (text("identityProvider"), text("userId")) else { continue };
            let name = text("userName");
            identity_rows.push([
                id.clone().into(),
                provider.into(),
                self.realm.clone().into(),
                user.into(),
                name.into(),
                column(link),
                place(position),
            ]);
        }
        users.push([
            id.into(),
            self.realm.clone().into(),
            username.into(),
            email.into(),
            first.clone().into(),
            last.clone().into(),
            name_key(first.as_deref()).into(),
            name_key(last.as_deref()).into(),
            enabled.into(),
            created.into(),
            service_account.into(),
            not_before.into(),
            json!(actions).to_string().into(),
            0_i64.into(),
            column(user),
            (ordinal as i64).into(),
        ]);
    }

    fn roles(&self, user: &mut Map<String, Value>) -> Vec<String> {
        let mut seen = HashSet::new();
        let mut roles = Vec::new();
        for role in take_texts(user, "realmRoles") {
            roles.extend(self.directory.realm_roles.get(&role).filter(|id| seen.insert((*id).clone())).cloned());
        }
        for (client, names) in take_lists(user, "clientRoles") {
            let found = names.iter().filter_map(|role| self.directory.client_role(&client, role));
            roles.extend(found.filter(|id| seen.insert((*id).clone())).cloned());
        }
        roles
    }

    fn groups(&self, user: &mut Map<String, Value>) -> Vec<String> {
        let mut seen = HashSet::new();
        let paths = take_texts(user, "groups");
        let found = paths.iter().filter_map(|path| self.directory.groups.get(path));
        found.filter(|id| seen.insert((*id).clone())).cloned().collect()
    }

    /// What the user consented to. A client or client scope that the file has not is nobody to have consented to.
    fn consents(&mut self, user: &str, consents: Vec<Map<String, Value>>) {
        let now = self.stock.now().0;
        let mut seen = HashSet::new();
        for mut consent in consents {
            let client =
                take_text(&mut consent, "clientId").and_then(|name| self.directory.clients.get(&name)).cloned();
            let Some(client) = client.filter(|client| seen.insert(client.clone())) else { continue };
            let names = take_texts(&mut consent, "grantedClientScopes");
            let scopes: Vec<&String> = names.iter().filter_map(|name| self.directory.scopes.get(name)).collect();
            let time = |member: &str| consent.get(member).and_then(Value::as_i64);
            let created = time("createdDate").unwrap_or(now);
            let updated = time("lastUpdatedDate").unwrap_or(created);
            let [.., rows] = &mut self.batch.tables;
            rows.push([user.into(), client.into(), json!(scopes).to_string().into(), created.into(), updated.into()]);
        }
    }

    fn credential(
        &mut self,
        mut credential: Map<String, Value>,
        key: (u64, usize),
        user: &str,
        actions: &mut Vec<String>,
    ) {
        let now = self.stock.now().0;
        if let Some(hashed) = self.hashes.remove(&key) {
            let (data, secret) = hashed.hash.to_keycloak();
            for (member, value) in [("type", credential::PASSWORD), ("credentialData", &data), ("secretData", &secret)]
            {
                credential.insert(member.to_owned(), Value::String(value.to_owned()));
            }
            credential.entry("createdDate").or_insert_with(|| json!(now));
            credential.shift_remove("temporary");
            if hashed.temporary && !actions.iter().any(|action| action == UPDATE_PASSWORD) {
                actions.push(UPDATE_PASSWORD.to_owned());
            }
        } else if plain_password(&credential).is_some() {
            // Hashed before, for every one that the check found; without its hash it must not become a row.
            return;
        }
        let CredentialParts { id, kind, label, created_at, data, secret, rest } = CredentialParts::of(credential);
        let id = match id {
            Some(id) => {
                self.batch.credential_ids.push(id.clone());
                id
            }
            None => uuid(self.stock.random()).to_string(),
        };
        let algorithm = if kind == credential::PASSWORD { credential::kind_of(&data, &secret) } else { None };
        let sealed = self.stock.seal(credential::TABLE, &id, secret.as_bytes());
        let [.., credentials, _] = &mut self.batch.tables;
        credentials.push([
            id.into(),
            user.into(),
            self.realm.clone().into(),
            kind.into(),
            label.into(),
            created_at.into(),
            place(key.1),
            data.into(),
            sealed.into(),
            algorithm.into(),
            Option::<i64>::None.into(),
            column(rest),
        ]);
    }
}
