//! The pages that people meet, put together for this process.

use std::path::Path;
use std::sync::Arc;

use identity::BlackLists;
use login::{Login, LoginSettings};
use mail::Mailer;
use theme::Themes;

use crate::failure::{Exit, Failure};

/// How people log in: with the themes of a folder besides the built-in one.
///
/// # Errors
/// When a theme is wrong; all faults are told together.
pub(crate) fn login(themes: Option<&Path>, lists: Arc<dyn BlackLists + Send + Sync>) -> Result<Login, Failure> {
    let themes = Themes::load(themes).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Usage, format!("themes_dir: {}", lines.join("; ")))
    })?;
    Ok(Login::new(LoginSettings { themes, black_lists: lists, mailer: Mailer::start() }))
}
