//! Where every request of a log-in ends up. What comes next is decided from stored state alone: steps do not call each other,
//! and no address says how far somebody is (A57).

use std::sync::Arc;

use axum::response::Response;
use flow::{Binding, Engine, ExecutionId, Fields, Flow, Input, Outcome, Refusal, Request, Scene};
use http::StatusCode;
use identity::{BoxFuture, Denied, Error, Evidence, Notes, User};
use protocol::{AUTH_TIME, ActionStatus, Completed, Entry, Failed, Joining, LoginFailure};

use crate::cookie::Cookies;
use crate::link::{self, MailRoom};
use crate::tab::{self, Stored, Tab};
use crate::visit::{Visit, no_store, redirect};
use crate::{action, consent, show};

/// What a request brings to the log-in.
pub(crate) enum Given {
    /// Nothing: its page is to be shown.
    Nothing,
    /// A form of a flow's page.
    Form(ExecutionId, Fields),
    /// Other ways of authenticating are to be shown.
    TryAnother,
    /// One of them was chosen.
    Choose(ExecutionId),
    /// A link in a mail was followed.
    Link(Box<Evidence>),
    /// A form of a required action.
    Action(String, Fields),
    /// The answer to the question for consent.
    Consent(bool),
}

/// A log-in and where it is kept; nowhere yet at its first request.
pub(crate) struct Progress {
    pub(crate) tab: Tab,
    pub(crate) stored: Option<Stored>,
}

/// Goes on with a log-in.
pub(crate) fn proceed(mut visit: Visit, mut progress: Progress, given: Given) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let by_form = !matches!(given, Given::Nothing);
        let mut link = None;
        let mut action_given = None;
        let mut consent_given = None;
        if progress.tab.flow_done {
            match given {
                Given::Action(alias, fields) => action_given = Some((alias, fields)),
                Given::Consent(yes) => consent_given = Some(yes),
                _ => {}
            }
        } else {
            let (execution, fields);
            let input = match given {
                Given::Form(id, sent) => {
                    (execution, fields) = (id, sent);
                    Input::Form { execution: &execution, fields: &fields }
                }
                Given::TryAnother => Input::TryAnother,
                Given::Choose(id) => {
                    execution = id;
                    Input::Choose(&execution)
                }
                Given::Link(evidence) => {
                    // In a browser that has not been here nobody has said who it is about.
                    progress.tab.flow.is_about(evidence.user());
                    link = Some(*evidence);
                    Input::Enter
                }
                Given::Nothing | Given::Action(..) | Given::Consent(_) => Input::Enter,
            };
            match run_flow(&visit, &mut progress.tab, link, input).await {
                Err(error) => return visit.fail(error),
                Ok(Outcome::Done) => progress.tab.flow_done = true,
                Ok(Outcome::Stale) => return show::expired(visit, &progress.tab),
                Ok(Outcome::Refused(refusal)) => return refused(visit, progress, refusal).await,
                Ok(Outcome::Show(shown)) => {
                    if progress.tab.demands.prompt.none {
                        return failed(visit, progress, LoginFailure::LoginRequired, "login_required").await;
                    }
                    return show::challenge(visit, progress, *shown).await;
                }
            }
            if progress.tab.flow.registered {
                visit.outcome.also("REGISTER", None, visit.details(&progress.tab));
            }
        }

        let user = match user_of(&visit, &progress.tab).await {
            Ok(user) => user,
            Err(denied) => return refused(visit, progress, Refusal::Denied(denied)).await,
        };
        visit.outcome.about_user(user.id.clone());

        // Required actions, one after the other.
        if let Some((alias, fields)) = action_given {
            match action::answer(&visit, &mut progress.tab, &user, &alias, &fields).await {
                Err(error) => return visit.fail(error),
                Ok(action::End::Again(feedback)) => return action::show(visit, progress, user, &alias, feedback).await,
                Ok(action::End::Answer(response)) => {
                    visit.outcome.served();
                    return no_store(response);
                }
                Ok(action::End::Done) => {}
            }
        }
        let user = match user_of(&visit, &progress.tab).await {
            Ok(user) => user,
            Err(denied) => return refused(visit, progress, Refusal::Denied(denied)).await,
        };
        if let Some(alias) = action::next(&visit, &progress.tab, &user) {
            if progress.tab.demands.prompt.none {
                return failed(visit, progress, LoginFailure::InteractionRequired, "interaction_required").await;
            }
            if by_form || progress.stored.is_none() {
                return go_to(visit, progress, &alias).await;
            }
            return action::show(visit, progress, user, &alias, crate::page::part::Feedback::default()).await;
        }

        if progress.tab.alone.is_some() {
            return link::done(visit, progress).await;
        }

        // Consent.
        match consent_given {
            Some(true) => match consent::grant(&visit, &progress.tab, &user).await {
                Ok(()) => progress.tab.consented = true,
                Err(error) => return visit.fail(error),
            },
            Some(false) => return failed(visit, progress, LoginFailure::AccessDenied, "rejected_by_user").await,
            None => {}
        }
        match consent::is_needed(&visit, &progress.tab, &user).await {
            Err(error) => visit.fail(error),
            Ok(true) if progress.tab.demands.prompt.none => {
                failed(visit, progress, LoginFailure::ConsentRequired, "consent_required").await
            }
            Ok(true) if by_form || progress.stored.is_none() => go_to(visit, progress, consent::PAGE).await,
            Ok(true) => consent::show(visit, progress, user).await,
            Ok(false) => complete(visit, progress).await,
        }
    })
}

/// Runs the flow that the log-in is in.
async fn run_flow(visit: &Visit, tab: &mut Tab, link: Option<Evidence>, input: Input<'_>) -> Result<Outcome, Error> {
    let flow = match flow_of(visit, tab) {
        Ok(flow) => flow,
        Err(fault) => return Ok(Outcome::Refused(Refusal::Flow(fault))),
    };
    let realm = &visit.realm;
    let scopes = tab
        .demands
        .consent
        .iter()
        .filter_map(|id| realm.scopes().find(|scope| scope.id == *id))
        .map(|scope| scope.name.to_string())
        .collect();
    if !tab.demands.acr.is_empty() {
        tab.flow.levels.requested = crate::interaction::requested_level(visit, &tab.demands.acr);
    }
    let request = Request {
        reauthenticate: must_reauthenticate(visit, tab),
        login_hint: tab.demands.login_hint.clone(),
        idp_hint: tab.demands.idp_hint.clone(),
        scopes,
        link,
        given: Fields::default(),
    };
    // A session is looked at where people log in; a new account and a forgotten password begin with nobody.
    let session = visit.session.as_ref().filter(|_| tab.entry == Entry::Browser);
    let room = MailRoom { visit, tab: tab.clone() };
    let scene = Scene {
        identity: &visit.portreeve.identity,
        realm,
        client: Some(&visit.client),
        peer: visit.facts.peer(),
        session,
        request: &request,
        services: &room,
    };
    let engine: &Engine = visit.login.engine();
    Ok(engine.run(&scene, &flow, &mut tab.flow, input).await)
}

fn flow_of(visit: &Visit, tab: &Tab) -> Result<Arc<Flow>, flow::FlowFault> {
    let binding = match tab.entry {
        Entry::Browser => Binding::Browser,
        Entry::Registration => Binding::Registration,
        Entry::ResetCredentials => Binding::ResetCredentials,
    };
    visit.login.flows().of(&visit.realm).bound(binding, Some(&visit.client))
}

/// OpenID Connect Core §3.1.2.1: `prompt=login`, and a log-in older than `max_age`, are proved anew.
fn must_reauthenticate(visit: &Visit, tab: &Tab) -> bool {
    if tab.demands.prompt.login || tab.demands.prompt.select_account {
        return true;
    }
    // What an application lets somebody change about themselves is for who is there now, not for whoever found the browser open.
    let most = tab.demands.max_age.into_iter().chain(action::max_age(visit, tab)).min();
    let (Some(most), Some(live)) = (most, &visit.session) else { return false };
    let noted = live.session().notes.get(AUTH_TIME).and_then(|text| text.parse().ok());
    let at: i64 = noted.unwrap_or_else(|| live.session().started_at.seconds());
    visit.portreeve.identity.clock().now().seconds().saturating_sub(at) >= most
}

/// Who the evidence is about, as they are now.
async fn user_of(visit: &Visit, tab: &Tab) -> Result<Arc<User>, Denied> {
    let identity = &visit.portreeve.identity;
    let unknown = || Denied::Invalid { user: None, why: "user_not_found" };
    let evidence =
        tab.flow.evidence().and_then(|text| identity.kept_evidence(&visit.realm, text)).ok_or_else(unknown)?;
    let user = identity.find_user(&visit.realm, evidence.user()).await?.ok_or_else(unknown)?;
    identity.check_stands(&visit.realm, &user, evidence.at()).await?;
    Ok(user)
}

/// Keeps the log-in and sends the browser to the page of what comes next.
async fn go_to(visit: Visit, mut progress: Progress, execution: &str) -> Response {
    progress.tab.turn(&visit.portreeve.identity);
    let to = visit.address(&progress.tab, "required-action", &[("execution", execution)]);
    keep(visit, progress, redirect(&to)).await
}

/// Keeps the log-in and gives the answer; if another request went on with it meanwhile, says so instead.
pub(crate) async fn keep(visit: Visit, progress: Progress, mut answer: Response) -> Response {
    let identity = &visit.portreeve.identity;
    let kept = match &progress.stored {
        Some(stored) => tab::replace(identity, &visit.realm, stored, &progress.tab).await,
        None => match tab::add(identity, &visit.realm, &visit.browser, &progress.tab).await {
            Ok(secret) => {
                Cookies::of(&visit.portreeve, &visit.realm).keep_restart(answer.headers_mut(), secret.expose());
                Ok(true)
            }
            Err(error) => Err(error),
        },
    };
    match kept {
        Ok(true) => {
            visit.outcome.served();
            no_store(answer)
        }
        Ok(false) => show::expired(visit, &progress.tab),
        Err(error) => visit.fail(error),
    }
}

/// The flow says no.
async fn refused(visit: Visit, progress: Progress, refusal: Refusal) -> Response {
    let error = refusal.event_error();
    match refusal {
        Refusal::Fault(fault) | Refusal::Denied(Denied::Fault(fault)) => visit.fail(fault),
        Refusal::Denied(Denied::Busy { retry_after_seconds }) => visit.fail(Error::Busy { retry_after_seconds }),
        refusal if progress.tab.demands.prompt.none => {
            tracing::debug!(request_id = visit.facts.id.as_str(), %refusal, "a silent log-in was refused");
            failed(visit, progress, LoginFailure::LoginRequired, "login_required").await
        }
        Refusal::AccessDenied => visit.refuse(StatusCode::FORBIDDEN, "access-denied", error),
        Refusal::UnknownAuthenticator(_) | Refusal::Flow(_) => {
            tracing::error!(request_id = visit.facts.id.as_str(), realm = %visit.realm.name, %refusal,
                "nobody can log in by this flow");
            visit.refuse(StatusCode::INTERNAL_SERVER_ERROR, "unexpectedErrorHandlingRequestMessage", error)
        }
        Refusal::Denied(Denied::Disabled { .. }) => {
            visit.refuse(StatusCode::BAD_REQUEST, "accountDisabledMessage", error)
        }
        _ => visit.refuse(StatusCode::BAD_REQUEST, "invalidUserMessage", error),
    }
}

/// Gives the log-in back without a person.
pub(crate) async fn failed(visit: Visit, progress: Progress, reason: LoginFailure, error: &'static str) -> Response {
    if let Some(stored) = &progress.stored
        && let Err(error) = tab::finish(&visit.portreeve.identity, &visit.realm, stored).await
    {
        return visit.fail(error);
    }
    let plugin = visit.portreeve.plugins.get(&visit.client.protocol).cloned();
    let Some(to) = plugin.as_ref().and_then(|plugin| plugin.login_return()) else {
        return visit.fail(Error::fault("the protocol takes no log-in back"));
    };
    let failed = Failed {
        portreeve: visit.portreeve.clone(),
        realm: visit.realm,
        client: visit.client,
        facts: visit.facts,
        outcome: visit.outcome,
        browser: visit.browser,
        payload: progress.tab.payload,
        reason,
        error,
        fault: None,
    };
    no_store(to.failed(failed).await)
}

/// Everything is done: the session is opened or joined in the commit that makes the protocol's answer.
async fn complete(visit: Visit, progress: Progress) -> Response {
    let Progress { tab, stored } = progress;
    let identity = visit.portreeve.identity.clone();
    if let Some(essential) = unmet_level(&tab) {
        tracing::debug!(
            request_id = visit.facts.id.as_str(),
            level = essential,
            "a level of authentication was not reached"
        );
        let progress = Progress { tab, stored };
        return failed(visit, progress, LoginFailure::UnmetAuthentication, "unmet_authentication_requirements").await;
    }
    // Once means once: of two requests that end one log-in, one gets here.
    if let Some(stored) = &stored {
        match tab::finish(&identity, &visit.realm, stored).await {
            Ok(true) => {}
            Ok(false) => return show::already_logged_in(visit),
            Err(error) => return visit.fail(error),
        }
    }
    let joining = match join(&visit, &tab).await {
        Ok(joining) => joining,
        Err(Denied::Fault(fault)) => return visit.fail(fault),
        Err(Denied::Busy { retry_after_seconds }) => return visit.fail(Error::Busy { retry_after_seconds }),
        Err(denied) => {
            let error = denied.event_error();
            return visit.refuse(StatusCode::BAD_REQUEST, "invalidUserMessage", error);
        }
    };
    // A55: a session that somebody could have planted before the log-in is not the one after it.
    if stored.is_some()
        && let Err(error) = visit.browser.session.cycle_id().await
    {
        return visit.fail(tab::session_fault(error));
    }
    let plugin = visit.portreeve.plugins.get(&visit.client.protocol).cloned();
    let Some(to) = plugin.as_ref().and_then(|plugin| plugin.login_return()) else {
        return visit.fail(Error::fault("the protocol takes no log-in back"));
    };
    let watch = joining.watch();
    let (portreeve, realm) = (visit.portreeve.clone(), Arc::clone(&visit.realm));
    let mut outcome = visit.outcome;
    outcome.about_session(joining.session_id().as_str());
    let action = tab.actions.asked.map(|(alias, word)| {
        let status = match word.as_str() {
            "success" => ActionStatus::Success,
            "cancelled" => ActionStatus::Cancelled,
            _ => ActionStatus::Error,
        };
        (alias, status)
    });
    let completed = Completed {
        portreeve: visit.portreeve,
        realm: visit.realm,
        client: visit.client,
        facts: visit.facts,
        outcome,
        browser: visit.browser,
        payload: tab.payload,
        session: joining,
        fresh: !tab.flow.by_session,
        level: tab.flow.levels.current,
        action,
    };
    let mut answer = no_store(to.completed(completed).await);
    if let Some(live) = watch.get() {
        let cookies = Cookies::of(&portreeve, &realm);
        if let Err(error) = cookies.keep_session(&portreeve, &realm, &live, answer.headers_mut()) {
            tracing::error!(realm = %realm.name, "{error}");
        }
    }
    answer
}

/// The level that the application insists on and that was not reached.
fn unmet_level(tab: &Tab) -> Option<i64> {
    (tab.demands.acr_essential && !tab.flow.levels.is_enough()).then(|| tab.flow.levels.requested.unwrap_or_default())
}

/// The session that the log-in opens or joins.
async fn join(visit: &Visit, tab: &Tab) -> Result<Joining, Denied> {
    let identity = &visit.portreeve.identity;
    let unknown = || Denied::Invalid { user: None, why: "user_not_found" };
    let evidence =
        tab.flow.evidence().and_then(|text| identity.kept_evidence(&visit.realm, text)).ok_or_else(unknown)?;
    let own = visit.session.as_ref().filter(|live| live.user().id == *evidence.user());
    let (portreeve, realm, client) = (&visit.portreeve, &visit.realm, &visit.client);
    if let Some(live) = own.filter(|_| tab.flow.by_session) {
        return Ok(Joining::of_session(portreeve, realm, client, live.clone()));
    }
    let proven = identity.prove_user_with(realm, &evidence).await?;
    let mut notes = Notes::default().with(AUTH_TIME, &identity.clock().now().seconds().to_string());
    if let Some(levels) = tab.flow.levels.to_note() {
        notes = notes.with(flow::LOA_MAP, &levels);
    }
    if let Some(live) = own {
        // The same person has proved more, or again: their session goes on, and says so.
        let session = identity.renew_session(realm, live, &proven, notes).await?;
        if let Some(live) = session {
            return Ok(Joining::of_session(portreeve, realm, client, live));
        }
        let notes = Notes::default().with(AUTH_TIME, &identity.clock().now().seconds().to_string());
        return Ok(open(visit, tab, proven, notes));
    }
    // A55: another person's session of this browser ends before a new one begins.
    if let Some(other) = &visit.session {
        crate::session::end(portreeve, realm, other).await?;
    }
    Ok(open(visit, tab, proven, notes))
}

fn open(visit: &Visit, tab: &Tab, proven: identity::Proven, notes: Notes) -> Joining {
    Joining::of_proof(
        &visit.portreeve,
        &visit.realm,
        &visit.client,
        proven,
        visit.facts.address,
        tab.flow.remember_me,
        notes,
    )
}
