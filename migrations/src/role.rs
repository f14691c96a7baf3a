//! Roles of realms and clients, and which role brings which.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, index, owned_by, primary, table, text, text_or_null, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000005_role"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("role")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text_or_null("client_id"))
                .col(text("name"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("client_id", "client"))
                .to_owned(),
            vec![
                unique("role_client_name", "role", &["client_id", "name"]),
                index("role_realm", "role", &["realm_id"]),
            ],
            &["CREATE UNIQUE INDEX role_realm_name ON role (realm_id, name) WHERE client_id IS NULL"],
        )
        .await?;
        create(
            manager,
            table("role_composite")
                .col(text("parent_id"))
                .col(text("child_id"))
                .col(big("position"))
                .primary_key(&mut primary(&["parent_id", "child_id"]))
                .foreign_key(&mut owned_by("parent_id", "role"))
                .foreign_key(&mut owned_by("child_id", "role"))
                .to_owned(),
            vec![index("role_composite_child", "role_composite", &["child_id"])],
            &[],
        )
        .await
    }
}
