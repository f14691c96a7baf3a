//! What users have consented to, client by client.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, index, owned_by, primary, table, text};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000021_consent"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("user_consent")
                .col(text("user_id"))
                .col(text("client_id"))
                .col(text("scopes"))
                .col(big("created_at"))
                .col(big("updated_at"))
                .primary_key(&mut primary(&["user_id", "client_id"]))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .foreign_key(&mut owned_by("client_id", "client"))
                .to_owned(),
            vec![index("user_consent_client", "user_consent", &["client_id"])],
            &[],
        )
        .await
    }
}
