//! Finds every fault of a realm file before anything is written.
//!
//! First every member is brought to its type, then what Keycloak would add is added, then every name, id, reference,
//! credential and key is looked at. A fault does not stop the rest.

mod clients;
pub(crate) mod credentials;
mod flows;
mod keys;
pub(crate) mod names;
mod place;
mod plugin_members;
mod realm;
mod roles;
mod settle;
pub(crate) mod shape;
mod users;

use super::fault::{At, Faults};
use super::limits::Limits;
use super::placeholder::Environment;
use super::{RealmFile, top_up};
use names::Names;
use place::Place;
use serde_json::{Map, Value};
use std::path::Path;

pub(crate) use clients::protocol;
pub(crate) use users::account_name;

/// Checks a realm and its users; afterwards the document has the form that the import takes.
pub(crate) fn check(realm: &mut RealmFile, limits: &Limits, environment: Environment<'_>, faults: &mut Faults) {
    let file = realm.file.clone();
    let root = At::Root;
    let element = root.item(realm.element.unwrap_or_default());
    let at = if realm.element.is_some() { element } else { root };
    settle::realm(&mut realm.document, &file, &at, faults);
    let added = top_up::top_up(&mut realm.document, &realm.name);
    realm.facts.added = added;
    let default_role = realm.document.get("defaultRole").and_then(|role| role.get("name"));
    realm.default_role = default_role.and_then(Value::as_str).map(str::to_owned);
    let names = Names::of(&realm.document);
    let mut place = Place { file: &file, names: &names, faults };
    realm::check(&mut place, &realm.document, &at);
    clients::check(&mut place, &realm.document, &at);
    roles::check(&mut place, &realm.document, &at);
    flows::check(&mut place, &realm.document, &at);
    keys::check(&mut place, &realm.document, &at);
    users::check(realm, &names, limits, environment, faults);
}

/// Checks one settled credential on its own.
pub(crate) fn check_credential(credential: &Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    let names = Names::default();
    credentials::check(&mut Place { file, names: &names, faults }, credential, at);
}

/// What is wrong with what belongs to plugins, clients and members of the realm: asked at import, because reading knows no
/// plugin.
pub(crate) fn check_with_plugins(realm: &RealmFile, births: &dyn super::ClientBirth, faults: &mut Faults) {
    plugin_members::check(realm, births, faults);
    clients::check_with_plugins(realm, births, faults);
}
