//! From what somebody sends to what may be written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Profile, Role, UnmanagedPolicy, validate};
use crate::{NewUser, Realm, User, UserChange};

/// Most values of one attribute.
const MOST_VALUES: usize = 100;

/// What is wrong with an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFault {
    /// Its name.
    pub attribute: String,
    /// A key of the message bundles.
    pub message: &'static str,
    /// What fills the message's places: the attribute's name first.
    pub arguments: Vec<String>,
}

/// What was sent, as far as whoever sent it may write it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadProfile {
    /// What is wrong.
    pub faults: Vec<ProfileFault>,
    values: BTreeMap<String, Vec<String>>,
    email_is_username: bool,
}

impl Profile {
    /// Reads and checks a profile. `user` is none for a new account; `given` answers the values of an attribute. What may not
    /// be written keeps what it has.
    pub fn read(
        &self,
        realm: &Realm,
        user: Option<&User>,
        role: Role,
        scopes: &[String],
        given: &dyn Fn(&str) -> Vec<String>,
    ) -> ReadProfile {
        let mut read =
            ReadProfile { email_is_username: realm.settings.registration_email_as_username, ..ReadProfile::default() };
        for attribute in &self.attributes {
            if !attribute.is_writable(realm, user, role, scopes) {
                continue;
            }
            let name = &attribute.name;
            let mut values: Vec<String> = given(name)
                .into_iter()
                .take(MOST_VALUES + 1)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .collect();
            let mut fault = |message: &'static str, more: Vec<String>| {
                let mut arguments = vec![name.clone()];
                arguments.extend(more);
                read.faults.push(ProfileFault { attribute: name.clone(), message, arguments });
            };
            if values.is_empty() {
                if attribute.is_required(role, scopes) {
                    fault("error-user-attribute-required", Vec::new());
                }
            } else if (values.len() > 1 && !attribute.multivalued) || values.len() > MOST_VALUES {
                fault("error-invalid-multivalued-size", vec!["1".to_owned(), "1".to_owned()]);
                values.truncate(1);
            }
            for (validator, config) in &attribute.validations {
                for value in &values {
                    // A value that stays is not judged anew by rules that came later.
                    if user.is_some_and(|user| current(user, name).contains(value)) {
                        continue;
                    }
                    if let Err((message, more)) = validate::check(validator, config, value) {
                        fault(message, more);
                    }
                }
                if validator == "up-immutable-attribute"
                    && user.is_some_and(|user| !current(user, name).is_empty() && current(user, name) != values)
                {
                    fault("error-user-attribute-read-only", Vec::new());
                }
            }
            if let Some(config) = attribute.validations.get("multivalued") {
                check_count(config, values.len(), &mut fault);
            }
            read.values.insert(name.clone(), values);
        }
        read
    }

    /// Whether a user's profile lacks something that the person must give (`VERIFY_PROFILE`).
    pub fn is_incomplete(&self, realm: &Realm, user: &User) -> bool {
        let given = |name: &str| current(user, name);
        !self.read(realm, Some(user), Role::Person, &[], &given).faults.is_empty()
    }

    /// Whether attributes that the profile does not name may be written by this role.
    pub fn takes_unmanaged(&self, role: Role) -> bool {
        match self.unmanaged_attribute_policy.unwrap_or_default() {
            UnmanagedPolicy::Enabled => true,
            UnmanagedPolicy::AdminEdit => role == Role::Admin,
            UnmanagedPolicy::Disabled | UnmanagedPolicy::AdminView => false,
        }
    }
}

fn check_count(config: &Value, count: usize, fault: &mut impl FnMut(&'static str, Vec<String>)) {
    let count = count as f64;
    let (min, max) = (validate::size(config, "min"), validate::size(config, "max"));
    if min.is_some_and(|min| count < min) || max.is_some_and(|max| count > max) {
        let text = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
        fault("error-invalid-multivalued-size", vec![text(min), text(max)]);
    }
}

/// The values that a user has.
pub(super) fn current(user: &User, name: &str) -> Vec<String> {
    let one = |value: Option<&String>| value.cloned().into_iter().collect();
    match name {
        "username" => vec![user.username.clone()],
        "email" => one(user.email.as_ref()),
        "firstName" => one(user.first_name.as_ref()),
        "lastName" => one(user.last_name.as_ref()),
        _ => user.attributes.get(name).cloned().unwrap_or_default(),
    }
}

impl ReadProfile {
    fn one(&self, name: &str) -> Option<String> {
        self.values.get(name)?.first().cloned()
    }

    /// The account that a person makes with it.
    pub fn into_new_user(self) -> NewUser {
        let email = self.one("email");
        let username = if self.email_is_username { email.clone() } else { self.one("username") };
        NewUser {
            email,
            first_name: self.one("firstName"),
            last_name: self.one("lastName"),
            attributes: self.attributes().map(|(name, values)| (name.clone(), values.clone())).collect(),
            ..NewUser::named(username.unwrap_or_default())
        }
    }

    /// What of a user's columns it changes.
    pub fn to_change(&self) -> UserChange {
        let optional = |name: &str| self.values.get(name).map(|values| values.first().cloned());
        let email = optional("email");
        let username = if self.email_is_username { email.clone().flatten() } else { self.one("username") };
        UserChange {
            username,
            email,
            first_name: optional("firstName"),
            last_name: optional("lastName"),
            ..UserChange::default()
        }
    }

    /// The address that it gives, if it gives any.
    pub fn email(&self) -> Option<&str> {
        self.values.get("email")?.first().map(String::as_str)
    }

    /// Attributes that are no columns, with their values; none takes one away.
    pub fn attributes(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.values.iter().filter(|(name, _)| !matches!(name.as_str(), "username" | "email" | "firstName" | "lastName"))
    }
}

impl User {
    /// The values of an attribute of the profile, columns among them.
    #[must_use]
    pub fn profile_values(&self, name: &str) -> Vec<String> {
        current(self, name)
    }
}
