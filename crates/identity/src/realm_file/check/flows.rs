//! Checks of authentication flows, their configurations, and identity providers.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::names::{objects, text};
use super::place::Place;
use crate::realm_file::fault::{At, quoted};

pub(super) fn check(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let mut aliases = HashSet::new();
    let mut ids = HashSet::new();
    let list = at.member("authenticationFlows");
    for (index, flow) in objects(document, "authenticationFlows").enumerate() {
        let at = list.item(index);
        place.unique_name(flow, "alias", &mut aliases, &at);
        place.unique_id(flow, "id", &mut ids, &at);
        let steps = at.member("authenticationExecutions");
        for (index, step) in objects(flow, "authenticationExecutions").enumerate() {
            execution(place, step, &steps.item(index));
        }
    }
    let mut aliases = HashSet::new();
    let mut ids = HashSet::new();
    let list = at.member("authenticatorConfig");
    for (index, config) in objects(document, "authenticatorConfig").enumerate() {
        let at = list.item(index);
        // Keycloak lets several configurations share an alias; only the reference needs one.
        place.name(config, "alias", &at).map(|alias| aliases.insert(alias.to_owned()));
        place.unique_id(config, "id", &mut ids, &at);
    }
    named(place, document, "requiredActions", "alias", at);
    providers(place, document, at);
}

fn execution(place: &mut Place<'_>, step: &Map<String, Value>, at: &At<'_>) {
    if let Some(alias) = text(step, "flowAlias")
        && !place.names.flows.contains(alias)
    {
        place.fault(&at.member("flowAlias"), format!("there is no flow {}", quoted(alias)));
    }
    if let Some(alias) = text(step, "authenticatorConfig")
        && !place.names.authenticator_configs.contains(alias)
    {
        let reason = format!("there is no authenticator configuration {}", quoted(alias));
        place.fault(&at.member("authenticatorConfig"), reason);
    }
    if text(step, "flowAlias").is_none() && text(step, "authenticator").is_none() {
        place.fault(at, "must name an authenticator or a flow");
    }
}

fn named(place: &mut Place<'_>, document: &Map<String, Value>, member: &str, name: &'static str, at: &At<'_>) {
    let mut taken = HashSet::new();
    let list = at.member(member);
    for (index, one) in objects(document, member).enumerate() {
        place.unique_name(one, name, &mut taken, &list.item(index));
    }
}

fn providers(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let mut aliases = HashSet::new();
    let mut ids = HashSet::new();
    let list = at.member("identityProviders");
    for (index, provider) in objects(document, "identityProviders").enumerate() {
        let at = list.item(index);
        place.unique_name(provider, "alias", &mut aliases, &at);
        place.unique_id(provider, "internalId", &mut ids, &at);
        place.name(provider, "providerId", &at);
        for member in ["firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"] {
            if let Some(alias) = text(provider, member)
                && !alias.is_empty()
                && !place.names.flows.contains(alias)
            {
                place.fault(&at.member(member), format!("there is no flow {}", quoted(alias)));
            }
        }
    }
    let list = at.member("identityProviderMappers");
    for (index, mapper) in objects(document, "identityProviderMappers").enumerate() {
        let at = list.item(index);
        place.name(mapper, "name", &at);
        if let Some(alias) = place.name(mapper, "identityProviderAlias", &at)
            && !place.names.identity_providers.contains(alias)
        {
            let reason = format!("there is no identity provider {}", quoted(alias));
            place.fault(&at.member("identityProviderAlias"), reason);
        }
    }
}
