//! What every plugin checks of itself in its own tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ClientSettings, FieldKind, FormField, Plugin};

/// Everything in which a plugin breaks the contract, as sentences; empty when it keeps it.
pub fn check(plugin: &dyn Plugin) -> Vec<String> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };

    let id = plugin.id();
    demand(is_id(id), format!("the plugin's id `{id}` is not made of lower-case letters, digits and hyphens"));
    demand(!plugin.title().trim().is_empty(), "the plugin has no title".into());

    for fault in form_faults("client form", plugin.client_form()) {
        demand(false, fault);
    }
    let nothing = BTreeMap::new();
    demand(
        plugin.check_client(&ClientSettings { attributes: &nothing, mappers: &[] }).is_empty(),
        "a client without any setting is refused: every setting needs a default".into(),
    );
    let defaults: BTreeMap<String, String> = plugin
        .client_form()
        .iter()
        .filter_map(|field| Some((field.name.to_owned(), field.default?.to_owned())))
        .collect();
    for fault in plugin.check_client(&ClientSettings { attributes: &defaults, mappers: &[] }) {
        demand(false, format!("the default of `{}` is refused: {}", fault.field, fault.reason));
    }

    unique("realm member", plugin.realm_members().iter().map(|member| member.name), &mut demand);

    unique("mapper kind", plugin.mappers().iter().map(|kind| kind.id()), &mut demand);
    for kind in plugin.mappers() {
        demand(is_id(kind.id()), format!("the mapper kind's id `{}` is no id", kind.id()));
        for (what, text) in [("label", kind.label()), ("help", kind.help()), ("category", kind.category())] {
            demand(!text.trim().is_empty(), format!("the mapper kind `{}` has no {what}", kind.id()));
        }
        for fault in form_faults(kind.id(), kind.form()) {
            demand(false, fault);
        }
        let unknown = BTreeMap::from([("no-such-key".to_owned(), "x".to_owned())]);
        demand(
            kind.takes_any_key() || kind.form().is_empty() || !kind.check(&unknown).is_empty(),
            format!("the mapper kind `{}` takes a key that it does not know", kind.id()),
        );
    }

    unique("birth mapper", plugin.client_birth().iter().map(|seed| seed.name.clone()), &mut demand);
    for seed in plugin.client_birth() {
        demand(seed.protocol == id, format!("the birth mapper `{}` belongs to another protocol", seed.name));
        match plugin.mappers().iter().find(|kind| kind.id() == seed.mapper) {
            None => demand(false, format!("the birth mapper `{}` is of an unknown kind", seed.name)),
            Some(kind) => {
                demand(
                    kind.check(&seed.config).is_empty(),
                    format!("the birth mapper `{}` is refused by its kind", seed.name),
                );
            }
        }
    }

    unique("artefact", plugin.artefacts().iter().map(|artefact| artefact.id()), &mut demand);
    for artefact in plugin.artefacts() {
        demand(is_id(artefact.id()), format!("the artefact's id `{}` is no id", artefact.id()));
        for (what, text) in [("label", artefact.label()), ("help", artefact.help())] {
            demand(!text.trim().is_empty(), format!("the artefact `{}` has no {what}", artefact.id()));
        }
        let name = artefact.file_name();
        demand(
            !name.is_empty() && !name.contains(['/', '\\', '"']) && !name.starts_with('.'),
            format!("the artefact `{}` has an unfit file name", artefact.id()),
        );
        demand(
            artefact.media_type().split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty()),
            format!("the artefact `{}` has no media type", artefact.id()),
        );
    }

    unique("event kind", plugin.event_kinds().iter().map(|kind| kind.name), &mut demand);
    let own = plugin.event_kinds().iter().filter(|kind| !is_keycloaks_word(kind.name));
    let prefixes: BTreeSet<&str> = own.map(|kind| kind.name.split_once('.').map_or("", |(prefix, _)| prefix)).collect();
    demand(
        prefixes.len() <= 1 && !prefixes.contains(""),
        "the event kinds are neither Keycloak's words nor share one prefix before a dot".into(),
    );
    demand(plugin.event_kinds().iter().any(|kind| !kind.is_error), "no event kind tells of a success".into());
    demand(plugin.event_kinds().iter().any(|kind| kind.is_error), "no event kind tells of a refusal".into());
    for kind in plugin.event_kinds() {
        demand(!kind.label.trim().is_empty(), format!("the event kind `{}` has no label", kind.name));
    }

    unique("operation", plugin.operations().iter().map(|operation| operation.id()), &mut demand);
    for operation in plugin.operations() {
        demand(is_id(operation.id()), format!("the operation's id `{}` is no id", operation.id()));
        demand(!operation.help().trim().is_empty(), format!("the operation `{}` has no help", operation.id()));
    }

    // A route that clashes with another panics here, in the plugin's own test.
    drop(plugin.api());
    drop(plugin.browser());
    drop(plugin.well_known());
    drop(plugin.server_well_known());
    faults
}

fn form_faults(of: &str, form: &[FormField]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    unique(of, form.iter().map(|field| field.name), &mut demand);
    for field in form {
        let name = field.name;
        demand(
            !name.is_empty() && !field.label.is_empty() && !field.help.is_empty(),
            format!("{of}: field `{name}` lacks words"),
        );
        match (field.kind, field.default) {
            (FieldKind::Choice(choices), Some(default)) => demand(
                choices.iter().any(|(value, _)| *value == default),
                format!("{of}: the default of `{name}` is none of its choices"),
            ),
            (FieldKind::Number { least }, Some(default)) => demand(
                default.parse::<i64>().is_ok_and(|number| number >= least),
                format!("{of}: the default of `{name}` is no number in its range"),
            ),
            (FieldKind::Flag, default) => {
                demand(matches!(default, Some("true" | "false")), format!("{of}: the flag `{name}` has no default"));
            }
            _ => {}
        }
    }
    faults
}

fn unique<T: AsRef<str>>(what: &str, names: impl Iterator<Item = T>, demand: &mut impl FnMut(bool, String)) {
    let mut seen = BTreeSet::new();
    for name in names {
        let name = name.as_ref().to_owned();
        let fresh = seen.insert(name.clone());
        demand(fresh, format!("{what}: `{name}` is there twice"));
    }
}

fn is_keycloaks_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
