//! Which role brings which.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_composite")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub parent_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub child_id: String,
    pub position: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
