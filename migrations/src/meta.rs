//! Facts about the database itself, and the one counter that tells nodes that a snapshot is stale.

use sea_orm_migration::prelude::*;

use crate::shape::{big, create, table, text};

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000001_meta"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, table("meta").col(text("key").primary_key()).col(text("value")).to_owned(), vec![], &[])
            .await?;
        create(
            manager,
            table("change").col(big("id").primary_key()).col(big("version")).to_owned(),
            vec![],
            &["INSERT INTO change (id, version) VALUES (1, 0)"],
        )
        .await
    }
}
