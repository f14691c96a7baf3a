//! What an import brought in, and what of it will not work yet.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::check::names::{members, objects, text};
use super::check::protocol;
use super::{ClientBirth, RealmFile};

/// Most names that a remark shows.
const SHOWN: usize = 20;

/// Something that came in but will not work yet, or not as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// The realm is disabled.
    RealmDisabled,
    /// The file was written by a version that is not Keycloak 26.
    OtherVersion,
    /// A flow uses an authenticator that nothing here knows.
    UnknownAuthenticator,
    /// A client speaks a protocol that no plugin serves.
    UnservedProtocol,
    /// Users of a directory or another store.
    UserFederation,
    /// An identity provider.
    IdentityProvider,
    /// A theme.
    Theme,
    /// A key component that is kept, but signs nothing; the reason.
    KeyKept(&'static str),
    /// Users whose log-in by password alone is now refused on doors without pages.
    SecondFactor,
    /// Passwords under a hash that nothing here knows.
    ForeignPassword,
    /// A client secret that the file showed as a mask: a new one was made.
    MaskedSecret,
    /// Organizations.
    Organizations,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::RealmDisabled => f.write_str("the realm is disabled and serves nobody until it is enabled"),
            Remark::OtherVersion => f.write_str("the file is not of Keycloak 26; it was taken as it is, without Keycloak's migrations"),
            Remark::UnknownAuthenticator => f.write_str("flows with authenticators that nothing here runs yet"),
            Remark::UnservedProtocol => f.write_str("clients of protocols that nothing here serves yet"),
            Remark::UserFederation => f.write_str("user federation is kept, but not asked yet"),
            Remark::IdentityProvider => f.write_str("identity providers are kept, but nobody can log in through them yet"),
            Remark::Theme => f.write_str("themes are kept by name, but not shown"),
            Remark::KeyKept(reason) => write!(f, "keys that are kept, but not used: {reason}"),
            Remark::SecondFactor => f.write_str(
                "users with a second factor: a log-in with the password alone is now refused where no page can ask for a code, unless the client says otherwise",
            ),
            Remark::ForeignPassword => f.write_str("passwords under a hash that nothing here knows; their users cannot log in with them"),
            Remark::MaskedSecret => f.write_str("clients whose secret was masked in the file; a new one was made"),
            Remark::Organizations => f.write_str("organizations are kept, but mean nothing yet"),
        }
    }
}

/// How often a remark applies, and to what (the first few).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// How many there are.
    pub total: u64,
    /// Names of the first of them.
    pub names: Vec<String>,
}

/// What came in, and what will not work yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The realm's name.
    pub realm: String,
    /// How many of each noun.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was added because every realm has it.
    pub added: Vec<String>,
    /// What will not work yet.
    pub remarks: BTreeMap<Remark, Subjects>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "realm {}:", self.realm)?;
        for (index, (noun, count)) in self.counts.iter().filter(|(_, count)| **count > 0).enumerate() {
            write!(f, "{} {count} {noun}", if index == 0 { "" } else { "," })?;
        }
        if !self.added.is_empty() {
            write!(f, "\n  added, as every realm has it: {}", self.added.join(", "))?;
        }
        for (remark, subjects) in &self.remarks {
            write!(f, "\n  {remark}")?;
            if !subjects.names.is_empty() {
                write!(f, ": {}", subjects.names.join(", "))?;
                let more = subjects.total.saturating_sub(subjects.names.len() as u64);
                if more > 0 {
                    write!(f, " and {more} more")?;
                }
            } else if subjects.total > 0 {
                write!(f, ": {}", subjects.total)?;
            }
        }
        Ok(())
    }
}

impl Report {
    /// What can be said of a checked file.
    pub(super) fn of(file: &RealmFile, births: &dyn ClientBirth) -> Report {
        let document = &file.document;
        let mut report = Report { realm: file.name.clone(), added: file.facts.added.clone(), ..Report::default() };
        report.counts.insert("users", file.users());
        report.counts.insert("credentials", file.facts.credentials);
        if document.get("enabled") != Some(&Value::Bool(true)) {
            report.count(Remark::RealmDisabled, 0);
        }
        if text(document, "keycloakVersion").is_some_and(|version| version.split('.').next() != Some("26")) {
            report.remark(Remark::OtherVersion, text(document, "keycloakVersion").unwrap_or_default());
        }
        for client in objects(document, "clients").filter(|client| !births.knows_protocol(protocol(client))) {
            let id = text(client, "clientId").unwrap_or_default();
            report.remark(Remark::UnservedProtocol, &format!("{id} ({})", protocol(client)));
        }
        for provider in objects(document, "identityProviders") {
            report.remark(Remark::IdentityProvider, text(provider, "alias").unwrap_or_default());
        }
        for organization in objects(document, "organizations") {
            report.remark(Remark::Organizations, text(organization, "name").unwrap_or_default());
        }
        report.flows(document, births);
        report.federation(document);
        for member in ["loginTheme", "accountTheme", "adminTheme", "emailTheme"] {
            if let Some(theme) = text(document, member).filter(|theme| !theme.is_empty() && !OWN_THEMES.contains(theme))
            {
                report.remark(Remark::Theme, theme);
            }
        }
        report.count(Remark::UserFederation, file.facts.federated_users);
        report.count(Remark::ForeignPassword, file.facts.foreign_passwords);
        let more = file.facts.second_factor_users.saturating_sub(file.facts.second_factor_names.len() as u64);
        for name in &file.facts.second_factor_names {
            report.remark(Remark::SecondFactor, name);
        }
        report.count(Remark::SecondFactor, more);
        report.remarks.retain(|remark, subjects| subjects.total > 0 || *remark == Remark::RealmDisabled);
        report
    }

    /// Notes something about a thing by its name.
    pub(super) fn remark(&mut self, remark: Remark, subject: &str) {
        let subjects = self.remarks.entry(remark).or_default();
        subjects.total += 1;
        if subjects.names.len() < SHOWN {
            subjects.names.push(subject.chars().filter(|c| !c.is_control()).take(120).collect());
        }
    }

    /// Notes something about so many things.
    fn count(&mut self, remark: Remark, total: u64) {
        self.remarks.entry(remark).or_default().total += total;
    }

    /// Sets how many of each noun came in.
    pub(super) fn count_rows(&mut self, counts: &[(&'static str, usize)]) {
        for (noun, count) in counts {
            self.counts.insert(noun, *count as u64);
        }
    }

    fn flows(&mut self, document: &Map<String, Value>, births: &dyn ClientBirth) {
        let of_plugins: Vec<&str> =
            births.realm_members().iter().flat_map(|member| member.authenticators).copied().collect();
        for flow in objects(document, "authenticationFlows") {
            for step in objects(flow, "authenticationExecutions") {
                if let Some(authenticator) = text(step, "authenticator")
                    && !KNOWN_AUTHENTICATORS.contains(&authenticator)
                    && !of_plugins.contains(&authenticator)
                {
                    let flow = text(flow, "alias").unwrap_or_default();
                    self.remark(Remark::UnknownAuthenticator, &format!("{authenticator} in {flow}"));
                }
            }
        }
    }

    fn federation(&mut self, document: &Map<String, Value>) {
        for (kind, list) in members(document, "components") {
            if kind == USER_STORAGE {
                for one in list.as_array().into_iter().flatten().filter_map(Value::as_object) {
                    self.remark(Remark::UserFederation, text(one, "name").unwrap_or_default());
                }
            }
        }
        for one in objects(document, "userFederationProviders") {
            self.remark(Remark::UserFederation, text(one, "displayName").unwrap_or_default());
        }
    }
}

/// The component type of directories and other user stores.
const USER_STORAGE: &str = "org.keycloak.storage.UserStorageProvider";

/// Names under which Keycloak's own look is meant.
const OWN_THEMES: [&str; 6] = ["keycloak", "keycloak.v2", "keycloak.v3", "base", "rh-sso", "portreeve"];

/// Authenticators of Keycloak 26 itself, less those that belong to a protocol. Others come from extensions that nothing
/// here has.
const KNOWN_AUTHENTICATORS: &[&str] = &[
    "acr",
    "allow-access-authenticator",
    "auth-conditional-otp-form",
    "auth-cookie",
    "auth-otp-form",
    "auth-recovery-authn-code-form",
    "auth-spnego",
    "auth-username-form",
    "auth-password-form",
    "auth-username-password-form",
    "auth-x509-client-username-form",
    "client-jwt",
    "client-secret",
    "client-secret-jwt",
    "client-x509",
    "conditional-client-scope",
    "conditional-credential",
    "conditional-level-of-authentication",
    "conditional-sub-flow-executed",
    "conditional-user-attribute",
    "conditional-user-configured",
    "conditional-user-role",
    "deny-access-authenticator",
    "direct-grant-auth-x509-username",
    "direct-grant-validate-otp",
    "direct-grant-validate-password",
    "direct-grant-validate-username",
    "federated-jwt",
    "http-basic-authenticator",
    "identity-provider-redirector",
    "idp-add-organization-member",
    "idp-auto-link",
    "idp-confirm-link",
    "idp-confirm-override-link",
    "idp-create-user-if-unique",
    "idp-detect-existing-broker-user",
    "idp-email-verification",
    "idp-review-profile",
    "idp-username-password-form",
    "organization",
    "registration-page-form",
    "registration-password-action",
    "registration-recaptcha-action",
    "registration-recaptcha-enterprise",
    "registration-terms-and-conditions",
    "registration-user-creation",
    "reset-credential-email",
    "reset-credentials-choose-user",
    "reset-otp",
    "reset-password",
    "user-session-limits",
    "webauthn-authenticator",
    "webauthn-authenticator-passwordless",
];
