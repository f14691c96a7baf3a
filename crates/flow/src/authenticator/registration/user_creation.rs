//! The profile of the new account.

use identity::profile::{Profile, Role};

use super::{Draft, FormAction};
use crate::{BoxFuture, Context, Fields, Message, Refusal};

pub(super) struct UserCreation;

impl FormAction for UserCreation {
    fn id(&self) -> &'static str {
        "registration-user-creation"
    }

    fn read<'a>(
        &'a self,
        context: &'a Context<'_>,
        fields: &'a Fields,
        draft: &'a mut Draft,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        let realm = context.scene.realm;
        let profile = Profile::of(realm);
        // A72: only what the profile lets a person write is looked at; whatever else a form brings is not there.
        let given = |name: &str| -> Vec<String> { fields.all(name).map(str::to_owned).collect() };
        let mut read = profile.read(realm, None, Role::Person, &context.scene.request.scopes, &given);
        let faults = std::mem::take(&mut read.faults).into_iter();
        draft
            .faults
            .extend(faults.map(|fault| (fault.attribute, Message { key: fault.message, arguments: fault.arguments })));
        draft.user = read.into_new_user();
        Box::pin(std::future::ready(Ok(())))
    }
}
