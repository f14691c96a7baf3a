//! Facts of a user by the names that mappers use.

use std::borrow::Cow;

use identity::User;
use serde_json::Value;

/// Values of an attribute. The fields of the profile count as attributes of their names.
pub(crate) fn attribute<'u>(user: &'u User, name: &str) -> impl Iterator<Item = &'u str> {
    let field = match name {
        "username" => Some(user.username.as_str()),
        "email" => user.email.as_deref(),
        "firstName" => user.first_name.as_deref(),
        "lastName" => user.last_name.as_deref(),
        _ => None,
    };
    let values = user.attributes.get(name).filter(|_| field.is_none());
    field.into_iter().chain(values.into_iter().flatten().map(String::as_str)).filter(|value| !value.is_empty())
}

/// A built-in field.
pub(crate) fn property<'u>(user: &'u User, name: &str) -> Option<Cow<'u, str>> {
    Some(match name {
        "id" => Cow::Borrowed(user.id.as_str()),
        "username" => Cow::Borrowed(&user.username),
        "email" => Cow::Borrowed(user.email.as_deref()?),
        "firstName" => Cow::Borrowed(user.first_name.as_deref()?),
        "lastName" => Cow::Borrowed(user.last_name.as_deref()?),
        "emailVerified" => Cow::Borrowed(flag(email_verified(user))),
        "enabled" => Cow::Borrowed(flag(user.enabled)),
        "createdTimestamp" => Cow::Owned(user.document.get(name)?.as_i64()?.to_string()),
        "federationLink" | "serviceAccountClientLink" => Cow::Borrowed(user.document.get(name)?.as_str()?),
        _ => return None,
    })
}

/// Whether the address is known to be the user's.
pub(crate) fn email_verified(user: &User) -> bool {
    user.document.get("emailVerified").and_then(Value::as_bool).unwrap_or(false)
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The host of an absolute URI, without port (RFC 3986 §3.2.2).
pub(crate) fn host_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!scheme.is_empty() && !host.is_empty() && !host.contains('*')).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_without_user_and_port() {
        for (uri, host) in [
            ("https://app.example/cb", Some("app.example")),
            ("http://localhost:8080", Some("localhost")),
            ("http://[::1]:8080/x", Some("::1")),
            ("https://a@b.example/", Some("b.example")),
            ("/relative", None),
            ("https://*", None),
            ("https:///x", None),
        ] {
            assert_eq!(host_of(uri), host, "{uri}");
        }
    }
}
