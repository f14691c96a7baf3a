//! The plugin: one method for each duty of the contract.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use identity::realm_file::{RealmMember, RealmMemberKind};
use identity::{Error, FieldFault, MapperSeed, Realm, Tx};
use protocol::{
    ApiState, Artefact, BoxFuture, ClientSettings, Door, DoorRefusal, EventKind, EventKinds, FormField, MapperKind,
    Operation, Plugin, Removed,
};

use crate::error::TokenError;
use crate::rule::subject::{Subject, is_at_or_below};
use crate::settings::{self, Settings};
use crate::{Docker, DockerV2, PROTOCOL, artefact, event, mapper, operation, routes, rule};

impl Door for Docker {
    const PROTOCOL: &'static str = PROTOCOL;
    const KINDS: EventKinds = EventKinds { refused: event::REFUSED, fault: event::FAULT };

    fn refuse(refusal: &DoorRefusal) -> Response {
        TokenError::Door(*refusal).response("registry", &[])
    }
}

impl Plugin for DockerV2 {
    fn id(&self) -> &'static str {
        PROTOCOL
    }

    fn title(&self) -> &'static str {
        "Docker Registry"
    }

    fn api(&self) -> Router<ApiState> {
        routes::router(Arc::clone(&self.parts))
    }

    fn client_form(&self) -> &'static [FormField] {
        settings::FORM
    }

    fn check_client(&self, client: &ClientSettings<'_>) -> Vec<FieldFault> {
        let mut faults = Settings::parse(client.attributes).err().unwrap_or_default();
        for own in client.mappers.iter().filter(|own| own.protocol == PROTOCOL) {
            match mapper::KINDS.iter().find(|kind| kind.id() == own.mapper) {
                Some(kind) => faults.extend(kind.check(&own.config).into_iter().map(|fault| {
                    FieldFault::new(format!("protocolMappers/{}/config/{}", own.name, fault.field), fault.reason)
                })),
                None => faults.push(FieldFault::new(
                    format!("protocolMappers/{}/protocolMapper", own.name),
                    "is no mapper of this protocol; while it is there nothing is granted",
                )),
            }
        }
        faults
    }

    fn client_birth(&self) -> Vec<MapperSeed> {
        vec![mapper::allow_all::seed()]
    }

    fn realm_members(&self) -> &'static [RealmMember] {
        REALM_MEMBERS
    }

    fn mappers(&self) -> &'static [&'static dyn MapperKind] {
        mapper::KINDS
    }

    fn artefacts(&self) -> &'static [&'static dyn Artefact] {
        artefact::ALL
    }

    fn event_kinds(&self) -> &'static [EventKind] {
        event::KINDS
    }

    fn operations(&self) -> &'static [&'static dyn Operation] {
        operation::ALL
    }

    /// Rules that named it go with it, or a namesake that comes later would inherit them.
    fn subject_removed<'a>(
        &'a self,
        tx: &'a mut Tx,
        realm: &'a Arc<Realm>,
        removed: Removed<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for client in realm.clients().filter(|client| &*client.protocol == PROTOCOL) {
                for own in client.mappers.iter().filter(|own| own.mapper == mapper::access_rule::ID) {
                    let subject = own.config.get(rule::key::SUBJECT).and_then(|text| Subject::parse(text.trim()));
                    if subject.is_some_and(|subject| names(&subject, removed)) {
                        tx.remove_mapper(&own.id).await?;
                    }
                }
            }
            Ok(())
        })
    }
}

/// Keycloak lets a realm choose the flow of this door. Here the door is one, and the choice is kept for the way back.
static REALM_MEMBERS: &[RealmMember] = &[RealmMember {
    name: "dockerAuthenticationFlow",
    kind: RealmMemberKind::Flow,
    authenticators: &["docker-http-basic-authenticator"],
}];

/// Whether a rule's subject is what was removed.
fn names(subject: &Subject, removed: Removed<'_>) -> bool {
    match (subject, removed) {
        (Subject::User(name), Removed::User { username, .. }) => **name == *username,
        (Subject::Group(own), Removed::Group { path, .. }) => is_at_or_below(own, path),
        (Subject::RealmRole(own), Removed::Role { client: None, name, .. }) => **own == *name,
        (Subject::ClientRole { client: own, role }, Removed::Role { client: Some(client), name, .. }) => {
            **own == *client && **role == *name
        }
        (Subject::ClientRole { client: own, .. } | Subject::Robot(own), Removed::Client { client_id }) => {
            **own == *client_id
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_keeps_the_contract() {
        assert_eq!(protocol::conformance::check(&DockerV2::default()), Vec::<String>::new());
    }

    #[test]
    fn saving_what_would_fail_closed_is_refused_with_its_place() {
        let attributes = [("docker.registry.profile".to_owned(), "nine".to_owned())].into();
        let own = |kind: &str, config: &[(&str, &str)]| identity::Mapper {
            id: "m".into(),
            name: "rule".into(),
            protocol: PROTOCOL.into(),
            mapper: kind.into(),
            config: config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        };
        let mappers = [
            own(mapper::access_rule::ID, &[("subject", "nobody"), ("name", "a"), ("actions", "pull")]),
            own("somebody-elses", &[]),
        ];
        let faults = DockerV2::default().check_client(&ClientSettings { attributes: &attributes, mappers: &mappers });
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            ["docker.registry.profile", "protocolMappers/rule/config/subject", "protocolMappers/rule/protocolMapper"]
        );
    }

    #[test]
    fn a_rule_goes_with_its_subject_and_with_nobody_elses() {
        let names_user = |subject: &str, username: &str| {
            names(&Subject::parse(subject).unwrap(), Removed::User { id: &"u".into(), username })
        };
        assert!(names_user("user:alice", "alice"));
        assert!(!names_user("user:alice", "alicent"));
        assert!(!names_user("anyone", "alice"));
        let names_group = |subject: &str, path: &str| {
            names(&Subject::parse(subject).unwrap(), Removed::Group { id: &"g".into(), path })
        };
        assert!(names_group("group:/a/b", "/a"));
        assert!(!names_group("group:/a", "/a/b"));
        let role = |subject: &str, client, name| {
            names(&Subject::parse(subject).unwrap(), Removed::Role { id: &"r".into(), client, name })
        };
        assert!(role("role:dev", None, "dev"));
        assert!(!role("role:dev", Some("dev"), "dev"));
        assert!(role("role:reg/dev", Some("reg"), "dev"));
    }
}
