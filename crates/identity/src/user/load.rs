//! Loading users from their rows: five statements, none of them per row.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{User, attribute, entity, member, role};
use crate::{CredentialFacts, Error, GroupId, RoleId, Timestamp, credential, rows};

/// Below the limits of both databases.
const USERS_PER_STATEMENT: usize = 1_000;

/// User, row, kind, algorithm, label and time of a credential.
type Credential = (String, String, String, Option<String>, Option<String>, Option<i64>);

/// A user of this realm.
pub(crate) async fn by_id(on: &impl ConnectionTrait, realm: &str, id: &str) -> Result<Option<User>, Error> {
    let row = entity::Entity::find_by_id(id).filter(entity::Column::RealmId.eq(realm)).one(on).await?;
    match row {
        Some(row) => Ok(all(on, vec![row]).await?.pop()),
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

/// Users of these rows, in their order: four statements, however many there are.
pub(crate) async fn all(on: &impl ConnectionTrait, rows: Vec<entity::Model>) -> Result<Vec<User>, Error> {
    let mut users = Vec::with_capacity(rows.len());
    for some in rows.chunks(USERS_PER_STATEMENT) {
        let mut parts = Parts::of(on, some).await?;
        for row in some {
            users.push(parts.user(row.clone())?);
        }
    }
    Ok(users)
}

/// What users have in rows of its own, by user.
struct Parts {
    attributes: HashMap<String, BTreeMap<String, Vec<String>>>,
    roles: HashMap<String, Vec<RoleId>>,
    groups: HashMap<String, Vec<GroupId>>,
    credentials: HashMap<String, Vec<CredentialFacts>>,
}

impl Parts {
    async fn of(on: &impl ConnectionTrait, rows: &[entity::Model]) -> Result<Self, Error> {
        let ids = || rows.iter().map(|row| row.id.as_str());
        let values = attribute::Entity::find()
            .filter(attribute::Column::UserId.is_in(ids()))
            .order_by_asc(attribute::Column::Name)
            .order_by_asc(attribute::Column::Position)
            .all(on)
            .await?;
        let mut attributes: HashMap<String, BTreeMap<String, Vec<String>>> = HashMap::new();
        for value in values {
            attributes.entry(value.user_id).or_default().entry(value.name).or_default().push(value.value);
        }
        let mut roles: HashMap<String, Vec<RoleId>> = HashMap::new();
        let granted = role::Entity::find()
            .filter(role::Column::UserId.is_in(ids()))
            .order_by_asc(role::Column::Position)
            .all(on)
            .await?;
        for grant in granted {
            roles.entry(grant.user_id).or_default().push(grant.role_id.into());
        }
        let mut groups: HashMap<String, Vec<GroupId>> = HashMap::new();
        let joined = member::Entity::find()
            .filter(member::Column::UserId.is_in(ids()))
            .order_by_asc(member::Column::Position)
            .all(on)
            .await?;
        for member in joined {
            groups.entry(member.user_id).or_default().push(member.group_id.into());
        }
        // The secret halves stay where they are.
        let rows: Vec<Credential> = credential::entity::Entity::find()
            .select_only()
            .columns([
                credential::entity::Column::UserId,
                credential::entity::Column::Id,
                credential::entity::Column::Kind,
                credential::entity::Column::Algorithm,
                credential::entity::Column::Label,
                credential::entity::Column::CreatedAt,
            ])
            .filter(credential::entity::Column::UserId.is_in(ids()))
            .order_by_asc(credential::entity::Column::Position)
            .into_tuple()
            .all(on)
            .await?;
        let mut credentials: HashMap<String, Vec<CredentialFacts>> = HashMap::new();
        for (user, id, kind, algorithm, label, created_at) in rows {
            let created_at = created_at.map(Timestamp);
            let facts = CredentialFacts { id: id.into(), kind, algorithm, label, created_at };
            credentials.entry(user).or_default().push(facts);
        }
        Ok(Self { attributes, roles, groups, credentials })
    }

    fn user(&mut self, row: entity::Model) -> Result<User, Error> {
        let id = row.id.as_str();
        Ok(User {
            required_actions: serde_json::from_str(&row.required_actions)
                .map_err(|error| Error::fault(format!("required actions of user {id}: {error}")))?,
            document: Arc::new(rows::document(&row.document, &format!("user {id}"))?),
            attributes: self.attributes.remove(id).unwrap_or_default(),
            roles: self.roles.remove(id).unwrap_or_default(),
            groups: self.groups.remove(id).unwrap_or_default(),
            credentials: self.credentials.remove(id).unwrap_or_default(),
            id: row.id.into(),
            realm: row.realm_id.into(),
            username: row.username,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            enabled: row.enabled,
            created_at: Timestamp(row.created_at),
            not_before: row.not_before,
            version: row.version,
            service_account_client: row.service_account_client_id.map(Into::into),
        })
    }
}
