use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use identity::testing::TestStore;
use identity::{BlackLists, Error, NoLists, Peer, Realm, User};
use proptest::prelude::*;
use serde_json::json;

use super::{Engine, Input, Outcome};
use crate::authenticator::Authenticator;
use crate::condition::Condition;
use crate::{
    BoxFuture, Challenge, Context, Execution, ExecutionId, Fields, Flow, FlowState, Page, Refusal, Request,
    Requirement, Scene, Services, Step, Verdict,
};

/// Ends as its name says; `ask` does after its form.
struct Fake(&'static [&'static str], fn() -> Verdict, fn() -> Verdict);

fn yes() -> Verdict {
    Verdict::Success
}
fn ask() -> Verdict {
    Verdict::Challenge(Challenge::new(Page::Password))
}
fn nothing() -> Verdict {
    Verdict::Attempted
}
fn no() -> Verdict {
    Verdict::Failed(Refusal::InvalidCredentials)
}
fn stop() -> Verdict {
    Verdict::Refused(Refusal::AccessDenied)
}

impl Authenticator for Fake {
    fn ids(&self) -> &'static [&'static str] {
        self.0
    }
    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        context.state.evidence = Some("proved".to_owned());
        Box::pin(std::future::ready((self.1)()))
    }
    fn answer<'a>(&'a self, _context: &'a mut Context<'_>, _fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready((self.2)()))
    }
}

struct Holds(&'static str, bool);

impl Condition for Holds {
    fn id(&self) -> &'static str {
        self.0
    }
    fn holds<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(std::future::ready(Ok(self.1)))
    }
}

static AUTHENTICATORS: &[&dyn Authenticator] = &[
    &Fake(&["yes"], yes, yes),
    &Fake(&["ask"], ask, yes),
    &Fake(&["nothing"], nothing, nothing),
    &Fake(&["no"], no, no),
    &Fake(&["stop"], stop, stop),
];
static CONDITIONS: &[&dyn Condition] = &[&Holds("conditional-true", true), &Holds("conditional-false", false)];

struct None_;

impl Services for None_ {
    fn black_lists(&self) -> &dyn BlackLists {
        &NoLists
    }
    fn send_reset_link<'a>(
        &'a self,
        _user: &'a Arc<User>,
        _execution: &'a Execution,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

struct House {
    runtime: tokio::runtime::Runtime,
    store: TestStore,
    realm: Arc<Realm>,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (store, realm) = runtime.block_on(async {
        let store = TestStore::sqlite().await;
        let realm = store.add_realm("a", json!({})).await;
        (store, realm)
    });
    House { runtime, store, realm }
});

/// What a run showed and how it ended, each page being answered.
fn run(flow: &Arc<Flow>) -> (usize, Outcome) {
    let house = &*HOUSE;
    let engine = Engine::of(AUTHENTICATORS, CONDITIONS);
    let request = Request::default();
    let scene = Scene {
        identity: &house.store.identity,
        realm: &house.realm,
        client: None,
        peer: Peer { address: [127, 0, 0, 1].into() },
        session: None,
        request: &request,
        services: &None_,
    };
    house.runtime.block_on(async {
        let mut state = FlowState::default();
        let mut outcome = engine.run(&scene, flow, &mut state, Input::Enter).await;
        for shown in 0.. {
            let Outcome::Show(page) = &outcome else { return (shown, outcome) };
            assert!(shown <= flow.providers().len(), "a page for each execution at most");
            // Between pages the state is text.
            let kept = serde_json::to_string(&state).unwrap();
            state = serde_json::from_str(&kept).unwrap();
            let input = Input::Form { execution: &page.execution, fields: &Fields::default() };
            outcome = engine.run(&scene, flow, &mut state, input).await;
        }
        panic!("it ends")
    })
}

/// `R:yes`, `A:ask`, `D:stop`, or `C(…)`, `R(…)`, `A(…)` for a flow inside, with spaces between.
fn flow(text: &str) -> Arc<Flow> {
    let mut words = text.replace('(', "( ").replace(')', " )");
    words.push(' ');
    let mut words = words.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter();
    let mut number = 0;
    Arc::new(read(&mut words, &mut number))
}

fn read(words: &mut std::vec::IntoIter<String>, number: &mut usize) -> Flow {
    let mut executions = Vec::new();
    while let Some(word) = words.next() {
        if word == ")" {
            break;
        }
        *number += 1;
        let id = ExecutionId::from(number.to_string().as_str());
        let requirement = match &word[..1] {
            "R" => Requirement::Required,
            "A" => Requirement::Alternative,
            "C" => Requirement::Conditional,
            _ => Requirement::Disabled,
        };
        let step = if word.ends_with('(') {
            Step::Flow(Arc::new(read(words, number)))
        } else {
            Step::Provider { id: word[2..].into(), config: Arc::new(BTreeMap::new()), form: None }
        };
        executions.push(Execution { id, requirement, step });
    }
    Flow { alias: "f".into(), executions }
}

#[track_caller]
fn done(text: &str, pages: usize) {
    let (shown, outcome) = run(&flow(text));
    assert!(matches!(outcome, Outcome::Done), "{text}: {outcome:?}");
    assert_eq!(shown, pages, "{text}");
}

#[track_caller]
fn refused(text: &str) {
    let (_, outcome) = run(&flow(text));
    assert!(matches!(outcome, Outcome::Refused(_)), "{text}: {outcome:?}");
}

#[test]
fn all_that_is_required_must_succeed_in_turn() {
    done("R:yes R:yes", 0);
    done("R:ask R:ask", 2);
    refused("R:yes R:no");
    refused("R:nothing");
    refused("R:stop R:yes");
    done("D:stop R:yes", 0);
}

#[test]
fn one_alternative_is_enough_unless_something_is_required() {
    done("A:nothing A:no A:yes A:stop", 0);
    done("A:nothing A(R:ask R:ask)", 2);
    refused("A:nothing A:no");
    // A required step beside alternatives: they are not there.
    refused("A:yes R:no");
    done("A:stop R:yes", 0);
    // One that refuses ends it, whatever comes after.
    refused("A:stop A:yes");
}

#[test]
fn a_conditional_flow_is_there_if_all_its_conditions_hold() {
    done("R:yes C(R:conditional-true R:ask)", 1);
    done("R:yes C(R:conditional-false R:stop)", 0);
    done("R:yes C(R:conditional-true R:conditional-false R:stop)", 0);
    done("R:yes C(D:conditional-false R:conditional-true R:ask)", 1);
    // Without a condition it is not there, and a condition elsewhere counts for nothing.
    done("R:yes C(R:stop)", 0);
    done("R:conditional-false R:yes", 0);
    // Keycloak's organisation step: nothing is left in it, so it has not succeeded and the next way is taken.
    done("A(C(R:conditional-false R:stop)) A:ask", 1);
}

#[test]
fn what_is_not_known_here_stops_where_it_must_not_be_left_out() {
    refused("R:yes R:somebody-elses");
    done("A:somebody-elses A:yes", 0);
    done("D:somebody-elses R:yes", 0);
    refused("R:yes C(R:conditional-unknown R:ask)");
}

#[test]
fn a_flow_in_which_nothing_is_left_lets_nobody_in() {
    refused("");
    refused("D:yes");
    refused("C(R:conditional-false R:yes)");
}

fn any_flow() -> impl Strategy<Value = String> {
    let providers = "(yes|ask|nothing|no|stop|somebody-elses|conditional-true|conditional-false)";
    let leaf = ("[RAD]", providers).prop_map(|(requirement, id)| format!("{requirement}:{id}"));
    leaf.prop_recursive(4, 24, 4, |inner| {
        ("[RACD]", prop::collection::vec(inner, 0..4))
            .prop_map(|(requirement, steps)| format!("{requirement}({})", steps.join(" ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_flow_ends_and_shows_each_page_once(steps in prop::collection::vec(any_flow(), 0..5)) {
        let flow = flow(&steps.join(" "));
        let (shown, outcome) = run(&flow);
        prop_assert!(shown <= flow.providers().len());
        prop_assert!(!matches!(outcome, Outcome::Show(_)));
    }
}
