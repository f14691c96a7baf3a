//! Reading components.

use identity::masked;
use serde_json::Value;

use super::{MISSING, tree};
use crate::flow::text;
use crate::{Permit, Refusal, ViewRealm, server_info};

/// Which components to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComponentQuery<'q> {
    /// Only below this component, or the realm.
    pub parent: Option<&'q str>,
    /// Only of this type.
    pub kind: Option<&'q str>,
    /// Only of this name.
    pub name: Option<&'q str>,
    /// Only of this provider.
    pub provider: Option<&'q str>,
}

/// The components of a realm, their secrets masked.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ViewRealm>, query: ComponentQuery<'_>) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let fits = |component: &Value| {
        let is = |wanted: Option<&str>, member: &str| wanted.is_none_or(|wanted| text(component, member) == wanted);
        is(query.parent, "parentId")
            && is(query.kind, "providerType")
            && is(query.name, "name")
            && is(query.provider, "providerId")
    };
    let components = permit.identity().component_documents(&realm.id).await?;
    let mut all: Vec<Value> = tree::flat(&components, realm.id.as_str()).into_iter().filter(fits).map(masked).collect();
    all.sort_by(|a, b| text(a, "name").cmp(text(b, "name")));
    Ok(all)
}

/// One component.
///
/// # Errors
/// 404.
pub async fn get(permit: &Permit<ViewRealm>, id: &str) -> Result<Value, Refusal> {
    let all = list(permit, ComponentQuery::default()).await?;
    all.into_iter().find(|component| text(component, "id") == id).ok_or_else(|| Refusal::not_found(MISSING))
}

/// Which kinds of a type may stand below a component.
///
/// # Errors
/// 404 for a component that is not there, 400 without a type.
pub async fn sub_types(permit: &Permit<ViewRealm>, id: &str, kind: Option<&str>) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    if id != realm.id.as_str() {
        let found = get(permit, id).await;
        found.map_err(|_| Refusal::not_found("Could not find parent component"))?;
    }
    let kind = kind.ok_or_else(|| Refusal::error("must specify a subtype"))?;
    Ok(server_info::component_types(kind))
}
