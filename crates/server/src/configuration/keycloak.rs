//! Names that others gave: Keycloak's, so that a deployment's variables may stay as they are, and `RUST_LOG`.

use std::collections::BTreeMap;

use crypto::secret::Secret;

use super::layers::{Layers, Origin};

/// Keycloak's name and ours, where the value means the same.
const SAME: &[(&str, &str)] = &[
    ("KC_BOOTSTRAP_ADMIN_USERNAME", "bootstrap_admin_username"),
    ("KC_BOOTSTRAP_ADMIN_PASSWORD", "bootstrap_admin_password"),
    ("KC_DB_URL", "database_url"),
    ("KC_DB_USERNAME", "database_username"),
    ("KC_DB_PASSWORD", "database_password"),
];

/// Third layer: over the file, under our own names. Other `KC_*` variables are not ours to judge and are left alone.
pub(crate) fn lay(layers: &mut Layers, environment: &BTreeMap<String, String>) {
    let mut words = Vec::new();
    for (theirs, ours) in SAME {
        if let Some(value) = environment.get(*theirs).filter(|value| !value.is_empty()) {
            words.push((
                (*ours).to_owned(),
                vec![Secret::from(value.clone())],
                Origin::Environment((*theirs).to_owned()),
            ));
        }
    }
    if let Some(port) = environment.get("KC_HTTP_PORT").filter(|value| !value.is_empty()) {
        let origin = Origin::Environment("KC_HTTP_PORT".to_owned());
        if port.parse::<u16>().is_ok() {
            // Keycloak's variable moves the port only; the address stays what the layers below say.
            let listen = layers.text("listen").unwrap_or_default();
            let host = listen.rsplit_once(':').map_or("127.0.0.1", |(host, _)| host);
            words.push(("listen".to_owned(), vec![Secret::from(format!("{host}:{port}"))], origin));
        } else {
            layers.fault("listen", &origin, format!("takes a port number, not {port:?}"));
        }
    }
    if let Some(hostname) = environment.get("KC_HOSTNAME").filter(|value| !value.is_empty()) {
        let origin = Origin::Environment("KC_HOSTNAME".to_owned());
        words.push(("public_url".to_owned(), vec![Secret::from(hostname.clone())], origin));
    }
    // Set for many programs at once, so that what we cannot read of it is no fault of ours.
    if let Some(level) = environment.get("RUST_LOG").filter(|level| crate::logging::check_level(level).is_ok()) {
        words.push((
            "log_level".to_owned(),
            vec![Secret::from(level.clone())],
            Origin::Environment("RUST_LOG".to_owned()),
        ));
    }
    layers.lay(words);
}
