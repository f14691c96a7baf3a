//! C01–C09: unchanged client libraries of OpenID Connect and OAuth 2 log people in, as their own documentation says to use them. Each
//! runs discovery, a code with PKCE, refresh, userinfo and log-out, and is refused what must be refused; the assertions stand in the
//! programs themselves (`tests/outside/clients`), where the library's answers are.

use serde_json::Value;

use super::Cases;
use crate::fixture::Apache;
use crate::oidc::{Language, Manners, Visitor, program, realm};
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    for (name, transport, language, file) in [
        ("c01_openid_client", Transport::Tls, Language::Node, "openid-client.mjs"),
        ("c02_oauth4webapi", Transport::Plain, Language::Node, "oauth4webapi.mjs"),
        ("c03_authlib", Transport::Tls, Language::Python, "authlib_client.py"),
        ("c04_go_oidc_and_x_oauth2", Transport::Tls, Language::Compiled, "portreeve-go-client"),
        ("c05_oauth2_and_openidconnect_crates", Transport::Plain, Language::Compiled, "portreeve-rust-client"),
        ("c06_keycloak_connect", Transport::Plain, Language::Node, "keycloak-connect.mjs"),
        ("c07_device_script", Transport::Plain, Language::Python, "device.py"),
    ] {
        cases.add(name, move |world| log_in_by(world, transport, language, file));
    }
    cases.add("c09_mod_auth_openidc", protect_a_page);
}

fn log_in_by(world: &World, transport: Transport, language: Language, file: &str) {
    let server = world.people_server(transport);
    let mut visitor = Visitor::new(&server, &world.authority);
    let run = program(world, transport, &server, language, file).converse(|question| visitor.answer(question));
    assert!(run.is_success(), "{run:?}\n{}", server.log_tail());
    // A program that ended early by mistake has said less than all.
    run.says("all done");
}

/// Apache asks for the log-in, keeps the session, renews tokens and ends it all at the provider.
fn protect_a_page(world: &World) {
    let server = world.people_server(Transport::Plain);
    let apache = Apache::start(&world.tools, &server.issuer(realm::NAME));
    let url = apache.url();
    let mut visitor = Visitor::new(&server, &world.authority);
    let alice = Manners::default();

    let open = visitor.visit(&url, &alice);
    assert_eq!((open.status, open.body.as_str()), (200, "the page /"));
    let wrong = Manners { person: alice.person.typing("wrong"), ..Manners::default() };
    let refused = visitor.visit(&format!("{url}/inside/"), &wrong);
    assert!(refused.form("kc-form-login").is_some(), "{}", refused.body);
    let page = visitor.visit(&format!("{url}/inside/"), &alice);
    assert_eq!((page.status, page.body.as_str()), (200, "the page /inside"), "{}\n{}", page.url, apache.log());
    assert_eq!(visitor.visit(&format!("{url}/alice/"), &alice).body, "the page /alice");
    let closed = visitor.visit(&format!("{url}/bob/"), &alice);
    assert!(matches!(closed.status, 401 | 403), "{} {}", closed.status, closed.body);

    let told = |visitor: &mut Visitor<'_>, more: &str| -> Value {
        let page = visitor.open(&format!("{url}/inside/back?info=json{more}"));
        serde_json::from_str(&page.body).unwrap_or_else(|_| panic!("{} {}\n{}", page.status, page.body, apache.log()))
    };
    let before = told(&mut visitor, "");
    assert_eq!(before["userinfo"]["email"], "alice@example.org");
    assert_eq!(before["id_token"]["iss"].as_str(), Some(server.issuer(realm::NAME).as_str()));
    let after = told(&mut visitor, "&access_token_refresh_interval=0");
    assert_ne!(after["refresh_token"], before["refresh_token"], "renewed\n{}", apache.log());
    assert!(after["access_token"].is_string() && after["access_token"] != before["access_token"]);

    let forged = visitor.open(&format!("{url}/inside/back?code=made-up&state=made-up"));
    assert!(forged.status >= 400 || forged.body != "the page /inside", "{} {}", forged.status, forged.body);
    let bye = visitor.visit(&format!("{url}/inside/back?logout={url}/"), &alice);
    assert_eq!((bye.status, bye.body.as_str()), (200, "the page /"), "{}", bye.url);
    let out = visitor.visit(&format!("{url}/inside/"), &wrong);
    assert!(out.form("kc-form-login").is_some(), "logged out here and there: {} {}", out.url, out.body);
}
