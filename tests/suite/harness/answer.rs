//! What came back on the wire, and readers of it that share no code with the server.

use axum::http::{HeaderMap, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("a header of plain characters"))
    }

    /// Asserts the status, showing the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// The docker token of a successful answer.
    #[track_caller]
    pub fn token(&self) -> Token {
        assert_eq!(self.status.as_u16(), 200, "{}", self.text());
        let answer = self.json();
        assert_eq!(answer["token"], answer["access_token"], "both names carry the same token");
        Token(answer["token"].as_str().expect("a token").to_owned())
    }

    /// An error body that both docker and OAuth clients read, never HTML, never a redirect.
    #[track_caller]
    pub fn refusal(self, status: u16, code: &str, error: &str) -> Self {
        let answer = self.expect(status);
        assert!(answer.header("content-type").starts_with("application/json"), "{}", answer.header("content-type"));
        let body = answer.json();
        assert_eq!(body["errors"][0]["code"], code, "{body}");
        assert!(body["errors"][0]["message"].is_string(), "{body}");
        assert_eq!(body["error"], error, "{body}");
        assert!(body["error_description"].is_string(), "{body}");
        assert!(answer.headers.get("location").is_none(), "never a redirect");
        assert!(answer.headers.get("set-cookie").is_none(), "never a cookie");
        if status == 401 {
            assert!(
                answer.header("www-authenticate").starts_with("Basic realm="),
                "{}",
                answer.header("www-authenticate")
            );
        }
        answer
    }
}

/// A compact JWS.
#[derive(Debug, Clone)]
pub struct Token(pub String);

impl Token {
    fn part(&self, n: usize) -> Value {
        let part = self.0.split('.').nth(n).expect("three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    }

    pub fn header(&self) -> Value {
        self.part(0)
    }

    pub fn claims(&self) -> Value {
        self.part(1)
    }

    /// What the token grants, as the scopes it would take to ask for it.
    pub fn access(&self) -> Vec<String> {
        let claims = self.claims();
        let entries = claims["access"].as_array().expect("access is always an array");
        let text = |v: &Value| v.as_str().expect("a string").to_owned();
        entries
            .iter()
            .map(|entry| {
                let actions: Vec<String> = entry["actions"].as_array().expect("actions").iter().map(text).collect();
                format!("{}:{}:{}", text(&entry["type"]), text(&entry["name"]), actions.join(","))
            })
            .collect()
    }

    /// Verifies the signature with an independent reader, against the published key that the header names.
    #[track_caller]
    pub fn verify(&self, jwks: &Value) {
        let set: JwkSet = serde_json::from_value(jwks.clone()).expect("a JWK set");
        let header = jsonwebtoken::decode_header(&self.0).expect("a JOSE header");
        let kid = header.kid.clone().expect("a kid");
        let jwk = set.find(&kid).unwrap_or_else(|| panic!("{kid} is not published: {jwks}"));
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<Value>(&self.0, &DecodingKey::from_jwk(jwk).expect("a usable key"), &validation)
            .expect("the signature holds");
    }
}
