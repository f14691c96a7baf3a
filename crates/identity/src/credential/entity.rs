//! A credential's row; `sealed` holds Keycloak's `secretData`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub realm_id: String,
    pub kind: String,
    pub label: Option<String>,
    pub created_at: Option<i64>,
    pub position: i64,
    pub credential_data: String,
    pub sealed: Vec<u8>,
    pub algorithm: Option<String>,
    pub used_step: Option<i64>,
    pub document: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
