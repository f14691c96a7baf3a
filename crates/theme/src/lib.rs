//! How pages and mails look, and which language they speak.
//!
//! Owns: message bundles and the choice of a language ([`Locale`], [`Text`]), themes and the folders that override them
//! ([`Themes`]), the frame around every page with its security headers ([`Frame`]), static files, the mails' words
//! ([`email`]). Does not own: any page's content (`login`), realms and users, sending mail. Floor 1; imports nothing of ours.
//!
//! | duty | file |
//! |---|---|
//! | messages in Keycloak's notation, languages | `message.rs`, `properties.rs`, `bundle.rs`, `locale.rs`, `text.rs` |
//! | what a theme is, the one that is built in | `look.rs`, `base.rs` |
//! | theme folders | `folder.rs`, `fragment.rs`, `error.rs` |
//! | static files | `resource.rs`, `routes.rs`, `palette.rs` |
//! | the frame around a page | `frame.rs`, `realm_look.rs`, `policy.rs` |
//! | mails | `email/` |

mod base;
mod bundle;
pub mod email;
mod error;
mod escape;
mod folder;
mod fragment;
mod frame;
mod locale;
mod look;
mod message;
mod palette;
mod policy;
mod properties;
mod realm_look;
mod resource;
mod routes;
mod text;
mod themes;

pub use error::ThemeError;
pub use escape::Html;
pub use fragment::Slot;
pub use frame::{Frame, FrameRequest, Language};
pub use locale::{Locale, Wishes};
pub use message::Message;
pub use policy::Sources;
pub use realm_look::{ACCENT_ATTRIBUTE, LOGO_ATTRIBUTE, RealmLook, RealmTexts};
pub use text::Text;
pub use themes::Themes;
