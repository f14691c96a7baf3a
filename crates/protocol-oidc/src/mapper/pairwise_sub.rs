//! A subject that is another one for each sector (OpenID Connect Core §8.1).

use std::borrow::Cow;
use std::sync::Arc;

use identity::Mapper;

use super::config::line;
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

/// Where a client's sector is written down.
pub(crate) const SECTOR_IDENTIFIER_URI: &str = "sectorIdentifierUri";

/// A mapper's sector identifier, if it has one.
pub(crate) fn sector_identifier_uri(mapper: &Mapper) -> Option<&str> {
    let ours = mapper.protocol == crate::PROTOCOL && mapper.mapper == KIND.id;
    ours.then(|| Config(&mapper.config).text(SECTOR_IDENTIFIER_URI)).flatten()
}

pub(crate) static KIND: Kind = Kind {
    id: "oidc-sha256-pairwise-sub-mapper",
    label: "Pairwise subject identifier",
    help: "Writes a sub that clients of other hosts cannot match with theirs.",
    form: &[
        line(SECTOR_IDENTIFIER_URI, "Sector Identifier URI", "Its host stands for all redirect URIs of the client."),
        line("pairwiseSubAlgorithmSalt", "Salt", "Goes into the digest; changing it changes every sub."),
    ],
    // After the plain one, whose sub it replaces.
    priority: -5,
    // A lightweight token has no subject that it could replace.
    able: Targets { lightweight: false, ..Targets::ALL },
    absent: Absent::NoSwitch,
    read,
};

struct PairwiseSub {
    sector: Option<String>,
    salt: String,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    let sector = match config.text(SECTOR_IDENTIFIER_URI) {
        None => None,
        Some(uri) => Some(crate::person::host_of(uri)?.to_owned()),
    };
    Some(Arc::new(PairwiseSub {
        sector,
        salt: config.text("pairwiseSubAlgorithmSalt").unwrap_or_default().to_owned(),
    }))
}

impl Apply for PairwiseSub {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        let sector = self.sector.as_deref().or(context.sector);
        // Without a sector there is nothing to be pairwise with; the user's id must not leak in its place.
        state.claims.sub =
            sector.map(|sector| Cow::Owned(subject(sector, context.user.id.as_str(), &self.salt)));
    }
}

/// SHA-256 over sector, user and salt, in the form of a name-based UUID: Keycloak's derivation, so that the subjects of an
/// imported realm stay as they are.
fn subject(sector: &str, user: &str, salt: &str) -> String {
    let digest = crypto::digest::sha256([sector, user, salt].concat().as_bytes());
    uuid::Builder::from_md5_bytes(crypto::digest::md5_for_legacy_ids(&digest)).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_depends_on_all_three_and_has_a_uuids_form() {
        let one = subject("app.example", "u1", "salt");
        assert_eq!(one, subject("app.example", "u1", "salt"));
        assert_eq!(uuid::Uuid::parse_str(&one).unwrap().get_version_num(), 3);
        for other in [("b.example", "u1", "salt"), ("app.example", "u2", "salt"), ("app.example", "u1", "pepper")] {
            assert_ne!(one, subject(other.0, other.1, other.2));
        }
    }
}
