//! Which roles users and groups have.

mod bearers;
mod change;
mod list;

use std::sync::Arc;

use identity::{Client, ClientId, GroupId, RoleId, User, UserId};

pub use bearers::{groups_with_role, users_with_role};
pub use change::{add, remove};
pub use list::{all, available, composite, mapped};

use crate::{Permit, Refusal, Right};

/// Whose roles, by the id in an address.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// A user's.
    User(&'a str),
    /// A group's.
    Group(&'a str),
}

/// The realm's roles, or a client's, by its row in an address.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// The realm's.
    Realm,
    /// A client's.
    Client(&'a str),
}

/// Who was found.
enum Subject {
    User(Arc<User>),
    Group(GroupId),
}

impl Subject {
    async fn find<R: Right>(permit: &Permit<R>, whose: Whose<'_>) -> Result<Self, Refusal> {
        match whose {
            Whose::User(id) if id.contains('\0') => Err(Refusal::not_found("User not found")),
            Whose::User(id) => {
                let found = permit.identity().find_user(permit.realm(), &UserId::from(id)).await?;
                found.map(Self::User).ok_or_else(|| Refusal::not_found("User not found"))
            }
            Whose::Group(id) => {
                let id = GroupId::from(id);
                match permit.realm().group_name(&id) {
                    Some(_) => Ok(Self::Group(id)),
                    None => Err(Refusal::not_found("Could not find group by id")),
                }
            }
        }
    }

    /// Roles granted directly.
    fn roles<'s, R: Right>(&'s self, permit: &'s Permit<R>) -> &'s [RoleId] {
        match self {
            Self::User(user) => &user.roles,
            Self::Group(group) => permit.realm().group_roles(group),
        }
    }

    /// Where their mappings are, for events.
    fn path(&self) -> String {
        match self {
            Self::User(user) => format!("users/{}/role-mappings", user.id),
            Self::Group(group) => format!("groups/{group}/role-mappings"),
        }
    }
}

/// The client, if any, whose roles are meant.
fn container<'p, R: Right>(permit: &'p Permit<R>, of: Of<'_>) -> Result<Option<&'p Arc<Client>>, Refusal> {
    match of {
        Of::Realm => Ok(None),
        Of::Client(id) => {
            let client = permit.realm().client_by_id(&ClientId::from(id));
            client.map(Some).ok_or_else(|| Refusal::not_found("Client not found"))
        }
    }
}
