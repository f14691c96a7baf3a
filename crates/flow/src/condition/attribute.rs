//! The person has an attribute with a value (`attribute_name`, `attribute_expected_value`, `regex`), or has not (`not`).

use super::Condition;
use crate::{BoxFuture, Context, Refusal};

pub(super) struct UserAttribute;

impl Condition for UserAttribute {
    fn id(&self) -> &'static str {
        "conditional-user-attribute"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let Some(user) = context.user().await? else { return Ok(false) };
            let name = context.config.get("attribute_name").map_or("", String::as_str);
            let wanted = context.config.get("attribute_expected_value").map_or("", String::as_str);
            let mut values: Vec<&str> = user.attributes.get(name).into_iter().flatten().map(String::as_str).collect();
            values.extend(match name {
                "username" => Some(user.username.as_str()),
                "email" => user.email.as_deref(),
                "firstName" => user.first_name.as_deref(),
                "lastName" => user.last_name.as_deref(),
                _ => None,
            });
            let has = if context.flag("regex", false) {
                let pattern = identity::profile::Pattern::new(wanted);
                let pattern = pattern.map_err(|_| Refusal::UnknownAuthenticator(format!("pattern {wanted}")))?;
                values.iter().any(|value| pattern.matches_whole(value))
            } else {
                values.contains(&wanted)
            };
            Ok(has != context.flag("not", false))
        })
    }
}
