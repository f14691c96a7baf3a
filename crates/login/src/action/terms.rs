//! Terms that a person must accept.

use axum::response::Response;
use flow::Fields;
use identity::Error;
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn};
use crate::page;
use crate::page::part::Feedback;

pub(super) struct Terms;

/// The attribute that keeps when they were accepted, in seconds.
const ATTRIBUTE: &str = "terms_and_conditions";

impl RequiredAction for Terms {
    fn alias(&self) -> &'static str {
        "TERMS_AND_CONDITIONS"
    }

    fn show<'a>(&'a self, _turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let page = page::Terms { action: sheet.action, text: Text::of("termsText") };
        Box::pin(std::future::ready(Ok(page.render(sheet.frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            let identity = &turn.visit.portreeve.identity;
            if fields.has("cancel") || !fields.has("accept") {
                turn.visit.outcome.also("CUSTOM_REQUIRED_ACTION_ERROR", Some("rejected_by_user"), Vec::new());
                return Ok(End::Again(Feedback::error(Text::of("termsAcceptanceRequired"))));
            }
            let now = identity.clock().now().seconds().to_string();
            let mut tx = identity.begin().await?;
            tx.set_attribute(&turn.user.id, ATTRIBUTE, &[now]).await?;
            tx.commit().await?;
            let details = vec![("custom_required_action".into(), self.alias().to_owned())];
            turn.visit.outcome.also("CUSTOM_REQUIRED_ACTION", None, details);
            Ok(End::Done)
        })
    }
}
