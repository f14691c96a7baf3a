//! A user's credentials.

use identity::{CredentialId, Error, ShownCredential, User};
use serde_json::{Map, Value, json};

use crate::{Happened, ManageUsers, Permit, Refusal, Resource, ViewUsers};

/// A user's credentials in order of preference, without their secret halves.
///
/// # Errors
/// 404.
pub async fn credentials(permit: &Permit<ViewUsers>, id: &str) -> Result<Vec<Value>, Refusal> {
    let user = super::find(permit, id).await?;
    let shown = permit.identity().shown_credentials(&user.id).await?;
    // Earlier passwords are kept only so that they do not come back.
    Ok(shown.iter().filter(|credential| credential.kind != "password-history").map(told).collect())
}

fn told(credential: &ShownCredential) -> Value {
    let mut told = Map::new();
    told.insert("id".to_owned(), json!(credential.id.as_str()));
    told.insert("type".to_owned(), json!(credential.kind));
    if let Some(label) = &credential.label {
        told.insert("userLabel".to_owned(), json!(label));
    }
    if let Some(at) = credential.created_at {
        told.insert("createdDate".to_owned(), json!(at.0));
    }
    told.insert("credentialData".to_owned(), json!(credential.credential_data));
    Value::Object(told)
}

/// Gives a credential a label.
///
/// # Errors
/// 404; 403 for who manages more than the caller.
pub async fn label_credential(
    permit: &Permit<ManageUsers>,
    id: &str,
    credential: &str,
    label: &str,
) -> Result<(), Refusal> {
    let user = managed(permit, id).await?;
    let label = Some(label).filter(|label| !label.is_empty());
    let mut change = permit.change().await?;
    change.label_credential(&user.id, &credential.into(), label).await.map_err(missing)?;
    let path = format!("users/{}/credentials/{credential}/userLabel", user.id);
    change.commit(Happened::updated(Resource::User, path)).await
}

/// Puts a credential behind another one of the user, or before all.
///
/// # Errors
/// As [`label_credential`].
pub async fn move_credential(
    permit: &Permit<ManageUsers>,
    id: &str,
    credential: &str,
    behind: Option<&str>,
) -> Result<(), Refusal> {
    let user = managed(permit, id).await?;
    let mut change = permit.change().await?;
    let place = behind.map(CredentialId::from);
    change.move_credential(&user.id, &credential.into(), place.as_ref()).await.map_err(missing)?;
    let path = match behind {
        None => format!("users/{}/credentials/{credential}/moveToFirst", user.id),
        Some(behind) => format!("users/{}/credentials/{credential}/moveAfter/{behind}", user.id),
    };
    change.commit(Happened::action(Resource::User, path)).await
}

/// Removes a credential.
///
/// # Errors
/// As [`label_credential`].
pub async fn remove_credential(permit: &Permit<ManageUsers>, id: &str, credential: &str) -> Result<(), Refusal> {
    let user = managed(permit, id).await?;
    let mut change = permit.change().await?;
    change.remove_credential_of(&user.id, &credential.into()).await.map_err(missing)?;
    let path = format!("users/{}/credentials/{credential}", user.id);
    change.commit(Happened::action(Resource::User, path)).await
}

/// Disables kinds of credential that another store could disable; there is none, and so nothing to do, as Keycloak answers.
///
/// # Errors
/// As [`label_credential`].
pub async fn disable_credentials(permit: &Permit<ManageUsers>, id: &str) -> Result<(), Refusal> {
    managed(permit, id).await?;
    Ok(())
}

async fn managed(permit: &Permit<ManageUsers>, id: &str) -> Result<std::sync::Arc<User>, Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    Ok(user)
}

fn missing(error: Error) -> Refusal {
    match error {
        Error::NotFound("credential") => Refusal::not_found("Credential not found"),
        error => error.into(),
    }
}
