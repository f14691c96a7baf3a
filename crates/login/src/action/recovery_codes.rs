//! A list of recovery codes. It is made here and kept here until the person says that they have it.

use axum::response::Response;
use flow::Fields;
use identity::{Error, RECOVERY_CODES, RecoveryCodes};
use protocol::BoxFuture;

use super::{End, RequiredAction, Sheet, Turn};
use crate::page;
use crate::page::part::Feedback;

pub(super) struct ConfigureRecoveryCodes;

const LIST: &str = "recovery-codes";

impl RequiredAction for ConfigureRecoveryCodes {
    fn alias(&self) -> &'static str {
        "CONFIGURE_RECOVERY_AUTHN_CODES"
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let identity = &turn.visit.portreeve.identity;
        let list = turn
            .tab
            .actions
            .notes
            .entry(LIST.to_owned())
            .or_insert_with(|| identity.new_recovery_codes().iter().collect::<Vec<_>>().join(","));
        let page = page::ConfigureRecoveryCodes {
            action: sheet.action,
            codes: list.split(',').map(str::to_owned).collect(),
            hidden_codes: list.clone(),
            generated_at: identity.clock().now().0.to_string(),
            choices: sheet.choices,
            feedback: sheet.feedback,
        };
        Box::pin(std::future::ready(Ok(page.render(sheet.frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, _fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            let Turn { visit, tab, user, .. } = turn;
            let list = tab.actions.notes.get(LIST).cloned().unwrap_or_default();
            let texts: Vec<&str> = list.split(',').collect();
            // The page was never shown in this log-in: it is shown now.
            let Some(codes) = RecoveryCodes::parse(&texts) else { return Ok(End::Again(Feedback::default())) };
            let identity = &visit.portreeve.identity;
            let mut tx = identity.begin().await?;
            for old in user.credentials.iter().filter(|own| own.kind == RECOVERY_CODES) {
                tx.remove_credential(&old.id).await?;
            }
            tx.add_credential(&user.id, codes.to_credential(None, identity.clock().now())).await?;
            tx.commit().await?;
            let details = vec![("credential_type".into(), RECOVERY_CODES.to_owned())];
            visit.outcome.also("UPDATE_CREDENTIAL", None, details);
            Ok(End::Done)
        })
    }
}
