//! Changing and listing roles.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use serde_json::{Map, Value};

use super::{RoleDocument, composite, entity};
use crate::{ClientId, Error, Identity, Realm, RealmId, RoleId, Tx, rows};

/// Which roles to list; by name.
#[derive(Debug, Clone, Default)]
pub struct RoleQuery<'q> {
    /// The client that has them; none for roles of the realm.
    pub client: Option<&'q ClientId>,
    /// Only those whose name holds this, in whatever case.
    pub search: Option<&'q str>,
    /// How many to pass over.
    pub first: u64,
    /// How many at most.
    pub max: u64,
}

impl Identity {
    /// Roles of a realm or of a client of it.
    pub async fn find_roles(&self, realm: &Realm, query: &RoleQuery<'_>) -> Result<Vec<RoleDocument>, Error> {
        let of = match query.client {
            Some(client) => entity::Column::ClientId.eq(client.as_str()),
            None => entity::Column::ClientId.is_null(),
        };
        let mut wanted = Condition::all().add(entity::Column::RealmId.eq(realm.id.as_str())).add(of);
        if let Some(search) = query.search {
            let pattern: String = search
                .to_lowercase()
                .chars()
                .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c]))
                .collect();
            let like = LikeExpr::new(format!("%{pattern}%")).escape('\\');
            wanted = wanted.add(Expr::expr(Func::lower(Expr::col(entity::Column::Name))).like(like));
        }
        let rows = entity::Entity::find()
            .filter(wanted)
            .order_by_asc(entity::Column::Name)
            .offset(query.first)
            .limit(query.max)
            .all(self.store().reader())
            .await?;
        self.told(rows).await
    }

    /// The roles that a role brings itself, by name.
    pub async fn composites_of(&self, realm: &Realm, parent: &RoleId) -> Result<Vec<RoleDocument>, Error> {
        let children: Vec<String> = composite::Entity::find()
            .select_only()
            .column(composite::Column::ChildId)
            .filter(composite::Column::ParentId.eq(parent.as_str()))
            .order_by_asc(composite::Column::Position)
            .into_tuple()
            .all(self.store().reader())
            .await?;
        let ids: Vec<RoleId> = children.into_iter().map(RoleId::from).collect();
        self.role_documents(realm, &ids).await
    }
}

impl Tx {
    /// Changes a role by members of its representation: those present replace, `null` removes; `attributes` as a whole. Its name
    /// changes too, and with it wherever the realm's document names the role.
    ///
    /// # Errors
    /// [`Error::Refused`] for another name of the default role, [`Error::Conflict`] for a name that is taken.
    pub async fn change_role(&mut self, id: &RoleId, mut patch: Map<String, Value>) -> Result<(), Error> {
        let row = self.role_row(id).await?;
        let realm = RealmId::from(row.realm_id.as_str());
        for member in ["id", "composite", "composites", "clientRole", "containerId"] {
            patch.shift_remove(member);
        }
        if let Some(name) = rows::take_optional_text(&mut patch, "name")?.filter(|name| *name != row.name) {
            self.rename_role(id, &name).await?;
            self.rename_mapped_role(&realm, &row, &name).await?;
        }
        let mut document = rows::members(rows::document(&row.document, &format!("role {id}"))?)?;
        rows::merge(&mut document, patch);
        entity::Entity::update_many()
            .col_expr(entity::Column::Document, Expr::value(Value::Object(document).to_string()))
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Scope mappings name roles.
    async fn rename_mapped_role(&mut self, realm: &RealmId, row: &entity::Model, name: &str) -> Result<(), Error> {
        let client = match &row.client_id {
            Some(client) => Some(self.client_row(&ClientId::from(client.as_str())).await?.client_id),
            None => None,
        };
        self.edit_realm(realm, |document| {
            let list = match &client {
                None => document.get_mut("scopeMappings"),
                Some(client) => document.get_mut("clientScopeMappings").and_then(|all| all.get_mut(client)),
            };
            for mapping in list.and_then(Value::as_array_mut).into_iter().flatten() {
                for role in mapping.get_mut("roles").and_then(Value::as_array_mut).into_iter().flatten() {
                    if role == row.name.as_str() {
                        *role = Value::from(name);
                    }
                }
            }
            Ok(())
        })
        .await
    }
}
