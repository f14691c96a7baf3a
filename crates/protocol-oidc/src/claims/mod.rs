//! The claims of a token, in Keycloak's order.

mod other;
mod path;
mod roles;

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

pub(crate) use other::OtherClaims;
pub(crate) use path::{ClaimPath, Place};
pub(crate) use roles::{Roles, split_name};

/// Text that mostly comes from a snapshot.
pub(crate) type Text<'a> = Cow<'a, str>;

/// Claims of an access token, an id token, or an answer of userinfo or introspection. What is not set is not written.
#[derive(Debug, Default, Clone)]
pub(crate) struct Claims<'a> {
    /// Unix seconds.
    pub exp: Option<i64>,
    /// Unix seconds.
    pub iat: Option<i64>,
    /// Unix seconds of the log-in.
    pub auth_time: Option<i64>,
    /// Unique.
    pub jti: Option<Text<'a>>,
    /// The realm's issuer.
    pub iss: Option<Text<'a>>,
    /// Whom the token is for.
    pub aud: Audience<'a>,
    /// Whom it is about.
    pub sub: Option<Text<'a>>,
    /// What it is, so that none stands for another.
    pub typ: Option<&'static str>,
    /// The client that it was issued to.
    pub azp: Option<Text<'a>>,
    /// The client's own, echoed.
    pub nonce: Option<Text<'a>>,
    /// The session.
    pub sid: Option<Text<'a>>,
    /// Half of the access token's digest.
    pub at_hash: Option<String>,
    /// Half of the code's digest.
    pub c_hash: Option<String>,
    /// Half of the state's digest.
    pub s_hash: Option<String>,
    /// How strongly the log-in was proven.
    pub acr: Option<Text<'a>>,
    /// Origins whose pages may use the token.
    pub allowed_origins: Vec<Text<'a>>,
    /// Roles of the realm.
    pub realm_access: Vec<Text<'a>>,
    /// Roles of clients.
    pub resource_access: Vec<(Text<'a>, Vec<Text<'a>>)>,
    /// What was granted.
    pub scope: Option<Text<'a>>,
    /// What the token is bound to.
    pub cnf: Option<Confirmation>,
    /// All others.
    pub other: OtherClaims,
}

/// Whom a token is for: one string, or a list where there are several (RFC 7519 §4.1.3).
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Audience<'a>(Vec<Text<'a>>);

impl<'a> Audience<'a> {
    /// A single one.
    pub(crate) fn one(audience: impl Into<Text<'a>>) -> Self {
        Self(vec![audience.into()])
    }

    /// Adds one that is not there yet.
    pub(crate) fn add(&mut self, audience: impl Into<Text<'a>>) {
        let audience = audience.into();
        if !audience.is_empty() && !self.contains(&audience) {
            self.0.push(audience);
        }
    }

    pub(crate) fn contains(&self, audience: &str) -> bool {
        self.0.iter().any(|known| known == audience)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps only some.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|audience| keep(audience));
    }
}

impl Serialize for Audience<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            several => several.serialize(serializer),
        }
    }
}

/// RFC 7800 §3.1: the key that whoever shows the token must hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Confirmation {
    /// RFC 9449 §6.1: thumbprint of a `DPoP` key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// RFC 8705 §3.1: thumbprint of a client certificate.
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub x5t_s256: Option<String>,
}

impl Confirmation {
    /// What binds to these two, if there is one.
    pub(crate) fn of(jkt: Option<String>, x5t_s256: Option<String>) -> Option<Self> {
        (jkt.is_some() || x5t_s256.is_some()).then_some(Self { jkt, x5t_s256 })
    }
}

#[derive(serde::Serialize)]
struct Access<'s, 'a> {
    roles: &'s [Text<'a>],
}

struct ResourceAccess<'s, 'a>(&'s [(Text<'a>, Vec<Text<'a>>)]);

impl Serialize for ResourceAccess<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(client, roles)| (client, Access { roles })))
    }
}

impl Serialize for Claims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        macro_rules! given {
            ($($name:literal: $field:ident),* $(,)?) => {$(
                if let Some(value) = &self.$field {
                    map.serialize_entry($name, value)?;
                }
            )*};
        }
        given!("exp": exp, "iat": iat, "auth_time": auth_time, "jti": jti, "iss": iss);
        if !self.aud.is_empty() {
            map.serialize_entry("aud", &self.aud)?;
        }
        given!("sub": sub, "typ": typ, "azp": azp, "nonce": nonce, "sid": sid);
        given!("at_hash": at_hash, "c_hash": c_hash, "s_hash": s_hash, "acr": acr);
        if !self.allowed_origins.is_empty() {
            map.serialize_entry("allowed-origins", &self.allowed_origins)?;
        }
        if !self.realm_access.is_empty() {
            map.serialize_entry("realm_access", &Access { roles: &self.realm_access })?;
        }
        if !self.resource_access.is_empty() {
            map.serialize_entry("resource_access", &ResourceAccess(&self.resource_access))?;
        }
        given!("cnf": cnf, "scope": scope);
        for (name, value) in self.other.ordered() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Who writes a claim by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// A mapper that maps roles.
    Roles,
    /// Any other mapper.
    Any,
}

fn own<'b>(text: Text<'_>) -> Text<'b> {
    Cow::Owned(text.into_owned())
}

impl<'a> Claims<'a> {
    /// The same, of nobody else's text.
    pub(crate) fn into_owned<'b>(self) -> Claims<'b> {
        let all = |texts: Vec<Text<'a>>| texts.into_iter().map(own).collect();
        Claims {
            exp: self.exp,
            iat: self.iat,
            auth_time: self.auth_time,
            jti: self.jti.map(own),
            iss: self.iss.map(own),
            aud: Audience(all(self.aud.0)),
            sub: self.sub.map(own),
            typ: self.typ,
            azp: self.azp.map(own),
            nonce: self.nonce.map(own),
            sid: self.sid.map(own),
            at_hash: self.at_hash,
            c_hash: self.c_hash,
            s_hash: self.s_hash,
            acr: self.acr.map(own),
            allowed_origins: all(self.allowed_origins),
            realm_access: all(self.realm_access),
            resource_access: self
                .resource_access
                .into_iter()
                .map(|(client, roles)| (own(client), all(roles)))
                .collect(),
            scope: self.scope.map(own),
            cnf: self.cnf,
            other: self.other,
        }
    }

    /// Writes the value at the path, if that is a mapper's to write.
    pub(crate) fn put(&mut self, path: &ClaimPath, value: Value, writer: Writer) {
        match path.place() {
            Place::Forbidden => {}
            Place::Sub => self.sub = text(value),
            Place::Azp => self.azp = text(value),
            Place::Sid => self.sid = text(value),
            Place::Acr => self.acr = text(value),
            Place::AuthTime => self.auth_time = value.as_i64().or_else(|| value.as_str()?.parse().ok()),
            Place::Audience => match value {
                Value::Array(all) => all.into_iter().filter_map(text).for_each(|one| self.aud.add(one)),
                one => text(one).into_iter().for_each(|one| self.aud.add(one)),
            },
            // CVE-2026-16102: a mapper of, say, a user attribute must not hand out roles.
            Place::RealmAccess | Place::ResourceAccess if writer != Writer::Roles => {}
            Place::RealmAccess => add_all(&mut self.realm_access, value),
            Place::ResourceAccess => {
                if let [_, client, ..] = path.segments() {
                    add_all(self.resource(client), value);
                }
            }
            Place::Other => self.other.put(path.segments(), value),
        }
    }

    /// The roles of a client, to be added to.
    pub(crate) fn resource(&mut self, client: &str) -> &mut Vec<Text<'a>> {
        let place = self.resource_access.iter().position(|(known, _)| known == client);
        let place = place.unwrap_or_else(|| {
            self.resource_access.push((Cow::Owned(client.to_owned()), Vec::new()));
            self.resource_access.len() - 1
        });
        // The place was just found or made.
        #[expect(clippy::indexing_slicing, reason = "the index is that of an element")]
        &mut self.resource_access[place].1
    }
}

fn text<'a>(value: Value) -> Option<Text<'a>> {
    match value {
        Value::String(text) => Some(Cow::Owned(text)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(Cow::Owned(other.to_string())),
    }
}

fn add_all(roles: &mut Vec<Text<'_>>, value: Value) {
    let list = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    for role in list.into_iter().filter_map(text) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> ClaimPath {
        ClaimPath::parse(text)
    }

    #[test]
    fn claims_stand_in_keycloaks_order() {
        let mut claims = Claims {
            exp: Some(2),
            iat: Some(1),
            auth_time: Some(0),
            jti: Some("j".into()),
            iss: Some("i".into()),
            aud: Audience::one("account"),
            sub: Some("s".into()),
            typ: Some("Bearer"),
            azp: Some("web".into()),
            sid: Some("x".into()),
            acr: Some("1".into()),
            allowed_origins: vec!["https://a".into()],
            realm_access: vec!["r".into()],
            resource_access: vec![("account".into(), vec!["v".into()])],
            scope: Some("openid".into()),
            ..Claims::default()
        };
        for name in ["email", "name", "given_name", "family_name", "preferred_username", "email_verified"] {
            claims.put(&path(name), json!("v"), Writer::Any);
        }
        let written = serde_json::to_value(&claims).unwrap();
        let names: Vec<&str> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "exp",
                "iat",
                "auth_time",
                "jti",
                "iss",
                "aud",
                "sub",
                "typ",
                "azp",
                "sid",
                "acr",
                "allowed-origins",
                "realm_access",
                "resource_access",
                "scope",
                "email_verified",
                "name",
                "preferred_username",
                "given_name",
                "family_name",
                "email",
            ]
        );
        assert_eq!(written["realm_access"], json!({"roles": ["r"]}));
        assert_eq!(written["resource_access"], json!({"account": {"roles": ["v"]}}));
    }

    #[test]
    fn one_audience_is_a_string_and_several_a_list() {
        let mut audience = Audience::one("a");
        assert_eq!(serde_json::to_value(&audience).unwrap(), json!("a"));
        audience.add("b");
        audience.add("a");
        audience.add("");
        assert_eq!(serde_json::to_value(&audience).unwrap(), json!(["a", "b"]));
    }

    #[test]
    fn a72_no_ordinary_mapper_writes_roles_or_what_the_server_vouches_for() {
        let mut claims = Claims::default();
        for name in
            ["realm_access.roles", "resource_access.app.roles", "exp", "iss", "jti", "typ", "scope", "cnf", "iat"]
        {
            claims.put(&path(name), json!(["admin"]), Writer::Any);
        }
        assert_eq!(serde_json::to_string(&claims).unwrap(), "{}");
        claims.put(&path("realm_access.roles"), json!(["reader"]), Writer::Roles);
        claims.put(&path("resource_access.my\\.app.roles"), json!(["user"]), Writer::Roles);
        assert_eq!(
            serde_json::to_value(&claims).unwrap(),
            json!({"realm_access": {"roles": ["reader"]}, "resource_access": {"my.app": {"roles": ["user"]}}})
        );
    }
}
