//! B01–B08: a person at Chromium. Each page that they meet is looked at by axe and, where `PORTREEVE_TEST_PICTURES` names a folder, photographed
//! dark and light, 360 and 1,440 pixels wide. The steps stand in `tests/outside/clients/node/browser`.

use serde_json::{Value, json};

use super::Cases;
use crate::fixture::{MailServer, Server, ServerOptions};
use crate::oidc::{self, Language, program};
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    for (name, file) in [
        ("b01_log_in_and_out", "log-in.mjs"),
        ("b02_one_time_and_recovery_codes", "second-factor.mjs"),
        ("b03_registration_and_mails", "by-mail.mjs"),
        ("b04_consent_actions_and_devices", "actions.mjs"),
        ("b05_without_scripts_and_by_keyboard", "without-scripts.mjs"),
    ] {
        cases.add(name, move |world| {
            let (server, mail) = world.browser_server();
            play(world, server, mail, oidc::realm::NAME, file);
        });
    }
    cases.add("b06_an_exported_flow_runs_as_it_was", |world| {
        let server = world.own_server(&ServerOptions::with_realms(vec![oidc::realm::exported()]));
        play(world, &server, &MailServer::start(), "harbour", "exported-flow.mjs");
    });
    cases.add("c08_keycloak_js", |world| {
        let server = world.people_server(Transport::Plain);
        play(world, &server, &MailServer::start(), oidc::realm::NAME, "keycloak-js.mjs");
    });
}

fn play(world: &World, server: &Server, mail: &MailServer, realm: &str, file: &str) {
    let answer = |question: &Value| match (question["ask"].as_str(), question["to"].as_str()) {
        (Some("mail"), Some(to)) => {
            let mail = mail.take(to);
            json!({"text": mail.text, "link": mail.link(server.public_url())})
        }
        _ => panic!("nobody knows how to {question}"),
    };
    let mut call = program(world, Transport::Plain, server, Language::Node, &format!("browser/{file}"))
        .env("ISSUER", server.issuer(realm))
        .env("CHROMIUM", &world.tools.chromium);
    if let Some(folder) = std::env::var_os("PORTREEVE_TEST_PICTURES") {
        call = call.env("PICTURES", folder);
    }
    let run = call.converse(answer);
    assert!(run.is_success(), "{run:?}\n{}", server.log_tail());
    run.says("all done");
}
