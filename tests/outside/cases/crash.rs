//! F01: the server and an import beside it are killed in the middle of their work, again and again.
//!
//! Whatever was answered before must hold afterwards: tokens that were given work, tokens that were revoked do not, and the realm that
//! was being imported is there as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::Cases;
use crate::crowd::{Crowd, Given, refresh};
use crate::fixture::wait::{Deadline, until};
use crate::fixture::{Database, Process, Server, ServerOptions};
use crate::http::{self, Request};
use crate::realm::{Person, person};
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.add("f01_kill_amid_token_requests_and_an_import::sqlite", |world| {
        kill_again_and_again(world, &Database::Sqlite);
    });
    cases.add("f01_kill_amid_token_requests_and_an_import::postgres", |world| {
        kill_again_and_again(world, &Database::postgres(&world.tools, "outside_crash"));
    });
}

const REALM: &str = "crash";
const SERVICE: &str = "registry";
/// Enough of them that none comes near the most tokens a user has for one client: beyond it the longest unused goes.
const PEOPLE: usize = 64;
/// In each round other people's tokens are revoked, as many as there is time for.
const VICTIMS: usize = 4;
/// Users of the realm that is imported: three batches.
const USERS: usize = 15_000;

/// When everything is killed: not before all of it has been seen.
struct Moment {
    /// Identity tokens given in this round.
    given: usize,
    /// Users whose tokens were revoked in this round.
    revoked: usize,
    import: Seen,
}

/// How far the import is.
#[derive(Clone, Copy)]
enum Seen {
    Begun,
    /// It has told its progress so many times; the last time comes just before the realm is shown.
    Lines(usize),
    Ended,
}

const MOMENTS: [Moment; 6] = [
    Moment { given: 20, revoked: 0, import: Seen::Begun },
    Moment { given: 200, revoked: 1, import: Seen::Begun },
    Moment { given: 100, revoked: 1, import: Seen::Lines(1) },
    Moment { given: 100, revoked: 1, import: Seen::Lines(2) },
    Moment { given: 100, revoked: 0, import: Seen::Lines(3) },
    Moment { given: 300, revoked: 2, import: Seen::Ended },
];

/// What is known to hold.
#[derive(Default)]
struct Known {
    given: Vec<Given>,
    revoked: BTreeSet<String>,
    /// Users whose revocation was not answered: their tokens may work or not.
    unsure: BTreeSet<String>,
    /// Rows of a whole import, by table.
    whole: Option<BTreeMap<String, i64>>,
    /// A realm that a kill kept out.
    absent: Option<String>,
    answers: BTreeMap<&'static str, usize>,
    imports: BTreeMap<&'static str, usize>,
}

fn kill_again_and_again(world: &World, database: &Database) {
    let mut options = ServerOptions::with_realms(vec![realm()]);
    options.postgres = database.url();
    options.log_level = "warn";
    options.environment = vec![("PORTREEVE_MAX_CONNECTIONS_PER_ADDRESS".to_owned(), "4096".to_owned())];
    let server = world.own_server(&options);
    let folder = tempfile::tempdir_in(world.scratch()).expect("a folder can be made");
    // A realm's keys are made when the first token is asked for, and are rows too.
    let door = format!("/realms/{REALM}/protocol/docker-v2/auth?service={SERVICE}");
    let first = Request::new("GET", &door).with("Authorization", &people()[0].basic());
    assert_eq!(http::exchange(server.address(), &first).status, 200);
    let mut known = Known::default();
    for (round, moment) in MOMENTS.iter().enumerate() {
        one_round(world, &server, database, folder.path(), (round, moment), &mut known);
    }
    // What a kill kept out comes in at the next attempt.
    let absent = known.absent.clone().expect("a kill came before the import's end");
    let before = database.rows(&world.tools, &server);
    let file = folder.path().join(format!("{absent}.json"));
    server.command([Path::new("import"), &file]).succeeds();
    must_be_whole(&server, &absent, &difference(&before, &database.rows(&world.tools, &server)), &mut known);

    let Known { given, revoked, unsure, answers, imports, .. } = &known;
    let _ = writeln!(
        std::io::stderr(),
        "{database:?}: {} kills; {} identity tokens given; tokens of {} users revoked, of {} perhaps; answers {answers:?}; imports {imports:?}",
        MOMENTS.len(),
        given.len(),
        revoked.len(),
        unsure.len(),
    );
}

fn one_round(
    world: &World,
    server: &Server,
    database: &Database,
    folder: &Path,
    (round, moment): (usize, &Moment),
    known: &mut Known,
) {
    let name = format!("brought-in-{round}");
    let file = folder.join(format!("{name}.json"));
    let log = folder.join(format!("{name}.log"));
    std::fs::write(&file, brought_in(&name).to_string()).expect("the realm file can be written");
    let password = folder.join("password");
    std::fs::write(&password, "another-secret").expect("the password file can be written");
    let before = database.rows(&world.tools, server);

    let holding: Vec<Given> = known.given.iter().filter(|given| known.holds(&given.user)).cloned().collect();
    let crowd = Crowd::new(server, (REALM, SERVICE), people(), victims(round), holding);
    let mut import = server.begin_import(&file, &log);
    let (revoked, unsure) = std::thread::scope(|scope| {
        crowd.start(scope);
        let closing = crowd.until_dropped();
        let revoking = scope.spawn(|| revoke(server, &crowd, round, &password));
        until("the moment to kill", Duration::from_mins(4), || moment.has_come(&crowd, &mut import).then_some(()));
        server.kill();
        import.kill();
        drop(closing);
        revoking.join().expect("revoking ends")
    });
    assert_eq!(crowd.wrong(), Vec::<String>::new());
    let fresh = crowd.given().split_off(known.given.iter().filter(|given| known.holds(&given.user)).count());
    known.given.extend(fresh);
    known.revoked.extend(revoked);
    known.unsure.extend(unsure);
    for (what, count) in crowd.answers() {
        *known.answers.entry(what).or_default() += count;
    }

    database.check(&world.tools, server);
    server.start_again();
    known.check_tokens(server);
    let realm = http::get(server.address(), &format!("/realms/{name}"));
    if realm.status == 200 {
        must_be_whole(server, &name, &difference(&before, &database.rows(&world.tools, server)), known);
        *known.imports.entry("whole").or_default() += 1;
    } else {
        assert_eq!(realm.status, 404, "{}", realm.text());
        // The half is invisible from the start; its rows go in the background.
        let limit = Deadline::after(Duration::from_secs(50));
        let left = until("the rows to be counted", Duration::from_mins(1), || {
            let left = difference(&before, &database.rows(&world.tools, server));
            (limit.has_passed() || left.values().all(|rows| *rows == 0)).then_some(left)
        });
        assert!(left.values().all(|rows| *rows == 0), "rows of the half-imported {name} stay: {left:?}");
        known.absent = Some(name);
        *known.imports.entry("absent").or_default() += 1;
    }
}

/// Revokes the tokens of one victim after the other, as soon as each has some; gives whose revocation was answered, and whose not.
fn revoke(server: &Server, crowd: &Crowd<'_>, round: usize, password: &Path) -> (Vec<String>, Vec<String>) {
    let (mut revoked, mut unsure) = (Vec::new(), Vec::new());
    for victim in victims(round) {
        let may_go = || crowd.is_over() || crowd.given().iter().any(|given| given.user == victim.name);
        until("a victim to be given a token", Duration::from_mins(5), || may_go().then_some(()));
        if crowd.is_over() {
            break;
        }
        let done = server.command([
            "admin".as_ref(),
            "set-password".as_ref(),
            "--realm".as_ref(),
            REALM.as_ref(),
            "--user".as_ref(),
            victim.name.as_ref(),
            "--password-file".as_ref(),
            password.as_os_str(),
        ]);
        if done.is_success() {
            revoked.push(victim.name);
            crowd.note_revocation();
        } else {
            unsure.push(victim.name);
        }
    }
    (revoked, unsure)
}

impl Moment {
    fn has_come(&self, crowd: &Crowd<'_>, import: &mut Process) -> bool {
        let seen = match self.import {
            Seen::Begun => true,
            Seen::Lines(lines) => import.log().lines().filter(|line| line.starts_with("users: ")).count() >= lines,
            Seen::Ended => import.ends_within(Duration::ZERO),
        };
        seen && crowd.count() >= self.given && crowd.revocations() >= self.revoked
    }
}

impl Known {
    /// Whether this user's tokens must work.
    fn holds(&self, user: &str) -> bool {
        !self.revoked.contains(user) && !self.unsure.contains(user)
    }

    fn check_tokens(&self, server: &Server) {
        for Given { user, token } in &self.given {
            if self.unsure.contains(user) {
                continue;
            }
            let answer = refresh(server, REALM, SERVICE, token).expect("the server answers");
            let expected = if self.holds(user) { 200 } else { 401 };
            assert_eq!(answer.status, expected, "token of {user}: {}", answer.text());
        }
    }
}

/// Panics unless exactly the rows of the whole file came in.
fn must_be_whole(server: &Server, name: &str, came_in: &BTreeMap<String, i64>, known: &mut Known) {
    assert_eq!(http::get(server.address(), &format!("/realms/{name}")).status, 200);
    let users = i64::try_from(USERS).expect("a small number");
    for (table, rows) in [
        ("realm", 1),
        ("realm_user", users),
        ("credential", users),
        ("user_attribute", users),
        ("user_role", 2 * users),
    ] {
        assert_eq!(came_in[table], rows, "{table} of {name}: {came_in:?}");
    }
    // The file brings no keys: they are made when somebody asks for them first, which the request above does.
    let mut came_in = came_in.clone();
    came_in.remove("realm_key");
    let whole = known.whole.get_or_insert_with(|| came_in.clone());
    assert_eq!(came_in, *whole, "{name}");
}

fn difference(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    after.iter().map(|(table, rows)| (table.clone(), rows - before[table])).collect()
}

fn people() -> Vec<Person> {
    (0..PEOPLE).map(|number| person(&format!("person-{number}"))).collect()
}

fn victims(round: usize) -> Vec<Person> {
    (0..VICTIMS).map(|number| person(&format!("victim-{round}-{number}"))).collect()
}

/// The realm whose tokens everybody asks for.
fn realm() -> Value {
    let everybody = people().into_iter().chain((0..MOMENTS.len()).flat_map(victims));
    let users: Vec<Value> = everybody
        .map(|person| {
            json!({"username": person.name, "enabled": true,
                "credentials": [{"type": "password", "value": person.password, "temporary": false}]})
        })
        .collect();
    json!({
        "realm": REALM, "enabled": true, "eventsEnabled": true, "eventsExpiration": 86400,
        "clients": [{"clientId": SERVICE, "enabled": true, "protocol": "docker-v2",
            "attributes": {"docker.identity.tokens": "true"},
            "protocolMappers": [{"name": "all", "protocol": "docker-v2", "protocolMapper": "docker-v2-allow-all-mapper", "config": {}}]}],
        "users": users,
    })
}

/// A realm of many users that have been elsewhere before: their passwords come as hashes.
fn brought_in(name: &str) -> Value {
    let credential_data = json!({"hashIterations": 27500, "algorithm": "pbkdf2-sha256", "additionalParameters": {}});
    let secret_data =
        json!({"value": "A".repeat(43) + "=", "salt": "AAAAAAAAAAAAAAAAAAAAAA==", "additionalParameters": {}});
    let users: Vec<Value> = (0..USERS)
        .map(|number| {
            json!({
                "username": format!("user-{number}"), "email": format!("user-{number}@example.org"), "enabled": true,
                "attributes": {"desk": [number.to_string()]},
                "realmRoles": ["member", format!("default-roles-{name}")], "groups": ["/everybody"],
                "credentials": [{"type": "password", "createdDate": 1_700_000_000_000_i64,
                    "credentialData": credential_data.to_string(), "secretData": secret_data.to_string()}],
            })
        })
        .collect();
    json!({
        "realm": name, "enabled": true, "roles": {"realm": [{"name": "member"}]}, "groups": [{"name": "everybody"}],
        "clients": [{"clientId": SERVICE, "enabled": true, "protocol": "docker-v2"}], "users": users,
    })
}
