//! Terms that a new account must accept.

use super::{Draft, FormAction};
use crate::{BoxFuture, Context, Fields, Message, Refusal};

pub(super) const ID: &str = "registration-terms-and-conditions";

pub(super) struct Terms;

impl FormAction for Terms {
    fn id(&self) -> &'static str {
        ID
    }

    fn read<'a>(
        &'a self,
        context: &'a Context<'_>,
        fields: &'a Fields,
        draft: &'a mut Draft,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        if fields.is_on("termsAccepted") {
            // When they were accepted, in seconds, as Keycloak keeps it.
            let now = context.scene.identity.clock().now().seconds().to_string();
            draft.user.attributes.insert("terms_and_conditions".to_owned(), vec![now]);
        } else {
            draft.faults.push(("termsAccepted".to_owned(), Message::new("termsAcceptanceRequired")));
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
