//! Groups of users: their tree, who is in them, and which of them new users join.

mod add;
mod change;
mod default;
mod get;
mod list;
mod members;
mod remove;
mod represent;

use identity::GroupId;

pub use add::{Placed, add, add_child};
pub use change::change;
pub use default::{default_groups, set_default};
pub use get::{by_path, get};
pub use list::{GroupSearch, children, count, list};
pub use members::members;
pub(crate) use members::with_role;
pub use remove::remove;
pub(crate) use represent::told_groups;

use crate::{Permit, Refusal, Right};

/// A group of the permit's realm, by the id in an address.
fn find<R: Right>(permit: &Permit<R>, id: &str) -> Result<GroupId, Refusal> {
    let id = GroupId::from(id);
    match permit.realm().group_name(&id) {
        Some(_) => Ok(id),
        None => Err(Refusal::not_found("Could not find group by id")),
    }
}
