//! Who changed what, as long as the realm keeps it. It goes with its realm; it outlives whom it names.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, index, owned_by, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000051_admin_event"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("admin_event")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(big("time"))
                .col(text("auth_realm_id"))
                .col(text("auth_client_id"))
                .col(text("auth_user_id"))
                .col(text_or_null("auth_address"))
                .col(text("operation"))
                .col(text("resource_type"))
                .col(text("resource_path"))
                .col(text_or_null("representation"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![index("admin_event_time", "admin_event", &["realm_id", "time"])],
            &[],
        )
        .await
    }
}
