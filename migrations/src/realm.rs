//! Realms. An invisible realm is an import under way.

use sea_orm_migration::prelude::*;

use crate::shape::{big, bytes_or_null, create, flag, table, text, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000002_realm"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("realm")
                .col(text("id").primary_key())
                .col(text("name"))
                .col(flag("enabled"))
                .col(flag("visible"))
                .col(big("version"))
                .col(text("document"))
                .col(bytes_or_null("sealed"))
                .col(big("created_at"))
                .to_owned(),
            vec![unique("realm_name", "realm", &["name"])],
            &[],
        )
        .await
    }
}
