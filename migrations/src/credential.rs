//! What a user proves to be themselves with; the secret half is sealed.

use sea_orm_migration::prelude::*;

use crate::shape::{big, big_or_null, bytes, create, index, owned_by, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000008_credential"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("credential")
                .col(text("id").primary_key())
                .col(text("user_id"))
                .col(text("realm_id"))
                .col(text("kind"))
                .col(text_or_null("label"))
                .col(big_or_null("created_at"))
                .col(big("position"))
                .col(text("credential_data"))
                .col(bytes("sealed"))
                .col(text_or_null("algorithm"))
                .col(big_or_null("used_step"))
                .col(text("document"))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![
                index("credential_user", "credential", &["user_id"]),
                // Which kinds of password hash a realm holds, answered from the index alone.
                index("credential_kind", "credential", &["realm_id", "kind", "algorithm"]),
            ],
            &[],
        )
        .await
    }
}
