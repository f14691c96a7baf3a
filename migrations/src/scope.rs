//! Client scopes, which client has which, and the protocol mappers of both.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, flag, index, owned_by, primary, table, text, text_or_null, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000004_scope"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("client_scope")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text("name"))
                .col(text("protocol"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![unique("client_scope_name", "client_scope", &["realm_id", "name"])],
            &[],
        )
        .await?;
        create(
            manager,
            table("client_scope_binding")
                .col(text("client_id"))
                .col(text("scope_id"))
                .col(flag("optional"))
                .col(big("position"))
                .primary_key(&mut primary(&["client_id", "scope_id"]))
                .foreign_key(&mut owned_by("client_id", "client"))
                .foreign_key(&mut owned_by("scope_id", "client_scope"))
                .to_owned(),
            vec![index("client_scope_binding_scope", "client_scope_binding", &["scope_id"])],
            &[],
        )
        .await?;
        create(
            manager,
            table("protocol_mapper")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text_or_null("client_id"))
                .col(text_or_null("scope_id"))
                .col(text("name"))
                .col(text("protocol"))
                .col(text("mapper"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("client_id", "client"))
                .foreign_key(&mut owned_by("scope_id", "client_scope"))
                .to_owned(),
            vec![
                unique("protocol_mapper_client", "protocol_mapper", &["client_id", "name"]),
                unique("protocol_mapper_scope", "protocol_mapper", &["scope_id", "name"]),
                index("protocol_mapper_realm", "protocol_mapper", &["realm_id"]),
            ],
            &[],
        )
        .await
    }
}
