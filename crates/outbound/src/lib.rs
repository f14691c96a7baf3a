//! Requests of this server to others.
//!
//! Owns: which addresses may be asked at all ([`Network`]), how a name becomes the one address that is connected to, bounds
//! on time, sizes and numbers, and whom TLS trusts ([`Client`]); what everybody else sees of it ([`Fetch`]). Does not own: what
//! is asked, and what an answer means. Floor 1; imports `crypto` in its tests only.
//!
//! Addresses come from clients and from whoever registers them, so a request is an attempt to make this server ask for
//! something that only it can reach (A27, A28). What holds for each:
//!
//! | rule | file |
//! |---|---|
//! | `http` and `https` only, no credentials in the address, a host that is a name or an address in any spelling | `target.rs` |
//! | every address that a name stands for is judged, and the connection goes to one that was | `network.rs`, `resolve.rs` |
//! | plain `http` only to networks that the configuration names | `network.rs` |
//! | no redirect is followed, no proxy is asked, nothing is decompressed, no cookie is kept | `client.rs` |
//! | time, head, body, and requests at once in all and per host are bounded | `client.rs`, `places.rs` |
//! | TLS with the system's authorities and the configured one | `trust.rs` |
//! | whoever asked learns that it failed, and not why | `fetch.rs` |

mod client;
mod fetch;
mod network;
mod places;
mod resolve;
mod target;
mod trust;

pub use client::{Bounds, Client, Counts};
pub use fetch::{BoxFuture, Fetch, FetchError, NoFetch, Reply, Request};
pub use network::Network;
pub use resolve::{Resolve, SystemResolver};
pub use trust::{Authorities, BadAuthority};
