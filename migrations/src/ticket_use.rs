//! When a ticket was last used: what is not used for long enough dies, and of too many the longest unused goes first.

use sea_orm_migration::prelude::*;

use crate::shape::big;

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000013_ticket_use"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let used = big("used_at").default(0).to_owned();
        manager.alter_table(Table::alter().table("ticket").add_column(used).to_owned()).await?;
        manager.get_connection().execute_unprepared("UPDATE ticket SET used_at = created_at").await?;
        Ok(())
    }
}
