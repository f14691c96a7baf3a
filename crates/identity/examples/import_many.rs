//! Generates a realm file with many users and says how long its import and its export take.
//!
//! `cargo run --release -p portreeve-identity --example import_many [USERS] [postgres://…]`

#![allow(clippy::print_stdout, reason = "a program that answers on the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use crypto::password::pool::PoolSettings;
use crypto::random::SystemRandom;
use crypto::seal::MasterKey;
use identity::realm_file::{ClientBirth, ImportOutcome, Limits, NoProgress, Strategy, read};
use identity::{Clock, DatabaseUrl, FieldFault, Identity, Mapper, MapperSeed, OpenSettings, SystemClock};

struct NoBirths;

impl ClientBirth for NoBirths {
    fn mappers(&self, _: &str) -> Vec<MapperSeed> {
        Vec::new()
    }

    fn knows_protocol(&self, _: &str) -> bool {
        true
    }

    fn check_client(&self, _: &str, _: &BTreeMap<String, String>, _: &[Mapper]) -> Vec<FieldFault> {
        Vec::new()
    }
}

/// A file as Keycloak would export it: each user with a hash, two attributes, two roles and a group.
fn generate(path: &Path, users: u32) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    out.write_all(
        br#"{"realm":"many","id":"many","enabled":true,"roles":{"realm":[{"name":"developer"}]},
            "groups":[{"name":"team-a"},{"name":"team-b"}],"users":["#,
    )?;
    for number in 0..users {
        let mut user = String::new();
        let comma = if number == 0 { "" } else { "," };
        let team = if number % 2 == 0 { "team-a" } else { "team-b" };
        let hash = "xfoqcC90LtYMs76YosJtzda1k2XO2XPT/29ndvz22eQ=";
        // Spread like random ids, so that indexes work as they would.
        let spread = crypto::digest::sha256(&number.to_be_bytes());
        let id = spread.iter().take(16).fold(String::new(), |mut id, byte| {
            // Writing to a String cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        });
        let _ = write!(
            user,
            r#"{comma}
{{"id":"{id}","username":"user-{number}","email":"user-{number}@example.org","firstName":"User","lastName":"{number}",
"emailVerified":true,"enabled":true,"createdTimestamp":1795354409629,"totp":false,"notBefore":0,
"attributes":{{"department":["docks"],"phone":["+1 555 {number}"]}},
"credentials":[{{"id":"c{id}","type":"password","createdDate":1795354409754,
"secretData":"{{\"value\":\"{hash}\",\"salt\":\"JxXI++I+L82oPwPcfugHgQ==\",\"additionalParameters\":{{}}}}",
"credentialData":"{{\"hashIterations\":5,\"algorithm\":\"argon2\",\"additionalParameters\":{{\"hashLength\":[\"32\"],\"memory\":[\"7168\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}}}"}}],
"disableableCredentialTypes":[],"requiredActions":[],"realmRoles":["default-roles-many","developer"],"groups":["/{team}"]}}"#
        );
        out.write_all(user.as_bytes())?;
    }
    out.write_all(b"]}\n")?;
    out.flush()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("many.json");
    generate(&path, users)?;
    let clock = SystemClock::default();
    let database = match std::env::args().nth(2) {
        Some(url) => DatabaseUrl::Postgres(url),
        None => DatabaseUrl::Sqlite(folder.path().join("portreeve.db")),
    };
    let identity = Identity::open(OpenSettings {
        database,
        master_key: MasterKey::generate(&SystemRandom),
        clock: Arc::new(SystemClock::default()),
        random: Arc::new(SystemRandom),
        hashing: PoolSettings::for_machine(),
        readers: 2,
    })
    .await?;
    let seconds = |from: u64| (clock.monotonic_micros() - from) as f64 / 1e6;

    let start = clock.monotonic_micros();
    let mut files = read(std::slice::from_ref(&path), &Limits::default()).map_err(|faults| format!("{faults:?}"))?;
    let checked = seconds(start);
    let file = files.pop().ok_or("no realm")?;
    let outcome = identity.import_realm(file, Strategy::Overwrite, &NoBirths, &NoProgress).await?;
    let imported = seconds(start);
    if let ImportOutcome::Imported(report) = outcome {
        println!("{report}");
    }
    let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
    println!(
        "{users} users, {megabytes:.0} MB: read and checked in {checked:.2} s, imported in {imported:.2} s altogether"
    );

    let start = clock.monotonic_micros();
    let mut out = BufWriter::new(std::fs::File::create(folder.path().join("out.json"))?);
    let report = identity.export_realm("many", true, &mut out, &NoProgress).await?;
    println!("{} users exported in {:.2} s", report.users, seconds(start));
    identity.shutdown().await;
    Ok(())
}
