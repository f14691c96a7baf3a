//! Loading a user from its rows: five statements, none of them per row.

use std::{collections::BTreeMap, sync::Arc};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{User, attribute, entity, member, role};
use crate::{CredentialFacts, Error, Timestamp, credential, rows};

/// Row, kind, algorithm, label and time of a credential.
type Credential = (String, String, Option<String>, Option<String>, Option<i64>);

/// A user of this realm.
pub(crate) async fn by_id(on: &impl ConnectionTrait, realm: &str, id: &str) -> Result<Option<User>, Error> {
    let row = entity::Entity::find_by_id(id).filter(entity::Column::RealmId.eq(realm)).one(on).await?;
    match row {
        Some(row) => Ok(Some(user(on, row).await?)),
        None => Ok(None),
    }
}

/// A user's version, if there is such a user in this realm.
pub(crate) async fn version(on: &impl ConnectionTrait, realm: &str, id: &str) -> Result<Option<i64>, Error> {
    let version = entity::Entity::find_by_id(id)
        .select_only()
        .column(entity::Column::Version)
        .filter(entity::Column::RealmId.eq(realm))
        .into_tuple()
        .one(on)
        .await?;
    Ok(version)
}

/// The row of the user with this name, already in lower case.
pub(crate) async fn id_by_username(
    on: &impl ConnectionTrait,
    realm: &str,
    name: &str,
) -> Result<Option<String>, Error> {
    let id = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::RealmId.eq(realm))
        .filter(entity::Column::Username.eq(name))
        .into_tuple()
        .one(on)
        .await?;
    Ok(id)
}

/// The row of the one user with this address, already in lower case; none if several share it.
pub(crate) async fn id_by_email(on: &impl ConnectionTrait, realm: &str, email: &str) -> Result<Option<String>, Error> {
    let mut ids: Vec<String> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::RealmId.eq(realm))
        .filter(entity::Column::Email.eq(email))
        .limit(2)
        .into_tuple()
        .all(on)
        .await?;
    Ok(if ids.len() == 1 { ids.pop() } else { None })
}

async fn user(on: &impl ConnectionTrait, row: entity::Model) -> Result<User, Error> {
    let id = row.id.as_str();
    let values = attribute::Entity::find()
        .filter(attribute::Column::UserId.eq(id))
        .order_by_asc(attribute::Column::Name)
        .order_by_asc(attribute::Column::Position)
        .all(on)
        .await?;
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in values {
        attributes.entry(value.name).or_default().push(value.value);
    }
    let roles =
        role::Entity::find().filter(role::Column::UserId.eq(id)).order_by_asc(role::Column::Position).all(on).await?;
    let groups = member::Entity::find()
        .filter(member::Column::UserId.eq(id))
        .order_by_asc(member::Column::Position)
        .all(on)
        .await?;
    // The secret halves stay where they are.
    let credentials: Vec<Credential> = credential::entity::Entity::find()
        .select_only()
        .columns([
            credential::entity::Column::Id,
            credential::entity::Column::Kind,
            credential::entity::Column::Algorithm,
            credential::entity::Column::Label,
            credential::entity::Column::CreatedAt,
        ])
        .filter(credential::entity::Column::UserId.eq(id))
        .order_by_asc(credential::entity::Column::Position)
        .into_tuple()
        .all(on)
        .await?;
    Ok(User {
        required_actions: serde_json::from_str(&row.required_actions)
            .map_err(|error| Error::fault(format!("required actions of user {id}: {error}")))?,
        document: Arc::new(rows::document(&row.document, &format!("user {id}"))?),
        attributes,
        roles: roles.into_iter().map(|grant| grant.role_id.into()).collect(),
        groups: groups.into_iter().map(|member| member.group_id.into()).collect(),
        credentials: credentials
            .into_iter()
            .map(|(id, kind, algorithm, label, created_at)| CredentialFacts {
                id: id.into(),
                kind,
                algorithm,
                label,
                created_at: created_at.map(Timestamp),
            })
            .collect(),
        id: row.id.into(),
        realm: row.realm_id.into(),
        username: row.username,
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        enabled: row.enabled,
        not_before: row.not_before,
        version: row.version,
        service_account_client: row.service_account_client_id.map(Into::into),
    })
}
