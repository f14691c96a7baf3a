//! `config check` and `config example`.

use crate::configuration::{self, Flags};
use crate::console::say;
use crate::failure::{Exit, Failure};

/// Tells the settings that hold, or everything that is wrong with them.
pub(crate) fn check(flags: &Flags) -> Result<(), Failure> {
    let environment = configuration::process_environment();
    let settings = configuration::load(flags, &environment).map_err(|faults| Failure::each(Exit::Usage, &faults))?;
    let tls = settings.serve.tls.map(crate::listener::tls::Certificate::load);
    if let Some(Err(reason)) = tls {
        return Err(Failure::new(Exit::Usage, format!("tls_cert: {reason}")));
    }
    crate::pages::themes(settings.serve.themes_dir.as_deref())?;
    for line in configuration::describe(flags, &environment) {
        say(line);
    }
    say("the configuration is good");
    Ok(())
}

/// Prints a file to begin with.
pub(crate) fn example() {
    say(configuration::example().trim_end());
}
