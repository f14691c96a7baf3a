//! People and service accounts, with what is looked up about them in columns of its own.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, flag, index, owned_by, primary, table, text, text_or_null, unique};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000007_user"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            table("realm_user")
                .col(text("id").primary_key())
                .col(text("realm_id"))
                .col(text("username"))
                .col(text_or_null("email"))
                .col(text_or_null("first_name"))
                .col(text_or_null("last_name"))
                .col(flag("enabled"))
                .col(big("created_at"))
                .col(text_or_null("service_account_client_id"))
                .col(big("not_before"))
                .col(text("required_actions"))
                .col(big("version"))
                .col(text("document"))
                .col(big("position"))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .foreign_key(&mut owned_by("service_account_client_id", "client"))
                .to_owned(),
            vec![
                unique("realm_user_username", "realm_user", &["realm_id", "username"]),
                index("realm_user_email", "realm_user", &["realm_id", "email"]),
                index("realm_user_service_account", "realm_user", &["service_account_client_id"]),
            ],
            &[],
        )
        .await?;
        create(
            manager,
            table("user_attribute")
                .col(text("user_id"))
                .col(text("name"))
                .col(text("value"))
                .col(big("position"))
                .primary_key(&mut primary(&["user_id", "name", "position"]))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .to_owned(),
            vec![],
            &[
                // A value may be longer than an index entry of PostgreSQL.
                "CREATE INDEX user_attribute_value ON user_attribute (name, substr(value, 1, 64))",
            ],
        )
        .await?;
        create(
            manager,
            table("user_role")
                .col(text("user_id"))
                .col(text("role_id"))
                .col(big("position"))
                .primary_key(&mut primary(&["user_id", "role_id"]))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .foreign_key(&mut owned_by("role_id", "role"))
                .to_owned(),
            vec![index("user_role_role", "user_role", &["role_id"])],
            &[],
        )
        .await?;
        create(
            manager,
            table("user_group_member")
                .col(text("user_id"))
                .col(text("group_id"))
                .col(big("position"))
                .primary_key(&mut primary(&["user_id", "group_id"]))
                .foreign_key(&mut owned_by("user_id", "realm_user"))
                .foreign_key(&mut owned_by("group_id", "user_group"))
                .to_owned(),
            vec![index("user_group_member_group", "user_group_member", &["group_id"])],
            &[],
        )
        .await
    }
}
