//! How the log-in was proven (RFC 8176).

use std::sync::Arc;

use serde_json::Value;

use super::config::{IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};
use crate::notes;

pub(crate) static KIND: Kind = Kind {
    id: "oidc-amr-mapper",
    label: "Authentication Method Reference (AMR)",
    help: "Writes the references of the steps that the log-in took, as amr.",
    form: &[IN_ID, IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: 0,
    able: Targets::TOKENS,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(Amr { path: ClaimPath::parse("amr") })),
};

struct Amr {
    path: ClaimPath,
}

impl Apply for Amr {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        let references: Vec<&str> =
            context.notes.note(notes::AMR).unwrap_or_default().split(' ').filter(|text| !text.is_empty()).collect();
        state.claims.put(&self.path, Value::from(references), Writer::Any);
    }
}
