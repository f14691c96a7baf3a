//! A new account. One page, put together by the actions of its form; one file for each.

mod password;
mod terms;
mod user_creation;

use crypto::secret::Secret;
use identity::NewUser;

use super::{Authenticator, verdict};
use crate::{BoxFuture, Challenge, Context, Execution, Fields, Message, Page, Refusal, Requirement, Step, Verdict};

/// What the form's actions have made of its fields.
pub struct Draft {
    /// The account.
    pub user: NewUser,
    /// The password that goes with it.
    pub password: Option<Secret>,
    /// What is wrong, by field.
    pub faults: Vec<(String, Message)>,
}

/// A part of the registration form.
pub trait FormAction: Send + Sync {
    /// Keycloak's id of it.
    fn id(&self) -> &'static str;

    /// Reads its fields. What is wrong goes into the draft's faults.
    fn read<'a>(
        &'a self,
        context: &'a Context<'_>,
        fields: &'a Fields,
        draft: &'a mut Draft,
    ) -> BoxFuture<'a, Result<(), Refusal>>;
}

/// All of them.
pub static FORM_ACTIONS: &[&dyn FormAction] = &[&user_creation::UserCreation, &password::Password, &terms::Terms];

pub(super) struct RegistrationPage;

impl Authenticator for RegistrationPage {
    fn ids(&self) -> &'static [&'static str] {
        &["registration-page-form"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(actions(context).map(|actions| Verdict::Challenge(page(&actions)))) })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(register(context, fields).await) })
    }
}

type Actions = Vec<&'static dyn FormAction>;

/// The actions of the form that are switched on. One that is not known here is refused: it was put there to check something.
fn actions(context: &Context<'_>) -> Result<Actions, Refusal> {
    let places: &[Execution] = context.form.map_or(&[], |form| &form.executions);
    places
        .iter()
        .filter(|place| place.requirement != Requirement::Disabled)
        .map(|place| match &place.step {
            Step::Provider { id, .. } => FORM_ACTIONS
                .iter()
                .copied()
                .find(|known| known.id() == &**id)
                .ok_or_else(|| Refusal::UnknownAuthenticator(id.to_string())),
            Step::Flow(inner) => Err(Refusal::UnknownAuthenticator(inner.alias.to_string())),
        })
        .collect()
}

fn page(actions: &Actions) -> Challenge {
    let has = |id: &str| actions.iter().any(|action| action.id() == id);
    Challenge::new(Page::Register { password: has(password::ID), terms: has(terms::ID) })
}

async fn register(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let scene = context.scene;
    if !scene.realm.settings.registration_allowed {
        return Err(Refusal::AccessDenied);
    }
    let actions = actions(context)?;
    let mut draft = Draft { user: NewUser::named(""), password: None, faults: Vec::new() };
    for action in &actions {
        action.read(context, fields, &mut draft).await?;
    }
    let again = |faults| Ok(Verdict::Challenge(Challenge { fields: faults, ..page(&actions) }));
    if !draft.faults.is_empty() {
        context.state.notes.insert(super::LAST_ERROR.to_owned(), "invalid_registration".to_owned());
        return again(draft.faults);
    }
    // The page may be sent twice: an account is made for an empty place only.
    if context.state.user.is_some() {
        return Err(Refusal::InvalidCredentials);
    }
    let hash = match &draft.password {
        Some(password) => Some(scene.identity.hash_first_password(scene.realm, password).await?),
        None => None,
    };
    match scene.identity.register_user(scene.realm, draft.user, hash.as_ref()).await {
        Ok((user, evidence)) => {
            context.set_user(&user)?;
            context.prove(evidence)?;
            context.state.username = Some(user.username.clone());
            context.state.registered = true;
            Ok(Verdict::Success)
        }
        Err(identity::Error::Conflict("email")) => {
            context.state.notes.insert(super::LAST_ERROR.to_owned(), "email_in_use".to_owned());
            again(vec![("email".to_owned(), Message::new("emailExistsMessage"))])
        }
        Err(identity::Error::Conflict(_)) => {
            context.state.notes.insert(super::LAST_ERROR.to_owned(), "username_in_use".to_owned());
            again(vec![("username".to_owned(), Message::new("usernameExistsMessage"))])
        }
        Err(error) => Err(error.into()),
    }
}
