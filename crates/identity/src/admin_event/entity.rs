//! An administrative event's row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub realm_id: String,
    pub time: i64,
    pub auth_realm_id: String,
    pub auth_client_id: String,
    pub auth_user_id: String,
    pub auth_address: Option<String>,
    pub operation: String,
    pub resource_type: String,
    pub resource_path: String,
    pub representation: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
