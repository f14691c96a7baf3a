//! Clients.

mod add;
mod change;
mod check;
mod defaults;
mod find;
mod get;
mod installation;
mod list;
mod nodes;
mod remove;
mod scopes;
mod secret;
mod service_account;

pub use add::add;
pub(crate) use add::protocol_of;
pub use change::change;
pub(crate) use check::{config, mapper as mapper_of, mappers as mappers_of};
pub(crate) use find::{of_realm, owner};
pub use get::get;
pub(crate) use get::represented;
pub use installation::{InstallationFile, installation};
pub use list::{ClientQuery, list};
pub use nodes::{add_node, remove_node};
pub use remove::remove;
pub use scopes::{bind_scope, scopes, unbind_scope};
pub use secret::{drop_rotated, regenerate_secret, rotated_secret, secret};
pub use service_account::service_account_user;
