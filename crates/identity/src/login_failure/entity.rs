//! A user's counters of failed log-ins.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_failure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub realm_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: String,
    pub failures: i64,
    pub lockouts: i64,
    pub last_failure: i64,
    pub last_address: Option<String>,
    pub locked_until: i64,
    pub permanent: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
