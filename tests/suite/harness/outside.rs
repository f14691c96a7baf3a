//! A server of somebody else's, on loopback.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::IntoResponse,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What was asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub body: String,
}

/// Answers everything alike until it is told otherwise.
pub struct Outside {
    address: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: UnboundedReceiver<Asked>,
}

type Shared = (Arc<Mutex<(StatusCode, String)>>, UnboundedSender<Asked>);

impl Outside {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let answer = Arc::new(Mutex::new((StatusCode::OK, String::new())));
        let (tell, asked) = unbounded_channel();
        let router = Router::new().fallback(serve).with_state((Arc::clone(&answer), tell));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, answer, asked }
    }

    /// The address of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// What it answers from now on.
    pub fn put(&self, status: u16, body: impl Into<String>) {
        let status = StatusCode::from_u16(status).expect("a status");
        *self.answer.lock().expect("whole") = (status, body.into());
    }

    /// The next thing that it is asked.
    pub async fn asked(&mut self) -> Asked {
        self.asked.recv().await.expect("it listens")
    }

    /// How often it was asked, besides what was looked at.
    pub fn count(&mut self) -> usize {
        std::iter::from_fn(|| self.asked.try_recv().ok()).count()
    }
}

async fn serve(State((answer, tell)): State<Shared>, method: Method, uri: Uri, body: Bytes) -> impl IntoResponse {
    let body = String::from_utf8(body.to_vec()).expect("text");
    let answer = answer.lock().expect("whole").clone();
    let _ = tell.send(Asked { method, path: uri.to_string(), body });
    answer
}
