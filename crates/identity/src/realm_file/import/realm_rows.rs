//! A realm's document → rows: everything but its users.

use std::collections::{HashMap, HashSet};

use crypto::random::uuid;
use serde_json::{Map, Value, json};

use super::document::{column, take_flag, take_objects, take_text, take_texts};
use super::{ImportError, Stock, key_rows};
use crate::realm_file::check::names::{group_path, members, text, texts};
use crate::realm_file::check::protocol;
use crate::realm_file::component_key::MASK;
use crate::realm_file::report::{Remark, Report};
use crate::realm_file::top_up::give_ids;
use crate::realm_file::{ClientBirth, RealmFile};
use crate::sealing::{self, Noun};
use crate::{Timestamp, insert::Rows};

/// Rows of a realm, and how its users name roles, groups and clients.
pub(super) struct RealmRows {
    pub(super) id: String,
    pub(super) tables: Vec<Rows>,
    pub(super) directory: Directory,
}

/// Names → rows of one realm.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) clients: HashMap<String, String>,
    pub(super) realm_roles: HashMap<String, String>,
    pub(super) client_roles: HashMap<String, HashMap<String, String>>,
    pub(super) groups: HashMap<String, String>,
    pub(super) scopes: HashMap<String, String>,
}

impl Directory {
    pub(super) fn client_role(&self, client: &str, role: &str) -> Option<&String> {
        self.client_roles.get(client)?.get(role)
    }
}

const REALM: &[&str] = &["id", "name", "enabled", "visible", "version", "document", "sealed", "created_at"];
const CLIENT: &[&str] = &["id", "realm_id", "client_id", "enabled", "protocol", "document", "sealed", "position"];
const SCOPE: &[&str] = &["id", "realm_id", "name", "protocol", "document", "position"];
const BINDING: &[&str] = &["client_id", "scope_id", "optional", "position"];
const MAPPER: &[&str] =
    &["id", "realm_id", "client_id", "scope_id", "name", "protocol", "mapper", "document", "position"];
const ROLE: &[&str] = &["id", "realm_id", "client_id", "name", "document", "position"];
const COMPOSITE: &[&str] = &["parent_id", "child_id", "position"];
const GROUP: &[&str] = &["id", "realm_id", "parent_id", "name", "document", "position"];
const GROUP_ROLE: &[&str] = &["group_id", "role_id", "position"];

/// Characters of a client secret that is made here: 256 bits.
const SECRET_BYTES: usize = 32;

struct Builder<'b> {
    stock: &'b Stock,
    births: &'b dyn ClientBirth,
    report: &'b mut Report,
    realm: String,
    name: String,
    now: Timestamp,
    directory: Directory,
    clients: Rows,
    scopes: Rows,
    bindings: Rows,
    mappers: Rows,
    roles: Rows,
    composites: Rows,
    groups: Rows,
    group_roles: Rows,
    keys: Rows,
}

/// Makes the rows of a realm; takes what becomes a row out of the file's document.
pub(super) fn build(
    file: &mut RealmFile,
    stock: &Stock,
    births: &dyn ClientBirth,
    visible: bool,
    report: &mut Report,
) -> Result<RealmRows, ImportError> {
    let random = stock.random();
    let document = &mut file.document;
    let realm = take_text(document, "id").unwrap_or_else(|| uuid(random).to_string());
    let name = take_text(document, "realm").unwrap_or_else(|| file.name.clone());
    let mut builder = Builder {
        now: stock.now(),
        stock,
        births,
        report,
        realm,
        name,
        directory: Directory::default(),
        clients: Rows::new("client", CLIENT),
        scopes: Rows::new("client_scope", SCOPE),
        bindings: Rows::new("client_scope_binding", BINDING),
        mappers: Rows::new("protocol_mapper", MAPPER),
        roles: Rows::new("role", ROLE),
        composites: Rows::new("role_composite", COMPOSITE),
        groups: Rows::new("user_group", GROUP),
        group_roles: Rows::new("group_role", GROUP_ROLE),
        keys: key_rows::empty(),
    };
    give_ids(document, random);
    builder.scopes(document);
    builder.clients(document);
    builder.roles(document);
    let groups = take_objects(document, "groups");
    builder.groups(groups, None, "");
    builder.keys = key_rows::build(document, stock, &builder.realm, &builder.name, builder.report)?;
    Ok(builder.finish(document, visible))
}

impl Builder<'_> {
    fn id(&self, document: &mut Map<String, Value>) -> String {
        take_text(document, "id").unwrap_or_else(|| uuid(self.stock.random()).to_string())
    }

    fn scopes(&mut self, document: &mut Map<String, Value>) {
        for (position, mut scope) in take_objects(document, "clientScopes").into_iter().enumerate() {
            let id = self.id(&mut scope);
            let Some(name) = take_text(&mut scope, "name") else { continue };
            let protocol = take_text(&mut scope, "protocol").unwrap_or_else(|| protocol(&scope).to_owned());
            self.directory.scopes.insert(name.clone(), id.clone());
            let mappers = take_objects(&mut scope, "protocolMappers");
            self.mappers(mappers, None, Some(&id), &protocol);
            let realm = self.realm.clone();
            self.scopes.push([id.into(), realm.into(), name.into(), protocol.into(), column(scope), place(position)]);
        }
    }

    fn mappers(
        &mut self,
        mappers: Vec<Map<String, Value>>,
        client: Option<&String>,
        scope: Option<&String>,
        owner_protocol: &str,
    ) {
        for (position, mut mapper) in mappers.into_iter().enumerate() {
            let id = self.id(&mut mapper);
            let (Some(name), Some(kind)) = (take_text(&mut mapper, "name"), take_text(&mut mapper, "protocolMapper"))
            else {
                continue;
            };
            let protocol = take_text(&mut mapper, "protocol").unwrap_or_else(|| owner_protocol.to_owned());
            self.mappers.push([
                id.into(),
                self.realm.clone().into(),
                client.cloned().into(),
                scope.cloned().into(),
                name.into(),
                protocol.into(),
                kind.into(),
                column(mapper),
                place(position),
            ]);
        }
    }

    fn clients(&mut self, document: &mut Map<String, Value>) {
        for (position, mut client) in take_objects(document, "clients").into_iter().enumerate() {
            let id = self.id(&mut client);
            let Some(client_id) = take_text(&mut client, "clientId") else { continue };
            let protocol = take_text(&mut client, "protocol").unwrap_or_else(|| protocol(&client).to_owned());
            let enabled = take_flag(&mut client, "enabled").unwrap_or(true);
            self.directory.clients.insert(client_id.clone(), id.clone());
            self.secret(&mut client, &client_id);
            self.birth(&mut client, &protocol);
            let mappers = take_objects(&mut client, "protocolMappers");
            self.mappers(mappers, Some(&id), None, &protocol);
            for (member, optional) in [("defaultClientScopes", false), ("optionalClientScopes", true)] {
                for (position, name) in take_texts(&mut client, member).into_iter().enumerate() {
                    let Some(scope) = self.directory.scopes.get(&name) else { continue };
                    let row = [id.clone().into(), scope.clone().into(), optional.into(), place(position)];
                    self.bindings.push(row);
                }
            }
            let (client, sealed) = self.stock.seal_document(Noun::Client, &id, client);
            self.clients.push([
                id.into(),
                self.realm.clone().into(),
                client_id.into(),
                enabled.into(),
                protocol.into(),
                client,
                sealed,
                place(position),
            ]);
        }
    }

    /// A client that has to prove itself gets a secret when the file has none, or only a mask in its place.
    fn secret(&mut self, client: &mut Map<String, Value>, client_id: &str) {
        let masked = text(client, "secret") == Some(MASK);
        let flag = |member: &str| client.get(member) == Some(&Value::Bool(true));
        // Keycloak: a client that says nothing of itself is public. One that proves itself by a key or a certificate has said enough.
        let by_secret = text(client, "clientAuthenticatorType").is_none_or(|kind| kind == "client-secret");
        let says_nothing = by_secret && !client.contains_key("publicClient") && !client.contains_key("bearerOnly");
        let confidential = !says_nothing && !flag("publicClient") && !flag("bearerOnly");
        if masked || (confidential && !client.contains_key("secret")) {
            let secret = crypto::random::token::<SECRET_BYTES>(self.stock.random());
            client.insert("secret".to_owned(), Value::String(secret.expose().to_owned()));
            if masked {
                self.report.remark(Remark::MaskedSecret, client_id);
            }
        }
        if says_nothing && !client.contains_key("secret") {
            client.insert("publicClient".to_owned(), Value::Bool(true));
        }
    }

    /// A client whose file says nothing of mappers is new: it gets those that its protocol gives at birth.
    fn birth(&mut self, client: &mut Map<String, Value>, protocol: &str) {
        if client.contains_key("protocolMappers") {
            return;
        }
        let seeds = self.births.mappers(protocol);
        if seeds.is_empty() {
            return;
        }
        let mappers: Vec<Value> = seeds
            .into_iter()
            .map(|seed| {
                json!({
                    "name": seed.name,
                    "protocol": seed.protocol,
                    "protocolMapper": seed.mapper,
                    "consentRequired": false,
                    "config": seed.config,
                })
            })
            .collect();
        client.insert("protocolMappers".to_owned(), Value::Array(mappers));
    }

    fn roles(&mut self, document: &mut Map<String, Value>) {
        let Some(Value::Object(roles)) = document.get_mut("roles") else { return };
        let mut parts = Vec::new();
        for (position, role) in take_objects(roles, "realm").into_iter().enumerate() {
            self.role(role, None, position, &mut parts);
        }
        if let Some(Value::Object(clients)) = roles.get_mut("client") {
            let names: Vec<String> = clients.keys().cloned().collect();
            for client in names {
                for (position, role) in take_objects(clients, &client).into_iter().enumerate() {
                    self.role(role, Some(&client), position, &mut parts);
                }
            }
        }
        for (parent, composites) in parts {
            self.composites(&parent, &composites);
        }
    }

    fn role(
        &mut self,
        mut role: Map<String, Value>,
        client: Option<&String>,
        position: usize,
        parts: &mut Vec<(String, Map<String, Value>)>,
    ) {
        let id = self.id(&mut role);
        let Some(name) = take_text(&mut role, "name") else { return };
        let named = match client {
            Some(client) => self.directory.client_roles.entry(client.clone()).or_default(),
            None => &mut self.directory.realm_roles,
        };
        named.insert(name.clone(), id.clone());
        let owner = client.and_then(|client| self.directory.clients.get(client)).cloned();
        if let Some(Value::Object(composites)) = role.get_mut("composites") {
            parts.push((id.clone(), std::mem::take(composites)));
        }
        self.roles.push([
            id.into(),
            self.realm.clone().into(),
            owner.into(),
            name.into(),
            column(role),
            place(position),
        ]);
    }

    fn composites(&mut self, parent: &str, composites: &Map<String, Value>) {
        let mut children = Vec::new();
        children.extend(texts(composites, "realm").filter_map(|role| self.directory.realm_roles.get(role)));
        for (client, roles) in members(composites, "client") {
            let roles = roles.as_array().into_iter().flatten().filter_map(Value::as_str);
            children.extend(roles.filter_map(|role| self.directory.client_role(client, role)));
        }
        let mut seen = HashSet::new();
        for (position, child) in children.into_iter().filter(|child| seen.insert(*child)).enumerate() {
            self.composites.push([parent.into(), child.clone().into(), place(position)]);
        }
    }

    fn groups(&mut self, groups: Vec<Map<String, Value>>, parent: Option<&String>, parent_path: &str) {
        for (position, mut group) in groups.into_iter().enumerate() {
            let id = self.id(&mut group);
            let Some(name) = take_text(&mut group, "name") else { continue };
            let path = group_path(parent_path, &name);
            self.directory.groups.insert(path.clone(), id.clone());
            if name.contains('/') {
                self.directory.groups.insert(format!("{parent_path}/{name}"), id.clone());
            }
            let mut roles = Vec::new();
            for role in take_texts(&mut group, "realmRoles") {
                roles.extend(self.directory.realm_roles.get(&role).cloned());
            }
            for (client, names) in super::document::take_lists(&mut group, "clientRoles") {
                roles.extend(names.iter().filter_map(|role| self.directory.client_role(&client, role)).cloned());
            }
            let mut seen = HashSet::new();
            roles.retain(|role| seen.insert(role.clone()));
            for (position, role) in roles.into_iter().enumerate() {
                self.group_roles.push([id.clone().into(), role.into(), place(position)]);
            }
            let children = take_objects(&mut group, "subGroups");
            self.groups.push([
                id.clone().into(),
                self.realm.clone().into(),
                parent.cloned().into(),
                name.into(),
                column(group),
                place(position),
            ]);
            self.groups(children, Some(&id), &path);
        }
    }

    fn finish(self, document: &mut Map<String, Value>, visible: bool) -> RealmRows {
        let enabled = take_flag(document, "enabled").unwrap_or(false);
        self.report.count_rows(&[
            ("clients", self.clients.len()),
            ("client scopes", self.scopes.len()),
            ("protocol mappers", self.mappers.len()),
            ("roles", self.roles.len()),
            ("groups", self.groups.len()),
            ("keys", self.keys.len()),
        ]);
        let (document, sealed) = self.stock.seal_document(Noun::Realm, &self.realm, std::mem::take(document));
        let mut realm = Rows::new("realm", REALM);
        realm.push([
            self.realm.clone().into(),
            self.name.into(),
            enabled.into(),
            visible.into(),
            0_i64.into(),
            document,
            sealed,
            self.now.0.into(),
        ]);
        let tables = vec![
            realm,
            self.clients,
            self.scopes,
            self.bindings,
            self.mappers,
            self.roles,
            self.composites,
            self.groups,
            self.group_roles,
            self.keys,
        ];
        RealmRows { id: self.realm, tables, directory: self.directory }
    }
}

pub(super) fn place(position: usize) -> sea_orm::Value {
    (position as i64).into()
}

impl Stock {
    /// Takes the secrets out of a document and seals them: the columns `document` and `sealed`.
    fn seal_document(&self, noun: Noun, id: &str, document: Map<String, Value>) -> (sea_orm::Value, sea_orm::Value) {
        let mut document = Value::Object(document);
        let secrets = sealing::take_secrets(noun, &mut document);
        let sealed = sealing::seal_secrets(&self.identity.0, noun, id, &secrets);
        (document.to_string().into(), sealed.into())
    }
}
