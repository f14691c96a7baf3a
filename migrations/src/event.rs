//! What happened, as long as the realm keeps it. No foreign keys: an event outlives whom it names.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, index, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000011_event"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("event")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(big("time"))
                .col(text("kind"))
                .col(text_or_null("client_id"))
                .col(text_or_null("user_id"))
                .col(text_or_null("session_id"))
                .col(text_or_null("address"))
                .col(text_or_null("error"))
                .col(text("details"))
                .to_owned(),
            vec![index("event_time", "event", &["realm_id", "time"])],
            &[],
        )
        .await
    }
}
