//! Keys of a realm; the private half is sealed, a certificate's bytes never change.

use sea_orm_migration::prelude::*;

use crate::shape::{big, bytes_or_null, create, index, owned_by, table, text};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000009_key"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("realm_key")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text("name"))
                .col(text("provider_id"))
                .col(text("algorithm"))
                .col(text("key_use"))
                .col(text("status"))
                .col(big("priority"))
                .col(text("kid"))
                .col(bytes_or_null("public_der"))
                .col(bytes_or_null("certificate"))
                .col(bytes_or_null("sealed"))
                .col(big("created_at"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![index("realm_key_realm", "realm_key", &["realm_id"])],
            &[],
        )
        .await
    }
}
