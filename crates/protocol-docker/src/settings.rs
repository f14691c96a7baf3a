//! A Docker client's settings: its attributes, typed. Names and values are fixed: others script against them.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use crypto::algorithm::Algorithm;
use identity::{Client, FieldFault, Realm, SecondFactor, User};
use protocol::{FieldKind, FormField};

use crate::mapper;
use crate::rule::Rule;

/// What the registry that trusts the tokens understands.
pub const PROFILE: &str = "docker.registry.profile";
/// Algorithm of the signature.
pub const ALGORITHM: &str = "docker.signature.algorithm";
/// Seconds a token lives.
pub const LIFESPAN: &str = "docker.token.lifespan";
/// Whether `docker login` may be given an identity token.
pub const IDENTITY_TOKENS: &str = "docker.identity.tokens";
/// Further `service` values.
pub const ALIASES: &str = "docker.service.aliases";
/// What `sub` holds.
pub const SUBJECT: &str = "docker.subject";
/// What becomes of a password whose user has a second factor.
pub const SECOND_FACTOR: &str = "docker.second.factor";
/// Keycloak's lifespan of a client's access tokens, in seconds.
const ACCESS_TOKEN_LIFESPAN: &str = "access.token.lifespan";

/// Clients take a shorter lifetime for this one (Distribution specification, "Token Authentication Specification":
/// `expires_in` of less than 60 seconds is raised for compatibility).
pub const LEAST_LIFESPAN: i64 = 60;
/// A token cannot be revoked; one that lives for years is a password.
const MOST_LIFESPAN: i64 = 365 * 24 * 3600;
const MOST_ALIASES: usize = 64;

/// Which header the registry accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// libtrust `kid` and `x5c`: 2.8 and 3.x with a certificate bundle.
    #[default]
    Any,
    /// libtrust `kid`.
    Registry2,
    /// RFC 7638 `kid` and `x5c`.
    Registry3,
    /// `kid` of the JWKS.
    Jwks,
}

impl Profile {
    const ALL: [(&'static str, Profile); 4] = [
        ("any", Profile::Any),
        ("registry-2", Profile::Registry2),
        ("registry-3", Profile::Registry3),
        ("jwks", Profile::Jwks),
    ];

    /// Whether registries of this profile verify the algorithm. 2.8 knows neither PSS nor EdDSA; an Ed25519 certificate is in
    /// no bundle, because it keeps 2.8 from starting, so EdDSA needs the JWKS.
    pub fn takes(self, algorithm: Algorithm) -> bool {
        use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        match algorithm {
            Rs256 | Rs384 | Rs512 | Es256 | Es384 | Es512 => true,
            Ps256 | Ps384 | Ps512 => matches!(self, Profile::Registry3 | Profile::Jwks),
            EdDsa => self == Profile::Jwks,
        }
    }
}

/// Typed settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which header the registry accepts.
    pub profile: Profile,
    /// Algorithm of the signature.
    pub algorithm: Algorithm,
    /// Seconds a token lives; none: the realm's.
    pub lifespan: Option<i64>,
    /// Whether identity tokens are given.
    pub identity_tokens: bool,
    /// Further `service` values.
    pub aliases: Vec<String>,
    /// Whether `sub` is the user's id instead of the name.
    pub subject_is_id: bool,
    /// What becomes of a password whose user has a second factor.
    pub second_factor: SecondFactor,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Every fault, not only the first. A value that is not understood is never taken for the default: it may have been
    /// meant to be stricter.
    pub fn parse(attributes: &BTreeMap<String, String>) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let value = |name: &str| attributes.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let mut choose = |name: &str, choices: &str, found: Option<()>| {
            if found.is_none() {
                faults.push(FieldFault::new(name, choices));
            }
        };

        let profile = match value(PROFILE) {
            None => Some(Profile::default()),
            Some(text) => Profile::ALL.into_iter().find(|(word, _)| *word == text).map(|(_, profile)| profile),
        };
        choose(PROFILE, "must be `any`, `registry-2`, `registry-3` or `jwks`", profile.map(|_| ()));
        let algorithm = match value(ALGORITHM) {
            None => Some(Algorithm::Rs256),
            Some(text) => Algorithm::from_str(text).ok(),
        };
        choose(
            ALGORITHM,
            "must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA",
            algorithm.map(|_| ()),
        );
        if let (Some(profile), Some(algorithm)) = (profile, algorithm)
            && !profile.takes(algorithm)
        {
            choose(
                ALGORITHM,
                "is not understood by registries of this profile: PS* needs `registry-3` or `jwks`, EdDSA `jwks`",
                None,
            );
        }
        let own_lifespan = match value(LIFESPAN) {
            None => Some(None),
            Some(text) => {
                text.parse().ok().filter(|seconds| (LEAST_LIFESPAN..=MOST_LIFESPAN).contains(seconds)).map(Some)
            }
        };
        choose(LIFESPAN, "must be a number of seconds, at least 60 and at most a year", own_lifespan.map(|_| ()));
        // Keycloak's attribute is not ours to check: what it cannot mean is as good as absent.
        let shared_lifespan =
            value(ACCESS_TOKEN_LIFESPAN).and_then(|text| text.parse::<i64>().ok()).filter(|seconds| *seconds > 0);
        let flag = match value(IDENTITY_TOKENS) {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(_) => None,
        };
        choose(IDENTITY_TOKENS, "must be `true` or `false`", flag.map(|_| ()));
        let aliases: Vec<String> = value(ALIASES)
            .map(|text| {
                text.split(',').map(|alias| alias.trim().to_owned()).filter(|alias| !alias.is_empty()).collect()
            })
            .unwrap_or_default();
        let sound = aliases.len() <= MOST_ALIASES && aliases.iter().all(|alias| !alias.chars().any(char::is_control));
        choose(ALIASES, "must be a comma-separated list of at most 64 values", sound.then_some(()));
        let subject_is_id = match value(SUBJECT) {
            None | Some("username") => Some(false),
            Some("id") => Some(true),
            Some(_) => None,
        };
        choose(SUBJECT, "must be `username` or `id`", subject_is_id.map(|_| ()));
        let second_factor = match value(SECOND_FACTOR) {
            None | Some("refuse") => Some(SecondFactor::Refuse),
            Some("append") => Some(SecondFactor::Append),
            Some("ignore") => Some(SecondFactor::Ignore),
            Some(_) => None,
        };
        choose(SECOND_FACTOR, "must be `refuse`, `append` or `ignore`", second_factor.map(|_| ()));

        match (profile, algorithm, own_lifespan, flag, subject_is_id, second_factor) {
            (
                Some(profile),
                Some(algorithm),
                Some(own),
                Some(identity_tokens),
                Some(subject_is_id),
                Some(second_factor),
            ) if faults.is_empty() => Ok(Settings {
                profile,
                algorithm,
                lifespan: own.or(shared_lifespan.map(|seconds| seconds.clamp(LEAST_LIFESPAN, MOST_LIFESPAN))),
                identity_tokens,
                aliases,
                subject_is_id,
                second_factor,
            }),
            _ => Err(faults),
        }
    }

    /// Seconds a token of this client lives: the client's setting, then the realm's, at least a minute.
    pub fn lifespan(&self, realm: &Realm) -> i64 {
        self.lifespan.unwrap_or(realm.settings.access_token_lifespan).clamp(LEAST_LIFESPAN, MOST_LIFESPAN)
    }

    /// What a token's `sub` says of its user; empty for nobody.
    pub fn subject<'u>(&self, user: Option<&'u User>) -> &'u str {
        user.map_or("", |user| if self.subject_is_id { user.id.as_str() } else { &user.username })
    }
}

/// A client as this protocol sees it; read once for each snapshot.
#[derive(Debug)]
pub struct DockerClient {
    /// Its settings, or what is wrong with them.
    pub settings: Result<Settings, Vec<FieldFault>>,
    /// Its access rules.
    pub rules: Vec<Rule>,
}

impl DockerClient {
    /// Reads a client.
    pub fn read(client: &Client) -> Self {
        Self {
            settings: Settings::parse(&client.attributes),
            rules: mapper::rules(client.mappers.iter().map(|mapper| &**mapper)),
        }
    }
}

/// The form.
pub static FORM: &[FormField] = &[
    FormField {
        name: PROFILE,
        label: "Registry profile",
        kind: FieldKind::Choice(&[
            ("any", "Any registry with a certificate bundle"),
            ("registry-2", "Distribution 2.x"),
            ("registry-3", "Distribution 3.x with a certificate bundle"),
            ("jwks", "Distribution 3.x with a JWKS file"),
        ]),
        help: "How tokens name the key that signed them.",
        default: Some("any"),
    },
    FormField {
        name: ALGORITHM,
        label: "Signature algorithm",
        kind: FieldKind::Choice(&[
            ("RS256", "RS256"),
            ("RS384", "RS384"),
            ("RS512", "RS512"),
            ("PS256", "PS256"),
            ("PS384", "PS384"),
            ("PS512", "PS512"),
            ("ES256", "ES256"),
            ("ES384", "ES384"),
            ("ES512", "ES512"),
            ("EdDSA", "EdDSA"),
        ]),
        help: "ES256 is the fastest that every registry understands. PS* needs distribution 3.x, EdDSA its JWKS.",
        default: Some("RS256"),
    },
    FormField {
        name: LIFESPAN,
        label: "Token lifespan",
        kind: FieldKind::Number { least: LEAST_LIFESPAN },
        help: "Seconds; long enough for the longest upload. Empty: as the client's access tokens, or the realm's.",
        default: None,
    },
    FormField {
        name: IDENTITY_TOKENS,
        label: "Identity tokens",
        kind: FieldKind::Flag,
        help: "docker login stores a revocable token instead of the password. Tools that copy pull secrets or read the stored \
               password (kubelet, podman login) cannot use it.",
        default: Some("false"),
    },
    FormField {
        name: ALIASES,
        label: "Service aliases",
        kind: FieldKind::List,
        help: "Further names that registries give as service; a name may be a URL.",
        default: None,
    },
    FormField {
        name: SUBJECT,
        label: "Subject",
        kind: FieldKind::Choice(&[("username", "User name"), ("id", "User id")]),
        help: "What registries see as the actor.",
        default: Some("username"),
    },
    FormField {
        name: SECOND_FACTOR,
        label: "Second factor",
        kind: FieldKind::Choice(&[
            ("refuse", "Refuse the password"),
            ("append", "Code typed after the password"),
            ("ignore", "Take the password alone (as Keycloak)"),
        ]),
        help: "A registry client cannot ask for a second factor. What to do with the password of who has one.",
        default: Some("refuse"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Settings, Vec<FieldFault>> {
        Settings::parse(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_as_in_keycloak() {
        let settings = parse(&[("realm_client", "false")]).unwrap();
        assert_eq!(settings.profile, Profile::Any);
        assert_eq!(settings.algorithm, Algorithm::Rs256);
        assert_eq!(settings.lifespan, None);
        assert!(!settings.identity_tokens);
        assert!(!settings.subject_is_id);
        assert_eq!(settings.second_factor, SecondFactor::Refuse);
    }

    #[test]
    fn a_value_that_is_not_understood_is_never_the_default() {
        for bad in [
            (PROFILE, "registry-4"),
            (ALGORITHM, "HS256"),
            (ALGORITHM, "none"),
            (ALGORITHM, "rs256"),
            (ALGORITHM, "PS256"),
            (ALGORITHM, "EdDSA"),
            (LIFESPAN, "59"),
            (LIFESPAN, "soon"),
            (LIFESPAN, "99999999999"),
            (IDENTITY_TOKENS, "yes"),
            (SUBJECT, "email"),
            (SECOND_FACTOR, "off"),
        ] {
            let faults = parse(&[bad]).unwrap_err();
            assert_eq!(faults.len(), 1, "{bad:?}");
            assert_eq!(faults[0].field, bad.0);
        }
    }

    #[test]
    fn algorithms_suit_their_profiles() {
        for (profile, algorithm, fits) in [
            ("any", "ES512", true),
            ("any", "PS256", false),
            ("registry-2", "PS256", false),
            ("registry-2", "EdDSA", false),
            ("registry-3", "PS512", true),
            ("registry-3", "EdDSA", false),
            ("jwks", "EdDSA", true),
            ("jwks", "PS256", true),
        ] {
            assert_eq!(parse(&[(PROFILE, profile), (ALGORITHM, algorithm)]).is_ok(), fits, "{profile} {algorithm}");
        }
    }

    #[test]
    fn a91_a_lifespan_is_the_clients_and_never_below_a_minute() {
        assert_eq!(parse(&[(LIFESPAN, "900"), (ACCESS_TOKEN_LIFESPAN, "120")]).unwrap().lifespan, Some(900));
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "120")]).unwrap().lifespan, Some(120));
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "5")]).unwrap().lifespan, Some(60));
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "-1")]).unwrap().lifespan, None);
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "")]).unwrap().lifespan, None);
    }

    #[test]
    fn aliases_may_be_urls() {
        let settings = parse(&[(ALIASES, "reg.example:5000, https://reg.example/v2 ,")]).unwrap();
        assert_eq!(settings.aliases, ["reg.example:5000", "https://reg.example/v2"]);
    }
}
