//! The application asks for a client scope (`client_scope`), or does not (`negate`).

use super::Condition;
use crate::{BoxFuture, Context, Refusal};

pub(super) struct ClientScope;

impl Condition for ClientScope {
    fn id(&self) -> &'static str {
        "conditional-client-scope"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        let wanted = context.config.get("client_scope").map_or("", String::as_str);
        let asked = context.scene.request.scopes.iter().any(|scope| scope == wanted);
        Box::pin(std::future::ready(Ok(asked != context.flag("negate", false))))
    }
}
