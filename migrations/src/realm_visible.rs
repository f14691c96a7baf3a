//! Looking for half-imported realms among very many.

use sea_orm_migration::prelude::*;

use crate::shape::index;

pub(crate) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m20261125_000022_realm_visible"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("realm_visible", "realm", &["visible"])).await
    }
}
