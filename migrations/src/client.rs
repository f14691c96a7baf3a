//! Clients of every protocol; what only a plugin understands stays in the document.

use sea_orm_migration::prelude::*;

use crate::shape::{big, bytes_or_null, create, flag, owned_by, table, text, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000003_client"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("client")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text("client_id"))
                .col(flag("enabled"))
                .col(text("protocol"))
                .col(text("document"))
                .col(bytes_or_null("sealed"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![unique("client_client_id", "client", &["realm_id", "client_id"])],
            &[],
        )
        .await
    }
}
