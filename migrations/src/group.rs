//! The tree of groups and the roles they bring.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, index, owned_by, primary, table, text, text_or_null, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000006_group"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("user_group")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text_or_null("parent_id"))
                .col(text("name"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("parent_id", "user_group"))
                .to_owned(),
            vec![
                unique("user_group_parent_name", "user_group", &["parent_id", "name"]),
                index("user_group_realm", "user_group", &["realm_id"]),
            ],
            &["CREATE UNIQUE INDEX user_group_top_name ON user_group (realm_id, name) WHERE parent_id IS NULL"],
        )
        .await?;
        create(
            manager,
            table("group_role")
                .col(text("group_id"))
                .col(text("role_id"))
                .col(big("position"))
                .primary_key(&mut primary(&["group_id", "role_id"]))
                .foreign_key(&mut owned_by("group_id", "user_group"))
                .foreign_key(&mut owned_by("role_id", "role"))
                .to_owned(),
            vec![index("group_role_role", "group_role", &["role_id"])],
            &[],
        )
        .await
    }
}
