//! The order of events that happened within one millisecond.

use sea_orm_migration::prelude::*;

use crate::shape::{big, index};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000014_event_order"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let order = big("sequence").default(0).to_owned();
        manager.alter_table(Table::alter().table("event").add_column(order).to_owned()).await?;
        manager.drop_index(Index::drop().name("event_time").table("event").to_owned()).await?;
        manager.create_index(index("event_time", "event", &["realm_id", "time", "sequence"])).await
    }
}
