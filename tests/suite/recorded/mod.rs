//! What a Keycloak answered to a request, and what this server answers to the same.
//!
//! `tests/recorded` holds the answers, each with its request, which is sent again from there. Each way in which an answer may
//! differ is a row of the table "Recorded answers" in `docs/differences.md`: what is not in the table fails here, and so does
//! a row that nothing differs by.

mod answered;
mod authorize;
mod difference;
mod html;
mod jar;
mod logout;
mod metadata;
mod new_realm;
mod normal;
mod player;
mod realm;
mod recording;
mod table;
mod token;
mod token_info;

use self::{difference::Difference, jar::Jar, player::Player, recording::Recording};
