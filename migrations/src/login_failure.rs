//! Counters of failed log-ins, shared by all nodes.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, flag, index, owned_by, primary, table, text, text_or_null};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000012_login_failure"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            // No foreign key to the user: some rows count for nobody, so that a name that nobody has costs as much.
            table("login_failure")
                .col(text("realm_id"))
                .col(text("user_id"))
                .col(big("failures"))
                .col(big("lockouts"))
                .col(big("last_failure"))
                .col(text_or_null("last_address"))
                .col(big("locked_until"))
                .col(flag("permanent"))
                .primary_key(&mut primary(&["realm_id", "user_id"]))
                .foreign_key(&mut owned_by("realm_id", "realm"))
                .to_owned(),
            vec![index("login_failure_user", "login_failure", &["user_id"])],
            &[],
        )
        .await
    }
}
