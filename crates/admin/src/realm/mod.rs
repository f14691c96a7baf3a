//! Realms.

mod add;
mod change;
mod export;
mod get;
mod list;
mod remove;

pub use add::add;
pub use change::change;
pub use export::partial_export;
pub use get::get;
pub use list::list;
pub use remove::remove;
