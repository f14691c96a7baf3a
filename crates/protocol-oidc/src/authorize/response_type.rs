//! `response_type`: what the authorization endpoint itself gives back.

use serde::{Deserialize, Serialize};

/// OAuth 2.0 Multiple Response Types §3 to §5, and `none` (§4): which of the three are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResponseType {
    pub code: bool,
    pub id_token: bool,
    pub token: bool,
}

impl ResponseType {
    /// What discovery lists, in Keycloak's order.
    pub(crate) const ALL: &'static [&'static str] =
        &["code", "none", "id_token", "token", "id_token token", "code id_token", "code token", "code id_token token"];

    /// Reads the parameter. The order of its words means nothing; a word twice, an unknown one, or `none` beside another is no
    /// response type.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut found = Self { code: false, id_token: false, token: false };
        if text == "none" {
            return Some(found);
        }
        for word in text.split(' ') {
            let place = match word {
                "code" => &mut found.code,
                "id_token" => &mut found.id_token,
                "token" => &mut found.token,
                _ => return None,
            };
            if std::mem::replace(place, true) {
                return None;
            }
        }
        Some(found)
    }

    /// Whether tokens come straight from the authorization endpoint.
    pub(crate) fn has_tokens(self) -> bool {
        self.id_token || self.token
    }

    /// Whether nothing but tokens is wanted, so that no code is exchanged (OpenID Connect Core §3.2).
    pub(crate) fn is_implicit(self) -> bool {
        self.has_tokens() && !self.code
    }

    /// As events tell it.
    pub(crate) fn as_str(self) -> &'static str {
        match (self.code, self.id_token, self.token) {
            (false, false, false) => "none",
            (true, false, false) => "code",
            (false, true, false) => "id_token",
            (false, false, true) => "token",
            (false, true, true) => "id_token token",
            (true, true, false) => "code id_token",
            (true, false, true) => "code token",
            (true, true, true) => "code id_token token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_published_is_understood_in_any_order() {
        for text in ResponseType::ALL {
            assert_eq!(ResponseType::parse(text).unwrap().as_str(), *text);
            let reversed = text.split(' ').rev().collect::<Vec<_>>().join(" ");
            assert_eq!(ResponseType::parse(&reversed), ResponseType::parse(text));
        }
    }

    #[test]
    fn a14_case_repetition_and_odd_company_are_no_response_type() {
        for text in
            ["", "Code", "code code", "code  token", "none code", "code none", "token ", "frobnicate", "code,token"]
        {
            assert_eq!(ResponseType::parse(text), None, "{text:?}");
        }
    }
}
