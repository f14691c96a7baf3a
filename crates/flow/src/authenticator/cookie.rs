//! An older session of the same browser.

use super::{Authenticator, verdict};
use crate::{BoxFuture, Context, LOA_MAP, Levels, Refusal, Verdict};

pub(super) struct Cookie;

impl Authenticator for Cookie {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-cookie"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(look(context)) })
    }
}

fn look(context: &mut Context<'_>) -> Result<Verdict, Refusal> {
    let Some(live) = context.scene.session else { return Ok(Verdict::Attempted) };
    let before = Levels::from_note(live.session().notes.get(LOA_MAP));
    context.set_user(live.user())?;
    context.state.levels.reached = before.reached;
    if context.scene.request.reauthenticate {
        // Nothing of the older session counts; only that it must be the same person.
        return Ok(Verdict::Attempted);
    }
    let now = context.scene.identity.clock().now().seconds();
    let highest = highest(context, now);
    if let Some(level) = highest {
        context.state.levels.take_over(level);
    }
    let evidence = context.scene.identity.evidence_of_session(context.scene.realm, live)?;
    if !context.state.levels.is_enough() {
        // Step-up: what was proved stays, and the rest is asked for.
        context.prove(evidence)?;
        return Ok(Verdict::Attempted);
    }
    context.prove(evidence)?;
    context.state.by_session = true;
    Ok(Verdict::Success)
}

/// The highest level of the flow that the session reached and that has not grown too old.
fn highest(context: &Context<'_>, now: i64) -> Option<i64> {
    crate::condition::levels_of(context.top)
        .into_iter()
        .filter(|(level, max_age)| context.state.levels.still_holds(*level, *max_age, now))
        .map(|(level, _)| level)
        .max()
}
