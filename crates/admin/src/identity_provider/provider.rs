//! Identity providers themselves.

use identity::{keep_masked, masked};
use serde_json::{Map, Value, json};

use super::{MAPPERS, PROVIDERS, list_of, missing};
use crate::flow::{set, text};
use crate::{Happened, ManageIdentityProviders, Permit, Refusal, Resource, ViewIdentityProviders, server_info};

/// Identity providers of one realm.
const MAX_PROVIDERS: usize = 5_000;
/// Addresses in a configuration, with Keycloak's words for them.
const ADDRESSES: [(&str, &str); 7] = [
    ("authorizationUrl", "authorization_url"),
    ("tokenUrl", "token_url"),
    ("userInfoUrl", "userinfo_url"),
    ("logoutUrl", "logout_url"),
    ("jwksUrl", "jwks_url"),
    ("tokenIntrospectionUrl", "tokenIntrospection_url"),
    ("singleSignOnServiceUrl", "singleSignOnService_url"),
];

/// Which identity providers to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderQuery<'q> {
    /// A part of the alias or of the name, with `*` at either end or quotes around.
    pub search: Option<&'q str>,
    /// Without configurations.
    pub brief: bool,
}

/// The identity providers of a realm, by alias; their secrets masked.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ViewIdentityProviders>, query: ProviderQuery<'_>) -> Result<Vec<Value>, Refusal> {
    let document = permit.identity().realm_document(&permit.realm().id).await?;
    let mut all = document.get(PROVIDERS).and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(search) = query.search {
        all.retain(|provider| {
            matches(search, text(provider, "alias")) || matches(search, text(provider, "displayName"))
        });
    }
    all.sort_by(|a, b| text(a, "alias").cmp(text(b, "alias")));
    Ok(all.into_iter().map(|provider| told(provider, query.brief)).collect())
}

/// Keycloak: a prefix, `*x*` anywhere, `"x"` the whole.
fn matches(search: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let search = search.to_lowercase();
    if let Some(whole) = search.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return name == whole;
    }
    match search.strip_prefix('*') {
        Some(rest) => name.contains(rest.trim_end_matches('*')),
        None => name.starts_with(search.trim_end_matches('*')),
    }
}

fn told(provider: Value, brief: bool) -> Value {
    let Value::Object(mut members) = masked(provider) else { return Value::Null };
    if brief {
        members
            .retain(|member, _| matches!(&**member, "alias" | "displayName" | "enabled" | "internalId" | "providerId"));
        members.insert("config".to_owned(), json!({}));
        return Value::Object(members);
    }
    members.entry("config").or_insert_with(|| json!({}));
    let types = match members.get("providerId").and_then(Value::as_str).unwrap_or_default() {
        "oidc" | "keycloak-oidc" => json!([
            "USER_AUTHENTICATION",
            "CLIENT_ASSERTION",
            "EXCHANGE_EXTERNAL_TOKEN",
            "JWT_AUTHORIZATION_GRANT",
            "TRUST_MATERIAL"
        ]),
        "saml" => json!(["USER_AUTHENTICATION"]),
        _ => json!([]),
    };
    members.insert("types".to_owned(), types);
    Value::Object(members)
}

/// One identity provider.
///
/// # Errors
/// 404.
pub async fn get(permit: &Permit<ViewIdentityProviders>, alias: &str) -> Result<Value, Refusal> {
    let document = permit.identity().realm_document(&permit.realm().id).await?;
    let all = document.get(PROVIDERS).and_then(Value::as_array);
    let found = all.into_iter().flatten().find(|provider| text(provider, "alias") == alias).cloned();
    found.map(|provider| told(provider, false)).ok_or_else(missing)
}

/// What is known of a kind of identity provider.
///
/// # Errors
/// 400 for one that nobody knows.
pub fn kind(_: &Permit<ViewIdentityProviders>, id: &str) -> Result<Value, Refusal> {
    let known = server_info::identity_provider(id).ok_or_else(|| Refusal::error("HTTP 400 Bad Request"))?;
    Ok(json!({ "id": id, "name": text(known, "name"), "helpText": "", "configMetadata": [], "configProperties": [] }))
}

/// Makes an identity provider; answers its alias.
///
/// # Errors
/// 400 for a kind, alias or address that will not do, 409 for an alias that is taken.
pub async fn add(permit: &Permit<ManageIdentityProviders>, document: Map<String, Value>) -> Result<String, Refusal> {
    let alias = document.get("alias").and_then(Value::as_str).unwrap_or_default().to_owned();
    if alias.is_empty() || alias.len() > 255 {
        return Err(Refusal::message("path is null"));
    }
    if alias.contains(char::is_whitespace) {
        return Err(Refusal::error("Empty Space not allowed."));
    }
    if let Some(reserved) = alias.chars().find(|c| ":/?#@!$&()*+,;=[]\\".contains(*c)) {
        return Err(Refusal::error(format!("Character '{reserved}' not allowed.")));
    }
    check(&document)?;
    let mut new = document.clone();
    new.shift_remove("types");
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    new.insert("internalId".to_owned(), json!(id));
    new.entry("enabled").or_insert_with(|| json!(true));
    if let Some(Value::Object(config)) = new.get_mut("config") {
        keep_masked(config, None);
    }
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let all = list_of(whole, PROVIDERS)?;
            if all.iter().any(|known| text(known, "alias") == alias) {
                return Err(Refusal::conflict(format!("Identity Provider {alias} already exists")));
            }
            if all.len() >= MAX_PROVIDERS {
                return Err(Refusal::message("The realm has too many identity providers"));
            }
            all.push(Value::Object(new));
            Ok(())
        })
        .await?;
    let path = format!("identity-provider/instances/{alias}");
    change.commit(Happened::created(Resource::IdentityProvider, path).with(document)).await?;
    Ok(alias)
}

fn check(document: &Map<String, Value>) -> Result<(), Refusal> {
    let id = document.get("providerId").and_then(Value::as_str).unwrap_or_default();
    if server_info::identity_provider(id).is_none() {
        return Err(Refusal::message(format!("Invalid identity provider id [{id}]")));
    }
    let Some(config) = document.get("config").and_then(Value::as_object) else { return Ok(()) };
    for (member, word) in ADDRESSES {
        let Some(address) = config.get(member).and_then(Value::as_str).filter(|address| !address.is_empty()) else {
            continue;
        };
        let Some((scheme, rest)) = address.split_once("://") else {
            return Err(Refusal::message(format!("The url [{word}] is malformed")));
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(Refusal::message(format!("The url [{word}] is malformed")));
        }
        let name = host.rsplit('@').next().unwrap_or_default();
        let local = ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|known| name == *known || name.strip_prefix(known).is_some_and(|port| port.starts_with(':')));
        if scheme != "https" && !(scheme == "http" && local) {
            return Err(Refusal::message(format!("The url [{word}] requires secure connections")));
        }
    }
    Ok(())
}

/// Changes an identity provider: what is named replaces, the configuration as a whole, in which a mask keeps its secret.
///
/// # Errors
/// 404, as for a new one otherwise.
pub async fn change(
    permit: &Permit<ManageIdentityProviders>,
    alias: &str,
    document: Map<String, Value>,
) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let all = list_of(whole, PROVIDERS)?;
            let new_alias =
                document.get("alias").and_then(Value::as_str).filter(|a| !a.is_empty()).unwrap_or(alias).to_owned();
            if new_alias != alias && all.iter().any(|known| text(known, "alias") == new_alias) {
                return Err(Refusal::conflict(format!("Identity Provider {new_alias} already exists")));
            }
            let found = all.iter_mut().find(|known| text(known, "alias") == alias);
            let Some(Value::Object(known)) = found else { return Err(missing()) };
            let mut patch = document.clone();
            for member in ["internalId", "types"] {
                patch.shift_remove(member);
            }
            if let Some(Value::Object(config)) = patch.get_mut("config") {
                keep_masked(config, known.get("config").and_then(Value::as_object));
            }
            known.extend(patch);
            check(known)?;
            for mapper in list_of(whole, MAPPERS)? {
                if text(mapper, "identityProviderAlias") == alias {
                    set(mapper, "identityProviderAlias", json!(new_alias));
                }
            }
            Ok(())
        })
        .await?;
    let path = format!("identity-provider/instances/{alias}");
    change.commit(Happened::updated(Resource::IdentityProvider, path).with(document)).await
}

/// Removes an identity provider with its mappers.
///
/// # Errors
/// 404.
pub async fn remove(permit: &Permit<ManageIdentityProviders>, alias: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let all = list_of(whole, PROVIDERS)?;
            let before = all.len();
            all.retain(|known| text(known, "alias") != alias);
            if all.len() == before {
                return Err(missing());
            }
            list_of(whole, MAPPERS)?.retain(|mapper| text(mapper, "identityProviderAlias") != alias);
            Ok(())
        })
        .await?;
    change.commit(Happened::deleted(Resource::IdentityProvider, format!("identity-provider/instances/{alias}"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_prefix_an_infix_or_the_whole() {
        assert!(matches("gi", "GitHub") && !matches("hub", "GitHub"));
        assert!(matches("*hub*", "GitHub") && matches("\"github\"", "GitHub") && !matches("\"git\"", "GitHub"));
    }

    #[test]
    fn addresses_are_secure_or_local() {
        let with = |url: &str| json!({"providerId": "oidc", "config": {"tokenUrl": url}}).as_object().cloned().unwrap();
        for good in ["https://up.example/t", "http://127.0.0.1:8080/t", "http://localhost/t", ""] {
            assert!(check(&with(good)).is_ok(), "{good}");
        }
        for bad in [
            "http://up.example/t",
            "nonsense",
            "https://",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
        ] {
            assert!(check(&with(bad)).is_err(), "{bad}");
        }
    }
}
