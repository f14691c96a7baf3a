//! HTTP/1.1 as far as these runs need it: messages that fit into memory, a client, and parameters as ordered pairs.

mod client;
mod form;
mod message;

pub(crate) use client::{exchange, get, send, send_secure};
pub(crate) use form::{decode_pairs, encode_pairs};
pub(crate) use message::{Request, Response, read_request, write_response};
