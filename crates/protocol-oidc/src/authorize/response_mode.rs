//! `response_mode`: how an answer travels to the client.

use serde::{Deserialize, Serialize};

use super::response_type::ResponseType;

/// Where in the browser's next request the answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Carrier {
    /// In the query of the redirect URI (OAuth 2.0 Multiple Response Types §2.1).
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts there (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// Carrier, and whether the answer is one signed JWT (JWT Secured Authorization Response Mode §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResponseMode {
    pub carrier: Carrier,
    pub signed: bool,
}

impl ResponseMode {
    /// What discovery lists, in Keycloak's order.
    pub(crate) const ALL: &'static [&'static str] =
        &["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];

    /// For what is wrong with the parameter itself.
    pub(crate) const PLAIN_QUERY: Self = Self { carrier: Carrier::Query, signed: false };

    /// Reads the parameter; absent, the response type decides.
    pub(crate) fn parse(text: Option<&str>, response_type: ResponseType) -> Option<Self> {
        // Multiple Response Types §2.1 and §5: a code travels in the query, whatever holds a token in the fragment.
        let usual = if response_type.has_tokens() { Carrier::Fragment } else { Carrier::Query };
        let (carrier, signed) = match text {
            None => (usual, false),
            Some("query") => (Carrier::Query, false),
            Some("fragment") => (Carrier::Fragment, false),
            Some("form_post") => (Carrier::FormPost, false),
            Some("jwt") => (usual, true),
            Some("query.jwt") => (Carrier::Query, true),
            Some("fragment.jwt") => (Carrier::Fragment, true),
            Some("form_post.jwt") => (Carrier::FormPost, true),
            Some(_) => return None,
        };
        Some(Self { carrier, signed })
    }

    /// As events tell it.
    pub(crate) fn as_str(self) -> &'static str {
        match (self.carrier, self.signed) {
            (Carrier::Query, false) => "query",
            (Carrier::Fragment, false) => "fragment",
            (Carrier::FormPost, false) => "form_post",
            (Carrier::Query, true) => "query.jwt",
            (Carrier::Fragment, true) => "fragment.jwt",
            (Carrier::FormPost, true) => "form_post.jwt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(mode: Option<&str>, kind: &str) -> Option<&'static str> {
        ResponseMode::parse(mode, ResponseType::parse(kind).unwrap()).map(ResponseMode::as_str)
    }

    #[test]
    fn the_response_type_decides_where_nothing_is_said() {
        for kind in ["code", "none"] {
            assert_eq!(parse(None, kind), Some("query"));
            assert_eq!(parse(Some("jwt"), kind), Some("query.jwt"));
        }
        for kind in ["id_token", "token", "code id_token", "code token", "code id_token token"] {
            assert_eq!(parse(None, kind), Some("fragment"), "{kind}");
            assert_eq!(parse(Some("jwt"), kind), Some("fragment.jwt"), "{kind}");
        }
    }

    #[test]
    fn a14_all_that_is_published_is_understood_and_nothing_else() {
        for mode in ResponseMode::ALL.iter().filter(|mode| **mode != "jwt") {
            assert_eq!(parse(Some(mode), "code"), Some(*mode));
        }
        for mode in ["", "Query", "web_message", "form_post.JWT", "query jwt"] {
            assert_eq!(parse(Some(mode), "code"), None, "{mode}");
        }
    }
}
