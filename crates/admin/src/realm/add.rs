//! Making realms: a realm that is made is a realm file that comes in.

use std::path::Path;

use http::StatusCode;
use identity::realm_file::{self, ImportError, Limits, NoProgress, Strategy};
use serde_json::{Map, Value};

use crate::{CreateRealms, Happened, Permit, Refusal, Resource, Words};

/// Most bytes that the document of a new realm may have.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// Keycloak: none of these may stand in a realm's name.
const RESERVED: &str = ":/?#@!$&()*+,;=[]\\";

/// Makes a realm of Keycloak's representation, with all that it brings (clients, roles, users). What it does not say is as in every
/// new realm. Answers its name.
///
/// # Errors
/// Whatever is wrong with it; nothing is made then.
pub async fn add(permit: &Permit<CreateRealms>, document: Map<String, Value>) -> Result<String, Refusal> {
    let name = match document.get("realm") {
        Some(Value::String(name)) if !name.trim().is_empty() => name.clone(),
        _ => return Err(Refusal::message("Realm name cannot be empty")),
    };
    check_name(&name)?;
    let mut told = document.clone();
    told.shift_remove("users");
    let text = Value::Object(realm_file::with_default_settings(document, &name)).to_string().into_bytes();
    let limits = Limits { file_bytes: MAX_BYTES as u64, realms: 1, faults: 20, ..Limits::default() };
    let mut files = realm_file::read_text(Path::new("realm"), text, &limits).map_err(|faults| wrong(&faults))?;
    let Some(file) = files.pop() else { return Err(Refusal::message("unable to read contents from stream")) };
    let identity = permit.identity();
    let done = identity.import_realm(file, Strategy::Fail, &**permit.plugins(), &NoProgress).await;
    match done {
        Ok(_) => {}
        Err(ImportError::Exists(name) | ImportError::UnderWay(name)) => {
            return Err(Refusal::conflict(format!("Realm {name} already exists")));
        }
        Err(ImportError::Faults(faults)) => return Err(wrong(&faults)),
        Err(ImportError::Store(error)) => return Err(error.into()),
    }
    // An import is many commits, and the last one shows the realm; the event follows it.
    if let Some(realm) = identity.realm(&name).await? {
        let change = permit.change().await?;
        change.commit_in(&realm.id, Happened::created(Resource::Realm, name.clone()).with(told)).await?;
    }
    Ok(name)
}

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    match name.chars().find(|c| RESERVED.contains(*c)) {
        Some(reserved) => Err(Refusal::error(format!("Character '{reserved}' not allowed."))),
        None => Ok(()),
    }
}

/// What is wrong with a document, told in one line; an id that is taken is a conflict.
fn wrong(faults: &[realm_file::FileFault]) -> Refusal {
    let taken = faults.iter().any(|fault| fault.reason.contains("used by"));
    let told: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.reason)).collect();
    let status = if taken { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
    Refusal::status(status, Words::Message(told.join("; ").into()))
}
