//! The password of the new account, typed twice.

use identity::{CheckFailed, Error, NewPassword};

use super::{Draft, FormAction};
use crate::{BoxFuture, Context, Fields, Message, Refusal};

pub(super) const ID: &str = "registration-password-action";

pub(super) struct Password;

impl FormAction for Password {
    fn id(&self) -> &'static str {
        ID
    }

    fn read<'a>(
        &'a self,
        context: &'a Context<'_>,
        fields: &'a Fields,
        draft: &'a mut Draft,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let password = fields.secret("password");
            let mut fault = |field: &str, key, arguments| {
                draft.faults.push((field.to_owned(), Message { key, arguments }));
            };
            if password.is_empty() {
                fault("password", "missingPasswordMessage", Vec::new());
                return Ok(());
            }
            if password.expose().len() > crypto::password::MAX_PASSWORD_BYTES {
                let most = crypto::password::MAX_PASSWORD_BYTES.to_string();
                fault("password", "invalidPasswordMaxLengthMessage", vec![most]);
                return Ok(());
            }
            if fields.get("password-confirm") != Some(password.expose()) {
                fault("password-confirm", "invalidPasswordConfirmMessage", Vec::new());
                return Ok(());
            }
            let new = NewPassword {
                password: password.expose(),
                username: &draft.user.username,
                email: draft.user.email.as_deref(),
                lists: context.scene.services.black_lists(),
            };
            match context.scene.realm.settings.password_policy.check(&new) {
                Ok(()) => {}
                Err(CheckFailed::Broken(violations)) => {
                    for broken in violations {
                        fault("password", broken.message, broken.parameter.into_iter().collect());
                    }
                }
                Err(CheckFailed::Unanswered(why)) => return Err(Refusal::Fault(Error::fault(why))),
            }
            draft.password = Some(password);
            Ok(())
        })
    }
}
