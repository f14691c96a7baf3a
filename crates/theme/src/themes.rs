//! All themes of a server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::look::{Kind, Look};
use crate::{Locale, ThemeError, base, folder, resource};

/// The built-in theme and those of a themes folder, read once at start.
#[derive(Debug)]
pub struct Themes {
    looks: BTreeMap<(Kind, Box<str>), Arc<Look>>,
    login: Arc<Look>,
    email: Arc<Look>,
    version: String,
}

impl Themes {
    /// The built-in theme, and every theme of the folder.
    ///
    /// # Errors
    /// Every fault of every theme folder, so that all are mended at once.
    pub fn load(folder: Option<&Path>) -> Result<Arc<Self>, Vec<ThemeError>> {
        let (login, email) = match (base::look(Kind::Login), base::look(Kind::Email)) {
            (Ok(login), Ok(email)) => (Arc::new(login), Arc::new(email)),
            (login, email) => return Err([login.err(), email.err()].into_iter().flatten().collect()),
        };
        let mut looks = BTreeMap::new();
        looks.insert((Kind::Login, base::NAME.into()), Arc::clone(&login));
        looks.insert((Kind::Email, base::NAME.into()), Arc::clone(&email));
        if let Some(folder) = folder {
            folder::read(folder, &mut looks)?;
        }
        let version = version(&looks);
        Ok(Arc::new(Self { looks, login, email, version }))
    }

    /// Names of the themes for a kind of page (`login`, `email`), sorted.
    pub fn names(&self, kind: &str) -> Vec<&str> {
        self.looks.iter().filter(|((of, _), _)| of.as_str() == kind).map(|((_, name), _)| &**name).collect()
    }

    /// Whether a realm or client may ask for this theme by name: it is there, or one of Keycloak's built-in ones, whose
    /// place the built-in theme takes.
    pub fn knows(&self, kind: &str, name: &str) -> bool {
        base::ALIASES.contains(&name) || self.names(kind).contains(&name)
    }

    /// Languages that a theme has messages in, sorted by tag; those of the built-in theme for a name that is not here.
    pub fn locales(&self, kind: &str, name: &str) -> Vec<&Locale> {
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(Kind::Login);
        self.look(kind, Some(name)).bundles.locales().collect()
    }

    /// Part of every static file's address. It moves when any file of any theme does.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The theme of this name, or the built-in one for a name that is not here: a page is better in plain dress than not
    /// at all.
    pub(crate) fn look(&self, kind: Kind, name: Option<&str>) -> &Arc<Look> {
        let built_in = match kind {
            Kind::Login => &self.login,
            Kind::Email => &self.email,
        };
        name.and_then(|name| self.looks.get(&(kind, name.into()))).unwrap_or(built_in)
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<&Arc<Look>> {
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        self.looks.get(&(kind, name.into()))
    }
}

fn version(looks: &BTreeMap<(Kind, Box<str>), Arc<Look>>) -> String {
    let mut hash = Sha256::new();
    for ((kind, name), look) in looks {
        for (path, resource) in &look.resources {
            for part in [kind.as_str().as_bytes(), name.as_bytes(), path.as_bytes(), resource.etag.as_bytes()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
    }
    resource::hex(&hash.finalize(), 5)
}
