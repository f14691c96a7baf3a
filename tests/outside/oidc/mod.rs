//! What the runs of OpenID Connect clients stand on: a realm with a client for each of them, and a visitor who logs in where no browser
//! is needed.

mod page;
mod program;
pub(crate) mod realm;
mod visitor;

pub(crate) use page::Page;
pub(crate) use program::{Language, program};
pub(crate) use visitor::{Manners, Visitor};
