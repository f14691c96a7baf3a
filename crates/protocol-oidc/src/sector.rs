//! Sector identifiers: the document that says which redirect URIs belong together (OpenID Connect Core §8.1).

use identity::{FieldFault, Mapper};
use outbound::Fetch;

use crate::mapper::{self, SECTOR_IDENTIFIER_URI};

/// More redirect URIs than such a document has.
const MOST_URIS: usize = 1000;

/// What is wrong with the sector identifiers of a client's mappers, in Keycloak's words.
///
/// OpenID Connect Dynamic Client Registration §5: all redirect URIs of the client stand in the document; or a client could take
/// another's sector, and the people in it could be recognised.
pub(crate) async fn check(fetch: &dyn Fetch, redirect_uris: &[String], mappers: &[Mapper]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    for uri in mappers.iter().filter_map(mapper::sector_identifier_uri) {
        if let Err(reason) = check_one(fetch, uri, redirect_uris).await {
            faults.push(FieldFault::new(SECTOR_IDENTIFIER_URI, reason));
        }
    }
    faults
}

async fn check_one(fetch: &dyn Fetch, uri: &str, redirect_uris: &[String]) -> Result<(), &'static str> {
    let body = fetch.get(uri).await.ok();
    let listed: Option<Vec<String>> = body.and_then(|body| serde_json::from_slice(&body).ok());
    let listed = listed
        .filter(|listed| listed.len() <= MOST_URIS)
        .ok_or("Failed to get redirect URIs from the Sector Identifier URI.")?;
    if redirect_uris.iter().all(|uri| listed.contains(uri)) {
        Ok(())
    } else {
        Err("Client redirect URIs does not match redirect URIs fetched from the Sector Identifier URI.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use outbound::{BoxFuture, FetchError, Reply, Request};

    const URI: &str = "https://sector.example/uris";

    /// Has one document.
    struct Shelf(&'static str);

    impl Fetch for Shelf {
        fn send<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
            let body = bytes::Bytes::from_static(self.0.as_bytes());
            let reply = Reply { status: http::StatusCode::OK, headers: http::HeaderMap::new(), body };
            Box::pin(std::future::ready(if request.url == URI { Ok(reply) } else { Err(FetchError::Refused) }))
        }
    }

    async fn faults(document: &'static str, uri: &str, redirect_uris: &[&str]) -> usize {
        let mapper = Mapper {
            id: "m".into(),
            name: "pairwise".into(),
            protocol: crate::PROTOCOL.into(),
            mapper: "oidc-sha256-pairwise-sub-mapper".into(),
            config: [("sectorIdentifierUri".to_owned(), uri.to_owned())].into(),
        };
        let uris: Vec<String> = redirect_uris.iter().map(|uri| (*uri).to_owned()).collect();
        check(&Shelf(document), &uris, &[mapper]).await.len()
    }

    #[tokio::test]
    async fn a28_a_sector_is_its_own_applications_only() {
        let both = r#"["https://a.example/cb", "https://b.example/cb"]"#;
        assert_eq!(faults(both, URI, &["https://a.example/cb", "https://b.example/cb"]).await, 0);
        assert_eq!(faults(both, URI, &["https://a.example/cb", "https://evil.example/cb"]).await, 1);
        assert_eq!(faults(both, "http://169.254.169.254/", &["https://a.example/cb"]).await, 1);
        for broken in ["", "{}", "[1]", "\"https://a.example/cb\""] {
            assert_eq!(faults(broken, URI, &["https://a.example/cb"]).await, 1, "{broken}");
        }
        assert_eq!(faults(both, "", &["https://evil.example/cb"]).await, 0, "none is named");
    }
}
