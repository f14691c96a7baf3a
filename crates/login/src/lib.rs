//! What a person meets between an application's request and its answer.
//!
//! Owns: the pages of logging in, registering, required actions, consent and logging out ([`page`]). Does not own: how
//! pages look in general and which language they speak (`theme`), any protocol's words. Floor 3.

pub mod page;
