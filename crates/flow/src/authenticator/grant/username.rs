//! The name that a client brings. Whether it is somebody's is told by the password only: until then all names cost alike.

use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Context, Fields, Refusal, Verdict};

pub(in super::super) struct ValidateUsername;

impl Authenticator for ValidateUsername {
    fn ids(&self) -> &'static [&'static str] {
        &["direct-grant-validate-username"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(take(context).await) })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, _fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        self.begin(context)
    }
}

async fn take(context: &mut Context<'_>) -> Result<Verdict, Refusal> {
    let Some(name) = context.state.username.clone() else { return Ok(Verdict::Failed(Refusal::UnknownUser)) };
    let scene = context.scene;
    if let Some(user) = scene.identity.find_user_by_login(scene.realm, &name).await? {
        context.set_user(&user)?;
    }
    Ok(Verdict::Success)
}
