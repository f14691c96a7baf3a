//! Links in mails: each is a ticket of a kind of its own, used once (A58). What it needs to go on is in the ticket, so that it
//! works in whatever browser it is opened.

mod follow;
mod letter;
mod post;

use std::borrow::Cow;
use std::sync::Arc;

use crypto::secret::Secret;
use flow::{BoxFuture, Execution, Services};
use identity::{BlackLists, Client, Error, NewTicket, User};
use protocol::Issuer;
use serde::{Deserialize, Serialize};

pub(crate) use follow::{done, follow};

use crate::tab::Tab;
use crate::visit::Visit;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To go on with a flow in which credentials are set anew.
    ResetCredentials,
    /// To prove that the address is the person's.
    VerifyEmail,
    /// To prove that the new address is the person's, and take it.
    UpdateEmail,
    /// To do what an administrator asks for.
    ExecuteActions,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::ResetCredentials, Self::VerifyEmail, Self::UpdateEmail, Self::ExecuteActions];

    /// Kind of its tickets. A link of one purpose is none of another (CVE-2026-4325).
    fn kind(self) -> &'static str {
        match self {
            Self::ResetCredentials => "link.reset-credentials",
            Self::VerifyEmail => "link.verify-email",
            Self::UpdateEmail => "link.update-email",
            Self::ExecuteActions => "link.execute-actions",
        }
    }

    /// Prefix of its secrets: tells which kind to look for.
    fn prefix(self) -> &'static str {
        match self {
            Self::ResetCredentials => "reset",
            Self::VerifyEmail => "verify",
            Self::UpdateEmail => "update",
            Self::ExecuteActions => "execute",
        }
    }

    fn of_secret(secret: &str) -> Option<Self> {
        let (prefix, _) = secret.split_once('_')?;
        Self::ALL.into_iter().find(|purpose| purpose.prefix() == prefix)
    }

    /// Keycloak's id of the action, in which a realm may give it a life of its own.
    fn action(self) -> &'static str {
        match self {
            Self::ResetCredentials => "reset-credentials",
            Self::VerifyEmail => "verify-email",
            Self::UpdateEmail => "update-email",
            Self::ExecuteActions => "execute-actions",
        }
    }
}

/// What a link's ticket holds.
#[derive(Serialize, Deserialize)]
struct Payload {
    /// The address that it was sent to, and that it proves.
    email: String,
    /// The address of the account when it was sent: after a change the link is worth nothing (A58).
    account_email: Option<String>,
    /// The log-in that it goes on with.
    tab: Tab,
    /// What an administrator asks for.
    #[serde(default)]
    actions: Vec<String>,
}

/// Sends a link. `false`: the realm cannot send mails, or too many wait.
pub(crate) async fn send(visit: &Visit, tab: &Tab, user: &User, purpose: Purpose, email: &str) -> Result<bool, Error> {
    let identity = &visit.portreeve.identity;
    let Some(smtp) = post::smtp_of(identity, &visit.realm).await? else { return Ok(false) };
    let payload =
        Payload { email: email.to_owned(), account_email: user.email.clone(), tab: tab.clone(), actions: Vec::new() };
    let mut ticket = NewTicket::new(&visit.realm, purpose.kind());
    ticket.user = Some(&user.id);
    ticket.client = Some(&visit.client.id);
    ticket.dies_with_password = purpose == Purpose::ResetCredentials;
    ticket.payload = serde_json::to_value(payload).map_err(|error| Error::fault(error.to_string()))?;
    let seconds = lifespan(visit, purpose);
    ticket.expires_at = Some(identity.clock().now().plus_seconds(seconds));
    let secret = identity.issue_ticket(ticket, purpose.prefix()).await?;
    let lifespan = u64::try_from(seconds).unwrap_or_default();
    let mail = post::write(&visit.mail_frame(tab, user), purpose, email, address(visit, &secret), lifespan, &[]);
    Ok(visit.login.mailer().send(Arc::new(smtp), mail).is_ok())
}

/// The address in the mail: of the realm's own public address, whatever the request says (A49).
fn address(visit: &Visit, secret: &Secret) -> String {
    address_for(&visit.issuer(), &visit.client, secret)
}

fn address_for(issuer: &Issuer, client: &Client, secret: &Secret) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("key", secret.expose()).append_pair("client_id", &client.client_id);
    format!("{}?{}", issuer.join("login-actions/action-token"), query.finish())
}

fn lifespan(visit: &Visit, purpose: Purpose) -> i64 {
    let settings = &visit.realm.settings;
    let own = settings.attribute(&format!("actionTokenGeneratedByUserLifespan.{}", purpose.action()));
    own.and_then(|text| text.parse().ok())
        .filter(|seconds| *seconds > 0)
        .unwrap_or(settings.action_token_generated_by_user_lifespan)
}

/// What a flow may ask of the pages.
pub(crate) struct MailRoom<'a> {
    pub(crate) visit: &'a Visit,
    pub(crate) tab: Tab,
}

impl Services for MailRoom<'_> {
    fn black_lists(&self) -> &dyn BlackLists {
        self.visit.login.black_lists()
    }

    fn send_reset_link<'a>(
        &'a self,
        user: &'a Arc<User>,
        _execution: &'a Execution,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let email = user.email.clone().unwrap_or_default();
            let sent = send(self.visit, &self.tab, user, Purpose::ResetCredentials, &email).await?;
            let details = vec![(Cow::Borrowed("auth_method"), self.visit.client.protocol.to_string())];
            if sent {
                self.visit.outcome.also("SEND_RESET_PASSWORD", None, details);
            } else {
                self.visit.outcome.also("SEND_RESET_PASSWORD_ERROR", Some("email_send_failed"), details);
            }
            Ok(())
        })
    }
}
