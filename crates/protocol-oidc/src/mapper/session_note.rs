//! A note of the session.

use std::sync::Arc;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, line,
};
use super::kind::Absent;
use super::value::JsonType;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-usersessionmodel-note-mapper",
    label: "User Session Note",
    help: "Writes a note of the session, such as AUTH_TIME.",
    form: &[
        line("user.session.note", "User Session Note", "Name of the note."),
        CLAIM_NAME,
        JSON_TYPE,
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::OffForUserInfo,
    read,
};

struct SessionNote {
    note: String,
    path: ClaimPath,
    json_type: JsonType,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(SessionNote {
        note: config.text("user.session.note")?.to_owned(),
        path: config.path()?,
        json_type: config.json_type(),
    }))
}

impl Apply for SessionNote {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        let note = context.notes.note(&self.note).filter(|text| !text.is_empty());
        if let Some(value) = note.and_then(|text| self.json_type.write(text)) {
            state.claims.put(&self.path, value, Writer::Any);
        }
    }
}
