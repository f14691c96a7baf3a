//! Every single-use or revocable secret, by its hash.

use sea_orm_migration::prelude::*;

use crate::shape::{big, big_or_null, bytes, create, flag, index, owned_by, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000010_ticket"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("ticket")
                .col(bytes("hash").primary_key())
                .col(text("realm_id"))
                .col(text_or_null("client_id"))
                .col(text_or_null("user_id"))
                .col(text("kind"))
                .col(text("family"))
                .col(text("payload"))
                .col(flag("dies_with_password"))
                .col(big("created_at"))
                .col(big_or_null("expires_at"))
                .col(big_or_null("consumed_at"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("client_id", "client"))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .to_owned(),
            vec![
                index("ticket_family", "ticket", &["family"]),
                index("ticket_user", "ticket", &["user_id", "kind"]),
                index("ticket_client", "ticket", &["client_id"]),
                index("ticket_expiry", "ticket", &["expires_at"]),
                index("ticket_realm", "ticket", &["realm_id"]),
            ],
            &[],
        )
        .await
    }
}
