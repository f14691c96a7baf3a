//! A request to one operation, taken apart.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Uri, header};
use http_body_util::BodyExt as _;
use protocol::web;
use serde_json::{Map, Value};

use admin::Refusal;
use identity::Representation;

use crate::json;
use crate::page::Page;

/// More query parameters than any operation has.
const MAX_PARAMETERS: usize = 64;

/// A request that its caller may make: parameters, query and body.
#[derive(Debug)]
pub struct Call {
    pub(crate) public_url: String,
    pub(crate) params: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    pub(crate) fn new(uri: &Uri, headers: HeaderMap, public_url: &str, params: Vec<(String, String)>) -> Self {
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .take(MAX_PARAMETERS)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Self { public_url: public_url.to_owned(), params, query, headers, body: Bytes::new() }
    }

    /// Reads the body; whoever may not ask has been refused before. The edge of the server bounds it.
    pub(crate) async fn read(&mut self, body: Body) -> Result<(), Refusal> {
        let collected = body.collect().await.map_err(|_| Refusal::error("The body could not be read"))?;
        self.body = collected.to_bytes();
        Ok(())
    }

    /// A part of the path by its name in the route; empty when the route has none of that name.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A query parameter; of several of one name the first, as Keycloak does.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is not empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.query(name).filter(|value| !value.is_empty())
    }

    /// All values of a query parameter.
    pub fn all<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is true or false.
    pub fn flag(&self, name: &str, absent: bool) -> bool {
        self.query(name).map_or(absent, |value| value.eq_ignore_ascii_case("true"))
    }

    /// `first` and `max`, with what `max` is where the request says nothing; `None`: everything, up to the hard bound.
    ///
    /// # Errors
    /// 404, as Keycloak answers a number that is none.
    pub fn page(&self, default_max: Option<u64>) -> Result<Page, Refusal> {
        Page::of(self.given("first"), self.given("max"), default_max)
    }

    /// Whether a list is asked for in brief.
    pub fn brief(&self, absent: bool) -> bool {
        self.flag("briefRepresentation", absent)
    }

    /// A header as text.
    pub fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// 400 where it is not UTF-8.
    pub fn text(&self) -> Result<&str, Refusal> {
        std::str::from_utf8(&self.body).map_err(|_| Refusal::error("HTTP 400 Bad Request"))
    }

    /// The body as one of Keycloak's representations: an object with members that it knows.
    ///
    /// # Errors
    /// 400 in Keycloak's words.
    pub fn representation(&self, kind: Representation) -> Result<Map<String, Value>, Refusal> {
        json::object(&self.body, kind)
    }

    /// The body as a list of representations.
    ///
    /// # Errors
    /// 400 in Keycloak's words.
    pub fn representations(&self, kind: Representation) -> Result<Vec<Map<String, Value>>, Refusal> {
        json::list(&self.body, kind)
    }

    /// The body as whatever JSON it is; null where there is none.
    ///
    /// # Errors
    /// 400 in Keycloak's words.
    pub fn json(&self) -> Result<Value, Refusal> {
        json::any(&self.body)
    }

    /// The address of a realm, for `Location`.
    pub fn root_location(&self, realm: &str) -> String {
        let mut location = format!("{}/admin/realms/", self.public_url);
        web::push_path_segment(&mut location, realm);
        location
    }

    /// An absolute address below this request's realm, for `Location`: `clients` and an id become
    /// `…/admin/realms/NAME/clients/ID`.
    pub fn location(&self, parts: &[&str]) -> String {
        let mut location = format!("{}/admin/realms/", self.public_url);
        web::push_path_segment(&mut location, self.param("realm"));
        for part in parts {
            location.push('/');
            // A part may be several segments, of fixed words; names and ids come one by one.
            match part.strip_prefix('/') {
                Some(words) => location.push_str(words),
                None => web::push_path_segment(&mut location, part),
            }
        }
        location
    }
}
