//! People: finding, making, changing and removing them, and what hangs on each.

mod add;
mod change;
mod consent;
mod credential;
mod get;
mod group;
mod impersonate;
mod link;
mod list;
mod log_out;
mod mail;
mod password;
mod profile;
mod remove;
mod represent;
mod session;

use std::sync::Arc;

use identity::{Client, User, UserId};

pub use add::add;
pub use change::change;
pub use consent::{consents, revoke_consent};
pub use credential::{credentials, disable_credentials, label_credential, move_credential, remove_credential};
pub use get::{get, unmanaged_attributes};
pub use group::{count_groups, groups, join_group, leave_group};
pub use impersonate::impersonate;
pub use link::{add_link, links, remove_link};
pub use list::{Search, count, list};
pub use log_out::log_out;
pub use mail::{MailRequest, execute_actions_email, try_mail_server, verify_email};
pub use password::reset_password;
pub use profile::{change_profile, profile, profile_metadata};
pub use remove::remove;
pub(crate) use represent::{listed, member};
pub(crate) use session::shown as shown_sessions;
pub use session::{offline_sessions, sessions};

use crate::{Permit, Refusal, Right};

/// A user of the permit's realm, by the id in an address.
///
/// # Errors
/// 404; or 403 where the caller may not list users, so that nobody learns which ids there are.
async fn find<R: Right>(permit: &Permit<R>, id: &str) -> Result<Arc<User>, Refusal> {
    let id = id.trim();
    let found = match id {
        "" => None,
        id if id.contains('\0') => None,
        id => permit.identity().find_user(permit.realm(), &UserId::from(id)).await?,
    };
    found.ok_or_else(|| Refusal::not_found("User not found"))
}

/// A client of the permit's realm, by its row.
fn client<'p, R: Right>(permit: &'p Permit<R>, id: &str) -> Result<&'p Arc<Client>, Refusal> {
    permit.realm().client_by_id(&id.into()).ok_or_else(|| Refusal::not_found("Client not found"))
}
