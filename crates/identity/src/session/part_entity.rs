//! The row of a client's part of a session.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub offline: bool,
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: String,
    pub notes: String,
    pub started_at: i64,
    pub last_seen_at: i64,
    pub refresh_current: Option<String>,
    pub refresh_uses: i64,
    pub refresh_previous: Option<String>,
    pub rotated_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
