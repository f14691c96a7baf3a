//! The pages that people meet, put together for this process.

use std::path::Path;
use std::sync::Arc;

use identity::BlackLists;
use login::{Login, LoginSettings};
use mail::Mailer;
use theme::Themes;

use crate::failure::{Exit, Failure};

/// The themes of a folder besides the built-in one.
///
/// # Errors
/// When a theme is wrong; all faults are told together.
pub(crate) fn themes(folder: Option<&Path>) -> Result<Arc<Themes>, Failure> {
    Themes::load(folder).map_err(|faults| Failure::each(Exit::Usage, &faults))
}

/// How people log in.
///
/// # Errors
/// As [`themes`].
pub(crate) fn login(folder: Option<&Path>, lists: Arc<dyn BlackLists + Send + Sync>) -> Result<Login, Failure> {
    Ok(Login::new(LoginSettings { themes: themes(folder)?, black_lists: lists, mailer: Mailer::start() }))
}
