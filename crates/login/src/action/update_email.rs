//! Another address, which counts once it has been seen to be the person's (A69).

use axum::response::Response;
use flow::Fields;
use identity::Error;
use identity::profile::{Profile, Role};
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn};
use crate::link::{self, Purpose};
use crate::page::{self, part::Feedback};

pub(super) struct UpdateEmail;

impl RequiredAction for UpdateEmail {
    fn alias(&self) -> &'static str {
        "UPDATE_EMAIL"
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let Sheet { frame, action, choices, feedback } = sheet;
        let email = turn.user.email.clone().unwrap_or_default();
        let page = page::UpdateEmail { action, email, choices, feedback };
        Box::pin(std::future::ready(Ok(page.render(frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(change(turn, fields))
    }
}

async fn change(turn: Turn<'_>, fields: &Fields) -> Result<End, Error> {
    let Turn { visit, tab, user, .. } = turn;
    let (identity, realm) = (&visit.portreeve.identity, &visit.realm);
    let email = fields.text("email").unwrap_or_default().to_lowercase();
    let given = |name: &str| if name == "email" { vec![email.clone()] } else { user.profile_values(name) };
    let read = Profile::of(realm).read(realm, Some(user), Role::Person, &[], &given);
    if let Some(fault) = read.faults.into_iter().find(|fault| fault.attribute == "email") {
        let text = fault.arguments.into_iter().fold(Text::of(fault.message), Text::with);
        return Ok(End::Again(Feedback::field("email", text)));
    }
    if user.email.as_deref() == Some(&*email) {
        return Ok(End::Done);
    }
    if realm.settings.verify_email {
        // A69: the link says which address it proves.
        if !link::send(visit, tab, user, Purpose::UpdateEmail, &email).await? {
            return Ok(End::Again(Feedback::error(Text::of("emailSendErrorMessage"))));
        }
        let frame = visit.frame(tab, Some(user));
        let page = page::Info {
            status: http::StatusCode::OK,
            heading: Some(Text::of("emailUpdateConfirmationSentTitle")),
            message: Text::of("emailUpdateConfirmationSent").with(email),
            actions: Vec::new(),
            link: None,
        };
        return Ok(End::Answer(page.render(&frame)));
    }
    let mut tx = identity.begin().await?;
    let change = identity::UserChange { email: Some(Some(email)), ..identity::UserChange::default() };
    match tx.change_user(&user.id, change).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => {
            return Ok(End::Again(Feedback::field("email", Text::of("emailExistsMessage"))));
        }
        Err(error) => return Err(error),
    }
    tx.set_email_verified(&user.id, false).await?;
    tx.commit().await?;
    visit.outcome.also("UPDATE_EMAIL", None, visit.details(tab));
    Ok(End::Done)
}
