//! A key's row; `sealed` holds the private half.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "realm_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub realm_id: String,
    pub name: String,
    pub provider_id: String,
    pub algorithm: String,
    pub key_use: String,
    pub status: String,
    pub priority: i64,
    pub kid: String,
    pub public_der: Option<Vec<u8>>,
    pub certificate: Option<Vec<u8>>,
    pub sealed: Option<Vec<u8>>,
    pub created_at: i64,
    pub document: String,
    pub position: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
