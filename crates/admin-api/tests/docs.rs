//! `docs/admin-api.md` says what the router serves.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends by panicking, and its message is the report")]

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_page_of_operations_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/admin-api.md");
    let page = admin_api::operations::page(admin_api::table().entries());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/admin-api.md");
    assert!(kept == page, "docs/admin-api.md is out of date: run this test with UPDATE_DOCS=1");
}

#[test]
fn keycloaks_operations_are_all_there_and_each_route_is_given_once() {
    assert_eq!(admin_api::operations::all().count(), 401);
    let table = admin_api::table();
    let mut seen = BTreeSet::new();
    for entry in table.entries() {
        assert!(seen.insert((entry.method.to_string(), entry.path)), "{} {} twice", entry.method, entry.path);
        assert!(entry.path.starts_with('/'), "{}", entry.path);
    }
}

#[test]
fn every_route_about_a_realm_names_its_roles() {
    for entry in admin_api::table().entries() {
        if entry.path.starts_with("/realms/{realm}") {
            assert!(!entry.roles.is_empty(), "{} {} is open to {}", entry.method, entry.path, entry.right);
        }
    }
}
