//! Who calls: anonymous, or a person with a name and a password.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    body::Body,
    http::{Method, Request},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::BodyExt;
use protocol::web::{Connection, PeerCertificate};
use tower::ServiceExt;

use super::{World, answer::Answer};

/// A caller of one world, from one address.
#[derive(Clone)]
pub struct Caller<'w> {
    world: &'w World,
    address: IpAddr,
    headers: Vec<(String, String)>,
    certificate: Option<PeerCertificate>,
}

impl<'w> Caller<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self { world, address: Ipv4Addr::new(192, 0, 2, 1).into(), headers: Vec::new(), certificate: None }
    }

    /// With HTTP Basic credentials.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.header("authorization", &format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// On a connection whose peer has shown a certificate.
    pub fn certificate(mut self, certificate: &PeerCertificate) -> Self {
        self.certificate = Some(certificate.clone());
        self
    }

    /// From another address.
    pub fn from(mut self, address: &str) -> Self {
        self.address = address.parse().expect("an address");
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// A form, given as it stands on the wire.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let caller = self.clone().header("content-type", "application/x-www-form-urlencoded");
        caller.send(Method::POST, path, Body::from(form.to_owned())).await
    }

    /// A JSON body; none for null.
    pub async fn json(&self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        if body.is_null() {
            return self.send(method, path, Body::empty()).await;
        }
        let caller = self.clone().header("content-type", "application/json");
        caller.send(method, path, Body::from(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        // Time passes between requests, so that events keep their order.
        self.world.clock.advance(1);
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body).expect("a request");
        request.extensions_mut().insert(Connection { address: self.address, secure: false });
        if let Some(certificate) = &self.certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        let response = self.world.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
