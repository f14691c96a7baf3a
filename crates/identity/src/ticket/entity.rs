//! A ticket's row, by the SHA-256 of its secret.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub realm_id: String,
    pub client_id: Option<String>,
    pub user_id: Option<String>,
    pub kind: String,
    pub family: String,
    pub payload: String,
    pub dies_with_password: bool,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub consumed_at: Option<i64>,
    pub used_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
