//! Checks of a realm's members that belong to a plugin.

use serde_json::Value;

use super::names::Names;
use crate::realm_file::fault::{At, Faults, quoted};
use crate::realm_file::{ClientBirth, RealmFile, RealmMemberKind};

pub(super) fn check(realm: &RealmFile, births: &dyn ClientBirth, faults: &mut Faults) {
    let root = At::Root;
    let element = root.item(realm.element.unwrap_or_default());
    let base = if realm.element.is_some() { element } else { root };
    let members = births.realm_members();
    if members.is_empty() {
        return;
    }
    let names = Names::of(&realm.document);
    for member in members {
        let reason = match (member.kind, realm.document.get(member.name)) {
            (_, None | Some(Value::Null)) => continue,
            (RealmMemberKind::Flow, Some(Value::String(alias))) => {
                if alias.is_empty() || names.flows.contains(alias) {
                    continue;
                }
                format!("there is no flow {}", quoted(alias))
            }
            (RealmMemberKind::Flow, Some(_)) => "must be text".to_owned(),
        };
        faults.add(&realm.file, &base.member(member.name), reason);
    }
}
