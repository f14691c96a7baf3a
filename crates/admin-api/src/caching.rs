//! Which answers say `Cache-Control: no-cache`: as Keycloak's do, resource by resource.

use http::Method;

/// Answers to GET that say nothing of caches.
const SILENT: [&str; 4] = ["/localization", "/users/profile", "/workflows", "/clients-initial-access"];

/// Whether the answers of a route say so. `path` is the route's, with parameters in braces.
pub(crate) fn is_fresh(method: &Method, path: &str) -> bool {
    let below = path.strip_prefix("/realms/{realm}").unwrap_or(path);
    if *method == Method::GET {
        return !SILENT.iter().any(|silent| below.starts_with(silent));
    }
    if below.starts_with("/authentication/") || below.contains("/protocol-mappers/") || below.contains("/certificates/")
    {
        return true;
    }
    let removes = *method == Method::DELETE;
    let segments: Vec<&str> = below.split('/').skip(1).collect();
    match segments.as_slice() {
        ["client-scopes" | "client-templates"] => *method == Method::POST,
        ["client-scopes" | "client-templates" | "clients" | "roles" | "roles-by-id" | "users", _]
        | ["clients", _, "roles" | "nodes", _]
        | ["users", _, "credentials", _] => removes,
        ["clients", _, "default-client-scopes" | "optional-client-scopes", _]
        | ["default-default-client-scopes" | "default-optional-client-scopes" | "default-groups", _]
        | ["identity-provider", "instances", _]
        | ["identity-provider", "instances", _, "mappers", _]
        | ["users", _, "federated-identity" | "groups", _]
        | ["users", _, "impersonation"]
        | ["groups", _, "children"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_says_so_and_the_rest_does_not() {
        let fresh = |method: Method, path: &str| is_fresh(&method, &format!("/realms/{{realm}}{path}"));
        assert!(fresh(Method::GET, "/clients") && fresh(Method::DELETE, "/clients/{client}"));
        assert!(fresh(Method::PUT, "/clients/{client}/protocol-mappers/models/{id}"));
        assert!(fresh(Method::PUT, "/clients/{client}/default-client-scopes/{scope}"));
        assert!(
            fresh(Method::DELETE, "/clients/{client}/nodes/{node}") && !fresh(Method::POST, "/clients/{client}/nodes")
        );
        assert!(!fresh(Method::POST, "/clients") && !fresh(Method::PUT, "/clients/{client}"));
        assert!(!fresh(Method::POST, "/clients/{client}/scope-mappings/realm"));
        assert!(!fresh(Method::GET, "/localization/{locale}") && !fresh(Method::POST, "/identity-provider/instances"));
    }
}
