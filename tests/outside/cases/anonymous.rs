//! 18: who shows no credentials.

use super::Cases;
use crate::clients::Client;
use crate::fixture::RegistryVersion;
use crate::image::Image;
use crate::proxy::Credentials;
use crate::realm::Person;
use crate::site::Site;
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t18_{}_pulls_public_image_as_nobody", &[], pulls);
    cases.clients("t18_{}_push_as_nobody_is_refused_by_the_registry", &[], pushes);
}

fn pulls(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("public/app:1");
    site.seed("team-a/app:1");
    let seat = site.seat(&Person::nobody());
    client.pull(&seat, "public/app:1").succeeds();
    let wire = site.wire();
    for exchange in &wire {
        assert_eq!(exchange.credentials(), Credentials::None);
        let token = Token::of_answer(&exchange.body());
        assert_eq!(token.access(), ["repository:public/app:pull"]);
        assert_eq!(token.claim("sub"), "", "nobody has no name");
    }

    client.pull(&seat, "team-a/app:1").fails();
    let refused = &site.wire()[wire.len()..];
    assert!(!refused.is_empty());
    for exchange in refused {
        assert_eq!(exchange.response.status, 401, "where no rule lets anybody in, one is asked who one is");
        assert!(exchange.response.header("www-authenticate").is_some());
    }
}

fn pushes(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let seat = site.seat(&Person::nobody());
    client.push(&seat, &Image::new("t18"), "public/app:1").fails();
    assert!(!site.has("public/app:1"));
    for exchange in site.wire() {
        assert_eq!(
            exchange.response.status,
            200,
            "what is left of the request is granted: {}",
            exchange.response.text()
        );
        let access = Token::of_answer(&exchange.body()).access();
        assert_eq!(access, ["repository:public/app:pull"]);
    }
}
