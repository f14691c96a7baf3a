//! The table of routes: what is in it is served, and what is served is in it.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use admin::{Permit, Right};
use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, on, options};
use http::Method;
use protocol::ApiState;

use crate::answer::Answer;
use crate::call::Call;
use crate::{caching, door};

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its method.
    pub method: Method,
    /// Its path below `/admin`, parameters in braces.
    pub path: &'static str,
    /// The name of the right it needs.
    pub right: &'static str,
    /// The roles of which one gives that right; empty where something else decides.
    pub roles: &'static [&'static str],
}

/// Routes, each with the right it needs.
pub struct Table {
    router: Router<ApiState>,
    entries: Vec<Entry>,
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident, $method:ident;)*) => { $(
        $(#[$doc])*
        #[must_use]
        pub fn $name<R, F, Done>(self, path: &'static str, serve: F) -> Self
        where
            R: Right,
            F: Fn(Permit<R>, Call) -> Done + Clone + Send + Sync + 'static,
            Done: Future<Output = Answer> + Send + 'static,
        {
            self.route(&Method::$method, MethodFilter::$method, path, serve)
        }
    )* };
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self { router: Router::new(), entries: Vec::new() }
    }

    methods! {
        /// A route that reads.
        get, GET;
        /// A route that makes or does something.
        post, POST;
        /// A route that changes something.
        put, PUT;
        /// A route that removes something.
        delete, DELETE;
    }

    /// All routes of this table and of another.
    #[must_use]
    pub fn and(mut self, other: Table) -> Self {
        self.entries.extend(other.entries);
        Self { router: self.router.merge(other.router), entries: self.entries }
    }

    /// The routes, as they were given.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The routes with the preflight of each.
    pub(crate) fn into_router(self) -> Router<ApiState> {
        let paths: BTreeSet<&'static str> = self.entries.iter().map(|entry| entry.path).collect();
        paths.into_iter().fold(self.router, |router, path| router.route(path, options(door::preflight)))
    }

    fn route<R, F, Done>(mut self, method: &Method, filter: MethodFilter, path: &'static str, serve: F) -> Self
    where
        R: Right,
        F: Fn(Permit<R>, Call) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer> + Send + 'static,
    {
        self.entries.push(Entry { method: method.clone(), path, right: R::NAME, roles: R::ROLES });
        let fresh = caching::is_fresh(method, path);
        let serve = Arc::new(serve);
        let handler = move |State(state): State<ApiState>, params: RawPathParams, request: Request| {
            let serve = Arc::clone(&serve);
            async move { door::serve::<R, _, _>(state, params, request, fresh, &*serve).await }
        };
        Self { router: self.router.route(path, on(filter, handler)), entries: self.entries }
    }
}
