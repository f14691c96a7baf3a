//! Passwords that a file has in the clear: hashed by the pool, under the realm's policy, before any transaction.

use std::time::Duration;

use crypto::password::HashSpec;
use crypto::password::pool::Busy;
use crypto::secret::Secret;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::ImportError;
use super::user_rows::{Hashed, Hashes};
use crate::realm_file::check::names::text;
use crate::realm_file::{Progress, RealmFile};
use crate::{Error, Identity, PasswordPolicy};

/// How many passwords wait in the pool's line at once: it serves requests, too.
const IN_FLIGHT: usize = 8;
/// How long to stand back when the line is full.
const STAND_BACK: Duration = Duration::from_millis(200);

/// Hashes every password in the clear of a file.
pub(super) async fn hash_all(
    identity: &Identity,
    file: &mut RealmFile,
    progress: &dyn Progress,
) -> Result<Hashes, ImportError> {
    let mut hashes = Hashes::new();
    let plain = std::mem::take(&mut file.facts.plain);
    if plain.is_empty() {
        return Ok(hashes);
    }
    let policy = text(&file.document, "passwordPolicy").unwrap_or_default();
    let policy =
        PasswordPolicy::parse(policy).map_err(|_| Error::invalid("passwordPolicy", "is no password policy"))?;
    let spec = policy.hash_spec();
    progress.start("passwords hashed", plain.len() as u64);
    let mut waiting = plain.into_iter();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < IN_FLIGHT
            && let Some(one) = waiting.next()
        {
            running.push(async move {
                let mut salt = [0; 16];
                identity.random().fill(&mut salt);
                let hash = patient(identity, spec, &one.value, salt).await;
                (hash, (one.user, one.credential), one.temporary)
            });
        }
        let Some((hash, place, temporary)) = running.next().await else { break };
        let hash = hash.map_err(|busy| Error::Busy { retry_after_seconds: busy.retry_after_seconds })?;
        hashes.insert(place, Hashed { hash, temporary });
        progress.advance(1);
    }
    progress.finish();
    Ok(hashes)
}

/// Tries several times: an import is in no hurry, and requests go first.
async fn patient(
    identity: &Identity,
    spec: HashSpec,
    password: &Secret,
    salt: [u8; 16],
) -> Result<crypto::password::PasswordHash, Busy> {
    let mut pause = tokio::time::interval(STAND_BACK);
    pause.tick().await;
    let mut last = Busy { retry_after_seconds: 1 };
    for _ in 0..300 {
        match identity.hashing().hash(spec, password, salt).await {
            Ok(hash) => return Ok(hash),
            Err(busy) => last = busy,
        }
        pause.tick().await;
    }
    Err(last)
}
