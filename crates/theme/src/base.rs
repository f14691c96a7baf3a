//! The theme that is built in, and that every other one stands on.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::bundle::Bundles;
use crate::look::{Kind, Look};
use crate::resource::Resource;
use crate::{Locale, ThemeError};

/// The theme's name. Keycloak's own names of its built-in themes stand for it too, so that a realm file needs no change.
pub(crate) const NAME: &str = "base";
pub(crate) const ALIASES: [&str; 3] = ["keycloak", "keycloak.v2", "keycloak.v3"];

macro_rules! bundle {
    ($tag:literal, $file:literal) => {
        ($tag, $file, include_str!(concat!("../../../themes/base/messages/", $file)))
    };
}

macro_rules! resource {
    ($path:literal) => {
        ($path, include_bytes!(concat!("../../../themes/base/login/resources/", $path)).as_slice())
    };
}

/// Every language of the house: tag, file, text.
pub(crate) const BUNDLES: &[(&str, &str, &str)] = &[
    bundle!("de", "messages_de.properties"),
    bundle!("en", "messages_en.properties"),
    bundle!("es", "messages_es.properties"),
    bundle!("fr", "messages_fr.properties"),
    bundle!("it", "messages_it.properties"),
    bundle!("ja", "messages_ja.properties"),
    bundle!("nl", "messages_nl.properties"),
    bundle!("pl", "messages_pl.properties"),
    bundle!("pt", "messages_pt.properties"),
    bundle!("uk", "messages_uk.properties"),
    bundle!("zh-CN", "messages_zh_CN.properties"),
];

const RESOURCES: &[(&str, &[u8])] = &[
    resource!("css/login.css"),
    resource!("img/favicon.svg"),
    resource!("img/logo.svg"),
    resource!("img/waves.svg"),
    resource!("js/copy.js"),
    resource!("js/form-post.js"),
    resource!("js/logout.js"),
];

/// The built-in theme of a kind.
pub(crate) fn look(kind: Kind) -> Result<Look, ThemeError> {
    let mut bundles = Bundles::default();
    for (tag, file, text) in BUNDLES {
        let file = Path::new(file);
        let locale = Locale::parse(tag).ok_or_else(|| ThemeError::new(file, "its name holds no language"))?;
        bundles.read(locale, file, text)?;
    }
    let mut look = Look {
        name: NAME.into(),
        bundles,
        styles: Vec::new(),
        scripts: Vec::new(),
        resources: std::collections::BTreeMap::new(),
        fragments: std::collections::BTreeMap::new(),
    };
    if kind == Kind::Login {
        look.styles.push("css/login.css".into());
        for (path, bytes) in RESOURCES {
            let resource = Resource::new(path, Bytes::from_static(bytes))
                .ok_or_else(|| ThemeError::new(Path::new(path), "its media type is unknown"))?;
            look.resources.insert((*path).into(), Arc::new(resource));
        }
    }
    Ok(look)
}
