//! The user's organizations. There are none yet, so nobody is in one and there is no claim; imported mappers keep their
//! configuration.

use std::sync::Arc;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, MULTIVALUED, flag,
};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-organization-membership-mapper",
    label: "Organization Membership",
    help: "Writes the organizations that the user is a member of.",
    form: &[
        CLAIM_NAME,
        JSON_TYPE,
        MULTIVALUED,
        flag("addOrganizationAttributes", "Add organization attributes", "Write their attributes too.", "false"),
        flag("addOrganizationId", "Add organization id", "Write their ids too.", "false"),
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(Organization)),
};

struct Organization;

impl Apply for Organization {
    fn apply<'a>(&self, _context: &Context<'a>, _state: &mut State<'a>) {}
}
