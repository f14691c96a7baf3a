//! Realms.

mod add;
mod change;
mod get;
mod list;
mod remove;

pub use add::add;
pub use change::change;
pub use get::get;
pub use list::list;
pub use remove::remove;
