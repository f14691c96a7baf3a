//! The person's own profile: asked for, or because it lacks something (`VERIFY_PROFILE`).

use axum::response::Response;
use flow::Fields;
use identity::profile::{Profile, Role};
use identity::{Error, User};
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn, is_profile_incomplete};
use crate::page::{self, part::Feedback};
use crate::profile_form;
use crate::visit::Visit;

pub(super) struct UpdateProfile {
    /// Whether it is the one that checks.
    pub(super) verify: bool,
}

impl RequiredAction for UpdateProfile {
    fn alias(&self) -> &'static str {
        if self.verify { "VERIFY_PROFILE" } else { "UPDATE_PROFILE" }
    }

    fn is_due(&self, visit: &Visit, user: &User) -> bool {
        self.verify && user.service_account_client.is_none() && is_profile_incomplete(&visit.realm, user)
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let fields = profile_form::fields(&turn.visit.realm, Some(turn.user), &turn.tab.actions.notes);
        let Sheet { frame, action, choices, feedback } = sheet;
        let page = page::UpdateProfile { action, fields, choices, feedback };
        Box::pin(std::future::ready(Ok(page.render(frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(change(turn, fields))
    }
}

async fn change(turn: Turn<'_>, fields: &Fields) -> Result<End, Error> {
    let Turn { visit, tab, user, .. } = turn;
    let (identity, realm) = (&visit.portreeve.identity, &visit.realm);
    profile_form::remember(realm, fields, &mut tab.actions.notes);
    let given = |name: &str| -> Vec<String> { fields.all(name).map(str::to_owned).collect() };
    // A72: only what the profile lets a person write is looked at.
    let read = Profile::of(realm).read(realm, Some(user), Role::Person, &[], &given);
    if !read.faults.is_empty() {
        let feedback = read.faults.into_iter().fold(Feedback::default(), |feedback, fault| {
            let text = fault.arguments.into_iter().fold(Text::of(fault.message), Text::with);
            feedback.and_field(fault.attribute, text)
        });
        return Ok(End::Again(feedback));
    }
    let mut tx = identity.begin().await?;
    let taken = |field: &str, key: &'static str| Ok(End::Again(Feedback::field(field, Text::of(key))));
    match tx.change_user(&user.id, read.to_change()).await {
        Ok(()) => {}
        Err(Error::Conflict("email")) => return taken("email", "emailExistsMessage"),
        Err(Error::Conflict(_)) => return taken("username", "usernameExistsMessage"),
        Err(error) => return Err(error),
    }
    for (name, values) in read.attributes() {
        if user.profile_values(name) != *values {
            tx.set_attribute(&user.id, name, values).await?;
        }
    }
    // A69: another address has not been seen to be theirs.
    if read.email().map(str::to_lowercase) != user.email {
        tx.set_email_verified(&user.id, false).await?;
    }
    tx.commit().await?;
    visit.outcome.also("UPDATE_PROFILE", None, visit.details(tab));
    Ok(End::Done)
}
