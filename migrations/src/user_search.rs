//! Searching people by the beginning of a name, and the links to accounts elsewhere.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::shape::{big, create, index, owned_by, primary, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000310_user_search"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Names in lower case: the databases' own `lower` know letters outside ASCII in different ways.
        for column in ["first_name_key", "last_name_key"] {
            manager.alter_table(Table::alter().table("realm_user").add_column(text_or_null(column)).to_owned()).await?;
        }
        let on = manager.get_connection();
        on.execute_unprepared(
            "UPDATE realm_user SET first_name_key = lower(first_name), last_name_key = lower(last_name)",
        )
        .await?;
        // The beginning of a text is a range of an index only where texts are compared byte by byte. SQLite does so always, and
        // has indexes of names and addresses already.
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        let bytes = if is_postgres { " COLLATE \"C\"" } else { "" };
        let mut indexes = vec![
            ("realm_user_people", "username", " WHERE service_account_client_id IS NULL"),
            ("realm_user_by_first_name", "first_name_key", " WHERE first_name_key IS NOT NULL"),
            ("realm_user_by_last_name", "last_name_key", " WHERE last_name_key IS NOT NULL"),
        ];
        if is_postgres {
            indexes.push(("realm_user_by_name", "username", ""));
            indexes.push(("realm_user_by_email", "email", ""));
        }
        for (name, column, rows) in indexes {
            let statement = format!("CREATE INDEX {name} ON realm_user (realm_id, {column}{bytes}){rows}");
            on.execute_unprepared(&statement).await?;
        }
        create(
            manager,
            table("federated_identity")
                .col(text("user_id"))
                .col(text("provider"))
                .col(text("realm_id"))
                .col(text("provider_user_id"))
                .col(text_or_null("provider_username"))
                .col(text("document"))
                .col(big("position"))
                .primary_key(&mut primary(&["user_id", "provider"]))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![index(
                "federated_identity_provider",
                "federated_identity",
                &["realm_id", "provider", "provider_user_id"],
            )],
            &[],
        )
        .await
    }
}
