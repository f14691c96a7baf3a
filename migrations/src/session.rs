//! Sessions, and each client's part of them.

use sea_orm_migration::prelude::*;

use crate::shape::{big, big_or_null, create, flag, index, owned_by, primary, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000020_session"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            // An offline session has the id of the session it came from.
            table("user_session")
                .col(text("id"))
                .col(flag("offline"))
                .col(text("realm_id"))
                .col(text("user_id"))
                .col(text("username"))
                .col(text_or_null("address"))
                .col(flag("remember_me"))
                .col(text("methods"))
                .col(text("notes"))
                .col(big("started_at"))
                .col(big("last_seen_at"))
                .col(big("expires_at"))
                .primary_key(&mut primary(&["id", "offline"]))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .to_owned(),
            vec![
                index("user_session_user", "user_session", &["user_id"]),
                index("user_session_realm", "user_session", &["realm_id", "offline"]),
                index("user_session_expiry", "user_session", &["expires_at"]),
            ],
            &[],
        )
        .await?;
        let mut of_session = ForeignKey::create()
            .from_col("session_id")
            .from_col("offline")
            .to("user_session", ("id", "offline"))
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned();
        create(
            manager,
            table("client_session")
                .col(text("session_id"))
                .col(flag("offline"))
                .col(text("client_id"))
                .col(text("notes"))
                .col(big("started_at"))
                .col(big("last_seen_at"))
                .col(text_or_null("refresh_current"))
                .col(big("refresh_uses"))
                .col(text_or_null("refresh_previous"))
                .col(big_or_null("rotated_at"))
                .primary_key(&mut primary(&["session_id", "offline", "client_id"]))
                .foreign_key(&mut of_session)
                .foreign_key(&mut owned_by("client_id", "client"))
                .to_owned(),
            vec![index("client_session_client", "client_session", &["client_id", "offline"])],
            &[],
        )
        .await
    }
}
